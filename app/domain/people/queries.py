"""Reads of persons, students, guardians and staff."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    Uuid,
    any_,
    bindparam,
    cast,
    exists,
    false,
    func,
    literal,
    literal_column,
    or_,
    select,
    true,
    union,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY, TSQUERY
from sqlalchemy.orm import InstrumentedAttribute, aliased
from sqlalchemy.sql.elements import True_

from app.db import among
from app.domain.kernel.digits import to_ascii_digits
from app.domain.kernel.errors import NotFound
from app.domain.kernel.names import search_tokens
from app.domain.kernel.phones import PhoneError, normalise_mobile
from app.domain.kernel.texts import LocalText
from app.domain.people.models import Guardian, Person, StaffMember, Student, StudentGuardian, every_part
from app.domain.people.rules import digits_of_number, is_number_query
from app.domain.people.types import Gender, Relationship, StaffStatus, StudentStatus
from app.uow import across_campuses, read, session


def person_name_columns(
    person_key: InstrumentedAttribute[UUID],
) -> tuple[ColumnElement[Any], ColumnElement[Any], ColumnElement[Any], tuple[Any, ColumnElement[bool]]]:
    """The three name columns of the person behind `person_key`, and the join that brings them along.

    Other features show names without touching the table of persons:
    `en, bn, ar, joined = person_name_columns(User.person_id)`; `select(..., en, bn, ar).join(*joined)`.
    """
    person = aliased(Person)
    return person.name_en, person.name_bn, person.name_ar, (person, person.id == person_key)  # type: ignore[return-value]  # columns of an alias stand for its values


def _name(en: str | None, bn: str | None, ar: str | None) -> LocalText:
    """A person's name as one value: shown like every text in three scripts, falling back the same way."""
    return LocalText(en or "", bn or "", ar or "")


NameColumns = tuple[
    ColumnElement[Any], ColumnElement[Any], ColumnElement[Any], tuple[Any, ColumnElement[bool]]
]


def _named(table: type[StaffMember] | type[Student]) -> Any:
    # A subquery, because an alias of two joined tables is not one a statement can join again;
    # PostgreSQL flattens it.
    return (
        select(table.id, Person.name_en, Person.name_bn, Person.name_ar, Person.born_on)
        .join(Person, Person.id == table.person_id)
        .subquery()
    )


def _names_by_key(table: type[StaffMember] | type[Student], key: InstrumentedAttribute[Any]) -> NameColumns:
    named = _named(table)
    return named.c.name_en, named.c.name_bn, named.c.name_ar, (named, named.c.id == key)


def staff_name_columns(staff_key: InstrumentedAttribute[Any]) -> NameColumns:
    """The three names of the member of staff behind `staff_key`, and the join that brings them along."""
    return _names_by_key(StaffMember, staff_key)


def student_name_columns(student_key: Any) -> NameColumns:
    """The three names of the student behind `student_key`, and the join that brings them along."""
    return _names_by_key(Student, student_key)


def student_number_column(student_key: InstrumentedAttribute[UUID]) -> ColumnElement[str]:
    """The number of the student behind `student_key`, as a column of another feature's statement."""
    return select(Student.student_no).where(Student.id == student_key).scalar_subquery()


def pupil_columns(student_key: InstrumentedAttribute[UUID]) -> tuple[tuple[Any, ...], tuple[Any, Any]]:
    """The three names and the birthday of the student behind `student_key`, and the join that brings them along."""
    named = _named(Student)
    return (named.c.name_en, named.c.name_bn, named.c.name_ar, named.c.born_on), (
        named,
        named.c.id == student_key,
    )


def students_by_gender(student_keys: Any) -> Any:
    """(student, gender) of some students, as a part of another feature's statement; `student_keys` selects them."""
    return (
        select(Student.id, Person.gender)
        .join(Person, Person.id == Student.person_id)
        .where(Student.id.in_(student_keys))
        .subquery()
    )


def staff_of_person(person_id: Any) -> Select[UUID]:
    """The keys among the staff of a person, for `column.in_(...)` in other features."""
    return select(StaffMember.id).where(StaffMember.person_id == person_id)


def find_staff_campus(staff_id: UUID) -> UUID | None:
    """The campus a member of staff works at, or None where there is no such person."""
    return session().scalar(select(StaffMember.campus_id).where(StaffMember.id == staff_id))


