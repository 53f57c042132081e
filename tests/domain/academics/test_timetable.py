"""A week is filled, a teacher falls ill, and for one day somebody else stands before the class."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest

from app.domain.academics.models import CalendarEntry, Section
from app.domain.academics.queries import get_section_day, list_assignments, teaches_section
from app.domain.academics.services import add_subject, assign_teacher, remove_assignment
from app.domain.academics.timetable.queries import (
    get_cover,
    get_week,
    lessons_beside,
    lessons_on,
    section_now,
    teaches_on,
)
from app.domain.academics.timetable.services import (
    add_bell,
    change_bell,
    name_substitute,
    remove_bell,
    set_lesson,
    set_week,
    take_back_substitute,
)
from app.domain.academics.timetable.types import (
    AnotherNamed,
    BellDetails,
    EndsTooEarly,
    LessonDetails,
    NoLessonThen,
    NoSuchPeriod,
    OneselfNamed,
    PeriodInUse,
    PeriodsOverlap,
    Slot,
    Why,
)
from app.domain.academics.types import DayKind, OtherCampus, PeriodTaken, RegisterKind, SubjectDetails
from app.domain.attendance.queries import get_month, list_own_registers
from app.domain.kernel.access import SYSTEM, Actor, Grant, Permission, Role
from app.domain.kernel.dates import DHAKA
from app.domain.kernel.errors import Forbidden, NotFound, Stale
from app.domain.kernel.texts import LocalText
from app.uow import session, transaction
from tests.support.cast import CAST, Cast
from tests.support.queries import QueryCounter

SUNDAY, FRIDAY = date(2026, 11, 22), date(2026, 11, 20)
FIRST_OF_MONTH = date(2026, 11, 1)
"""A Sunday too."""
FIRST, SECOND, THIRD = (Slot(7, period) for period in (1, 2, 3))
MATHS = LessonDetails(CAST.maths, CAST.bashir.staff_id)


def bell(period: int, starts: str, ends: str) -> BellDetails:
    return BellDetails(None, period, time.fromisoformat(starts), time.fromisoformat(ends), LocalText())


def at(clock_time: str, day: date = SUNDAY) -> datetime:
    return datetime.combine(day, time.fromisoformat(clock_time), tzinfo=DHAKA)


def as_teacher(actor: Actor) -> Actor:
    """Somebody of the office, as if a teacher: the cast has only one at the campus."""
    return replace(actor, grants=(Grant(Role.TEACHER, CAST.campus),))


FARIDA = as_teacher(CAST.farida.actor)


@pytest.fixture
def week(cast: Cast) -> Cast:
    """Three periods, and Bashir's maths in 7B on Sunday, first and third."""
    for number, starts, ends in ((1, "08:00", "08:40"), (2, "08:40", "09:20"), (3, "09:40", "10:20")):
        add_bell(SYSTEM, cast.campus, bell(number, starts, ends))
    set_week(SYSTEM, cast.section_7b, {FIRST: MATHS, THIRD: MATHS})
    return cast


def test_periods_of_a_shift_lie_one_after_another_and_stay_where_lessons_stand(week: Cast) -> None:
    actor = week.amina.actor
    with pytest.raises(PeriodsOverlap):
        add_bell(actor, week.campus, bell(4, "10:00", "10:40"))
    with pytest.raises(PeriodTaken):
        add_bell(actor, week.campus, bell(3, "11:00", "11:40"))
    with pytest.raises(EndsTooEarly):
        add_bell(actor, week.campus, bell(4, "11:00", "11:00"))
    with pytest.raises(Forbidden):
        add_bell(week.bashir.actor, week.campus, bell(4, "11:00", "11:40"))
    third = get_week(actor, week.section_7b).bells[2]
    with pytest.raises(PeriodInUse):
        remove_bell(actor, third.id)
    with pytest.raises(PeriodInUse):
        change_bell(actor, third.id, 1, bell(4, "09:40", "10:20"))
    change_bell(actor, third.id, 1, bell(3, "09:30", "10:10"))
    assert lessons_on(week.section_7b, SUNDAY)[1].starts_at == time(9, 30)


