"""What lines of a file are judged by: a few statements, however many lines there are."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date
from typing import TypeVar
from uuid import UUID

from sqlalchemy import ARRAY, Date, Uuid, and_, cast, func, select

from app.domain.academics.queries import (
    campus_sections,
    list_day_verdicts,
    list_seats_between,
)
from app.domain.academics.types import DayVerdict, Seat
from app.domain.attendance.importing.rules import fold_label
from app.domain.attendance.importing.types import Facts, Line, Sent, Span
from app.domain.attendance.models import Attendance, Register
from app.domain.attendance.queries import WHOLE_DAY
from app.domain.attendance.sheets.queries import list_locks
from app.domain.attendance.types import Mark, StoredMark
from app.uow import session

BATCH = 10_000
"""Lines a statement."""
Each = TypeVar("Each")


def batches(items: Sequence[Each]) -> Iterator[Sequence[Each]]:
    """The items in pieces that one statement takes."""
    for start in range(0, len(items), BATCH):
        yield items[start : start + BATCH]


def gather(campus_id: UUID, sent: Iterable[Sent], today: date) -> Facts:
    """All that the lines of a file are judged by at a campus the caller has found: seven statements."""
    days = [each.on for each in sent if each.on is not None and each.on <= today]
    if not days:
        return Facts(today, {}, {}, {}, {})
    first, last = min(days), max(days)
    sections: dict[str, list[Span]] = {}
    for row in campus_sections(campus_id, first, last):
        span = Span(row.id, row.starts_on, row.ends_on)
        names = {f"{row.class_code}{row.code}"}
        names |= {
            f"{of_class}{of_section}"
            for of_class in row.class_name.to_dict().values()
            for of_section in row.name.to_dict().values()
        }
        for name in names:
            spans = sections.setdefault(fold_label(name), [])
            if span not in spans:
                spans.append(span)
    by_number: dict[str, list[Seat]] = {}
    by_roll: dict[tuple[UUID, int], list[Seat]] = {}
    for seat in list_seats_between(first, last, campus_id=campus_id):
        by_number.setdefault(seat.student_no.upper(), []).append(seat)
        by_roll.setdefault((seat.section_id, seat.roll_number), []).append(seat)
    verdicts: dict[date, DayVerdict] = {}
    if by_number:
        # Before the first enrolment nothing is looked at, so that a slip of a century costs nothing.
        begin = max(first, min(seat.enrolled_on for seats in by_number.values() for seat in seats))
        verdicts = {verdict.day: verdict for verdict in list_day_verdicts(campus_id, begin, last)}
    locked = list_locks(campus_id, first, last)
    return Facts(
        today, sections, by_number, by_roll, verdicts, frozenset(locked), _lesson_days(campus_id, first, last)
    )


def _lesson_days(campus_id: UUID, first: date, last: date) -> frozenset[tuple[UUID, date]]:
    """Sections and days of which somebody keeps registers by lesson."""
    rows = session().execute(
        select(Register.section_id, Register.date)
        .where(
            Register.campus_id == campus_id,
            Register.date.between(first, last),
            Register.period != WHOLE_DAY,
        )
        .distinct()
    )
    return frozenset((section_id, day) for section_id, day in rows)


def list_stored(lines: Collection[Line]) -> dict[tuple[UUID, date], StoredMark]:
    """What is stored of the pupils of some lines on their days."""
    keys = [(line.seat.student_id, line.sent.on) for line in lines if line.seat and line.sent.on]
    found: dict[tuple[UUID, date], StoredMark] = {}
    for some in batches(keys):
        asked = (
            func.unnest(
                cast([student for student, _ in some], ARRAY(Uuid)), cast([on for _, on in some], ARRAY(Date))
            )
            .table_valued("student_id", "on")
            .render_derived()
        )
        rows = session().execute(
            select(
                Attendance.student_id,
                Attendance.date,
                Attendance.status,
                Attendance.late_minutes,
                Attendance.left_at,
                Attendance.remarks,
                Attendance.version,
            ).join(
                asked,
                and_(
                    Attendance.student_id == asked.c.student_id,
                    Attendance.date == asked.c.on,
                    Attendance.period == WHOLE_DAY,
                ),
            )
        )
        for student_id, on, status, minutes, left_at, remarks, version in rows:
            found[student_id, on] = StoredMark(Mark(status, minutes, left_at, remarks), version)
    return found
