"""Two officers hold a draw on its pages; everybody follows it in three languages and checks it with the program."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
import time
from pathlib import Path
from uuid import UUID

import pytest

from app.domain.academics.types import Shift
from app.domain.admissions.lottery.queries import find_draw
from app.domain.admissions.lottery.services import cancel_draw, fix_list
from app.domain.admissions.lottery.types import DrawState
from app.domain.admissions.models import AdmissionSeatPart
from app.domain.admissions.types import ApplicationView
from app.domain.kernel.texts import LocalText
from app.uow import session
from tests.support.applications import sent
from tests.support.cast import Cast
from tests.support.draws import announced, applicants, draw_now, on_the_day, page_of, ready_for_a_draw
from tests.support.pages import Page, PageClient

BUDGET = 8 * 1024
"""Bytes of a public page as they travel."""


def key_of(page: Page) -> UUID:
    """The draw a page of the office is about."""
    return UUID(page.url.rstrip("/").split("/")[-1])


def test_two_officers_hold_a_draw(client: PageClient, cast: Cast) -> None:
    ready_for_a_draw()
    applicants(30)
    client.as_(cast.farida)
    office = client.get("/admissions/cycles/").follow("Draws")
    page = client.get(str(office.one('a[aria-label="Fix the list of Class Seven"]')["href"]))
    assert "30 applications get a ticket each." in page.text and "Neighbours Q1 16 11" in page.text
    again, page = page, page.submit()
    draw_id = key_of(page)
    assert key_of(again.submit()) == draw_id, "a double click fixes one list"
    answers = {"source-en": "DSEX of 6 December", "known_on-d": "6", "known_on-m": "12", "known_on-y": "2026"}
    past = answers | {"known_on-y": "2020"}
    asked = page.follow("Announce the draw")
    assert any("later day" in each for each in asked.submit(status=422, **past).errors)
    page = asked.submit(**answers)
    assert "You fixed this list" not in page.all(".btn")[-1].get_text()
    assert page.one("button[disabled]") and "somebody else holds the draw" in page.text
    with on_the_day():
        client.as_(cast.amina)
        form = client.get(f"/admissions/draws/{draw_id}").follow("Hold the draw")
        wrong = form.submit(value="5123.45", again="5123.54", status=422)
        assert any("The two values differ" in each for each in wrong.errors)
        values = wrong.values() | {"value": "5123.45", "again": "৫১২৩.৪৫"}
        done = wrong.submit(values=values)
        assert "The draw is held." in done.one("#toasts").get_text()
        assert wrong.submit(values=values).url == done.url, "a double click draws once"
        moved = wrong.submit(value="6000.00", again="6000.00")
        assert "has moved on" in moved.one("#toasts").get_text()
    found = find_draw(draw_id)
    assert found.state is DrawState.DRAWN and found.public_value == "5123.45"


def test_a_draw_is_cancelled_with_a_reason_for_everybody(client: PageClient, cast: Cast) -> None:
    seat = ready_for_a_draw()
    applicants(2)
    draw_id = announced(seat)
    form = client.as_(cast.farida).get(f"/admissions/draws/{draw_id}").follow("Cancel the draw")
    assert form.submit(status=422).errors
    form.submit(**{"reason-en": "A class was forgotten.", "reason-bn": "একটি শ্রেণি বাদ পড়েছিল।"})
    assert "Somebody else" in form.submit(**{"reason-en": "Once more."}, status=409).text
    client.as_(None)
    page = client.get(str(client.get("/bn/draws/").one("main ul.list a")["href"]))
    assert "একটি শ্রেণি বাদ পড়েছিল।" in page.text and str(find_draw(draw_id).secret) in page.text


@pytest.mark.parametrize("lang", ["bn", "ar", "en"])
def test_everybody_reads_how_far_a_draw_is_and_never_a_name(
    client: PageClient, cast: Cast, lang: str
) -> None:
    one, seat = sent(), ready_for_a_draw()
    applicants(20)
    assert not client.get(f"/{lang}/draws/").all("main ul.list")
    gone = fix_list(cast.farida.actor, seat, None)
    fixed, page = find_draw(gone), client.get(f"/{lang}/draws/{gone}", query={"ticket": "no number"})
    assert fixed.list_hash in page.text and fixed.commitment in page.text
    cancel_draw(cast.farida.actor, gone, 1, LocalText("Begun too early."), page_of)
    assert "Begun too early." in client.get(f"/{lang}/draws/{gone}").text
    draw_id = announced(seat)
    page = client.get(f"/{lang}/draws/{draw_id}", query={"ticket": "২১"})
    assert page.one("main [role=status]").get_text(strip=True) and not page.all("code")
    draw_now(draw_id)
    page = client.get(f"/{lang}/draws/{draw_id}", query={"ticket": "২১"})
    opened = find_draw(draw_id)
    assert opened.secret and opened.secret in page.text and "5123.45" in page.text
    for url in (f"/{lang}/draws/", f"/{lang}/draws/{draw_id}", *files_of(lang, draw_id)):
        words = client.raw.get(url).get_data(as_text=True)
        for private in (one.reference, "SA26", "Raiyan", "Child 1", cast.farida.name_en, "1812345678"):
            assert private and private not in words, (url, private)


def files_of(lang: str, draw_id: UUID) -> tuple[str, str]:
    """The addresses of list and result."""
    return f"/{lang}/draws/{draw_id}/list.txt", f"/{lang}/draws/{draw_id}/result.txt"


def test_a_family_finds_its_ticket_on_its_own_page(client: PageClient, cast: Cast) -> None:
    application = sent()
    seat = ready_for_a_draw()
    page = status_of(client, application)
    assert not page.all("#ticket")
    announced(seat)
    page = client.get(page.url)
    assert "Ticket 1" in page.one("section[aria-labelledby=ticket]").get_text()
    public = page.follow("How it is drawn")
    assert "is on the list" in public.one("main [role=status]").get_text()


def test_a_family_that_named_no_shift_finds_a_ticket_for_each(client: PageClient, cast: Cast) -> None:
    application, seat = sent(), ready_for_a_draw(quotas=False)
    session().add_all(AdmissionSeatPart(seat_id=seat, shift=shift, seats=20) for shift in Shift)
    session().commit()
    for shift in Shift:
        fix_list(cast.farida.actor, seat, shift)
    found = status_of(client, application).one("section[aria-labelledby=ticket]")
    assert len(found.select("a")) == 2 and "Morning shift: Ticket 1" in found.get_text(" ", strip=True)


def test_an_editor_reads_which_draw_stands_on_the_seats(client: PageClient, cast: Cast) -> None:
    seat = ready_for_a_draw()
    applicants(1)
    number = find_draw(fix_list(cast.farida.actor, seat, None)).number
    page = client.as_(cast.amina).get(f"/admissions/cycles/{cast.cycle}/classes/{seat}/edit")
    refused = page.submit(**{"parts-0-seats": "41"}, status=422)
    assert f"Draw {number} stands on these seats and quotas. Cancel that draw" in refused.text


def status_of(client: PageClient, application: ApplicationView) -> Page:
    """The family's page, after it has shown reference and phone."""
    form = client.get("/en/admissions/status")
    return form.submit(reference=application.reference, phone=application.phone)