def test_a_slot_is_filled_emptied_and_never_overwritten_unseen(week: Cast) -> None:
    actor = week.amina.actor
    other = add_subject(SYSTEM, week.campus, SubjectDetails("101", LocalText("Bangla"), week.class_7))
    set_lesson(actor, week.section_7b, SECOND, 0, LessonDetails(other, week.farida.staff_id))
    assert teaches_section(week.farida.person_id, week.section_7b), "the lesson opens the section"
    with pytest.raises(Stale):
        set_lesson(actor, week.section_7b, SECOND, 0, MATHS)
    with pytest.raises(NoSuchPeriod):
        set_lesson(actor, week.section_7b, Slot(7, 9), 0, MATHS)
    with pytest.raises(OtherCampus):
        set_lesson(actor, week.section_7b, THIRD, 1, LessonDetails(week.maths, week.gias.staff_id))
    set_lesson(actor, week.section_7b, SECOND, 1, None)
    assert sorted(get_week(actor, week.section_7b).lessons) == [FIRST, THIRD]
    with pytest.raises(Stale):
        set_week(actor, week.section_7b, {}, seen={FIRST: 1})
    assert set_week(actor, week.section_7b, {FIRST: MATHS}, seen={FIRST: 1, THIRD: 1}) == 1


def test_two_sections_at_once_are_told_and_kept(week: Cast) -> None:
    set_week(week.amina.actor, week.section_7a, {FIRST: MATHS})
    found = get_week(week.amina.actor, week.section_7a).elsewhere
    assert [each.section_id for each in found[FIRST]] == [week.section_7b]
    assert list(get_week(week.amina.actor, week.section_7b).elsewhere) == [FIRST]


def test_a_teacher_taken_off_the_subject_leaves_the_lessons(week: Cast) -> None:
    (assignment,) = list_assignments(week.section_7b)
    remove_assignment(week.amina.actor, assignment.id)
    assert [each.staff_id for each in lessons_on(week.section_7b, SUNDAY)] == [None, None]


def test_the_calendar_empties_a_day(week: Cast, queries: QueryCounter) -> None:
    with queries.at_most(1):
        taught = lessons_on(week.section_7b, SUNDAY)
    assert [(each.period, each.subject.en, each.teacher and each.teacher.en) for each in taught] == [
        (1, "Mathematics", "Bashir Uddin"),
        (3, "Mathematics", "Bashir Uddin"),
    ]
    assert lessons_on(week.section_7b, FRIDAY) == []
    with transaction() as db:
        db.add(
            CalendarEntry(
                campus_id=week.campus,
                kind=DayKind.HOLIDAY,
                name=LocalText("Flood"),
                starts_on=SUNDAY,
                ends_on=SUNDAY,
            )
        )
    assert lessons_on(week.section_7b, SUNDAY) == []
    assert section_now(week.bashir.actor, at("08:10")) is None


def test_somebody_stands_in_for_a_lesson_on_that_day_only(week: Cast) -> None:
    def reached(day: date, period: int = 0) -> bool:
        return get_section_day(FARIDA, week.section_7b, day, Permission.REGISTERS_READ, period).is_own

    with pytest.raises(NotFound):
        reached(SUNDAY)
    named = name_substitute(week.amina.actor, week.section_7b, SUNDAY, 1, week.farida.staff_id)
    assert name_substitute(week.amina.actor, week.section_7b, SUNDAY, 1, week.farida.staff_id) == named
    assert (reached(SUNDAY), reached(SUNDAY, 1), reached(SUNDAY, 3)) == (False, True, False)
    assert teaches_on(FARIDA.person_id, week.section_7b, SUNDAY, 1)
    assert not teaches_on(FARIDA.person_id, week.section_7b, SUNDAY + timedelta(7), 1)
    for other_day in (SUNDAY - timedelta(1), SUNDAY + timedelta(1), SUNDAY + timedelta(7)):
        with pytest.raises(NotFound):
            reached(other_day, 1)
    name_substitute(week.amina.actor, week.section_7b, FIRST_OF_MONTH, 1, week.farida.staff_id)
    with pytest.raises(NotFound):  # one day is no month
        get_month(FARIDA, week.section_7b, SUNDAY)
    first, third = lessons_on(week.section_7b, SUNDAY)
    assert (first.taught_by, first.substitute and first.substitute.en) == (
        week.farida.staff_id,
        "Farida Yasmin",
    )
    assert third.taught_by == week.bashir.staff_id
    with pytest.raises(AnotherNamed):
        name_substitute(week.amina.actor, week.section_7b, SUNDAY, 1, week.ishrat.staff_id)
    take_back_substitute(week.amina.actor, named)
    with pytest.raises(NotFound):
        reached(SUNDAY, 1)


