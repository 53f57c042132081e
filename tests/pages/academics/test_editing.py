"""Editing: both versions where two people met, seats never under pupils, one current year, what is in use stays."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app.domain.academics import services as do
from app.domain.academics.models import (
    AcademicYear,
    CalendarEntry,
    Campus,
    SchoolClass,
    Section,
    Subject,
    TeacherSubject,
    Term,
)
from app.domain.academics.types import ClassDetails, DayKind, EntryDetails
from app.domain.audit.models import AuditEntry
from app.domain.kernel.access import SYSTEM
from app.domain.kernel.texts import LocalText
from app.uow import session
from tests.pages.academics.conftest import ENTRY, TERM
from tests.pages.academics.forms import days, name
from tests.support.cast import CAST, Cast
from tests.support.pages import PageClient


def last_entry() -> AuditEntry:
    return session().scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()  # type: ignore[return-value]  # there is one by then


def test_a_change_is_stored_and_traced(cast: Cast, client: PageClient) -> None:
    client.as_(cast.amina)
    page = client.get(f"/academics/sections/{cast.section_7b}").follow("Edit the section")
    shown = page.submit(
        capacity="৩৫", shift="morning", class_teacher_id=str(cast.bashir.staff_id), status=200
    )
    assert "0 of 35 seats taken" in shown.text and "Morning shift" in shown.text
    assert "The section is saved." in shown.one("#toasts").get_text()
    entry = last_entry()
    assert (entry.action, entry.entity_id, entry.user_id) == (
        "section.changed",
        cast.section_7b,
        cast.amina.user_id,
    )
    assert entry.old_data == {"capacity": 30, "shift": None, "class_teacher_id": None}


def test_two_editors_are_shown_both_versions(cast: Cast, client: PageClient) -> None:
    client.as_(cast.amina)
    page = client.get(f"/academics/classes/{cast.class_7}/edit")
    do.change_class(SYSTEM, cast.class_7, 1, ClassDetails("7", LocalText("Grade Seven"), 7))
    answer = page.submit(**{"name-en": "Standard Seven"}, status=409)
    assert "Grade Seven" in answer.text and "Standard Seven" in answer.text
    assert "Nothing of yours is stored yet" in answer.text
    assert session().get_one(SchoolClass, cast.class_7).name.en == "Grade Seven"
    saved = answer.submit(status=200)
    assert saved.one("h1").get_text() == "Standard Seven"


@pytest.mark.parametrize(
    ("url", "model", "key"),
    [
        (f"campuses/{CAST.campus}", Campus, CAST.campus),
        (f"years/{CAST.year}", AcademicYear, CAST.year),
        (f"terms/{TERM}", Term, TERM),
        (f"classes/{CAST.class_6}", SchoolClass, CAST.class_6),
        (f"subjects/{CAST.maths}", Subject, CAST.maths),
        (f"sections/{CAST.section_7a}", Section, CAST.section_7a),
        (f"calendar/{ENTRY}", CalendarEntry, ENTRY),
    ],
)
def test_no_form_overwrites_what_its_editor_has_not_seen(
    url: str, model: Any, key: UUID, cast: Cast, client: PageClient, places: None
) -> None:
    client.as_(cast.hasan)
    page = client.get(f"/academics/{url}/edit")
    row = session().get_one(model, key)
    row.name = "2026 again" if model is AcademicYear else LocalText("Renamed by somebody else")
    session().commit()
    answer = page.submit(status=409)
    assert answer.all("tbody tr") and page.values()["version"] != answer.values()["version"]
    assert session().get_one(model, key).version == 2
    answer.submit(status=200)
    assert session().get_one(model, key).version == 3


def test_seats_cannot_fall_below_pupils(cast: Cast, client: PageClient) -> None:
    client.as_(cast.amina)
    page = client.get(f"/academics/sections/{cast.section_7a}/edit")
    refused = page.submit(capacity="1", status=422)
    assert "2 pupils sit in this section, so it needs at least 2 seats." in " ".join(refused.errors)
    assert refused.values()["capacity"] == "1"
    assert session().get_one(Section, cast.section_7a).capacity == 30
    assert page.submit(capacity="2").status == 200


def test_there_is_one_current_year(cast: Cast, client: PageClient) -> None:
    client.as_(cast.amina)
    form = {"name": "2027", **days("2027-01-01", "2027-12-31"), "is_current": "y"}
    client.post("/academics/years/new", form, status=200)
    years = session().scalars(select(AcademicYear).where(AcademicYear.campus_id == cast.campus)).all()
    assert [(year.name, year.is_current) for year in sorted(years, key=lambda year: year.name)] == [
        ("2026", False),
        ("2027", True),
    ]
    assert session().get_one(AcademicYear, cast.other_year).is_current


def test_years_do_not_overlap(cast: Cast, client: PageClient) -> None:
    client.as_(cast.amina)
    form = {"name": "2026-27", **days("2026-07-01", "2027-06-30")}
    page = client.post("/academics/years/new", form, status=422)
    assert "The school year 2026 already holds some of these days." in page.text
    backwards = client.post("/academics/years/new", form | days("2027-06-30", "2027-01-01"), status=422)
    assert "The last day must come after the first day." in backwards.text


def test_terms_stay_within_their_year_and_apart(cast: Cast, client: PageClient) -> None:
    client.as_(cast.amina)
    url = f"/academics/years/{cast.year}/terms/new"
    client.post(url, {**name("First"), **days("2026-01-01", "2026-06-30")}, status=200)
    outside = client.post(url, {**name("Next"), **days("2026-12-01", "2027-02-01")}, status=422)
    assert "Choose days that belong to 2026" in outside.text
    across = client.post(url, {**name("Second"), **days("2026-06-30", "2026-12-01")}, status=422)
    assert "Another term of the year" in across.text
    shorter = {"name": "2026", **days("2026-02-01", "2026-12-31"), "version": "1"}
    assert client.post(f"/academics/years/{cast.year}/edit", shorter, status=422)


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("sections/{section_7a}", "Pupils are enrolled here"),
        ("classes/{class_7}", "belong to it"),
        ("subjects/{maths}", "Teachers are assigned to it"),
        ("years/{year}", "belong"),
    ],
)
def test_what_is_in_use_is_not_removed(url: str, reason: str, cast: Cast, client: PageClient) -> None:
    client.as_(cast.amina)
    keys = {each: getattr(cast, each) for each in ("section_7a", "class_7", "maths", "year")}
    page = client.get(f"/academics/{url.format(**keys)}/remove")
    refused = page.submit(status=422)
    assert reason in refused.text


def test_an_empty_section_goes_with_its_teachers(cast: Cast, client: PageClient) -> None:
    client.as_(cast.amina)
    page = client.get(f"/academics/sections/{cast.section_7b}/remove").submit(status=200)
    assert "The section is removed." in page.one("#toasts").get_text()
    assert session().get(Section, cast.section_7b) is None
    assert last_entry().action == "section.removed"


def test_a_teacher_is_assigned_and_taken_off(cast: Cast, client: PageClient) -> None:
    client.as_(cast.amina)
    page = client.get(f"/academics/sections/{cast.section_7a}").follow("Assign a teacher")
    shown = page.submit(subject_id=str(cast.maths), staff_id=str(cast.bashir.staff_id), status=200)
    assert "Mathematics" in shown.one("section[aria-labelledby=teachers]").get_text()
    asked = shown.follow("Take off")
    assert "Bashir Uddin no longer teaches Mathematics here" in asked.text
    gone = asked.submit(status=200)
    assert "No teacher is assigned" in gone.text
    of_section = select(TeacherSubject).where(TeacherSubject.section_id == cast.section_7a)
    assert session().scalars(of_section).all() == []


def test_the_dialog_gets_only_the_question(cast: Cast, client: PageClient) -> None:
    answer = client.as_(cast.amina).partial(f"/academics/sections/{cast.section_7a}/remove")
    body = answer.get_data(as_text=True)
    assert answer.status_code == 200 and "<html" not in body and "data-close" in body


def test_rest_days_are_data(cast: Cast, client: PageClient) -> None:
    client.as_(cast.hasan)
    form = {"version": "1", "code": "MAIN", **name("Main"), "rest_days": ["5"]}
    client.post(f"/academics/campuses/{cast.campus}/edit", form, status=200)
    page = client.get("/academics/calendar/", query={"month": "2026-11", "campus": "MAIN"})
    assert len(page.all(".month tbody tr")) == 5
    assert len([cell for cell in page.all("td.off") if "out" not in cell["class"]]) == 4
    every_day = client.post(
        f"/academics/campuses/{cast.campus}/edit",
        form | {"version": "2", "rest_days": [str(day) for day in range(1, 8)]},
        status=422,
    )
    assert "A week needs at least one school day." in every_day.text


def test_a_holiday_stands_on_the_sheet_and_in_the_list(cast: Cast, client: PageClient) -> None:
    client.as_(cast.amina)
    form = {"kind": "holiday", "name-bn": "বিজয় দিবস", **days("2026-12-16", "2026-12-16")}
    page = client.post("/academics/calendar/new", form, status=200)
    assert "December 2026" in page.one("h1").get_text()
    assert "বিজয় দিবস" in page.one("td.off:not(.out) small").get_text()
    assert page.one(".list [lang=bn]").get_text() == "বিজয় দিবস"
    assert "বিজয় দিবস" in client.get("/academics/calendar/year/").text
    edited = page.follow("Edit").submit(**{"name-en": "Victory Day"}, status=200)
    assert "Victory Day" in edited.text
    gone = edited.follow("Remove").submit(status=200)
    assert "Nothing out of the ordinary" in gone.text
    assert session().scalars(select(CalendarEntry)).all() == []


def test_a_second_click_adds_one_holiday(cast: Cast, client: PageClient) -> None:
    details = EntryDetails(DayKind.HOLIDAY, LocalText("Eid"), date(2026, 5, 27), date(2026, 5, 31))
    do.add_entry(SYSTEM, cast.campus, details)
    form = {"kind": "holiday", "name-en": "Eid", **days("2026-05-27", "2026-05-31")}
    page = client.as_(cast.amina).post("/academics/calendar/new", form, status=422)
    assert "The calendar already says so" in page.text
    assert len(session().scalars(select(CalendarEntry)).all()) == 1


def test_pupils_are_shown_to_their_teachers_and_the_office(cast: Cast, client: PageClient) -> None:
    expected = {
        "amina": {"section_7a": True, "section_6a": True},
        "bashir": {"section_7a": True, "section_6a": False},
        "chandra": {"section_7a": True},
        "ishrat": {"section_7a": False},
    }
    for nick, sections in expected.items():
        client.as_(getattr(cast, nick))
        for section, shown in sections.items():
            page = client.get(f"/academics/sections/{getattr(cast, section)}")
            assert ("Hasan" in page.one("main").get_text()) is shown, (nick, section)


def test_lists_are_found_by_name_in_any_script(cast: Cast, client: PageClient) -> None:
    client.as_(cast.amina)
    for wanted in ("Bashir", "বশির", "sev A", "৭ A"):
        rows = client.get("/academics/sections/", query={"q": wanted}).all("tbody tr")
        assert [row.select("a")[0]["href"] for row in rows] == [f"/academics/sections/{cast.section_7a}"], (
            wanted
        )
    empty = client.get("/academics/sections/", query={"q": "nobody"})
    assert "Nothing found" in empty.text and "Show all sections" in empty.text
    assert "Mathematics" in client.get("/academics/subjects/", query={"q": "গণি"}).text


def test_an_empty_campus_says_what_to_do(cast: Cast, client: PageClient) -> None:
    client.as_(cast.hasan)
    client.post("/academics/campuses/new", {"code": "NEW", **name("New"), "rest_days": "5"}, status=200)
    for path, words in {
        "/academics/": "No current school year.",
        "/academics/sections/": "No current school year",
        "/academics/classes/": "No class yet",
        "/academics/subjects/": "No subject yet",
        "/academics/years/": "No school year yet",
        "/academics/calendar/year/": "Nothing is written for this year",
    }.items():
        assert words in client.get(path, query={"campus": "NEW"}).text
