"""Counting tries in PostgreSQL."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import func, select

from app import create_app
from app.cli.jobs import scheduler_on
from app.domain.audit.models import AuditEntry
from app.domain.kernel.access import visitor
from app.domain.limits.models import LimitCount
from app.domain.limits.rules import LIMITS, network_of, wait_in_words
from app.domain.limits.services import give_back, sweep_limits, take
from app.domain.limits.types import Limit, TooMany
from app.extensions import db
from app.jobs.limits import sweep
from app.queue import JobName, redis_connection
from app.uow import session, transaction
from tests.conftest import Services, clone_database, make_settings
from tests.support.cast import Cast
from tests.support.limits import let_pass
from tests.support.processes import RedisServer

FAMILY = visitor("en", ip="203.0.113.9", user_agent="test")
PHONE = (Limit.SEND_PHONE, "+8801711000001")
MOST = LIMITS[Limit.SEND_PHONE].most


def tries(times: int) -> list[bool]:
    """Try so often, and say which of them got through."""
    through = []
    for _ in range(times):
        try:
            take(FAMILY, PHONE)
        except TooMany:
            through.append(False)
        else:
            through.append(True)
    return through


def passed_told() -> int:
    return session().scalar(select(func.count()).where(AuditEntry.action == "limit.passed")) or 0


def test_every_limit_has_its_numbers() -> None:
    assert set(LIMITS) == set(Limit)
    assert all(each.most > 0 and each.window for each in LIMITS.values())


def test_as_many_get_through_as_may_and_the_rest_wait_for_the_window(cast: Cast) -> None:
    assert tries(MOST + 3) == [True] * MOST + [False] * 3
    with pytest.raises(TooMany) as refused:
        take(FAMILY, PHONE)
    assert 86_390 < refused.value.seconds <= 86_400


def test_a_window_that_is_over_begins_anew(cast: Cast) -> None:
    tries(MOST + 1)
    let_pass(timedelta(days=1))
    assert tries(MOST + 1) == [True] * MOST + [False]


def test_what_is_given_back_was_not_counted(cast: Cast) -> None:
    for _ in range(MOST * 2):
        take(FAMILY, PHONE)
        give_back(PHONE)
    assert tries(MOST) == [True] * MOST


def test_giving_back_never_makes_room_beyond_the_limit(cast: Cast) -> None:
    for _ in range(3):
        give_back(PHONE)
    assert tries(MOST + 1) == [True] * MOST + [False]


def test_passing_a_limit_is_told_once_in_a_window_and_not_for_each_try(cast: Cast) -> None:
    tries(MOST + 20)
    assert passed_told() == 1
    let_pass(timedelta(days=1))
    tries(MOST + 20)
    assert passed_told() == 2


def test_an_alarm_is_told_and_refuses_nobody(cast: Cast) -> None:
    for _ in range(LIMITS[Limit.SEND_ALL].most + 2):
        take(FAMILY, (Limit.SEND_ALL, ""))
    assert passed_told() == 1


def test_whom_it_is_counted_for_cannot_be_read_at_rest(cast: Cast) -> None:
    tries(1)
    row = session().scalars(select(LimitCount)).one()
    assert len(row.subject) == 32 and b"1711" not in row.subject


def _fail_after_a_try() -> None:
    with transaction() as current:
        current.execute(select(1))
        take(FAMILY, PHONE)
        raise ZeroDivisionError


def test_what_a_request_tried_stays_counted_when_the_rest_is_rolled_back(real_app: Flask) -> None:
    with real_app.app_context():
        with pytest.raises(ZeroDivisionError):
            _fail_after_a_try()
        assert session().scalar(select(LimitCount.count)) == 1


def test_of_fifty_at_once_exactly_as_many_get_through_as_may(real_app: Flask) -> None:
    together = Barrier(50)

    def one(number: int) -> bool:
        with real_app.app_context():
            together.wait()
            try:
                # Two limits in either order: nobody waits for anybody in a ring.
                pair = [PHONE, (Limit.UPLOAD_APPLICATION, "one")]
                take(FAMILY, *(pair if number % 2 else reversed(pair)))
            except TooMany:
                return False
            finally:
                db.session.remove()
            return True

    with ThreadPoolExecutor(50) as pool:
        through = sum(pool.map(one, range(50)))
    assert through == MOST
    with real_app.app_context():
        counts = select(LimitCount.count).where(LimitCount.name == Limit.SEND_PHONE.value)
        assert session().scalar(counts) == 50
        assert passed_told() == 2  # each of the two limits once


def test_redis_that_stops_forgets_nothing(
    services: Services, template: str, tmp_path: Path, worker_id: str
) -> None:
    redis = RedisServer(tmp_path)
    redis.start()
    url = clone_database(services.database_url, f"sa_limits_{worker_id}")
    settings = make_settings(services, url, tmp_path, worker_id)
    app = create_app(settings.model_copy(update={"redis_url": redis.url}))
    try:
        with app.app_context():
            assert tries(MOST) == [True] * MOST
            redis.stop()
            assert tries(1) == [False]
            redis.start()
            assert tries(1) == [False]
            db.session.remove()
            db.engine.dispose()
    finally:
        redis.stop()


def test_counts_whose_window_is_over_are_swept(cast: Cast) -> None:
    tries(1)
    assert sweep_limits() == 0
    let_pass(timedelta(days=2))
    assert sweep_limits() == 1
    sweep()
    assert session().scalar(select(func.count()).select_from(LimitCount)) == 0


def test_the_clock_asks_for_the_sweep(app: Flask) -> None:
    with app.app_context():
        connection = redis_connection(patient=True)
        names = {job.func_name for job in scheduler_on(connection).get_jobs()}
        connection.close()
    assert {JobName.SWEEP_OUTBOX.value, JobName.SWEEP_LIMITS.value} <= names


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2::9", "2001:db8:1:2::"),
        (None, "unknown"),
    ],
)
def test_one_line_is_one_address(address: str | None, network: str) -> None:
    assert network_of(address) == network


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, ("seconds", 1)), (90, ("seconds", 90)), (91, ("minutes", 2)), (900, ("minutes", 15))],
)
def test_a_wait_is_told_in_round_numbers(seconds: int, words: tuple[str, int]) -> None:
    assert wait_in_words(seconds) == words
