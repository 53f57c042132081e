"""A family prints its slips, anybody checks their codes, and nobody else comes by the paper."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask_babel import force_locale

from app.domain.admissions.services import withdraw_application
from app.domain.admissions.slips.services import issue_slip
from app.domain.admissions.slips.types import Given, Seating, SlipKind
from app.domain.admissions.types import ApplicationView
from app.domain.kernel.access import visitor
from app.domain.kernel.texts import LocalText
from app.domain.limits.rules import LIMITS
from app.domain.limits.types import Allowance, Limit
from app.integrations.pdf import typeset
from app.web.slips import slip_data
from tests.support.applications import decided, sent
from tests.support.cast import Cast
from tests.support.pages import Page, PageClient

SLIPS = "form[action$='/slips']"


def status_page(client: PageClient, application: ApplicationView, lang: str = "bn") -> Page:
    page = client.get(f"/{lang}/admissions/status")
    return page.submit(values={"reference": application.reference, "phone": application.phone})


def printed(page: Page, kind: str) -> tuple[str, bytes]:
    """The address of the slip, and the slip."""
    answer = page.submit(SLIPS, kind=kind, follow=False, status=303)
    there = answer.response.headers["Location"]
    return there, page.client.raw.get(there).get_data()


@pytest.mark.parametrize("lang", ["bn", "ar", "en"])
def test_a_family_prints_its_acknowledgement_and_anybody_checks_it(
    client: PageClient, cast: Cast, lang: str
) -> None:
    application = sent(locale=lang)
    there, pdf = printed(status_page(client, application, lang), "acknowledgement")
    assert pdf.startswith(b"%PDF-") and len(pdf) < 120_000
    answer = client.raw.get(there)
    assert answer.mimetype == "application/pdf" and answer.headers["Cache-Control"] == "no-store"
    assert re.match(
        r"attachment; filename=.*; filename\*=UTF-8''.+\.pdf", answer.headers["Content-Disposition"]
    )
    assert answer.get_data() == pdf
    code = there.rsplit("/", 1)[1]
    anybody = client.as_(None).get(f"/{lang}/check/").submit("main form", code=code.lower())
    assert anybody.all(".note.ok") and (application.reference or "")[5:] in anybody.text
    for secret in (
        application.child_name.in_(lang)[0],
        application.phone or "-",
        application.reference or "-",
    ):
        assert secret not in anybody.text
    withdraw_application(visitor(lang), application.id)
    assert client.get(f"/{lang}/check/", query={"code": code}).all(".note.bad")


def test_the_paper_itself_is_for_whoever_has_shown_that_it_is_theirs(client: PageClient, cast: Cast) -> None:
    application = sent()
    there, _ = printed(status_page(client, application), "acknowledgement")
    client.as_(None)
    assert client.get(there).one("h1").get_text() == client.get("/bn/admissions/status").one("h1").get_text()
    client.post(there.rsplit("/", 1)[0], {"kind": "acknowledgement"}, status=404)
    other = status_page(client, sent(phone="+8801812345679"))
    code = there.rsplit("/", 1)[1]
    assert client.raw.get(f"{other.url}/slips/{code}").status_code == 303
    client.post(f"{other.url}/slips", {"kind": "offer_letter"}, status=404)
    client.post(f"{other.url}/slips", {"kind": "no such"}, status=422)


def test_the_office_prints_in_the_language_of_the_family(client: PageClient, cast: Cast) -> None:
    application = decided(locale="ar")
    page = client.as_(cast.farida).get(f"/admissions/applications/{application.id}")
    there, pdf = printed(page, "offer_letter")
    assert pdf.startswith(b"%PDF-") and b"/Lang(ar)" in pdf.replace(b" ", b"")
    code = there.rsplit("/", 1)[1]
    client.as_(cast.jamil).get(there, status=404)
    assert client.as_(None).get("/en/check/", query={"code": code}).all(".note.ok")


@pytest.mark.parametrize(("lang", "time"), [("bn", "১০:০০"), ("ar", "10:00")])
def test_an_admit_card_says_where_and_when(app: Flask, cast: Cast, lang: str, time: str) -> None:
    application = sent(locale=lang)
    place = LocalText("Hall 2", "হল ২", "القاعة ٢")
    given = Given(Seating(datetime(2026, 12, 4, 4, 0, tzinfo=UTC), place, "B-14"))
    slip = issue_slip(visitor(lang), application, SlipKind.ADMIT_CARD, given)
    with app.test_request_context(), force_locale(lang):
        data = slip_data(application, slip, lang, given)
    card = [fact["text"] for fact in data["card"]]
    assert card[1:] == [time, place.in_(lang)[0], "B-14"]
    assert typeset("slip", data, slip.issued_at).startswith(b"%PDF-")


def test_codes_that_are_none_are_told_and_counted(
    client: PageClient, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit = Allowance(2, LIMITS[Limit.WRONG_SLIP_ADDRESS].window)
    monkeypatch.setattr("app.domain.limits.rules.LIMITS", {**LIMITS, Limit.WRONG_SLIP_ADDRESS: limit})
    monkeypatch.setattr("app.domain.limits.services.LIMITS", {**LIMITS, Limit.WRONG_SLIP_ADDRESS: limit})
    client.get("/en/check/", query={"code": "7K3M"}, status=422)
    client.get("/en/check/", query={"code": "7K3M-Q2RX-W9AB"}, status=404)
    client.get("/en/check/", query={"code": "7K3M-Q2RX-W9AB"}, status=429)
    client.get("/en/check/")