def find_student_campus(student_id: UUID) -> UUID | None:
    """The campus a student learns at, or None where there is no such student."""
    return session().scalar(select(Student.campus_id).where(Student.id == student_id))


@dataclass(frozen=True)
class StaffChoice:
    """A member of staff to choose from a list."""

    id: UUID
    employee_id: str
    name: LocalText


def list_staff_choices(campus_id: UUID) -> list[StaffChoice]:
    """Who works at a campus now, by name."""
    rows = session().execute(
        select(StaffMember.id, StaffMember.employee_id, Person.name_en, Person.name_bn, Person.name_ar)
        .join(Person, Person.id == StaffMember.person_id)
        .where(StaffMember.campus_id == campus_id, StaffMember.status == StaffStatus.ACTIVE)
        .order_by(Person.search_key, StaffMember.employee_id)
    )
    return [StaffChoice(row[0], row[1], _name(*row[2:5])) for row in rows]


def search_condition(person: Any, query: str) -> ColumnElement[bool]:
    """Whether a person answers a query: words of the name in any script, or digits of the phone number.

    `person` is `Person` or an alias of it. Every word of the query must begin a word of the name; a query of
    digits is looked for in the phone number, a whole number exactly. An empty query is answered by everybody.
    """
    if is_number_query(query):
        return phone_condition(person.phone, query)
    tokens = search_tokens(query)
    if not tokens:
        return false() if query.strip() else true()
    # The tokens hold letters, marks and digits only. The cast takes them as they are, where `to_tsquery` would
    # send them through a parser that tears Bangla words apart at their vowel signs.
    wanted = " & ".join(f"'{token}':*" for token in tokens)
    answers: ColumnElement[bool] = person.search.op("@@")(cast(literal(wanted), TSQUERY))
    return answers


def persons_called(query: str) -> Select[UUID]:
    """The keys of the persons who answer a query, as a part of another feature's statement."""
    return select(Person.id).where(search_condition(Person, query))


def list_record_names(keys: Collection[UUID]) -> dict[UUID, LocalText]:
    """Whose name stands behind the key of a person, student, guardian or member of staff. One statement."""
    if not keys:
        return {}
    return {row[0]: _name(*row[1:4]) for row in read(_record_names(), {"keys": list(keys)})}


@cache
def _record_names() -> Any:
    wanted = any_(bindparam("keys", type_=ARRAY(Uuid)))
    names = (Person.name_en, Person.name_bn, Person.name_ar)
    parts = [select(Person.id, *names).where(Person.id == wanted)]
    parts += [
        select(table.id, *names).join(Person, Person.id == table.person_id).where(table.id == wanted)
        for table in (Student, Guardian, StaffMember)
    ]
    return union_all(*parts).execution_options(prepared=True)


def phone_condition(phone: Any, query: str) -> ColumnElement[bool]:
    """Whether a stored phone number is the one typed, or holds the digits typed where it is not whole."""
    digits = digits_of_number(query)
    if not digits:
        return false()
    found: ColumnElement[bool] = every_part(phone).op("@@")(cast(literal(f"'{digits}':*"), TSQUERY))
    with suppress(PhoneError):
        found = phone == normalise_mobile(query)
    return found


@dataclass(frozen=True, slots=True)
class PersonRow:
    """All that is known of a person as a human being, and the version it was read at."""

    id: UUID
    names: LocalText
    born_on: date | None
    gender: Gender | None
    phone: str | None
    email: str | None
    address: str | None
    version: int


def find_person(person_id: UUID) -> PersonRow | None:
    """A person by key. Not scoped: the caller has found the student, guardian or member of staff first."""
    row = session().get(Person, person_id, populate_existing=True)
    return _person_row(row) if row else None


def _person_row(row: Person) -> PersonRow:
    return PersonRow(
        id=row.id,
        names=_name(row.name_en, row.name_bn, row.name_ar),
        born_on=row.born_on,
        gender=row.gender,
        phone=row.phone,
        email=row.email,
        address=row.address,
        version=row.version,
    )


@dataclass(frozen=True, slots=True)
class GuardianRow:
    """A guardian as others recognise them. Whether they have an account, the accounts feature knows."""

    guardian_id: UUID
    person_id: UUID
    names: LocalText
    phone: str | None
    email: str | None


