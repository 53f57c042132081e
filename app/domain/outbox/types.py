"""States and channels of the outbox, its views and its errors."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from app.domain.kernel.errors import N_, Conflict, Refused
from app.domain.kernel.segments import Segments


class MessageStatus(StrEnum):
    """Where a message is: waiting for a worker, being sent, sent, set aside with a reason, or dropped by a person."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    DROPPED = "dropped"


class Channel(StrEnum):
    """How a message travels."""

    MAIL = "mail"
    SMS = "sms"


@dataclass(frozen=True)
class Draft:
    """A message as a feature hands it over."""

    channel: Channel
    kind: str
    recipient: str
    locale: str
    subject: str
    """Empty for a text."""
    body: str
    campus_id: UUID | None = None


@dataclass(frozen=True)
class MessageLine:
    """A message as a list shows it: the recipient masked, and never its text, which may hold a private link."""

    id: UUID
    kind: str
    channel: Channel
    recipient: str
    status: MessageStatus
    attempts: int
    reason: str
    written_at: datetime
    changed_at: datetime
    next_attempt_at: datetime
    segments: Segments | None
    campus_id: UUID | None


@dataclass(frozen=True)
class ReasonLine:
    """Messages set aside for one reason; `example` is the key of one of them."""

    reason: str
    channel: Channel
    number: int
    example: UUID


@dataclass(frozen=True)
class StateLine:
    """How many messages are in a state, and since when the oldest waits."""

    status: MessageStatus
    number: int
    oldest: datetime


@dataclass(frozen=True)
class HoldLine:
    """A channel that waits because the account at the other side needs somebody."""

    channel: Channel
    reason: str
    since: datetime
    until: datetime


class NotSetAside(Conflict):
    """Somebody else has retried or dropped it, or it has left."""

    message = N_("This message is not set aside any more. Load the page again.")


class OnItsWay(Conflict):
    """It has left, or a worker holds it: what may be arriving cannot be taken back."""

    message = N_("This message has left or is being sent, so it cannot be dropped.")


class DropReasonMissing(Refused):
    """A message that nobody will get needs a word for whoever asks later."""

    field = "reason"
    message = N_("Write why this message is dropped.")


@dataclass(frozen=True)
class Backlog:
    """What the outbox still has to send, for those who watch over the installation."""

    waiting: int
    late_seconds: float