def test_ten_thousand_tickets_are_published_drawn_and_checked(
    client: PageClient, cast: Cast, tmp_path: Path
) -> None:
    seat = ready_for_a_draw()
    applicants(10_000)
    began = time.perf_counter()
    draw_id = announced(seat)
    fixed, began = time.perf_counter() - began, time.perf_counter()
    draw_now(draw_id)
    drawn = time.perf_counter() - began
    page = client.get(f"/bn/draws/{draw_id}", query={"ticket": "৯৯৯৯"})
    wire = client.raw.get(f"/bn/draws/{draw_id}?ticket=9999", headers={"Accept-Encoding": "br"})
    for url in (*files_of("en", draw_id), "/en/draws/check-draw.py"):
        answer = client.raw.get(url)
        name = re.search(r'filename="([^"]+)"', answer.headers["Content-Disposition"])
        assert name
        (tmp_path / name[1]).write_bytes(answer.get_data())
    command = shlex.split(page.one("code").get_text())
    assert command.pop(0) == "python3"
    others = subprocess.run([sys.executable, *command], cwd=tmp_path, capture_output=True, check=True)
    mine = next(tmp_path.glob("*-result.txt")).read_bytes()
    print(
        f"\n10,000 tickets: fixed and announced in {fixed * 1000:.0f} ms, drawn and ranked in {drawn * 1000:.0f} ms;"
        f" page {len(wire.data):,} bytes, list {next(tmp_path.glob('*-list.txt')).stat().st_size:,},"
        f" result {len(mine):,}"
    )
    assert others.stdout == mine and mine.count(b"\n") == 10_007
    assert len(wire.data) <= BUDGET
