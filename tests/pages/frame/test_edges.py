"""The edges of an answer: whose name it is given under, where it leads, what it says when all goes wrong."""

from __future__ import annotations

import json
import logging

import pytest
from argon2 import extract_parameters
from argon2.low_level import Type
from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from app.config import Settings
from app.domain.accounts.passwords import hash_password
from tests.checks.test_headers import urls
from tests.support.cast import CAST, PASSWORD, Cast
from tests.support.pages import PageClient

EVIL = "evil.example"
LURES = [
    f"https://{EVIL}/",
    f"//{EVIL}/",
    f"/\\{EVIL}/",
    f"\\\\{EVIL}/",
    f"/\t/{EVIL}/",
    f"https:{EVIL}",
    "javascript:alert(1)",
    "data:text/html,x",
    f"/\r\nLocation: https://{EVIL}/",
]


def _leads_away(answer: object) -> list[str]:
    headers = getattr(answer, "headers", {})
    found = [headers.get(name, "") for name in ("Location", "HX-Redirect", "HX-Location", "Refresh", "Link")]
    return [each for each in found if each and (not each.startswith("/") or each[1:2] in ("/", "\\"))]


def test_no_address_leads_off_the_site_whoever_is_named_in_it(
    app: Flask, client: PageClient, cast: Cast
) -> None:
    names = ("next", "return_to", "url", "back")
    for member in (None, cast.hasan):
        client.as_(member)
        for method, url in urls(app):
            if method != "GET":
                continue
            for headers in ({}, {"HX-Request": "true", "HX-Request-Type": "partial"}):
                answer = client.raw.get(url, query_string=dict.fromkeys(names, LURES[1]), headers=headers)
                assert not _leads_away(answer), (url, _leads_away(answer))
                answer.close()


@pytest.mark.parametrize("lure", LURES)
def test_forms_that_go_on_stay_on_the_site(client: PageClient, cast: Cast, lure: str) -> None:
    sent = {"identifier": cast.bashir.email, "password": PASSWORD}
    for headers in ({}, {"HX-Request": "true", "HX-Request-Type": "partial"}):
        client.as_(None)
        data = {"csrf_token": client.token(), **sent}
        answer = client.raw.post("/en/sign-in", query_string={"next": lure}, data=data, headers=headers)
        assert answer.status_code in {204, 303} and not _leads_away(answer)
        for url, more in (
            ("/account/language", {"locale": "en"}),
            ("/account/confirm", {"proof-password": PASSWORD}),
        ):
            data = {"csrf_token": client.token(), "next": lure, **more}
            answer = client.raw.post(url, data=data, headers=headers)
            assert answer.status_code in {204, 303} and not _leads_away(answer), url


def test_no_answer_repeats_the_name_it_was_asked_under(app: Flask, client: PageClient, cast: Cast) -> None:
    lies = {"X-Forwarded-Host": EVIL, "Forwarded": f"host={EVIL}", "X-Forwarded-Server": EVIL}
    for member in (None, cast.hasan):
        client.as_(member)
        for method, url in urls(app):
            for address in {url, url.rstrip("/") or "/"}:
                answer = client.raw.open(address, method=method, headers=lies)
                assert EVIL not in str(answer.headers), address
                assert answer.is_streamed or EVIL not in answer.get_data(as_text=True), address
                answer.close()
    visitor = FlaskClient(app, app.response_class)
    for _, url in urls(app):
        for address in {url, url.rstrip("/") or "/"}:
            answer = visitor.get(address, base_url=f"http://{EVIL}/")
            assert EVIL not in str(answer.headers), address
            assert EVIL not in answer.get_data(as_text=True), address


def test_no_other_site_may_read_an_answer(app: Flask, client: PageClient, cast: Cast) -> None:
    asks = {"Origin": f"https://{EVIL}", "Access-Control-Request-Method": "POST"}
    for member in (None, cast.hasan):
        client.as_(member)
        for method, url in [*urls(app), ("OPTIONS", "/account/"), ("OPTIONS", "/en/sign-in")]:
            answer = client.raw.open(url, method=method, headers=asks)
            assert not [name for name, _ in answer.headers if name.startswith("Access-Control")], url
            answer.close()


def test_odd_methods_are_refused(client: PageClient) -> None:
    for method in ("TRACE", "PUT", "DELETE", "PATCH", "CONNECT", "DEBUG"):
        answer = client.raw.open("/en/sign-in", method=method, headers={"X-Echo": "canary"})
        assert answer.status_code in {400, 405} and "canary" not in answer.get_data(as_text=True)


def test_what_lies_beside_the_application_is_not_served(client: PageClient) -> None:
    for path in (
        "/.git/config",
        "/.env",
        "/.venv/",
        "/wsgi.py",
        "/app/config.py",
        "/static/",
        "/static/build/",
        "/static/../wsgi.py",
        "/static/build/..%2f..%2f..%2fwsgi.py",
        "/docs/",
        "/debug",
        "/console",
        "/server-status",
        "/var/",
        "/stored-files/",
    ):
        assert client.raw.get(path).status_code in {308, 400, 404}, path
    assert client.raw.get("/metrics", headers={"X-Forwarded-For": "203.0.113.9"}).status_code == 404
    assert client.raw.get("/metrics", base_url=f"http://{EVIL}/").status_code == 404


