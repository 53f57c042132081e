"""What every page does, whatever it is about: parts, redirects, errors, tags, tokens, languages."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl

import pytest
from flask import Flask
from sqlalchemy import select

from app import create_app
from app.domain.audit.models import AuditEntry
from app.uow import session
from tests.support.cast import PASSWORD, Cast
from tests.support.pages import PARTIAL, PageClient

_TOKEN = re.compile(r'name="csrf_token" value="([\w-]{54})"')


def test_a_redirect_of_a_partial_request_moves_the_whole_page(client: PageClient, cast: Cast) -> None:
    answer = client.raw.get("/home/", headers=PARTIAL)
    assert answer.status_code == 204
    assert answer.headers["HX-Redirect"].startswith("/bn/sign-in?next=")
    assert "Location" not in answer.headers


def test_an_error_of_a_partial_request_goes_to_the_message_region(client: PageClient, cast: Cast) -> None:
    answer = client.as_(cast.dalia).raw.get("/no-such-page", headers=PARTIAL)
    assert answer.status_code == 404
    assert answer.headers["HX-Retarget"] == "#page-message"
    assert "<html" not in answer.get_data(as_text=True)


def test_a_history_restore_gets_the_whole_page(client: PageClient, cast: Cast) -> None:
    answer = client.as_(cast.hasan).raw.get("/account/", headers={"HX-Request-Type": "full"})
    assert "<html" in answer.get_data(as_text=True)
    assert "HX-Request-Type" in answer.headers["Vary"]


@pytest.mark.parametrize(
    ("lang", "words"),
    [("bn", "bn"), ("en", "We cannot find this page"), ("ar", "ar")],
    ids=["bn", "en", "ar"],
)
def test_a_lost_page_speaks_the_language_of_its_address(client: PageClient, lang: str, words: str) -> None:
    page = client.get(f"/{lang}/no-such-page", status=404)
    assert page.one("html")["lang"] == lang
    assert page.one("html")["dir"] == ("rtl" if lang == "ar" else "ltr")
    if lang == "en":
        assert words in page.text


def test_a_request_without_token_is_told_so_and_nothing_happens(client: PageClient, cast: Cast) -> None:
    client.as_(cast.dalia)
    answer = client.raw.post("/account/language", data={"locale": "en"})
    assert answer.status_code == 400
    assert 'lang="bn"' in client.raw.get("/account/").get_data(as_text=True)


def test_a_bare_button_sends_its_token_in_a_header(client: PageClient, cast: Cast) -> None:
    client.as_(cast.hasan)
    sent = client.raw.post(
        "/account/language", data={"locale": "en"}, headers={"X-CSRFToken": client.token()}
    )
    assert sent.status_code == 303


def test_the_token_looks_different_in_every_answer(client: PageClient) -> None:
    first, second = (_TOKEN.search(client.raw.get("/en/sign-in").get_data(as_text=True)) for _ in range(2))
    assert first is not None and second is not None
    assert first[1] != second[1]


@pytest.mark.parametrize("forged", ["", "zz", "00", "ff" * 40, "00" * 91])
def test_a_forged_token_is_refused(client: PageClient, cast: Cast, forged: str) -> None:
    client.as_(cast.hasan)
    assert (
        client.raw.post("/account/language", data={"locale": "en", "csrf_token": forged}).status_code == 400
    )


def test_signing_in_gives_a_new_session(app: Flask, client: PageClient, cast: Cast) -> None:
    client.get("/en/sign-in")
    before = client.raw.get_cookie("sa")
    page = client.get("/en/sign-in").submit(
        "main form", identifier="01711000001", password="kash-phool-2026", status=200
    )
    after = client.raw.get_cookie("sa")
    assert before is not None and after is not None and before.value != after.value
    assert page.status == 200


def test_a_public_page_sets_no_cookie(client: PageClient) -> None:
    assert "Set-Cookie" not in client.raw.get("/en/").headers


@pytest.mark.parametrize(
    ("asked", "given"),
    [("ar,en;q=0.5", "/ar/"), ("bn-BD", "/bn/"), ("de,fr", "/bn/"), ("en-GB", "/en/"), ("", "/bn/")],
)
def test_the_door_opens_in_the_readers_language(client: PageClient, asked: str, given: str) -> None:
    answer = client.raw.get("/", headers={"Accept-Language": asked})
    assert answer.headers["Location"] == given


def test_too_large_a_request_is_said_kindly(client: PageClient, cast: Cast) -> None:
    client.as_(cast.hasan)
    answer = client.raw.post("/account/language", data={"locale": "x" * (13 * 1024 * 1024)})
    assert answer.status_code == 413
    assert "<html" in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    "query",
    [
        "lang=bn",
        "endpoint=site.root",
        "_method=FOO",
        "_external=1",
        "_scheme=javascript&_external=1&x=%0aalert(1)",
        "_anchor=x",
        "page=2&page=3",
    ],
)
def test_what_stands_behind_the_question_mark_stays_there(client: PageClient, query: str) -> None:
    page = client.get(f"/en/notices/?{query}")
    for link in page.all("a[hreflang]"):
        path, _, kept = str(link["href"]).partition("?")
        assert path == f"/{link['lang']}/notices/"
        assert parse_qsl(kept) == parse_qsl(query)


@pytest.mark.parametrize("place", ["notices/a%00b", "pages/a%00b", "apply/a%00b", "password/a%00b"])
def test_an_address_with_a_nul_does_not_exist(client: PageClient, place: str) -> None:
    client.get(f"/en/{place}", status=404)


@pytest.mark.parametrize("month", ["0001-01", "1899-12", "2101-01", "9999-12"])
def test_a_month_no_school_has_does_not_exist(client: PageClient, cast: Cast, month: str) -> None:
    client.as_(cast.hasan).get(f"/attendance/registers/{cast.section_7a}/month/?month={month}", status=404)
    client.as_(cast.dalia).get(f"/family/{cast.rafi_student}/?month={month}", status=404)
    client.as_(cast.rafi).get(f"/my-record/?month={month}", status=404)


@pytest.mark.parametrize("month", ["1900-01", "2100-12"])
def test_the_first_and_last_month_open(client: PageClient, cast: Cast, month: str) -> None:
    client.as_(cast.hasan).get(f"/attendance/registers/{cast.section_7a}/month/?month={month}")
    client.as_(cast.dalia).get(f"/family/{cast.rafi_student}/?month={month}")


@pytest.mark.parametrize(
    ("reported", "kept"),
    [
        ("", None),
        ("unknown", None),
        ("10.0.0.7", "10.0.0.7"),
        ("fe80::1%eth0", "fe80::1"),
        ("1.2.3.4:99", None),
    ],
)
def test_signing_in_works_wherever_the_reader_seems_to_be(
    client: PageClient, cast: Cast, reported: str, kept: str | None
) -> None:
    answer = client.raw.post(
        "/en/sign-in",
        data={"identifier": cast.hasan.email, "password": PASSWORD, "csrf_token": client.token()},
        environ_overrides={"REMOTE_ADDR": reported},
    )
    assert answer.status_code == 303
    newest = select(AuditEntry.ip_address).where(AuditEntry.action == "session.opened")
    assert session().scalars(newest.order_by(AuditEntry.at.desc(), AuditEntry.id.desc())).first() == kept


@pytest.mark.parametrize("page", ["/en/", "/home/", "/students/"])
@pytest.mark.parametrize("headers", [{}, PARTIAL], ids=["whole", "part"])
def test_a_database_that_is_away_is_a_page_for_readers_who_are_signed_in_too(
    app: Flask, page: str, headers: dict[str, str]
) -> None:
    settings = app.config["SETTINGS"].model_copy(
        update={"sa_env": "demo", "database_url": "postgresql+psycopg2://nobody@127.0.0.1:9/nothing"}
    )
    browser = create_app(settings).test_client()
    with browser.session_transaction() as kept:
        kept["_user_id"] = "token"
    answer = browser.get(page, headers=headers)
    assert answer.status_code == 503 and answer.headers["Retry-After"]
    assert "Content-Security-Policy" in answer.headers
    assert browser.get("/en/no-such-page", headers=headers).status_code == 404
    with browser.session_transaction() as kept:
        assert kept["_user_id"] == "token"


@pytest.mark.parametrize("page", ["/en/notices/", "/en/notices/?page=9", "/site/notices/", "/site/pages/"])
def test_lists_answer_in_part(client: PageClient, cast: Cast, page: str) -> None:
    answer = client.as_(cast.hasan).partial(page)
    assert answer.status_code == 200
    assert 'id="results"' in answer.get_data(as_text=True)
