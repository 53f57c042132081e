"""Writes of persons, students, guardians and staff."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TypedDict, Unpack
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.domain.audit.services import record, record_change
from app.domain.counters.services import next_number
from app.domain.kernel.access import Actor, Permission
from app.domain.kernel.dates import local_day
from app.domain.kernel.errors import Forbidden, NotFound
from app.domain.kernel.names import search_key
from app.domain.kernel.references import YEARS as NUMBERED_YEARS
from app.domain.kernel.references import make_student_no
from app.domain.people.models import Guardian, Person, StaffMember, Student, StudentGuardian
from app.domain.people.policies import (
    guardians_reached,
    may_edit_guardians,
    may_edit_staff,
    may_edit_student,
)
from app.domain.people.queries import find_guardian_by_phone
from app.domain.people.types import (
    AdmittedOutOfRange,
    BornTooLate,
    EmployeeIdTaken,
    Gender,
    GuardianKnown,
    NameMissing,
    PersonChanged,
    Relationship,
    StaffStatus,
    StudentStatus,
)
from app.uow import across_campuses, transaction


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
    """Store a new person. Phone is E.164.

    Raises NameMissing, BornTooLate.
    """
    if not (name_en or name_bn or name_ar):
        raise NameMissing
    _check_birth(born_on)
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
        return _change_person(_locked(db, person_id, version), actor, fields)


def _locked(db: Session, person_id: UUID, version: int) -> Person:
    """The person read at `version`, held until the transaction ends. Raises NotFound, PersonChanged."""
    person = _held(db, person_id)
    if person.version != version:
        raise PersonChanged
    return person


def _held(db: Session, person_id: UUID) -> Person:
    """The person, held until the transaction ends. Raises NotFound."""
    person = db.scalars(
        select(Person)
        .where(Person.id == person_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if person is None:
        raise NotFound
    return person


def _change_person(person: Person, actor: Actor, fields: PersonFields) -> bool:
    old = {name: getattr(person, name) for name in fields}
    new = {name: value or None for name, value in fields.items()}
    if not any(new.get(name, getattr(person, name)) for name in ("name_en", "name_bn", "name_ar")):
        raise NameMissing
    _check_birth(fields.get("born_on"))
    for name, value in new.items():
        setattr(person, name, value)
    person.search_key = search_key(person.name_en or "", person.name_bn or "", person.name_ar or "")
    return record_change(actor, "person.changed", "person", person.id, old=old, new=new)


def _check_birth(born_on: date | None) -> None:
    if born_on and born_on > local_day(datetime.now(UTC)):
        raise BornTooLate


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


def remove_student(actor: Actor, student_id: UUID) -> None:
    """Forget a student who was recorded by mistake, and the person. The caller may do so. Raises NotFound.

    Whatever stands on either is told by the database: IntegrityError.
    """
    with transaction() as db:
        student = _student_held(db, student_id)
        person_id, campus_id = student.person_id, student.campus_id
        old = {"person": person_id, "student_no": student.student_no}
        db.delete(student)
        db.flush()
        _forget_person(db, person_id)
        record(actor, "student.removed", "student", student_id, campus_id=campus_id, old=old)


def remove_guardian(actor: Actor, guardian_id: UUID) -> None:
    """Forget a guardian who was recorded by mistake, and the person. The caller may do so. Raises NotFound.

    Whatever stands on either is told by the database: IntegrityError.
    """
    with transaction() as db:
        guardian = db.get(Guardian, guardian_id, with_for_update=True)
        if guardian is None:
            raise NotFound
        person_id = guardian.person_id
        db.delete(guardian)
        db.flush()
        _forget_person(db, person_id)
        record(actor, "guardian.removed", "guardian", guardian_id, old={"person": person_id})


def _forget_person(db: Session, person_id: UUID) -> None:
    db.delete(_held(db, person_id))
    db.flush()


# --- verbs of the office: each checks the campus, and is one transaction with its audit entries.


def _ensure_at(allowed: bool, actor: Actor, campus_id: UUID, to_read: Permission) -> None:
    if not allowed:
        raise Forbidden if actor.may(to_read, campus_id) else NotFound


def register_student(
    actor: Actor,
    campus_id: UUID,
    person: PersonFields,
    *,
    admitted_on: date,
    birth_registration_no: str | None = None,
    previous_school: str | None = None,
) -> UUID:
    """Take a child into a campus outside the admissions. Returns the student.

    Raises NotFound, Forbidden, NameMissing, BornTooLate, AdmittedOutOfRange.
    """
    _ensure_at(may_edit_student(actor, campus_id), actor, campus_id, Permission.STUDENTS_READ)
    if admitted_on.year not in NUMBERED_YEARS:
        raise AdmittedOutOfRange(first=NUMBERED_YEARS[0], last=NUMBERED_YEARS[-1])
    with transaction():
        person_id = add_person(actor, **person)
        return add_student(
            actor,
            person_id,
            campus_id,
            admitted_on=admitted_on,
            birth_registration_no=birth_registration_no,
            previous_school=previous_school,
        )


def _student_held(db: Session, student_id: UUID) -> Student:
    student = db.scalars(
        select(Student)
        .where(Student.id == student_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if student is None:
        raise NotFound
    return student


def edit_student(
    actor: Actor,
    student_id: UUID,
    version: int,
    person: PersonFields,
    *,
    admitted_on: date | None,
    birth_registration_no: str | None,
    previous_school: str | None,
) -> bool:
    """Correct what is recorded of a student read at `version` of the person. Returns whether anything changed.

    Raises NotFound, Forbidden, PersonChanged, NameMissing, BornTooLate.
    """
    with transaction() as db:
        student = _student_held(db, student_id)
        campus_id = student.campus_id
        _ensure_at(may_edit_student(actor, campus_id), actor, campus_id, Permission.STUDENTS_READ)
        row = _locked(db, student.person_id, version)
        changed = _change_person(row, actor, person)
        new: dict[str, object] = {
            "admitted_on": admitted_on,
            "birth_registration_no": birth_registration_no or None,
            "previous_school": previous_school or None,
        }
        return _change_record(actor, "student.changed", "student", student, row, new, changed)


def _change_record(
    actor: Actor,
    action: str,
    entity: str,
    record_: Student | Guardian | StaffMember,
    person: Person,
    new: dict[str, object],
    changed: bool,
) -> bool:
    """Write the part of a form that is not about the person, and let the person's version stand for both."""
    old = {name: getattr(record_, name) for name in new}
    for name, value in new.items():
        setattr(record_, name, value)
    campus_id = getattr(record_, "campus_id", None)
    more = record_change(actor, action, entity, record_.id, old=old, new=new, campus_id=campus_id)
    if more and not changed:
        person.updated_at = func.now()  # the version grows with any update
    return more or changed


