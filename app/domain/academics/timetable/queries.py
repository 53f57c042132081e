"""Reads of bell times, weeks and substitutes.

As in the room around it: what takes an actor gives only what the actor reaches; what takes the key of a section or a
campus trusts the caller to have come by it so.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Boolean,
    Date,
    Select,
    SmallInteger,
    Uuid,
    and_,
    any_,
    bindparam,
    func,
    or_,
    select,
    union,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import aliased

from app.domain.academics.models import (
    AcademicYear,
    Campus,
    SchoolClass,
    Section,
    Subject,
    TeacherSubject,
)
from app.domain.academics.queries import (
    SectionView,
    day_verdict,
    entries_on,
    get_section,
    keeps_register,
    stands_in,
    verdict_of,
)
from app.domain.academics.rules import week_days
from app.domain.academics.timetable.models import WHOLE_DAY, BellTime, Lesson, Substitute
from app.domain.academics.timetable.rules import busy_during, choose_now, clashes, share_time, who_teaches
from app.domain.academics.timetable.types import BellDetails, LessonDetails, Slot, Stand, Taught, Why
from app.domain.academics.types import DayVerdict, RegisterKind, Shift
from app.domain.kernel.access import ALL, Actor, Permission, Role
from app.domain.kernel.dates import to_local
from app.domain.kernel.errors import NotFound
from app.domain.kernel.texts import LocalText
from app.domain.people.queries import (
    StaffChoice,
    find_staff_campus,
    list_record_names,
    list_staff_choices,
    staff_name_columns,
    staff_of_person,
)
from app.uow import read, session

# --- bell times


@dataclass(frozen=True)
class BellView:
    """When a period is."""

    id: UUID
    campus_id: UUID
    version: int
    details: BellDetails

    @property
    def period(self) -> int:
        """The number."""
        return self.details.period

    @property
    def starts_at(self) -> time:
        """Its first minute, in local time."""
        return self.details.starts_at

    @property
    def ends_at(self) -> time:
        """The minute after its last."""
        return self.details.ends_at

    @property
    def name(self) -> LocalText:
        """What it is called; empty where it is just a lesson."""
        return self.details.name


def _bell_view(row: BellTime) -> BellView:
    details = BellDetails(row.shift, row.period, row.starts_at, row.ends_at, row.name)
    return BellView(row.id, row.campus_id, row.version, details)


def list_bells(campus_id: UUID, shift: Shift | None) -> list[BellView]:
    """The periods of a shift in order of time."""
    statement = select(BellTime).where(
        BellTime.campus_id == campus_id, BellTime.shift.is_not_distinct_from(shift)
    )
    return [_bell_view(row) for row in session().scalars(statement.order_by(BellTime.starts_at))]


def list_shifts(campus_id: UUID) -> list[Shift | None]:
    """The shifts a campus has sections or bell times of; the whole day where it has neither."""
    rows = session().scalars(
        union(
            select(Section.shift).where(Section.campus_id == campus_id),
            select(BellTime.shift).where(BellTime.campus_id == campus_id),
        )
    )
    found = {Shift(each) if each else None for each in rows}
    return [each for each in (None, *Shift) if each in found] or [None]


def get_bell(actor: Actor, bell_id: UUID) -> BellView:
    """The times of one period. Raises NotFound."""
    row = session().get(BellTime, bell_id)
    if row is None or not actor.may(Permission.ACADEMICS_READ, row.campus_id):
        raise NotFound
    return _bell_view(row)


# --- weeks


@dataclass(frozen=True)
class LessonView:
    """A lesson in the week of a section. The times are None where the period has lost its bell times."""

    section_id: UUID
    section_name: LocalText
    class_name: LocalText
    slot: Slot
    version: int
    subject_id: UUID
    subject: LocalText
    staff_id: UUID | None
    teacher: LocalText | None
    starts_at: time
    ends_at: time

    @property
    def details(self) -> LessonDetails:
        """What may be edited."""
        return LessonDetails(self.subject_id, self.staff_id)


def _bell_of_lesson(lesson: Any = Lesson) -> tuple[Any, Any]:
    """The join that brings the times of a lesson along; `Section` must be there."""
    return BellTime, and_(
        BellTime.campus_id == lesson.campus_id,
        BellTime.period == lesson.period,
        BellTime.shift.is_not_distinct_from(Section.shift),
    )


def _lessons() -> Select[*tuple[Any, ...]]:
    """Columns in the order of `LessonView`, but for the parts of slot and teacher."""
    en, bn, ar, teacher = staff_name_columns(Lesson.staff_id)
    return (
        select(
            Lesson.section_id,
            Section.name,
            SchoolClass.name,
            Lesson.weekday,
            Lesson.period,
            Lesson.version,
            Lesson.subject_id,
            Subject.name,
            Lesson.staff_id,
            en,
            bn,
            ar,
            BellTime.starts_at,
            BellTime.ends_at,
        )
        .join(Section, Section.id == Lesson.section_id)
        .join(SchoolClass, SchoolClass.id == Section.class_id)
        .join(AcademicYear, AcademicYear.id == Section.academic_year_id)
        .join(Subject, Subject.id == Lesson.subject_id)
        .outerjoin(*teacher)
        .join(*_bell_of_lesson())
        .order_by(Lesson.weekday, BellTime.starts_at, SchoolClass.level, Section.code)
    )


def _named(key: UUID | None, en: str | None, bn: str | None, ar: str | None) -> LocalText | None:
    return LocalText(en or "", bn or "", ar or "") if key else None


def _lesson_views(statement: Any) -> list[LessonView]:
    found = []
    for row in session().execute(statement):
        slot, teacher = Slot(row[3], row[4]), _named(row[8], *row[9:12])
        columns: list[Any] = [*row[:3], slot, *row[5:9], teacher, *row[12:14]]
        found.append(LessonView(*columns))
    return found


@dataclass(frozen=True)
class WeekView:
    """The week of a section: its periods, what stands in each slot, and who is in two places at once."""

    section: SectionView
    bells: list[BellView]
    weekdays: list[int]
    """ISO weekdays with school, or with a lesson all the same, in the order of a week here."""
    lessons: dict[Slot, LessonView]
    elsewhere: dict[Slot, list[LessonView]]
    """Lessons in other sections that the teacher of a slot has at the same time."""


def get_week(actor: Actor, section_id: UUID, permission: Permission = Permission.ACADEMICS_READ) -> WeekView:
    """The week of a section. Raises NotFound."""
    section = get_section(actor, section_id, permission)
    lessons = {each.slot: each for each in _lesson_views(_lessons().where(Lesson.section_id == section_id))}
    rest_days = session().scalar(select(Campus.rest_days).where(Campus.id == section.campus_id)) or []
    taught = {slot.weekday for slot in lessons}
    weekdays = [day for day in week_days() if day not in rest_days or day in taught]
    bells = list_bells(section.campus_id, section.shift)
    return WeekView(section, bells, weekdays, lessons, _elsewhere(section, lessons.values()))


def _elsewhere(section: SectionView, lessons: Iterable[LessonView]) -> dict[Slot, list[LessonView]]:
    own = list(lessons)
    teachers = {each.staff_id for each in own if each.staff_id}
    if not teachers:
        return {}
    others = _lesson_views(
        _lessons().where(
            Lesson.staff_id.in_(teachers),
            Lesson.section_id != section.id,
            Section.academic_year_id == section.academic_year_id,
        )
    )
    found: dict[Slot, list[LessonView]] = {}
    for one, other in find_clashes([*own, *others]):
        for mine, theirs in ((one, other), (other, one)):
            if mine.section_id == section.id:
                found.setdefault(mine.slot, []).append(theirs)
    return found


def find_clashes(lessons: Iterable[LessonView]) -> list[tuple[LessonView, LessonView]]:
    """The pairs of lessons that one teacher has at the same time."""
    return clashes(lessons, lambda each: each.staff_id, lambda each: (each.slot.weekday, each.section_id))


@dataclass(frozen=True)
class TeacherWeek:
    """The lessons of a member of staff in the sections of this year."""

    staff_id: UUID
    campus_id: UUID
    name: LocalText
    lessons: list[LessonView]


def get_week_of_teacher(actor: Actor, staff_id: UUID, day: date) -> TeacherWeek:
    """The week of a teacher in the school year around a day. Raises NotFound."""
    campus_id = find_staff_campus(staff_id)
    if campus_id is None or not actor.may(Permission.ACADEMICS_READ, campus_id):
        raise NotFound
    lessons = _lesson_views(_around(_lessons().where(Lesson.staff_id == staff_id), day))
    return TeacherWeek(staff_id, campus_id, list_record_names([staff_id])[staff_id], lessons)


def _around(statement: Select[*tuple[Any, ...]], day: Any) -> Select[*tuple[Any, ...]]:
    return statement.where(AcademicYear.starts_on <= day, AcademicYear.ends_on >= day)


def find_own_staff_id(actor: Actor) -> UUID | None:
    """The key of the actor among the staff."""
    return session().scalar(staff_of_person(actor.person_id)) if actor.person_id else None


# --- a day


@dataclass(frozen=True, slots=True)
class DayLesson:
    """A lesson of a section on a day: `teacher` has it by the week, `substitute` is who stands in, if anybody."""

    period: int
    name: LocalText
    """What the period is called; empty where it is just a lesson."""
    starts_at: time
    ends_at: time
    subject: LocalText
    staff_id: UUID | None
    teacher: LocalText | None
    substitute_id: UUID | None
    substitute: LocalText | None

    @property
    def taught_by(self) -> UUID | None:
        """Who stands before the class."""
        return self.substitute_id or self.staff_id


def _stands(alias: Any, day: Any, period: Any) -> tuple[Any, Any]:
    """The join that brings along who is named for a lesson."""
    return alias, and_(alias.section_id == Lesson.section_id, alias.on == day, alias.period == period)


@cache
def _lessons_on(*, of_campus: bool = False) -> Any:
    """The lessons of a section on a day; or of all sections of a campus that keep a register in each lesson."""
    day = bindparam("day", type_=Date())
    of_period, of_day = aliased(Substitute), aliased(Substitute)
    names = [staff_name_columns(key) for key in (Lesson.staff_id, of_period.staff_id, of_day.staff_id)]
    statement = (
        select(
            Lesson.period,
            BellTime.name,
            BellTime.starts_at,
            BellTime.ends_at,
            Subject.name,
            Lesson.staff_id,
            of_period.staff_id,
            of_period.instead_of_id,
            of_day.staff_id,
            of_day.instead_of_id,
            Campus.rest_days,
            entries_on(day),
            *(column for en, bn, ar, _ in names for column in (en, bn, ar)),
            Lesson.section_id,
        )
        .join(Section, Section.id == Lesson.section_id)
        .join(Campus, Campus.id == Section.campus_id)
        .join(Subject, Subject.id == Lesson.subject_id)
        .join(*_bell_of_lesson())
        .outerjoin(*_stands(of_period, day, Lesson.period))
        .outerjoin(*_stands(of_day, day, WHOLE_DAY))
    )
    for *_, joined in names:
        statement = statement.outerjoin(*joined)
    if of_campus:
        kept = (
            Lesson.campus_id == bindparam("campus_id", type_=Uuid()),
            Section.register_kind == RegisterKind.PERIODS,
        )
        statement = _around(
            statement.join(AcademicYear, AcademicYear.id == Section.academic_year_id).where(*kept), day
        )
    else:
        statement = statement.where(Lesson.section_id == bindparam("section_id"))
    return (
        statement.where(Lesson.weekday == bindparam("weekday", type_=SmallInteger()))
        .order_by(BellTime.starts_at)
        .execution_options(prepared=True)
    )


def lessons_on(section_id: UUID, day: date) -> list[DayLesson]:
    """The lessons of a section on a day in order of time, with who stands in: one statement. None where the calendar
    closes the school. Not scoped: the caller has found the section first.
    """
    values = {"section_id": section_id, "day": day, "weekday": day.isoweekday()}
    rows = read(_lessons_on(), values).all()
    if not rows or not verdict_of(day, rows[0][10], rows[0][11]).is_school_day:
        return []
    return [_day_lesson(row) for row in rows]


def lessons_with_register(campus_id: UUID, day: date) -> dict[UUID, list[DayLesson]]:
    """The lessons of a day of each section of a campus that keeps a register in each lesson, in order of time, with
    who stands in: one statement. None where the calendar closes the school. Not scoped.
    """
    values = {"campus_id": campus_id, "day": day, "weekday": day.isoweekday()}
    rows = read(_lessons_on(of_campus=True), values).all()
    found: dict[UUID, list[DayLesson]] = {}
    if rows and verdict_of(day, rows[0][10], rows[0][11]).is_school_day:
        for row in rows:
            found.setdefault(row[21], []).append(_day_lesson(row))
    return found


def subjects_by_slot() -> Any:
    """What stands in each slot of each section that keeps a register in each lesson, for another feature to join what
    it knows of a section, an ISO weekday and a period: columns section_id, weekday, period, subject_id, subject.
    """
    return (
        select(
            Lesson.section_id,
            Lesson.weekday,
            Lesson.period,
            Lesson.subject_id,
            Subject.name.label("subject"),
        )
        .join(Section, Section.id == Lesson.section_id)
        .join(Subject, Subject.id == Lesson.subject_id)
        .where(Section.register_kind == RegisterKind.PERIODS)
        .subquery("slots")
    )


def _day_lesson(row: Any) -> DayLesson:
    own, of_period, of_day = row[5], _stand(*row[6:8]), _stand(*row[8:10])
    standing = who_teaches(own, of_period, of_day)
    names = {row[8]: row[18:21], row[6]: row[15:18], own: row[12:15]}
    substitute_id = standing if standing != own else None
    substitute = _named(substitute_id, *names[substitute_id]) if substitute_id else None
    columns: list[Any] = [*row[:5], own, _named(own, *row[12:15]), substitute_id, substitute]
    return DayLesson(*columns)


def _stand(staff_id: UUID | None, instead_of: UUID | None) -> Stand | None:
    return Stand(staff_id, instead_of) if staff_id else None


@cache
def _teaches_on() -> Any:
    person, day = bindparam("person_id", type_=Uuid()), bindparam("day", type_=Date())
    period, weekday = (bindparam(name, type_=SmallInteger()) for name in ("period", "weekday"))
    return (
        select(Section.id)
        .where(
            Section.id == bindparam("section_id"),
            keeps_register(staff_of_person(person), day, period, weekday),
        )
        .execution_options(prepared=True)
    )


def teaches_on(person_id: UUID | None, section_id: UUID, day: date, period: int = WHOLE_DAY) -> bool:
    """Whether somebody keeps the register of a section on a day, or of one of its lessons: one statement.

    The class teacher keeps them all; a lesson's also its teacher and whoever is named for it; see `keeps_register`.
    """
    if person_id is None:
        return False
    values = {"person_id": person_id, "section_id": section_id, "day": day, "period": period}
    return bool(read(_teaches_on(), values | {"weekday": day.isoweekday()}).all())


# --- now


@dataclass(frozen=True, slots=True)
class SectionNow:
    """The section a teacher has now."""

    section_id: UUID
    section_name: LocalText
    class_name: LocalText
    period: int | None
    """The lesson whose register is meant; None for the register of the day."""
    why: Why
    starts_at: time | None
    ends_at: time | None


@cache
def _sections_now() -> Any:
    person, day = bindparam("person_id", type_=Uuid()), bindparam("day", type_=Date())
    weekday = bindparam("weekday", type_=SmallInteger())
    staff, each = staff_of_person(person), aliased(Section)
    of_period, of_day, named = aliased(Substitute), aliased(Substitute), aliased(Substitute)
    slot = func.json_build_array(
        Lesson.period,
        BellTime.starts_at,
        BellTime.ends_at,
        Lesson.staff_id,
        of_period.staff_id,
        of_period.instead_of_id,
        of_day.staff_id,
        of_day.instead_of_id,
    )
    slots = (
        select(func.json_agg(slot))
        .select_from(Lesson)
        .join(*_bell_of_lesson())
        .outerjoin(*_stands(of_period, day, Lesson.period))
        .outerjoin(*_stands(of_day, day, WHOLE_DAY))
        .where(Lesson.section_id == Section.id, Lesson.weekday == weekday)
        .correlate(Section)
        .scalar_subquery()
    )
    is_named = (
        select(named.id)
        .where(
            named.section_id == Section.id,
            named.on == day,
            named.period == WHOLE_DAY,
            named.staff_id.in_(staff),
        )
        .exists()
    )
    keys = union(
        select(each.id).where(each.class_teacher_id.in_(staff)),
        select(Lesson.section_id).where(Lesson.staff_id.in_(staff), Lesson.weekday == weekday),
        stands_in(staff, day),
    )
    return (
        select(
            Section.id,
            Section.name,
            SchoolClass.name,
            Section.register_kind,
            Section.class_teacher_id,
            staff.scalar_subquery(),
            is_named,
            slots,
            Campus.rest_days,
            entries_on(day),
        )
        .join(Campus, Campus.id == Section.campus_id)
        .join(AcademicYear, AcademicYear.id == Section.academic_year_id)
        .join(SchoolClass, SchoolClass.id == Section.class_id)
        .where(
            Section.id.in_(keys),
            AcademicYear.starts_on <= day,
            AcademicYear.ends_on >= day,
            or_(
                bindparam("everywhere", type_=Boolean()),
                Section.campus_id == any_(bindparam("campuses", type_=ARRAY(Uuid))),
            ),
        )
        .order_by(SchoolClass.level, SchoolClass.code, Section.code)
        .execution_options(prepared=True)
    )


def section_now(actor: Actor, now: datetime) -> SectionNow | None:
    """The section a teacher has at a moment, and why it is that one: one statement, or none for who is no teacher.

    None where there is none: nothing is taught, nothing begins soon, nobody's class teacher; or no school today.
    """
    if actor.person_id is None or Role.TEACHER not in actor.roles:
        return None
    local = to_local(now)
    day, places, facts = local.date(), [], {}
    for row in read(_sections_now(), _values_now(actor, day)):
        if not verdict_of(day, row[8], row[9]).is_school_day:
            continue
        kind, class_teacher, own = row[3:6]
        keeps_periods, is_own = (
            kind is RegisterKind.PERIODS,
            class_teacher is not None and class_teacher == own,
        )
        lessons = [
            taught for each in row[7] or () if (taught := _taught(each, own, class_teacher, keeps_periods))
        ]
        places.append((row[0], is_own, row[6], lessons))
        facts[row[0]] = row
    chosen = choose_now(places, local.time())
    if chosen is None:
        return None
    section_id, (taught, why) = chosen
    row = facts[section_id]
    period = taught.period if taught and row[3] is RegisterKind.PERIODS else None
    times = (taught.starts_at, taught.ends_at) if taught else (None, None)
    return SectionNow(section_id, row[1], row[2], period, why, *times)


def _values_now(actor: Actor, day: date) -> dict[str, Any]:
    campuses = actor.campuses_for(Permission.REGISTERS_READ)
    return {
        "person_id": actor.person_id,
        "day": day,
        "weekday": day.isoweekday(),
        "everywhere": campuses is ALL,
        "campuses": [] if campuses is ALL else list(campuses),
    }


def _taught(slot: list[Any], own: UUID, class_teacher: UUID | None, keeps_periods: bool) -> Taught | None:
    """A slot of a section's day as the lesson of `own`, if it is."""
    period, starts, ends, *written = slot
    by_week, *stands = (UUID(each) if each else None for each in written)
    of_period, of_day = _stand(*stands[:2]), _stand(*stands[2:])
    if who_teaches(by_week, of_period, of_day) != own:
        return None
    for_class_teacher = of_period is not None and None is not class_teacher == of_period.instead_of
    times = time.fromisoformat(starts), time.fromisoformat(ends)
    return Taught(period, *times, by_week != own, keeps_periods or for_class_teacher)


