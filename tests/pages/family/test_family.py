"""A guardian sees the own children: today, this week, the month, the record; and nobody else's."""

from __future__ import annotations

from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from app.domain.academics.models import CalendarEntry
from app.domain.academics.types import DayKind
from app.domain.attendance.services import save_register
from app.domain.attendance.types import AttendanceStatus
from app.domain.kernel import clock
from app.domain.kernel.texts import LocalText
from app.domain.people.models import StudentGuardian
from app.domain.people.types import Relationship
from app.uow import transaction
from tests.support.cast import CAST, Cast
from tests.support.pages import PageClient
from tests.support.queries import QueryCounter

PRESENT, ABSENT, LATE, EXCUSED = AttendanceStatus

RAFI = f"/family/{CAST.rafi_student}/"
RUMI = f"/family/{CAST.rumi_student}/"
TASNIM = f"/family/{CAST.tasnim_student}/"
SADIA = f"/family/{CAST.sadia_student}/"
NOBODY = f"/family/{CAST.year}/"


def mark(cast: Cast, status: AttendanceStatus, day: date = date(2026, 11, 22)) -> None:
    save_register(cast.bashir.actor, cast.section_7a, day, version=0, chosen={cast.rafi_student: status})


ACCESS = [
    *((None, url, 303) for url in ("/family/", RAFI, RAFI + "record/", "/my-record/", "/my-record/record/")),
    *(
        (nick, url, 403)
        for nick in ("bashir", "amina", "hasan", "farida", "rafi")
        for url in ("/family/", RAFI, RAFI + "record/")
    ),
    *((nick, "/my-record/", 403) for nick in ("dalia", "bashir", "hasan")),
    *(("dalia", url, 404) for url in (TASNIM, SADIA, NOBODY, TASNIM + "record/")),
    *(("ehsan", url, 404) for url in (RAFI, RUMI, RAFI + "record/")),
    *(("dalia", url, 200) for url in ("/family/", RAFI, RUMI, RAFI + "record/")),
    ("ehsan", TASNIM, 200),
    *(("rafi", url, 200) for url in ("/my-record/", "/my-record/record/")),
]


@pytest.mark.parametrize(("nick", "url", "status"), ACCESS)
def test_access(cast: Cast, client: PageClient, nick: str | None, url: str, status: int) -> None:
    client.as_(getattr(cast, nick) if nick else None).get(url, status=status, follow=False)


def english(cast: Cast) -> None:
    from app.domain.accounts.models import User

    with transaction() as db:
        for member in (cast.dalia, cast.ehsan, cast.rafi):
            db.get(User, member.user_id).locale = "en"


def test_one_card_a_child_in_bangla(cast: Cast, client: PageClient) -> None:
    page = client.as_(cast.dalia).get("/family/")
    assert sorted(tag.get_text() for tag in page.all("article h2")) == ["রাফি হাসান", "রুমি হাসান"]
    assert "রবিবার, ২২ নভেম্বর ২০২৬ · ৭ অগ্রহায়ণ ১৪৩৩" in page.text
    assert len(page.all(".tabbar a")) == 2


def test_a_child_marked_present_is_seen_at_home(cast: Cast, client: PageClient) -> None:
    english(cast)
    register = client.as_(cast.bashir).get(f"/attendance/registers/{cast.section_7a}/")
    register.submit()
    page = client.as_(cast.dalia).get("/family/")
    card = next(tag for tag in page.all("article") if "Rafi Hasan" in tag.get_text())
    text = " ".join(card.get_text(" ").split())
    assert "Class Seven, section A · Roll 1" in text
    assert "Today Present 8:42" in text
    assert "This week 1 day present" in text


def test_the_other_child_waits_for_its_register(cast: Cast, client: PageClient) -> None:
    english(cast)
    mark(cast, ABSENT)
    page = client.as_(cast.dalia).get("/family/")
    card = next(tag for tag in page.all("article") if "Rumi Hasan" in tag.get_text())
    assert "Not taken yet" in card.get_text()
    assert "Nothing recorded yet" in card.get_text()


def test_a_weekend_and_a_holiday_say_so(cast: Cast, client: PageClient) -> None:
    english(cast)
    with transaction() as db:
        db.add(
            CalendarEntry(
                campus_id=cast.campus,
                starts_on=date(2026, 11, 22),
                ends_on=date(2026, 11, 22),
                kind=DayKind.HOLIDAY,
                name=LocalText("Founders' day"),
            )
        )
    assert "Holiday Founders' day" in client.as_(cast.dalia).get("/family/").text
    with clock.stopped_at(datetime(2026, 11, 20, 4, 0, tzinfo=UTC)):
        assert "Weekend" in client.get("/family/").text


