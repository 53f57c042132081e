"""The page of the outbox: what waits, what is set aside and why, and what somebody does about it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select, update

from app import create_app
from app.db import new_id
from app.domain.accounts.models import UserRole
from app.domain.audit.queries import list_entries_of
from app.domain.outbox.models import OutboxHold, OutboxMessage
from app.domain.outbox.services import write_mail, write_sms
from app.domain.outbox.types import Channel, MessageStatus
from app.domain.schedule.services import begin_run, end_run
from app.domain.schedule.types import RunOutcome
from app.extensions import db
from app.queue import JobName, job_queue, redis_connection
from app.uow import session, transaction
from tests.support.cast import CAST, Cast
from tests.support.pages import PageClient
from tests.support.queries import QueryCounter

NOBODY = new_id()


def aside(reason: str = "550 no such mailbox", campus: UUID | None = CAST.campus, who: str = "dalia") -> UUID:
    """A mail that was refused for good."""
    key = write_mail(
        "application.offered", f"{who}@family.example", "bn", "x", "secret text", campus_id=campus
    )
    change(key, status=MessageStatus.FAILED, last_error=reason, attempts=1)
    return key


def change(key: UUID, **values: object) -> None:
    with transaction() as database:
        database.execute(update(OutboxMessage).where(OutboxMessage.id == key).values(**values))


def state(key: UUID) -> tuple[str, int]:
    session().expire_all()
    row = session().get_one(OutboxMessage, key)
    return row.status.value, row.attempts


@pytest.fixture
def hasan(client: PageClient, cast: Cast) -> PageClient:
    return client.as_(cast.hasan)


@pytest.fixture
def of_campus(client: PageClient, cast: Cast) -> PageClient:
    """An administrator of one campus: Gias, whose campus is the other one."""
    role = session().query(UserRole).filter_by(user_id=cast.gias.user_id).one()
    role.role = type(role.role).ADMIN
    session().commit()
    return client.as_(cast.gias)


@pytest.mark.parametrize("who", [None, "amina", "bashir", "dalia", "farida", "hasan"])
def test_who_reaches_the_page(client: PageClient, cast: Cast, who: str | None) -> None:
    key = aside()
    client.as_(getattr(cast, who) if who else None)
    expected = {None: 303, "hasan": 200}.get(who, 403)
    for url in ("/jobs/", f"/jobs/messages/{key}/retry-alike", f"/jobs/messages/{key}/drop"):
        assert client.raw.get(url).status_code == expected, url
    if who != "hasan":
        for act in ("retry", "retry-alike", "drop"):
            client.raw.post(f"/jobs/messages/{key}/{act}", data={"csrf_token": client.token(), "reason": "x"})
        client.raw.post("/jobs/channels/sms/go-on", data={"csrf_token": client.token()})
        assert state(key) == ("failed", 1)


def test_a_message_shows_its_reason_and_hides_its_recipient(hasan: PageClient) -> None:
    aside()
    write_sms("application.received", "01712345678", "bn", "আবেদন" * 30, campus_id=CAST.campus)
    page = hasan.get("/jobs/")
    assert "550 no such mailbox" in page.text and "d***@family.example" in page.text
    assert "dalia@" not in page.text and "secret text" not in page.text
    waiting = hasan.get("/jobs/", query={"state": "pending"})
    assert "017**-***678" in waiting.text and "12345" not in waiting.text
    assert "Text message · 3 parts" in waiting.text


def test_each_state_has_its_count(hasan: PageClient) -> None:
    aside(), aside()
    change(aside(), status=MessageStatus.SENT)
    chips = [" ".join(chip.get_text(" ").split()) for chip in hasan.get("/jobs/").all(".chip")]
    assert chips == ["Set aside 2", "Waiting to be sent 0", "Being sent 0", "Sent 1", "Dropped 0"]
    for each in MessageStatus:
        hasan.get("/jobs/", query={"state": each.value})
    hasan.get("/jobs/", query={"state": "sent", "page": "7"})
    hasan.get("/jobs/", query={"state": "' OR 1=1--", "page": "x"})


def test_one_is_tried_again_from_the_first_try(hasan: PageClient) -> None:
    key, other = aside(), aside()
    page = hasan.get("/jobs/").submit(f'form[action$="{key}/retry"]')
    assert "The message is tried again." in page.text
    assert (state(key), state(other)) == (("pending", 0), ("failed", 1))
    assert [entry.action for entry in list_entries_of("outbox_message", key)] == ["outbox_message.retried"]
    again = hasan.post(f"/jobs/messages/{key}/retry", {}, status=None)
    assert again.status == 409


def test_all_with_one_reason_are_tried_again_after_a_question(hasan: PageClient) -> None:
    keys = [aside(), aside(), aside()]
    other = aside("551 moved")
    page = hasan.get("/jobs/").follow("Try all of these again")
    assert page.one("h1").get_text() == "Try 3 messages again?"
    assert state(keys[0]) == ("failed", 1), "not before the answer"
    assert "3 messages are tried again." in page.submit().text
    assert {state(key) for key in keys} == {("pending", 0)}
    assert state(other) == ("failed", 1)
    assert hasan.get(f"/jobs/messages/{keys[0]}/retry-alike", status=None).status == 409


def test_one_is_dropped_with_a_reason(hasan: PageClient) -> None:
    key = aside()
    assert hasan.get("/jobs/").all(f'a[href="/jobs/messages/{key}/drop"]')
    form = hasan.get(f"/jobs/messages/{key}/drop")
    assert "d***@family.example" in form.text
    refused = form.submit(status=422, reason=" ")
    assert refused.errors and state(key) == ("failed", 1)
    refused.submit(reason="The family has been called.")
    assert state(key)[0] == "dropped"
    (entry,) = list_entries_of("outbox_message", key)
    assert entry.action == "outbox_message.dropped"
    assert entry.new_data == {"reason": "The family has been called."}
    assert "dalia" not in str(entry.old_data)
    assert "The family has been called." in hasan.get("/jobs/", query={"state": "dropped"}).text


@pytest.mark.parametrize("status", [MessageStatus.SENDING, MessageStatus.SENT, MessageStatus.DROPPED])
def test_what_is_on_its_way_cannot_be_dropped_or_retried(hasan: PageClient, status: MessageStatus) -> None:
    key = aside()
    change(key, status=status)
    assert hasan.post(f"/jobs/messages/{key}/drop", {"reason": "x"}, status=None).status == 409
    assert hasan.post(f"/jobs/messages/{key}/retry", {}, status=None).status == 409
    assert state(key)[0] == status.value


def test_another_campus_is_not_there(of_campus: PageClient, cast: Cast) -> None:
    own, foreign, of_nobody = aside(campus=cast.other_campus), aside(), aside(campus=None)
    page = of_campus.get("/jobs/")
    assert str(own) in str(page.soup)
    for key in (foreign, of_nobody, NOBODY):
        assert str(key) not in str(page.soup)
        for act in ("retry", "retry-alike", "drop"):
            answer = of_campus.post(f"/jobs/messages/{key}/{act}", {"reason": "x"}, status=None)
            assert answer.status == 404, act
        assert of_campus.get(f"/jobs/messages/{key}/drop", status=None).status == 404
    assert of_campus.post("/jobs/channels/sms/go-on", {}, status=None).status == 403
    of_campus.post(f"/jobs/messages/{own}/retry-alike", {}, status=None)
    assert (state(own)[0], state(foreign)[0], state(of_nobody)[0]) == ("pending", "failed", "failed")


def hold() -> None:
    with transaction() as database:
        database.add(
            OutboxHold(
                channel=Channel.SMS, reason="1007: the balance is used up",
                until=database.scalar(select(OutboxMessage.created_at)) + timedelta(minutes=15),  # type: ignore[operator]  # there is one
            )
        )  # fmt: skip


def test_a_held_channel_is_said_and_goes_on(hasan: PageClient) -> None:
    write_sms("application.received", "01712345678", "bn", "x", campus_id=CAST.campus)
    hold()
    page = hasan.get("/jobs/")
    assert "the balance is used up" in page.text
    page = page.submit('form[action$="/go-on"]')
    assert "Sending goes on." in page.text and "balance" not in page.text
    assert hasan.post("/jobs/channels/pigeon/go-on", {}, status=None).status == 404


def test_who_looks_after_a_campus_sees_the_hold_without_the_button(of_campus: PageClient) -> None:
    aside()
    hold()
    page = of_campus.get("/jobs/")
    assert "the balance is used up" in page.text and not page.all('form[action$="/go-on"]')


def test_the_schedule_shows_the_last_run_and_its_outcome(hasan: PageClient) -> None:
    assert "Never yet" in hasan.get("/jobs/").text
    begin_run(JobName.SWEEP_OUTBOX)
    assert "Running" in hasan.get("/jobs/").text
    end_run(JobName.SWEEP_OUTBOX, RunOutcome.FAILED, "OperationalError: gone\n  away")
    page = hasan.get("/jobs/")
    assert "Send what waits in the outbox every 5 seconds" in page.text
    assert "Failed OperationalError: gone away" in page.text


def test_what_failed_in_the_queue_is_shown_by_its_name_alone(hasan: PageClient) -> None:
    connection = redis_connection()
    queue = job_queue(connection)
    job = queue.enqueue(JobName.DELIVER_MESSAGE.value, "x")
    queue.remove(job)
    said = "Traceback:\n  at x\nsqlalchemy.exc.IntegrityError: dalia@family.example\nDETAIL: dalia\n"
    job._handle_failure(said, pipeline=(pipeline := connection.pipeline()))
    pipeline.execute()
    try:
        page = hasan.get("/jobs/")
        assert "Send one message" in page.text and "sqlalchemy.exc.IntegrityError" in page.text
        assert "dalia" not in page.text
    finally:
        job.delete()
        connection.close()


def test_an_unchanged_part_is_not_sent_again(hasan: PageClient) -> None:
    aside()
    headers = {"HX-Request": "true", "HX-Request-Type": "partial"}
    first = hasan.raw.get("/jobs/", headers=headers)
    assert b"By the clock" not in first.data, "the part is the outbox alone"
    again = hasan.raw.get("/jobs/", headers=headers | {"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    weight = sum(len(name) + len(value) + 4 for name, value in again.headers.items()) + len(again.data)
    assert weight < 400
    aside()
    changed = hasan.raw.get("/jobs/", headers=headers | {"If-None-Match": first.headers["ETag"]})
    assert changed.status_code == 200


def test_a_thousand_messages_need_as_many_statements_as_ten(hasan: PageClient, queries: QueryCounter) -> None:
    aside()
    with queries.at_most(9):
        hasan.raw.get("/jobs/")
    for number in range(40):
        aside(f"550 reason {number}", who=f"x{number}")
    with queries.at_most(9):
        hasan.raw.get("/jobs/")


def test_the_page_says_that_redis_is_away_and_shows_the_outbox(real_app: Flask, tmp_path: Path) -> None:
    settings = real_app.config["SETTINGS"].model_copy(update={"redis_url": "redis://127.0.0.1:9/0"})
    app = create_app(settings)
    with app.app_context():
        aside()
        page = PageClient(app).as_(CAST.hasan).get("/jobs/")
        assert "Redis does not answer" in page.text and "550 no such mailbox" in page.text
        assert page.submit('form[action$="/retry"]').status == 200
        db.session.remove()
        db.engine.dispose()


def test_what_happens_daily_is_told_by_the_clock_of_the_school(cast: Cast, client: PageClient) -> None:
    text = client.as_(cast.hasan).get("/jobs/").text
    assert "every day at 0:00" in text
    assert "* * *" not in text
