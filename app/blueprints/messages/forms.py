"""Forms of the messages area."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from app.domain.admissions.messages.types import Words
from app.web.editing import EditForm
from app.web.forms import LineField, Required, TextField


class TextForm(EditForm):
    """A text message: one paragraph, no subject."""

    body = TextField(_l("Text"), [Required(_l("Write the message."))], max_length=600, render_kw={"rows": 4})

    def details(self) -> Words:
        """What was typed."""
        return Words("", " ".join((self.body.data or "").split()))


class LetterForm(EditForm):
    """A letter by mail."""

    subject = LineField(_l("Subject line"), [Required(_l("Write the subject."))], max_length=200, markup=True)
    body = TextField(
        _l("Text"), [Required(_l("Write the message."))], max_length=4000, render_kw={"rows": 16}
    )

    def details(self) -> Words:
        """What was typed."""
        return Words(self.subject.data or "", self.body.data or "")