# --- substitutes


@dataclass(frozen=True)
class SubstituteView:
    """Somebody who stands in on a day."""

    id: UUID
    section_id: UUID
    section_name: LocalText
    class_name: LocalText
    period: int
    staff_id: UUID
    name: LocalText
    instead_of_id: UUID | None
    instead_of: LocalText | None


def list_substitutes(campus_id: UUID, day: date) -> list[SubstituteView]:
    """Who stands in at a campus on a day, by class and period: one statement."""
    en, bn, ar, named = staff_name_columns(Substitute.staff_id)
    away_en, away_bn, away_ar, away = staff_name_columns(Substitute.instead_of_id)
    rows = session().execute(
        select(
            Substitute.id,
            Substitute.section_id,
            Section.name,
            SchoolClass.name,
            Substitute.period,
            Substitute.staff_id,
            en,
            bn,
            ar,
            Substitute.instead_of_id,
            away_en,
            away_bn,
            away_ar,
        )
        .join(Section, Section.id == Substitute.section_id)
        .join(SchoolClass, SchoolClass.id == Section.class_id)
        .join(*named)
        .outerjoin(*away)
        .where(Substitute.campus_id == campus_id, Substitute.on == day)
        .order_by(SchoolClass.level, SchoolClass.code, Section.code, Substitute.period)
    )
    found = []
    for row in rows:
        columns: list[Any] = [*row[:6], _named(*row[5:9]), row[9], _named(*row[9:13])]
        found.append(SubstituteView(*columns))
    return found


