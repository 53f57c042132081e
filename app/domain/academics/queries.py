"""Reads of the school's structure and calendar, scoped to the actor.

Functions that take an actor give only what lies at campuses where the actor holds the permission, and
raise NotFound for the rest. Those that take a campus or a section trust the caller to have come by it
through one of the former.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Date,
    Select,
    SmallInteger,
    Uuid,
    and_,
    any_,
    bindparam,
    case,
    false,
    func,
    or_,
    select,
    true,
    union,
)
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by
from sqlalchemy.orm import aliased

from app.db import among
from app.domain.academics.models import (
    AcademicYear,
    CalendarEntry,
    Campus,
    Enrolment,
    SchoolClass,
    Section,
    Subject,
    TeacherSubject,
    Term,
)
from app.domain.academics.rules import choose_current_year, days_between, school_day
from app.domain.academics.timetable.models import WHOLE_DAY, Lesson, Substitute
from app.domain.academics.types import (
    CampusDetails,
    ClassDetails,
    DayKind,
    DayVerdict,
    EnrolmentStatus,
    EntryDetails,
    RegisterKind,
    Seat,
    SectionDetails,
    Shift,
    SubjectDetails,
    TermDetails,
    YearDetails,
)
from app.domain.kernel.access import ALL, Actor, Permission, Role
from app.domain.kernel.errors import NotFound
from app.domain.kernel.texts import LocalText
from app.domain.people.queries import (
    pupil_columns,
    staff_name_columns,
    staff_of_person,
    student_name_columns,
    student_number_column,
    students_by_gender,
)
from app.domain.people.types import Gender
from app.uow import read, session


def _within(actor: Actor, permission: Permission, column: Any) -> ColumnElement[bool]:
    campuses = actor.campuses_for(permission)
    return true() if campuses is ALL else column.in_(campuses)


def _names(en: str | None, bn: str | None, ar: str | None) -> LocalText:
    return LocalText(en or "", bn or "", ar or "")


# --- campuses


@dataclass(frozen=True)
class CampusView:
    """A campus."""

    id: UUID
    version: int
    details: CampusDetails

    @property
    def code(self) -> str:
        """The short code."""
        return self.details.code

    @property
    def name(self) -> LocalText:
        """The name in up to three languages."""
        return self.details.name

    @property
    def rest_days(self) -> tuple[int, ...]:
        """ISO weekdays without school."""
        return self.details.rest_days


def _campus_view(row: Campus) -> CampusView:
    details = CampusDetails(
        row.code, row.name, row.address, row.phone, row.email, row.eiin, tuple(sorted(row.rest_days))
    )
    return CampusView(row.id, row.version, details)


def list_campuses(actor: Actor, permission: Permission = Permission.ACADEMICS_READ) -> list[CampusView]:
    """The campuses where the actor holds the permission, by code."""
    statement = select(Campus).where(_within(actor, permission, Campus.id)).order_by(Campus.code)
    rows = session().scalars(statement.execution_options(prepared=True))
    return [_campus_view(row) for row in rows]


def get_campus(
    actor: Actor, campus_id: UUID, permission: Permission = Permission.ACADEMICS_READ
) -> CampusView:
    """One campus. Raises NotFound where the actor does not hold the permission there."""
    if campus_id not in actor.campuses_for(permission):
        raise NotFound
    row = session().get(Campus, campus_id)
    if row is None:
        raise NotFound
    return _campus_view(row)


# --- years and terms


@dataclass(frozen=True)
class YearView:
    """A school year of a campus."""

    id: UUID
    campus_id: UUID
    version: int
    name: str
    starts_on: date
    ends_on: date
    is_current: bool

    @property
    def details(self) -> YearDetails:
        """What may be edited."""
        return YearDetails(self.name, self.starts_on, self.ends_on, self.is_current)


def _year_view(row: AcademicYear) -> YearView:
    return YearView(row.id, row.campus_id, row.version, row.name, row.starts_on, row.ends_on, row.is_current)


def list_years(campus_id: UUID) -> list[YearView]:
    """The school years of a campus, the latest first."""
    statement = (
        select(AcademicYear)
        .where(AcademicYear.campus_id == campus_id)
        .order_by(AcademicYear.starts_on.desc(), AcademicYear.name)
    )
    return [_year_view(row) for row in session().scalars(statement)]


def find_current_year(campus_id: UUID, day: date | None = None) -> YearView | None:
    """The year a campus is in: the one marked as current, else, where `day` is given, the one around it."""
    years = list_years(campus_id)
    if day is None:
        return next((year for year in years if year.is_current), None)
    return choose_current_year(years, day)


def get_year(actor: Actor, year_id: UUID, permission: Permission = Permission.ACADEMICS_READ) -> YearView:
    """One school year. Raises NotFound."""
    return _year_view(_get(actor, permission, AcademicYear, year_id))


@dataclass(frozen=True)
class TermView:
    """A term of a school year."""

    id: UUID
    campus_id: UUID
    academic_year_id: UUID
    version: int
    details: TermDetails


def _term_view(row: Term) -> TermView:
    details = TermDetails(row.name, row.starts_on, row.ends_on)
    return TermView(row.id, row.campus_id, row.academic_year_id, row.version, details)


def list_terms(campus_id: UUID) -> list[TermView]:
    """The terms of all years of a campus, in order of time."""
    statement = select(Term).where(Term.campus_id == campus_id).order_by(Term.starts_on, Term.id)
    return [_term_view(row) for row in session().scalars(statement)]


def get_term(actor: Actor, term_id: UUID, permission: Permission = Permission.ACADEMICS_READ) -> TermView:
    """One term. Raises NotFound."""
    return _term_view(_get(actor, permission, Term, term_id))


def _get(actor: Actor, permission: Permission, model: Any, key: UUID) -> Any:
    """One row of a table that belongs to a campus. Raises NotFound outside the actor's campuses."""
    row = (
        session()
        .scalars(select(model).where(model.id == key, _within(actor, permission, model.campus_id)))
        .one_or_none()
    )
    if row is None:
        raise NotFound
    return row


# --- classes and subjects


