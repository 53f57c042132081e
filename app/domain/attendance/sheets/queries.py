"""Reads of the sheets of a month, of one section or of all sections of a class."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import func, select

from app.db import among
from app.domain.academics.queries import (
    CampusSection,
    SectionView,
    campus_sections,
    get_campus,
    get_class,
    get_section,
    get_section_day,
    list_day_verdicts,
    list_seats_between,
    list_sections,
    list_years,
    seated_spans,
)
from app.domain.accounts.queries import user_name_columns
from app.domain.attendance.models import Attendance, Register, RegisterLock
from app.domain.attendance.rules import day_state, left_early, lockable, month_bounds
from app.domain.attendance.sheets.rules import make_sheet, missing_days, months_between
from app.domain.attendance.sheets.types import (
    DayMark,
    Locked,
    MonthSheet,
    MonthState,
    SectionMonth,
    SheetSeat,
    SheetSection,
)
from app.domain.attendance.types import Mark
from app.domain.kernel.access import Actor, Permission
from app.domain.kernel.errors import NotFound
from app.domain.kernel.texts import LocalText
from app.uow import session

Marks = dict[UUID, dict[UUID, dict[date, DayMark]]]
"""By section, student and day."""


def get_section_sheet(actor: Actor, section_id: UUID, month: date) -> MonthSheet:
    """The sheet of one section in the month of a day: seven statements, however many days.

    Raises NotFound where the section is outside the actor's reach.
    """
    first, _ = month_bounds(month)
    day = get_section_day(actor, section_id, first, Permission.REGISTERS_READ, stands=False)
    view = get_section(actor, section_id, Permission.REGISTERS_READ)
    return _sheets(day.campus_id, day.campus_name, [view], first)[0]


def list_class_sheets(actor: Actor, class_id: UUID, month: date) -> list[MonthSheet]:
    """The sheets of the sections of a class in the month of a day, in the order of their codes: nine statements.

    None where no school year lies around the month. Raises NotFound where the actor reports of no such class.
    """
    first, last = month_bounds(month)
    school_class = get_class(actor, class_id, Permission.ATTENDANCE_REPORT)
    campus_id = school_class.campus_id
    years = [year for year in list_years(campus_id) if year.starts_on <= last and first <= year.ends_on]
    if not years:
        return []
    sections = list_sections(
        actor, class_id=class_id, year_id=years[0].id, permission=Permission.ATTENDANCE_REPORT
    )
    if not sections:
        return []
    campus = get_campus(actor, campus_id, Permission.ATTENDANCE_REPORT)
    return _sheets(campus_id, campus.name, sections, first)


def _sheets(
    campus_id: UUID, campus_name: LocalText, sections: Sequence[SectionView], first: date
) -> list[MonthSheet]:
    _, last = month_bounds(first)
    keys = [section.id for section in sections]
    verdicts = list_day_verdicts(campus_id, first, last)
    seats: dict[UUID, list[SheetSeat]] = {key: [] for key in keys}
    for seat in list_seats_between(first, last, section_ids=keys):
        names = (seat.name_en, seat.name_bn, seat.name_ar)
        seats[seat.section_id].append(
            SheetSeat(
                seat.student_id, seat.student_no, seat.roll_number, names, seat.enrolled_on, seat.left_on
            )
        )
    taken, marks = _taken(keys, first, last)
    return [
        make_sheet(
            SheetSection(
                id=section.id,
                campus_name=campus_name,
                class_code=section.class_code,
                class_name=section.class_name,
                code=section.code,
                name=section.name,
                year_name=section.year_name,
                shift=section.shift,
                class_teacher=section.class_teacher,
            ),
            first,
            verdicts,
            taken.get(section.id, set()),
            seats[section.id],
            marks.get(section.id, {}),
        )
        for section in sections
    ]


def _taken(section_ids: Sequence[UUID], first: date, last: date) -> tuple[dict[UUID, set[date]], Marks]:
    """On which days a register of each section was finished, and what the registers of each day come to."""
    taken: dict[UUID, set[date]] = {}
    registers: dict[UUID, tuple[UUID, date, int]] = {}
    found = session().execute(
        select(Register.id, Register.section_id, Register.date, Register.period).where(
            among(Register.section_id, section_ids), Register.date.between(first, last), Register.is_taken
        )
    )
    for key, section_id, day, period in found:
        registers[key] = section_id, day, period
        taken.setdefault(section_id, set()).add(day)
    said: dict[tuple[UUID, UUID, date], dict[int, Mark]] = {}
    if registers:
        rows = session().execute(
            select(
                Attendance.register_id,
                Attendance.student_id,
                Attendance.status,
                Attendance.late_minutes,
                Attendance.left_at,
            ).where(among(Attendance.register_id, registers), Attendance.date.between(first, last))
        )
        for register_id, student_id, status, minutes, left_at in rows:
            section_id, day, period = registers[register_id]
            said.setdefault((section_id, student_id, day), {})[period] = Mark(status, minutes, left_at)
    marks: Marks = {}
    for (section_id, student_id, day), periods in said.items():
        state = day_state(periods)
        if state is not None:
            shown = DayMark(state.status, left_early(periods))
            marks.setdefault(section_id, {}).setdefault(student_id, {})[day] = shown
    return taken, marks


# --- the months of a campus


def list_month_states(campus_id: UUID, start: date, end: date, today: date) -> list[MonthState]:
    """The months of a campus from start to end, the latest first, with the registers that are missing in each.

    Of days that are over; today may still bring its register. Seven statements, however many months. Not scoped:
    the caller has found the campus first.
    """
    first, last = start.replace(day=1), month_bounds(min(end, today))[1]
    if first > last:
        return []
    sections = campus_sections(campus_id, first, last)
    spans = seated_spans([section.id for section in sections])
    school_days = [
        verdict.day
        for verdict in list_day_verdicts(campus_id, first, last)
        if verdict.is_school_day and verdict.day < today
    ]
    taken = _taken_days(campus_id, first, last)
    locks = list_locks(campus_id, first, last)
    states = []
    for month in months_between(first, last):
        days = [day for day in school_days if day.replace(day=1) == month]
        states.append(
            MonthState(
                first=month,
                sections=tuple(_section_months(sections, spans, days, taken)),
                locked=locks.get(month),
                is_over=lockable(month, today),
            )
        )
    return states


def get_month_state(campus_id: UUID, month: date, today: date) -> MonthState:
    """One month of a campus that the caller has found. Raises NotFound for a month that has not begun."""
    first, last = month_bounds(month)
    for state in list_month_states(campus_id, first, last, today):
        return state
    raise NotFound


def _section_months(
    sections: Sequence[CampusSection],
    spans: Mapping[UUID, tuple[date, date | None]],
    days: Sequence[date],
    taken: Mapping[UUID, set[date]],
) -> Iterator[SectionMonth]:
    for section in sections:
        since, until = spans.get(section.id, (date.max, None))
        of_year = [day for day in days if section.starts_on <= day <= section.ends_on]
        wanted, missing = missing_days(of_year, taken.get(section.id, ()), since, until)
        if wanted:
            yield SectionMonth(
                section.id, section.class_id, section.class_name, section.name, wanted, missing
            )


def _taken_days(campus_id: UUID, first: date, last: date) -> dict[UUID, set[date]]:
    rows = session().execute(
        select(Register.section_id, func.array_agg(Register.date.distinct()))
        .where(Register.campus_id == campus_id, Register.date.between(first, last), Register.is_taken)
        .group_by(Register.section_id)
    )
    return {section_id: set(days) for section_id, days in rows}


def list_locks(campus_id: UUID, first: date, last: date) -> dict[date, Locked]:
    """The months of a campus that are locked, by their first days, from the month of `first` to that of `last`."""
    en, bn, ar, joined = user_name_columns(RegisterLock.locked_by)
    rows = session().execute(
        select(RegisterLock.month, RegisterLock.locked_at, en, bn, ar)
        .outerjoin(*joined)
        .where(RegisterLock.campus_id == campus_id, RegisterLock.month.between(first.replace(day=1), last))
    )
    return {month: Locked(at, (en, bn, ar)) for month, at, en, bn, ar in rows}
