"""Connections that PostgreSQL has closed are not used.

A restart of the server ends every connection the pools keep. The first request afterwards would fail on each of
them, and asking `SELECT 1` beforehand costs a round trip for every page. But a server that goes says so first: an
idle connection on which there is something to read is one that has ended. Looking costs two microseconds.
"""

from __future__ import annotations

import select
from typing import Any

from sqlalchemy import event
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.pool import Pool


def has_hung_up(dbapi_connection: Any) -> bool:
    """Whether the other end of an idle connection has said good-bye, or is gone."""
    try:
        line = select.poll()
        line.register(dbapi_connection.fileno(), select.POLLIN)
        return bool(line.poll(0))
    except (OSError, ValueError, dbapi_connection.Error):
        return True  # no line at all any more


# For all pools at once: it comes before what counts the connections lent out.
@event.listens_for(Pool, "checkout")
def _look_first(dbapi_connection: Any, record: Any, fairy: Any) -> None:
    if has_hung_up(dbapi_connection):
        # Its neighbours ended with it: all are made anew, each when it is next asked for.
        raise InvalidatePoolError