@dataclass(frozen=True)
class ClassView:
    """A class of a campus."""

    id: UUID
    campus_id: UUID
    version: int
    details: ClassDetails

    @property
    def code(self) -> str:
        """The short code."""
        return self.details.code

    @property
    def name(self) -> LocalText:
        """The name in up to three languages."""
        return self.details.name

    @property
    def level(self) -> int:
        """The place in the order of classes."""
        return self.details.level


def _class_view(row: SchoolClass) -> ClassView:
    return ClassView(row.id, row.campus_id, row.version, ClassDetails(row.code, row.name, row.level))


def list_classes(campus_id: UUID) -> list[ClassView]:
    """The classes of a campus, the youngest first."""
    statement = (
        select(SchoolClass)
        .where(SchoolClass.campus_id == campus_id)
        .order_by(SchoolClass.level, SchoolClass.code)
        .execution_options(prepared=True)
    )
    return [_class_view(row) for row in session().scalars(statement)]


def get_class(actor: Actor, class_id: UUID, permission: Permission = Permission.ACADEMICS_READ) -> ClassView:
    """One class. Raises NotFound."""
    return _class_view(_get(actor, permission, SchoolClass, class_id))


@dataclass(frozen=True)
class SubjectView:
    """A subject, with the name of its class where it belongs to one."""

    id: UUID
    campus_id: UUID
    version: int
    class_name: LocalText | None
    details: SubjectDetails


def list_subjects(campus_id: UUID, class_id: UUID | None = None) -> list[SubjectView]:
    """The subjects of a campus; with a class, those taught in it: its own and those of every class."""
    statement = (
        select(Subject, SchoolClass.name)
        .outerjoin(SchoolClass, SchoolClass.id == Subject.class_id)
        .where(Subject.campus_id == campus_id)
        .order_by(SchoolClass.level.asc().nulls_first(), Subject.code)
    )
    if class_id is not None:
        statement = statement.where(or_(Subject.class_id == class_id, Subject.class_id.is_(None)))
    return [_subject_view(row, class_name) for row, class_name in session().execute(statement)]


def _subject_view(row: Subject, class_name: LocalText | None) -> SubjectView:
    details = SubjectDetails(row.code, row.name, row.class_id, row.is_mandatory)
    return SubjectView(row.id, row.campus_id, row.version, class_name, details)


def get_subject(
    actor: Actor, subject_id: UUID, permission: Permission = Permission.ACADEMICS_READ
) -> SubjectView:
    """One subject. Raises NotFound."""
    row = (
        session()
        .execute(
            select(Subject, SchoolClass.name)
            .outerjoin(SchoolClass, SchoolClass.id == Subject.class_id)
            .where(Subject.id == subject_id, _within(actor, permission, Subject.campus_id))
        )
        .one_or_none()
    )
    if row is None:
        raise NotFound
    return _subject_view(row[0], row[1])


# --- sections


@dataclass(frozen=True)
class SectionView:
    """A section with all that is said of it in a list."""

    id: UUID
    campus_id: UUID
    academic_year_id: UUID
    year_name: str
    class_id: UUID
    class_code: str
    class_name: LocalText
    version: int
    code: str
    name: LocalText
    capacity: int
    seats_taken: int
    shift: Shift | None
    class_teacher_id: UUID | None
    register_kind: RegisterKind
    has_check_in: bool
    class_teacher: LocalText | None

    @property
    def seats_free(self) -> int:
        """Seats that nobody has yet."""
        return max(0, self.capacity - self.seats_taken)

    @property
    def details(self) -> SectionDetails:
        """What may be edited."""
        return SectionDetails(
            self.code,
            self.name,
            self.capacity,
            self.shift,
            self.class_teacher_id,
            self.register_kind,
            self.has_check_in,
        )


def _seats_taken() -> Any:
    return (
        select(func.count())
        .where(Enrolment.section_id == Section.id, Enrolment.status == EnrolmentStatus.ACTIVE)
        .scalar_subquery()
    )


def _sections(seats: Any = None) -> Select[*tuple[Any, ...]]:
    """Columns in the order of `SectionView`. `seats`: how many are taken, where not counted section by section."""
    en, bn, ar, teacher = staff_name_columns(Section.class_teacher_id)
    return (
        select(
            Section.id,
            Section.campus_id,
            Section.academic_year_id,
            AcademicYear.name,
            Section.class_id,
            SchoolClass.code,
            SchoolClass.name,
            Section.version,
            Section.code,
            Section.name,
            Section.capacity,
            _seats_taken() if seats is None else seats,
            Section.shift,
            Section.class_teacher_id,
            Section.register_kind,
            Section.has_check_in,
            en,
            bn,
            ar,
        )
        .join(AcademicYear, AcademicYear.id == Section.academic_year_id)
        .join(SchoolClass, SchoolClass.id == Section.class_id)
        .outerjoin(*teacher)
        .order_by(AcademicYear.starts_on.desc(), SchoolClass.level, SchoolClass.code, Section.code)
    )


def _section_views(statement: Select[*tuple[Any, ...]]) -> list[SectionView]:
    views = []
    for row in session().execute(statement):
        teacher = _names(*row[16:19]) if row[13] else None
        columns: list[Any] = [*row[:16], teacher]
        views.append(SectionView(*columns))
    return views


def list_sections(
    actor: Actor,
    *,
    campus_id: UUID | None = None,
    year_id: UUID | None = None,
    class_id: UUID | None = None,
    permission: Permission = Permission.ACADEMICS_READ,
) -> list[SectionView]:
    """Sections at the actor's campuses in the order of classes, seats and class teacher included: one statement."""
    statement = _sections()
    if campus_id is not None and class_id is None:
        # Of a whole campus the seats are counted at once: section by section takes as long as all the rest.
        taken = select(Enrolment.section_id, func.count().label("seats")).group_by(Enrolment.section_id)
        taken = taken.where(Enrolment.campus_id == campus_id, Enrolment.status == EnrolmentStatus.ACTIVE)
        if year_id is not None:
            taken = taken.where(Enrolment.academic_year_id == year_id)
        counted = taken.subquery()
        statement = _sections(func.coalesce(counted.c.seats, 0)).outerjoin(
            counted, counted.c.section_id == Section.id
        )
    statement = statement.where(_within(actor, permission, Section.campus_id))
    for column, wanted in (
        (Section.campus_id, campus_id),
        (Section.academic_year_id, year_id),
        (Section.class_id, class_id),
    ):
        if wanted is not None:
            statement = statement.where(column == wanted)
    return _section_views(statement)