def find_guardian_by_phone(phone: str) -> GuardianRow | None:
    """The guardian with this phone number (E.164), at any campus; the one recorded first where several share it."""
    with across_campuses():
        row = read(_GUARDIAN_BY_PHONE, {"phone": phone}).one_or_none()
    return GuardianRow(row[0], row[1], _name(*row[2:5]), row[5], row[6]) if row else None


_GUARDIAN_BY_PHONE = (
    select(Guardian.id, Person.id, Person.name_en, Person.name_bn, Person.name_ar, Person.phone, Person.email)
    .join(Person, Person.id == Guardian.person_id)
    .where(Person.phone == bindparam("phone"))
    .order_by(Guardian.created_at, Guardian.id)
    .limit(literal_column("1"))
    .execution_options(prepared=True)
)


@dataclass(frozen=True, slots=True)
class KnownGuardian:
    """A guardian recognised by phone, with all that is recorded of them where the reader reaches them."""

    guardian_id: UUID
    person: PersonRow
    is_reached: bool


def known_guardians(phones: Collection[str], reached: ColumnElement[bool]) -> dict[str, KnownGuardian]:
    """The guardians with these phone numbers (E.164), at any campus; the one recorded first where several share one.

    One statement. Whoever is not reached is told of with names and numbers withheld by the caller.
    """
    if not phones:
        return {}
    with across_campuses():
        rows = session().execute(
            select(Guardian.id, Person, reached.label("reached"))
            .join(Person, Person.id == Guardian.person_id)
            .where(Person.phone.in_(phones))
            .order_by(Guardian.created_at.desc(), Guardian.id.desc())
            .execution_options(populate_existing=True)
        )
        return {
            person.phone or "": KnownGuardian(key, _person_row(person), bool(is_reached))
            for key, person, is_reached in rows
        }


@dataclass(frozen=True, slots=True)
class NumberedStudent:
    """A student found by birth registration number or day of birth."""

    id: UUID
    student_no: str
    status: StudentStatus
    name: LocalText
    born_on: date | None
    birth_registration_no: str | None


def list_students_born(
    numbers: Collection[str], days: Collection[date], reached: ColumnElement[bool]
) -> list[NumberedStudent]:
    """Students with one of these birth registration numbers, at any campus, or born on one of these days and reached.

    One statement.
    """
    if not numbers and not days:
        return []
    with across_campuses():
        rows = session().execute(
            select(
                Student.id,
                Student.student_no,
                Student.status,
                Person.name_en,
                Person.name_bn,
                Person.name_ar,
                Person.born_on,
                Student.birth_registration_no,
            )
            .join(Person, Person.id == Student.person_id)
            .where(or_(Student.birth_registration_no.in_(numbers), Person.born_on.in_(days) & reached))
            .order_by(Student.student_no)
        )
        return [NumberedStudent(row[0], row[1], row[2], _name(*row[3:6]), row[6], row[7]) for row in rows]


# --- lists and single records. `reached` is a filter of policies.py for the actor; it comes with every call.

PAGE_SIZE = 50
_SIZE: Any = literal_column(f"{PAGE_SIZE}")
"""A number and no parameter: a plan that is kept knows how few rows are asked for."""


def _in_order(person: Any, locale: str) -> ColumnElement[Any]:
    """The name a reader of this language sees, to sort a list by."""
    names = {"en": person.name_en, "bn": person.name_bn, "ar": person.name_ar}
    first = names.pop(locale, person.name_en)
    return func.coalesce(first, *names.values())


@dataclass(frozen=True, slots=True)
class StudentLine:
    """A student in a list, with the guardian who is called first."""

    id: UUID
    student_no: str
    campus_id: UUID
    status: StudentStatus
    name: LocalText
    guardian: LocalText
    guardian_phone: str | None


@dataclass(frozen=True, slots=True)
class StudentFilter:
    """What a list of students is narrowed to; None does not narrow."""

    query: str = ""
    campus_id: UUID | None = None
    seated: Select[Any] | None = None
    """Keys of the students who sit in the class or section wanted, as academics gives them."""


def _student_conditions(reached: ColumnElement[bool], wanted: StudentFilter) -> list[ColumnElement[bool]]:
    conditions = [reached]
    query = wanted.query.strip()
    if query:
        by_number = any(char.isdigit() for char in query)
        answers = Student.id.in_(_numbered(query)) if by_number else search_condition(Person, query)
        conditions.append(answers)
    if wanted.campus_id:
        conditions.append(Student.campus_id == wanted.campus_id)
    if wanted.seated is not None:
        conditions.append(Student.id.in_(wanted.seated))
    return conditions


