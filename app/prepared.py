"""Statements that PostgreSQL plans once for each connection and not once for each page.

Every page of the portal asks who is signed in; the register asks four things more. Those statements join many
tables, and planning them takes PostgreSQL three times as long as answering them. psycopg2 knows no prepared
statements, so this is the one place that says PREPARE and EXECUTE. A statement takes part by
`.execution_options(prepared=True)`; it is built once, with `bindparam`, and its text names each parameter's
type where PostgreSQL could not tell it from the column beside it.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine

_NAMES = "prepared statements"
_MOST = 100
"""For each connection. A list of five values and one of six are two statements, and every set of filters of a list
is one; the one that was not asked for longest makes room."""

_NUMBERS = itertools.count(1)

_PARAMETER = re.compile(r"%(?:\((\w+)\)s|%)")


def _numbered(text: str) -> tuple[str, list[str]]:
    """The statement with $1, $2... for its named parameters, and their names in that order."""
    order: dict[str, int] = {}

    def number(found: re.Match[str]) -> str:
        name = found.group(1)
        return f"${order.setdefault(name, len(order) + 1)}" if name else "%"

    return _PARAMETER.sub(number, text), list(order)


@contextmanager
def faults_told(conn: Connection, cursor: Any, statement: str, context: Any = None) -> Iterator[None]:
    """Let what fails on a bare cursor fail as any statement does: raises SQLAlchemy's error and, where the line is
    dead, lets go of the connection."""
    try:
        yield
    except conn.dialect.loaded_dbapi.Error as error:
        conn._handle_dbapi_exception(
            error, statement, None, cursor, context
        )  # it offers no other way to this


@event.listens_for(Engine, "before_cursor_execute", retval=True)
def _execute_prepared(
    conn: Connection, cursor: Any, statement: str, parameters: Any, context: Any, executemany: bool
) -> tuple[str, Any]:
    if executemany or not context or not context.execution_options.get("prepared"):
        return statement, parameters
    known: dict[str, tuple[str, str]] = conn.info.setdefault(_NAMES, {})
    # Taken out and put back: a dictionary keeps the order, so the first is the one that was not asked for longest.
    name, execute = known.pop(statement, ("", ""))
    if not name:
        text, order = _numbered(statement)
        with faults_told(conn, cursor, statement, context):
            _make_room(cursor, known)
            name = f"page_{next(_NUMBERS)}"
            cursor.execute(f"PREPARE {name} AS {text}")
        values = ", ".join(f"%({each})s" for each in order)
        execute = f"EXECUTE {name} ({values})" if order else f"EXECUTE {name}"
    known[statement] = name, execute
    return execute, parameters


def _make_room(cursor: Any, known: dict[str, tuple[str, str]]) -> None:
    if len(known) >= _MOST:
        name, _ = known.pop(next(iter(known)))
        cursor.execute(f"DEALLOCATE {name}")
