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

from sqlalchemy import CursorResult, Select
from sqlalchemy.orm import Session

from app import prepared  # noqa: F401  # statements of `read` are planned once
from app.extensions import db

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


def after_commit(callback: Callable[[], object]) -> None:
    """Call `callback` once the open transaction is stored; at once when none is open."""
    current = session()
    if current.info.get(_DEPTH):
        current.info[_CALLBACKS].append(callback)
    else:
        callback()
