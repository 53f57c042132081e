"""The public demonstration school: its figures, its untidiness, and the time it takes."""

from __future__ import annotations

import csv
from collections import Counter
from datetime import date
from time import perf_counter

import pytest
from sqlalchemy import func, select

from app.domain.academics.importing.report import Outcome, Report
from app.domain.academics.importing.roster import import_roster
from app.domain.academics.models import Enrolment, Section, SubjectGroup, SubjectGroupTeacher
from app.domain.kernel.access import SYSTEM
from app.domain.people.models import Guardian, Person, StaffMember, Student, StudentGuardian
from app.domain.people.types import StudentStatus
from app.integrations.oneroster import make_plan, read_bundle
from app.uow import session
from tests.support.bundles import NO_SAMPLE, SAMPLE
from tests.support.cast import Cast
from tests.support.queries import QueryCounter

pytestmark = pytest.mark.skipif(not SAMPLE.is_dir(), reason=NO_SAMPLE)

TODAY = date(2026, 11, 20)


def load() -> Report:
    """Import the sample."""
    return import_roster(SYSTEM, make_plan(read_bundle(SAMPLE)), today=TODAY)


def rows_of(name: str) -> list[dict[str, str]]:
    """A file of the sample, read without our reader."""
    with (SAMPLE / f"{name}.csv").open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def imported(
    model: type[Student] | type[StaffMember] | type[Section] | type[Enrolment] | type[Guardian],
) -> int:
    """How many rows of a table came from a bundle."""
    return session().scalar(select(func.count()).where(model.source_id.is_not(None))) or 0


def test_the_sample_becomes_the_school_it_describes(cast: Cast, queries: QueryCounter) -> None:
    started = perf_counter()
    with queries.counted() as statements:
        report = load()
    assert perf_counter() - started < 20
    assert len(statements) < 150
    created = {kind: counts[0] for kind, counts in report.table()}
    assert created["student"] == imported(Student) == 414
    assert created["guardian"] == imported(Guardian) == 704
    assert created["staff"] == imported(StaffMember) == 60
    designations = session().execute(
        select(StaffMember.designation, func.count())
        .where(StaffMember.source_id.is_not(None))
        .group_by(StaffMember.designation)
    )
    assert dict(row for row in designations) == {"Teacher": 47, "Administrator": 9, "Aide": 4}
    assert (created["  Teacher"], created["  Administrator"], created["  Aide"]) == (47, 9, 4)
    assert created["enrolment"] == imported(Enrolment) == 391


def test_every_home_room_of_the_sample_is_a_section_with_its_teacher_and_seats(cast: Cast) -> None:
    load()
    rooms = {row["sourcedId"] for row in rows_of("classes") if row["classType"] == "homeroom"}
    children = Counter(
        row["classSourcedId"]
        for row in rows_of("enrollments")
        if row["classSourcedId"] in rooms and row["role"] == "student"
    )
    sections = {
        row.source_id: row for row in session().scalars(select(Section).where(Section.source_id.is_not(None)))
    }
    assert set(sections) == rooms
    seated = session().execute(
        select(Section.source_id, func.count(), func.max(Enrolment.roll_number))
        .join(Section, Section.id == Enrolment.section_id)
        .where(Section.source_id.is_not(None))
        .group_by(Section.source_id)
    )
    assert {key: (count, last) for key, count, last in seated} == {
        key: (count, count) for key, count in children.items()
    }
    assert all(section.capacity >= children[key or ""] for key, section in sections.items())
    assert all(section.class_teacher_id for section in sections.values())


def test_the_untidy_parts_of_the_sample_are_kept_as_they_are(cast: Cast) -> None:
    load()
    db = session()
    homeless = db.scalars(
        select(Student.status)
        .outerjoin(Enrolment, Enrolment.student_id == Student.id)
        .where(Student.source_id.is_not(None), Enrolment.id.is_(None))
    ).all()
    assert homeless == [StudentStatus.INACTIVE] * 23
    orphans = db.scalar(
        select(func.count())
        .select_from(Student)
        .outerjoin(StudentGuardian, StudentGuardian.student_id == Student.id)
        .where(Student.source_id.is_not(None), StudentGuardian.id.is_(None))
    )
    assert orphans == 1
    administrators_who_teach = db.scalar(
        select(func.count(StaffMember.id.distinct()))
        .join(SubjectGroupTeacher, SubjectGroupTeacher.staff_id == StaffMember.id)
        .where(StaffMember.designation == "Administrator")
    )
    taught = {row["userSourcedId"] for row in rows_of("enrollments") if row["role"] == "teacher"}
    heads = {row["userSourcedId"] for row in rows_of("roles") if row["role"] == "administrator"}
    assert administrators_who_teach == len(taught & heads)
    unnamed = [
        row["sourcedId"]
        for row in rows_of("users")
        if not row["agentSourcedIds"]
        and row["sourcedId"]
        in {role["userSourcedId"] for role in rows_of("roles") if role["role"] == "guardian"}
    ]
    assert len(unnamed) == 13
    linked = select(StudentGuardian.guardian_id)
    childless = db.scalars(
        select(Guardian.source_id).where(Guardian.source_id.is_not(None), Guardian.id.not_in(linked))
    )
    assert {f"org-1:{key}" for key in unnamed} <= set(childless)
    born = select(func.count()).select_from(Person).join(Student).where(Student.source_id.is_not(None))
    assert db.scalar(born.where(Person.born_on.is_not(None))) == 0
    assert db.scalar(born.where(Person.gender.is_(None))) == 0
    assert db.scalar(select(func.count()).select_from(SubjectGroup)) == 238


def test_only_links_to_people_who_are_no_guardians_are_refused(cast: Cast) -> None:
    report = load()
    refused = [line for line in report.lines if line.outcome is Outcome.REFUSED]
    assert {line.kind for line in refused} == {"guardian of a student"}
    assert all("is not in users.csv" in line.detail or "has no role" in line.detail for line in refused)


def test_a_second_run_of_the_sample_changes_nothing(cast: Cast) -> None:
    load()
    again = load()
    assert not again.has_changes
    assert again.count(Outcome.UNCHANGED, "student") == 414
