"""The register page: one tap an exception, one request to save, nothing lost and nothing overwritten."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import brotli
import pytest
from sqlalchemy import func, select

from app.domain.academics.models import CalendarEntry
from app.domain.academics.types import DayKind
from app.domain.attendance.models import Attendance
from app.domain.attendance.services import save_register
from app.domain.attendance.types import AttendanceStatus
from app.domain.kernel import clock
from app.domain.kernel.texts import LocalText
from app.uow import session, transaction
from tests.support.cast import Cast
from tests.support.pages import Page, PageClient
from tests.support.queries import QueryCounter

SUNDAY = date(2026, 11, 22)
PRESENT, ABSENT, LATE, EXCUSED = AttendanceStatus


def address(cast: Cast, on: str = "") -> str:
    return f"/attendance/registers/{cast.section_7a}/{on}"


def keys(page: Page) -> list[str]:
    """The names of the pupils' controls, in the order of the page."""
    return [str(tag["name"]) for tag in page.all(".pupil input[value=present]")]


def chosen(page: Page) -> list[str]:
    return [str(tag["value"]) for tag in page.all(".pupil input[checked]")]


def lines() -> int:
    return session().scalar(select(func.count()).select_from(Attendance)) or 0


def take(
    cast: Cast, rafi: AttendanceStatus = PRESENT, tasnim: AttendanceStatus = ABSENT, version: int = 0
) -> None:
    save_register(
        cast.amina.actor,
        cast.section_7a,
        SUNDAY,
        version=version,
        chosen={cast.rafi_student: rafi, cast.tasnim_student: tasnim},
    )


def test_everyone_starts_as_present(cast: Cast, client: PageClient) -> None:
    page = client.as_(cast.bashir).get(address(cast))
    assert page.one("h1").get_text() == "Class Seven, section A"
    assert chosen(page) == ["present", "present"]
    assert "Not taken yet." in page.text
    assert "Sunday 22 November 2026" in page.text
    assert page.one(".dock button.go").get_text() == "Finish register"


def test_one_tap_and_one_request(cast: Cast, client: PageClient) -> None:
    page = client.as_(cast.bashir).get(address(cast))
    answer = page.submit(values={keys(page)[1]: "absent"}, follow=False)
    assert answer.status == 303
    page = client.get(answer.response.headers["Location"])
    assert chosen(page) == ["present", "absent"]
    assert "Taken 8:42 by Bashir Uddin." in page.text
    assert "Register finished." in page.one("#toasts").get_text()
    assert page.one("[data-count=absent]:not(a *)").get_text() == "1"


def test_a_correction_shows_both_hands(cast: Cast, client: PageClient) -> None:
    take(cast)
    page = client.as_(cast.bashir).get(address(cast))
    with clock.stopped_at(datetime(2026, 11, 22, 3, 10, tzinfo=UTC)):
        page = page.submit(values={keys(page)[1]: "late"})
    assert "Taken 8:42 by Amina Rahman , corrected 9:10 by Bashir Uddin ." in page.text.replace(
        "Rahman,", "Rahman ,"
    ).replace("Uddin.", "Uddin .")
    assert page.one(".dock button.go").get_text() == "Save changes"
    assert chosen(page) == ["present", "late"]


def test_a_double_press_does_it_once(cast: Cast, client: PageClient) -> None:
    page = client.as_(cast.bashir).get(address(cast))
    page.submit(status=None)
    again = page.submit()
    assert again.status == 200
    assert "corrected" not in again.text
    assert lines() == 2


def test_two_teachers_at_once_see_both_versions(cast: Cast, client: PageClient) -> None:
    page = client.as_(cast.bashir).get(address(cast))
    rafi, tasnim = keys(page)
    take(cast, rafi=PRESENT, tasnim=ABSENT)
    answer = page.submit(values={rafi: "late"}, status=409)
    assert "Amina Rahman saved this register at 8:42" in answer.text
    assert [tag.get_text(strip=True) for tag in answer.all("fieldset legend")] == [
        "Rafi Hasan",
        "Tasnim Kabir",
    ]
    assert answer.values() | {"csrf_token": ""} == {
        "csrf_token": "",
        "v": "1-2",
        rafi: "late",  # somebody noted something: that is proposed
        tasnim: "absent",  # "present" may only never have been touched
    }
    done = answer.submit()
    assert chosen(done) == ["late", "absent"]


def test_a_stale_write_can_be_left_alone(cast: Cast, client: PageClient) -> None:
    page = client.as_(cast.bashir).get(address(cast))
    take(cast)
    answer = page.submit(values={keys(page)[0]: "excused"}, status=409)
    assert chosen(answer.follow("Leave it as it is stored")) == ["present", "absent"]


