"""Reads of registers, scoped to the actor; each page's statements are counted in its tests."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cache
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Date, Select, bindparam, case, func, or_, select, true
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import aliased

from app.db import among, constants
from app.domain.academics.queries import (
    LISTED_COLUMNS,
    Enrolled,
    EnrolmentView,
    ListedSection,
    Listing,
    SectionDay,
    campuses_counted,
    counted_sections,
    get_section_day,
    list_day_verdicts,
    list_enrolled_between,
    list_enrolments_of,
    listed_section,
    listed_sections,
    listing_for,
    verdict_of,
)
from app.domain.academics.timetable.queries import DayLesson, lessons_on
from app.domain.academics.types import DayReason, DayVerdict, RegisterKind
from app.domain.accounts.queries import user_name_columns
from app.domain.attendance.leave.queries import leave_on
from app.domain.attendance.leave.types import LeaveDay
from app.domain.attendance.models import Attendance, AttendanceChange, Register, RegisterLock, RuleSet
from app.domain.attendance.rules import (
    RECENT_DAYS,
    control_keys,
    count_statuses,
    day_state,
    left_early,
    month_bounds,
    openness,
    recent_days,
)
from app.domain.attendance.types import (
    AttendanceRules,
    AttendanceStatus,
    Change,
    ChildDay,
    Counts,
    Mark,
    Openness,
    Pupil,
    RegisterRow,
    Signature,
)
from app.domain.kernel.access import ALL, Actor, Permission
from app.domain.kernel.errors import NotFound
from app.domain.kernel.texts import LocalText
from app.domain.people.queries import (
    FamilyStudent,
    PersonRow,
    find_person,
    find_student_of_person,
    list_children_of,
)
from app.uow import read, session

_STATUS: dict[str | None, AttendanceStatus] = {status.value: status for status in AttendanceStatus}
WHOLE_DAY = 0
"""The period that stands for the day itself."""


@dataclass(frozen=True, slots=True)
class LessonRegister:
    """A lesson of the day, and whether its register is taken."""

    lesson: DayLesson
    is_taken: bool


@dataclass(frozen=True, slots=True)
class RegisterView:
    """A register as its page shows it. `row` is None where nobody has begun it."""

    section: SectionDay
    on: date
    openness: Openness
    period: int
    lessons: tuple[LessonRegister, ...]
    """Where the section keeps a register in each lesson: those of the day."""
    row: RegisterRow | None
    before: date | None
    """The day of the register taken last before this one."""
    pupils: tuple[Pupil, ...]
    counts: Counts


@dataclass(frozen=True, slots=True)
class RegisterCard:
    """A section in the list of a day's registers."""

    section: ListedSection
    openness: Openness
    taken_at: datetime | None
    """When it was taken, None where it was not."""
    counts: Counts


@dataclass(frozen=True, slots=True)
class MonthView:
    """A month of a section: what each day was, on which a register was taken, and every pupil's marks."""

    section: SectionDay
    first: date
    verdicts: Sequence[DayVerdict]
    taken_on: frozenset[date]
    enrolled: Sequence[Enrolled]
    marks: Mapping[UUID, Mapping[date, AttendanceStatus]]


def openness_of(section: SectionDay, today: date) -> Openness:
    """Whether the register of a section can be taken on the day the section was read for."""
    return _openness(
        section.verdict, today, year_starts_on=section.year_starts_on, year_ends_on=section.year_ends_on
    )


def _openness(verdict: DayVerdict, today: date, *, year_starts_on: date, year_ends_on: date) -> Openness:
    return openness(
        verdict.day,
        today,
        year_starts_on=year_starts_on,
        year_ends_on=year_ends_on,
        is_school_day=verdict.is_school_day,
        is_holiday=verdict.reason is DayReason.HOLIDAY,
    )


def get_register(
    actor: Actor, section_id: UUID, on: date, *, today: date, period: int = WHOLE_DAY
) -> RegisterView:
    """The register of a section on a day, taken or not, with the five taken before it: four statements, and two
    more where the section keeps a register in each lesson.

    Raises NotFound where the section is outside the actor's reach, and for a lesson it does not have on the day.
    """
    section = get_section_day(actor, section_id, on, Permission.REGISTERS_READ, period)
    lessons, earlier_today = _lessons_of(section, on, period)
    state = openness_of(section, today)
    enrolled = list_enrolled_between(section_id, on, on)
    rows, marks = _rows_until(section_id, on, period)
    row = next((each for each in rows if each.date == on), None)
    earlier = [each.date for each in rows if each.date < on][:RECENT_DAYS]
    leave = leave_on([each.student_id for each in enrolled], on) if enrolled else {}
    pupils = _pupils(enrolled, marks, on, earlier, earlier_today, leave)
    counts = count_statuses(pupil.status for pupil in pupils)
    return RegisterView(section, on, state, period, lessons, row, max(earlier, default=None), pupils, counts)


