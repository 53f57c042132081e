"""At night a phone rings for a code and for nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from app.domain.kernel import clock
from app.domain.kernel.dates import DHAKA
from app.domain.outbox.models import OutboxMessage
from app.domain.outbox.rules import AT_ONCE, leaves_at
from app.domain.outbox.services import deliver, list_due, retry_message, sweep, write_mail, write_sms
from app.domain.outbox.types import Channel, MessageStatus
from app.uow import session, transaction
from tests.support.cast import Cast
from tests.support.pages import PageClient

NIGHT = datetime(2098, 5, 3, 22, 30, tzinfo=DHAKA)
"""A night that is still to come by the clock of the database, which says what is due."""
MORNING = datetime(2098, 5, 4, 9, 0, tzinfo=DHAKA)
DAYS = st.datetimes(datetime(2020, 1, 1), datetime(2090, 1, 1)).map(lambda at: at.replace(tzinfo=UTC))


@pytest.fixture
def quiet(app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    settings = app.config["SETTINGS"]
    monkeypatch.setitem(
        app.config, "SETTINGS", settings.model_copy(update={"sms_quiet_from": 21, "sms_quiet_until": 9})
    )
    with clock.stopped_at(NIGHT):
        yield


@pytest.mark.parametrize(
    ("at", "leaves"),
    [
        ("2026-05-03 20:59:59", "2026-05-03 20:59:59"),
        ("2026-05-03 21:00:00", "2026-05-04 09:00:00"),
        ("2026-05-03 23:59:59", "2026-05-04 09:00:00"),
        ("2026-05-04 00:00:00", "2026-05-04 09:00:00"),
        ("2026-05-04 08:59:59", "2026-05-04 09:00:00"),
        ("2026-05-04 09:00:00", "2026-05-04 09:00:00"),
    ],
)
def test_the_quiet_hours_are_those_of_the_schools_clock(at: str, leaves: str) -> None:
    moment, wanted = (datetime.fromisoformat(text).replace(tzinfo=DHAKA) for text in (at, leaves))
    assert leaves_at(Channel.SMS, "application.offered", moment.astimezone(UTC), 21, 9) == wanted


@given(DAYS, st.integers(0, 23), st.integers(0, 23))
def test_a_text_leaves_within_a_day_and_never_in_the_quiet_hours(at: datetime, begin: int, end: int) -> None:
    leaves = leaves_at(Channel.SMS, "application.offered", at, begin, end)
    assert at <= leaves < at + timedelta(days=1)
    assert leaves_at(Channel.SMS, "application.offered", leaves, begin, end) == leaves
    for kind in AT_ONCE:
        assert leaves_at(Channel.SMS, kind, at, begin, end) == at
    assert leaves_at(Channel.MAIL, "application.offered", at, begin, end) == at


def test_at_night_a_text_waits_for_the_morning_and_a_code_and_a_mail_do_not(quiet: None) -> None:
    text = write_sms("application.offered", "01712345678", "bn", "x")
    code = write_sms("phone_code", "01712345678", "bn", "x")
    mail = write_mail("application.offered", "a@family.example", "bn", "x", "x")
    assert set(list_due()) == {code, mail}
    assert not deliver(text)
    assert session().get_one(OutboxMessage, text).next_attempt_at == MORNING
    with clock.stopped_at(MORNING):
        with transaction() as db:
            db.execute(update(OutboxMessage).values(next_attempt_at=datetime.now(UTC) - timedelta(seconds=1)))
        assert sweep() == 3


def test_what_no_worker_took_in_the_evening_waits_for_the_morning(quiet: None) -> None:
    with clock.stopped_at(NIGHT - timedelta(hours=2)):
        text = write_sms("application.offered", "01712345678", "bn", "x")
        lost = write_sms("application.offered", "01712345679", "bn", "x")
        code = write_sms("phone_code", "01712345678", "bn", "x")
    a_while_ago = datetime.now(UTC) - timedelta(minutes=5)
    with transaction() as db:  # a worker that died with it
        db.execute(
            update(OutboxMessage)
            .where(OutboxMessage.id == lost)
            .values(status=MessageStatus.SENDING, leased_until=a_while_ago, attempts=1)
        )
    assert set(list_due()) == {text, lost, code}
    assert sweep() == 1
    session().expire_all()
    for key in (text, lost):
        row = session().get_one(OutboxMessage, key)
        assert (row.status, row.next_attempt_at) == (MessageStatus.PENDING, MORNING)
    assert session().get_one(OutboxMessage, code).status is MessageStatus.SENT
    assert list_due() == [], "and nothing is late by the figures of the metrics"


def test_a_text_that_somebody_sets_free_at_night_waits_too(quiet: None, cast: Cast) -> None:
    text = write_sms("application.offered", "01712345678", "bn", "x")
    with transaction() as db:
        db.execute(update(OutboxMessage).values(status=MessageStatus.FAILED))
    retry_message(cast.hasan.actor, text)
    session().expire_all()
    assert session().get_one(OutboxMessage, text).next_attempt_at == MORNING


def test_the_page_says_when_it_leaves(quiet: None, cast: Cast, client: PageClient) -> None:
    write_sms("application.offered", "01712345678", "bn", "x")
    page = client.as_(cast.hasan).get("/jobs/?state=pending")
    assert "4 May 2098" in page.text and "9:00" in page.text
