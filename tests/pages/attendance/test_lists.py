"""The day's registers, and the month of a section."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest
from sqlalchemy import update

from app.domain.academics.models import Campus
from app.domain.academics.rules import MANY_SECTIONS
from app.domain.attendance.models import Register
from app.domain.attendance.services import save_register
from app.domain.attendance.types import AttendanceStatus
from app.domain.kernel.texts import LocalText
from app.uow import transaction
from tests.support.cast import Cast
from tests.support.pages import PageClient, chips_of
from tests.support.pupils import open_sections
from tests.support.queries import QueryCounter

LIST = "/attendance/registers/"
PRESENT, ABSENT, LATE, EXCUSED = AttendanceStatus


def take(cast: Cast, rafi: AttendanceStatus, tasnim: AttendanceStatus, day: int = 22) -> None:
    save_register(
        cast.bashir.actor,
        cast.section_7a,
        date(2026, 11, day),
        version=0,
        chosen={cast.rafi_student: rafi, cast.tasnim_student: tasnim},
    )


def test_a_teacher_goes_straight_to_the_register(cast: Cast, client: PageClient) -> None:
    page = client.as_(cast.bashir).get(LIST)
    assert page.one("main article h2").get_text() == "Class Seven, section A"
    assert page.follow("Take the register").one(".dock")
    assert "Class Seven, section B" in page.one("main table").get_text()


def test_the_office_sees_which_are_taken(cast: Cast, client: PageClient) -> None:
    take(cast, PRESENT, ABSENT)
    page = client.as_(cast.amina).get(LIST)
    rows = [" ".join(row.get_text(" ").split()) for row in page.all("tbody tr")]
    assert rows == [
        "Class Six, section A 1 Not taken yet",
        "Class Seven, section A Bashir Uddin 2 Taken 8:42 1 1",
        "Class Seven, section B 0 Not taken yet",
    ]
    assert "1 of 3 registers are taken" in page.text


def test_a_campus_named_in_another_language_has_its_name_on_the_table(cast: Cast, client: PageClient) -> None:
    with transaction() as db:
        db.execute(update(Campus).where(Campus.id == cast.campus).values(name=LocalText(bn='মূল "শাখা" ক্যাম্পাস')))
    page = client.as_(cast.amina).get(LIST)
    assert page.one("main [role=region]")["aria-label"] == 'মূল "শাখা" ক্যাম্পাস'


def test_the_administrator_chooses_a_campus(cast: Cast, client: PageClient) -> None:
    take(cast, PRESENT, ABSENT)
    page = client.as_(cast.hasan).get(LIST)
    assert chips_of(page, "Campus") == [("Main Campus 1 of 3", True), ("River Campus 0 of 1", False)]
    assert [tag.get_text() for tag in page.all("caption")] == ["Main Campus"]
    page = page.follow("River Campus 0 of 1")
    assert [tag.get_text() for tag in page.all("caption")] == ["River Campus"]
    assert "0 of 1 registers are taken" in page.text
    client.get(LIST, query={"campus": "nowhere"}, status=404)


def test_the_first_campus_is_the_one_where_something_is_left_to_do(cast: Cast, client: PageClient) -> None:
    take(cast, PRESENT, ABSENT)
    with transaction() as db:
        for section in (cast.section_6a, cast.section_7b):
            db.add(Register(campus_id=cast.campus, section_id=section, date=date(2026, 11, 22)))
    page = client.as_(cast.hasan).get(LIST)
    assert chips_of(page, "Campus") == [("Main Campus 3 of 3", False), ("River Campus 0 of 1", True)]


def test_the_head_of_one_campus_has_no_choice(cast: Cast, client: PageClient) -> None:
    page = client.as_(cast.amina).get(LIST)
    assert page.all("nav.chips") == []
    client.get(LIST, query={"campus": "RIV"}, status=404)


def test_very_many_sections_are_shown_class_by_class(cast: Cast, client: PageClient) -> None:
    take(cast, PRESENT, ABSENT)
    open_sections(cast, MANY_SECTIONS)
    page = client.as_(cast.amina).get(LIST)
    assert chips_of(page, "Class") == [("Class Six 0 of 41", True), ("Class Seven 1 of 2", False)]
    assert "1 of 43 registers are taken" in page.text
    assert len(page.all("tbody tr")) == 41
    page = page.follow("Class Seven 1 of 2")
    assert [row.get_text(" ").split(" Not")[0] for row in page.all("tbody th")] == [
        "Class Seven, section A",
        "Class Seven, section B",
    ]
    client.get(LIST, query={"class": "no such"}, status=404)


def test_the_list_does_not_cost_more_for_more_sections(
    cast: Cast, client: PageClient, queries: QueryCounter, many_pupils: list[UUID]
) -> None:
    client.as_(cast.hasan).get(LIST)  # what every page knows of the school is read once a minute
    with queries.at_most(3):
        client.get(LIST)


def test_a_month_of_a_section(cast: Cast, client: PageClient, queries: QueryCounter) -> None:
    take(cast, PRESENT, ABSENT)
    take(cast, LATE, EXCUSED, day=19)
    client.as_(cast.bashir).get(LIST)
    with queries.at_most(7):
        page = client.get(f"{LIST}{cast.section_7a}/month/")
    assert len(page.all("thead th")) == 1 + 30 + 3
    rafi, tasnim = page.all("tbody tr")
    assert [cell.get_text() for cell in rafi.select("td.n")] == ["2", "2", "100"]
    assert [cell.get_text() for cell in tasnim.select("td.n")] == ["2", "0", "0"]
    assert tasnim.find_all("td")[21].get_text() == "Absent"
    assert page.follow("October 2026").status == 200
    assert page.follow("19").one(".dock")


@pytest.mark.parametrize(
    "month", ["2026-13", "2026-00", "0000-01", "x", "2026-1", "২০২৬-১১", "2026-11-01", "\x00"]
)
def test_a_month_that_does_not_exist(cast: Cast, client: PageClient, month: str) -> None:
    client.as_(cast.bashir).get(f"{LIST}{cast.section_7a}/month/", query={"month": month}, status=404)