def keeps_lesson(section: SectionDay, on: date, period: int) -> bool:
    """Whether a section keeps a register of this lesson on a day, or of the whole day where the period is 0; or has
    kept one, as before its timetable changed."""
    if section.register_kind is not RegisterKind.PERIODS:
        return period == WHOLE_DAY or _was_kept(section.id, on, period)
    return any(each.period == period for each in lessons_on(section.id, on)) or _was_kept(
        section.id, on, period
    )


def _was_kept(section_id: UUID, on: date, period: int) -> bool:
    statement = select(Register.id).where(
        Register.section_id == section_id, Register.date == on, Register.period == period
    )
    return session().scalar(statement) is not None


def _lessons_of(
    section: SectionDay, on: date, period: int
) -> tuple[tuple[LessonRegister, ...], Mapping[str, AttendanceStatus]]:
    """The lessons of the day with their registers, and who was not there in the last one taken before this one."""
    if section.register_kind is not RegisterKind.PERIODS:
        if period != WHOLE_DAY and not _was_kept(section.id, on, period):
            raise NotFound
        return (), {}
    lessons = lessons_on(section.id, on)
    is_taught = any(each.period == period for each in lessons)
    if period and not is_taught and not _was_kept(section.id, on, period):
        raise NotFound
    said = {row[0]: row[1] or {} for row in read(_taken_on(), {"section_id": section.id, "on": on})}
    before = [each.period for each in lessons if each.period in said]
    earlier = (
        before[: before.index(period)] if period in before else [each for each in before if each < period]
    )
    away = {student: _STATUS[status] for student, status in said[earlier[-1]].items()} if earlier else {}
    return tuple(LessonRegister(each, each.period in said) for each in lessons), away


@cache
def _taken_on() -> Any:
    away = (
        select(func.json_object_agg(Attendance.student_id, Attendance.status))
        .where(
            Attendance.register_id == Register.id,
            Attendance.status.in_(constants((AttendanceStatus.ABSENT, AttendanceStatus.EXCUSED))),
        )
        .scalar_subquery()
    )
    return (
        select(Register.period, away)
        .where(
            Register.section_id == bindparam("section_id"),
            Register.date == bindparam("on"),
            Register.is_taken,
        )
        .execution_options(prepared=True)
    )


def _pupils(
    enrolled: list[Enrolled],
    marks: Mapping[date, Mapping[str, Any]],
    on: date,
    earlier: list[date],
    expected: Mapping[str, AttendanceStatus],
    leave: Mapping[UUID, LeaveDay],
) -> tuple[Pupil, ...]:
    keys = control_keys([each.enrolment_id for each in enrolled])
    nothing: Mapping[str, Any] = {}
    now, before = marks.get(on, nothing), [marks[day] for day in recent_days(earlier)]
    birthday = (on.month, on.day)
    pupils = []
    for each, key in zip(enrolled, keys, strict=True):
        student = str(each.student_id)
        names = (each.name_en, each.name_bn, each.name_ar)
        recent = tuple([_STATUS.get(stored.get(student)) for stored in before])
        born = each.born_on
        away = leave.get(each.student_id)
        is_born = born is not None and (born.month, born.day) == birthday
        status, version, minutes, left, remarks = now.get(student, _NOTHING_SAID)
        left_at = time.fromisoformat(left) if left else None
        pupils.append(
            Pupil(
                key,
                each.student_id,
                each.roll_number,
                names,
                _STATUS.get(status),
                recent,
                version,
                minutes,
                left_at,
                remarks,
                is_born,
                _expected(expected.get(student, _PRESENT), away),
                away.is_approved if away else None,
            )
        )
    return tuple(pupils)


def _expected(before: AttendanceStatus, leave: LeaveDay | None) -> AttendanceStatus:
    """What is proposed of a pupil: approved leave goes before the lesson before."""
    return AttendanceStatus.EXCUSED if leave and leave.is_approved else before


_PRESENT = AttendanceStatus.PRESENT
_NOTHING_SAID = (None, 0, None, None, None)


