"""What a repeat visit costs: an answer without a body and almost without headers, as long as nothing changed."""

from __future__ import annotations

import re
from typing import Any

from flask import Flask

from app.web.urls import asset
from tests.support.cast import Cast
from tests.support.pages import PageClient

_TOKEN = re.compile(r'csrf_token" value="([^"]+)"|X-CSRFToken": "([^"]+)"')


def test_an_unchanged_page_is_not_sent_again(client: PageClient, cast: Cast) -> None:
    client.as_(cast.bashir)
    first = client.raw.get("/attendance/registers/")
    again = client.raw.get("/attendance/registers/", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    assert not again.data
    weight = sum(len(name) + len(value) + 4 for name, value in again.headers.items())
    assert weight < 300, dict(again.headers)


def test_no_page_shows_the_bare_token(client: PageClient, cast: Cast) -> None:
    client.as_(cast.bashir)
    page = client.raw.get("/attendance/registers/").get_data(as_text=True)
    tokens = {one or other for one, other in _TOKEN.findall(page)}
    assert len(tokens) == 1, tokens
    assert len(tokens.pop()) == 54


def test_a_token_that_is_none_of_ours_is_refused(client: PageClient, cast: Cast) -> None:
    client.as_(cast.dalia)
    client.get("/account/")
    for token in ("", "x", "=" * 54, "\N{BENGALI DIGIT ONE}" * 54, "A" * 54, "A" * 5000):
        answer = client.raw.post("/account/language", data={"locale": "en", "csrf_token": token})
        assert answer.status_code == 400, token[:20]


def test_the_token_of_the_page_serves_requests_without_a_form(client: PageClient, cast: Cast) -> None:
    client.as_(cast.dalia)
    page = client.raw.get("/account/").get_data(as_text=True)
    found = re.search(r'X-CSRFToken": "([^"]+)"', page)
    assert found
    sent: dict[str, Any] = {"headers": {"X-CSRFToken": found.group(1)}, "data": {"locale": "en"}}
    assert client.raw.post("/account/language", **sent).status_code == 303


def test_assets_carry_no_dead_weight(app: Flask) -> None:
    answer = app.test_client().get(asset("portal.css"), headers={"Accept-Encoding": "br"})
    answer.close()  # it is a file
    assert answer.status_code == 200
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    weight = sum(len(name) + len(value) + 4 for name, value in answer.headers.items())
    assert weight < 520, dict(answer.headers)
