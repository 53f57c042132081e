"""The audit log cannot be changed, and where somebody could change it, the chain says so."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import Connection, select, text
from sqlalchemy.exc import DBAPIError

from app.db import new_id
from app.domain.audit.models import AuditEntry
from app.domain.audit.queries import find_head, verify
from app.domain.audit.services import chain_entries, record
from app.domain.audit.types import Fault
from app.domain.kernel import clock
from app.extensions import db
from app.queue import SCHEDULE, JobName
from app.scope import EVERYTHING
from app.uow import session, transaction
from tests.support.cast import CAST
from tests.support.locks import until_somebody_waits
from tests.support.processes import RedisServer, command, until
from tests.support.roles import OWNER, SUPERUSER, connected_as

RECORD = UUID(int=77)


@pytest.fixture
def school(real_app: Flask) -> Iterator[Flask]:
    with real_app.app_context():
        yield real_app


def write(count: int = 1, action: str = "person.changed") -> None:
    with transaction():
        for number in range(count):
            record(
                CAST.amina.actor,
                action,
                "person",
                RECORD,
                old={"name_en": "Old"},
                new={"name_en": f"রহিম {number}"},
            )


def numbers() -> list[int | None]:
    session().rollback()
    return list(session().scalars(select(AuditEntry.sequence).order_by(AuditEntry.id)))


def found() -> list[tuple[Fault, int | None]]:
    session().rollback()
    return [(finding.fault, finding.sequence) for finding in verify()]


@contextmanager
def as_the_owner(school: Flask) -> Iterator[Connection]:
    """The documented act of the table's owner: the guard is off until the block ends."""
    session().rollback()
    with connected_as(OWNER, school) as connection:
        connection.execute(text("ALTER TABLE audit_logs DISABLE TRIGGER audit_logs_append_only"))
        yield connection
        connection.execute(text("ALTER TABLE audit_logs ENABLE ALWAYS TRIGGER audit_logs_append_only"))


def test_entries_are_chained_once_and_in_order(school: Flask) -> None:
    write(3)
    assert numbers() == [None, None, None]
    assert chain_entries() == 3
    assert chain_entries() == 0
    write(2)
    assert chain_entries() == 2
    assert numbers() == [1, 2, 3, 4, 5]
    assert found() == []


def test_more_than_one_handful_is_chained_at_once(school: Flask) -> None:
    write(1001)
    assert chain_entries() == 1001
    assert numbers() == list(range(1, 1002))
    assert found() == []


def test_a_rolled_back_act_leaves_no_gap(school: Flask) -> None:
    def fail() -> None:
        with transaction():
            record(CAST.amina.actor, "person.changed", "person", RECORD)
            session().flush()
            raise RuntimeError

    write()
    chain_entries()
    with pytest.raises(RuntimeError):
        fail()
    write()
    chain_entries()
    assert numbers() == [1, 2]
    assert found() == []


def test_writers_never_wait_for_a_chainer_nor_chainers_for_writers(school: Flask) -> None:
    chained, written = Event(), Event()

    def hold_the_chain() -> None:
        with school.app_context(), db.engine.begin() as held:
            held.execute(text("SELECT pg_advisory_xact_lock(hashtext('audit chain'))"))
            chained.set()
            assert written.wait(20)

    with ThreadPoolExecutor(1) as pool:
        holding = pool.submit(hold_the_chain)
        assert chained.wait(20)
        write()  # would hang here
        written.set()
        holding.result()
    with db.engine.connect() as other:
        open_act = other.begin()
        other.exec_driver_sql(EVERYTHING.statement)
        other.execute(
            text("INSERT INTO audit_logs (id, action, entity_type) VALUES (:id, 'late.act', 'x')"),
            {"id": new_id()},
        )
        assert chain_entries() == 1
        open_act.commit()
    assert chain_entries() == 1
    assert found() == []


def test_chainers_at_the_same_moment_make_one_chain(school: Flask) -> None:
    write(50)

    def work(_: int) -> int:
        with school.app_context():
            return chain_entries()

    with db.engine.begin() as held:
        held.execute(text("SELECT pg_advisory_xact_lock(hashtext('audit chain'))"))
        with ThreadPoolExecutor(4) as pool:
            all_of_them = [pool.submit(work, number) for number in range(4)]
            until_somebody_waits(session())
            held.commit()
            assert sorted(one.result() for one in all_of_them) == [0, 0, 0, 50]
    assert found() == []


def test_chaining_goes_on_while_many_write(school: Flask) -> None:
    def act(_: int) -> None:
        with school.app_context():
            write()
            chain_entries()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(act, range(80)))
    chain_entries()
    assert sorted(number or 0 for number in numbers()) == list(range(1, 81))
    assert found() == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_logs SET action = 'nothing.happened'",
        "UPDATE audit_logs SET sequence = NULL, previous_hash = NULL, hash = NULL",
        "UPDATE audit_logs SET hash = hash",
        "DELETE FROM audit_logs",
        "TRUNCATE audit_logs",
        "TRUNCATE audit_logs CASCADE",
        "SET LOCAL session_replication_role = replica; DELETE FROM audit_logs",
        "INSERT INTO audit_logs (id, action, entity_type, sequence, previous_hash, hash)"
        " VALUES (gen_random_uuid(), 'x.y', 'x', 2, '', '')",
    ],
)
def test_the_table_refuses_whatever_is_no_new_entry(school: Flask, statement: str) -> None:
    write()
    chain_entries()
    _refused(school, statement)
    assert len(numbers()) == 1


