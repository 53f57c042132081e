"""A section that keeps a register in each lesson: who teaches it keeps it, and the lesson before is remembered."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import pytest
from sqlalchemy import select

from app.domain.academics.models import Section
from app.domain.academics.timetable.services import add_bell, set_week
from app.domain.academics.timetable.types import BellDetails, LessonDetails, Slot
from app.domain.academics.types import RegisterKind
from app.domain.attendance.models import Attendance, Register
from app.domain.attendance.queries import get_register, list_days_of
from app.domain.attendance.services import save_register
from app.domain.attendance.types import AttendanceStatus
from app.domain.kernel import clock
from app.domain.kernel.access import SYSTEM
from app.domain.kernel.errors import NotFound
from app.domain.kernel.texts import LocalText
from app.uow import session, transaction
from tests.support.cast import Cast
from tests.support.pages import PageClient

SUNDAY = date(2026, 11, 22)
PRESENT, ABSENT, LATE, EXCUSED = AttendanceStatus
IN_THE_FIRST = datetime(2026, 11, 22, 2, 10, tzinfo=UTC)
"""Ten past eight in Dhaka."""
AT_ELEVEN = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)


@pytest.fixture
def week(cast: Cast) -> Cast:
    """7A keeps its register in each of three lessons on Sunday, the second of them taught by Farida."""
    for number, hour in ((1, 8), (2, 9), (3, 10)):
        bell = BellDetails(None, number, time(hour), time(hour, 45), LocalText())
        add_bell(SYSTEM, cast.campus, bell)
    own = LessonDetails(cast.maths, cast.bashir.staff_id)
    lessons = {Slot(7, 1): own, Slot(7, 2): LessonDetails(cast.maths), Slot(7, 3): own}
    set_week(SYSTEM, cast.section_7a, lessons)
    with transaction() as db:
        section = db.get(Section, cast.section_7a)
        assert section is not None
        section.register_kind = RegisterKind.PERIODS
    return cast


def take(cast: Cast, period: int, rafi: AttendanceStatus, tasnim: AttendanceStatus = PRESENT) -> None:
    """Bashir takes the register of one lesson."""
    chosen = {cast.rafi_student: rafi, cast.tasnim_student: tasnim}
    save_register(cast.bashir.actor, cast.section_7a, SUNDAY, version=0, chosen=chosen, period=period)


def address(cast: Cast) -> str:
    return f"/attendance/registers/{cast.section_7a}/{SUNDAY}/"


def test_the_register_opens_on_the_lesson_that_runs(week: Cast, client: PageClient) -> None:
    with clock.stopped_at(IN_THE_FIRST):
        page = client.as_(week.bashir).get(address(week))
    current = page.one("nav[aria-label=Lessons] [aria-current]")
    assert "1. " in current.get_text()
    assert "Not taken yet." in page.text
    page = page.submit()
    assert "Taken" in page.text
    row = session().scalars(select(Register)).one()
    assert (row.period, row.is_taken) == (1, True)


def test_after_the_lessons_the_first_that_waits_is_shown(week: Cast, client: PageClient) -> None:
    take(week, 1, PRESENT)
    with clock.stopped_at(AT_ELEVEN):
        page = client.as_(week.bashir).get(address(week))
    assert "2. " in page.one("nav[aria-label=Lessons] [aria-current]").get_text()


def test_who_was_not_in_the_lesson_before_is_not_expected_in_this_one(week: Cast) -> None:
    take(week, 1, ABSENT)
    view = get_register(week.bashir.actor, week.section_7a, SUNDAY, today=SUNDAY, period=2)
    assert [pupil.start for pupil in view.pupils] == [ABSENT, PRESENT]
    assert [each.is_taken for each in view.lessons] == [True, False, False]
    first = get_register(week.bashir.actor, week.section_7a, SUNDAY, today=SUNDAY, period=1)
    assert {pupil.start for pupil in first.pupils} == {PRESENT}


def test_the_lessons_make_the_day_of_a_child(week: Cast) -> None:
    take(week, 1, ABSENT)
    take(week, 2, PRESENT, ABSENT)
    take(week, 3, PRESENT, ABSENT)
    days = list_days_of([week.rafi_student, week.tasnim_student], SUNDAY, SUNDAY)
    rafi, tasnim = days[week.rafi_student][SUNDAY], days[week.tasnim_student][SUNDAY]
    assert (rafi.status, rafi.left_early) == (LATE, False)
    assert (tasnim.status, tasnim.left_early) == (PRESENT, True)


@pytest.mark.parametrize("period", [0, 4])
def test_what_is_no_lesson_of_the_day_takes_no_register(week: Cast, period: int) -> None:
    with pytest.raises(NotFound):
        take(week, period, PRESENT)
    assert session().scalars(select(Attendance)).all() == []


def test_a_section_with_one_register_a_day_has_none_for_lessons(cast: Cast, client: PageClient) -> None:
    client.as_(cast.bashir).get(address(cast) + "?period=1", status=404)
    client.get(address(cast) + "?period=x", status=404)


def test_a_day_without_lessons_says_so(week: Cast, client: PageClient) -> None:
    set_week(SYSTEM, week.section_7a, {})
    page = client.as_(week.amina).get(address(week))
    assert "No lesson today" in page.text
    assert not page.all(".pupil")


def test_the_lists_and_the_month_know_the_lessons(week: Cast, client: PageClient) -> None:
    take(week, 1, ABSENT)
    page = client.as_(week.bashir).get("/attendance/registers/")
    assert "Taken" in page.one(f"article:has(a[href*='{week.section_7a}'])").get_text()
    cells = client.get(f"/attendance/registers/{week.section_7a}/month/").all("tbody tr")[0]
    assert cells.select("[href='#i-cross']")


def test_a_lesson_that_left_the_timetable_keeps_its_register(week: Cast, client: PageClient) -> None:
    take(week, 1, ABSENT)
    set_week(SYSTEM, week.section_7a, {Slot(7, 2): LessonDetails(week.maths)})
    page = client.as_(week.bashir).get(address(week) + "?period=1")
    assert "Taken" in page.text
    client.get(address(week) + "?period=3", status=404)