def get_section(
    actor: Actor, section_id: UUID, permission: Permission = Permission.ACADEMICS_READ
) -> SectionView:
    """One section. Raises NotFound."""
    statement = _sections().where(Section.id == section_id, _within(actor, permission, Section.campus_id))
    views = _section_views(statement)
    if not views:
        raise NotFound
    return views[0]


class CampusSection(NamedTuple):
    """A section of a campus as files name it, with the days of its year."""

    id: UUID
    class_id: UUID
    class_code: str
    class_name: LocalText
    code: str
    name: LocalText
    starts_on: date
    ends_on: date


def campus_sections(campus_id: UUID, start: date, end: date) -> list[CampusSection]:
    """The sections of a campus whose year touches a day from start to end, in the order of classes: one statement.

    Not scoped: the caller has found the campus first.
    """
    rows = session().execute(
        select(
            Section.id,
            Section.class_id,
            SchoolClass.code,
            SchoolClass.name,
            Section.code,
            Section.name,
            AcademicYear.starts_on,
            AcademicYear.ends_on,
        )
        .join(SchoolClass, SchoolClass.id == Section.class_id)
        .join(AcademicYear, AcademicYear.id == Section.academic_year_id)
        .where(Section.campus_id == campus_id, AcademicYear.starts_on <= end, AcademicYear.ends_on >= start)
        .order_by(SchoolClass.level, SchoolClass.code, Section.code, AcademicYear.starts_on)
    )
    return [CampusSection(*row) for row in rows]


def section_choices(campus_id: UUID, class_id: UUID, year_id: UUID) -> list[SectionView]:
    """The sections a child of this class can be seated in, full ones included, so that nobody wonders."""
    return _section_views(
        _sections().where(
            Section.campus_id == campus_id,
            Section.class_id == class_id,
            Section.academic_year_id == year_id,
        )
    )


def count_seated_by_gender(section_ids: Collection[UUID]) -> dict[UUID, dict[Gender | None, int]]:
    """How many girls and boys have a seat in each of these sections. One statement."""
    if not section_ids:
        return {}
    active = Enrolment.section_id.in_(section_ids) & (Enrolment.status == EnrolmentStatus.ACTIVE)
    seated = students_by_gender(select(Enrolment.student_id).where(active))
    rows = session().execute(
        select(Enrolment.section_id, seated.c.gender, func.count())
        .join(seated, seated.c.id == Enrolment.student_id)
        .where(active)
        .group_by(Enrolment.section_id, seated.c.gender)
    )
    found: dict[UUID, dict[Gender | None, int]] = {}
    for section_id, gender, number in rows:
        found.setdefault(section_id, {})[gender] = number
    return found


def _taught_by(person_id: Any) -> ColumnElement[bool]:
    staff = staff_of_person(person_id)
    return or_(
        Section.class_teacher_id.in_(staff),
        Section.id.in_(select(TeacherSubject.section_id).where(TeacherSubject.staff_id.in_(staff))),
    )


def list_sections_of_teacher(person_id: UUID, *, current_only: bool = True) -> list[SectionView]:
    """The sections a person is class teacher of or teaches a subject in; of current years unless told."""
    statement = _sections().where(_taught_by(person_id))
    if current_only:
        statement = statement.where(AcademicYear.is_current)
    return _section_views(statement)


def section_ids_of_teacher(person_id: UUID) -> Select[UUID]:
    """The keys of the sections a person teaches, of any year, for the filters of other features."""
    return select(Section.id).where(_taught_by(person_id))


def teaches_section(person_id: UUID | None, section_id: UUID) -> bool:
    """Whether a person is class teacher of a section or teaches a subject in it."""
    if person_id is None:
        return False
    found = session().scalar(select(Section.id).where(Section.id == section_id, _taught_by(person_id)))
    return found is not None


class Enrolled(NamedTuple):
    """A pupil of a section."""

    enrolment_id: UUID
    student_id: UUID
    roll_number: int
    name_en: str | None
    name_bn: str | None
    name_ar: str | None
    born_on: date | None

    @property
    def name(self) -> LocalText:
        """The name in each script there is."""
        return _names(self.name_en, self.name_bn, self.name_ar)


@cache
def _enrolled_between() -> Any:
    pupil, joined = pupil_columns(Enrolment.student_id)
    return (
        select(Enrolment.id, Enrolment.student_id, Enrolment.roll_number, *pupil)
        .join(*joined)
        .where(
            Enrolment.section_id == bindparam("section_id"),
            Enrolment.enrolled_on <= bindparam("last"),
            or_(Enrolment.status == EnrolmentStatus.ACTIVE, Enrolment.left_on > bindparam("first")),
        )
        .order_by(Enrolment.roll_number)
        .execution_options(prepared=True)
    )


def list_enrolled_between(section_id: UUID, start: date, end: date) -> list[Enrolled]:
    """The pupils who sat in a section on any day from start to end, by roll number."""
    rows = read(_enrolled_between(), {"section_id": section_id, "first": start, "last": end})
    return list(map(Enrolled._make, rows))


def list_seats_between(
    start: date,
    end: date,
    *,
    section_ids: Collection[UUID] | None = None,
    campus_id: UUID | None = None,
) -> list[Seat]:
    """The seats of some sections, or of a campus, that were held on any day from start to end: one statement.

    By section and roll number. Not scoped: the caller has found the sections or the campus first.
    """
    en, bn, ar, joined = student_name_columns(Enrolment.student_id)
    left = case((Enrolment.status == EnrolmentStatus.LEFT, Enrolment.left_on))
    statement = (
        select(
            Enrolment.section_id,
            Enrolment.student_id,
            student_number_column(Enrolment.student_id),
            Enrolment.roll_number,
            en,
            bn,
            ar,
            Enrolment.enrolled_on,
            left,
        )
        .join(*joined)
        .where(
            Enrolment.enrolled_on <= end,
            or_(Enrolment.status == EnrolmentStatus.ACTIVE, Enrolment.left_on > start),
        )
        .order_by(Enrolment.section_id, Enrolment.roll_number)
    )
    if section_ids is not None:
        statement = statement.where(among(Enrolment.section_id, section_ids))
    if campus_id is not None:
        statement = statement.where(Enrolment.campus_id == campus_id)
    return [Seat(*row) for row in session().execute(statement)]