def change_student_status(actor: Actor, student_id: UUID, status: StudentStatus) -> bool:
    """Say where a student stands with the school now. Returns whether that is new. Raises NotFound, Forbidden."""
    with transaction() as db:
        student = _student_held(db, student_id)
        campus_id = student.campus_id
        _ensure_at(may_edit_student(actor, campus_id), actor, campus_id, Permission.STUDENTS_READ)
        old, student.status = student.status, status
        return record_change(
            actor,
            "student.status",
            "student",
            student_id,
            campus_id=campus_id,
            old={"status": old},
            new={"status": status},
        )


def register_guardian(
    actor: Actor,
    person: PersonFields,
    *,
    occupation: str | None = None,
    student_id: UUID | None = None,
    relationship: Relationship | None = None,
) -> UUID:
    """Record a guardian, and link them at once where a student is given. Returns the guardian.

    Raises GuardianKnown where the phone number is a guardian's already, NameMissing, NotFound, Forbidden.
    """
    if not actor.may(Permission.GUARDIANS_EDIT):
        raise Forbidden
    with transaction() as db:
        _refuse_known_phone(person.get("phone"))
        person_id = add_person(actor, **person)
        guardian_id = add_guardian(actor, person_id, occupation=occupation or None)
        if student_id:
            _link_to_reached(db, actor, student_id, guardian_id, relationship)
    return guardian_id


