"""What is known of a form that was sent, and the refusals."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from app.domain.kernel.errors import N_, Conflict, Refused


class KeyState(StrEnum):
    """How far a form has come. `acted` is stored together with the act itself."""

    OPEN = "open"
    ACTED = "acted"
    ANSWERED = "answered"


@dataclass(frozen=True)
class Sending:
    """One form that was sent: its key, who sent it, where to, what stood in it, and which attempt this is."""

    owner: bytes
    key: str
    route: str
    digest: bytes
    attempt: UUID


@dataclass(frozen=True)
class Answer:
    """What the first sending was answered with: where to go on, and what is said there."""

    status: int
    location: str
    messages: tuple[tuple[str, str], ...] = ()


class StillAtWork(Conflict):
    """The same form is being worked on."""

    message = N_("This form is being stored already. Wait a moment, then look whether it is there.")


class DoneBefore(Conflict):
    """The act is stored, but what was answered is not known: the server stopped in between."""

    message = N_("This form was stored before. Look whether everything is there before you send it again.")


class SentOtherwise(Refused):
    """The same key with another content."""

    message = N_("This form was sent before with other answers. Load the page again and send it once more.")