def seated_spans(section_ids: Collection[UUID]) -> dict[UUID, tuple[date, date | None]]:
    """From when on somebody sat in each of these sections, and before which day the last one left, if all have.

    One statement. Sections in which nobody ever sat are missing.
    """
    is_left = Enrolment.status == EnrolmentStatus.LEFT
    rows = session().execute(
        select(
            Enrolment.section_id,
            func.min(Enrolment.enrolled_on),
            case((func.bool_and(is_left), func.max(Enrolment.left_on))),
        )
        .where(among(Enrolment.section_id, section_ids))
        .group_by(Enrolment.section_id)
    )
    return {section_id: (since, until) for section_id, since, until in rows}


def list_enrolled(section_id: UUID) -> list[Enrolled]:
    """The pupils who sit in a section now, by roll number."""
    pupil, joined = pupil_columns(Enrolment.student_id)
    rows = session().execute(
        select(Enrolment.id, Enrolment.student_id, Enrolment.roll_number, *pupil)
        .join(*joined)
        .where(Enrolment.section_id == section_id, Enrolment.status == EnrolmentStatus.ACTIVE)
        .order_by(Enrolment.roll_number)
    )
    return list(map(Enrolled._make, rows))


@dataclass(frozen=True)
class EnrolmentView:
    """Where a student sits, or sat, in one year."""

    id: UUID
    student_id: UUID
    campus_id: UUID
    academic_year_id: UUID
    year_name: str
    section_id: UUID
    class_name: LocalText
    section_name: LocalText
    roll_number: int
    status: EnrolmentStatus
    enrolled_on: date
    left_on: date | None


def list_enrolments_of(student_ids: Iterable[UUID]) -> list[EnrolmentView]:
    """Every enrolment of some students, the latest year first."""
    return [EnrolmentView(*row) for row in read(_enrolments(), {"students": list(student_ids)})]


@cache
def _enrolments() -> Any:
    """What makes an `EnrolmentView`, in its order."""
    return (
        select(
            Enrolment.id,
            Enrolment.student_id,
            Enrolment.campus_id,
            Enrolment.academic_year_id,
            AcademicYear.name,
            Enrolment.section_id,
            SchoolClass.name,
            Section.name,
            Enrolment.roll_number,
            Enrolment.status,
            Enrolment.enrolled_on,
            Enrolment.left_on,
        )
        .join(AcademicYear, AcademicYear.id == Enrolment.academic_year_id)
        .join(Section, Section.id == Enrolment.section_id)
        .join(SchoolClass, SchoolClass.id == Section.class_id)
        .where(Enrolment.student_id == any_(bindparam("students", type_=ARRAY(Uuid))))
        .order_by(AcademicYear.starts_on.desc(), Enrolment.student_id)
        .execution_options(prepared=True)
    )


@dataclass(frozen=True)
class Assignment:
    """Who teaches which subject in a section."""

    id: UUID
    section_id: UUID
    campus_id: UUID
    subject: LocalText
    subject_code: str
    teacher: LocalText
    staff_id: UUID
    subject_id: UUID


def _assignments() -> Select[*tuple[Any, ...]]:
    en, bn, ar, joined = staff_name_columns(TeacherSubject.staff_id)
    return (
        select(
            TeacherSubject.id,
            TeacherSubject.section_id,
            TeacherSubject.campus_id,
            Subject.name,
            Subject.code,
            en,
            bn,
            ar,
            TeacherSubject.staff_id,
            TeacherSubject.subject_id,
        )
        .join(Subject, Subject.id == TeacherSubject.subject_id)
        .join(*joined)
        .order_by(Subject.code, TeacherSubject.id)
    )


def _assignment(row: Any) -> Assignment:
    key, section_id, campus_id, subject, code, en, bn, ar, staff_id, subject_id = row
    return Assignment(key, section_id, campus_id, subject, code, _names(en, bn, ar), staff_id, subject_id)


def list_assignments(section_id: UUID) -> list[Assignment]:
    """The teachers of a section by subject."""
    statement = _assignments().where(TeacherSubject.section_id == section_id)
    return [_assignment(row) for row in session().execute(statement)]


def get_assignment(
    actor: Actor, assignment_id: UUID, permission: Permission = Permission.ACADEMICS_READ
) -> Assignment:
    """One teacher assignment. Raises NotFound."""
    row = (
        session()
        .execute(
            _assignments().where(
                TeacherSubject.id == assignment_id, _within(actor, permission, TeacherSubject.campus_id)
            )
        )
        .one_or_none()
    )
    if row is None:
        raise NotFound
    return _assignment(row)


@dataclass(frozen=True)
class Counts:
    """How much there is at a campus: sections and seats of one year, classes and subjects of all."""

    classes: int
    subjects: int
    sections: int
    seats: int
    pupils: int


def count_structure(campus_id: UUID, year_id: UUID | None) -> Counts:
    """The figures of a campus in one statement."""
    of_year = and_(Section.campus_id == campus_id, Section.academic_year_id == year_id)
    seated = select(func.count()).where(
        Enrolment.academic_year_id == year_id,
        Enrolment.campus_id == campus_id,
        Enrolment.status == EnrolmentStatus.ACTIVE,
    )
    row = session().execute(
        select(
            select(func.count()).where(SchoolClass.campus_id == campus_id).scalar_subquery(),
            select(func.count()).where(Subject.campus_id == campus_id).scalar_subquery(),
            select(func.count()).select_from(Section).where(of_year).scalar_subquery(),
            select(func.coalesce(func.sum(Section.capacity), 0)).where(of_year).scalar_subquery(),
            seated.scalar_subquery(),
        )
    )
    return Counts(*row.one())


# --- the calendar