def hold_guardian_phone(phone: str) -> None:
    """Let one at a time, until the transaction ends, look for the guardian with a number (E.164) and make one.

    Whoever makes guardians takes it, so that two who come at once, from the desk and from an application, do
    not make two of one. It comes before the locks on rows of persons.
    """
    with transaction() as db:
        db.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(phone, 1))))


def _refuse_known_phone(phone: str | None, *, but: UUID | None = None) -> None:
    """Raise GuardianKnown where another guardian has this number."""
    if not phone:
        return
    hold_guardian_phone(phone)
    known = find_guardian_by_phone(phone)
    if known and known.guardian_id != but:
        raise GuardianKnown(known.guardian_id, known.person_id)


def follow_phone(actor: Actor, person_id: UUID, phone: str) -> bool:
    """Record a number (E.164) that its owner has shown to be theirs. Returns whether it is another one.

    Raises GuardianKnown where it would make two guardians of one number, NotFound.
    """
    with transaction() as db:
        guardian_id = db.scalar(select(Guardian.id).where(Guardian.person_id == person_id))
        if guardian_id:
            _refuse_known_phone(phone, but=guardian_id)
        return _change_person(_held(db, person_id), actor, {"phone": phone})


def _link_to_reached(
    db: Session, actor: Actor, student_id: UUID, guardian_id: UUID, relationship: Relationship | None
) -> bool:
    student = _student_held(db, student_id)
    campus_id = student.campus_id
    _ensure_at(may_edit_guardians(actor, campus_id), actor, campus_id, Permission.STUDENTS_READ)
    return link_guardian(actor, student_id, guardian_id, relationship or Relationship.GUARDIAN)


def link_known_guardian(
    actor: Actor, student_id: UUID, guardian_id: UUID, relationship: Relationship, *, phone: str | None = None
) -> bool:
    """Let a guardian who is on record answer for a student. False where they do already.

    A guardian of another campus is reached only by whoever knows their phone number (E.164): one guardian
    for children at several campuses. Raises NotFound, Forbidden.
    """
    with transaction() as db:
        reached = guardians_reached(actor, permission=Permission.GUARDIANS_EDIT, guardian_id=guardian_id)
        with across_campuses():
            found = db.scalar(
                select(Guardian.id)
                .join(Person, Person.id == Guardian.person_id)
                .where(Guardian.id == guardian_id, reached | (Person.phone == phone) if phone else reached)
            )
        if found is None:
            raise NotFound
        return _link_to_reached(db, actor, student_id, guardian_id, relationship)


def unlink_guardian(actor: Actor, student_id: UUID, guardian_id: UUID) -> bool:
    """Let a guardian no longer answer for a student; the next one recorded is called first then.

    False where they did not. Raises NotFound, Forbidden.
    """
    with transaction() as db:
        student = _student_held(db, student_id)
        campus_id = student.campus_id
        _ensure_at(may_edit_guardians(actor, campus_id), actor, campus_id, Permission.STUDENTS_READ)
        links = db.scalars(
            select(StudentGuardian)
            .where(StudentGuardian.student_id == student_id)
            .order_by(StudentGuardian.created_at, StudentGuardian.id)
        ).all()
        gone = [link for link in links if link.guardian_id == guardian_id]
        if not gone:
            return False
        was_primary, relationship = gone[0].is_primary, gone[0].relationship
        db.delete(gone[0])
        db.flush()
        rest = [link for link in links if link.guardian_id != guardian_id]
        if was_primary and rest:
            rest[0].is_primary = True
        record(
            actor,
            "guardian.unlinked",
            "student",
            student_id,
            campus_id=campus_id,
            old={"guardian": guardian_id, "relationship": relationship},
        )
    return True


