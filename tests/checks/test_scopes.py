"""Whoever works without a page says for whom: each command and each job, with nothing said for it by the tests.

Tests prepare and look as the school itself (`tests/conftest.py`); here that is switched off.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from importlib import import_module

import click
import pytest
from flask import Flask
from rq.serializers import JSONSerializer
from sqlalchemy import Connection, select

from app.cli.group import SchoolGroup
from app.cli.jobs import Worker, sweep_without_redis
from app.domain.kernel.access import SYSTEM
from app.domain.people.models import Student
from app.domain.people.services import add_person
from app.extensions import db
from app.queue import JobName, job_queue, redis_connection
from app.scope import EVERYTHING, NOBODY, Scope
from app.uow import across_campuses, reader, session, transaction


@pytest.fixture
def nobody(connection: Connection) -> Iterator[None]:
    """A session begins as it does outside the tests: for nobody."""
    db.session.remove()
    db.session.session_factory.configure(info={"scope": NOBODY})
    yield
    db.session.remove()
    db.session.session_factory.configure(info={"scope": EVERYTHING})


def _commands(group: click.Group) -> Iterator[tuple[click.Group, click.Command]]:
    for command in group.commands.values():
        if isinstance(command, click.Group):
            yield from _commands(command)
        else:
            yield group, command


def test_a_session_that_nobody_has_spoken_for_reads_nothing(nobody: None) -> None:
    assert reader() == NOBODY and session().scalars(select(Student.id)).all() == []


def test_every_command_of_ours_stands_in_a_group_that_says_for_whom(app: Flask) -> None:
    ours = [
        (group, command)
        for group, command in _commands(app.cli)
        if inspect.unwrap(
            command.callback or test_a_session_that_nobody_has_spoken_for_reads_nothing
        ).__module__.partition(".")[0]
        == "app"
    ]
    assert len(ours) > 5
    for group, command in ours:
        assert isinstance(group, SchoolGroup), f"flask {command.name}: make it with SchoolGroup"


def test_a_command_of_such_a_group_reads_everything(nobody: None, app: Flask) -> None:
    seen: list[Scope] = []
    group = SchoolGroup("probe")

    @group.command("look")
    def look() -> None:
        """Look for whom this works."""
        seen.append(reader())

    result = app.test_cli_runner().invoke(group, ["look"])
    assert result.exit_code == 0, result.output
    assert seen == [EVERYTHING]


def test_a_command_finds_what_is_there(nobody: None, app: Flask) -> None:
    with across_campuses(), transaction():
        add_person(SYSTEM, name_en="Somebody New")
    assert reader() == NOBODY
    runner = app.test_cli_runner()
    assert "0 entries" not in runner.invoke(args=["audit", "chain"]).output
    assert runner.invoke(args=["audit", "head"]).exit_code == 0


@pytest.mark.parametrize("name", list(JobName), ids=lambda name: name.name.lower())
def test_every_job_reads_everything(
    nobody: None, app: Flask, monkeypatch: pytest.MonkeyPatch, name: JobName
) -> None:
    seen: list[Scope] = []
    module, _, function = name.value.rpartition(".")
    monkeypatch.setattr(import_module(module), function, lambda *values: seen.append(reader()))
    connection = redis_connection(patient=True)
    try:
        queue = job_queue(connection)
        queue.empty()
        queue.enqueue(name.value, result_ttl=0)
        Worker([queue], connection=connection, serializer=JSONSerializer).work(
            burst=True, logging_level="WARNING"
        )
    finally:
        connection.close()
    assert seen == [EVERYTHING]


def test_the_worker_without_redis_reads_everything(nobody: None, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Scope] = []
    module = import_module("app.cli.jobs")  # a name of the package is the group of commands
    monkeypatch.setattr(module, "sweep", lambda **values: seen.append(reader()))
    monkeypatch.setattr(module.signal, "signal", lambda *values: None)
    monkeypatch.setattr(module, "_PATIENCE", 0.01)
    sweep_without_redis()
    assert seen == [EVERYTHING]


def test_a_shell_reads_everything(nobody: None, app: Flask) -> None:
    app.make_shell_context()
    assert reader() == EVERYTHING