@dataclass(frozen=True)
class EntryView:
    """An entry of the calendar."""

    id: UUID
    campus_id: UUID
    version: int
    details: EntryDetails


def _entries_between(campus_id: UUID, start: date, end: date) -> Select[CalendarEntry]:
    return (
        select(CalendarEntry)
        .where(
            and_(
                CalendarEntry.campus_id == campus_id,
                CalendarEntry.starts_on <= end,
                CalendarEntry.ends_on >= start,
            )
        )
        .order_by(CalendarEntry.starts_on, CalendarEntry.ends_on, CalendarEntry.id)
    )


def _entry_view(row: CalendarEntry) -> EntryView:
    details = EntryDetails(row.kind, row.name, row.starts_on, row.ends_on)
    return EntryView(row.id, row.campus_id, row.version, details)


def list_calendar_entries(campus_id: UUID, start: date, end: date) -> list[EntryView]:
    """The entries that touch any day from start to end, in order of time."""
    return [_entry_view(row) for row in session().scalars(_entries_between(campus_id, start, end))]


def get_entry(actor: Actor, entry_id: UUID, permission: Permission = Permission.CALENDAR_READ) -> EntryView:
    """One entry of the calendar. Raises NotFound."""
    return _entry_view(_get(actor, permission, CalendarEntry, entry_id))


def list_day_verdicts(campus_id: UUID, start: date, end: date) -> list[DayVerdict]:
    """What every day from start to end is at a campus: two statements, however many days."""
    rest_days = session().scalar(select(Campus.rest_days).where(Campus.id == campus_id))
    if rest_days is None:
        raise NotFound
    entries = [view.details for view in list_calendar_entries(campus_id, start, end)]
    return [school_day(day, rest_days, entries) for day in days_between(start, end)]


def day_verdict(campus_id: UUID, day: date) -> DayVerdict:
    """Whether a day is a school day at a campus, and why not. Raises NotFound for an unknown campus."""
    return list_day_verdicts(campus_id, day, day)[0]


def school_days_between(campus_id: UUID, start: date, end: date) -> list[date]:
    """The school days from start to end, both included."""
    return [verdict.day for verdict in list_day_verdicts(campus_id, start, end) if verdict.is_school_day]


def last_school_days(campus_id: UUID, until: date, count: int) -> list[date]:
    """The last `count` school days up to and including `until`, oldest first; fewer after a very long holiday."""
    days = school_days_between(campus_id, until - timedelta(count * 2 + 60), until)
    return days[-count:]


# --- sections on a day


@dataclass(frozen=True, slots=True)
class SectionDay:
    """A section, and what a day is for it: all that registers need to know, in one row."""

    id: UUID
    campus_id: UUID
    campus_name: LocalText
    name: LocalText
    class_name: LocalText
    level: int
    year_starts_on: date
    year_ends_on: date
    is_own: bool
    """Whether the reader keeps its register on this day: as its class teacher, or named to stand in; of a single
    period also as the teacher of the lesson."""
    register_kind: RegisterKind
    has_check_in: bool
    verdict: DayVerdict


@dataclass(frozen=True, slots=True)
class ListedSection(SectionDay):
    """The same in a list, which says more of each."""

    seats_taken: int
    class_teacher: LocalText
    class_id: UUID


def entries_on(day: Any) -> Any:
    """The calendar entries of the section's campus on a day, as JSON."""
    entry = func.json_build_array(
        CalendarEntry.kind, CalendarEntry.name, CalendarEntry.starts_on, CalendarEntry.ends_on
    )
    return (
        select(func.json_agg(aggregate_order_by(entry, CalendarEntry.starts_on, CalendarEntry.id)))
        .where(
            CalendarEntry.campus_id == Section.campus_id,
            CalendarEntry.starts_on <= day,
            CalendarEntry.ends_on >= day,
        )
        .scalar_subquery()
    )


def _whole_campuses(actor: Actor, permission: Permission) -> Any:
    """The campuses where the permission reaches everybody: held in any role but that of a teacher."""
    office = tuple(grant for grant in actor.grants if grant.role is not Role.TEACHER)
    return replace(actor, grants=office).campuses_for(permission)


def stands_in(staff: Any, day: Any) -> Select[UUID]:
    """The keys of the sections somebody is named to stand in for on a day, in one period or in all."""
    return select(Substitute.section_id).where(Substitute.staff_id.in_(staff), Substitute.on == day)


def keeps_register(staff: Any, day: Any, period: Any = None, weekday: Any = None) -> ColumnElement[bool]:
    """Whether somebody keeps the register of the section: of the whole day, or of the period where one is bound.

    The day's is kept by the class teacher, by whoever is named for the day, and by whoever is named for a lesson of
    the class teacher. A period's also by the teacher of the lesson and by whoever is named for it.
    """
    named = stands_in(staff, day).where(Substitute.section_id == Section.id)
    of_day = or_(
        Substitute.period == WHOLE_DAY,
        func.coalesce(Substitute.instead_of_id == Section.class_teacher_id, false()),
    )
    own = func.coalesce(Section.class_teacher_id.in_(staff), false())
    if period is None:
        return or_(own, named.where(of_day).exists())
    taught = select(Lesson.id).where(
        Lesson.section_id == Section.id,
        Lesson.weekday == weekday,
        Lesson.period == period,
        Lesson.staff_id.in_(staff),
    )
    in_period = or_(
        Substitute.period == period, and_(period == WHOLE_DAY, of_day), Substitute.period == WHOLE_DAY
    )
    return or_(own, named.where(in_period).exists(), taught.exists())


def _with_day(person: Any, day: Any, period: Any = None, weekday: Any = None) -> Select[*tuple[Any, ...]]:
    """Sections, each with what `_facts` reads of it."""
    return (
        select(
            Section.id,
            Section.campus_id,
            Campus.name,
            Section.name,
            SchoolClass.name,
            SchoolClass.level,
            AcademicYear.starts_on,
            AcademicYear.ends_on,
            keeps_register(staff_of_person(person), day, period, weekday),
            Section.register_kind,
            Section.has_check_in,
            Campus.rest_days,
            entries_on(day),
        )
        .join(Campus, Campus.id == Section.campus_id)
        .join(AcademicYear, AcademicYear.id == Section.academic_year_id)
        .join(SchoolClass, SchoolClass.id == Section.class_id)
        .execution_options(prepared=True)
    )