def _numbered(query: str) -> CompoundSelect[UUID]:
    """The keys of the students whom a query with a digit may mean: by name or phone, by the number of the student, by
    a guardian's phone. Each by an index of its own: behind an `or` PostgreSQL uses none of them.
    """
    student, person, guardian = aliased(Student), aliased(Person), aliased(Person)
    number = to_ascii_digits(query).upper()
    keys = [
        select(student.id)
        .join(person, person.id == student.person_id)
        .where(search_condition(person, query)),
        select(student.id).where(student.student_no.contains(number, autoescape=True)),
    ]
    if is_number_query(query):
        keys.append(
            select(StudentGuardian.student_id)
            .join(Guardian, Guardian.id == StudentGuardian.guardian_id)
            .join(guardian, guardian.id == Guardian.person_id)
            .where(phone_condition(guardian.phone, query))
        )
    return union(*keys)


def count_students(reached: ColumnElement[bool], wanted: StudentFilter) -> dict[StudentStatus, int]:
    """How many students answer, by status. One statement."""
    statement = select(Student.status, func.count()).where(*_student_conditions(reached, wanted))
    if wanted.query.strip():
        statement = statement.join(Person, Person.id == Student.person_id)
    rows = session().execute(statement.group_by(Student.status).execution_options(prepared=True))
    return {row[0]: row[1] for row in rows}


def list_students(
    reached: ColumnElement[bool],
    wanted: StudentFilter,
    *,
    status: StudentStatus | None = None,
    locale: str = "en",
    page: int = 1,
) -> list[StudentLine]:
    """One page of students by name, each with the guardian called first. One statement."""
    order = _in_order(Person, locale).label("called")
    found = (
        select(
            Student.id,
            Student.student_no,
            Student.campus_id,
            Student.status,
            Person.name_en,
            Person.name_bn,
            Person.name_ar,
            order,
        )
        .join(Person, Person.id == Student.person_id)
        .where(*_student_conditions(reached, wanted))
        .order_by(order, Student.student_no)
        .limit(_SIZE)
        .offset((page - 1) * PAGE_SIZE)
    )
    if status:
        found = found.where(Student.status == status)
    # Guardians are looked up for the page only, not for everybody who might be on it.
    shown, guardian = found.subquery(), aliased(Person)
    statement = (
        select(*shown.c[:7], guardian.name_en, guardian.name_bn, guardian.name_ar, guardian.phone)
        .outerjoin(StudentGuardian, (StudentGuardian.student_id == shown.c.id) & StudentGuardian.is_primary)
        .outerjoin(Guardian, Guardian.id == StudentGuardian.guardian_id)
        .outerjoin(guardian, guardian.id == Guardian.person_id)
        .order_by(shown.c.called, shown.c.student_no)
        .execution_options(prepared=True)
    )
    return [
        StudentLine(row[0], row[1], row[2], row[3], _name(*row[4:7]), _name(*row[7:10]), row[10])
        for row in session().execute(statement)
    ]


@dataclass(frozen=True, slots=True)
class StudentView:
    """All that is recorded of a student."""

    id: UUID
    campus_id: UUID
    student_no: str
    status: StudentStatus
    admitted_on: date | None
    birth_registration_no: str | None
    previous_school: str | None
    person: PersonRow

    @property
    def name(self) -> LocalText:
        """The name in each script there is."""
        return self.person.names


Record = TypeVar("Record", Student, Guardian, StaffMember)


def _reached_one(kind: type[Record], key: UUID, reached: ColumnElement[bool]) -> tuple[Record, Person]:
    """One record with its person, as they are now. Raises NotFound, also for one who is not reached."""
    row = (
        session()
        .execute(
            select(kind, Person)
            .join(Person, Person.id == kind.person_id)
            .where(kind.id == key, reached)
            .execution_options(populate_existing=True)
        )
        .one_or_none()
    )
    if row is None:
        raise NotFound
    return row[0], row[1]


def get_student(reached: ColumnElement[bool], student_id: UUID) -> StudentView:
    """One student. Raises NotFound, also for one who is not reached."""
    student, person = _reached_one(Student, student_id, reached)
    return StudentView(
        id=student.id,
        campus_id=student.campus_id,
        student_no=student.student_no,
        status=student.status,
        admitted_on=student.admitted_on,
        birth_registration_no=student.birth_registration_no,
        previous_school=student.previous_school,
        person=_person_row(person),
    )


