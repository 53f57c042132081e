"""For whom the database answers: the settings behind PostgreSQL's walls (see `app.walls`).

A session begins with no scope and then sees nothing behind a wall. Who opens one says so in one place each:
`app.web.access` for requests, `app.cli` for commands, the worker for jobs. The settings hold for one
transaction; they travel in front of its first statement and cost no round trip of their own.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.orm import Session
from sqlalchemy.pool import Pool

from app.prepared import faults_told  # its listener comes first: what it keeps does not know of scopes

_SCOPE = "scope"
_PENDING = "scope to set"
_FRAME = ("RELEASE", "ROLLBACK")
_SETTINGS = ("scope", "user", "person", "campuses", "post", "students", "places")


@dataclass(frozen=True)
class Scope:
    """Who reads: a named scope, or a member with an account."""

    name: str
    user_id: UUID | None = None
    person_id: UUID | None = None

    @property
    def statement(self) -> str:
        """What tells PostgreSQL, for the rest of the transaction."""
        if self.user_id is not None:
            person = f"'{self.person_id}'" if self.person_id else "NULL"
            return f"SELECT sa_enter('{self.user_id}', {person});"
        values = (self.name, *("" for _ in _SETTINGS[1:]))
        calls = (
            f"set_config('sa.{key}', '{value}', true)" for key, value in zip(_SETTINGS, values, strict=True)
        )
        return f"SELECT {', '.join(calls)};"


NOBODY = Scope("none")
"""Until it is known who asks."""
PUBLIC = Scope("public")
"""Pages that everybody may ask for: the site, sign-in, a family's application. No child's record."""
EVERYTHING = Scope("all")
"""Jobs and commands."""


def scope_of(session: Session) -> Scope:
    """The scope of a session."""
    scope: Scope = session.info.get(_SCOPE, NOBODY)
    return scope


def set_scope(session: Session, scope: Scope, *, is_told: bool = False) -> None:
    """Let the session read as `scope` from its next statement on.

    `is_told`: the database knows already, because the statement that found out who reads has told it.
    """
    session.info[_SCOPE] = scope
    if not is_told and session.in_transaction() and session.is_active:
        session.connection().info[_PENDING] = scope.statement


@event.listens_for(Session, "after_begin")
def _on_begin(session: Session, transaction: Any, connection: Connection) -> None:
    # Who opens a session of their own for a table without a wall says nothing: a transaction begins with nobody.
    if _SCOPE in session.info:
        connection.info[_PENDING] = scope_of(session).statement


@event.listens_for(Pool, "checkin")
def _on_return(dbapi_connection: Any, record: Any) -> None:
    record.info.pop(_PENDING, None)  # what was not told is not told to whoever comes next


@event.listens_for(Engine, "before_cursor_execute", retval=True)
def _tell(
    conn: Connection, cursor: Any, statement: str, parameters: Any, context: Any, executemany: bool
) -> tuple[str, Any]:
    if statement.startswith(_FRAME):
        # A transaction that failed takes nothing but its end. A savepoint is told before: what is told behind it is
        # taken back with it, and whoever read before would read on.
        return statement, parameters
    pending = conn.info.pop(_PENDING, None)
    if pending is None:
        return statement, parameters
    if executemany or getattr(cursor, "name", None):
        with closing(conn.connection.cursor()) as own, faults_told(conn, own, pending):
            own.execute(pending)
        return statement, parameters
    return pending + statement, parameters
