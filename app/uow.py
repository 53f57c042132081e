"""One business act is one transaction.

`transaction()` commits when its block ends and rolls back when it raises. A service that calls another
joins the transaction that is open. `after_commit()` postpones what must not happen for a write that
is then rolled back, such as waking a worker.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session

from app.extensions import db

log = logging.getLogger(__name__)

_DEPTH = "uow_depth"
_CALLBACKS = "uow_after_commit"


def session() -> Session:
    """The database session of this request, job or command."""
    return db.session()


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


def after_commit(callback: Callable[[], object]) -> None:
    """Call `callback` once the open transaction is stored; at once when none is open."""
    current = session()
    if current.info.get(_DEPTH):
        current.info[_CALLBACKS].append(callback)
    else:
        callback()