def _registers() -> Select[Any]:
    taken_en, taken_bn, taken_ar, taken = user_name_columns(Register.taken_by)
    mended_en, mended_bn, mended_ar, mended = user_name_columns(Register.corrected_by)
    return (
        select(
            Register.id,
            Register.date,
            Register.version,
            taken_en,
            taken_bn,
            taken_ar,
            Register.taken_at,
            mended_en,
            mended_bn,
            mended_ar,
            Register.corrected_at,
            Register.is_taken,
        )
        .outerjoin(*taken)
        .outerjoin(*mended)
    )


def _row(row: Any) -> RegisterRow:
    corrected = Signature((row[7], row[8], row[9]), row[10]) if row[10] else None
    taken = Signature((row[3], row[4], row[5]), row[6])
    return RegisterRow(row[0], row[1], row[2], taken, corrected, row[11])


@cache
def _registers_until() -> Any:
    # The marks as one value a register: six rows cost less than two hundred and forty. Of the register itself
    # all that is said of a pupil, of those before it the status.
    whole = func.json_build_array(
        Attendance.status, Attendance.version, Attendance.late_minutes, Attendance.left_at, Attendance.remarks
    )
    said = case((Register.date == bindparam("on"), whole), else_=func.to_json(Attendance.status))
    marks = (
        select(func.json_object_agg(Attendance.student_id, said))
        .where(Attendance.register_id == Register.id)
        .scalar_subquery()
    )
    return (
        _registers()
        .add_columns(marks)
        .where(
            Register.section_id == bindparam("section_id"),
            Register.period == bindparam("period"),
            Register.date <= bindparam("on"),
            or_(Register.is_taken, Register.date == bindparam("on")),
        )
        .order_by(Register.date.desc())
        .limit(RECENT_DAYS + 1)
        .execution_options(prepared=True)
    )


def _rows_until(
    section_id: UUID, on: date, period: int
) -> tuple[list[RegisterRow], dict[date, dict[str, Any]]]:
    """The register of a day and those taken before it that its stitches need, the latest first; and what each says.

    By the written key of the student: of the day itself status, version, minutes, time of leaving and remark, of
    the others the status.
    """
    found = read(_registers_until(), {"section_id": section_id, "on": on, "period": period}).all()
    return [_row(row) for row in found], {row[1]: row[12] or {} for row in found}


@dataclass(frozen=True, slots=True)
class ClassProgress:
    """How many sections a class has, and of how many the register of the day is taken."""

    id: UUID
    code: str
    name: LocalText
    sections: int
    taken: int


@dataclass(frozen=True, slots=True)
class CampusProgress:
    """How far the registers of a campus are on a day."""

    id: UUID
    code: str
    name: LocalText
    openness: Openness
    classes: tuple[ClassProgress, ...]

    @property
    def sections(self) -> int:
        """How many sections the campus has."""
        return sum(each.sections for each in self.classes)

    @property
    def taken(self) -> int:
        """How many registers are taken."""
        return sum(each.taken for each in self.classes)

    @property
    def is_wanted(self) -> bool:
        """Whether registers are taken on this day."""
        return self.openness is Openness.OPEN

    @property
    def is_done(self) -> bool:
        """Whether nothing is left to take."""
        return not self.is_wanted or self.taken >= self.sections


def _on_day(section_key: Any) -> tuple[Any, ColumnElement[bool]]:
    """The join that brings the day's register along, if it was taken: of a section that keeps lessons the last one."""
    taken = aliased(Register)
    last = (
        select(taken.id)
        .where(
            taken.section_id == section_key,
            taken.date == bindparam("day", type_=Date()),
            taken.is_taken,
        )
        .order_by(taken.period.desc())
        .limit(1)
        .scalar_subquery()
    )
    return Register, Register.id == last


@cache
def _progress(*, everywhere: bool) -> Any:
    sections, key = counted_sections(everywhere=everywhere)
    return sections.add_columns(func.count(Register.id)).outerjoin(*_on_day(key))


def count_registers(actor: Actor, on: date, *, today: date) -> list[CampusProgress]:
    """How far the registers are at each campus whose office the actor is, by code: one statement, or none."""
    campuses = campuses_counted(actor, Permission.REGISTERS_READ)
    if not campuses:
        return []
    values = {"day": on} | ({} if campuses is ALL else {"campuses": list(campuses)})
    found = []
    rows = read(_progress(everywhere=campuses is ALL), values)
    for (key, code), of_campus in groupby(rows, key=lambda row: (row[0], row[1])):
        lines = list(of_campus)
        verdict = verdict_of(on, lines[0][3], lines[0][4])
        classes = tuple(ClassProgress(*line[5:10]) for line in lines)
        # Only sections of the year around the day are counted.
        state = _openness(verdict, today, year_starts_on=on, year_ends_on=on)
        found.append(CampusProgress(key, code, lines[0][2], state, classes))
    return found


