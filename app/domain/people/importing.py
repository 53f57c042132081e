"""Many people at once, from another system: created where they are new, changed where they differ.

This is the part of an import that touches the tables of people; what is being imported, and in which order,
is decided by features above. Rows are matched by the key they have in the other system. A value the other
system does not have never erases one that the school has typed here, and people who are no longer in the
other system stay as they are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from hashlib import sha256
from uuid import UUID

from sqlalchemy import String, any_, cast, select
from sqlalchemy.dialects.postgresql import ARRAY

from app.db import new_id
from app.domain.audit.services import record, record_change
from app.domain.counters.services import next_numbers
from app.domain.kernel.access import Actor
from app.domain.kernel.names import search_key
from app.domain.kernel.references import YEARS, make_student_no
from app.domain.people.models import Guardian, Person, StaffMember, Student, StudentGuardian
from app.domain.people.types import Gender, Relationship, StaffStatus, StudentStatus
from app.uow import session, transaction


class Part(StrEnum):
    """What somebody is at the school."""

    STUDENT = "student"
    GUARDIAN = "guardian"
    STAFF = "staff"


class Fate(StrEnum):
    """What the import did to a row."""

    CREATED = "created"
    CHANGED = "changed"
    SAME = "same"


@dataclass(frozen=True, slots=True)
class IncomingPerson:
    """Somebody as the other system has them. Empty values are unknown, not to be erased."""

    source_id: str
    names: Mapping[str, str]
    """The full name by language of its script, cleaned; at least one."""
    is_active: bool
    born_on: date | None = None
    gender: Gender | None = None
    phone: str | None = None
    """E.164."""
    email: str | None = None
    student_campus_id: UUID | None = None
    admitted_on: date | None = None
    staff_campus_id: UUID | None = None
    designation: str | None = None
    guardian_keys: tuple[str, ...] = ()
    """Keys among the guardians, see guardian_key: the first is for a new one, all are known as theirs."""


@dataclass(slots=True)
class StoredPerson:
    """Somebody as they are stored now, and what was done for it."""

    person_id: UUID
    person_fate: Fate
    changed: frozenset[str]
    """The fields of the person that changed."""
    keys: dict[Part, UUID] = field(default_factory=dict)
    fates: dict[Part, Fate] = field(default_factory=dict)
    employee_id: str = ""


def guardian_key(scope: str, source_id: str) -> str:
    """Return the key of an imported guardian.

    Guardians belong to no campus, so their key carries the school it comes from: `u-58` of one system and
    `u-58` of another are not the same family. A key too long for the column is replaced by its digest.
    """
    key = f"{scope}:{source_id}"
    return key if len(key) <= 120 else "sha256:" + sha256(key.encode()).hexdigest()


@dataclass(slots=True)
class _Known:
    """The rows that are there already, by their keys."""

    students: dict[tuple[UUID, str], tuple[Student, Person]]
    staff: dict[tuple[UUID, str], tuple[StaffMember, Person]]
    guardians: dict[str, tuple[Guardian, Person]]


def store_people(
    actor: Actor, incoming: Sequence[IncomingPerson], *, admission_year: int
) -> dict[str, StoredPerson]:
    """Store people by their source_id, with a handful of statements however many they are.

    `admission_year` counts for the numbers of students whose day of admission is not known. Numbers are taken
    last, so that admissions elsewhere wait as shortly as can be.
    """
    with transaction() as db:
        known = _load_known(incoming)
        stored: dict[str, StoredPerson] = {}
        staff: list[tuple[IncomingPerson, StoredPerson]] = []
        students: list[tuple[IncomingPerson, StoredPerson]] = []
        for each in incoming:
            result = _store_person(actor, each, known)
            stored[each.source_id] = result
            _keep_known_parts(actor, each, result, known)
            if each.staff_campus_id and Part.STAFF not in result.keys:
                staff.append((each, result))
            if each.student_campus_id and Part.STUDENT not in result.keys:
                students.append((each, result))
        db.flush()
        for each in incoming:
            if each.guardian_keys and Part.GUARDIAN not in stored[each.source_id].keys:
                _add_guardian(actor, each, stored[each.source_id])
        db.flush()
        _add_staff(actor, staff)
        _add_students(actor, students, admission_year)
        db.flush()
    return stored


def _load_known(incoming: Iterable[IncomingPerson]) -> _Known:
    db = session()
    campuses: set[UUID] = set()
    guardian_keys: list[str] = []
    for each in incoming:
        campuses.update(filter(None, (each.student_campus_id, each.staff_campus_id)))
        guardian_keys.extend(each.guardian_keys)
    students = db.execute(
        select(Student, Person)
        .join(Person, Person.id == Student.person_id)
        .where(Student.campus_id.in_(campuses), Student.source_id.is_not(None))
    )
    staff = db.execute(
        select(StaffMember, Person)
        .join(Person, Person.id == StaffMember.person_id)
        .where(StaffMember.campus_id.in_(campuses), StaffMember.source_id.is_not(None))
    )
    guardians = db.execute(
        select(Guardian, Person)
        .join(Person, Person.id == Guardian.person_id)
        .where(Guardian.source_id == any_(cast(guardian_keys, ARRAY(String))))
    )
    return _Known(
        {(row.campus_id, row.source_id or ""): (row, person) for row, person in students},
        {(row.campus_id, row.source_id or ""): (row, person) for row, person in staff},
        {row.source_id or "": (row, person) for row, person in guardians},
    )


def _known_student(each: IncomingPerson, known: _Known) -> tuple[Student, Person] | None:
    campus = each.student_campus_id
    return known.students.get((campus, each.source_id)) if campus else None


def _known_staff(each: IncomingPerson, known: _Known) -> tuple[StaffMember, Person] | None:
    campus = each.staff_campus_id
    return known.staff.get((campus, each.source_id)) if campus else None


def _known_guardian(each: IncomingPerson, known: _Known) -> tuple[Guardian, Person] | None:
    return next((known.guardians[key] for key in each.guardian_keys if key in known.guardians), None)


def _store_person(actor: Actor, each: IncomingPerson, known: _Known) -> StoredPerson:
    found = _known_student(each, known) or _known_staff(each, known) or _known_guardian(each, known)
    if found is None:
        return _add_person(actor, each)
    person = found[1]
    new: dict[str, object] = {f"name_{lang}": name for lang, name in each.names.items()}
    for name in ("born_on", "gender", "phone", "email"):
        value = getattr(each, name)
        if value is not None:
            new[name] = value
    old = {name: getattr(person, name) for name in new}
    changed = frozenset(name for name in new if new[name] != old[name])
    if not changed:
        return StoredPerson(person.id, Fate.SAME, changed)
    for name in changed:
        setattr(person, name, new[name])
    person.search_key = search_key(person.name_en, person.name_bn, person.name_ar)
    record_change(actor, "person.changed", "person", person.id, old=old, new=new)
    return StoredPerson(person.id, Fate.CHANGED, changed)


def _add_person(actor: Actor, each: IncomingPerson) -> StoredPerson:
    person_id = new_id()
    values = {
        **{f"name_{lang}": name for lang, name in each.names.items()},
        "born_on": each.born_on,
        "gender": each.gender,
        "phone": each.phone,
        "email": each.email,
    }
    session().add(Person(id=person_id, search_key=search_key(*each.names.values()), **values))
    record(
        actor, "person.added", "person", person_id, new={key: value for key, value in values.items() if value}
    )
    return StoredPerson(person_id, Fate.CREATED, frozenset())


def _keep_known_parts(actor: Actor, each: IncomingPerson, result: StoredPerson, known: _Known) -> None:
    """Bring what somebody is here already up to date."""
    if found := _known_student(each, known):
        student = found[0]
        result.keys[Part.STUDENT], result.fates[Part.STUDENT] = student.id, result.person_fate
        # Those who have graduated or were transferred here stay what they are, whatever the other system says.
        if student.status in (StudentStatus.ACTIVE, StudentStatus.INACTIVE):
            status = StudentStatus.ACTIVE if each.is_active else StudentStatus.INACTIVE
            if _change(actor, "student", student, {"status": status}):
                result.fates[Part.STUDENT] = Fate.CHANGED
    if member_found := _known_staff(each, known):
        member = member_found[0]
        result.keys[Part.STAFF], result.fates[Part.STAFF] = member.id, result.person_fate
        result.employee_id = member.employee_id
        new: dict[str, object] = {"status": StaffStatus.ACTIVE if each.is_active else StaffStatus.INACTIVE}
        if each.designation:
            new["designation"] = each.designation
        if _change(actor, "staff", member, new):
            result.fates[Part.STAFF] = Fate.CHANGED
    if guardian_found := _known_guardian(each, known):
        result.keys[Part.GUARDIAN], result.fates[Part.GUARDIAN] = guardian_found[0].id, result.person_fate


def _change(actor: Actor, kind: str, row: Student | StaffMember, new: Mapping[str, object]) -> bool:
    old = {name: getattr(row, name) for name in new}
    if not record_change(actor, f"{kind}.changed", kind, row.id, campus_id=row.campus_id, old=old, new=new):
        return False
    for name, value in new.items():
        setattr(row, name, value)
    return True


def _add_guardian(actor: Actor, each: IncomingPerson, result: StoredPerson) -> None:
    row_id = new_id()
    session().add(Guardian(id=row_id, person_id=result.person_id, source_id=each.guardian_keys[0]))
    record(actor, "guardian.added", "guardian", row_id, new={"person": result.person_id})
    result.keys[Part.GUARDIAN], result.fates[Part.GUARDIAN] = row_id, Fate.CREATED


def _add_staff(actor: Actor, staff: Sequence[tuple[IncomingPerson, StoredPerson]]) -> None:
    for (each, result), number in zip(staff, next_numbers("employee", len(staff)), strict=True):
        member = StaffMember(
            id=new_id(),
            person_id=result.person_id,
            campus_id=each.staff_campus_id,
            employee_id=f"E-{number:04d}",
            designation=each.designation,
            status=StaffStatus.ACTIVE if each.is_active else StaffStatus.INACTIVE,
            source_id=each.source_id,
        )
        session().add(member)
        record(
            actor,
            "staff.added",
            "staff",
            member.id,
            campus_id=member.campus_id,
            new={"person": result.person_id, "no": member.employee_id, "designation": each.designation},
        )
        result.keys[Part.STAFF], result.fates[Part.STAFF] = member.id, Fate.CREATED
        result.employee_id = member.employee_id


def _add_students(
    actor: Actor, students: Sequence[tuple[IncomingPerson, StoredPerson]], admission_year: int
) -> None:
    by_year: dict[int, list[tuple[IncomingPerson, StoredPerson]]] = defaultdict(list)
    for each, result in students:
        year = (
            each.admitted_on.year if each.admitted_on and each.admitted_on.year in YEARS else admission_year
        )
        by_year[year].append((each, result))
    for year, some in sorted(by_year.items()):
        for (each, result), number in zip(some, next_numbers(f"student-{year}", len(some)), strict=True):
            student = Student(
                id=new_id(),
                person_id=result.person_id,
                campus_id=each.student_campus_id,
                student_no=make_student_no(year, number),
                admitted_on=each.admitted_on,
                status=StudentStatus.ACTIVE if each.is_active else StudentStatus.INACTIVE,
                source_id=each.source_id,
            )
            session().add(student)
            record(
                actor,
                "student.added",
                "student",
                student.id,
                campus_id=student.campus_id,
                new={"person": result.person_id, "student_no": student.student_no, "status": student.status},
            )
            result.keys[Part.STUDENT], result.fates[Part.STUDENT] = student.id, Fate.CREATED


def link_guardians(actor: Actor, pairs: Sequence[tuple[UUID, UUID]]) -> dict[tuple[UUID, UUID], Fate]:
    """Let guardians answer for students, given as (student, guardian).

    The first guardian of a student who has no primary one becomes it. What they are to each other is not
    known from outside, so it is `guardian` until the office says mother or father.
    """
    with transaction() as db:
        students = {student for student, _ in pairs}
        existing: set[tuple[UUID, UUID]] = set()
        has_primary: set[UUID] = set()
        for student, guardian, is_primary in _links_of(students):
            existing.add((student, guardian))
            if is_primary:
                has_primary.add(student)
        fates = {}
        for student, guardian in pairs:
            if (student, guardian) in existing:
                fates[student, guardian] = Fate.SAME
                continue
            db.add(
                StudentGuardian(
                    student_id=student,
                    guardian_id=guardian,
                    relationship=Relationship.GUARDIAN,
                    is_primary=student not in has_primary,
                )
            )
            record(
                actor,
                "guardian.linked",
                "student",
                student,
                new={"guardian": guardian, "relationship": Relationship.GUARDIAN},
            )
            has_primary.add(student)
            existing.add((student, guardian))
            fates[student, guardian] = Fate.CREATED
        db.flush()
    return fates


def _links_of(students: Collection[UUID]) -> Iterable[tuple[UUID, UUID, bool]]:
    statement = select(
        StudentGuardian.student_id, StudentGuardian.guardian_id, StudentGuardian.is_primary
    ).where(StudentGuardian.student_id == any_(cast(list(students), ARRAY(StudentGuardian.student_id.type))))
    return session().execute(statement)
