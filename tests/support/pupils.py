"""A full class, and a class of many sections, beside the cast: for tests of size."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from app.domain.academics.models import Enrolment, Section
from app.domain.kernel.texts import LocalText
from app.domain.people.models import Person, Student
from app.uow import transaction
from tests.support.cast import CAST, Cast, key

_GIVEN = [
    "Raiyan",
    "Nusrat",
    "Md. Arafat",
    "Sadia",
    "Tahmid",
    "Maliha",
    "Farhan",
    "Jannatul",
    "Abdullah",
    "Sumaiya",
]
_FAMILY = ["Hossain", "Jahan", "Rahman", "Islam", "Chowdhury", "Tabassum", "Kabir"]


def fill_section(count: int, section_id: UUID = CAST.section_7a, first_roll: int = 3) -> list[UUID]:
    """Seat `count` more pupils of 7A, under the roll numbers from `first_roll` on. Returns the students."""
    students = []
    with transaction() as db:
        for number in range(first_roll, first_roll + count):
            name = f"{_GIVEN[number % len(_GIVEN)]} {_FAMILY[number % len(_FAMILY)]}"
            person, student = key(f"person extra {number}"), key(f"student extra {number}")
            db.add(Person(id=person, name_en=name, name_bn="রাইয়ান হোসেন", born_on=date(2014, 5, 1)))
            db.flush()
            db.add(
                Student(id=student, person_id=person, campus_id=CAST.campus, student_no=f"MORE-{number:05d}")
            )
            db.flush()
            db.add(
                Enrolment(
                    campus_id=CAST.campus,
                    academic_year_id=CAST.year,
                    section_id=section_id,
                    student_id=student,
                    roll_number=number,
                    enrolled_on=date(2026, 1, 1),
                )
            )
            students.append(student)
    return students


def open_sections(cast: Cast, count: int) -> None:
    """Open `count` more sections of class six this year."""
    with transaction() as db:
        db.add_all(
            Section(
                campus_id=cast.campus,
                academic_year_id=cast.year,
                class_id=cast.class_6,
                code=f"X{number}",
                name=LocalText(f"X{number}"),
            )
            for number in range(count)
        )
