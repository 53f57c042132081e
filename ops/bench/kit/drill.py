"""Mails while workers are killed, Redis is emptied and Redis is stopped: what is lost, what comes twice, and when.

A mail may come twice only where the worker was killed between the mail server's answer and its own last line.
So each mail is noted with the life of the worker that brought it: a second one is excused where the first was
the last that its worker brought before it was killed.
"""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from pathlib import Path
from typing import IO, Any, cast

from aiosmtpd.controller import Controller
from flask import Flask
from sqlalchemy import text

from app import create_app
from app.config import Settings
from app.domain.outbox.services import write_mail
from app.extensions import db
from app.uow import work_for_the_school
from ops.bench.kit.redis import RedisServer, free_port, until

ROOT = Path(__file__).resolve().parents[3]
LEASE = 2
FLUSHES = 3
REDIS_AWAY = 1.5


@dataclass
class Sink:
    """A mail server that keeps (life, event, Message-ID) of every mail it has accepted, in order."""

    life: int = 0
    accepted: list[tuple[int, str, str]] = field(default_factory=list)
    arrived: threading.Event = field(default_factory=threading.Event)

    async def handle_EHLO(  # noqa: N802  # aiosmtpd's name
        self, server: Any, session: Any, envelope: Any, hostname: str, responses: list[str]
    ) -> list[str]:
        """Remember in which life of the worker this connection was made."""
        session.host_name, session.life = hostname, self.life
        return responses

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802  # aiosmtpd's name
        """Keep the mail and accept it."""
        letter = message_from_bytes(envelope.content)
        self.accepted.append((session.life, str(letter["Subject"]), str(letter["Message-ID"])))
        self.arrived.set()
        return "250 kept"


@dataclass(frozen=True)
class Tally:
    """What a drill found."""

    mails: int
    delivered: int
    lost: int
    unsettled: int
    """Delivered, but the outbox does not say so at the end."""
    doubles: int
    doubles_outside: int
    """Second mails that no killed worker excuses."""
    other_ids: int
    """Events that came under two Message-IDs."""
    kills: int
    kills_after_acceptance: int
    flushes: int
    redis_stops: int
    seconds: float


def drill(settings: Settings, folder: Path, mails: int, *, seed: int, seconds: float = 60.0) -> Tally:
    """Write `mails` mails while everything is done to lose them. The database is migrated and has none yet."""
    redis, sink, port = RedisServer(folder), Sink(), free_port()
    redis.start()
    controller = Controller(sink, hostname="127.0.0.1", port=port)
    controller.start()
    changes = {
        "redis_url": redis.url,
        "smtp_url": f"smtp://127.0.0.1:{port}",
        "mail_from": "office@school.example",
        "outbox_lease": LEASE,
    }
    app = create_app(settings.model_copy(update=changes))
    try:
        with _nursery(app.config["SETTINGS"]) as nursery, app.app_context():
            work_for_the_school()
            return _Drill(app, redis, sink, nursery, mails, random.Random(seed), seconds).run()  # noqa: S311  # the same kills again, not a secret
    finally:
        controller.stop()
        redis.stop()
        with app.app_context():
            db.session.remove()
            db.engine.dispose()


class _Nursery:
    """The parent of the workers, see nursery.py."""

    def __init__(self, orders: IO[str], answers: IO[str]) -> None:
        self.orders, self.answers = orders, answers
        self._hear()

    def make(self, what: str) -> int:
        """Start one and return its number."""
        self.orders.write(f"{what}\n")
        self.orders.flush()
        return int(self._hear())

    def kill(self, number: int) -> None:
        """Kill one outright and wait until it is gone."""
        os.kill(number, signal.SIGKILL)
        until(lambda: not _exists(number))

    def _hear(self) -> str:
        return self.answers.readline().strip()


def _exists(number: int) -> bool:
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    return True