def list_lessons_of_day(campus_id: UUID, day: date) -> list[LessonView]:
    """Every lesson of a campus on the weekday of a day, in order of time, whatever the calendar says: one statement."""
    statement = _lessons().where(Lesson.campus_id == campus_id, Lesson.weekday == day.isoweekday())
    return _lesson_views(_around(statement, day))


def sections_taught_by_staff(campus_id: UUID, day: date) -> dict[UUID, set[UUID]]:
    """Who teaches at a campus in the year around a day: the sections of each, as class teacher or in a subject."""
    of_year = select(Section.id).join(AcademicYear, AcademicYear.id == Section.academic_year_id)
    of_year = _around(of_year.where(Section.campus_id == campus_id), day)
    rows: Any = session().execute(
        union(
            select(Section.class_teacher_id, Section.id).where(
                Section.id.in_(of_year), Section.class_teacher_id.is_not(None)
            ),
            select(TeacherSubject.staff_id, TeacherSubject.section_id).where(
                TeacherSubject.section_id.in_(of_year)
            ),
        )
    )
    found: dict[UUID, set[UUID]] = {}
    for staff_id, section_id in rows:
        found.setdefault(staff_id, set()).add(section_id)
    return found


@dataclass(frozen=True)
class OwnSection:
    """A section by the name of its class."""

    id: UUID
    name: LocalText
    class_name: LocalText


