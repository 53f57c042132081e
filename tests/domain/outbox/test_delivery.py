"""Mail leaves after the commit, at least once, under one Message-ID, whatever stops in between."""

from __future__ import annotations

import email.header
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import Connection, update

from app import create_app
from app.domain.kernel import clock
from app.domain.outbox.models import OutboxMessage
from app.domain.outbox.queries import list_holds
from app.domain.outbox.rules import MOST_TRIES
from app.domain.outbox.services import deliver, list_due, sweep, write_mail
from app.domain.outbox.types import Channel, MessageStatus
from app.domain.schedule.queries import list_runs
from app.extensions import db
from app.integrations.answers import Answer, Outcome
from app.integrations.mail import FolderMailer, Letter, SmtpMailer
from app.queue import JobName
from app.uow import session, transaction
from tests.support.mail import Postbox, smtp_server
from tests.support.processes import RedisServer, command, until


@pytest.fixture
def postbox() -> Iterator[Postbox]:
    with smtp_server() as box:
        yield box


def write(kind: str = "test") -> UUID:
    return write_mail(kind, "dalia@family.example", "bn", "আবেদন পাওয়া গেছে", "নম্বর SA26-00042-7")


def state(key: UUID) -> tuple[str, int]:
    session().rollback()
    message = session().get_one(OutboxMessage, key, populate_existing=True)
    return message.status.value, message.attempts


def test_a_rolled_back_act_writes_no_letter(connection: Connection) -> None:
    def fail() -> None:
        with transaction():
            write()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert list_due() == []


def test_a_letter_arrives_whole(connection: Connection, postbox: Postbox) -> None:
    key = write()
    assert deliver(key, SmtpMailer(postbox.url))
    (letter,) = postbox.letters
    assert str(email.header.make_header(email.header.decode_header(letter["Subject"]))) == "আবেদন পাওয়া গেছে"
    assert letter.get_content().strip() == "নম্বর SA26-00042-7"
    assert letter["Message-ID"] == f"<{key.hex}@smart-academy>"
    assert letter["Content-Language"] == "bn"
    assert state(key) == ("sent", 1)


def test_a_letter_is_delivered_once(connection: Connection, postbox: Postbox) -> None:
    key = write()
    mailer = SmtpMailer(postbox.url)
    assert [deliver(key, mailer) for _ in range(3)] == [True, False, False]
    assert len(postbox.letters) == 1


def test_a_passing_fault_is_tried_again_later(connection: Connection, postbox: Postbox) -> None:
    postbox.answer = "451 try again later"
    key = write()
    assert not deliver(key, SmtpMailer(postbox.url))
    assert state(key) == ("pending", 1)
    assert list_due() == [], "not before its time"


def test_a_refusal_is_final_and_says_why(connection: Connection, postbox: Postbox) -> None:
    postbox.answer = "550 no such mailbox"
    key = write()
    assert not deliver(key, SmtpMailer(postbox.url))
    assert state(key) == ("failed", 1)
    assert "no such mailbox" in (session().get_one(OutboxMessage, key).last_error or "")


def test_a_server_that_is_away_is_no_error(connection: Connection) -> None:
    key = write()
    assert not deliver(key, SmtpMailer("smtp://127.0.0.1:9"))
    assert state(key) == ("pending", 1)


def test_line_ends_cannot_smuggle_in_a_header(connection: Connection, postbox: Postbox) -> None:
    key = write_mail("test", "a@b.example\r\nBcc: all@school.example", "en", "x\r\nBcc: y@z.example", "text")
    assert not deliver(key, SmtpMailer(postbox.url))
    assert state(key)[0] == "failed"
    assert postbox.letters == []


def test_the_folder_keeps_one_file_a_letter(connection: Connection, tmp_path: Path) -> None:
    write(), write()
    for key in list_due():
        deliver(key, FolderMailer(tmp_path))
    assert len(list(tmp_path.glob("*.eml"))) == 2


