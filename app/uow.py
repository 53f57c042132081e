"""One business act is one transaction.

`transaction()` commits when its block ends and rolls back when it raises. A service that calls another
joins the transaction that is open. `after_commit()` postpones what must not happen for a write that
is then rolled back, such as waking a worker.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from sqlalchemy import CursorResult, Select
from sqlalchemy.orm import Session

from app import lines, prepared  # noqa: F401  # dead connections are not used; statements of `read` are planned once
from app.extensions import db
from app.scope import EVERYTHING, NOBODY, PUBLIC, Scope, scope_of, set_scope

log = logging.getLogger(__name__)

_DEPTH = "uow_depth"
_CALLBACKS = "uow_after_commit"
_LAST_WORDS = "uow_before_commit"


def session() -> Session:
    """The database session of this request, job or command."""
    return db.session()


def read(statement: Select[*tuple[Any, ...]], values: Mapping[str, Any]) -> CursorResult[*tuple[Any, ...]]:
    """The rows of a statement with `prepared` among its execution options, for pages with the tightest budget.

    Its columns come as plain values: nothing of it becomes an object of the session.
    """
    current = session()
    current.flush()
    return current.connection().execute(statement, values)


def begin_request(*, is_public: bool) -> None:
    """A page begins: one for everybody reads what is public, any other nothing until its reader is known."""
    set_scope(session(), PUBLIC if is_public else NOBODY)


def awaits_reader() -> bool:
    """Whether nobody has said yet for whom this session reads."""
    return scope_of(session()) == NOBODY


def read_as_member(user_id: UUID, person_id: UUID | None) -> None:
    """The reader is known, and the statement that found them has told the database."""
    set_scope(session(), Scope("member", user_id, person_id), is_told=True)


def reader() -> Scope:
    """For whom this session reads: to be handed on to a session that goes on with the same request."""
    return scope_of(session())


def read_as(scope: Scope) -> None:
    """Go on in a session of one's own for the reader of another, see `reader`."""
    set_scope(session(), scope)


def work_for_the_school() -> None:
    """A job or a command begins: it reads everything. Never for what answers a request."""
    set_scope(session(), EVERYTHING)


@contextmanager
def across_campuses() -> Iterator[None]:
    """For the few questions that lead beyond the reader's campuses, such as whose phone number this is.

    The filter of the query is then the only wall: it names one thing that the reader knows already.
    """
    current = session()
    before = scope_of(current)
    current.flush()
    set_scope(current, EVERYTHING)
    try:
        yield
        current.flush()
    finally:
        set_scope(current, before)


def let_go() -> None:
    """Give the connection of this request back, where no transaction is open; the next statement fetches one again.

    For what takes long without the database, and for what needs a connection of its own: were two held at once,
    as many requests as there are connections would each wait for the second one, and none would ever get it.
    """
    current = session()
    if not current.info.get(_DEPTH):
        current.close()


@contextmanager
def transaction() -> Iterator[Session]:
    """Everything inside is stored together or not at all."""
    current = session()
    if current.info.get(_DEPTH):
        yield current
        return
    current.info[_DEPTH] = True
    current.info[_CALLBACKS] = []
    try:
        yield current
        for last_word in current.info.get(_LAST_WORDS, ()):
            last_word()
        current.commit()
    except BaseException:
        current.rollback()
        current.info[_CALLBACKS] = []
        raise
    finally:
        current.info[_DEPTH] = False
    for callback in current.info.pop(_CALLBACKS):
        try:
            callback()
        except Exception:
            # The write is stored; whatever the callback was to hasten is found by the sweeper.
            log.exception("after-commit callback failed")


def before_commit(callback: Callable[[], object]) -> None:
    """Call `callback` inside each transaction of this session, just before it is stored: what it writes, or its
    refusal, shares the fate of the act."""
    session().info.setdefault(_LAST_WORDS, []).append(callback)


def act_is_over() -> None:
    """What stood to be called before each commit of this session is called no more: its act has been answered."""
    session().info.pop(_LAST_WORDS, None)


def after_commit(callback: Callable[[], object]) -> None:
    """Call `callback` once the open transaction is stored; at once when none is open."""
    current = session()
    if current.info.get(_DEPTH):
        current.info[_CALLBACKS].append(callback)
    else:
        callback()
