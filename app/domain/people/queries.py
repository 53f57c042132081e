"""Reads of persons, students, guardians and staff."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, cast, false, literal, select, true
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.orm import InstrumentedAttribute, aliased

from app.domain.kernel.names import search_tokens
from app.domain.kernel.phones import PhoneError, normalise_mobile
from app.domain.kernel.texts import LocalText
from app.domain.people.models import Guardian, Person, StaffMember, Student, StudentGuardian
from app.domain.people.rules import digits_of_number, is_number_query
from app.domain.people.types import Gender, Names, Relationship, StaffStatus, StudentStatus
from app.uow import session


def person_name_columns(
    person_key: InstrumentedAttribute[UUID],
) -> tuple[ColumnElement[Any], ColumnElement[Any], ColumnElement[Any], tuple[Any, ColumnElement[bool]]]:
    """The three name columns of the person behind `person_key`, and the join that brings them along.

    Other features show names without touching the table of persons:
    `en, bn, ar, joined = person_name_columns(User.person_id)`; `select(..., en, bn, ar).join(*joined)`.
    """
    person = aliased(Person)
    return person.name_en, person.name_bn, person.name_ar, (person, person.id == person_key)  # type: ignore[return-value]


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
    return person.search.op("@@")(cast(literal(wanted), TSQUERY))


def phone_condition(phone: Any, query: str) -> ColumnElement[bool]:
    """Whether a stored phone number is the one typed, or holds the digits typed where it is not whole."""
    try:
        return phone == normalise_mobile(query)
    except PhoneError:
        digits = digits_of_number(query)
        return phone.contains(digits) if digits else false()


@dataclass(frozen=True, slots=True)
class PersonRow:
    """All that is known of a person as a human being, and the version it was read at."""

    id: UUID
    names: Names
    born_on: date | None
    gender: Gender | None
    phone: str | None
    email: str | None
    address: str | None
    version: int


def find_person(person_id: UUID) -> PersonRow | None:
    """A person by key. Not scoped: the caller has found the student, guardian or member of staff first."""
    row = session().get(Person, person_id, populate_existing=True)
    if row is None:
        return None
    return PersonRow(
        id=row.id,
        names=Names(row.name_en, row.name_bn, row.name_ar),
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
    names: Names
    phone: str | None
    email: str | None


def find_guardian_by_phone(phone: str) -> GuardianRow | None:
    """The guardian with this phone number (E.164); the one recorded first where several share it."""
    row = (
        session()
        .execute(
            select(
                Guardian.id,
                Person.id,
                Person.name_en,
                Person.name_bn,
                Person.name_ar,
                Person.phone,
                Person.email,
            )
            .join(Person, Person.id == Guardian.person_id)
            .where(Person.phone == phone)
            .order_by(Guardian.created_at, Guardian.id)
            .limit(1)
        )
        .one_or_none()
    )
    return GuardianRow(row[0], row[1], Names(*row[2:5]), row[5], row[6]) if row else None


NameColumns = tuple[
    ColumnElement[Any], ColumnElement[Any], ColumnElement[Any], tuple[Any, ColumnElement[bool]]
]


def _names_by_key(table: type[StaffMember] | type[Student], key: InstrumentedAttribute[Any]) -> NameColumns:
    # A subquery, because an alias of two joined tables is not one a statement can join again;
    # PostgreSQL flattens it.
    named = (
        select(table.id, Person.name_en, Person.name_bn, Person.name_ar)
        .join(Person, Person.id == table.person_id)
        .subquery()
    )
    return named.c.name_en, named.c.name_bn, named.c.name_ar, (named, named.c.id == key)


def staff_name_columns(staff_key: InstrumentedAttribute[Any]) -> NameColumns:
    """The three names of the member of staff behind `staff_key`, and the join that brings them along."""
    return _names_by_key(StaffMember, staff_key)


def student_name_columns(student_key: InstrumentedAttribute[UUID]) -> NameColumns:
    """The three names of the student behind `student_key`, and the join that brings them along."""
    return _names_by_key(Student, student_key)


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
    return [StaffChoice(row[0], row[1], LocalText(row[2] or "", row[3] or "", row[4] or "")) for row in rows]


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
    names: Names
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
        names=Names(row.name_en, row.name_bn, row.name_ar),
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