@pytest.mark.parametrize("address", [".a@b.example", "a@b.example.", "=?utf-8?q?x?=@b.example"])
@pytest.mark.parametrize("kind", ["folder", "smtp"])
def test_a_letter_that_is_none_does_not_stop_the_others(
    connection: Connection, postbox: Postbox, tmp_path: Path, address: str, kind: str
) -> None:
    bad, good = write_mail("test", address, "en", "x", "text"), write()
    mailer = FolderMailer(tmp_path) if kind == "folder" else SmtpMailer(postbox.url)
    assert [deliver(key, mailer) for key in list_due()] == [False, True]
    assert (state(bad), state(good)) == (("failed", 1), ("sent", 1))


def test_a_mailer_that_breaks_down_counts_as_a_try(connection: Connection) -> None:
    class Broken:
        def send(self, letter: Letter) -> Answer:
            raise RuntimeError("out of order")

    key = write()
    assert not deliver(key, Broken())
    assert state(key) == ("pending", 1)
    assert "out of order" in (session().get_one(OutboxMessage, key).last_error or "")


def settings_with(app: Flask, **changes: str) -> Flask:
    return create_app(app.config["SETTINGS"].model_copy(update=changes))


@pytest.fixture
def own_redis(tmp_path: Path) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path)
    server.start()
    yield server
    server.stop()


def test_a_worker_killed_in_the_middle_of_a_delivery_loses_nothing(
    real_app: Flask, own_redis: RedisServer, postbox: Postbox
) -> None:
    app = settings_with(
        real_app, redis_url=own_redis.url, smtp_url=postbox.url, mail_from="office@school.example"
    )
    postbox.may_answer.clear()  # the server has the letter and does not answer yet
    with app.app_context(), command(app.config["SETTINGS"], "jobs", "worker") as worker:
        key = write()
        assert postbox.arrived.wait(20)
        worker.kill()
        worker.wait(10)
        postbox.may_answer.set()
        assert state(key) == ("sending", 1)
        assert sweep() == 0, "the lease has not run out"
        with transaction() as database:
            database.execute(update(OutboxMessage).values(leased_until=OutboxMessage.created_at))
        assert sweep() == 1
        assert state(key) == ("sent", 2)
        assert {letter["Message-ID"] for letter in postbox.letters} == {f"<{key.hex}@smart-academy>"}
        db.engine.dispose()


def test_mail_leaves_while_redis_is_stopped_and_after(
    real_app: Flask, own_redis: RedisServer, postbox: Postbox
) -> None:
    app = settings_with(
        real_app, redis_url=own_redis.url, smtp_url=postbox.url, mail_from="office@school.example"
    )
    own_redis.stop()
    with app.app_context():
        settings = app.config["SETTINGS"]
        first = write()
        with command(settings, "jobs", "worker"), command(settings, "jobs", "schedule"):
            until(lambda: state(first)[0] == MessageStatus.SENT, seconds=40)
            own_redis.start()
            second = write()
            until(lambda: state(second)[0] == MessageStatus.SENT, seconds=40)
            until(lambda: JobName.SWEEP_OUTBOX in list_runs(), seconds=40)
        assert len(postbox.letters) == 2
        db.engine.dispose()


def test_a_worker_told_to_stop_while_redis_is_stopped_ends_after_the_letter_in_hand(
    real_app: Flask, own_redis: RedisServer, postbox: Postbox
) -> None:
    app = settings_with(
        real_app, redis_url=own_redis.url, smtp_url=postbox.url, mail_from="office@school.example"
    )
    own_redis.stop()
    postbox.may_answer.clear()
    with app.app_context():
        first, second = write(), write()
        with command(app.config["SETTINGS"], "jobs", "worker") as worker:
            assert postbox.arrived.wait(20)
            worker.terminate()
            postbox.may_answer.set()
            assert worker.wait(20) == 0
        assert (state(first), state(second)) == (("sent", 1), ("pending", 0))
        db.engine.dispose()


