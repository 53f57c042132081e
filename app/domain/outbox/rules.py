"""Pure rules of delivery."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime, timedelta
from typing import Final

from app.domain.kernel.dates import DHAKA
from app.domain.kernel.phones import mask_mobile
from app.domain.outbox.types import Channel

HELD_FOR: Final = timedelta(minutes=15)
"""How long a channel rests after an answer about the account, before one message tries again."""

MOST_TRIES: Final = {Channel.MAIL: 10, Channel.SMS: 3}
"""A mail is recognised by its Message-ID; a text that is tried again may arrive twice, and costs twice."""

ROUND_PATIENCE: Final = 3
"""After so many unknown answers in a row a channel waits for the next round: it must not hold up the others."""

TEXTS_PER_DAY: Final = 5
"""The most texts to one number in a day, whoever asks for them."""

FIRST_WAIT: Final = 15
LONGEST_WAIT: Final = 3600


def back_off(attempts: int, seed: str) -> timedelta:
    """Wait after the n-th failed attempt: 15 s, doubling, at most an hour, less up to a quarter by `seed`.

    The quarter spreads what failed together, so that it does not come back together. The same message and the
    same attempt always wait the same time.
    """
    whole = min(FIRST_WAIT * 2 ** min(max(attempts - 1, 0), 16), LONGEST_WAIT)
    digest = hashlib.blake2b(f"{seed}:{attempts}".encode(), digest_size=4).digest()
    return timedelta(seconds=whole * (1 - int.from_bytes(digest) / 2**32 / 4))


def is_spent(channel: Channel, attempts: int) -> bool:
    """Whether a message has been tried often enough to be set aside."""
    return attempts >= MOST_TRIES[channel]


def may_text(texts_today: int) -> bool:
    """Whether one more text may go to a number that has had so many today."""
    return texts_today < TEXTS_PER_DAY


AT_ONCE: Final = frozenset({"phone_code", "family_code", "user_phone_changed"})
"""Texts that leave at any hour: somebody waits for a code, and an alarm that waits is none."""


def leaves_at(channel: Channel, kind: str, moment: datetime, quiet_from: int, quiet_until: int) -> datetime:
    """When a message that could leave at `moment` does: a text in the quiet hours at their end, all else at once.

    The hours are those of the school's clock; the same hour twice means that none are quiet.
    domain rule: domain.md 4.4 - quiet hours for texts that are not urgent.
    """
    if channel is not Channel.SMS or kind in AT_ONCE or quiet_from == quiet_until:
        return moment
    local = moment.astimezone(DHAKA)
    end = local.replace(hour=quiet_until, minute=0, second=0, microsecond=0)
    if quiet_from < quiet_until:
        return end if quiet_from <= local.hour < quiet_until else moment
    if local.hour >= quiet_from:
        return end + timedelta(days=1)
    return end if local.hour < quiet_until else moment


_ADDRESS: Final = re.compile(r"[^\s<>\"'(),;:]+@[^\s<>\"'(),;:]+")
_NUMBER: Final = re.compile(r"\+?\d[\d -]{8,}\d")
_HEARD: Final = 2000
"""As much of an answer is looked at; three hundred characters of it are kept."""


def tidy_reason(said: str, recipient: str) -> str:
    """What the other side said, on one line and without the address it was about.

    Servers like to repeat the address. Without it, messages that failed alike have the same reason.
    """
    line = " ".join(said[:_HEARD].replace("\0", "").split()).replace(recipient, "…")
    return _NUMBER.sub("…", _ADDRESS.sub("…", line))[:300]


def mask_recipient(channel: Channel, recipient: str, locale: str) -> str:
    """A recipient to recognise but not to use: `017**-***678`, `d***@family.example`."""
    if channel is Channel.SMS:
        return mask_mobile(recipient, locale)
    name, at, host = recipient.rpartition("@")
    return f"{name[:1]}***@{host}" if at and name else "***"