def test_the_week_has_its_sentence(cast: Cast, client: PageClient) -> None:
    english(cast)
    for day, status in ((15, PRESENT), (16, PRESENT), (17, LATE), (18, ABSENT), (19, EXCUSED)):
        mark(cast, status, date(2026, 11, day))
    with clock.stopped_at(datetime(2026, 11, 19, 9, 0, tzinfo=UTC)):
        page = client.as_(cast.dalia).get("/family/")
    card = next(tag for tag in page.all("article") if "Rafi Hasan" in tag.get_text())
    assert "2 days present, 1 day late, 1 day absent, 1 day excused" in " ".join(card.get_text(" ").split())
    assert len(card.select(".week i")) == 5


def test_the_month_explains_its_percentage(cast: Cast, client: PageClient) -> None:
    english(cast)
    for day, status in ((16, PRESENT), (17, LATE), (18, ABSENT)):
        mark(cast, status, date(2026, 11, day))
    page = client.as_(cast.dalia).get(RAFI)
    assert page.one("h1").get_text() == "Rafi Hasan"
    assert "present 1 + late 1 = 2, of 3 days on which the register was taken: 67%." in page.text
    assert len(page.all(".month td b")) == 30
    cells = {cell.b.get_text(): cell for cell in page.all(".month td") if cell.b}
    assert "Present" in cells["16"].get_text()
    assert "Late" in cells["17"].get_text()
    assert "Absent" in cells["18"].get_text()
    assert "no school" in cells["20"].get_text()
    assert cells["22"]["aria-current"] == "date"
    assert page.all("th")[0].get_text() == "Sun"


def test_one_can_go_back_to_the_first_month_and_not_into_the_future(cast: Cast, client: PageClient) -> None:
    english(cast)
    page = client.as_(cast.dalia).get(RAFI)
    assert "December 2026" not in page.text
    assert "No register was taken in this time yet." in page.follow("October 2026").text
    first = client.get(RAFI, query={"month": "2026-01"})
    assert "December 2025" not in first.text


@pytest.mark.parametrize("month", ["2026-13", "x", "2026-1", "\x00", "' OR 1=1--"])
def test_a_month_that_does_not_exist(cast: Cast, client: PageClient, month: str) -> None:
    client.as_(cast.dalia).get(RAFI, query={"month": month}, status=404)


def test_the_record_shows_facts_years_and_the_guardians_own_data(cast: Cast, client: PageClient) -> None:
    english(cast)
    page = client.as_(cast.dalia).get(RAFI + "record/")
    assert "TEST-00001" in page.text
    assert "রাফি হাসান" in page.text
    assert "2026 Class Seven A 1" in page.text
    assert "Dalia Akter" in page.text
    assert "You are Mother" in page.text
    assert "01711" in page.text.replace("-", "").replace(" ", "")


def test_a_student_sees_the_same_of_oneself(cast: Cast, client: PageClient) -> None:
    english(cast)
    mark(cast, LATE)
    page = client.as_(cast.rafi).get("/my-record/")
    assert "present 0 + late 1 = 1, of 1 days" in page.text
    facts = page.follow("Record")
    assert "TEST-00001" in facts.text
    assert "What the school knows of you" not in facts.text


def test_nothing_of_a_family_is_kept_by_the_browser(cast: Cast, client: PageClient) -> None:
    client.as_(cast.dalia)
    for url in ("/family/", RAFI, RAFI + "record/"):
        assert client.get(url).response.headers["Cache-Control"] == "no-store"


def test_statements_do_not_grow_with_the_children(
    cast: Cast, client: PageClient, queries: QueryCounter
) -> None:
    mark(cast, PRESENT)
    client.as_(cast.dalia).get("/family/")  # what every page knows of the school is read once a minute
    with queries.at_most(7):
        client.get("/family/")
    with transaction() as db:
        db.add(
            StudentGuardian(
                student_id=cast.tasnim_student,
                guardian_id=cast.dalia.guardian_id,
                relationship=Relationship.GUARDIAN,
            )
        )
    with queries.at_most(7):
        page = client.get("/family/")
    assert len(page.all("article")) == 3
    with queries.at_most(8):
        client.get(RAFI)
    with queries.at_most(4):
        client.get(RAFI + "record/")


def test_a_guardian_without_children_is_told_what_to_do(cast: Cast, client: PageClient) -> None:
    english(cast)
    with transaction() as db:
        for link in db.query(StudentGuardian).filter_by(guardian_id=cast.ehsan.guardian_id):
            db.delete(link)
    assert "No child is linked to you yet" in client.as_(cast.ehsan).get("/family/").text


def test_children_are_found_by_key_and_not_by_guessing(cast: Cast, client: PageClient) -> None:
    client.as_(cast.dalia)
    for key in (UUID(int=0), cast.dalia.person_id, cast.dalia.guardian_id, cast.tasnim_student):
        client.get(f"/family/{key}/", status=404)
