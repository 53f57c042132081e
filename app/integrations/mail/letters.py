"""One mail as it leaves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime


@dataclass(frozen=True)
class Letter:
    """A plain-text mail to one address. `message_id` stays the same however often it is tried."""

    message_id: str
    sender: str
    recipient: str
    subject: str
    body: str
    locale: str
    written_at: datetime

    def to_message(self) -> EmailMessage:
        """The MIME message. Raises ValueError for an address or a header value that is none.

        A line end in one of them is such a value, so no header can be smuggled in.
        """
        message = EmailMessage(policy=SMTP.clone(cte_type="7bit"))
        try:
            message["From"] = Address("Smart Academy", addr_spec=self.sender)
            message["To"] = Address(addr_spec=self.recipient)
        except MessageError as error:
            raise ValueError(f"not an address: {error}") from error
        message["Subject"] = self.subject
        message["Date"] = format_datetime(self.written_at)
        message["Message-ID"] = self.message_id
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(self.body)
        message["Content-Language"] = self.locale  # after the content, which clears such headers
        return message
