"""An officer offers the free seats on the page, and families answer theirs, without script."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, update

from app.domain.accounts.models import User
from app.domain.admissions.models import Application
from app.domain.admissions.offers.services import move_offers
from app.domain.admissions.types import ApplicationStatus
from app.domain.kernel import clock
from app.uow import session
from tests.domain.admissions.test_offers import offer_all
from tests.support.applications import draft, link_to
from tests.support.cast import CAST, Cast
from tests.support.offers import AFTER, MADE, families, give_seats_by_time, status_of
from tests.support.pages import Page, PageClient

FORM = "main form[method=post]"
S = ApplicationStatus


def row_of(key: UUID) -> Application:
    return session().get_one(Application, key)


def status_page(client: PageClient, lang: str, key: UUID) -> Page:
    """The family's page, by reference and phone."""
    row = row_of(key)
    page = client.get(f"/{lang}/admissions/status")
    return page.submit(FORM, {"reference": row.reference or "", "phone": row.phone or ""})


@pytest.mark.parametrize("lang", ["en", "bn"])
def test_an_officer_publishes_the_order_and_offers_the_seats(
    client: PageClient, cast: Cast, lang: str
) -> None:
    keys, seat = families(3), give_seats_by_time(2)
    session().execute(update(User).where(User.id == cast.farida.user_id).values(locale=lang))
    client.as_(cast.farida)
    with clock.stopped_at(MADE):
        page = client.get(f"/admissions/cycles/{CAST.cycle}").client.get(
            f"/admissions/seats/cycles/{CAST.cycle}"
        )
        page = client.get(str(page.all("table a")[1]["href"]))
        assert page.url == f"/admissions/seats/{seat}"
        page = client.get(str(page.one("a[href$=order]")["href"])).submit(FORM)
        question = client.get(str(page.one("a.go[href$=offer]")["href"]))
        assert len(question.all("tbody tr")) == 2
        assert ("27 November 2026" if lang == "en" else "২৭ নভেম্বর ২০২৬") in question.text
        page = question.submit(FORM)
        assert [status_of(key) for key in keys] == [S.OFFERED, S.OFFERED, S.WAITLISTED]
        again = question.submit(FORM)
        assert again.url == page.url, "a second press says that nothing is left"
        assert len(page.all("section:has(#offers) tbody tr")) == 2
        assert len(page.all("section:has(#waiting) tbody tr")) == 1


def test_a_plan_that_is_out_of_date_is_shown_again(client: PageClient, cast: Cast) -> None:
    keys, seat = families(2), give_seats_by_time(1)
    client.as_(cast.farida)
    client.get(f"/admissions/seats/{seat}/order").submit(FORM)
    question = client.get(f"/admissions/seats/{seat}/offer")
    row_of(keys[0]).status = S.REJECTED
    shown = question.submit(FORM, status=409)
    assert row_of(keys[1]).reference in shown.text and "has changed" in shown.text
    shown.submit(FORM)
    assert status_of(keys[1]) is S.OFFERED


def test_who_only_reads_gets_no_button(client: PageClient, cast: Cast) -> None:
    families(2)
    seat = give_seats_by_time(1)
    client.as_(cast.chandra).get(f"/admissions/seats/{seat}", status=403)


@pytest.mark.parametrize("lang", ["bn", "en", "ar"])
def test_a_family_accepts_by_reference_and_phone(client: PageClient, cast: Cast, lang: str) -> None:
    keys, seat = families(2), give_seats_by_time(1)
    with clock.stopped_at(MADE):
        offer_all(seat)
        page = status_page(client, lang, keys[0])
        assert {"bn": "২৭ নভেম্বর", "en": "27 November", "ar": "27 نوفمبر"}[lang] in page.one(
            "section:has(#offer)"
        ).get_text()
        question = client.get(str(page.one("a[href$=accept]")["href"]))
        page = question.submit(FORM)
        assert status_of(keys[0]) is S.ACCEPTED and not page.all("a[href$=accept]")
        again = question.submit(FORM)
        assert again.one("#toasts .toast.ok"), "a double click says the same again"
        waiting = status_page(PageClient(client.app), lang, keys[1])
        assert {"bn": "১", "en": "1", "ar": "1"}[lang] in waiting.one(".note.info").get_text()
        client.get(f"/{lang}/admissions/status/{row_of(keys[0]).reference}/decline")


def test_a_family_declines_and_a_late_one_reads_why_it_cannot_accept(client: PageClient, cast: Cast) -> None:
    keys, seat = families(3), give_seats_by_time(2)
    with clock.stopped_at(MADE):
        offer_all(seat)
        page = status_page(client, "en", keys[0])
        page = client.get(str(page.one("a[href$=decline]")["href"])).submit(FORM)
        assert status_of(keys[0]) is S.WITHDRAWN and "Place declined" in page.text
        late = client.get(str(status_page(client, "en", keys[1]).one("a[href$=accept]")["href"]))
    with clock.stopped_at(AFTER + timedelta(minutes=1)):
        page = late.submit(FORM)
        assert (
            "ended on 27 November 2026" in page.one("#toasts").get_text() and status_of(keys[1]) is S.OFFERED
        )
        assert any("cannot be accepted any more" in each.get_text() for each in page.all(".note.warn"))
        move_offers(link_to)
        assert status_of(keys[1]) is S.EXPIRED and status_of(keys[2]) is S.OFFERED


def test_a_stranger_answers_nothing(client: PageClient, cast: Cast) -> None:
    keys, seat = families(1), give_seats_by_time(1)
    with clock.stopped_at(MADE):
        offer_all(seat)
        for act in ("accept", "decline"):
            address = f"/bn/admissions/status/{row_of(keys[0]).reference}/{act}"
            assert "status?reference" in client.get(address).url
            client.post(address, {})
    assert status_of(keys[0]) is S.OFFERED


def test_the_private_link_of_a_draft_that_has_ended_leads_to_the_door(client: PageClient, cast: Cast) -> None:
    token = draft(papers=False)
    session().scalars(select(Application)).one().status = S.EXPIRED
    session().flush()
    for place in ("", "/child", "/documents", "/review", "/saved"):
        page = client.get(f"/bn/apply/{token}{place}")
        assert page.url == "/bn/admissions/" and page.one("#toasts .toast")
