"""Who may see and change the school's structure, and whose names stand on a section's page.

Lists are filtered in the queries by the campuses of the permission; here are the predicates for one thing.
"""

from __future__ import annotations

from uuid import UUID

from app.domain.academics.queries import teaches_section
from app.domain.kernel.access import ROLE_PERMISSIONS, Actor, Permission, Role
from app.domain.kernel.errors import Forbidden, NotFound


def ensure_may(actor: Actor, permission: Permission, campus_id: UUID, *, to_read: Permission) -> None:
    """Raise NotFound for a campus the actor cannot even look at, Forbidden where they look but may not act."""
    if actor.may(permission, campus_id):
        return
    raise Forbidden if actor.may(to_read, campus_id) else NotFound


def reaches_whole_campus(actor: Actor, permission: Permission, campus_id: UUID) -> bool:
    """Whether the permission reaches everybody at the campus: held in any role but that of a teacher."""
    return actor.is_system or any(
        grant.role is not Role.TEACHER
        and permission in ROLE_PERMISSIONS[grant.role]
        and grant.campus_id in (None, campus_id)
        for grant in actor.grants
    )


def may_see_pupils(actor: Actor, campus_id: UUID, section_id: UUID) -> bool:
    """The office sees the pupils of every section of its campus, a teacher those of the own sections."""
    if not actor.may(Permission.STUDENTS_READ, campus_id):
        return False
    return reaches_whole_campus(actor, Permission.STUDENTS_READ, campus_id) or teaches_section(
        actor.person_id, section_id
    )
