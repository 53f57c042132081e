"""Seats are scarce: two hundred at once for thirty seats."""

from __future__ import annotations

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import insert, select

from app.db import new_id
from app.domain.academics.models import Enrolment, Section
from app.domain.academics.queries import list_enrolled
from app.domain.academics.services import enrol_student
from app.domain.academics.types import AlreadyEnrolled, OtherCampus, RollNumberTaken, SectionFull
from app.domain.audit.models import AuditEntry
from app.domain.kernel.errors import NotFound
from app.domain.people.models import Person, Student
from app.extensions import db
from app.uow import session, transaction
from tests.support.cast import CAST, Cast

TODAY = date(2026, 11, 20)
ASKING, SEATS = 200, 30


def make_students(count: int, campus_id: UUID = CAST.campus) -> list[UUID]:
    """Students without a seat."""
    persons, students = [new_id() for _ in range(count)], [new_id() for _ in range(count)]
    session().execute(
        insert(Person), [{"id": key, "name_en": f"Child {n}"} for n, key in enumerate(persons, start=1)]
    )
    session().execute(
        insert(Student),
        [
            {"id": key, "person_id": person, "campus_id": campus_id, "student_no": f"SEAT-{n:05d}"}
            for n, (key, person) in enumerate(zip(students, persons, strict=True), start=1)
        ],
    )
    return students


def test_two_hundred_at_once_for_thirty_seats(real_app: Flask, capsys: pytest.CaptureFixture[str]) -> None:
    with real_app.app_context(), transaction():
        students = make_students(ASKING)

    def ask(student_id: UUID) -> str:
        with real_app.app_context():
            try:
                enrol_student(CAST.farida.actor, student_id, CAST.section_7b, enrolled_on=TODAY)
            except SectionFull:
                return "full"
            finally:
                db.session.remove()
            return "seated"

    began = time.perf_counter()
    with ThreadPoolExecutor(12) as officers:
        answers = Counter(officers.map(ask, students))
    took = time.perf_counter() - began
    with capsys.disabled():
        print(f"\n  {ASKING} enrolments at once into {SEATS} seats: {dict(answers)} in {took:.2f} s")

    assert answers == {"seated": SEATS, "full": ASKING - SEATS}
    with real_app.app_context():
        rolls = [pupil.roll_number for pupil in list_enrolled(CAST.section_7b)]
        entries = session().scalars(select(AuditEntry.id).where(AuditEntry.action == "student.enrolled"))
        assert rolls == list(range(1, SEATS + 1))
        assert len(entries.all()) == SEATS


def test_roll_numbers_go_on_from_the_highest(cast: Cast) -> None:
    one, two = make_students(2)
    assert enrol_student(cast.farida.actor, one, cast.section_7a, enrolled_on=TODAY, roll_number=9)[1] == 9
    assert enrol_student(cast.farida.actor, two, cast.section_7a, enrolled_on=TODAY)[1] == 10


def test_a_taken_roll_number_is_refused(cast: Cast) -> None:
    (student,) = make_students(1)
    with pytest.raises(RollNumberTaken, match="Roll number 1 is taken"):
        enrol_student(cast.farida.actor, student, cast.section_7a, enrolled_on=TODAY, roll_number=1)


def test_a_student_has_one_seat_a_year(cast: Cast) -> None:
    with pytest.raises(AlreadyEnrolled):
        enrol_student(cast.farida.actor, cast.rafi_student, cast.section_7b, enrolled_on=TODAY)


def test_a_full_section_names_itself(cast: Cast) -> None:
    session().get_one(Section, cast.section_7a).capacity = 2
    (student,) = make_students(1)
    with pytest.raises(SectionFull, match="Section A is full: all 2 seats are taken"):
        enrol_student(cast.farida.actor, student, cast.section_7a, enrolled_on=TODAY)
    assert session().scalars(select(Enrolment).where(Enrolment.student_id == student)).all() == []


def test_another_campus_is_out_of_reach(cast: Cast) -> None:
    (student,) = make_students(1)
    for stranger in (cast.jamil, cast.bashir, cast.dalia):
        with pytest.raises(NotFound):
            enrol_student(stranger.actor, student, cast.section_7b, enrolled_on=TODAY)
    with pytest.raises(OtherCampus):
        enrol_student(cast.farida.actor, cast.sadia_student, cast.section_7b, enrolled_on=TODAY)
