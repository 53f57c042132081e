"""Writes of persons, students, guardians and staff."""

from __future__ import annotations

from datetime import date
from typing import TypedDict, Unpack
from uuid import UUID

from sqlalchemy import select

from app.domain.audit.services import record, record_change
from app.domain.counters.services import next_number
from app.domain.kernel.access import Actor
from app.domain.kernel.errors import NotFound
from app.domain.kernel.names import search_key
from app.domain.kernel.references import make_student_no
from app.domain.people.models import Guardian, Person, StaffMember, Student, StudentGuardian
from app.domain.people.types import Gender, NameMissing, PersonChanged, Relationship
from app.uow import transaction


def add_person(
    actor: Actor,
    *,
    name_en: str | None = None,
    name_bn: str | None = None,
    name_ar: str | None = None,
    born_on: date | None = None,
    gender: Gender | None = None,
    phone: str | None = None,
    email: str | None = None,
    address: str | None = None,
) -> UUID:
    """Store a new person. At least one name must be given (NameMissing); phone is E.164."""
    if not (name_en or name_bn or name_ar):
        raise NameMissing
    with transaction() as db:
        person = Person(
            name_en=name_en or None,
            name_bn=name_bn or None,
            name_ar=name_ar or None,
            born_on=born_on,
            gender=gender,
            phone=phone or None,
            email=email or None,
            address=address or None,
            search_key=search_key(name_en or "", name_bn or "", name_ar or ""),
        )
        db.add(person)
        db.flush()
        record(
            actor,
            "person.added",
            "person",
            person.id,
            new={
                "name_en": name_en,
                "name_bn": name_bn,
                "name_ar": name_ar,
                "born_on": born_on,
                "phone": phone,
            },
        )
    return person.id


class PersonFields(TypedDict, total=False):
    """What can be changed of a person. What is not given stays."""

    name_en: str | None
    name_bn: str | None
    name_ar: str | None
    born_on: date | None
    gender: Gender | None
    phone: str | None
    email: str | None
    address: str | None


def update_person(actor: Actor, person_id: UUID, version: int, **fields: Unpack[PersonFields]) -> bool:
    """Change what is given of a person who was read at `version`. Returns whether anything changed.

    Empty text is stored as nothing. The caller has checked that the person is within the actor's scope.
    Raises NotFound, PersonChanged (somebody saved in between), NameMissing.
    """
    with transaction() as db:
        person = db.scalars(
            select(Person)
            .where(Person.id == person_id)
            .with_for_update()
            .execution_options(populate_existing=True)
        ).one_or_none()
        if person is None:
            raise NotFound
        if person.version != version:
            raise PersonChanged
        old = {name: getattr(person, name) for name in fields}
        new = {name: value or None for name, value in fields.items()}
        for name, value in new.items():
            setattr(person, name, value)
        if not (person.name_en or person.name_bn or person.name_ar):
            raise NameMissing
        person.search_key = search_key(person.name_en or "", person.name_bn or "", person.name_ar or "")
        return record_change(actor, "person.changed", "person", person_id, old=old, new=new)


def add_student(
    actor: Actor,
    person_id: UUID,
    campus_id: UUID,
    *,
    admitted_on: date,
    student_no: str | None = None,
    birth_registration_no: str | None = None,
    previous_school: str | None = None,
    source_id: str | None = None,
) -> UUID:
    """Make a person a student of a campus, under the next student number of the year of admission."""
    with transaction() as db:
        student = Student(
            person_id=person_id,
            campus_id=campus_id,
            student_no=student_no or next_student_no(admitted_on.year),
            admitted_on=admitted_on,
            birth_registration_no=birth_registration_no,
            previous_school=previous_school,
            source_id=source_id,
        )
        db.add(student)
        db.flush()
        record(
            actor,
            "student.added",
            "student",
            student.id,
            campus_id=campus_id,
            new={"person": person_id, "student_no": student.student_no},
        )
    return student.id


def next_student_no(year: int) -> str:
    """The next student number of a year. Holds the year's counter until the transaction ends."""
    return make_student_no(year, next_number(f"student-{year}"))


def add_guardian(
    actor: Actor, person_id: UUID, *, occupation: str | None = None, source_id: str | None = None
) -> UUID:
    """Make a person a guardian."""
    with transaction() as db:
        guardian = Guardian(person_id=person_id, occupation=occupation, source_id=source_id)
        db.add(guardian)
        db.flush()
        record(actor, "guardian.added", "guardian", guardian.id, new={"person": person_id})
    return guardian.id


def link_guardian(
    actor: Actor, student_id: UUID, guardian_id: UUID, relationship: Relationship, *, is_primary: bool = False
) -> bool:
    """Let a guardian answer for a student. False where they do already; the first one becomes primary."""
    with transaction() as db:
        links = db.execute(
            select(StudentGuardian.guardian_id, StudentGuardian.is_primary).where(
                StudentGuardian.student_id == student_id
            )
        ).all()
        if any(linked == guardian_id for linked, _ in links):
            return False
        has_primary = any(primary for _, primary in links)
        db.add(
            StudentGuardian(
                student_id=student_id,
                guardian_id=guardian_id,
                relationship=relationship,
                is_primary=not has_primary and (is_primary or not links),
            )
        )
        record(
            actor,
            "guardian.linked",
            "student",
            student_id,
            new={"guardian": guardian_id, "relationship": relationship},
        )
    return True


def add_staff(
    actor: Actor,
    person_id: UUID,
    campus_id: UUID,
    *,
    employee_id: str | None = None,
    designation: str | None = None,
    joined_on: date | None = None,
    source_id: str | None = None,
) -> UUID:
    """Make a person a member of staff of a campus, under the next employee number where none is given."""
    with transaction() as db:
        member = StaffMember(
            person_id=person_id,
            campus_id=campus_id,
            employee_id=employee_id or f"E-{next_number('employee'):04d}",
            designation=designation,
            joined_on=joined_on,
            source_id=source_id,
        )
        db.add(member)
        db.flush()
        record(
            actor,
            "staff.added",
            "staff",
            member.id,
            campus_id=campus_id,
            new={"person": person_id, "no": member.employee_id},
        )
    return member.id