@dataclass(frozen=True, slots=True)
class GuardianOfStudent:
    """A guardian on a student's page."""

    guardian_id: UUID
    name: LocalText
    phone: str | None
    email: str | None
    relationship: Relationship
    is_primary: bool


def list_guardians_of(student_id: UUID) -> list[GuardianOfStudent]:
    """Who answers for a student whom the caller has found, the one called first on top."""
    return list_guardians_of_students([student_id]).get(student_id, [])


def list_guardians_of_students(student_ids: Collection[UUID]) -> dict[UUID, list[GuardianOfStudent]]:
    """Who answers for students whom the caller has found, of each the one called first on top. One statement."""
    if not student_ids:
        return {}
    rows = session().execute(
        select(
            StudentGuardian.student_id,
            Guardian.id,
            Person.name_en,
            Person.name_bn,
            Person.name_ar,
            Person.phone,
            Person.email,
            StudentGuardian.relationship,
            StudentGuardian.is_primary,
        )
        .join(Guardian, Guardian.id == StudentGuardian.guardian_id)
        .join(Person, Person.id == Guardian.person_id)
        .where(among(StudentGuardian.student_id, student_ids))
        .order_by(StudentGuardian.is_primary.desc(), StudentGuardian.created_at, StudentGuardian.id)
    )
    found: dict[UUID, list[GuardianOfStudent]] = {}
    for row in rows:
        guardian = GuardianOfStudent(row[1], _name(*row[2:5]), *row[5:])
        found.setdefault(row[0], []).append(guardian)
    return found


