"""More people at once than the process has connections to the database: all are served, or told when to come again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import PoolProxiedConnection, QueuePool

from app import create_app, factory
from app.extensions import cache, db
from tests.conftest import Services, clone_database, make_settings
from tests.support.cast import CAST, PASSWORD, Member
from tests.support.pages import Browser, PageClient

AT_ONCE = 24
MakeApp = Callable[[int, float], Flask]


@pytest.fixture
def with_pool(
    services: Services, template: str, tmp_path: Path, worker_id: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[MakeApp]:
    """Makes an application with so many connections and no more, that waits so many seconds for one."""
    made: list[Flask] = []
    usual = factory._flask_config

    def make(connections: int, wait: float) -> Flask:
        def small(settings: Any) -> dict[str, Any]:
            config: dict[str, Any] = usual(settings)
            config["SQLALCHEMY_ENGINE_OPTIONS"] |= {
                "pool_size": connections,
                "max_overflow": 0,
                "pool_timeout": wait,
            }
            return config

        monkeypatch.setattr(factory, "_flask_config", small)
        url = clone_database(services.database_url, f"sa_pool_{worker_id}")
        app = create_app(make_settings(services, url, tmp_path, worker_id))
        app.test_client_class = Browser
        made.append(app)
        return app

    yield make
    for app in made:
        with app.app_context():
            db.session.remove()
            db.engine.dispose()


def enter(app: Flask, member: Member, together: Barrier) -> tuple[int, str | None]:
    browser = PageClient(app)
    page = browser.get("/en/sign-in")
    together.wait(60)
    sent = page.submit(
        values={"identifier": member.email or member.phone, "password": PASSWORD}, follow=False
    )
    return sent.status, sent.response.headers.get("Retry-After")


def at_once(app: Flask) -> list[tuple[int, str | None]]:
    people = [member for member in CAST.staff if member.email]
    together = Barrier(AT_ONCE)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        sent = [pool.submit(enter, app, people[number % len(people)], together) for number in range(AT_ONCE)]
        return [each.result() for each in sent]


def test_nobody_who_signs_in_waits_for_a_second_connection_while_holding_one(with_pool: MakeApp) -> None:
    assert at_once(with_pool(2, 30)) == [(303, None)] * AT_ONCE


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", "We are busy for a moment"),
        ("bn", "এই মুহূর্তে আমরা একটু ব্যস্ত"),
        ("ar", "نحن مشغولون للحظة"),
    ],
)
def test_who_gets_no_connection_in_time_is_told_when_to_come_again(
    with_pool: MakeApp, monkeypatch: pytest.MonkeyPatch, lang: str, words: str
) -> None:
    app = with_pool(2, 0.2)
    stranger, member = PageClient(app), PageClient(app)
    with app.app_context():
        member.as_(CAST.bashir)
        db.session.remove()
    sign_in = stranger.get(f"/{lang}/sign-in")
    with app.app_context():
        cache.clear()  # the page that says so asks for nothing, so nobody waits twice
        pool = db.engine.pool
    assert isinstance(pool, QueuePool)
    waited = []
    connect = pool.connect

    def counted() -> PoolProxiedConnection:
        try:
            return connect()
        except PoolTimeout:
            waited.append("busy")
            raise

    monkeypatch.setattr(pool, "connect", counted)
    with ExitStack() as held:
        for _ in range(2):
            held.callback(connect().close)
        answers = [
            sign_in.submit(values={"identifier": "somebody@example.com", "password": "x"}, follow=False),
            stranger.get(f"/{lang}/", status=503),
            member.get("/home/", status=503),
        ]
        for answer in answers:
            assert (answer.status, answer.response.headers["Retry-After"]) == (503, "10")
            assert "text/html" in answer.response.content_type
        assert words in answers[0].text
        assert waited.count("busy") == len(answers)
    assert stranger.get(f"/{lang}/").status == 200 and member.get("/home/").status == 200
