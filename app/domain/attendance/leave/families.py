"""What a family sees of the days of its children: marks, leave, what is not explained, and how a percentage comes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple
from uuid import UUID

from app.domain.academics.queries import (
    EnrolmentView,
    YearView,
    list_day_verdicts,
    list_enrolments_of,
    list_years,
)
from app.domain.academics.rules import WEEK_BEGINS, covers, weeks_of_month
from app.domain.academics.types import DayVerdict, EnrolmentStatus
from app.domain.attendance.leave.queries import find_case, list_cases_of
from app.domain.attendance.leave.rules import AHEAD, BACK, days_in, unexplained, work_out
from app.domain.attendance.leave.types import LIVE, LeaveCase, LeaveState, Span, Working
from app.domain.attendance.queries import get_family_student, list_days_of, list_students_of
from app.domain.attendance.rules import count_statuses, month_bounds, week_of
from app.domain.attendance.types import AttendanceStatus, ChildDay, Counts
from app.domain.kernel.access import Actor
from app.domain.kernel.errors import NotFound
from app.domain.people.queries import FamilyStudent


@dataclass(frozen=True, slots=True)
class SchoolDay:
    """One day of a child: what the calendar says, what was recorded, and the live case that speaks for it."""

    verdict: DayVerdict
    mark: ChildDay | None
    leave: LeaveCase | None = None


class OpenRun(NamedTuple):
    """Days absent that nobody has explained: from when to when, and how many of them were days at school."""

    span: Span
    days: int


@dataclass(frozen=True, slots=True)
class ChildCard:
    """A child on the first page of the family. `enrolment` is None for one who sits in no section now."""

    student: FamilyStudent
    enrolment: EnrolmentView | None
    today: SchoolDay
    week: tuple[SchoolDay, ...]
    """The school days of this week."""
    counts: Counts
    open_runs: tuple[OpenRun, ...]
    """Runs of absent days of the last month that nobody has explained."""
    cases: tuple[LeaveCase, ...]
    """Leave that has a day from this week on, the next first."""


@dataclass(frozen=True, slots=True)
class ChildMonth:
    """A month of a child: whole weeks of days, how its percentage comes and that of the year, and its leave."""

    student: FamilyStudent
    enrolment: EnrolmentView | None
    first: date
    weeks: tuple[tuple[SchoolDay | None, ...], ...]
    month: Working
    year: Working | None
    year_name: str
    since: date
    """From when on there can be any days."""
    cases: tuple[LeaveCase, ...]


def _current(enrolments: Iterable[EnrolmentView], today: date) -> EnrolmentView | None:
    """Where a student sits now. Next year's seat, given before the year begins, is not it."""
    return next(
        (each for each in enrolments if each.status is EnrolmentStatus.ACTIVE and each.enrolled_on <= today),
        None,
    )


def _speaking(cases: Iterable[LeaveCase], day: date) -> LeaveCase | None:
    """The live case that has a day, the approved one first."""
    found = [each for each in cases if each.state in LIVE and each.span.first <= day <= each.span.last]
    return min(found, key=lambda each: each.state is not LeaveState.APPROVED, default=None)


def list_children(actor: Actor, today: date) -> list[ChildCard]:
    """The actor's children with today, this week and leave; two statements a campus and four for them all."""
    students = list_students_of(actor)
    keys = [student.student_id for student in students]
    first, last = week_of(today, WEEK_BEGINS)
    since, until = min(first, today - timedelta(BACK)), last
    enrolments = list_enrolments_of(keys) if keys else []
    marks = list_days_of(keys, since, until)
    cases = list_cases_of(keys, since, today + timedelta(AHEAD))
    verdicts = {
        campus_id: {each.day: each for each in list_day_verdicts(campus_id, since, until)}
        for campus_id in dict.fromkeys(student.campus_id for student in students)
    }
    return [
        _card(
            student,
            _current((each for each in enrolments if each.student_id == student.student_id), today),
            verdicts[student.campus_id],
            marks[student.student_id],
            [each for each in cases if each.student_id == student.student_id],
            today,
        )
        for student in students
    ]