def list_own_sections(staff_id: UUID, day: date) -> list[OwnSection]:
    """The sections whose class teacher somebody is in the year around a day."""
    statement = (
        select(Section.id, Section.name, SchoolClass.name)
        .join(SchoolClass, SchoolClass.id == Section.class_id)
        .join(AcademicYear, AcademicYear.id == Section.academic_year_id)
        .where(Section.class_teacher_id == staff_id)
        .order_by(SchoolClass.level, Section.code)
    )
    return [OwnSection(*row) for row in session().execute(_around(statement, day))]


@dataclass(frozen=True)
class Candidate:
    """Somebody who has time to stand in."""

    staff_id: UUID
    name: LocalText
    employee_id: str
    knows_class: bool
    """Whether they teach in the section anyway."""
    lessons: int
    """How many lessons of their own they have that day; None of them at this time."""
    teaches: bool
    """Whether they teach at all."""


@dataclass(frozen=True)
class Gap:
    """What an absent teacher leaves behind on a day: a lesson, or with period 0 a section of their own."""

    section_id: UUID
    section_name: LocalText
    class_name: LocalText
    period: int
    subject: LocalText | None
    starts_at: time | None
    ends_at: time | None
    named: SubstituteView | None
    free: list[Candidate]


@dataclass(frozen=True)
class Cover:
    """The substitutes of a campus on a day, and where somebody is absent what is to be covered."""

    verdict: DayVerdict
    named: list[SubstituteView]
    teachers: list[StaffChoice]
    """Who can be absent: whoever teaches here this year."""
    absent: StaffChoice | None
    gaps: list[Gap]


