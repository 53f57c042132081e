"""One text message as it leaves."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Text:
    """A text to one number, stored as `+8801XXXXXXXXX`. `message_id` stays the same however often it is tried."""

    message_id: str
    recipient: str
    body: str
