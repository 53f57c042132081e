"""Forms of the office's steps of a draw."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import ValidationError

from app.domain.admissions.lottery.rules import clean_value
from app.domain.admissions.lottery.types import Announcement
from app.domain.kernel.errors import InvalidValue, Refused
from app.domain.kernel.texts import LocalText
from app.web.editing import EditForm
from app.web.forms import DayField, LineField, LocalTextField, Required


class AnnounceForm(EditForm):
    """Which value decides."""

    source = LocalTextField(
        _l("The value that decides"), [Required(_l("Say which value decides, in one language at least."))]
    )
    known_on = DayField(_l("Day on which it becomes known"), [Required(_l("Give the day."))])

    hints = {
        "source": _l(
            "A published figure nobody controls, and how it is written, such as: closing value of the DSEX index"
            " of 6 December, as on the site of the Dhaka Stock Exchange, with two decimals and no comma."
        ),
        "known_on": _l("A later day than today. Before it nobody can hold the draw."),
    }

    def details(self) -> Announcement:
        """What was typed."""
        return Announcement(self.source.data, self.known_on.data)


class HoldForm(EditForm):
    """The value, typed twice."""

    value = LineField(
        _l("The value"), [Required(_l("Write the value exactly as its source has it."))], max_length=100
    )
    again = LineField(_l("The value once more"), [Required(_l("Type the value once more."))], max_length=100)

    hints = {"value": _l("Exactly as announced, to the last sign. Digits of any script are taken as 0 to 9.")}

    def validate_again(self, field: Any) -> None:
        """Both are the same."""
        try:
            differ = clean_value(self.value.data or "") != clean_value(field.data or "")
        except (InvalidValue, Refused):
            return  # the field itself says what is wrong with it
        if differ:
            raise ValidationError(_l("The two values differ. Look at the source once more."))


class CancelForm(EditForm):
    """Why a draw is not held."""

    reason = LocalTextField(_l("Reason"), [Required(_l("Write the reason. Everybody can read it."))])

    hints = {"reason": _l("Everybody can read it, beside the list, which stays public.")}

    def details(self) -> LocalText:
        """What was typed."""
        return LocalText() if self.reason.data is None else self.reason.data
