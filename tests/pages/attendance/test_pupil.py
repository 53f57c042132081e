"""One pupil's page: minutes, times and remarks without script, and how a mark came to be."""

from __future__ import annotations

from datetime import UTC, date, datetime

from app.domain.attendance.services import save_register
from app.domain.attendance.types import AttendanceStatus
from app.domain.kernel import clock
from tests.support.cast import Cast
from tests.support.pages import Page, PageClient

SUNDAY = date(2026, 11, 22)
PRESENT, ABSENT, LATE, EXCUSED = AttendanceStatus
MONDAY = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)


def open_rafi(cast: Cast, client: PageClient) -> Page:
    """From the register to the first pupil's page, by the roll number."""
    page = client.as_(cast.bashir).get(f"/attendance/registers/{cast.section_7a}/{SUNDAY}/")
    return client.get(str(page.all(".pupil .roll")[0]["href"]))


def take(cast: Cast) -> None:
    """Amina has taken the register."""
    chosen = {cast.rafi_student: ABSENT, cast.tasnim_student: PRESENT}
    save_register(cast.amina.actor, cast.section_7a, SUNDAY, version=0, chosen=chosen)


def test_minutes_and_a_remark_are_said_on_a_form(cast: Cast, client: PageClient) -> None:
    page = open_rafi(cast, client)
    assert "Nothing was said of this pupil by itself" in page.text
    page = page.submit(values={"status": "late", "late_minutes": "১২", "remarks": "The bus broke down"})
    tile = page.one(".pupil[data-v]")
    assert tile["data-m"] == "12"
    assert "12 minutes" in tile.get_text()
    assert "The bus broke down" in tile.get_text()
    history = open_rafi(cast, client).one(".trail").get_text(" ")
    assert "Late" in history
    assert "Bashir Uddin" in history


def test_what_does_not_go_together_is_refused_and_kept(cast: Cast, client: PageClient) -> None:
    page = open_rafi(cast, client).submit(values={"status": "absent", "late_minutes": "12"}, status=422)
    assert "Minutes go with late" in page.text
    assert page.one("[name=late_minutes]")["value"] == "12"


def test_the_day_after_asks_why_and_shows_it(cast: Cast, client: PageClient) -> None:
    take(cast)
    with clock.stopped_at(MONDAY):
        page = open_rafi(cast, client).submit(values={"status": "late"}, status=422)
        assert "Say in a few words why it changes." in page.text
        page.submit(values={"status": "late", "reason": "He came at nine"})
        history = open_rafi(cast, client).one(".trail").get_text(" ")
    assert "He came at nine" in history
    assert history.index("Absent") < history.index("changed to") < history.rindex("Late")


def test_somebody_elses_word_is_shown_before_it_is_overwritten(cast: Cast, client: PageClient) -> None:
    page = open_rafi(cast, client)
    take(cast)
    page = page.submit(values={"status": "late", "late_minutes": "5"}, status=409)
    assert "Somebody else has changed this in the meantime" in page.text
    page.submit()
    assert "5 minutes" in client.get(f"/attendance/registers/{cast.section_7a}/{SUNDAY}/").text


def test_who_only_reads_has_no_way_there(cast: Cast, client: PageClient) -> None:
    url = open_rafi(cast, client).url.replace(str(cast.section_7a), str(cast.section_7b))
    client.as_(cast.bashir).get(url, status=403)
    assert not client.get(f"/attendance/registers/{cast.section_7b}/{SUNDAY}/").all(".roll")


def test_a_campus_decides_when_families_are_told(cast: Cast, client: PageClient) -> None:
    page = client.as_(cast.amina).get(f"/attendance/campuses/{cast.campus}/rules/")
    assert page.one("[name=cut_off]")["value"] == "10:00"
    page.submit(values={"cut_off": "9.15", "threshold": "80", "absent_days": "40"}, status=422)
    page.submit(values={"cut_off": "9.15", "threshold": "80", "absent_days": "2"})
    page = client.get(f"/attendance/campuses/{cast.campus}/rules/")
    assert (page.one("[name=cut_off]")["value"], page.one("[name=threshold]")["value"]) == ("09:15", "80")
