"""The form of somebody who drops a message."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from app.web.editing import EditForm
from app.web.forms import LineField, Required


class DropForm(EditForm):
    """Why nobody will get a message."""

    reason = LineField(_l("Reason"), [Required(_l("Write why this message is dropped."))], max_length=300)

    hints = {"reason": _l("For the record, such as: the family has been called.")}

    def details(self) -> str:
        """The reason."""
        return self.reason.data or ""
