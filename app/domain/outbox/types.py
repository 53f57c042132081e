"""States and channels of the outbox."""

from enum import StrEnum


class MessageStatus(StrEnum):
    """Where a message is: waiting for a worker, being sent, sent, or given up with a reason."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"


class Channel(StrEnum):
    """How a message travels."""

    MAIL = "mail"