def list_registers(
    actor: Actor,
    on: date,
    *,
    today: date,
    campus_id: UUID | None = None,
    class_id: UUID | None = None,
) -> list[RegisterCard]:
    """The registers of the sections the actor is class teacher of or teaches in, taken or not, and of a campus, or of
    a class there, that `count_registers` has counted for the actor: one statement.
    """
    listing, values = listing_for(
        actor, on, Permission.REGISTERS_READ, taught=True, campus_id=campus_id, class_id=class_id
    )
    rows = read(_cards(listing, counted=True), values)
    return [_card(row, on, today, Counts(*row[LISTED_COLUMNS + 1 :])) for row in rows]


def list_own_registers(actor: Actor, on: date, *, today: date) -> list[RegisterCard]:
    """The registers of the sections whose class teacher the actor is, without what they say: one statement."""
    listing, values = listing_for(actor, on, Permission.REGISTERS_READ, taught=False)
    return [_card(row, on, today, Counts()) for row in read(_cards(listing, counted=False), values)]


def _card(row: Any, on: date, today: date, counts: Counts) -> RegisterCard:
    section = listed_section(row, on)
    return RegisterCard(section, openness_of(section, today), row[LISTED_COLUMNS], counts)


@cache
def _cards(listing: Listing, *, counted: bool) -> Any:
    sections, key = listed_sections(listing)
    statement = sections.add_columns(Register.taken_at).outerjoin(*_on_day(key))
    if not counted:
        return statement
    numbers = (
        select(
            *(
                func.count().filter(Attendance.status == status).label(f"n_{status.value}")
                for status in AttendanceStatus
            )
        )
        .where(Attendance.register_id == Register.id)
        .lateral()
    )
    return statement.add_columns(*numbers.c).outerjoin(numbers, true())


def get_month(actor: Actor, section_id: UUID, month: date) -> MonthView:
    """The registers of a section in the month of a day: pupils by days. Five statements, however many days.

    Raises NotFound where the section is outside the actor's reach.
    """
    first, last = month_bounds(month)
    section = get_section_day(actor, section_id, first, Permission.REGISTERS_READ, stands=False)
    verdicts = list_day_verdicts(section.campus_id, first, last)
    enrolled = list_enrolled_between(section_id, first, last)
    statement = select(Register.id, Register.date).where(
        Register.section_id == section_id,
        Register.is_taken,
        Register.date.between(first, last),
    )
    days = dict(session().execute(statement).all())
    marks = _marks_between(list(days), first, last)
    return MonthView(section, first, verdicts, frozenset(days.values()), enrolled, marks)


def _marks_between(
    register_ids: list[UUID], first: date, last: date
) -> dict[UUID, dict[date, AttendanceStatus]]:
    if not register_ids:
        return {}
    said: dict[UUID, dict[date, dict[int, Mark]]] = {}
    statement = select(Attendance.student_id, Attendance.date, Attendance.period, Attendance.status).where(
        among(Attendance.register_id, register_ids), Attendance.date.between(first, last)
    )
    for student_id, day, period, status in session().execute(statement):
        said.setdefault(student_id, {}).setdefault(day, {})[period] = Mark(status)
    return {
        student_id: {day: state.status for day, marks in days.items() if (state := day_state(marks))}
        for student_id, days in said.items()
    }


def list_days_of(student_ids: Collection[UUID], first: date, last: date) -> dict[UUID, dict[date, ChildDay]]:
    """What was recorded of some students on each day, and when the register was saved last: one statement.

    Not scoped: the caller has found the students first.
    """
    if not student_ids:
        return {}
    statement = (
        select(
            Attendance.student_id,
            Attendance.date,
            Attendance.period,
            func.coalesce(Register.corrected_at, Register.taken_at),
            Attendance.status,
            Attendance.late_minutes,
            Attendance.left_at,
        )
        .join(Register, Register.id == Attendance.register_id)
        .where(
            Attendance.student_id.in_(student_ids), Attendance.date.between(first, last), Register.is_taken
        )
        .order_by(Attendance.student_id, Attendance.date)
    )
    found: dict[UUID, dict[date, ChildDay]] = {student_id: {} for student_id in student_ids}
    for (student_id, day), rows in groupby(session().execute(statement), key=lambda row: (row[0], row[1])):
        lines = list(rows)
        marks = {line[2]: Mark(*line[4:]) for line in lines}
        state = day_state(marks)
        if state is not None:
            saved_at = max(line[3] for line in lines)
            found[student_id][day] = ChildDay(day, state.status, saved_at, left_early(marks))
    return found


