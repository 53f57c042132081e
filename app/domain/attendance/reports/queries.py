"""Reads of the office: the board of a day, who is here, and reports that count bits of months."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from functools import cache
from hashlib import blake2s
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Date,
    Integer,
    Uuid,
    bindparam,
    cast,
    column,
    func,
    select,
    table,
    true,
    union_all,
)
from sqlalchemy.dialects.postgresql import BIT, aggregate_order_by

from app.db import among
from app.domain.academics.queries import (
    LISTED_COLUMNS,
    SEATED_COLUMNS,
    CampusView,
    get_campus,
    list_campuses,
    listed_section,
    listed_sections,
    listing_for,
    school_days_between,
    seat_around,
    seated_pupils,
)
from app.domain.academics.timetable.queries import (
    DayLesson,
    lessons_with_register,
    list_substitutes,
    subjects_by_slot,
)
from app.domain.academics.timetable.types import WHOLE_DAY
from app.domain.academics.types import RegisterKind
from app.domain.accounts.queries import user_name_columns
from app.domain.attendance.models import Attendance, Register
from app.domain.attendance.reports.models import AttendanceMonth, RegisterReminder
from app.domain.attendance.reports.rules import (
    MonthBits,
    current_run,
    masks_of,
    plan_of,
    states_of,
    where_now,
)
from app.domain.attendance.reports.types import (
    Asked,
    Board,
    BoardLine,
    GroupTally,
    PupilNow,
    PupilTally,
    Run,
    SectionNow,
    Sheet,
    Sort,
    SubjectTally,
    Tally,
)
from app.domain.attendance.types import AttendanceStatus, Counts, Signature
from app.domain.kernel import clock
from app.domain.kernel.access import Actor, Permission
from app.domain.kernel.dates import to_local
from app.domain.kernel.texts import LocalText
from app.domain.people.queries import student_name_columns
from app.uow import read, session

REPORT = Permission.ATTENDANCE_REPORT
_STATES = tuple(AttendanceStatus)
_DAY = bindparam("day", type_=Date())


def campuses_reported(actor: Actor) -> list[CampusView]:
    """The campuses whose board and reports the actor may see, by code."""
    return list_campuses(actor, REPORT)


# --- the board of a day


@cache
def _board(listing: Any) -> Any:
    sections, key = listed_sections(listing)
    counts = (
        select(*(func.count().filter(Attendance.status == status).label(status.value) for status in _STATES))
        .where(Attendance.register_id == Register.id)
        .lateral()
    )
    en, bn, ar, joined = user_name_columns(Register.taken_by)
    sheet = func.json_build_array(
        Register.period,
        Register.is_taken,
        Register.taken_at,
        en,
        bn,
        ar,
        *(counts.c[each] for each in _STATES),
    )
    sheets = (
        select(func.json_agg(aggregate_order_by(sheet, Register.period)))
        .select_from(Register)
        .outerjoin(*joined)
        .join(counts, true())
        .where(Register.section_id == key, Register.date == _DAY)
        .correlate(key.table)
        .scalar_subquery()
    )
    one = func.json_build_array(RegisterReminder.period, RegisterReminder.sent_at)
    reminded = (
        select(func.json_agg(aggregate_order_by(one, RegisterReminder.sent_at)))
        .where(RegisterReminder.section_id == key, RegisterReminder.date == _DAY)
        .correlate(key.table)
        .scalar_subquery()
    )
    return sections.add_columns(sheets, reminded)


def get_board(actor: Actor, campus_id: UUID, on: date, *, class_id: UUID | None = None) -> Board:
    """The registers of a campus, or of a class there, on a day, taken or not: one statement, one for who stands in,
    and one for the lessons of sections that keep a register in each.

    Raises NotFound for a campus the actor may not report on.
    """
    get_campus(actor, campus_id, REPORT)
    listing, values = listing_for(actor, on, REPORT, taught=False, campus_id=campus_id, class_id=class_id)
    stands = {each.section_id: each for each in list_substitutes(campus_id, on) if each.period == WHOLE_DAY}
    lessons, now = lessons_with_register(campus_id, on), to_local(clock.now())
    lines = []
    for row in read(_board(listing), values):
        section = listed_section(row, on)
        if section.campus_id != campus_id or (class_id and section.class_id != class_id):
            continue  # the actor is class teacher elsewhere
        sheets = tuple(_sheet(*each) for each in row[LISTED_COLUMNS] or ())
        taken = {each.period for each in sheets if each.is_taken}
        keeps_lessons = section.register_kind is RegisterKind.PERIODS
        lines.append(
            BoardLine(
                section_id=section.id,
                class_id=section.class_id,
                class_name=section.class_name,
                section_name=section.name,
                teacher=section.class_teacher,
                seats=section.seats_taken,
                verdict=section.verdict,
                sheets=sheets,
                reminders={
                    period: datetime.fromisoformat(at) for period, at in row[LISTED_COLUMNS + 1] or ()
                },
                substitute=stands[section.id].name if section.id in stands else None,
                substitute_id=stands[section.id].staff_id if section.id in stands else None,
                plan=plan_of(_slots(lessons.get(section.id, ())), taken, on, now) if keeps_lessons else None,
            )
        )
    mark = blake2s(repr((on, lines)).encode(), digest_size=6).hexdigest()
    return Board(on, lines[0].verdict if lines else None, tuple(lines), mark)


def _slots(lessons: Iterable[DayLesson]) -> list[tuple[int, time, time, UUID | None]]:
    return [(each.period, each.starts_at, each.ends_at, each.taught_by) for each in lessons]


def _sheet(
    period: int, is_taken: bool, taken_at: str, en: str | None, bn: str | None, ar: str | None, *counts: int
) -> Sheet:
    signature = Signature((en, bn, ar), datetime.fromisoformat(taken_at))
    return Sheet(period, is_taken, signature, Counts(*counts))


# --- where everybody is


@cache
def _pupils_now(*, of_class: bool, away: bool) -> Any:
    pupils, student = seated_pupils(of_class=of_class)
    mark = (
        select(Attendance.status, Attendance.late_minutes, Attendance.left_at, Attendance.remarks)
        .join(Register, Register.id == Attendance.register_id)
        .where(Attendance.student_id == student, Attendance.date == _DAY, Register.is_taken)
        .order_by(Attendance.period.desc())
        .limit(1)
        .lateral()
    )
    columns = (mark.c.status, mark.c.late_minutes, mark.c.left_at, mark.c.remarks)
    if away:
        return pupils.add_columns(*columns).join(mark, mark.c.status != AttendanceStatus.PRESENT)
    return pupils.add_columns(*columns).outerjoin(mark, true())


def list_now(
    actor: Actor, campus_id: UUID, on: date, *, class_id: UUID | None = None, away: bool = False
) -> list[SectionNow]:
    """Every pupil of a campus, or of a class there, and where they are by the day's latest register: one statement.

    `away`: only those who are absent, excused or late. Raises NotFound for a campus the actor may not report on.
    """
    get_campus(actor, campus_id, REPORT)
    values: dict[str, Any] = {"campus_id": campus_id, "day": on}
    if class_id:
        values["class_id"] = class_id
    now = to_local(clock.now()).time()
    rows = read(_pupils_now(of_class=class_id is not None, away=away), values)
    found = []
    for section_id, of_section in groupby(rows, key=lambda row: row[0]):
        lines = list(of_section)
        pupils = []
        for line in lines:
            status, minutes, left_at, remarks = line[SEATED_COLUMNS:]
            where = where_now(status, left_at, now)
            pupils.append(
                PupilNow(line[3], line[4], tuple(line[5:8]), where, status, minutes, left_at, remarks)
            )
        found.append(SectionNow(section_id, lines[0][1], lines[0][2], tuple(pupils)))
    return found


# --- reports over a span


def school_masks(campus_id: UUID, first: date, last: date) -> dict[date, int]:
    """The school days of a campus from first to last as bits of their months, as the calendar says now."""
    return masks_of(school_days_between(campus_id, first, last))


def _span() -> Any:
    """The school days that are asked for: campus, month, mask."""
    return (
        func.unnest(
            cast(bindparam("campuses"), ARRAY(Uuid)),
            cast(bindparam("months"), ARRAY(Date)),
            cast(bindparam("masks"), ARRAY(Integer)),
        )
        .table_valued(column("campus_id", Uuid), column("month", Date), column("mask", Integer))
        .render_derived(name="asked")
    )


def _days(bits: Any, mask: Any) -> Any:
    return func.coalesce(func.sum(func.bit_count(cast(bits.op("&")(mask), BIT(32)))), 0)


_COUNTED = ("present", "absent", "late", "excused", "left_early")


def _summed(*keys: Any, of_sections: bool) -> Any:
    """The days of each state in the span, grouped by these columns."""
    span = _span()
    statement = (
        select(*keys, *(_days(getattr(AttendanceMonth, name), span.c.mask).label(name) for name in _COUNTED))
        .join(span, (span.c.campus_id == AttendanceMonth.campus_id) & (span.c.month == AttendanceMonth.month))
        .group_by(*keys)
    )
    if of_sections:
        sections = cast(bindparam("sections"), ARRAY(Uuid))
        statement = statement.where(AttendanceMonth.section_id == func.any(sections))
    return statement


def _span_values(campus_ids: Iterable[UUID], first: date, last: date) -> dict[str, Any]:
    asked = [
        (campus_id, month, mask)
        for campus_id in campus_ids
        for month, mask in school_masks(campus_id, first, last).items()
    ]
    return {
        "campuses": [each[0] for each in asked],
        "months": [each[1] for each in asked],
        "masks": [each[2] for each in asked],
    }


def _values(actor: Actor, asked: Asked) -> dict[str, Any]:
    """Raises NotFound for a campus the actor may not report on."""
    for campus_id in asked.campus_ids:
        get_campus(actor, campus_id, REPORT)
    values = _span_values(asked.campus_ids, asked.first, asked.last)
    if asked.section_ids is not None:
        values["sections"] = list(asked.section_ids)
    return values


def _tally(numbers: Sequence[int]) -> Tally:
    present, absent, late, excused, left_early = map(int, numbers)
    return Tally(Counts(present, absent, late, excused), left_early)


@cache
def _by_pupil(*, of_sections: bool, below: bool, sort: Sort, paged: bool) -> Any:
    sums = _summed(AttendanceMonth.student_id, of_sections=of_sections).subquery()
    attended = sums.c.present + sums.c.late
    taken = attended + sums.c.absent + sums.c.excused
    orders = {
        Sort.SHARE: (attended * 1.0 / taken, sums.c.absent.desc()),
        Sort.ABSENT: (sums.c.absent.desc(), attended * 1.0 / taken),
        Sort.LATE: (sums.c.late.desc(), attended * 1.0 / taken),
    }
    page = (
        select(*sums.c, func.count().over().label("all"))
        .where(taken > 0)
        .order_by(*orders[sort], sums.c.student_id)
    )
    if below:
        page = page.where(attended * 100 < bindparam("below", type_=Integer()) * taken)
    if paged:
        page = page.limit(bindparam("size", type_=Integer())).offset(bindparam("start", type_=Integer()))
    # The order once more outside: joins keep none.
    numbered = page.add_columns(
        func.row_number().over(order_by=(*orders[sort], sums.c.student_id)).label("place")
    ).subquery()
    en, bn, ar, joined = student_name_columns(numbered.c.student_id)
    seat, brought = seat_around(numbered.c.student_id, bindparam("last", type_=Date()))
    return (
        select(
            numbered.c.all,
            numbered.c.student_id,
            en,
            bn,
            ar,
            *seat,
            *(numbered.c[name] for name in _COUNTED),
        )
        .join(*joined)
        .outerjoin(brought, true())
        .order_by(numbered.c.place)
        .execution_options(prepared=True)
    )


def report_by_pupil(
    actor: Actor, asked: Asked, *, start: int = 0, size: int | None = None
) -> tuple[list[PupilTally], int]:
    """What the span comes to for each pupil in the order that is asked, and how many there are in all.

    One statement besides the calendar's. Raises NotFound for a campus the actor may not report on.
    """
    values = _values(actor, asked) | {"last": asked.last}
    if asked.below is not None:
        values["below"] = asked.below
    if size is not None:
        values |= {"start": start, "size": size}
    statement = _by_pupil(
        of_sections=asked.section_ids is not None,
        below=asked.below is not None,
        sort=asked.sort,
        paged=size is not None,
    )
    rows = read(statement, values).all()
    found = [
        PupilTally(
            row[1], tuple(row[2:5]), row[5] or LocalText(), row[6] or LocalText(), row[7], _tally(row[8:13])
        )
        for row in rows
    ]
    return found, rows[0][0] if rows else 0


@cache
def _by_group(*, of_sections: bool, by_month: bool) -> Any:
    key = AttendanceMonth.month if by_month else AttendanceMonth.section_id
    statement = _summed(key, of_sections=of_sections)
    return statement.add_columns(func.count(AttendanceMonth.student_id.distinct())).execution_options(
        prepared=True
    )


def report_by_section(actor: Actor, asked: Asked) -> list[GroupTally]:
    """What the span comes to for each section. Raises NotFound as above."""
    return _groups(actor, asked, by_month=False)


def report_by_month(actor: Actor, asked: Asked) -> list[GroupTally]:
    """What each month of the span comes to, in order of time. Raises NotFound as above."""
    return sorted(_groups(actor, asked, by_month=True), key=lambda each: str(each.key))


def _groups(actor: Actor, asked: Asked, *, by_month: bool) -> list[GroupTally]:
    statement = _by_group(of_sections=asked.section_ids is not None, by_month=by_month)
    rows = read(statement, _values(actor, asked))
    found = [GroupTally(row[0], row[6], _tally(row[1:6])) for row in rows]
    return [each for each in found if each.tally.counts.recorded]


@cache
def _by_subject(*, of_sections: bool) -> Any:
    span, slots = _span(), subjects_by_slot()
    day = cast(func.extract("day", Register.date), Integer)
    counts = (
        *(func.count().filter(Attendance.status == status) for status in _STATES),
        func.count(Attendance.left_at),
    )
    statement = (
        select(
            slots.c.subject_id,
            slots.c.subject,
            slots.c.section_id,
            func.count(Register.id.distinct()),
            func.count(Attendance.student_id.distinct()),
            *counts,
        )
        .select_from(Register)
        .join(
            slots,
            (slots.c.section_id == Register.section_id)
            & (slots.c.period == Register.period)
            & (slots.c.weekday == func.extract("isodow", Register.date)),
        )
        .join(
            span,
            (span.c.campus_id == Register.campus_id)
            & (span.c.month == cast(func.date_trunc("month", Register.date), Date))
            & (span.c.mask.op(">>")(day - 1).op("&")(1) == 1),
        )
        .outerjoin(Attendance, Attendance.register_id == Register.id)
        .where(
            Register.is_taken,
            Register.campus_id == func.any(cast(bindparam("campuses"), ARRAY(Uuid))),
            Register.date.between(bindparam("first", type_=Date()), bindparam("last", type_=Date())),
        )
        .group_by(slots.c.subject_id, slots.c.subject, slots.c.section_id)
    )
    if of_sections:
        sections = cast(bindparam("sections"), ARRAY(Uuid))
        statement = statement.where(Register.section_id == func.any(sections))
    return statement.execution_options(prepared=True)


def report_by_subject(actor: Actor, asked: Asked) -> list[SubjectTally]:
    """What the lessons taken in the span come to for each subject and section, of sections that keep a register in
    each lesson. A lesson is of the subject that stands in its slot of the week now.

    One statement besides the calendar's. Raises NotFound as above.
    """
    values = _values(actor, asked) | {"first": asked.first, "last": asked.last}
    rows = read(_by_subject(of_sections=asked.section_ids is not None), values)
    found = []
    for row in rows:
        columns: list[Any] = [*row[:5], _tally(row[5:10])]
        found.append(SubjectTally(*columns))
    return found


def list_states(
    masks: Mapping[date, int], *, student_ids: Collection[UUID] = (), campus_id: UUID | None = None
) -> dict[UUID, list[tuple[date, AttendanceStatus]]]:
    """The states of some children, or of all at a campus, on school days (`masks` by month): one statement.

    The caller has found the children.
    """
    if campus_id is None:
        whose = among(AttendanceMonth.student_id, student_ids)
    else:
        whose = AttendanceMonth.campus_id == campus_id
    rows = session().execute(
        select(
            AttendanceMonth.student_id,
            AttendanceMonth.month,
            AttendanceMonth.present,
            AttendanceMonth.absent,
            AttendanceMonth.late,
            AttendanceMonth.excused,
        )
        .where(whose, AttendanceMonth.month.in_(list(masks)))
        .order_by(AttendanceMonth.student_id)
    )
    return {
        student_id: states_of((MonthBits(*row[1:]) for row in of_child), masks)
        for student_id, of_child in groupby(rows, key=lambda row: row[0])
    }


# --- who is absent now, and since when

_LATEST = 2
"""So many months with school days are looked at for the last mark of a child."""


@cache
def _absent_now(*, of_sections: bool) -> Any:
    span = (
        func.unnest(
            cast(bindparam("months"), ARRAY(Date)),
            cast(bindparam("masks"), ARRAY(Integer)),
            cast(bindparam("shifts"), ARRAY(Integer)),
        )
        .table_valued(column("month", Date), column("mask", Integer), column("shift", Integer))
        .render_derived(name="latest")
    )

    def whole(bits: Any) -> Any:
        moved = cast(bits.op("&")(span.c.mask), BigInteger).op("<<")(span.c.shift)
        return func.coalesce(func.bit_or(moved), 0)

    attended = AttendanceMonth.present.op("|")(AttendanceMonth.late)
    statement = (
        select(AttendanceMonth.student_id)
        .join(span, span.c.month == AttendanceMonth.month)
        .where(AttendanceMonth.campus_id == bindparam("campus_id", type_=Uuid()))
        .group_by(AttendanceMonth.student_id)
        # The higher number has the later day.
        .having(whole(AttendanceMonth.absent) > whole(attended))
    )
    if of_sections:
        sections = cast(bindparam("sections"), ARRAY(Uuid))
        statement = statement.where(AttendanceMonth.section_id == func.any(sections))
    absent = statement.subquery()
    en, bn, ar, joined = student_name_columns(absent.c.student_id)
    seat, brought = seat_around(absent.c.student_id, _DAY)
    return (
        select(absent.c.student_id, en, bn, ar, *seat)
        .join(*joined)
        .outerjoin(brought, true())
        .execution_options(prepared=True)
    )


def list_runs(
    actor: Actor, campus_id: UUID, on: date, *, least: int, section_ids: Collection[UUID] | None = None
) -> list[Run]:
    """Who is absent now for at least so many school days in a row, the longest first.

    An excused day neither counts nor ends a run. Two statements and the calendar's.
    Raises NotFound for a campus the actor may not report on.
    """
    get_campus(actor, campus_id, REPORT)
    masks = school_masks(campus_id, on - timedelta(300), on)
    latest = sorted(masks)[-_LATEST:]
    values: dict[str, Any] = {
        "campus_id": campus_id,
        "day": on,
        "months": latest,
        "masks": [masks[month] for month in latest],
        "shifts": [31 * place for place in range(len(latest))],
    }
    if section_ids is not None:
        values["sections"] = list(section_ids)
    rows = read(_absent_now(of_sections=section_ids is not None), values).all()
    states = list_states(masks, student_ids=[row[0] for row in rows])
    runs = [
        Run(
            row[0],
            tuple(row[1:4]),
            row[4] or LocalText(),
            row[5] or LocalText(),
            row[6],
            tuple(current_run(states.get(row[0], []))),
        )
        for row in rows
    ]
    return sorted((run for run in runs if len(run.days) >= least), key=lambda run: (-len(run.days), run.days))


# --- whether the months are right

_KEPT = ("student_id", "month", "section_id", "campus_id", *_COUNTED)
_RECOUNT = table("attendance_months_counted", *(column(name) for name in _KEPT))


def recount_of_months() -> tuple[list[str], Any]:
    """The columns of the months, and the statement that counts them anew from all lines."""
    return list(_KEPT), select(*_RECOUNT.c)


def count_wrong_months() -> int:
    """How many rows of the months differ from a recount of all lines. For commands and tests: it reads everything."""
    session().flush()
    kept = select(*(getattr(AttendanceMonth, name) for name in _KEPT))
    counted = recount_of_months()[1]
    differing = union_all(kept.except_(counted), counted.except_(kept)).subquery()
    return session().scalar(select(func.count()).select_from(differing)) or 0
