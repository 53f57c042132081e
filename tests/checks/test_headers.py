"""The content policy and its companions stand on every answer of the whole URL map."""

from __future__ import annotations

from datetime import date

from flask import Flask
from sqlalchemy import Connection
from werkzeug.routing import BuildError

from app.web.headers import SECURITY_HEADERS
from tests.support.cast import CAST, Cast
from tests.support.pages import PageClient

_SAMPLE = {"lang": "bn", "token": "x" * 43, "slug": "about", "step": "child"}
_BY_KIND = {"IntegerConverter": 1, "UUIDConverter": CAST.section_7a, "DateConverter": date(2026, 11, 19)}


def urls(app: Flask) -> list[tuple[str, str]]:
    """(method, address) of every route with sample parameters."""
    found = []
    with app.test_request_context():
        adapter = app.url_map.bind("localhost")
        for rule in app.url_map.iter_rules():
            values = {
                name: _BY_KIND.get(type(rule._converters[name]).__name__, _SAMPLE.get(name, "x"))
                for name in rule._converters
            } | dict(rule.defaults or {})
            method = "GET" if "GET" in (rule.methods or ()) else "POST"
            try:
                found.append((method, adapter.build(rule.endpoint, values, method=method)))
            except BuildError as error:
                raise AssertionError(f"give a sample for {rule.rule}") from error
    return found


def test_every_answer_carries_the_content_policy(app: Flask, client: PageClient, cast: Cast) -> None:
    for member in (None, cast.hasan, cast.dalia):
        client.as_(member)
        for method, url in urls(app):
            response = client.raw.open(url, method=method)
            policy = response.headers.get("Content-Security-Policy", "")
            assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'"), (url, policy)
            assert "unsafe" not in policy
            for name, value in SECURITY_HEADERS.items():
                assert response.headers.get(name) == value, (url, name)
            assert response.headers.get("Cache-Control"), url
            assert response.status_code < 500, url
            if response.mimetype.startswith("text/"):
                assert response.mimetype_params.get("charset") == "utf-8", url
            if method == "GET":
                assert "HX-Request-Type" in response.vary, url
            if method == "POST":
                client.as_(member)


def test_made_up_addresses_carry_it_too(app: Flask, connection: Connection) -> None:
    fresh = app.test_client()
    for url in ("/no-such-page", "/bn/no-such-page", "/static/build/none.css"):
        assert "default-src 'none'" in fresh.get(url).headers["Content-Security-Policy"]