@cache
def _section_day(*, everywhere: bool, in_whole: bool, stands: bool) -> Any:
    """The section `section_id` on a day, built once for each reach: pages with the tightest budget ask for it.

    `everywhere`: at all campuses, else at `campuses`. `in_whole`: every section there, else those of the
    campuses `whole`, those the person teaches, and with `stands` those the person stands in for on this day.
    """
    person, day = bindparam("person_id", type_=Uuid()), bindparam("day", type_=Date())
    period, weekday = (bindparam(name, type_=SmallInteger()) for name in ("period", "weekday"))
    statement = _with_day(person, day, period, weekday)
    if not everywhere:
        statement = statement.where(Section.campus_id.in_(bindparam("campuses", expanding=True)))
    if not in_whole:
        whole = Section.campus_id.in_(bindparam("whole", expanding=True))
        named = [Section.id.in_(stands_in(staff_of_person(person), day))] if stands else []
        statement = statement.where(or_(whole, _taught_by(person), *named))
    return statement.where(Section.id == bindparam("section_id"))


def verdict_of(day: date, rest_days: Collection[int], entries: Iterable[Any] | None) -> DayVerdict:
    """What a day is, from the columns of a statement of this module: the campus' rest days and the day's entries."""
    return school_day(
        day,
        rest_days,
        [
            EntryDetails(
                DayKind(kind), LocalText.from_dict(name), date.fromisoformat(start), date.fromisoformat(end)
            )
            for kind, name, start, end in entries or ()
        ],
    )


def _facts(row: Any, day: date) -> dict[str, Any]:
    """What a row says of a section on a day, whether it stands alone or in a list."""
    return {
        "id": row[0],
        "campus_id": row[1],
        "campus_name": row[2],
        "name": row[3],
        "class_name": row[4],
        "level": row[5],
        "year_starts_on": row[6],
        "year_ends_on": row[7],
        "is_own": row[8],
        "register_kind": row[9],
        "has_check_in": row[10],
        "verdict": verdict_of(day, row[11], row[12]),
    }


def get_section_day(
    actor: Actor,
    section_id: UUID,
    day: date,
    permission: Permission,
    period: int = WHOLE_DAY,
    *,
    stands: bool = True,
) -> SectionDay:
    """One section on a day: one statement. `period` says of which register `is_own` speaks: the day's, or a lesson's.

    Raises NotFound where the permission does not reach the section. Somebody named to stand in reaches it on the days
    they are named for; without `stands`, for what is of more days than one, they do not.
    """
    campuses, whole = actor.campuses_for(permission), _whole_campuses(actor, permission)
    values: dict[str, Any] = {"person_id": actor.person_id, "day": day, "section_id": section_id}
    values |= {"period": period, "weekday": day.isoweekday()}
    if campuses is not ALL:
        values["campuses"] = list(campuses)
    if whole is not ALL:
        values["whole"] = list(whole)
    statement = _section_day(everywhere=campuses is ALL, in_whole=whole is ALL, stands=stands)
    found = list(read(statement, values))
    if not found:
        raise NotFound
    return SectionDay(**_facts(found[0], day))


class Listing(NamedTuple):
    """What a list of sections on a day is of, besides those whose class teacher the reader is or stands in for."""

    everywhere: bool
    """At all campuses, else at those where the reader holds the permission."""
    taught: bool
    """Those too in which the reader teaches a subject."""
    of_campus: bool
    """All of one campus."""
    of_class: bool
    """Of that campus only one class."""


def listing_for(
    actor: Actor,
    day: date,
    permission: Permission,
    *,
    taught: bool,
    campus_id: UUID | None = None,
    class_id: UUID | None = None,
) -> tuple[Listing, dict[str, Any]]:
    """What `listed_sections` is to be built for, and the values its statement runs with.

    The caller names only a campus and a class where the permission reaches everybody, see `counted_sections`.
    """
    campuses = actor.campuses_for(permission)
    values: dict[str, Any] = {"person_id": actor.person_id, "day": day}
    if campuses is not ALL:
        values["campuses"] = list(campuses)
    if campus_id is not None:
        values["campus_id"] = campus_id
        if class_id is not None:
            values["class_id"] = class_id
    return Listing(campuses is ALL, taught, campus_id is not None, class_id is not None), values


@cache
def listed_sections(listing: Listing) -> tuple[Any, Any]:
    """Sections of the year around `day` by campus and class, with seats and class teachers; and their key, by which
    another feature joins what it knows of them. `listed_section` reads a row of it.
    """
    person, day = bindparam("person_id", type_=Uuid()), bindparam("day", type_=Date())
    # The few keys first, each found by an index: behind an `or` PostgreSQL expects half the school.
    staff, each = staff_of_person(person), aliased(Section)
    keys = [select(each.id).where(each.class_teacher_id.in_(staff)), stands_in(staff, day)]
    if listing.taught:
        keys.append(select(TeacherSubject.section_id).where(TeacherSubject.staff_id.in_(staff)))
    if listing.of_campus:
        group = select(each.id).where(each.campus_id == bindparam("campus_id", type_=Uuid()))
        if listing.of_class:
            group = group.where(each.class_id == bindparam("class_id", type_=Uuid()))
        keys.append(group)
    en, bn, ar, teacher = staff_name_columns(Section.class_teacher_id)
    statement = (
        _with_day(person, day)
        .add_columns(_seats_taken(), en, bn, ar, Section.class_id)
        .outerjoin(*teacher)
        .where(Section.id.in_(union(*keys)), AcademicYear.starts_on <= day, AcademicYear.ends_on >= day)
        .order_by(Campus.code, SchoolClass.level, SchoolClass.code, Section.code)
    )
    if not listing.everywhere:
        statement = statement.where(Section.campus_id.in_(bindparam("campuses", expanding=True)))
    return statement, Section.id


LISTED_COLUMNS = 18
"""So many columns of a row of `listed_sections` are its own."""


