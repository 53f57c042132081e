"""Forms of enrolment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from flask_babel import lazy_gettext as _l

from app.domain.admissions.entry.rules import MOST_AT_ONCE
from app.domain.admissions.entry.types import Pick
from app.web.forms import Form, Required, TextField, VersionField


class UndoForm(Form):
    """Why an enrolment is taken back."""

    reason = TextField(
        _l("Reason, for the letter to the family"),
        [Required(_l("Write the reason. It goes into the letter to the family."))],
        max_length=500,
    )
    version = VersionField()


def picks_in(ticked: Sequence[str], sections: Mapping[str, str]) -> list[Pick]:
    """The children that were ticked (`key:version`), each with the section chosen beside it (`section-key`).

    What is no key is left out; whether a section is one of the class, the service says.
    """
    picks = []
    for text in ticked[:MOST_AT_ONCE]:
        key, _, version = text.partition(":")
        try:
            seen = int(version) if version.isascii() and version.isdigit() and len(version) < 9 else 0
            picks.append(Pick(UUID(key), UUID(sections.get(f"section-{key}", "")), seen))
        except ValueError:
            continue
    return picks
