"""Reads of persons, students, guardians and staff."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from app.domain.kernel.texts import LocalText
from app.domain.people.models import Person, StaffMember, Student
from app.domain.people.types import StaffStatus
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


def staff_of_person(person_id: UUID) -> Select[UUID]:
    """The keys among the staff of a person, for `column.in_(...)` in other features."""
    return select(StaffMember.id).where(StaffMember.person_id == person_id)


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
