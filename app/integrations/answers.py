"""What the other side said, in three values, for every way a message travels."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Outcome(StrEnum):
    """What became of a message. Unknown: it may have arrived or not, so it is tried again."""

    SENT = "sent"
    REFUSED = "refused"
    UNKNOWN = "unknown"


class Answer(NamedTuple):
    """The outcome, the other side's reason in a few words, and whether it concerns every message.

    `holds` is set where the account and not the message is at fault: an empty balance, a wrong password. Sending
    more would get the same answer, so the channel waits and the message loses no try.
    """

    outcome: Outcome
    said: str
    holds: bool = False