def test_whoever_stands_in_for_the_class_teacher_keeps_the_register_of_the_day(week: Cast) -> None:
    set_week(SYSTEM, week.section_7a, {SECOND: MATHS})
    name_substitute(week.amina.actor, week.section_7a, SUNDAY, 2, week.farida.staff_id)
    name_substitute(week.amina.actor, week.section_7b, SUNDAY, 0, week.ishrat.staff_id)
    assert get_section_day(FARIDA, week.section_7a, SUNDAY, Permission.REGISTERS_READ).is_own
    assert teaches_on(week.ishrat.person_id, week.section_7b, SUNDAY, 3), "the whole day holds its lessons"
    listed = list_own_registers(FARIDA, SUNDAY, today=SUNDAY)
    assert [(card.section.id, card.section.is_own) for card in listed] == [(week.section_7a, True)]
    assert list_own_registers(FARIDA, SUNDAY + timedelta(1), today=SUNDAY) == []


def test_naming_is_refused_where_there_is_nothing_to_stand_in_for(week: Cast) -> None:
    office, bashir = week.amina.actor, week.bashir
    for section, day, period, staff, refusal in (
        (week.section_7b, SUNDAY, 2, week.farida.staff_id, NoLessonThen),
        (week.section_7b, FRIDAY, 0, week.farida.staff_id, NoLessonThen),
        (week.section_7b, SUNDAY, 1, bashir.staff_id, OneselfNamed),
        (week.section_7b, SUNDAY, 1, week.gias.staff_id, OtherCampus),
        (week.other_section_7a, SUNDAY, 0, week.gias.staff_id, NotFound),
    ):
        with pytest.raises(refusal):
            name_substitute(office, section, day, period, staff)
    with pytest.raises(Forbidden):
        name_substitute(bashir.actor, week.section_7b, SUNDAY, 1, week.farida.staff_id)


def test_the_section_a_teacher_has_now_moves_with_the_day(week: Cast, queries: QueryCounter) -> None:
    session().get_one(Section, week.section_7b).register_kind = RegisterKind.PERIODS
    session().commit()
    bashir = week.bashir.actor
    with queries.at_most(1):
        found = section_now(bashir, at("08:10"))
    assert found and (found.section_id, found.period, found.why) == (week.section_7b, 1, Why.LESSON)
    expected = {
        "07:30": (week.section_7a, None, Why.CLASS_TEACHER),
        "07:50": (week.section_7b, 1, Why.NEXT),
        "08:40": (week.section_7a, None, Why.CLASS_TEACHER),
        "09:30": (week.section_7b, 3, Why.NEXT),
        "10:19": (week.section_7b, 3, Why.LESSON),
    }
    for clock_time, there in expected.items():
        found = section_now(bashir, at(clock_time))
        assert found and (found.section_id, found.period, found.why) == there, clock_time
    name_substitute(week.amina.actor, week.section_7b, SUNDAY, 1, week.farida.staff_id)
    found = section_now(bashir, at("08:10"))
    assert found and found.why is Why.CLASS_TEACHER, "the lesson is somebody else's today"
    found = section_now(FARIDA, at("08:10"))
    assert found and (found.section_id, found.period, found.why) == (week.section_7b, 1, Why.STANDS_IN)
    assert section_now(FARIDA, at("08:10", SUNDAY + timedelta(7))) is None
    assert section_now(bashir, at("08:10", FRIDAY)) is None
    assert section_now(week.amina.actor, at("08:10")) is None


def test_the_office_sees_what_an_absent_teacher_leaves_and_who_has_time(
    week: Cast, queries: QueryCounter
) -> None:
    assign_teacher(SYSTEM, week.section_7b, week.maths, week.farida.staff_id)
    with queries.at_most(8):
        cover = get_cover(week.campus, SUNDAY, week.bashir.staff_id)
    assert [(gap.section_id, gap.period) for gap in cover.gaps] == [
        (week.section_7a, 0),
        (week.section_7b, 1),
        (week.section_7b, 3),
    ]
    first = cover.gaps[1]
    assert first.free[0].staff_id == week.farida.staff_id, "who knows the class comes first"
    assert week.bashir.staff_id not in {each.staff_id for each in first.free}
    name_substitute(week.amina.actor, week.section_7b, SUNDAY, 1, week.farida.staff_id)
    named = get_cover(week.campus, SUNDAY, week.bashir.staff_id).gaps[1].named
    assert named and named.name.en == "Farida Yasmin"
    set_lesson(SYSTEM, week.section_7a, THIRD, 0, LessonDetails(week.maths, week.farida.staff_id))
    cover = get_cover(week.campus, SUNDAY, week.bashir.staff_id)
    assert week.farida.staff_id not in {each.staff_id for each in cover.gaps[2].free}
    (beside,) = lessons_beside(week.campus, SUNDAY, week.section_7b, 3, week.farida.staff_id)
    assert beside.section_id == week.section_7a
    with pytest.raises(NotFound):
        get_cover(week.campus, SUNDAY, week.gias.staff_id)
