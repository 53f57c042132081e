"""Which patterns of a child's days need a talk with the family. No clock, no database."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Final

from app.domain.attendance.concerns.types import ConcernKind, Limits, Pattern
from app.domain.attendance.reports.rules import ATTENDED, current_run, is_below
from app.domain.attendance.types import AttendanceStatus, Share

SAME_WEEKDAY: Final = 3
"""So many times in a row the same weekday was missed."""
LATE_DAYS: Final = 5
LATE_OF: Final = 20
"""Often late: so many of the last so many days."""
LEAST_TAKEN: Final = 10
"""Before so many days were taken a percentage says nothing."""

States = Sequence[tuple[date, AttendanceStatus]]


def find_patterns(states: States, limits: Limits) -> list[Pattern]:
    """What stands out in a child's school days of a year, in order of time. At most one of each kind."""
    found = (_weekday(states), _run(states, limits), _threshold(states, limits), _late(states))
    return [pattern for pattern in found if pattern]


def _weekday(states: States) -> Pattern | None:
    """The last three times of one weekday were missed, and the child was at school in between."""
    by_weekday: dict[int, list[tuple[date, AttendanceStatus]]] = defaultdict(list)
    for day, status in states:
        if status is not AttendanceStatus.EXCUSED:
            by_weekday[day.isoweekday()].append((day, status))
    missed = []
    for marks in by_weekday.values():
        last = marks[-SAME_WEEKDAY:]
        if len(last) < SAME_WEEKDAY or any(status is not AttendanceStatus.ABSENT for _, status in last):
            continue
        first, final = last[0][0], last[-1][0]
        if any(first < day < final and status in ATTENDED for day, status in states):
            missed.append(tuple(day for day, _ in last))
    return Pattern(ConcernKind.WEEKDAY, max(missed, key=max)) if missed else None


def _run(states: States, limits: Limits) -> Pattern | None:
    days = current_run(states)
    return Pattern(ConcernKind.RUN, tuple(days)) if len(days) >= limits.absent_days else None


def _threshold(states: States, limits: Limits) -> Pattern | None:
    counts = [sum(each is status for _, each in states) for status in AttendanceStatus]
    share = Share(present=counts[0], late=counts[2], taken=len(states))
    if share.taken < LEAST_TAKEN or not is_below(share.attended, share.taken, limits.threshold):
        return None
    return Pattern(ConcernKind.THRESHOLD, _days(states, AttendanceStatus.ABSENT), share)


def _late(states: States) -> Pattern | None:
    days = _days(states[-LATE_OF:], AttendanceStatus.LATE)
    return Pattern(ConcernKind.LATE, days) if len(days) >= LATE_DAYS else None


def _days(states: States, wanted: AttendanceStatus) -> tuple[date, ...]:
    return tuple(day for day, status in states if status is wanted)


def opens_again(pattern: Pattern, closed_on: date) -> bool:
    """Whether something of a pattern happened after the day its concern was closed."""
    return bool(pattern.days) and max(pattern.days) > closed_on
