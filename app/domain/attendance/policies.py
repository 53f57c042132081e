"""Who may take a register.

Which registers somebody may read is decided where they are loaded: the office of a campus reads all of them,
a teacher those of the sections they are class teacher of or teach a subject in.
"""

from __future__ import annotations

from uuid import UUID

from app.domain.academics.policies import reaches_whole_campus
from app.domain.kernel.access import Actor, Permission
from app.domain.kernel.errors import Forbidden


def may_take(actor: Actor, campus_id: UUID, *, is_own: bool) -> bool:
    """The class teacher takes the register, and whoever runs the campus; other teachers only read it."""
    if not actor.may(Permission.REGISTERS_TAKE, campus_id):
        return False
    return is_own or reaches_whole_campus(actor, Permission.REGISTERS_TAKE, campus_id)


def ensure_may_take(actor: Actor, campus_id: UUID, *, is_own: bool) -> None:
    """Raise Forbidden for somebody who may only read."""
    if not may_take(actor, campus_id, is_own=is_own):
        raise Forbidden


def ensure_may_report(actor: Actor, campus_id: UUID) -> None:
    """Raise Forbidden for somebody who does not look after the attendance of this campus."""
    if not actor.may(Permission.ATTENDANCE_REPORT, campus_id):
        raise Forbidden
