"""The one place where leave changes registers."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.domain.academics.queries import get_section_day
from app.domain.attendance.models import Attendance, Register
from app.domain.attendance.services import store_marks
from app.domain.attendance.types import AttendanceStatus, Mark, Source
from app.domain.kernel.access import Actor, Permission
from app.domain.kernel.errors import DomainError
from app.uow import session


def change_days(
    actor: Actor,
    student_id: UUID,
    days: Collection[date],
    old: AttendanceStatus,
    new: AttendanceStatus,
    source: Source,
) -> tuple[list[date], int]:
    """Make `new` of `old` where the registers of these days, whole or of lessons, say it of a student.

    Returns the days that were changed, and how many marks were not because their register takes no change.
    """
    changed: set[date] = set()
    left = 0
    for section_id, day, period, remarks in _lines_with(student_id, days, old):
        try:
            section = get_section_day(actor, section_id, day, Permission.REGISTERS_READ)
            mark = Mark(new, remarks=remarks)
            store_marks(
                actor, section, day, {student_id: mark}, source=source, period=period, instead_of={old}
            )
        except DomainError:
            left += 1
        else:
            changed.add(day)
    return sorted(changed), left


def _lines_with(student_id: UUID, days: Collection[date], status: AttendanceStatus) -> list[Any]:
    """(section, day, period, remark) of the marks that say it of a student."""
    rows = session().execute(
        select(Register.section_id, Register.date, Register.period, Attendance.remarks)
        .join(Attendance, Attendance.register_id == Register.id)
        .where(
            Attendance.student_id == student_id, Attendance.date.in_(list(days)), Attendance.status == status
        )
        .order_by(Register.date, Register.period)
    )
    return list(rows)