def _card(
    student: FamilyStudent,
    enrolment: EnrolmentView | None,
    verdicts: Mapping[date, DayVerdict],
    marks: Mapping[date, ChildDay],
    cases: Sequence[LeaveCase],
    today: date,
) -> ChildCard:
    first, last = week_of(today, WEEK_BEGINS)
    days = {day: SchoolDay(each, marks.get(day), _speaking(cases, day)) for day, each in verdicts.items()}
    week = tuple(each for day, each in days.items() if first <= day <= last and each.verdict.is_school_day)
    school = {day for day, each in verdicts.items() if each.is_school_day}
    absent = [day for day in school if day in marks and marks[day].status is AttendanceStatus.ABSENT]
    answered = [each.span for each in cases if each.state is not LeaveState.WITHDRAWN]
    coming = [each for each in cases if each.state is not LeaveState.WITHDRAWN and each.span.last >= first]
    return ChildCard(
        student=student,
        enrolment=enrolment,
        today=days[today],
        week=week,
        counts=count_statuses(day.mark.status for day in week if day.mark),
        open_runs=tuple(
            OpenRun(span, len(days_in([span], absent)))
            for span in unexplained(absent, answered, school.__contains__)
        ),
        cases=tuple(reversed(coming)),
    )


def get_child_month(actor: Actor, student_id: UUID | None, month: date, today: date) -> ChildMonth:
    """The month of a child as a calendar sheet, with the working of its percentage and of the school year's: seven
    statements. Raises NotFound for anybody else's child.
    """
    student = get_family_student(actor, student_id)
    first, last = month_bounds(month)
    enrolments = list_enrolments_of([student.student_id])
    since = min((each.enrolled_on for each in enrolments), default=today)
    year = next((each for each in list_years(student.campus_id) if covers(each, first)), None)
    start, end = _around(year, first, last)
    marks = list_days_of([student.student_id], start, end)[student.student_id]
    cases = list_cases_of([student.student_id], start, end)
    verdicts = list_day_verdicts(student.campus_id, start, end)
    days = {
        each.day: SchoolDay(each, marks.get(each.day), _speaking(cases, each.day))
        for each in verdicts
        if first <= each.day <= last
    }
    stated = {day: mark.status for day, mark in marks.items()}
    counted = [each for each in verdicts if each.day >= since]
    of_year = [each for each in counted if year and covers(year, each.day)]
    return ChildMonth(
        student=student,
        enrolment=_current(enrolments, today),
        first=first,
        weeks=tuple(tuple(days.get(day) for day in week) for week in weeks_of_month(first.year, first.month)),
        month=work_out([each for each in counted if first <= each.day <= last], stated, today),
        year=work_out(of_year, stated, today) if year else None,
        year_name=year.name if year else "",
        since=since,
        cases=tuple(
            each
            for each in cases
            if each.span.first <= last and each.span.last >= first and each.state is not LeaveState.WITHDRAWN
        ),
    )


def _around(year: YearView | None, first: date, last: date) -> tuple[date, date]:
    """The days that a month and the year around it need."""
    return (min(year.starts_on, first), max(year.ends_on, last)) if year else (first, last)


def get_family_case(actor: Actor, case_id: UUID) -> LeaveCase:
    """A case of one of the actor's own children; its file tells how the check of the paper went. Raises NotFound."""
    case = find_case(case_id)
    if case is None:
        raise NotFound
    get_family_student(actor, case.student_id)
    return case


def list_family_cases(actor: Actor, today: date) -> list[LeaveCase]:
    """Every case of the actor's children that is not long over, the latest first: two statements."""
    keys = [student.student_id for student in list_students_of(actor)]
    return list_cases_of(keys, today - timedelta(AHEAD), today + timedelta(AHEAD))
