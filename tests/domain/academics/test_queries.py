"""Reads of the structure: scoped to the actor, and in few statements however many rows there are."""

from __future__ import annotations

from datetime import date

import pytest

from app.domain.academics import queries as read
from app.domain.academics.models import CalendarEntry, Section
from app.domain.academics.types import DayKind, DayReason
from app.domain.kernel.access import Permission
from app.domain.kernel.errors import NotFound
from app.domain.kernel.texts import LocalText
from app.uow import session
from tests.support.cast import Cast
from tests.support.queries import QueryCounter

SUNDAY, FRIDAY = date(2026, 11, 15), date(2026, 11, 20)


def test_a_campus_sees_itself_and_the_administrator_all(cast: Cast) -> None:
    assert [campus.id for campus in read.list_campuses(cast.amina.actor)] == [cast.campus]
    assert len(read.list_campuses(cast.hasan.actor)) == 2
    assert read.list_campuses(cast.bashir.actor, Permission.ACADEMICS_EDIT) == []


def test_another_campus_does_not_exist(cast: Cast) -> None:
    for reading in (
        lambda: read.get_campus(cast.gias.actor, cast.campus),
        lambda: read.get_section(cast.gias.actor, cast.section_7a),
        lambda: read.get_year(cast.gias.actor, cast.year),
        lambda: read.get_class(cast.gias.actor, cast.class_7),
        lambda: read.get_subject(cast.gias.actor, cast.maths),
        lambda: read.get_section(cast.dalia.actor, cast.section_7a),
    ):
        with pytest.raises(NotFound):
            reading()


def test_a_section_tells_its_class_seats_and_teacher(cast: Cast) -> None:
    section = read.get_section(cast.amina.actor, cast.section_7a)
    assert (section.class_name.en, section.name.en, section.capacity) == ("Class Seven", "A", 30)
    assert (section.seats_taken, section.seats_free) == (2, 28)
    assert section.class_teacher and section.class_teacher.bn == "বশির উদ্দিন"
    assert read.get_section(cast.amina.actor, cast.section_7b).class_teacher is None


def test_sections_come_in_the_order_of_classes(cast: Cast) -> None:
    sections = read.list_sections(cast.amina.actor)
    assert [section.id for section in sections] == [cast.section_6a, cast.section_7a, cast.section_7b]
    assert [s.id for s in read.list_sections(cast.hasan.actor, campus_id=cast.other_campus)] == [
        cast.other_section_7a
    ]
    assert read.list_sections(cast.amina.actor, campus_id=cast.other_campus) == []


def test_a_teacher_has_the_own_section_and_those_taught(cast: Cast) -> None:
    sections = read.list_sections_of_teacher(cast.bashir.person_id)
    assert [section.id for section in sections] == [cast.section_7a, cast.section_7b]
    assert read.teaches_section(cast.bashir.person_id, cast.section_7b)
    assert not read.teaches_section(cast.bashir.person_id, cast.section_6a)
    assert not read.teaches_section(None, cast.section_7a)


def test_pupils_stand_in_the_order_of_their_roll_numbers(cast: Cast) -> None:
    pupils = read.list_enrolled(cast.section_7a)
    assert [(pupil.roll_number, pupil.name.en) for pupil in pupils] == [
        (1, "Rafi Hasan"),
        (2, "Tasnim Kabir"),
    ]
    enrolments = read.list_enrolments_of([cast.rafi_student])
    assert [(e.section_id, e.class_name.en, e.roll_number) for e in enrolments] == [
        (cast.section_7a, "Class Seven", 1)
    ]


def test_the_seats_of_a_class_are_offered_with_what_is_free(cast: Cast) -> None:
    choices = read.section_choices(cast.campus, cast.class_7, cast.year)
    assert [(choice.id, choice.seats_free) for choice in choices] == [
        (cast.section_7a, 28),
        (cast.section_7b, 30),
    ]


def test_the_current_year_is_found(cast: Cast) -> None:
    year = read.find_current_year(cast.campus)
    assert year is not None and year.id == cast.year


def test_the_calendar_says_why_there_is_no_school(cast: Cast) -> None:
    session().add(
        CalendarEntry(
            campus_id=cast.campus,
            kind=DayKind.HOLIDAY,
            name=LocalText("Winter break", "শীতের ছুটি"),
            starts_on=date(2026, 11, 16),
            ends_on=date(2026, 11, 17),
        )
    )
    session().flush()
    closed = read.day_verdict(cast.campus, date(2026, 11, 17))
    assert (closed.reason, closed.name.bn) == (DayReason.HOLIDAY, "শীতের ছুটি")
    assert read.day_verdict(cast.campus, FRIDAY).reason is DayReason.REST_DAY
    assert read.day_verdict(cast.other_campus, date(2026, 11, 17)).is_school_day
    assert [day.day for day in read.school_days_between(cast.campus, SUNDAY, FRIDAY)] == [15, 18, 19]
    assert [day.day for day in read.last_school_days(cast.campus, FRIDAY, 3)] == [15, 18, 19]


def test_more_sections_need_no_more_statements(cast: Cast, queries: QueryCounter) -> None:
    for _ in range(2):
        for number in range(5):
            session().add(
                Section(
                    campus_id=cast.campus,
                    academic_year_id=cast.year,
                    class_id=cast.class_6,
                    code=f"{_}{number}",
                    name=LocalText("X"),
                    class_teacher_id=cast.bashir.staff_id,
                )
            )
        session().flush()
        with queries.at_most(1):
            read.list_sections(cast.amina.actor)
        with queries.at_most(1):
            read.list_enrolled(cast.section_7a)
        with queries.at_most(2):
            read.list_day_verdicts(cast.campus, date(2026, 1, 1), date(2026, 12, 31))
