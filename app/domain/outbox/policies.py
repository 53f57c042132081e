"""Who may act on the outbox as a whole. Whose messages somebody reaches is a filter of the queries."""

from __future__ import annotations

from app.domain.kernel.access import ALL, Actor, Permission
from app.domain.kernel.errors import Forbidden


def reaches_all(actor: Actor) -> bool:
    """Whether the actor looks after the whole installation, and so may let a held channel go on."""
    return actor.campuses_for(Permission.JOBS_MANAGE) is ALL


def ensure_reaches_all(actor: Actor) -> None:
    """Raise Forbidden for somebody who looks after a campus only."""
    if not reaches_all(actor):
        raise Forbidden
