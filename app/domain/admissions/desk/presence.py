"""Who has an application open right now.

It stands in Redis for a minute and a half and nowhere else: nothing depends on it, and what is saved on a page that
has become old is refused anyway.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from redis.exceptions import RedisError

from app.domain.accounts.queries import list_user_names
from app.domain.kernel import clock
from app.domain.kernel.access import Actor
from app.domain.kernel.texts import LocalText
from app.queue import redis_connection

POLL_SECONDS: Final = 20
GONE_AFTER: Final = 90
"""Seconds without a sign of life; a page asks again every POLL_SECONDS."""


@dataclass(frozen=True, slots=True)
class Present:
    """A colleague who looks at the same application, and since when."""

    user_id: UUID
    name: LocalText
    since: datetime


def note_presence(actor: Actor, application_id: UUID) -> list[Present]:
    """Say that the actor has the application open, and who else has; the first to come first.

    The caller has found the application. Where Redis does not answer nobody is seen.
    """
    now, own = int(clock.now().timestamp()), str(actor.user_id)
    try:
        with redis_connection() as redis:
            seen = _seen(redis.hgetall(f"viewing:{application_id}"), now)
            since = seen.get(own, now)
            with redis.pipeline(transaction=False) as both:
                both.hset(f"viewing:{application_id}", own, f"{since} {now}")
                both.expire(f"viewing:{application_id}", GONE_AFTER)
                both.execute()
    except (RedisError, OSError):
        return []
    others = {UUID(user): moment for user, moment in seen.items() if user != own}
    names = list_user_names(set(others)) if others else {}
    found = [
        Present(user, names[user], datetime.fromtimestamp(moment, UTC))
        for user, moment in others.items()
        if user in names
    ]
    return sorted(found, key=lambda each: (each.since, each.user_id))


def _seen(stored: dict[bytes, bytes], now: int) -> dict[str, int]:
    """User and since when, of those who gave a sign of life lately."""
    seen = {}
    for user, times in stored.items():
        since, last = (int(part) for part in times.split())
        if now - last < GONE_AFTER:
            seen[user.decode()] = since
    return seen
