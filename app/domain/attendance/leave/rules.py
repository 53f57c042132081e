"""Rules of leave: runs of absent days, how requests become one case, and the working of a percentage. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from app.domain.academics.types import DayReason, DayVerdict
from app.domain.attendance.leave.types import (
    DaysTooFar,
    DaysTurned,
    LeaveReason,
    LeaveState,
    NamedSpan,
    Placement,
    Span,
    Standing,
    Working,
)
from app.domain.attendance.rules import count_statuses, share_of
from app.domain.attendance.types import AttendanceStatus

BACK: Final = 31
"""Days back that a family can explain."""
AHEAD: Final = 180
"""Days ahead that leave can be asked for."""
MOST: Final = 60
"""Days in one request."""
UNDO_FOR: Final = timedelta(minutes=15)
WORDS_LENGTH: Final = 500

IsSchoolDay = Callable[[date], bool]


def overlap(one: Span, other: Span) -> bool:
    """Whether two spans share a day."""
    return one.first <= other.last and other.first <= one.last


def union(one: Span, other: Span) -> Span:
    """The shortest span around both."""
    return Span(min(one.first, other.first), max(one.last, other.last))


def touch(one: Span, other: Span, is_school_day: IsSchoolDay) -> bool:
    """Whether two spans overlap, or have nothing but weekends and holidays between them."""
    if overlap(one, other):
        return True
    before, after = sorted((one, other))
    day = before.last + timedelta(1)
    while day < after.first:
        if is_school_day(day):
            return False
        day += timedelta(1)
    return True


def runs_of(days: Iterable[date], is_school_day: IsSchoolDay) -> list[Span]:
    """Days joined over weekends and holidays, oldest first. A day that is no school day now begins or ends no run."""
    found: list[Span] = []
    for day in sorted(set(days)):
        if not is_school_day(day):
            continue
        one = Span(day, day)
        if found and touch(found[-1], one, is_school_day):
            found[-1] = union(found[-1], one)
        else:
            found.append(one)
    return found


def unexplained(absent: Iterable[date], explained: Sequence[Span], is_school_day: IsSchoolDay) -> list[Span]:
    """The runs of absent days that no case speaks for."""
    return runs_of(
        (day for day in absent if not any(span.first <= day <= span.last for span in explained)),
        is_school_day,
    )


def place(
    wanted: Span, reason: LeaveReason, live: Sequence[Standing], is_school_day: IsSchoolDay
) -> Placement:
    """What becomes of a request of a child who has these live cases.

    What is approved stands: a request for any of its days is refused and names it. Waiting cases that share a day
    with the request become one with it, and so do those of the same reason that only a weekend or a holiday parts
    from it: a run of days is one case.
    """
    approved = [each for each in live if each.state is LeaveState.APPROVED]
    for each in approved:
        if overlap(each.span, wanted):
            return Placement(wanted, refused_by=each.id)
    rest = sorted((each for each in live if each.state is LeaveState.ASKED), key=lambda each: each.span)
    joined: list[UUID] = []
    span = wanted
    while found := next((each for each in rest if _joins(each, span, reason, approved, is_school_day)), None):
        rest.remove(found)
        joined.append(found.id)
        span = union(span, found.span)
    return Placement(span, joined[0], tuple(joined[1:])) if joined else Placement(span)


def _joins(
    case: Standing, span: Span, reason: LeaveReason, approved: Sequence[Standing], is_school_day: IsSchoolDay
) -> bool:
    if overlap(case.span, span):
        return True
    whole = union(case.span, span)
    return (
        case.reason is reason
        and touch(case.span, span, is_school_day)
        and not any(overlap(whole, each.span) for each in approved)
    )


def join_words(old: str, new: str) -> str:
    """What two requests say, once; cut where it grows too long."""
    if not new or new in old:
        return old
    return f"{old}\n{new}".strip()[:WORDS_LENGTH]


def check_days(wanted: Span, today: date) -> None:
    """Raise DaysTurned or DaysTooFar."""
    if wanted.last < wanted.first:
        raise DaysTurned
    is_near = today - timedelta(BACK) <= wanted.first and wanted.last <= today + timedelta(AHEAD)
    if not is_near or (wanted.last - wanted.first).days >= MOST:
        raise DaysTooFar(most=MOST, back=BACK, ahead=AHEAD)


def may_take_back(state: LeaveState, first: date, today: date) -> bool:
    """Whether the family may withdraw or shorten a case: nobody has answered, and it has not begun before today."""
    return state is LeaveState.ASKED and today <= first


def may_undo(answered_at: datetime | None, now: datetime) -> bool:
    """Whether an answer can still be taken back by whoever gave it."""
    return answered_at is not None and now - answered_at <= UNDO_FOR


def work_out(verdicts: Sequence[DayVerdict], marks: Mapping[date, AttendanceStatus], until: date) -> Working:
    """The percentage of some days with all it is made of. Days after `until` are not looked at.

    The calendar as it is now decides: a register of a day that has become a holiday counts nowhere.
    """
    past = [each for each in verdicts if each.day <= until]
    school = [each.day for each in past if each.is_school_day]
    counted = {day: marks[day] for day in school if day in marks}
    return Working(
        share=share_of(count_statuses(counted.values())),
        excused=_with(counted, AttendanceStatus.EXCUSED),
        absent=_with(counted, AttendanceStatus.ABSENT),
        not_taken=len(school) - len(counted),
        holidays=holidays_of(past),
        set_aside=[each.day for each in past if not each.is_school_day and each.day in marks],
    )


def _with(marks: Mapping[date, AttendanceStatus], status: AttendanceStatus) -> list[date]:
    return [day for day, each in marks.items() if each is status]


def holidays_of(verdicts: Iterable[DayVerdict]) -> list[NamedSpan]:
    """The holidays among some days in order of time, days of one name joined."""
    found: list[NamedSpan] = []
    for each in verdicts:
        if each.reason is not DayReason.HOLIDAY:
            continue
        last = found[-1] if found else None
        if last and last.name == each.name and last.span.last == each.day - timedelta(1):
            found[-1] = NamedSpan(Span(last.span.first, each.day), each.name)
        else:
            found.append(NamedSpan(Span(each.day, each.day), each.name))
    return found


def days_in(spans: Iterable[Span], days: Collection[date]) -> set[date]:
    """Those of the days that lie in one of the spans."""
    return {day for span in spans for day in days if span.first <= day <= span.last}