# --- an installation with TLS


@pytest.fixture
def secure(app: Flask, cast: Cast) -> Flask:
    """The application as it is configured behind TLS."""
    settings: Settings = app.config["SETTINGS"].model_copy(update={"base_url": "https://school.example"})
    return create_app(settings)


def test_behind_tls_every_answer_binds_the_browser_to_it(secure: Flask) -> None:
    visitor = FlaskClient(secure, secure.response_class)
    for url in ("/en/sign-in", "/no-such-page", "/home/", "/static/build/none.css", "/readyz", "/healthz"):
        for method in ("GET", "POST", "PUT"):
            answer = visitor.open(url, method=method, base_url="https://school.example/")
            policy = answer.headers["Strict-Transport-Security"]
            assert policy == "max-age=63072000; includeSubDomains; preload", (url, method)
            assert "upgrade-insecure-requests" in answer.headers["Content-Security-Policy"]


def test_behind_tls_cookies_belong_to_this_host_alone(secure: Flask) -> None:
    visitor = FlaskClient(secure, secure.response_class)
    answer = visitor.get("/en/sign-in", base_url="https://school.example/")
    cookies = answer.headers.getlist("Set-Cookie")
    assert cookies
    for cookie in cookies:
        name, _, attributes = cookie.partition("=")
        assert name.startswith(("__Host-", "__Secure-"))
        assert {"Secure", "HttpOnly", "SameSite=Lax"} <= {part.strip() for part in attributes.split(";")}
        assert "Domain" not in attributes
        assert "Path=/" in attributes


# --- when all goes wrong


def test_a_fault_tells_the_reader_nothing_of_the_code(
    real_app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    real_app.config.update(TESTING=False, PROPAGATE_EXCEPTIONS=False)

    def broken(**_: object) -> str:
        raise RuntimeError("the password is kash-phool")

    real_app.view_functions["site.home"] = broken
    broken.access = "public"  # type: ignore[attr-defined]  # as @public leaves it
    with caplog.at_level(logging.ERROR):
        answer = FlaskClient(real_app, real_app.response_class).get("/en/")
    said = answer.get_data(as_text=True)
    assert answer.status_code == 500 and "Something went wrong on our side" in said
    for word in ("Traceback", "RuntimeError", "kash-phool", ".py", "File "):
        assert word not in said
    code = next(getattr(line, "support_code", None) for line in caplog.records if line.exc_info)
    assert code and code in said


# --- keys and passwords


def test_signing_out_empties_what_the_browser_kept(client: PageClient, cast: Cast) -> None:
    answer = client.as_(cast.dalia).post("/sign-out", {}, status=303, follow=False).response
    assert answer.headers["Clear-Site-Data"] == '"cache"'
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_changed_secret_key_signs_nobody_out_while_the_old_one_is_named(
    real_app: Flask,
) -> None:
    settings: Settings = real_app.config["SETTINGS"]
    client = PageClient(real_app)
    with real_app.app_context():
        client.as_(CAST.bashir).get("/account/")
        form = {"csrf_token": client.token(), "locale": "en"}
    cookie = client.raw.get_cookie("sa")
    assert cookie is not None
    for fallbacks, status in (((settings.secret_key,), 200), ((), 303)):
        changed = {"secret_key": "another-key-" + "y" * 32, "secret_key_fallbacks": fallbacks}
        other = create_app(settings.model_copy(update=changed))
        browser = FlaskClient(other, other.response_class)
        browser.set_cookie("sa", cookie.value)
        assert browser.get("/account/").status_code == status
        if status == 200:
            assert browser.post("/account/language", data=form).status_code == 303


def test_passwords_are_hashed_as_slowly_as_they_should(slow_hashes: None) -> None:
    found = extract_parameters(hash_password("a quite uncommon sentence"))
    assert found.type is Type.ID
    assert found.memory_cost >= 19 * 1024 and found.time_cost >= 2 and found.parallelism >= 1


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_form_that_another_site_sends_is_refused_with_the_right_token(
    client: PageClient, cast: Cast, site: str
) -> None:
    client.as_(cast.bashir)
    sent = {"csrf_token": client.token(), "locale": "en"}
    answer = client.raw.post("/account/language", data=sent, headers={"Sec-Fetch-Site": site})
    assert answer.status_code == 400
    for own in ("same-origin", "none"):
        answer = client.raw.post("/account/language", data=sent, headers={"Sec-Fetch-Site": own})
        assert answer.status_code == 303
    assert client.raw.get("/account/", headers={"Sec-Fetch-Site": site}).status_code == 200


def test_htmx_asks_this_site_alone_and_writes_no_style(client: PageClient, cast: Cast) -> None:
    settings = json.loads(
        str(client.as_(cast.bashir).get("/account/").one("meta[name=htmx-config]")["content"])
    )
    assert settings["mode"] == "same-origin"
    assert settings["includeIndicatorCSS"] is False
