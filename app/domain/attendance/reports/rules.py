"""Days as bits of a month, and what can be read from them. No clock, no database."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from uuid import UUID

from app.domain.attendance.reports.types import LessonLine, Where
from app.domain.attendance.types import AttendanceStatus

ATTENDED: Final = frozenset({AttendanceStatus.PRESENT, AttendanceStatus.LATE})


def masks_of(days: Iterable[date]) -> dict[date, int]:
    """These days as bits, by the first day of their month: the first of the month is bit 0."""
    found: dict[date, int] = {}
    for day in days:
        month = day.replace(day=1)
        found[month] = found.get(month, 0) | 1 << (day.day - 1)
    return found


def days_of(month: date, mask: int) -> Iterator[date]:
    """The days of a month whose bits stand in a mask, in order of time."""
    while mask:
        lowest = mask & -mask
        yield month + timedelta(lowest.bit_length() - 1)
        mask ^= lowest


@dataclass(frozen=True, slots=True)
class MonthBits:
    """What the database keeps of a child's month."""

    month: date
    present: int
    absent: int
    late: int
    excused: int


def states_of(
    months: Iterable[MonthBits], school_days: Mapping[date, int]
) -> list[tuple[date, AttendanceStatus]]:
    """The states of a child on school days, in order of time; days without a mark are left out.

    Two rows of one month are two sections the child sat in; no day stands in both.
    """
    found = []
    for row in months:
        open_days = school_days.get(row.month, 0)
        for mask, status in (
            (row.present, AttendanceStatus.PRESENT),
            (row.absent, AttendanceStatus.ABSENT),
            (row.late, AttendanceStatus.LATE),
            (row.excused, AttendanceStatus.EXCUSED),
        ):
            found += [(day, status) for day in days_of(row.month, mask & open_days)]
    found.sort()
    return found


def current_run(states: Sequence[tuple[date, AttendanceStatus]]) -> list[date]:
    """The absent days a child has been missing on since it was last at school, in order of time.

    An excused day neither ends a run nor counts, and neither does a day on which nobody asked.
    """
    days: list[date] = []
    for day, status in reversed(states):
        if status in ATTENDED:
            break
        if status is AttendanceStatus.ABSENT:
            days.append(day)
    return days[::-1]


def where_now(status: AttendanceStatus | None, left_at: time | None, now: time) -> Where:
    """Where a pupil is by the latest register of the day; a time of leaving that is still to come leaves one here."""
    if status is None:
        return Where.UNKNOWN
    if status not in ATTENDED:
        return Where.AWAY
    return Where.GONE if left_at is not None and left_at <= now else Where.HERE


def plan_of(
    lessons: Iterable[tuple[int, time, time, UUID | None]], taken: Collection[int], day: date, now: datetime
) -> tuple[LessonLine, ...]:
    """The lessons of a day (period, first minute, the minute after the last, who teaches) as far as it has gone at a
    moment in local time; `taken`: periods whose register is.
    """

    def is_past(at: time) -> bool:
        return (day, at) <= (now.date(), now.time())

    return tuple(
        LessonLine(period, is_past(starts_at), is_past(ends_at), period in taken, staff_id)
        for period, starts_at, ends_at, staff_id in lessons
    )


def hour_of(moment: datetime) -> datetime:
    """The beginning of the hour around a moment: a teacher is reminded once in each."""
    return moment.replace(minute=0, second=0, microsecond=0)


def is_below(attended: int, taken: int, percent: int) -> bool:
    """Whether less than so many percent were attended, exactly: 74.9 % is below 75. Nothing taken is not below."""
    return taken > 0 and attended * 100 < percent * taken
