"""A form that creates something, sent twice: one row, one answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from datetime import timedelta
from threading import Barrier
from typing import Any

import psycopg2
import pytest
from flask import Flask
from sqlalchemy import func, select, update

from app.domain.accounts.models import Session
from app.domain.admissions.models import ApplicationEvent
from app.domain.admissions.types import EventKind
from app.domain.audit.models import AuditEntry
from app.domain.cms.models import Notice
from app.domain.idempotency.models import IdempotencyKey
from app.domain.idempotency.services import sweep_keys
from app.domain.idempotency.types import KeyState
from app.extensions import db
from app.jobs.idempotency import sweep
from app.uow import session, transaction
from tests.support.applications import sent
from tests.support.cast import CAST, Cast
from tests.support.pages import PageClient

NEW = "/site/notices/new"


def form_of(client: PageClient, **typed: str) -> dict[str, Any]:
    """The form of a new notice, filled in."""
    return (
        client.get(NEW).values("#write")
        | {"title_en": "Sports day", "content_en": "Everybody comes.", "act": "save"}
        | typed
    )


def notices() -> int:
    return session().scalar(select(func.count()).select_from(Notice)) or 0


@pytest.fixture
def editor(cast: Cast, client: PageClient) -> PageClient:
    return client.as_(cast.ishrat)


def test_two_clicks_make_one_notice_and_both_are_led_to_it(editor: PageClient) -> None:
    before, sent = notices(), form_of(editor)
    first = editor.post(NEW, sent, status=303, follow=False).response.headers["Location"]
    again = editor.post(NEW, sent, status=303, follow=False).response.headers["Location"]
    assert first == again
    assert notices() == before + 1
    assert "Saved." in editor.get(first).text


def test_a_form_that_was_filled_in_for_long_is_answered_like_any_other(editor: PageClient) -> None:
    """That the device is in use again is written down after the answer, and is no part of the act."""
    sent = form_of(editor)
    with transaction() as connection:
        connection.execute(update(Session).values(last_seen_at=func.now() - timedelta(minutes=10)))
    before = notices()
    editor.post(NEW, sent, status=303, follow=False)
    assert notices() == before + 1


def test_what_the_first_answer_said_is_said_to_whom_it_did_not_reach(editor: PageClient) -> None:
    sent = form_of(editor)
    with editor.raw.session_transaction() as kept:
        before = dict(kept)
    first = editor.post(NEW, sent, status=303, follow=False)
    with editor.raw.session_transaction() as kept:
        kept.clear()
        kept.update(before)  # the line broke: this cookie never came
    assert "Saved." in editor.post(NEW, sent).text
    assert first.status == 303


def test_a_resend_by_htmx_leads_to_the_first_answer(editor: PageClient) -> None:
    before, sent = notices(), form_of(editor)
    first = editor.partial(NEW, data=sent)
    again = editor.partial(NEW, data=sent)
    assert (first.status_code, again.status_code) == (204, 204)
    assert first.headers["HX-Redirect"] == again.headers["HX-Redirect"]
    assert notices() == before + 1


def test_the_same_key_with_other_words_is_refused(editor: PageClient) -> None:
    before, sent = notices(), form_of(editor)
    editor.post(NEW, sent)
    page = editor.post(NEW, sent | {"title_en": "Another day"}, status=422)
    assert "This form was sent before with other answers." in page.text
    assert notices() == before + 1


def test_the_same_words_with_a_new_key_are_a_second_notice(editor: PageClient) -> None:
    before = notices()
    assert form_of(editor)["once"] != form_of(editor)["once"]
    editor.post(NEW, form_of(editor))
    editor.post(NEW, form_of(editor))
    assert notices() == before + 2


def test_a_refused_form_may_be_mended_and_sent_with_the_key_it_has(editor: PageClient) -> None:
    before, sent = notices(), form_of(editor, title_en="<b>")
    editor.post(NEW, sent, status=422)
    editor.post(NEW, sent | {"title_en": "Sports day"}, status=303, follow=False)
    assert notices() == before + 1


def test_looking_at_a_preview_spends_no_key(editor: PageClient) -> None:
    before, sent = notices(), form_of(editor)
    editor.post(NEW, sent | {"act": "preview"}, status=200)
    editor.post(NEW, sent, status=303, follow=False)
    assert notices() == before + 1


@pytest.mark.parametrize("key", ["", "short", "x" * 23, "é" * 22, "x" * 21 + "\x00"])
def test_a_form_that_creates_is_refused_without_a_key(editor: PageClient, key: str) -> None:
    before = notices()
    editor.post(NEW, form_of(editor) | {"once": key}, status=400)
    assert notices() == before


def test_the_key_of_somebody_else_is_another_key(editor: PageClient, cast: Cast, app: Flask) -> None:
    before, sent = notices(), form_of(editor)
    editor.post(NEW, sent)
    other = PageClient(app).as_(cast.hasan)
    other.post(
        NEW, form_of(other) | {"once": sent["once"], "title_en": "Another day"}, status=303, follow=False
    )
    assert notices() == before + 2


def test_a_note_of_the_office_is_added_once(client: PageClient, cast: Cast) -> None:
    application = sent()
    key = application.id
    page = client.as_(cast.farida).get(f"/admissions/applications/{key}")
    form = page.one("form[action*='/notes']")
    typed = page.values("form[action*='/notes']") | {"text": "Call again on Sunday."}
    for _ in range(2):
        client.post(str(form["action"]), typed, status=303, follow=False)
    count = select(func.count()).where(ApplicationEvent.kind == EventKind.NOTE)
    assert session().scalar(count) == 1


def test_going_back_shows_the_form_with_the_key_it_had(editor: PageClient) -> None:
    answer = editor.raw.get(NEW)
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert "ETag" not in answer.headers  # coming anew gives a new key
    assert "Cookie" not in answer.headers["Vary"]  # the toast changes the cookie
    assert editor.get(NEW).one("#write")["action"] == f"{NEW}?sent"  # what is sent to is forgotten


def test_keys_are_forgotten_after_two_days(editor: PageClient) -> None:
    editor.post(NEW, form_of(editor))
    assert sweep_keys() == 0
    with transaction() as current:
        current.execute(
            update(IdempotencyKey).values(created_at=IdempotencyKey.created_at - timedelta(days=3))
        )
    assert sweep_keys() == 1
    sweep()


def test_nothing_that_was_typed_is_kept_with_the_key(editor: PageClient) -> None:
    editor.post(NEW, form_of(editor))
    row = session().scalars(select(IdempotencyKey)).one()
    assert row.state is KeyState.ANSWERED and len(row.digest) == len(row.owner) == 32
    assert "Sports" not in f"{row.location}{row.messages}{row.route}"


# --- at the same moment


def _editors(app: Flask, number: int) -> tuple[list[PageClient], dict[str, Any]]:
    """One browser of one editor, as often as it sends."""
    with app.app_context():
        first = PageClient(app).as_(CAST.ishrat)
        sent = form_of(first)
        first.post(NEW, sent | {"once": "warm-up--------------x", "title_en": "Warm-up"})
        with first.raw.session_transaction() as kept:
            cookie = dict(kept)
        db.session.remove()
    clients = []
    for _ in range(number):
        client = PageClient(app)
        with client.raw.session_transaction() as kept:
            kept.update(cookie)
        clients.append(client)
    return clients, sent


def test_fifty_sendings_at_once_make_one_notice_and_get_one_answer(real_app: Flask) -> None:
    clients, sent = _editors(real_app, 50)
    with real_app.app_context():
        before = notices()
    together = Barrier(50)

    def one(client: PageClient) -> tuple[int, str | None]:
        together.wait()
        answer = client.raw.post(NEW, data={**sent, "csrf_token": client.token()})
        return answer.status_code, answer.headers.get("Location")

    with ThreadPoolExecutor(50) as pool:
        answers = Counter(pool.map(one, clients))
    with real_app.app_context():
        made = notices() - before
        acts = session().scalar(select(func.count()).where(AuditEntry.action == "notice.added"))
        db.session.remove()
    assert acts == 2  # the warm-up and the one
    print(f"\n50 sendings at once: {made} row, answers {dict(answers)}, audited {acts}")
    assert made == 1
    assert len(answers) == 1
    assert next(iter(answers))[0] == 303


@contextmanager
def table_held(app: Flask, table: str) -> Iterator[None]:
    """Somebody holds a table, so that the first sending stays at work as long as the block lasts."""
    url = db.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    holder = psycopg2.connect(url)
    try:
        with holder.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {table} IN EXCLUSIVE MODE")
        yield
        holder.rollback()
    finally:
        holder.close()


def test_a_sending_is_told_so_while_the_first_is_still_at_work(real_app: Flask) -> None:
    (slow, quick), sent = _editors(real_app, 2)

    def send(client: PageClient) -> int:
        return int(client.raw.post(NEW, data={**sent, "csrf_token": client.token()}).status_code)

    with real_app.app_context(), ThreadPoolExecutor(2) as pool:
        before = notices()
        db.session.remove()
        with table_held(real_app, "notices"):
            pair = [pool.submit(send, slow), pool.submit(send, quick)]
            told = next(each for each in _as_done(pair))
            assert told == 409
        assert sorted(each.result(20) for each in pair) == [303, 409]
        assert send(quick) == 303  # and afterwards it gets the answer
        assert notices() == before + 1


def _as_done(pair: list[Any]) -> Iterator[int]:

    for each in as_completed(pair, timeout=20):
        yield each.result()


def _leave_behind(state: KeyState) -> None:
    """The server stopped in the middle, three minutes ago."""
    with transaction() as current:
        current.execute(
            update(IdempotencyKey).values(
                state=state, location=None, created_at=IdempotencyKey.created_at - timedelta(minutes=3)
            )
        )


def test_what_a_stopped_server_had_not_begun_is_done_by_the_next_sending(editor: PageClient) -> None:
    before, sent = notices(), form_of(editor)
    editor.post(NEW, sent)
    _leave_behind(KeyState.OPEN)
    editor.post(NEW, sent, status=303, follow=False)
    assert notices() == before + 2  # the test put back the key alone, not the notice


def test_what_a_stopped_server_had_done_is_not_done_again(editor: PageClient) -> None:
    before, sent = notices(), form_of(editor)
    editor.post(NEW, sent)
    _leave_behind(KeyState.ACTED)
    page = editor.post(NEW, sent, status=409)
    assert "This form was stored before." in page.text
    assert notices() == before + 1
