"""The months of a campus, their locks, and registers from a file, as the office sees them."""

from __future__ import annotations

import io
from datetime import date

import pytest

from app.domain.attendance.sheets.queries import get_month_state
from app.domain.kernel import clock
from app.domain.people.models import Student
from app.uow import session
from tests.support.cast import Cast
from tests.support.pages import PageClient
from tests.support.queries import QueryCounter

FILE = "date,student number,status,minutes\n2026-10-18,{0},late,5\n2026-10-19,{0},perhaps,\n"


def test_a_month_is_locked_for_a_reason_and_opened_again(cast: Cast, client: PageClient) -> None:
    page = client.as_(cast.amina).get("/attendance/months/").follow("October 2026")
    asked = page.follow("Lock the month")
    assert "registers of this month are missing" in asked.text
    assert asked.submit(status=422).one(".oops")
    locked = asked.submit(reason="The sheets are signed")
    assert "Locked by Amina Rahman" in locked.text
    opened = locked.follow("Open the month").submit(reason="A child was forgotten")
    assert "Locked by" not in opened.text


def test_the_list_needs_as_many_statements_for_a_year_as_for_a_month(
    cast: Cast, client: PageClient, queries: QueryCounter
) -> None:
    office = client.as_(cast.amina)
    office.get("/attendance/months/")
    with queries.at_most(13):
        office.get("/attendance/months/")


def test_a_file_is_looked_at_and_then_stored(cast: Cast, client: PageClient, rafi_no: str) -> None:
    office = client.as_(cast.amina)
    address = f"/attendance/import/{cast.campus}/"
    upload = {"file": (io.BytesIO(FILE.format(rafi_no).encode()), "october.csv")}
    look = office.post(address, upload, status=200)
    rows = [" ".join(row.get_text(" ").split()) for row in look.all("main tbody tr")]
    assert "perhaps" in rows[0] and "Refused" in rows[0] and "This word for a state is not known." in rows[0]
    assert "Late (5)" in rows[1] and "New" in rows[1]
    form = look.one("main form")
    sent = {each["name"]: each.get("value", "") for each in form.select("input[name]")}
    assert "1 mark stored." in office.post(address, sent).text
    seven = get_month_state(cast.campus, date(2026, 10, 1), clock.today()).sections
    assert sum(each.taken for each in seven) == 1
    again = office.post(address, {"text": sent["text"]}, status=200)
    assert "As stored" in again.text and not again.soup.select("main form button")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name\tstatus\nRafi\tP\n", "The first line does not name the columns."),
        ("", "There is nothing in this table."),
    ],
)
def test_a_file_that_cannot_be_read_says_why(cast: Cast, client: PageClient, text: str, said: str) -> None:
    page = client.as_(cast.amina).post(f"/attendance/import/{cast.campus}/", {"text": text}, status=422)
    assert said in page.text


@pytest.fixture
def rafi_no(cast: Cast) -> str:
    """The number of Rafi."""
    student = session().get(Student, cast.rafi_student)
    assert student
    return student.student_no