def listed_section(row: Any, day: date) -> ListedSection:
    """A row of `listed_sections`."""
    return ListedSection(
        **_facts(row, day), seats_taken=row[13], class_teacher=_names(*row[14:17]), class_id=row[17]
    )


def campuses_counted(actor: Actor, permission: Permission) -> Any:
    """The campuses whose sections are counted for the actor: where the permission reaches everybody. A set, or ALL."""
    return _whole_campuses(actor, permission)


@cache
def counted_sections(*, everywhere: bool) -> tuple[Any, Any]:
    """How many sections of the year around `day` each class has; and their key, by which another feature joins what
    it counts beside them. `everywhere`: at all campuses, else at `campuses`.

    The columns: key, code and name of the campus, its rest days and the entries of the day (for `verdict_of`),
    key, code and name of the class, the number.
    """
    day = bindparam("day", type_=Date())
    statement = (
        select(
            Section.campus_id,
            Campus.code,
            Campus.name,
            Campus.rest_days,
            entries_on(day),
            Section.class_id,
            SchoolClass.code,
            SchoolClass.name,
            func.count(),
        )
        .join(Campus, Campus.id == Section.campus_id)
        .join(AcademicYear, AcademicYear.id == Section.academic_year_id)
        .join(SchoolClass, SchoolClass.id == Section.class_id)
        .where(AcademicYear.starts_on <= day, AcademicYear.ends_on >= day)
        .group_by(Section.campus_id, Campus.id, Section.class_id, SchoolClass.id)
        .order_by(Campus.code, SchoolClass.level, SchoolClass.code)
        .execution_options(prepared=True)
    )
    if not everywhere:
        statement = statement.where(Section.campus_id.in_(bindparam("campuses", expanding=True)))
    return statement, Section.id


@cache
def seated_pupils(*, of_class: bool) -> tuple[Any, Any]:
    """Who sits in the sections of a campus on `day`, by class, section and roll number; and the student's key, by which
    another feature joins what it knows of them. `of_class`: only those of one class, `class_id`.

    The columns: key of the section, names of class and section, key of the student, roll number, three names.
    """
    day = bindparam("day", type_=Date())
    en, bn, ar, joined = student_name_columns(Enrolment.student_id)
    statement = (
        select(
            Section.id,
            SchoolClass.name,
            Section.name,
            Enrolment.student_id,
            Enrolment.roll_number,
            en,
            bn,
            ar,
        )
        .join(Enrolment, Enrolment.section_id == Section.id)
        .join(SchoolClass, SchoolClass.id == Section.class_id)
        .join(AcademicYear, AcademicYear.id == Section.academic_year_id)
        .join(*joined)
        .where(
            Section.campus_id == bindparam("campus_id", type_=Uuid()),
            AcademicYear.starts_on <= day,
            AcademicYear.ends_on >= day,
            Enrolment.enrolled_on <= day,
            or_(Enrolment.status == EnrolmentStatus.ACTIVE, Enrolment.left_on > day),
        )
        .order_by(SchoolClass.level, SchoolClass.code, Section.code, Section.id, Enrolment.roll_number)
        .execution_options(prepared=True)
    )
    if of_class:
        statement = statement.where(Section.class_id == bindparam("class_id", type_=Uuid()))
    return statement, Enrolment.student_id


class SeatInYear(NamedTuple):
    """Where a student sits, and since when the year runs."""

    student_id: UUID
    section_id: UUID
    year_starts_on: date


def list_seats(campus_id: UUID, day: date) -> list[SeatInYear]:
    """The seats of a campus on a day: one statement. The caller may read them."""
    rows = session().execute(
        select(Enrolment.student_id, Enrolment.section_id, AcademicYear.starts_on)
        .join(AcademicYear, AcademicYear.id == Enrolment.academic_year_id)
        .where(
            Enrolment.campus_id == campus_id,
            Enrolment.enrolled_on <= day,
            or_(Enrolment.status == EnrolmentStatus.ACTIVE, Enrolment.left_on > day),
            AcademicYear.starts_on <= day,
            AcademicYear.ends_on >= day,
        )
    )
    return list(map(SeatInYear._make, rows))


SEATED_COLUMNS = 8
"""So many columns of a row of `seated_pupils` are its own."""


def seat_around(student_key: Any, day: Any) -> tuple[tuple[Any, Any, Any], Any]:
    """Class, section and roll number of a student in the year around `day`, for lists of other features; and what
    brings them along: `columns, seat = seat_around(...)`; `select(..., *columns).outerjoin(seat, true())`.
    """
    seat = (
        select(
            SchoolClass.name.label("class_name"), Section.name.label("section_name"), Enrolment.roll_number
        )
        .join(Section, Section.id == Enrolment.section_id)
        .join(SchoolClass, SchoolClass.id == Section.class_id)
        .join(AcademicYear, AcademicYear.id == Section.academic_year_id)
        .where(
            Enrolment.student_id == student_key, AcademicYear.starts_on <= day, AcademicYear.ends_on >= day
        )
        .order_by(Enrolment.enrolled_on.desc())
        .limit(1)
        .lateral()
    )
    return (seat.c.class_name, seat.c.section_name, seat.c.roll_number), seat


def section_name_columns(section_key: Any) -> tuple[Any, Any, tuple[tuple[Any, Any], ...]]:
    """The names of a section's class and of the section, and the joins that bring them along."""
    joins = (Section, Section.id == section_key), (SchoolClass, SchoolClass.id == Section.class_id)
    return SchoolClass.name, Section.name, joins


# --- what the public site shows of the school


@dataclass(frozen=True)
class CampusCard:
    """A campus as everybody may see it."""

    code: str
    name: LocalText
    address: LocalText
    phone: str | None
    email: str | None
    eiin: str | None


def list_campus_cards() -> list[CampusCard]:
    """All campuses, the first one made first: what everybody may know of them."""
    columns = (Campus.code, Campus.name, Campus.address, Campus.phone, Campus.email, Campus.eiin)
    rows = session().execute(select(*columns).order_by(Campus.created_at, Campus.id))
    return [CampusCard(*row) for row in rows]


@dataclass(frozen=True)
class PublicEntry:
    """A holiday or event as everybody may see it, once for all campuses that share it."""

    name: LocalText
    kind: DayKind
    starts_on: date
    ends_on: date


