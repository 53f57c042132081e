"""What time it is, asked in one place, so that a test or a replay can say it instead.

Rules never ask: they are given the day. Services and pages ask here.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime

from app.domain.kernel.dates import local_day

_stopped: list[datetime] = []


def now() -> datetime:
    """The moment it is, in UTC."""
    return _stopped[-1] if _stopped else datetime.now(UTC)


def today() -> date:
    """The day it is at the school: it begins at midnight in Dhaka."""
    return local_day(now())


@contextmanager
def stopped_at(moment: datetime) -> Iterator[None]:
    """Let it be `moment` inside the block, for this process. Raises ValueError for a moment without a zone."""
    if moment.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    _stopped.append(moment.astimezone(UTC))
    try:
        yield
    finally:
        _stopped.pop()