@contextlib.contextmanager
def _nursery(settings: Settings) -> Iterator[_Nursery]:
    known = {
        name.upper(): str(value)
        for name, value in settings.model_dump().items()
        if value is not None and not isinstance(value, tuple)
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "ops.bench.kit.nursery"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"]} | known,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    try:
        yield _Nursery(cast(IO[str], process.stdin), cast(IO[str], process.stdout))
    finally:
        os.killpg(process.pid, signal.SIGKILL)  # whoever it has made, known here or not
        process.wait(20)
        for pipe in (process.stdin, process.stdout):
            if pipe:
                pipe.close()


class _Drill:
    def __init__(
        self,
        app: Flask,
        redis: RedisServer,
        sink: Sink,
        nursery: _Nursery,
        mails: int,
        chance: random.Random,
        seconds: float,
    ) -> None:
        self.app, self.redis, self.sink, self.nursery = app, redis, sink, nursery
        self.mails, self.chance, self.seconds = mails, chance, seconds
        self.kills = self.kills_after = self.flushes = self.stops = 0

    def run(self) -> Tally:
        """Everything at once, until every mail is settled or the time is over."""
        began = time.monotonic()
        writer = threading.Thread(target=self._write)
        trouble = threading.Thread(target=self._trouble_redis)
        self.nursery.make("scheduler")
        writer.start()
        trouble.start()
        while time.monotonic() - began < self.seconds and (self._left() or writer.is_alive()):
            self._live_and_die()
        writer.join()
        trouble.join()
        return self._tally(time.monotonic() - began)

    def _write(self) -> None:
        """The acts of the school: a mail each, in a transaction of its own."""
        with self.app.app_context():
            work_for_the_school()
            for number in range(self.mails):
                write_mail("drill", f"family{number}@family.example", "en", f"event {number}", "text")

    def _trouble_redis(self) -> None:
        """Empty it three times and stop it once, at moments spread over the delivery."""
        marks = [self.mails * part // 5 for part in (1, 2, 3, 4)]
        for turn, mark in enumerate(marks):
            # A drill that has come to a standstill ends by its own time, so this thread must not wait for ever.
            with contextlib.suppress(AssertionError):
                until(lambda mark=mark: len(self.sink.accepted) >= mark, seconds=self.seconds)  # type: ignore[misc]  # mypy knows no default of a lambda
            if turn == 2:
                self.redis.stop()
                self.stops += 1
                time.sleep(REDIS_AWAY)  # there is nothing to wait for: it is the absence that is tried
                self.redis.start()
            else:
                self.redis.empty()
                self.flushes += 1

    def _live_and_die(self) -> None:
        """One worker, killed at a random moment; every third one just after a mail of its was accepted."""
        self.sink.life += 1
        worker = self.nursery.make("worker")
        time.sleep(self.chance.uniform(0.05, 1.0))  # any moment of its work, so that no moment is left out
        if self.chance.random() < 1 / 3:
            self.sink.arrived.clear()
            if self.sink.arrived.wait(0.5):
                self.kills_after += 1
                time.sleep(self.chance.uniform(0, 0.004))  # between acceptance and commit
        self.nursery.kill(worker)
        self.kills += 1

    def _left(self) -> int:
        """How many mails are not settled yet."""
        statement = text("SELECT count(*) FROM outbox_messages WHERE kind = 'drill' AND status <> 'sent'")
        count = db.session.scalar(statement)
        db.session.rollback()
        return int(count or 0)

    def _tally(self, seconds: float) -> Tally:
        # The clock that runs beside it writes letters of its own at some hours, such as reminders to teachers.
        own = {f"event {number}" for number in range(self.mails)}
        ids, lives, last = defaultdict(set), defaultdict(list), {}
        for life, event, message_id in self.sink.accepted:
            last[life] = event
            if event in own:
                ids[event].add(message_id)
                lives[event].append(life)
        times = Counter({event: len(each) for event, each in lives.items()})
        outside = sum(
            last[life] != event or each.count(life) > 1 for event, each in lives.items() for life in each[:-1]
        )
        return Tally(
            mails=self.mails,
            delivered=len(times),
            lost=self.mails - len(times),
            unsettled=self._left(),
            doubles=sum(times.values()) - len(times),
            doubles_outside=outside,
            other_ids=sum(len(each) > 1 for each in ids.values()),
            kills=self.kills,
            kills_after_acceptance=self.kills_after,
            flushes=self.flushes,
            redis_stops=self.stops,
            seconds=seconds,
        )
