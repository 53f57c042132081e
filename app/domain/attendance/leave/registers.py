"""The one place where leave changes registers."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, or_, select, true

from app.domain.academics.queries import get_section_day
from app.domain.attendance.leave.types import Span
from app.domain.attendance.models import Attendance, AttendanceChange, Register
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
    *,
    only_own: bool = False,
) -> tuple[list[date], int]:
    """Make `new` of `old` where the registers of these days, whole or of lessons, say it of a student.

    With `only_own` only where that mark came from the same source, and nobody has said anything of it since.

    Returns the days that were changed, and how many marks were not because their register takes no change.
    """
    changed: set[date] = set()
    left = 0
    for section_id, day, period, remarks in _lines_with(student_id, days, old, source if only_own else None):
        try:
            section = get_section_day(actor, section_id, day, Permission.REGISTERS_READ)
            mark = Mark(new, remarks=remarks)
            if store_marks(
                actor, section, day, {student_id: mark}, source=source, period=period, instead_of={old}
            ):
                changed.add(day)
        except DomainError:
            left += 1
    return sorted(changed), left


def hold_registers(spans: Iterable[tuple[UUID, Span]]) -> None:
    """Hold all registers that tell of these students on these days, in one order, until the transaction ends.

    Storing a mark holds the child's months as well: whoever finishes one of these registers has both or neither.
    """
    lines = [
        and_(Attendance.student_id == student_id, Attendance.date.between(*span))
        for student_id, span in spans
    ]
    if lines:
        session().execute(
            select(Register.id)
            .where(Register.id.in_(select(Attendance.register_id).where(or_(*lines))))
            .order_by(Register.section_id, Register.date, Register.period)
            .with_for_update()
        ).all()


def _lines_with(
    student_id: UUID, days: Collection[date], status: AttendanceStatus, source: Source | None
) -> list[Any]:
    """(section, day, period, remark) of the marks that say it of a student, with a source only those it said last."""
    said_last: ColumnElement[bool] = true()
    if source is not None:
        said_last = exists().where(
            AttendanceChange.student_id == Attendance.student_id,
            AttendanceChange.date == Attendance.date,
            AttendanceChange.period == Attendance.period,
            AttendanceChange.register_id == Attendance.register_id,
            AttendanceChange.version == Attendance.version,
            AttendanceChange.source == source,
        )
    rows = session().execute(
        select(Register.section_id, Register.date, Register.period, Attendance.remarks)
        .join(Attendance, Attendance.register_id == Register.id)
        .where(
            Attendance.student_id == student_id,
            Attendance.date.in_(list(days)),
            Attendance.status == status,
            said_last,
        )
        .order_by(Register.date, Register.period)
    )
    return list(rows)
