"""Forms of concerns."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from app.blueprints.board.words import OUTCOME_WORDS
from app.domain.attendance.concerns.types import Outcome
from app.web.forms import ChoiceField, Form, KeyField, TextField


class NoteForm(Form):
    """What was said or done."""

    words = TextField(_l("Note"), max_length=1000, render_kw={"rows": 3})


class GiveForm(Form):
    """Who sees to it from now on."""

    owner = KeyField(_l("Give it to"))


class CloseForm(Form):
    """What came of it."""

    outcome = ChoiceField(_l("What came of it"))
    last_words = TextField(_l("In your own words"), max_length=1000, render_kw={"rows": 2})

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.outcome.choices = [(each.value, OUTCOME_WORDS[each]) for each in Outcome]
