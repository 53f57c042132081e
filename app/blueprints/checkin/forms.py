"""Forms of check-in."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from app.domain.attendance.checkin.rules import MINUTES
from app.web.forms import ChoiceField, Form, LineField, Required
from app.web.i18n import digits


class OpenForm(Form):
    """For how long a window is open."""

    minutes = ChoiceField(_l("Open for"), default="5")

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.minutes.choices = [
            (str(each), str(ngettext("%(count)s minute", "%(count)s minutes", each, count=digits(each))))
            for each in MINUTES
        ]


class CodeForm(Form):
    """The code on the teacher's screen."""

    code = LineField(
        _l("Code on the screen"),
        [Required(_l("Type the code that is on the screen."))],
        max_length=20,
        render_kw={"inputmode": "numeric", "autocomplete": "off"},
    )