def test_filters_come_from_the_server_and_keep_the_whole_form(cast: Cast, client: PageClient) -> None:
    take(cast)
    page = client.as_(cast.bashir).get(address(cast), query={"show": "absent"})
    assert [tag.has_attr("hidden") for tag in page.all(".pupil")] == [True, False]
    assert len(keys(page)) == 2
    assert page.one(".chips [aria-current]").get_text(" ", strip=True) == "Absent 1"
    everybody = client.get(address(cast), query={"show": "<svg onload=1>"})
    assert not any(tag.has_attr("hidden") for tag in everybody.all(".pupil"))


def test_last_days_are_stitches_with_a_sentence(cast: Cast, client: PageClient) -> None:
    for day, status in ((17, PRESENT), (18, ABSENT), (19, LATE)):
        save_register(
            cast.bashir.actor,
            cast.section_7a,
            date(2026, 11, day),
            version=0,
            chosen={cast.rafi_student: status, cast.tasnim_student: PRESENT},
        )
    page = client.as_(cast.bashir).get(address(cast))
    rafi, tasnim = page.all(".who .week")
    assert [" ".join(tag.get("class") or []) for tag in rafi.find_all("i")] == ["", "bad", "warn"]
    assert rafi["aria-label"] == "Last 5 days: 1 day present, 1 day late, 1 day absent"
    assert tasnim["aria-label"] == "Last 5 days: present every day"
    assert page.follow("Register of 19 Nov").one("h1")


def test_who_was_enrolled_later_is_not_recorded(cast: Cast, client: PageClient) -> None:
    save_register(cast.bashir.actor, cast.section_7a, SUNDAY, version=0, chosen={cast.rafi_student: PRESENT})
    page = client.as_(cast.bashir).get(address(cast))
    assert chosen(page) == ["present"]
    assert "1 pupil is not recorded yet" in page.text
    assert "1 pupil is not recorded yet" in page.submit().text
    done = client.get(address(cast)).submit(values={keys(page)[1]: "present"})
    assert "not recorded yet" not in done.text


def test_a_reader_sees_the_tiles_and_no_button(cast: Cast, client: PageClient) -> None:
    page = client.as_(cast.bashir).get(f"/attendance/registers/{cast.section_7b}/")
    assert page.all("main form") == []
    take(cast)
    mine = client.as_(cast.hasan).get(address(cast))
    assert mine.one(".dock button.go")


def test_a_subject_teacher_may_not_save(cast: Cast, client: PageClient, many_pupils: list[UUID]) -> None:
    url = f"/attendance/registers/{cast.section_7b}/"
    client.as_(cast.bashir)
    assert client.post(url, {"v": "0-1", "abcd": "present"}).status == 403


@pytest.mark.parametrize(
    ("day", "words"),
    [
        ("2026-11-20", "Weekend."),
        ("2026-11-23", "This day has not come yet."),
        ("2025-12-31", "This day is outside the school year."),
        ("2026-12-16", "Holiday: Victory Day."),
    ],
)
def test_a_closed_day_says_why(cast: Cast, client: PageClient, day: str, words: str) -> None:
    with transaction() as db:
        db.add(
            CalendarEntry(
                campus_id=cast.campus,
                starts_on=date(2026, 12, 16),
                ends_on=date(2026, 12, 16),
                kind=DayKind.HOLIDAY,
                name=LocalText("Victory Day"),
            )
        )
    page = client.as_(cast.bashir).get(address(cast, f"{day}/"))
    assert words in page.text
    assert page.all("main form") == []
    today = client.get(address(cast))
    answer = client.post(address(cast, f"{day}/"), today.values())
    assert answer.status == 422
    assert lines() == 0


def test_half_past_midnight_belongs_to_the_new_day(cast: Cast, client: PageClient) -> None:
    with clock.stopped_at(datetime(2026, 11, 22, 18, 30, tzinfo=UTC)):
        page = client.as_(cast.bashir).get(address(cast))
        assert "Monday 23 November 2026" in page.text
        assert "Taken 0:30 by Bashir Uddin" in page.submit().text


def test_the_page_speaks_bangla_and_arabic(cast: Cast, client: PageClient) -> None:
    take(cast)
    with transaction() as db:
        from app.domain.accounts.models import User

        db.get(User, cast.bashir.user_id).locale = "bn"
    page = client.as_(cast.bashir).get(address(cast))
    assert page.all(".who > [id]")[0].get_text() == "রাফি হাসান"
    assert page.all(".pupil .roll")[1].get_text() == "২"
    assert "৮:৪২" in page.text


