"""Forms of the officer's desk."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import SelectChoice

from app.domain.academics.queries import SectionView
from app.domain.admissions.entry.types import Difference
from app.domain.admissions.types import ApplicationStatus
from app.web.forms import (
    ChoiceField,
    ChoicesField,
    Form,
    KeyField,
    LineField,
    NumberField,
    Required,
    TextField,
    VersionField,
)
from app.web.i18n import current_locale

_MOST = 999_999


class DecideForm(Form):
    """A decision, why, and the version of the application that the officer had in view."""

    do = ChoiceField(_l("Decision"))
    reason = LineField(_l("Reason, for the letter to the family"), max_length=500)
    version = NumberField(_l("Version"), [Required(_l("Load the page again."))], least=1, most=_MOST)

    def offer(self, decisions: Sequence[ApplicationStatus]) -> None:
        """Accept these decisions; whether one follows from the present state, the rules say."""
        self.do.choices = [SelectChoice(state.value, state.value) for state in decisions]


class RejectForm(Form):
    """Why there is no place, in words the family can read."""

    reason = TextField(
        _l("Reason, for the letter to the family"),
        [Required(_l("Write the reason. It goes into the letter to the family."))],
        max_length=500,
    )
    version = NumberField(_l("Version"), [Required(_l("Load the page again."))], least=1, most=_MOST)


class NoteForm(Form):
    """A note for colleagues."""

    text = TextField(_l("New note"), [Required(_l("Write the note."))], max_length=2000)


class EnrolForm(Form):
    """The section a child is seated in."""

    section_id = KeyField(_l("Section"), [Required(_l("Choose a section."))])
    version = NumberField(_l("Version"), [Required(_l("Load the page again."))], least=1, most=_MOST)
    take = ChoicesField(_l("Take over from the application"), coerce=str)
    guardian_version = VersionField()

    def offer(self, sections: Sequence[SectionView], differences: Sequence[Difference]) -> None:
        """Let the officer choose among the sections of the class, and what to take over of the guardian."""
        locale = current_locale()
        self.take.choices = [(each.name, each.name) for each in differences]
        self.section_id.choices = [SelectChoice("", gettext("Choose a section"))] + [
            SelectChoice(str(section.id), section.name.in_(locale)[0] or section.code) for section in sections
        ]
