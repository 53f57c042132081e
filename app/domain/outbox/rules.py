"""Pure rules of delivery."""

from __future__ import annotations

from datetime import timedelta

MAX_ATTEMPTS = 10
LEASE = timedelta(seconds=90)
"""How long a worker may hold a message before another takes over: longer than the slowest SMTP answer."""


def back_off(attempts: int) -> timedelta:
    """Wait after the n-th failed attempt: 15 s, doubling, at most an hour."""
    return timedelta(seconds=min(15 * 2 ** max(attempts - 1, 0), 3600))