def test_a_letter_over_which_workers_die_is_set_aside(connection: Connection, postbox: Postbox) -> None:
    key = write()
    with transaction() as database:
        database.execute(
            update(OutboxMessage).values(
                status=MessageStatus.SENDING,
                attempts=MOST_TRIES[Channel.MAIL],
                leased_until=OutboxMessage.created_at - timedelta(seconds=1),
            )
        )
    assert not deliver(key, SmtpMailer(postbox.url))
    assert state(key)[0] == "failed"
    assert postbox.letters == []


def test_a_letter_that_fails_too_often_is_set_aside_with_the_last_reason(
    connection: Connection, postbox: Postbox
) -> None:
    postbox.answer = "451 the disk of dalia@family.example is full"
    key = write()
    for _ in range(MOST_TRIES[Channel.MAIL] + 3):
        with transaction() as database:
            database.execute(update(OutboxMessage).values(next_attempt_at=OutboxMessage.created_at))
        deliver(key, SmtpMailer(postbox.url))
    assert state(key) == ("failed", MOST_TRIES[Channel.MAIL])
    assert session().get_one(OutboxMessage, key).last_error == "451 the disk of … is full"
    assert len(postbox.letters) == MOST_TRIES[Channel.MAIL]


def test_who_has_lost_the_lease_says_nothing_about_the_letter(connection: Connection) -> None:
    class Slow:
        def send(self, letter: Letter) -> Answer:
            with transaction() as database:  # the lease runs out, and another worker takes the letter
                database.execute(
                    update(OutboxMessage).values(
                        attempts=2, leased_until=OutboxMessage.leased_until + timedelta(seconds=90)
                    )
                )
            return Answer(Outcome.REFUSED, "550 too late")

    key = write()
    assert not deliver(key, Slow())
    assert state(key) == ("sending", 2), "the other one has it now"


def test_a_wrong_password_stops_the_mail_and_costs_no_try(connection: Connection) -> None:
    class Locked:
        def send(self, letter: Letter) -> Answer:
            return Answer(Outcome.UNKNOWN, "the mail server refuses our password (535)", True)

    keys = [write(), write()]
    assert sweep(Locked()) == 0
    assert {state(key) for key in keys} == {("pending", 0)}
    assert [hold.channel for hold in list_holds()] == [Channel.MAIL]


def test_two_workers_never_hold_the_same_letter(real_app: Flask) -> None:
    sent: list[str] = []

    class Counting:
        def send(self, letter: Letter) -> Answer:
            sent.append(letter.message_id)
            return Answer(Outcome.SENT, "kept")

    with real_app.app_context():
        for _ in range(40):
            write()

    def work(_: int) -> int:
        with real_app.app_context():
            return sweep(Counting())

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(work, range(4))) == 40
    assert len(sent) == len(set(sent)) == 40


def test_a_worker_with_a_wrong_clock_takes_nothing_early(connection: Connection, postbox: Postbox) -> None:
    postbox.answer = "451 later"
    key = write()
    deliver(key, SmtpMailer(postbox.url))
    with clock.stopped_at(clock.now() + timedelta(days=1)):
        assert list_due() == []
        assert not deliver(key, SmtpMailer(postbox.url))
    assert len(postbox.letters) == 1


def test_every_page_works_while_redis_is_stopped(real_app: Flask, own_redis: RedisServer) -> None:
    app = settings_with(real_app, redis_url=own_redis.url)
    own_redis.stop()
    with app.app_context():
        from tests.support.cast import CAST
        from tests.support.pages import PageClient

        client = PageClient(app).as_(CAST.hasan)
        for rule in app.url_map.iter_rules():
            if not rule.arguments and "GET" in (rule.methods or ()):
                assert client.raw.get(rule.rule).status_code < 500, rule.rule
        key = write()
        assert state(key) == ("pending", 0)
        db.engine.dispose()