# --- what holds at a campus, and how a mark came to be


def get_rules(campus_id: UUID) -> AttendanceRules:
    """What a campus has decided about attendance, or what holds where it has decided nothing."""
    row = session().scalars(select(RuleSet).where(RuleSet.campus_id == campus_id)).one_or_none()
    if row is None:
        return AttendanceRules()
    return AttendanceRules(row.cut_off, row.tells_families, row.threshold, row.absent_days, row.version)


def is_locked(campus_id: UUID, on: date) -> bool:
    """Whether the month of a day is locked at a campus."""
    month = on.replace(day=1)
    statement = select(RegisterLock.id).where(
        RegisterLock.campus_id == campus_id, RegisterLock.month == month
    )
    return session().scalar(statement) is not None


def _mark_from(plain: Mapping[str, Any]) -> Mark:
    left = plain.get("left_at")
    return Mark(
        _STATUS[plain["status"]],
        plain.get("minutes"),
        time.fromisoformat(left) if left else None,
        plain.get("remarks"),
    )


def last_words(register_id: UUID, student_ids: Collection[UUID]) -> dict[UUID, Signature]:
    """Who said last what a register says of these students, and when: one statement.

    Of a pupil of whom nothing was ever said by itself that is whoever took the register.
    """
    en, bn, ar, who = user_name_columns(func.coalesce(AttendanceChange.changed_by, Register.taken_by))
    statement = (
        select(
            AttendanceChange.student_id,
            en,
            bn,
            ar,
            AttendanceChange.changed_at,
        )
        .join(Register, Register.id == AttendanceChange.register_id)
        .outerjoin(*who)
        .where(AttendanceChange.register_id == register_id, among(AttendanceChange.student_id, student_ids))
        .ext(distinct_on(AttendanceChange.student_id))
        .order_by(AttendanceChange.student_id, AttendanceChange.version.desc())
    )
    return {row[0]: Signature((row[1], row[2], row[3]), row[4]) for row in session().execute(statement)}


def list_changes(student_id: UUID, on: date, period: int = WHOLE_DAY) -> list[Change]:
    """How the mark of a student on a day came to be, the first change first: one statement.

    Not scoped: the caller has found the register first.
    """
    en, bn, ar, who = user_name_columns(AttendanceChange.changed_by)
    statement = (
        select(AttendanceChange, en, bn, ar)
        .outerjoin(*who)
        .where(
            AttendanceChange.student_id == student_id,
            AttendanceChange.date == on,
            AttendanceChange.period == period,
        )
        .order_by(AttendanceChange.changed_at, AttendanceChange.version)
    )
    return [
        Change(
            old=_mark_from(row.old) if row.old else None,
            new=_mark_from(row.new),
            source=row.source,
            said=Signature(tuple(names), row.changed_at),
            said_at=row.said_at,
            reason=row.reason,
        )
        for row, *names in session().execute(statement)
    ]


# --- the students of a family; what it sees of their days stands in `leave.families`


@dataclass(frozen=True, slots=True)
class ChildRecord:
    """The facts of a record: the child, every year at the school, and the reader's own data."""

    student: FamilyStudent
    enrolments: tuple[EnrolmentView, ...]
    reader: PersonRow | None


def list_students_of(actor: Actor) -> list[FamilyStudent]:
    """The children of a guardian; for a student oneself."""
    if actor.person_id is None:
        return []
    found = list_children_of(actor.person_id) if actor.may(Permission.FAMILY_READ) else []
    if actor.may(Permission.OWN_RECORD_READ):
        own = find_student_of_person(actor.person_id)
        found += [own] if own and own.student_id not in {each.student_id for each in found} else []
    return found


def get_family_student(actor: Actor, student_id: UUID | None) -> FamilyStudent:
    """A child of the actor; without a key the actor as a student. Raises NotFound for anybody else's child."""
    for student in list_students_of(actor):
        if student.student_id == student_id or (student_id is None and student.relationship is None):
            return student
    raise NotFound


def get_child_record(actor: Actor, student_id: UUID | None) -> ChildRecord:
    """The record of a child and the data of the guardian who reads it. Raises NotFound."""
    student = get_family_student(actor, student_id)
    enrolments = tuple(list_enrolments_of([student.student_id]))
    reader = find_person(actor.person_id) if actor.person_id and student.relationship else None
    return ChildRecord(student, enrolments, reader)
