"""Writes of persons, students, guardians and staff."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import select

from app.domain.audit.services import record
from app.domain.counters.services import next_number
from app.domain.kernel.access import Actor
from app.domain.kernel.names import search_key
from app.domain.kernel.references import make_student_no
from app.domain.people.models import Guardian, Person, StaffMember, Student, StudentGuardian
from app.domain.people.types import Gender, Relationship
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
    """Store a new person. At least one name must be given; phone is E.164."""
    with transaction() as db:
        person = Person(
            name_en=name_en or None,
            name_bn=name_bn or None,
            name_ar=name_ar or None,
            born_on=born_on,
            gender=gender,
            phone=phone,
            email=email,
            address=address,
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
