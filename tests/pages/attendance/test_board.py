"""The office's pages of the day: the board, who is here, who is away, reports, concerns."""

from __future__ import annotations

import csv
import io

import pytest
from sqlalchemy import func, select, update

from app.domain.academics.models import Section
from app.domain.attendance.concerns.services import look
from app.domain.attendance.leave.models import Leave
from app.domain.attendance.leave.types import LeaveReason
from app.domain.attendance.types import AttendanceStatus
from app.domain.outbox.models import OutboxMessage
from app.uow import session, transaction
from tests.domain.attendance.test_months import SUNDAY, register, say
from tests.domain.attendance.test_reports import close, day, keep_lessons, take
from tests.support.cast import Cast
from tests.support.pages import PageClient

PRESENT, ABSENT, LATE, EXCUSED = AttendanceStatus
BOARD = "/attendance/board/"


def rows(page: object) -> list[str]:
    return [" ".join(row.get_text(" ").split()) for row in page.all("tbody tr")]  # type: ignore[attr-defined]  # a page of the client


def test_the_board_says_what_is_taken_and_asks_for_the_rest(cast: Cast, client: PageClient) -> None:
    take(SUNDAY, {cast.rafi_student: PRESENT, cast.tasnim_student: ABSENT})
    page = client.as_(cast.amina).get(BOARD)
    assert "1 of 2 registers are taken" in page.text
    assert rows(page)[1].startswith("Class Seven, section A Bashir Uddin 2 Taken 8:42")
    assert rows(page)[1].endswith("1 1")
    assert "No pupils" in rows(page)[2]


def test_a_board_that_did_not_change_answers_with_next_to_nothing(cast: Cast, client: PageClient) -> None:
    page = client.as_(cast.amina).get(BOARD)
    live = page.one("#board > a[hx-get]")["hx-get"]
    part = {"HX-Request": "true", "HX-Request-Type": "partial"}
    same = client.raw.get(live, headers=part)
    assert same.status_code == 204 and same.data == b""
    assert sum(len(f"{name}: {value}\r\n") for name, value in same.headers) < 400
    register(SUNDAY)
    other = client.raw.get(live, headers=part)
    assert other.status_code == 200 and "1 of 2 registers" in other.get_data(as_text=True)


def test_one_press_reminds_and_the_next_says_why_not(cast: Cast, client: PageClient) -> None:
    page = client.as_(cast.amina).get(BOARD)
    again = page.submit("#remind-all")
    assert "1 teacher is reminded." in again.text and "Reminded 8:42" in again.text
    assert "There is nobody to remind now" in again.submit("#remind-all").text
    kind = OutboxMessage.kind == "register.reminder"
    assert session().scalar(select(func.count()).select_from(OutboxMessage).where(kind)) == 1


@pytest.mark.parametrize("path", [BOARD, "/attendance/here/", "/attendance/away/"])
def test_a_holiday_says_its_name_and_the_way_on(cast: Cast, client: PageClient, path: str) -> None:
    close(cast, SUNDAY)
    page = client.as_(cast.amina).get(path)
    assert page.one(".empty h2").get_text() == "Rain"
    assert page.all(".empty a")[0]["href"].split("?")[0] == "/academics/calendar/"


def test_the_list_for_a_fire_drill_has_a_box_for_each_who_may_be_in_the_house(
    cast: Cast, client: PageClient
) -> None:
    take(SUNDAY, {cast.rafi_student: ABSENT, cast.tasnim_student: LATE})
    page = client.as_(cast.amina).get("/attendance/here/")
    assert [each.get_text() for each in page.all(".stat dd")] == ["1", "0", "1", "1"]
    drill = page.follow("List for a fire drill")
    names = [" ".join(each.get_text(" ").split()) for each in drill.all(".drill li")]
    assert names == ["1 Rumi Hasan (not known)", "2 Tasnim Kabir"]


def test_whoever_is_absent_stands_there_with_a_number_to_call(cast: Cast, client: PageClient) -> None:
    take(SUNDAY, {cast.rafi_student: ABSENT, cast.tasnim_student: LATE})
    page = client.as_(cast.amina).get("/attendance/away/")
    assert page.one("tbody a[href^='tel:']")["href"] == "tel:+8801711000001"
    assert len(page.all("tbody tr")) == 1
    assert "Tasnim Kabir" in client.get("/attendance/away/?show=late").text
    sheet = client.raw.get("/attendance/away.csv").get_data(as_text=True).lstrip("\ufeff")
    found = list(csv.reader(io.StringIO(sheet)))
    assert found[1][:5] == ["Class Seven", "A", "1", "Rafi Hasan", "Absent"] and len(found) == 2


