"""Who reaches whom: the filters for lists and the predicates for one say the same."""

from __future__ import annotations

import threading
from datetime import date
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.domain.academics.queries import taught_student_ids
from app.domain.kernel.access import ALL, SYSTEM, Actor, Grant, Permission, Role
from app.domain.kernel.errors import Forbidden, NotFound
from app.domain.people.models import Guardian, Person, StaffMember, Student
from app.domain.people.policies import (
    guardians_reached,
    may_edit_student,
    office_campuses,
    staff_reached,
    students_reached,
)
from app.domain.people.queries import get_guardian, get_student
from app.domain.people.services import (
    add_guardian,
    add_person,
    call_guardian_first,
    change_student_status,
    edit_student,
    link_known_guardian,
    register_guardian,
    register_student,
    unlink_guardian,
)
from app.domain.people.types import GuardianKnown, Relationship, StudentStatus
from app.extensions import db as extension
from app.uow import session
from tests.support.cast import CAST, Cast

ADMITTED = date(2026, 1, 1)
ALL_STUDENTS = {CAST.rafi_student, CAST.rumi_student, CAST.tasnim_student, CAST.sadia_student}


def reached(actor: Actor) -> set[UUID]:
    return set(
        session().scalars(select(Student.id).where(students_reached(actor, taught_student_ids(actor))))
    )


@pytest.mark.parametrize(
    ("who", "students"),
    [
        ("amina", ALL_STUDENTS - {CAST.sadia_student}),
        ("chandra", ALL_STUDENTS - {CAST.sadia_student}),
        ("hasan", ALL_STUDENTS),
        ("bashir", {CAST.rafi_student, CAST.tasnim_student}),
        ("gias", {CAST.sadia_student}),
        ("ishrat", set()),
        ("dalia", set()),
        ("rafi", set()),
    ],
)
def test_students_reached_follow_campus_and_section(cast: Cast, who: str, students: set[UUID]) -> None:
    actor = getattr(cast, who).actor
    assert reached(actor) == students
    for key in ALL_STUDENTS:
        condition = students_reached(actor, taught_student_ids(actor))
        if key in students:
            assert get_student(condition, key).id == key
        else:
            with pytest.raises(NotFound):
                get_student(condition, key)


def test_teacher_here_and_officer_there_reaches_both(cast: Cast) -> None:
    actor = Actor(
        user_id=cast.bashir.user_id,
        person_id=cast.bashir.person_id,
        name="Bashir",
        locale="en",
        grants=(Grant(Role.TEACHER, cast.campus), Grant(Role.ADMISSIONS_OFFICER, cast.other_campus)),
    )
    assert reached(actor) == {cast.rafi_student, cast.tasnim_student, cast.sadia_student}
    assert office_campuses(actor, Permission.STUDENTS_EDIT) == {cast.other_campus}
    assert may_edit_student(actor, cast.other_campus) and not may_edit_student(actor, cast.campus)
    with pytest.raises(Forbidden):
        change_student_status(actor, cast.rafi_student, StudentStatus.INACTIVE)


def test_sections_say_nothing_once_the_role_is_gone(cast: Cast) -> None:
    actor = Actor(
        user_id=cast.bashir.user_id,
        person_id=cast.bashir.person_id,
        name="Bashir",
        locale="en",
        grants=(Grant(Role.TEACHER, cast.other_campus),),
    )
    assert reached(actor) == set()


def test_guardian_of_nobody_is_seen_by_the_office_only(cast: Cast) -> None:
    guardian = add_guardian(SYSTEM, add_person(SYSTEM, name_en="Nobody Yet"))
    for who in (cast.amina, cast.jamil):
        assert get_guardian(guardians_reached(who.actor), guardian).id == guardian
        assert get_guardian(guardians_reached(who.actor, guardian_id=guardian), guardian).id == guardian
    bashir = cast.bashir.actor
    with pytest.raises(NotFound):
        get_guardian(guardians_reached(bashir, taught_student_ids(bashir)), guardian)


def test_system_reaches_everybody(cast: Cast) -> None:
    assert office_campuses(SYSTEM, Permission.STUDENTS_EDIT) is ALL
    assert reached(SYSTEM) == ALL_STUDENTS
    assert session().scalar(select(func.count(StaffMember.id)).where(staff_reached(SYSTEM))) == 8


def test_other_campus_cannot_write(cast: Cast) -> None:
    actor = cast.jamil.actor
    with pytest.raises(NotFound):
        change_student_status(actor, cast.rafi_student, StudentStatus.INACTIVE)
    with pytest.raises(NotFound):
        unlink_guardian(actor, cast.rafi_student, cast.dalia.guardian_id)
    with pytest.raises(NotFound):
        call_guardian_first(actor, cast.rafi_student, cast.dalia.guardian_id)
    with pytest.raises(NotFound):
        link_known_guardian(actor, cast.sadia_student, cast.dalia.guardian_id, Relationship.GUARDIAN)
    with pytest.raises(NotFound):
        register_student(actor, cast.campus, {"name_en": "X Y"}, admitted_on=ADMITTED)
    with pytest.raises(NotFound):
        edit_student(
            actor,
            cast.rafi_student,
            1,
            {"name_en": "X Y"},
            admitted_on=None,
            birth_registration_no=None,
            previous_school=None,
        )


def test_next_guardian_is_called_first_when_the_first_is_taken_off(cast: Cast) -> None:
    link_known_guardian(cast.farida.actor, cast.rafi_student, cast.ehsan.guardian_id, Relationship.FATHER)
    assert unlink_guardian(cast.farida.actor, cast.rafi_student, cast.dalia.guardian_id)
    assert not unlink_guardian(cast.farida.actor, cast.rafi_student, cast.dalia.guardian_id)
    assert not call_guardian_first(cast.farida.actor, cast.rafi_student, cast.ehsan.guardian_id)


def test_two_officers_at_once_record_one_guardian(real_app: Flask) -> None:
    outcomes: list[str] = []
    ready = threading.Barrier(2)

    def record_one() -> None:
        with real_app.app_context():
            ready.wait()
            try:
                register_guardian(CAST.farida.actor, {"name_en": "Nasrin Sultana", "phone": "+8801811222333"})
                outcomes.append("made")
            except GuardianKnown:
                outcomes.append("known")
            finally:
                extension.session.remove()

    threads = [threading.Thread(target=record_one) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["known", "made"]
    with real_app.app_context():
        count = session().scalar(
            select(func.count(Guardian.id))
            .join(Person, Person.id == Guardian.person_id)
            .where(Person.phone == "+8801811222333")
        )
    assert count == 1