def list_coming_entries(day: date, *, limit: int = 4) -> list[PublicEntry]:
    """The next holidays and events of all campuses that are not over on `day`, in order of time; one statement."""
    statement = (
        select(CalendarEntry.name, CalendarEntry.kind, CalendarEntry.starts_on, CalendarEntry.ends_on)
        .where(CalendarEntry.ends_on >= day, CalendarEntry.kind != DayKind.SCHOOL_DAY)
        .group_by(CalendarEntry.name, CalendarEntry.kind, CalendarEntry.starts_on, CalendarEntry.ends_on)
        .order_by(CalendarEntry.starts_on, CalendarEntry.ends_on)
        .limit(limit)
    )
    return [PublicEntry(*row) for row in session().execute(statement)]


def intake_columns(year_key: Any, class_key: Any) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """Names for a feature that hangs on a year and its classes, without touching the tables.

    Returns the columns (name of the campus, name of the year, its first day, names of the classes with the
    youngest first, an aggregate) and the joins that bring them along, each to be given to `join(*...)`.
    Group by the first three columns.
    """
    columns = (
        Campus.name,
        AcademicYear.name,
        AcademicYear.starts_on,
        func.jsonb_agg(aggregate_order_by(SchoolClass.name, SchoolClass.level)),
    )
    joins = (
        (AcademicYear, AcademicYear.id == year_key),
        (Campus, Campus.id == AcademicYear.campus_id),
        (SchoolClass, SchoolClass.id == class_key),
    )
    return columns, joins


def year_name_columns(year_key: Any) -> tuple[Any, Any, tuple[tuple[Any, Any], ...]]:
    """The names of a year's campus and of the year, and the joins that bring them along, for features that hang on a
    year."""
    joins = (AcademicYear, AcademicYear.id == year_key), (Campus, Campus.id == AcademicYear.campus_id)
    return Campus.name, AcademicYear.name, joins


# --- who sits where, for the lists of people


def _seated() -> Select[UUID]:
    return (
        select(Enrolment.student_id)
        .join(Section, Section.id == Enrolment.section_id)
        .join(AcademicYear, AcademicYear.id == Enrolment.academic_year_id)
        .where(Enrolment.status == EnrolmentStatus.ACTIVE, AcademicYear.is_current)
    )


def seated_student_ids(*, class_id: UUID | None = None, section_id: UUID | None = None) -> Select[UUID]:
    """The keys of the students who sit in a class or section now, as a part of another statement."""
    statement = _seated()
    if class_id is not None:
        statement = statement.where(Section.class_id == class_id)
    if section_id is not None:
        statement = statement.where(Section.id == section_id)
    return statement


def taught_student_ids(actor: Actor) -> Select[UUID] | None:
    """The keys of the students in the actor's own sections now, as a part of another statement.

    None for people who teach nobody, because they are no teachers: nothing needs to be asked then.
    """
    if actor.person_id is None or Role.TEACHER not in actor.roles:
        return None
    staff = staff_of_person(actor.person_id)
    own = select(Section.id).where(Section.class_teacher_id.in_(staff))
    taught = select(TeacherSubject.section_id).where(TeacherSubject.staff_id.in_(staff))
    # The few sections first: behind an `or` PostgreSQL expects half the school and reads every enrolment.
    return _seated().where(Enrolment.section_id.in_(own.union(taught)))


def led_student_ids(person_id: UUID) -> Select[UUID]:
    """The keys of the students who sit now in the sections whose class teacher a person is, as a part of another
    statement."""
    led = select(Section.id).where(Section.class_teacher_id.in_(staff_of_person(person_id)))
    return _seated().where(Enrolment.section_id.in_(led))


def seat_columns(student_key: Any) -> tuple[Any, Any, Any, tuple[Any, Any]]:
    """Name of the class and of the section and roll number of where a student sits now, and the join that brings them
    along: an outer one, because not every student sits somewhere.
    """
    seat = (
        select(
            Enrolment.student_id,
            SchoolClass.name.label("class_name"),
            Section.name.label("section_name"),
            Enrolment.roll_number,
        )
        .join(Section, Section.id == Enrolment.section_id)
        .join(SchoolClass, SchoolClass.id == Section.class_id)
        .join(AcademicYear, AcademicYear.id == Enrolment.academic_year_id)
        .where(Enrolment.status == EnrolmentStatus.ACTIVE, AcademicYear.is_current)
        .subquery()
    )
    return (
        seat.c.class_name,
        seat.c.section_name,
        seat.c.roll_number,
        (seat, seat.c.student_id == student_key),
    )


# --- labels, for features that keep the keys of classes and years


@dataclass(frozen=True)
class ClassLabel:
    """What a class is called, and where it is."""

    id: UUID
    campus_id: UUID
    name: LocalText
    level: int
    campus_name: LocalText


def class_labels(class_ids: Iterable[UUID]) -> dict[UUID, ClassLabel]:
    """The names of these classes and their campuses. They are on the public site, so nobody's scope is asked."""
    return {row[0]: ClassLabel(*row) for row in read(_labels_by_key(), {"keys": list(class_ids)})}


@cache
def _labels_by_key() -> Any:
    return _class_labels(SchoolClass.id == any_(bindparam("keys", type_=ARRAY(Uuid))))


def _class_labels(whose: ColumnElement[bool]) -> Any:
    return (
        select(SchoolClass.id, SchoolClass.campus_id, SchoolClass.name, SchoolClass.level, Campus.name)
        .join(Campus, Campus.id == SchoolClass.campus_id)
        .where(whose)
        .execution_options(prepared=True)
    )


def classes_labelled(keys: Select[Any]) -> Any:
    """A statement for `read`, whose rows make a `ClassLabel`, of the classes whose keys another one selects."""
    return _class_labels(SchoolClass.id.in_(keys))


def year_labels(year_ids: Iterable[UUID]) -> dict[UUID, YearView]:
    """These school years, by key."""
    statement = select(AcademicYear).where(among(AcademicYear.id, year_ids))
    rows = session().scalars(statement.execution_options(prepared=True))
    return {row.id: _year_view(row) for row in rows}