def get_cover(campus_id: UUID, day: date, absent_id: UUID | None) -> Cover:
    """Who stands in at a campus on a day, and who could: as many statements whatever the day holds. Raises NotFound
    for an absent person who does not teach here."""
    verdict, named = day_verdict(campus_id, day), list_substitutes(campus_id, day)
    staff, taught = list_staff_choices(campus_id), sections_taught_by_staff(campus_id, day)
    lessons = list_lessons_of_day(campus_id, day)
    can_miss = taught.keys() | {each.staff_id for each in lessons}
    teachers = [each for each in staff if each.id in can_miss]
    absent = next((each for each in teachers if each.id == absent_id), None)
    if absent_id and absent is None:
        raise NotFound
    gaps = _gaps(absent.id, day, lessons, named, staff, taught) if absent and verdict.is_school_day else []
    return Cover(verdict, named, teachers, absent, gaps)


def _gaps(
    absent_id: UUID,
    day: date,
    lessons: list[LessonView],
    named: list[SubstituteView],
    staff: list[StaffChoice],
    taught: dict[UUID, set[UUID]],
) -> list[Gap]:
    standing = {(each.section_id, each.period): each for each in named}
    today = [(_teacher_on(each, standing), each) for each in lessons]
    given = [(teacher, lesson) for teacher, lesson in today if teacher is not None]
    # Whoever somebody stands in for is away too.
    away = {absent_id} | {each.instead_of_id for each in named}
    all_day = {each.staff_id for each in named if each.period == WHOLE_DAY}

    def free(section_id: UUID, gap: LessonView | None) -> list[Candidate]:
        busy = busy_during(given, gap) | all_day
        found = [
            Candidate(
                each.id,
                each.name,
                each.employee_id,
                section_id in taught.get(each.id, ()),
                sum(teacher == each.id for teacher, _ in given),
                each.id in taught,
            )
            for each in staff
            if each.id not in away and each.id not in busy
        ]
        return sorted(found, key=lambda each: (not each.teaches, not each.knows_class, each.lessons))

    whole = [
        Gap(
            own.id,
            own.name,
            own.class_name,
            WHOLE_DAY,
            None,
            None,
            None,
            standing.get((own.id, WHOLE_DAY)),
            free(own.id, None),
        )
        for own in list_own_sections(absent_id, day)
    ]
    return whole + [
        Gap(
            each.section_id,
            each.section_name,
            each.class_name,
            each.slot.period,
            each.subject,
            each.starts_at,
            each.ends_at,
            standing.get((each.section_id, each.slot.period)),
            free(each.section_id, each),
        )
        for each in lessons
        if each.staff_id == absent_id
    ]


