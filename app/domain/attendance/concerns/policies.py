"""Whose concerns somebody sees, and who may settle one.

The office of a campus sees all of it; a teacher those of the sections they are class teacher of or teach in, and
those that were given to them. Whoever sees one may write a note; the owner and the office give it away and close it.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ColumnElement, false, or_, true

from app.domain.academics.queries import section_ids_of_teacher
from app.domain.attendance.concerns.models import Concern
from app.domain.kernel.access import ALL, Actor, Permission
from app.domain.kernel.errors import Forbidden


def concerns_reached(actor: Actor) -> ColumnElement[bool]:
    """The filter of every list and page."""
    office = actor.campuses_for(Permission.ATTENDANCE_REPORT)
    if office is ALL:
        return true()
    own: ColumnElement[bool] = false()
    if actor.may(Permission.REGISTERS_READ):
        at = actor.campuses_for(Permission.REGISTERS_READ)
        mine = Concern.owner_id == actor.user_id
        if actor.person_id is not None:
            mine = or_(mine, Concern.section_id.in_(section_ids_of_teacher(actor.person_id)))
        own = mine if at is ALL else mine & Concern.campus_id.in_(at)
    return or_(Concern.campus_id.in_(office), own)


def may_settle(actor: Actor, campus_id: UUID, owner_id: UUID | None) -> bool:
    """The owner, and the office of the campus."""
    is_owner = owner_id is not None and owner_id == actor.user_id
    return is_owner or actor.may(Permission.ATTENDANCE_REPORT, campus_id)


def ensure_may_settle(actor: Actor, campus_id: UUID, owner_id: UUID | None) -> None:
    """Raise Forbidden for somebody who may only write a note."""
    if not may_settle(actor, campus_id, owner_id):
        raise Forbidden