def test_whoever_announced_nothing_is_phoned_first(cast: Cast, client: PageClient) -> None:
    take(SUNDAY, {cast.rafi_student: ABSENT, cast.tasnim_student: ABSENT})
    with transaction() as db:
        leave = {"campus_id": cast.campus, "student_id": cast.rafi_student, "reason": LeaveReason.ILL}
        db.add(Leave(**leave, first_on=SUNDAY, last_on=SUNDAY))
    page = client.as_(cast.amina).get("/attendance/away/")
    assert [each.get_text() for each in page.all("main h2")] == [
        "Nothing was announced: to phone",
        "Announced or excused",
    ]
    silent, announced = rows(page)
    assert "Tasnim Kabir Absent" in silent and "Leave" not in silent
    assert "Rafi Hasan Absent Leave asked for: Ill" in announced
    sheet = client.raw.get("/attendance/away.csv").get_data(as_text=True).lstrip("\ufeff")
    assert [row[3:7] for row in csv.reader(io.StringIO(sheet))][1:] == [
        ["Tasnim Kabir", "Absent", "", ""],
        ["Rafi Hasan", "Absent", "Leave asked for", "Ill"],
    ]


def test_a_report_shows_the_working_of_each_number(cast: Cast, client: PageClient) -> None:
    for number in (15, 16, 17):
        take(day(number), {cast.rafi_student: ABSENT if number > 15 else LATE, cast.tasnim_student: PRESENT})
    page = client.as_(cast.amina).get("/attendance/reports/")
    assert rows(page)[0] == "Rafi Hasan Class Seven, section A 1 33 % 1 of 3 0 1 2 0 0"
    below = page.follow("Only those below 75 %")
    assert len(rows(below)) == 1
    assert "Class Seven 2 67 % 4 of 6" in rows(client.get("/attendance/reports/?by=sections"))[0]
    assert rows(client.get("/attendance/reports/?by=months"))[0].startswith("November 2026 2 67 %")
    runs = client.get("/attendance/reports/?by=runs&least=2")
    assert "Rafi Hasan" in rows(runs)[0] and "2" in rows(runs)[0]
    empty = client.get("/attendance/reports/?from=2026-02-01&to=2026-02-02")
    assert empty.one(".empty h2").get_text() == "There is nothing to count"
    sheet = client.raw.get("/attendance/reports.csv?by=sections").get_data(as_text=True)
    assert "Class Seven,A,2,67,4,6" in sheet


def test_a_report_by_subject_says_why_there_is_none_and_then_shows_its_lessons(
    cast: Cast, client: PageClient
) -> None:
    page = client.as_(cast.amina).get("/attendance/reports/?by=subjects")
    assert "No section here keeps a register in each lesson" in page.one(".empty").get_text()
    keep_lessons(cast)
    say(register(SUNDAY, period=2), cast.rafi_student, SUNDAY, LATE, period=2)
    found = rows(client.get("/attendance/reports/?by=subjects"))
    assert found == [
        f"{name} 1 1 100 % marks: 1 of 1 0 1 0 0 0" for name in ("Mathematics", "Class Seven, section A")
    ]
    sheet = client.raw.get("/attendance/reports.csv?by=subjects").get_data(as_text=True)
    assert "Mathematics,Class Seven,A,1,1,100,1,1" in sheet
    board = rows(client.get(BOARD))[1]
    assert "lessons taken" in board


@pytest.mark.parametrize(
    "query", ["of=section:x", "from=2026-13-01&to=abc", "below=-1", "page=99", "sort=x&by=y"]
)
def test_whatever_the_address_says_a_report_answers(cast: Cast, client: PageClient, query: str) -> None:
    assert client.as_(cast.amina).raw.get(f"/attendance/reports/?{query}").status_code == 200


def test_a_teacher_sees_and_closes_the_concerns_of_the_own_section(cast: Cast, client: PageClient) -> None:
    for number in (17, 18, 19):
        take(day(number), {cast.rafi_student: ABSENT})
    look(cast.amina.actor, cast.campus)
    page = client.as_(cast.bashir).get("/attendance/concerns/")
    one = page.follow("Rafi Hasan")
    assert "Absent 3 school days in a row" in one.text and len(one.all("main .card li")) == 3
    refused = one.submit("form[action$=note]", words="")
    assert "Write what was said or done." in refused.text
    noted = refused.submit("form[action$=note]", words="Called the mother")
    assert "Called the mother" in noted.text
    closed = noted.submit("form[action$=close]", outcome="illness")
    assert "The child is or was ill" in closed.text and not closed.all("form[action$=close]")


def test_the_office_looks_now(cast: Cast, client: PageClient) -> None:
    page = client.as_(cast.amina).get("/attendance/concerns/")
    assert page.one(".empty")
    assert "Nothing new was found." in page.submit("form[action*=look]").text


def test_without_sections_the_board_says_so(cast: Cast, client: PageClient) -> None:
    with transaction() as db:
        db.execute(update(Section).values(academic_year_id=cast.other_year))
    assert "no section this year" in client.as_(cast.amina).get(BOARD).one(".empty h2").get_text()
