"""The first page shows what each role comes for."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from app.domain.attendance.services import save_register
from app.domain.attendance.types import AttendanceStatus
from app.domain.kernel import clock
from tests.support.cast import Cast
from tests.support.pages import PageClient
from tests.support.queries import QueryCounter


def take(cast: Cast) -> None:
    save_register(
        cast.bashir.actor,
        cast.section_7a,
        date(2026, 11, 22),
        version=0,
        chosen={cast.rafi_student: AttendanceStatus.PRESENT},
    )


@pytest.mark.parametrize(
    ("nick", "target"),
    [(None, "/en/sign-in"), ("dalia", "/family/"), ("ehsan", "/family/"), ("rafi", "/my-record/")],
)
def test_who_is_sent_on(cast: Cast, client: PageClient, nick: str | None, target: str) -> None:
    client.as_(getattr(cast, nick) if nick else None)
    answer = client.get("/home/", status=303, follow=False)
    assert target.split("/")[-1] in answer.response.headers["Location"]


@pytest.mark.parametrize("nick", ["amina", "bashir", "chandra", "farida", "gias", "hasan", "ishrat", "jamil"])
def test_everybody_who_works_here_has_a_first_page(cast: Cast, client: PageClient, nick: str) -> None:
    page = client.as_(getattr(cast, nick)).get("/home/")
    assert getattr(cast, nick).name_en in page.one("h1").get_text()
    assert page.follow("My account").status == 200


def test_a_teacher_has_one_big_button(cast: Cast, client: PageClient) -> None:
    page = client.as_(cast.bashir).get("/home/")
    assert "2 pupils, register not taken yet" in page.text
    assert page.one("main .btn.go").get_text() == "Take the register"
    assert page.follow("Take the register").one(".dock")
    take(cast)
    page = client.get("/home/")
    assert "Register taken 8:42" in page.text
    assert page.all("main .btn.go") == []


def test_the_head_sees_how_many_are_taken(cast: Cast, client: PageClient, queries: QueryCounter) -> None:
    take(cast)
    client.as_(cast.amina).get("/home/")  # what every page knows of the school is read once a minute
    with queries.at_most(4):
        page = client.get("/home/")
    assert "1 of 3 registers are taken" in page.text
    assert page.one("main progress")["value"] == "1"
    assert page.follow("See all registers").status == 200


def test_a_weekend_asks_for_nothing(cast: Cast, client: PageClient) -> None:
    with clock.stopped_at(datetime(2026, 11, 20, 4, 0, tzinfo=UTC)):
        for member in (cast.amina, cast.bashir):
            page = client.as_(member).get("/home/")
            assert "No register is taken today" in page.text
            assert page.all("main .btn.go") == []
