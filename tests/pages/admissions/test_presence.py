"""Two officers on one application are told of each other, and a page that asks by itself keeps no session awake."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from app.domain.accounts.models import Session
from app.domain.admissions.types import ApplicationView
from app.domain.kernel import clock
from app.uow import session
from tests.support.applications import sent
from tests.support.cast import Cast
from tests.support.pages import PageClient

NOON = datetime(2026, 11, 22, 4, 41, tzinfo=UTC)


@pytest.fixture
def application(cast: Cast) -> Iterator[ApplicationView]:
    """Sent, and looked at from 10:41 on."""
    with clock.stopped_at(NOON):
        yield sent()


def record(application: ApplicationView) -> str:
    return f"/admissions/applications/{application.id}"


def poll(client: PageClient, application: ApplicationView, was: str | None = None) -> tuple[int, str]:
    query = {} if was is None else {"was": was}
    answer = client.raw.get(f"{record(application)}/presence", query_string=query)
    return answer.status_code, answer.get_data(as_text=True)


def test_both_are_told_until_one_has_gone(app: Flask, cast: Cast, application: ApplicationView) -> None:
    farida, amina = PageClient(app).as_(cast.farida), PageClient(app).as_(cast.amina)
    assert "Farida" not in farida.get(record(application)).one("#presence").get_text()
    told = amina.get(record(application)).one("#presence")
    assert "Farida Yasmin has had this application open since 10:41." in told.get_text()
    status, part = poll(farida, application, was="")
    assert status == 200 and "Amina Rahman" in part and len(part) < 1500
    mark = amina_mark(part)
    assert poll(farida, application, was=mark) == (204, "")
    with clock.stopped_at(NOON + timedelta(seconds=100)):
        status, part = poll(farida, application, was=mark)
        assert status == 200 and "Amina" not in part
    assert poll(PageClient(app).as_(cast.jamil), application)[0] == 404


def amina_mark(part: str) -> str:
    return part.partition("was=")[2].partition('"')[0]


def test_a_page_that_asks_by_itself_keeps_no_session_awake(
    app: Flask, cast: Cast, application: ApplicationView
) -> None:
    farida = PageClient(app).as_(cast.farida)
    row = session().scalars(select(Session).where(Session.user_id == cast.farida.user_id)).first()
    assert row is not None
    long_ago = row.last_seen_at - timedelta(minutes=9)
    row.last_seen_at = long_ago
    session().commit()
    poll(farida, application)
    session().refresh(row)
    assert row.last_seen_at == long_ago
    farida.get(record(application))
    session().refresh(row)
    assert row.last_seen_at > long_ago


def test_without_redis_the_record_is_shown_and_nobody_is_seen(
    app: Flask, cast: Cast, application: ApplicationView, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "REDIS_URL", "redis://127.0.0.1:1/0")
    for member in (cast.farida, cast.amina):
        page = PageClient(app).as_(member).get(record(application))
        assert page.all("#presence .note") == []
