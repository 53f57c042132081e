"""Sessions of one's own: they read what the reader reads, or nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from app.domain.audit.models import AuditEntry
from app.domain.outbox.queries import read_backlog
from app.domain.people.models import Student
from app.scope import EVERYTHING, NOBODY, PUBLIC, Scope
from app.uow import read_as, reader, session
from app.web.metrics import render_metrics
from app.web.spreadsheet import after_request
from tests.support.cast import CAST, Cast
from tests.support.twins import add_twins, twin


@pytest.fixture
def twins(cast: Cast) -> Iterator[None]:
    """A row of every table at either campus; afterwards the test reads everything again."""
    add_twins()
    yield
    read_as(EVERYTHING)


def _entries() -> Iterator[str]:
    for key in session().scalars(select(AuditEntry.id)):
        yield str(key)


def test_a_file_that_leaves_after_the_request_holds_what_its_reader_sees(twins: None, app: Flask) -> None:
    read_as(Scope("member", CAST.jamil.user_id, CAST.jamil.person_id))
    leaving = after_request(app, _entries)
    read_as(NOBODY)  # the request is over
    assert set(leaving) == {str(twin("audit_logs", "river"))}


def test_nobody_gets_an_empty_file(twins: None, app: Flask) -> None:
    read_as(NOBODY)
    assert list(after_request(app, _entries)) == []


def test_the_figures_count_the_outbox_and_read_nothing_else(twins: None) -> None:
    read_as(PUBLIC)
    assert b"sa_outbox_waiting 2.0" in render_metrics()
    assert reader() == PUBLIC
    assert read_backlog().waiting == 0


def test_a_session_that_says_nothing_sees_nothing(real_app: Flask) -> None:
    engine = create_engine(real_app.config["SETTINGS"].database_url, pool_size=1, max_overflow=0)
    try:
        with Session(engine, info={"scope": EVERYTHING}) as told:
            assert told.scalars(select(Student.id)).all()
        with Session(engine, info={"scope": EVERYTHING}) as told:
            told.connection()  # begun, and nothing asked: the scope has not travelled
        with Session(engine) as own:
            assert own.scalars(select(Student.id)).all() == []
    finally:
        engine.dispose()
