"""The one place where leave changes registers."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import select

from app.domain.attendance.models import Attendance, Register
from app.domain.attendance.services import save_register
from app.domain.attendance.types import AttendanceStatus
from app.domain.kernel.access import Actor
from app.domain.kernel.errors import DomainError
from app.uow import session


def change_days(
    actor: Actor,
    student_id: UUID,
    days: Collection[date],
    old: AttendanceStatus,
    new: AttendanceStatus,
) -> tuple[list[date], int]:
    """Make `new` of `old` where the registers of these days say it of a student.

    Returns the days that were changed, and how many were not because their register takes no change.
    """
    changed, left = [], 0
    for section_id, day, version in _registers_with(student_id, days, old):
        try:
            save_register(actor, section_id, day, version=version, chosen={student_id: new})
        except DomainError:
            left += 1
        else:
            changed.append(day)
    return changed, left


def _registers_with(
    student_id: UUID, days: Collection[date], status: AttendanceStatus
) -> Sequence[tuple[UUID, date, int]]:
    rows = session().execute(
        select(Register.section_id, Register.date, Register.version)
        .join(Attendance, Attendance.register_id == Register.id)
        .where(
            Attendance.student_id == student_id, Attendance.date.in_(list(days)), Attendance.status == status
        )
        .order_by(Register.date)
    )
    return [(row[0], row[1], row[2]) for row in rows]