HOSTILE: list[tuple[str, Any]] = [
    ("present", ""),
    ("present", "here"),
    ("present", "PRESENT"),
    ("present", "absent\x00"),
    ("present", '"><svg onload=alert(1)>'),
    ("present", "{{7*7}}"),
    ("present", "' OR 1=1--"),
    ("present", ["present", "absent"]),
    ("v", None),
    ("v", ""),
    ("v", "x"),
    ("v", "0"),
    ("v", "-1-2"),
    ("v", "99999999999999999999-2"),
    ("v", "০-২"),
    ("v", ["0-2", "0-2"]),
    ("v", "0-3"),
]


@pytest.mark.parametrize(("field", "value"), HOSTILE)
def test_hostile_input_is_refused_with_the_form(
    cast: Cast, client: PageClient, field: str, value: Any
) -> None:
    page = client.as_(cast.bashir).get(address(cast))
    rafi, tasnim = keys(page)
    sent = page.values() | {tasnim: "late"} | {rafi if field == "present" else "v": value}
    answer = client.post(address(cast), {name: v for name, v in sent.items() if v is not None})
    assert answer.status == 422
    assert answer.all("[data-errors] li")
    assert chosen(answer)[1] == "late"
    assert "<svg onload" not in answer.response.get_data(as_text=True)
    assert lines() == 0


@pytest.mark.parametrize("name", ["zzzz", "csrf", "' OR 1=1--", "\x00", "s-1", "show"])
def test_a_pupil_who_is_not_on_the_list_is_refused(cast: Cast, client: PageClient, name: str) -> None:
    page = client.as_(cast.bashir).get(address(cast))
    answer = client.post(address(cast), page.values() | {keys(page)[0]: "late", name: "absent"})
    assert answer.status == 422
    assert chosen(answer)[0] == "late"
    assert lines() == 0


def test_a_pupil_of_another_section_is_refused(cast: Cast, client: PageClient) -> None:
    other = keys(client.as_(cast.amina).get(f"/attendance/registers/{cast.section_6a}/"))[0]
    page = client.as_(cast.bashir).get(address(cast))
    assert client.post(address(cast), page.values() | {other: "absent"}).status == 422
    assert lines() == 0


def test_ten_thousand_fields_are_refused(cast: Cast, client: PageClient) -> None:
    page = client.as_(cast.bashir).get(address(cast))
    flood = page.values() | {f"f{number}": "absent" for number in range(10_000)}
    answer = client.raw.post(address(cast), data={"csrf_token": client.token(), **flood})
    assert answer.status_code in {413, 422}
    parts = dict(list(flood.items())[:1_200])
    assert client.post(address(cast), parts).status in {413, 422}
    assert lines() == 0


@pytest.mark.parametrize(
    "day", ["2026-02-30", "2026-13-01", "22-11-2026", "0000-00-00", "2026-11-22x", "২০২৬-১১-২২"]
)
def test_a_day_that_does_not_exist_is_not_found(cast: Cast, client: PageClient, day: str) -> None:
    client.as_(cast.bashir).get(address(cast, f"{day}/"), status=404)


def test_a_form_without_its_token_is_refused(cast: Cast, client: PageClient) -> None:
    page = client.as_(cast.bashir).get(address(cast))
    assert client.post(address(cast), page.values() | {"csrf_token": "no"}).status == 400
    assert lines() == 0


def test_the_page_is_cheap_for_forty(
    cast: Cast, client: PageClient, queries: QueryCounter, many_pupils: list[UUID]
) -> None:
    everybody = dict.fromkeys([cast.rafi_student, cast.tasnim_student, *many_pupils], PRESENT)
    for day in (12, 15, 16, 17, 18, 19):
        save_register(cast.bashir.actor, cast.section_7a, date(2026, 11, day), version=0, chosen=everybody)
    client.as_(cast.bashir).get(address(cast))  # what every page knows of the school is read once a minute
    with queries.at_most(5):
        page = client.get(address(cast))
    assert len(page.all(".pupil")) == 40
    assert len(brotli.compress(page.response.get_data(), quality=5)) <= 8 * 1024
    with queries.at_most(10):
        page.submit(values={keys(page)[5]: "absent"}, follow=False, status=303)
    page = client.get(address(cast))
    with queries.at_most(10):
        page.submit(values={keys(page)[6]: "absent"}, follow=False, status=303)


def test_an_unchanged_page_is_not_sent_again(cast: Cast, client: PageClient) -> None:
    page = client.as_(cast.bashir).get(address(cast))
    again = client.raw.get(address(cast), headers={"If-None-Match": page.response.headers["ETag"]})
    assert again.status_code == 304
    take(cast)
    changed = client.raw.get(address(cast), headers={"If-None-Match": page.response.headers["ETag"]})
    assert changed.status_code == 200