def _teacher_on(lesson: LessonView, standing: dict[tuple[UUID, int], SubstituteView]) -> UUID | None:
    of_period, of_day = (
        Stand(found.staff_id, found.instead_of_id)
        if (found := standing.get((lesson.section_id, period)))
        else None
        for period in (lesson.slot.period, WHOLE_DAY)
    )
    return who_teaches(lesson.staff_id, of_period, of_day)


def lessons_beside(
    campus_id: UUID, day: date, section_id: UUID, period: int, staff_id: UUID
) -> list[LessonView]:
    """The lessons somebody has on a day at the time they are named for elsewhere: what the office is warned of."""
    lessons = list_lessons_of_day(campus_id, day)
    gap = next((e for e in lessons if e.section_id == section_id and e.slot.period == period), None)
    return [
        each
        for each in lessons
        if each.staff_id == staff_id
        and each.section_id != section_id
        and (gap is None or share_time(each, gap))
    ]


def count_lessons(year_id: UUID) -> dict[UUID, int]:
    """How many lessons stand in the week of each section of a year. One statement."""
    rows = session().execute(
        select(Lesson.section_id, func.count())
        .join(Section, Section.id == Lesson.section_id)
        .where(Section.academic_year_id == year_id)
        .group_by(Lesson.section_id)
    )
    return {row[0]: row[1] for row in rows}