def call_guardian_first(actor: Actor, student_id: UUID, guardian_id: UUID) -> bool:
    """Make a guardian the one who is called first. False where they are. Raises NotFound, Forbidden."""
    with transaction() as db:
        student = _student_held(db, student_id)
        campus_id = student.campus_id
        _ensure_at(may_edit_guardians(actor, campus_id), actor, campus_id, Permission.STUDENTS_READ)
        of_student = StudentGuardian.student_id == student_id
        link = db.execute(
            select(StudentGuardian.id, StudentGuardian.is_primary).where(
                of_student, StudentGuardian.guardian_id == guardian_id
            )
        ).one_or_none()
        if link is None:
            raise NotFound
        if link.is_primary:
            return False
        db.execute(update(StudentGuardian).where(of_student).values(is_primary=False))
        db.execute(update(StudentGuardian).where(StudentGuardian.id == link.id).values(is_primary=True))
        record(
            actor,
            "guardian.called_first",
            "student",
            student_id,
            campus_id=campus_id,
            new={"guardian": guardian_id},
        )
    return True


def edit_guardian(
    actor: Actor, guardian_id: UUID, version: int, person: PersonFields, *, occupation: str | None
) -> bool:
    """Correct what is recorded of a guardian read at `version`. Returns whether anything changed.

    Raises NotFound, PersonChanged, GuardianKnown, NameMissing.
    """
    with transaction() as db:
        guardian = db.scalars(
            select(Guardian)
            .where(
                Guardian.id == guardian_id,
                guardians_reached(actor, permission=Permission.GUARDIANS_EDIT, guardian_id=guardian_id),
            )
            .execution_options(populate_existing=True)
        ).one_or_none()
        if guardian is None:
            raise NotFound
        phone = person.get("phone")
        if phone:
            hold_guardian_phone(phone)
        row = _locked(db, guardian.person_id, version)
        if phone != row.phone:
            _refuse_known_phone(phone, but=guardian_id)
        changed = _change_person(row, actor, person)
        new: dict[str, object] = {"occupation": occupation or None}
        return _change_record(actor, "guardian.changed", "guardian", guardian, row, new, changed)


def register_staff(
    actor: Actor,
    campus_id: UUID,
    person: PersonFields,
    *,
    employee_id: str | None = None,
    designation: str | None = None,
    joined_on: date | None = None,
) -> UUID:
    """Record a new member of staff of a campus. Returns the member of staff.

    Raises NotFound, Forbidden, NameMissing, EmployeeIdTaken.
    """
    _ensure_at(may_edit_staff(actor, campus_id), actor, campus_id, Permission.STAFF_READ)
    with transaction() as db:
        person_id = add_person(actor, **person)
        try:
            with db.begin_nested():
                return add_staff(
                    actor,
                    person_id,
                    campus_id,
                    employee_id=employee_id or None,
                    designation=designation or None,
                    joined_on=joined_on,
                )
        except IntegrityError as error:
            raise EmployeeIdTaken from error


def edit_staff(
    actor: Actor,
    staff_id: UUID,
    version: int,
    person: PersonFields,
    *,
    employee_id: str,
    designation: str | None,
    joined_on: date | None,
    status: StaffStatus,
) -> bool:
    """Correct what is recorded of a member of staff read at `version`. Returns whether anything changed.

    Raises NotFound, Forbidden, PersonChanged, NameMissing, EmployeeIdTaken.
    """
    with transaction() as db:
        member = db.get(StaffMember, staff_id, populate_existing=True, with_for_update=True)
        if member is None:
            raise NotFound
        campus_id = member.campus_id
        _ensure_at(may_edit_staff(actor, campus_id), actor, campus_id, Permission.STAFF_READ)
        row = _locked(db, member.person_id, version)
        changed = _change_person(row, actor, person)
        new: dict[str, object] = {
            "employee_id": employee_id,
            "designation": designation or None,
            "joined_on": joined_on,
            "status": status,
        }
        try:
            with db.begin_nested():
                return _change_record(actor, "staff.changed", "staff", member, row, new, changed)
        except IntegrityError as error:
            raise EmployeeIdTaken from error