def persons_of_staff(staff_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """The persons behind members of staff. One statement."""
    statement = select(StaffMember.id, StaffMember.person_id).where(among(StaffMember.id, staff_ids))
    return dict(session().execute(statement).all())


class GuardianContact(NamedTuple):
    """How a guardian of a student is reached."""

    student_id: UUID
    guardian_id: UUID
    person_id: UUID
    phone: str | None
    email: str | None


def list_guardian_contacts(student_ids: Collection[UUID]) -> list[GuardianContact]:
    """Everybody who answers for some students, the one called first of each on top: one statement, for jobs."""
    rows = session().execute(
        select(StudentGuardian.student_id, Guardian.id, Person.id, Person.phone, Person.email)
        .join(Guardian, Guardian.id == StudentGuardian.guardian_id)
        .join(Person, Person.id == Guardian.person_id)
        .where(among(StudentGuardian.student_id, student_ids))
        .order_by(StudentGuardian.student_id, StudentGuardian.is_primary.desc(), StudentGuardian.id)
    )
    return [GuardianContact(*row) for row in rows]


class OwnContact(NamedTuple):
    """A guardian as the school reaches them."""

    guardian_id: UUID
    phone: str | None
    email: str | None


def find_own_contact(person_id: UUID) -> OwnContact | None:
    """How the school reaches a person who is a guardian, or None for anybody else."""
    row = (
        session()
        .execute(
            select(Guardian.id, Person.phone, Person.email)
            .join(Person, Person.id == Guardian.person_id)
            .where(Guardian.person_id == person_id)
        )
        .one_or_none()
    )
    return OwnContact(*row) if row else None


class NamedStudent(NamedTuple):
    """A student's campus and name."""

    campus_id: UUID
    names: LocalText


def list_student_names(student_ids: Collection[UUID]) -> dict[UUID, NamedStudent]:
    """Where some students are and what they are called: one statement, for jobs."""
    rows = session().execute(
        select(Student.id, Student.campus_id, Person.name_en, Person.name_bn, Person.name_ar)
        .join(Person, Person.id == Student.person_id)
        .where(among(Student.id, student_ids))
    )
    return {row[0]: NamedStudent(row[1], _name(*row[2:5])) for row in rows}


@dataclass(frozen=True, slots=True)
class GuardianLine:
    """A guardian in a list."""

    id: UUID
    name: LocalText
    phone: str | None
    occupation: str | None


def _guardians(reached: ColumnElement[bool], query: str) -> Any:
    return (
        select(Guardian.id, Person.name_en, Person.name_bn, Person.name_ar, Person.phone, Guardian.occupation)
        .join(Person, Person.id == Guardian.person_id)
        .where(reached, search_condition(Person, query))
    )


def list_guardians(
    reached: ColumnElement[bool], query: str = "", *, locale: str = "en", page: int = 1, size: int = PAGE_SIZE
) -> tuple[list[GuardianLine], int]:
    """One page of guardians by name, and how many answer in all."""
    start = (page - 1) * size
    if isinstance(reached, True_) and not query.strip():
        lines = _guardians(reached, query).order_by(_in_order(Person, locale), Guardian.id)
        rows = session().execute(lines.limit(size).offset(start)).all()
        return [_guardian_line(row) for row in rows], _count(select(Guardian.id))
    # Who has a child here is asked once for all guardians, and once for list and number. Left to itself PostgreSQL
    # asks it again and again for the sake of the first names, because it takes the answer to be dear.
    answers = _guardians(reached, query).cte("answers").prefix_with("MATERIALIZED", dialect="postgresql")
    total = select(func.count()).select_from(answers).scalar_subquery()
    rows = (
        session()
        .execute(
            select(*answers.c, total)
            .order_by(_in_order(answers.c, locale), answers.c.id)
            .limit(size)
            .offset(start)
        )
        .all()
    )
    found = rows[0][6] if rows else _count(_guardians(reached, query)) if page > 1 else 0
    return [_guardian_line(row) for row in rows], found


def _guardian_line(row: Any) -> GuardianLine:
    return GuardianLine(row[0], _name(*row[1:4]), row[4], row[5])


def _count(statement: Any) -> int:
    return session().scalar(select(func.count()).select_from(statement.subquery())) or 0


@dataclass(frozen=True, slots=True)
class GuardianView:
    """All that is recorded of a guardian."""

    id: UUID
    occupation: str | None
    person: PersonRow

    @property
    def name(self) -> LocalText:
        """The name in each script there is."""
        return self.person.names


def get_guardian(reached: ColumnElement[bool], guardian_id: UUID) -> GuardianView:
    """One guardian. Raises NotFound, also for one who is not reached."""
    guardian, person = _reached_one(Guardian, guardian_id, reached)
    return GuardianView(guardian.id, guardian.occupation, _person_row(person))


@dataclass(frozen=True, slots=True)
class ChildLine:
    """A child on a guardian's page or in the list of guardians."""

    guardian_id: UUID
    student_id: UUID
    student_no: str
    name: LocalText
    relationship: Relationship
    status: StudentStatus


def list_children_of_guardians(
    reached: ColumnElement[bool], guardian_ids: Collection[UUID], *, locale: str = "en"
) -> list[ChildLine]:
    """The children of some guardians, as far as the students are reached. One statement."""
    if not guardian_ids:
        return []
    rows = session().execute(
        select(
            StudentGuardian.guardian_id,
            Student.id,
            Student.student_no,
            Person.name_en,
            Person.name_bn,
            Person.name_ar,
            StudentGuardian.relationship,
            Student.status,
        )
        .join(Student, Student.id == StudentGuardian.student_id)
        .join(Person, Person.id == Student.person_id)
        .where(among(StudentGuardian.guardian_id, guardian_ids), reached)
        .order_by(_in_order(Person, locale), Student.student_no)
        .execution_options(prepared=True)
    )
    return [ChildLine(row[0], row[1], row[2], _name(*row[3:6]), row[6], row[7]) for row in rows]


def guardian_has_children(guardian_id: UUID) -> bool:
    """Whether a guardian answers for anybody at all, reached or not."""
    return bool(session().scalar(select(exists().where(StudentGuardian.guardian_id == guardian_id))))


@dataclass(frozen=True, slots=True)
class StaffLine:
    """A member of staff in a list."""

    id: UUID
    person_id: UUID
    employee_id: str
    campus_id: UUID
    status: StaffStatus
    designation: str | None
    name: LocalText
    phone: str | None
    email: str | None


def _staff_conditions(
    reached: ColumnElement[bool], query: str, campus_id: UUID | None
) -> list[ColumnElement[bool]]:
    conditions = [reached]
    if query.strip():
        number = to_ascii_digits(query.strip()).upper()
        conditions.append(
            or_(search_condition(Person, query), StaffMember.employee_id.contains(number, autoescape=True))
        )
    if campus_id:
        conditions.append(StaffMember.campus_id == campus_id)
    return conditions


def count_staff(
    reached: ColumnElement[bool], query: str = "", campus_id: UUID | None = None
) -> dict[StaffStatus, int]:
    """How many members of staff answer, by status. One statement."""
    rows = session().execute(
        select(StaffMember.status, func.count())
        .join(Person, Person.id == StaffMember.person_id)
        .where(*_staff_conditions(reached, query, campus_id))
        .group_by(StaffMember.status)
    )
    return {row[0]: row[1] for row in rows}


def list_staff(
    reached: ColumnElement[bool],
    query: str = "",
    *,
    campus_id: UUID | None = None,
    status: StaffStatus | None = None,
    locale: str = "en",
    page: int = 1,
) -> list[StaffLine]:
    """One page of staff by name. One statement."""
    statement = (
        select(
            StaffMember.id,
            StaffMember.person_id,
            StaffMember.employee_id,
            StaffMember.campus_id,
            StaffMember.status,
            StaffMember.designation,
            Person.name_en,
            Person.name_bn,
            Person.name_ar,
            Person.phone,
            Person.email,
        )
        .join(Person, Person.id == StaffMember.person_id)
        .where(*_staff_conditions(reached, query, campus_id))
        .order_by(_in_order(Person, locale), StaffMember.employee_id)
        .limit(PAGE_SIZE)
        .offset((page - 1) * PAGE_SIZE)
    )
    if status:
        statement = statement.where(StaffMember.status == status)
    return [StaffLine(*row[:6], _name(*row[6:9]), row[9], row[10]) for row in session().execute(statement)]


@dataclass(frozen=True, slots=True)
class StaffView:
    """All that is recorded of a member of staff."""

    id: UUID
    campus_id: UUID
    employee_id: str
    designation: str | None
    joined_on: date | None
    status: StaffStatus
    person: PersonRow

    @property
    def name(self) -> LocalText:
        """The name in each script there is."""
        return self.person.names


def get_staff_member(reached: ColumnElement[bool], staff_id: UUID) -> StaffView:
    """One member of staff. Raises NotFound, also for one who is not reached."""
    member, person = _reached_one(StaffMember, staff_id, reached)
    return StaffView(
        id=member.id,
        campus_id=member.campus_id,
        employee_id=member.employee_id,
        designation=member.designation,
        joined_on=member.joined_on,
        status=member.status,
        person=_person_row(person),
    )


# --- what a family sees of its own


@dataclass(frozen=True, slots=True)
class FamilyStudent:
    """A student as the family sees one. `relationship` is the reader's to the child; None to oneself."""

    student_id: UUID
    campus_id: UUID
    student_no: str
    status: StudentStatus
    admitted_on: date | None
    birth_registration_no: str | None
    previous_school: str | None
    names: LocalText
    born_on: date | None
    gender: Gender | None
    relationship: Relationship | None


def _family_students() -> Any:
    return select(
        Student.id,
        Student.campus_id,
        Student.student_no,
        Student.status,
        Student.admitted_on,
        Student.birth_registration_no,
        Student.previous_school,
        Person.name_en,
        Person.name_bn,
        Person.name_ar,
        Person.born_on,
        Person.gender,
    ).join(Person, Person.id == Student.person_id)


def _family_student(row: Any, relationship: Relationship | None) -> FamilyStudent:
    return FamilyStudent(
        student_id=row.id,
        campus_id=row.campus_id,
        student_no=row.student_no,
        status=row.status,
        admitted_on=row.admitted_on,
        birth_registration_no=row.birth_registration_no,
        previous_school=row.previous_school,
        names=_name(row.name_en, row.name_bn, row.name_ar),
        born_on=row.born_on,
        gender=row.gender,
        relationship=relationship,
    )


def list_children_of(person_id: UUID) -> list[FamilyStudent]:
    """The children a person answers for, the eldest first."""
    rows = session().execute(
        _family_students()
        .add_columns(StudentGuardian.relationship)
        .join(StudentGuardian, StudentGuardian.student_id == Student.id)
        .join(Guardian, Guardian.id == StudentGuardian.guardian_id)
        .where(Guardian.person_id == person_id)
        .order_by(Person.born_on.asc().nulls_last(), Student.id)
    )
    return [_family_student(row, row.relationship) for row in rows]


def find_student_of_person(person_id: UUID) -> FamilyStudent | None:
    """The record of a person who is a student, or None."""
    row = session().execute(_family_students().where(Student.person_id == person_id)).one_or_none()
    return _family_student(row, None) if row else None
