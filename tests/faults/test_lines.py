"""A connection that PostgreSQL has ended is not lent out, and one that dies on the way breaks no answer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg2
import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app import create_app, lines
from app.extensions import db
from app.scope import PUBLIC
from app.uow import read_as, session
from app.web.metrics import _pool
from tests.conftest import Services
from tests.support.processes import until


@pytest.fixture
def end(services: Services) -> Iterator[object]:
    """Ends the backend of a number, and waits until it is gone."""
    connection = psycopg2.connect(services.database_url.replace("+psycopg2", ""))
    connection.autocommit = True

    def end(pid: int) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", (pid,))

            def is_gone() -> bool:
                cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE pid = %s", (pid,))
                row = cursor.fetchone()
                return row is not None and row[0] == 0

            until(is_gone)

    yield end
    connection.close()


def backend() -> int:
    return int(session().scalar(text("SELECT pg_backend_pid()")))


@contextmanager
def gauge_comes_back() -> Iterator[None]:
    """Whatever happens, what was lent out is counted as given back."""
    before = _pool._value.get()
    yield
    assert _pool._value.get() == before


def test_what_the_server_ended_while_nobody_used_it_is_replaced_unseen(real_app: Flask, end: object) -> None:
    with real_app.app_context(), gauge_comes_back():
        old = backend()
        db.session.remove()
        end(old)  # type: ignore[operator]  # the fixture is a function
        assert backend() != old
        db.session.remove()


def test_a_line_that_was_made_this_moment_is_not_suspected(
    real_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that closes each line at once, as one that is just going: an error of the server, none of ours."""
    monkeypatch.setattr(lines, "has_hung_up", lambda connection: True)
    with real_app.app_context(), gauge_comes_back():
        old = backend()
        db.session.remove()
        assert backend() != old
        db.session.remove()


def test_what_the_server_ends_in_use_is_an_error_once_and_no_error_when_it_is_given_back(
    real_app: Flask, end: object
) -> None:
    with real_app.app_context(), gauge_comes_back():
        old = backend()
        end(old)  # type: ignore[operator]  # the fixture is a function
        db.session.remove()  # takes back on a dead line
        old = backend()
        end(old)  # type: ignore[operator]  # the fixture is a function
        with pytest.raises(DBAPIError) as caught:
            backend()
        assert caught.value.connection_invalidated
        session().rollback()
        assert backend() != old
        db.session.remove()


def test_a_statement_that_is_prepared_on_a_dead_line_fails_as_any_other(real_app: Flask, end: object) -> None:
    prepared = text("SELECT 1 AS one").execution_options(prepared=True)
    with real_app.app_context(), gauge_comes_back():
        read_as(PUBLIC)
        end(backend())  # type: ignore[operator]  # the fixture is a function
        with pytest.raises(DBAPIError) as caught:
            session().execute(prepared)
        assert caught.value.connection_invalidated
        session().rollback()
        assert session().execute(prepared).scalar() == 1
        db.session.remove()


def test_a_server_that_is_away_leaves_no_connection_counted_as_lent_out(app: Flask) -> None:
    url = "postgresql+psycopg2://nobody@127.0.0.1:9/nothing"
    settings = app.config["SETTINGS"].model_copy(update={"database_url": url})
    with gauge_comes_back():
        assert create_app(settings).test_client().get("/en/").status_code == 503
