"""The page about oneself: language, roles, devices."""

from __future__ import annotations

from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from app.domain.accounts.models import Session, User
from app.uow import session
from tests.support.cast import Cast
from tests.support.pages import PageClient


@pytest.mark.parametrize("who", ["amina", "bashir", "chandra", "dalia", "farida", "hasan", "ishrat", "rafi"])
def test_everybody_has_a_page_about_themselves(cast: Cast, client: PageClient, who: str) -> None:
    page = client.as_(getattr(cast, who)).get("/account/")
    member = getattr(cast, who)
    assert (member.name_en if member.locale == "en" else member.name_bn) in page.text


def test_a_visitor_is_asked_to_sign_in(cast: Cast, client: PageClient) -> None:
    client.as_(None).get("/account/", status=303, follow=False)


@pytest.mark.parametrize(("locale", "direction"), [("bn", "ltr"), ("en", "ltr"), ("ar", "rtl")])
def test_language_is_switched_without_script_and_remembered(
    cast: Cast, app: Flask, client: PageClient, locale: str, direction: str
) -> None:
    page = client.as_(cast.bashir).get("/account/")
    form = page.one("main form[action='/account/language']")
    assert form.select(f"button[name=locale][value={locale}]")
    page = page.submit("main form[action='/account/language']", locale=locale)
    assert page.url == "/account/"
    assert (page.one("html")["lang"], page.one("html")["dir"]) == (locale, direction)
    # On another device, too.
    assert PageClient(app).as_(cast.bashir).get("/account/").one("html")["lang"] == locale
    assert session().scalar(select(User.locale).where(User.id == cast.bashir.user_id)) == locale


@pytest.mark.parametrize("locale", ["", "fr", "bn'--", ["bn", "en"]])
def test_unknown_language_changes_nothing(cast: Cast, client: PageClient, locale: object) -> None:
    client.as_(cast.bashir).post("/account/language", {"locale": locale}, status=400)
    assert session().scalar(select(User.locale).where(User.id == cast.bashir.user_id)) == "en"


def test_language_switch_never_leads_off_the_site(cast: Cast, client: PageClient) -> None:
    page = client.as_(cast.bashir).post(
        "/account/language", {"locale": "en", "next": "//evil.example"}, status=303, follow=False
    )
    assert page.response.headers["Location"] == "/home/"


def test_other_devices_are_listed_and_signed_out_together(cast: Cast, app: Flask) -> None:
    here, phone, tablet = (PageClient(app).as_(cast.bashir) for _ in range(3))
    page = here.get("/account/")
    assert len(page.all("#devices + ul > li")) == 3
    assert page.text.count("This device") == 1
    page = page.submit("form[action='/account/devices/sign-out-others']")
    assert "Signed out on 2 devices." in page.text
    assert len(page.all("#devices + ul > li")) == 1
    phone.get("/home/", status=303, follow=False)
    tablet.get("/home/", status=303, follow=False)


def test_one_device_is_signed_out_by_itself(cast: Cast, app: Flask) -> None:
    here, phone = PageClient(app).as_(cast.bashir), PageClient(app).as_(cast.bashir)
    page = here.get("/account/")
    action = next(
        f["action"]
        for f in page.all("main form")
        if "/sign-out" in f["action"] and "others" not in f["action"]
    )
    here.post(str(action), {})
    phone.get("/home/", status=303, follow=False)
    here.get("/home/")
    here.post(str(action), {}, status=404)


def test_device_of_somebody_else_does_not_exist(cast: Cast, app: Flask, client: PageClient) -> None:
    other = PageClient(app).as_(cast.amina)
    theirs = session().scalar(select(Session.id).where(Session.user_id == cast.amina.user_id))
    client.as_(cast.bashir).post(f"/account/devices/{theirs}/sign-out", {}, status=404)
    client.post(f"/account/devices/{uuid4()}/sign-out", {}, status=404)
    other.get("/home/")


def test_a_form_without_token_is_refused_in_the_readers_language(cast: Cast, client: PageClient) -> None:
    client.as_(cast.dalia)
    answer = client.raw.post("/account/language", data={"locale": "en"})
    assert answer.status_code == 400 and 'lang="bn"' in answer.get_data(as_text=True)
    assert session().scalar(select(User.locale).where(User.id == cast.dalia.user_id)) == "bn"


def test_a_bare_request_of_a_script_passes_with_the_header(cast: Cast, client: PageClient) -> None:
    client.as_(cast.dalia)
    headers = {"HX-Request": "true", "HX-Request-Type": "partial", "X-CSRFToken": client.token()}
    answer = client.raw.post("/account/language", data={"locale": "en"}, headers=headers)
    assert answer.status_code == 204 and answer.headers["HX-Redirect"] == "/home/"
