"""The office fills a week and names who stands in; a teacher is sent to the class they have now."""

from __future__ import annotations

from datetime import date, datetime, time

import pytest

from app.domain.academics.services import assign_teacher
from app.domain.academics.timetable.queries import get_week
from app.domain.academics.timetable.services import add_bell, name_substitute, set_lesson, set_week
from app.domain.academics.timetable.types import BellDetails, LessonDetails, Slot
from app.domain.kernel import clock
from app.domain.kernel.access import SYSTEM
from app.domain.kernel.dates import DHAKA
from app.domain.kernel.texts import LocalText
from tests.support.cast import CAST, Cast
from tests.support.pages import PageClient

SUNDAY = date(2026, 11, 22)
FIRST, SECOND = Slot(7, 1), Slot(7, 2)
MATHS = LessonDetails(CAST.maths, CAST.bashir.staff_id)


def at(clock_time: str) -> datetime:
    return datetime.combine(SUNDAY, time.fromisoformat(clock_time), tzinfo=DHAKA)


@pytest.fixture
def bells(cast: Cast) -> Cast:
    """Two periods."""
    for number, starts, ends in ((1, "08:00", "08:40"), (2, "08:40", "09:20")):
        times = time.fromisoformat(starts), time.fromisoformat(ends)
        add_bell(SYSTEM, cast.campus, BellDetails(None, number, *times, LocalText()))
    return cast


def test_periods_are_added_one_after_the_other(cast: Cast, client: PageClient) -> None:
    client.as_(cast.amina)
    page = client.get("/timetable/bell-times/")
    assert "No bell times yet" in page.text
    form = page.follow("Add a period")
    assert form.one("#starts_at")["value"] == "08:00"
    page = form.submit(**{"name-en": "Assembly"})
    assert "Assembly" in page.text
    form = page.follow("Add a period")
    assert (form.one("#period")["value"], form.one("#starts_at")["value"]) == ("2", "08:40")
    refused = form.submit(starts_at="08:30", ends_at="09:10", status=422)
    assert "Period 1 lies at this time already." in refused.text
    assert "Break until" in refused.submit(starts_at="09:00", ends_at="09:40").text


def test_a_week_is_filled_at_once_and_slot_by_slot(bells: Cast, client: PageClient) -> None:
    assign_teacher(SYSTEM, bells.section_7a, bells.maths, bells.bashir.staff_id)
    set_week(SYSTEM, bells.section_7b, {FIRST: MATHS})
    client.as_(bells.amina)
    page = client.get(f"/academics/sections/{bells.section_7a}").follow("Week of the section")
    assert "No lesson stands in this week yet" in page.text
    form = page.follow("Edit the whole week")
    maths = form.one('select[name="s7-1"] option:last-child')["value"]
    saved = form.submit(**{"s7-1": maths, "s1-2": maths})
    assert "Bashir Uddin also has Class Seven, section B at this time: Sunday, period 1." in saved.text
    assert "Two at once" in saved.text
    assert len(get_week(bells.amina.actor, bells.section_7a).lessons) == 2
    slot = client.get(f"/timetable/sections/{bells.section_7a}/7/2")
    slot.submit(subject_id=str(bells.maths), staff_id="")
    lesson = get_week(bells.amina.actor, bells.section_7a).lessons[SECOND]
    assert (lesson.subject_id, lesson.staff_id) == (bells.maths, None)
    assert client.get(f"/timetable/sections/{bells.section_7a}/7/9", status=404)


def test_a_week_somebody_else_changed_meanwhile_is_not_overwritten(bells: Cast, client: PageClient) -> None:
    client.as_(bells.amina)
    form = client.get(f"/timetable/sections/{bells.section_7b}/edit")
    maths = form.one('select[name="s7-1"] option:last-child')["value"]
    set_lesson(SYSTEM, bells.section_7b, SECOND, 0, MATHS)
    answer = form.submit(**{"s7-1": maths, "s7-2": ""}, status=409)
    assert "Somebody else has changed this in the meantime" in answer.text
    assert [each.get_text(" ", strip=True) for each in answer.all("td small")] == [
        "There now: No lesson",
        "There now: Mathematics",
    ], "both their answer and mine are shown"
    answer.submit(**{"s7-2": maths})
    assert sorted(get_week(bells.amina.actor, bells.section_7b).lessons) == [FIRST, SECOND]


def test_everybody_at_the_school_reads_weeks_and_only_the_office_edits(
    bells: Cast, client: PageClient
) -> None:
    set_week(SYSTEM, bells.section_7b, {FIRST: MATHS})
    client.as_(bells.bashir)
    page = client.get("/timetable/")
    assert "My week" in page.text and "Class Seven, section B" in page.text
    week = client.get(f"/timetable/sections/{bells.section_7b}/")
    assert "Mathematics" in week.text and "Edit the whole week" not in week.text
    assert "Mathematics" in week.follow("Bashir Uddin").text
    client.get("/timetable/substitutes/", status=403)


def test_one_press_names_who_stands_in_and_one_takes_it_back(bells: Cast, client: PageClient) -> None:
    set_week(SYSTEM, bells.section_7b, {FIRST: MATHS})
    client.as_(bells.amina)
    day = f"/timetable/substitutes/?on={SUNDAY}"
    assert "Nobody stands in on this day" in client.get(day).text
    page = client.get(f"{day}&absent={bells.bashir.staff_id}")
    named = page.submit(
        f"form:has(input[name=period][value='1']):has(input[value='{bells.farida.staff_id}'])"
    )
    assert "The substitute is named." in named.text
    back = named.submit("table form")
    assert "The substitute is taken back." in back.text and "Nobody stands in on this day" in back.text
    assert "Nobody stands in on this day" in client.get(day).text
    assert "No school on this day" in client.get("/timetable/substitutes/?on=2026-11-20").text
    client.get("/timetable/substitutes/?on=2026-13-40", status=404)


def test_attendance_opens_on_the_class_a_teacher_has_now(bells: Cast, client: PageClient) -> None:
    set_week(SYSTEM, bells.section_7b, {SECOND: MATHS})
    own, every = f"/attendance/registers/{bells.section_7a}/", "/attendance/registers/"
    with clock.stopped_at(at("08:50")):
        client.as_(bells.bashir)
        assert client.get("/attendance/").url == own
        # Named for the whole day in another section: that one comes before the own.
        name_substitute(SYSTEM, bells.section_6a, SUNDAY, 0, bells.bashir.staff_id)
        there = f"/attendance/registers/{bells.section_6a}/"
        assert client.get("/attendance/").url == there
        assert "Now: Class Six, section A" in client.get("/home/").text
        client.get(there)
        client.as_(bells.amina)
        assert client.get("/attendance/").url == every
    with clock.stopped_at(datetime(2026, 11, 23, 8, tzinfo=DHAKA)):
        client.as_(bells.bashir)
        client.get(there, status=404)
