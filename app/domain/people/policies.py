"""Who reaches which student, guardian and member of staff.

The office reaches everybody at its campuses. A teacher reaches the students of the own sections and their
guardians; which students those are, academics knows, a feature above this one. So the blueprint asks
`academics.queries.taught_student_ids` for their keys, as a part of a statement, and hands it to the filters
here as `taught`. Filters for lists and predicates for one object stand side by side and say the same.
"""

from __future__ import annotations

from typing import Any, Literal
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, false, or_, select, true

from app.domain.kernel.access import ALL, ROLE_PERMISSIONS, Actor, AllCampuses, Permission, Role
from app.domain.people.models import Guardian, StaffMember, Student, StudentGuardian

Campuses = frozenset[UUID] | Literal[AllCampuses.ALL]
Keys = Select[Any]


def _campuses(actor: Actor, permission: Permission, *, teaching: bool) -> Campuses:
    found = set()
    for grant in actor.grants:
        if permission in ROLE_PERMISSIONS[grant.role] and (grant.role is Role.TEACHER) is teaching:
            if grant.campus_id is None:
                return ALL
            found.add(grant.campus_id)
    return frozenset(found)


def office_campuses(actor: Actor, permission: Permission) -> Campuses:
    """The campuses at which somebody reaches everybody, because they hold the permission not as a teacher only."""
    return ALL if actor.is_system else _campuses(actor, permission, teaching=False)


def _at(campuses: Campuses, column: Any) -> ColumnElement[bool]:
    if campuses is ALL:
        return true()
    return column.in_(campuses) if campuses else false()


def students_reached(
    actor: Actor, taught: Keys | None = None, permission: Permission = Permission.STUDENTS_READ
) -> ColumnElement[bool]:
    """The filter on students. Without `taught` a teacher reaches nobody."""
    reached = _at(office_campuses(actor, permission), Student.campus_id)
    if taught is None:
        return reached
    own = _at(_campuses(actor, permission, teaching=True), Student.campus_id) & Student.id.in_(taught)
    return or_(reached, own)


def may_edit_student(actor: Actor, campus_id: UUID) -> bool:
    """The predicate for one student: the office of the student's campus."""
    return campus_id in office_campuses(actor, Permission.STUDENTS_EDIT)


def guardians_reached(
    actor: Actor,
    taught: Keys | None = None,
    permission: Permission = Permission.GUARDIANS_READ,
    guardian_id: UUID | None = None,
) -> ColumnElement[bool]:
    """The filter on guardians: those of a student who is reached; for the office also those of no student yet.

    With a key at most that guardian answers, and the children of no other are asked for.
    """
    office = office_campuses(actor, permission)
    if office is ALL:
        return true()
    links = select(StudentGuardian.guardian_id)
    if guardian_id is not None:
        links = links.where(StudentGuardian.guardian_id == guardian_id)
    reached = Guardian.id.in_(
        links.join(Student, Student.id == StudentGuardian.student_id).where(
            students_reached(actor, taught, permission)
        )
    )
    if not office:
        return reached
    return or_(reached, ~exists().where(StudentGuardian.guardian_id == Guardian.id))


def may_edit_guardians(actor: Actor, campus_id: UUID) -> bool:
    """The predicate for the guardians of one student: the office of the student's campus."""
    return campus_id in office_campuses(actor, Permission.GUARDIANS_EDIT)


def staff_reached(actor: Actor, permission: Permission = Permission.STAFF_READ) -> ColumnElement[bool]:
    """The filter on staff: those of the campuses where the permission is held."""
    return _at(office_campuses(actor, permission), StaffMember.campus_id)


def may_edit_staff(actor: Actor, campus_id: UUID) -> bool:
    """The predicate for one member of staff."""
    return campus_id in office_campuses(actor, Permission.STAFF_EDIT)
