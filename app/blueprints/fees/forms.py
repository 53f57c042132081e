"""Forms of fees."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from app.domain.admissions.fees.rules import BY_HAND
from app.web.entry import FEE_METHOD_WORDS
from app.web.forms import ChoiceField, FileField, Form, LineField, Required


class FeeForm(Form):
    """How a family paid, or why it need not."""

    method = ChoiceField(_l("How it was paid"))
    number = LineField(
        _l("Number of the receipt or slip"),
        max_length=40,
        render_kw={"autocomplete": "off", "dir": "ltr"},
    )
    slip = FileField(_l("Photograph of the bank slip"))
    reason = LineField(_l("Reason, where it is waived"), max_length=300)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.method.choices = [(each.value, FEE_METHOD_WORDS[each]) for each in BY_HAND]

    def photograph(self) -> tuple[bytes, str] | None:
        """The bytes of the photograph and its name, where one was chosen."""
        sent = self.slip.data
        return (sent.read(), sent.filename) if getattr(sent, "filename", "") else None


class CancelForm(Form):
    """Why a payment does not count."""

    reason = LineField(_l("Reason"), [Required(_l("Write the reason."))], max_length=300)
