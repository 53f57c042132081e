"""Whose messages somebody may look after.

A message that belongs to no campus, such as an invitation, is for those who look after all of them.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, true

from app.domain.kernel.access import ALL, Actor, Permission
from app.domain.kernel.errors import Forbidden
from app.domain.outbox.models import OutboxMessage


def messages_reached(actor: Actor) -> ColumnElement[bool]:
    """The condition that keeps a statement to the messages of the actor's campuses."""
    campuses = actor.campuses_for(Permission.JOBS_MANAGE)
    return true() if campuses is ALL else OutboxMessage.campus_id.in_(campuses)


def reaches_all(actor: Actor) -> bool:
    """Whether the actor looks after the whole installation, and so may let a held channel go on."""
    return actor.campuses_for(Permission.JOBS_MANAGE) is ALL


def ensure_reaches_all(actor: Actor) -> None:
    """Raise Forbidden for somebody who looks after a campus only."""
    if not reaches_all(actor):
        raise Forbidden