def _refused(school: Flask, statement: str) -> None:
    """By the privileges of the application, and by the table whoever asks."""
    with pytest.raises(DBAPIError, match=r"the audit log is append-only|permission denied|must be owner"):
        session().execute(text(statement))
    session().rollback()
    with (
        pytest.raises(DBAPIError, match="the audit log is append-only"),
        connected_as(SUPERUSER, school) as other,
    ):
        other.execute(text(statement))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_logs SET sequence = 1",
        "UPDATE audit_logs SET sequence = 1, previous_hash = '', hash = '', action = 'x.y'",
        "UPDATE audit_logs SET action = 'x.y'",
        "DELETE FROM audit_logs",
    ],
)
def test_an_entry_that_waits_for_its_link_takes_nothing_else(school: Flask, statement: str) -> None:
    write()
    _refused(school, statement)


def test_the_owner_may_and_is_found_out(school: Flask) -> None:
    write(9)
    chain_entries()
    with as_the_owner(school) as owner:
        owner.execute(text("""UPDATE audit_logs SET new_data = '{"name_en": "Other"}' WHERE sequence = 3"""))
        owner.execute(text("DELETE FROM audit_logs WHERE sequence = 5"))
    assert found() == [(Fault.CHANGED, 3), (Fault.MISSING, 5)]
    result = school.test_cli_runner().invoke(args=["audit", "verify"])
    assert result.exit_code == 1
    changed, missing, summary = result.output.splitlines()
    assert changed.startswith("entry 3 (2") and "person.changed): changed" in changed
    assert missing == "entry 5: missing: entry 5 is not there"
    assert summary.startswith("8 entries chained, last hash") and "2 findings" in summary


def test_two_rows_that_changed_places_are_named(school: Flask) -> None:
    write(6)
    chain_entries()
    with as_the_owner(school) as owner:
        for old, new in ((3, 100), (4, 3), (100, 4)):
            owner.execute(text(f"UPDATE audit_logs SET sequence = {new} WHERE sequence = {old}"))  # noqa: S608  # numbers of this test
    assert {number for _, number in found()} == {3, 4}


def test_an_entry_taken_out_of_the_chain_is_found(school: Flask) -> None:
    write(3)
    chain_entries()
    with as_the_owner(school) as owner:
        owner.execute(
            text(
                "UPDATE audit_logs SET sequence = NULL, previous_hash = NULL, hash = NULL WHERE sequence = 2"
            )
        )
    assert found() == [(Fault.MISSING, 2)]
    with clock.stopped_at(clock.now() + timedelta(hours=1)):
        assert found() == [(Fault.MISSING, 2), (Fault.NOT_CHAINED, None)]


def test_a_cut_end_shows_only_against_the_anchor(school: Flask) -> None:
    runner = school.test_cli_runner()
    write(3)
    number, anchor, _ = runner.invoke(args=["audit", "head"]).output.split()
    assert number == "3"
    write(2)
    chain_entries()
    assert runner.invoke(args=["audit", "verify", "--since-anchor", anchor]).exit_code == 0
    with as_the_owner(school) as owner:
        owner.execute(text("DELETE FROM audit_logs WHERE sequence >= 3"))
    assert found() == []
    result = runner.invoke(args=["audit", "verify", "--since-anchor", anchor])
    assert result.exit_code == 1
    assert "the log was cut or rewritten" in result.output


def test_an_anchor_is_64_hexadecimal_signs(school: Flask) -> None:
    for typed in ("abc", "zz", "ab" * 31):
        result = school.test_cli_runner().invoke(args=["audit", "verify", "--since-anchor", typed])
        assert result.exit_code == 2


def test_an_empty_log_is_whole(school: Flask) -> None:
    assert school.test_cli_runner().invoke(args=["audit", "verify"]).exit_code == 0
    assert school.test_cli_runner().invoke(args=["audit", "head"]).exit_code == 1
    assert find_head() is None


def test_the_clock_and_a_worker_chain_what_was_written(school: Flask, tmp_path: Path) -> None:
    redis = RedisServer(tmp_path)
    redis.start()
    settings = school.config["SETTINGS"].model_copy(update={"redis_url": redis.url})
    write(2)
    try:
        with command(settings, "jobs", "worker"), command(settings, "jobs", "schedule"):
            until(lambda: numbers() == [1, 2], seconds=40)
    finally:
        redis.stop()
    assert found() == []


def test_the_clock_brings_the_chain_and_the_daily_anchor() -> None:
    timed = {entry.job: entry for entry in SCHEDULE}
    assert (timed[JobName.CHAIN_AUDIT].every or 60) <= 10
    first = timed[JobName.ANCHOR_AUDIT].next_after(datetime(2026, 11, 22, tzinfo=UTC))
    assert timed[JobName.ANCHOR_AUDIT].next_after(first) - first == timedelta(days=1)
