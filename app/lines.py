"""Connections that PostgreSQL has closed are not used.

A restart of the server ends every connection the pools keep. The first request afterwards would fail on each of
them, and asking `SELECT 1` beforehand costs a round trip for every page. But a server that goes says so first: an
idle connection on which there is something to read is one that has ended. Looking costs two microseconds.
"""

from __future__ import annotations

import select
from typing import Any

import psycopg2
from psycopg2.extensions import connection
from sqlalchemy import event
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.pool import Pool


class Line(connection):
    """A connection on which taking back is done when the line is dead: the server has taken back everything.

    A request ends by a rollback, also one that was answered; without this a server that goes in between would turn
    that answer into a bare 500.
    """

    def rollback(self) -> None:
        """Take back what was not committed."""
        try:
            super().rollback()
        except psycopg2.Error:
            self.close()  # a line that cannot take back is of no use to anybody


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
    if "lent" not in record.info:
        # Made this moment. What is wrong with it says the first statement; to say it here would only be an error of
        # the pool, which knows no other way than to make one more.
        record.info["lent"] = True
    elif has_hung_up(dbapi_connection):
        # Its neighbours ended with it: all are made anew, each when it is next asked for.
        raise InvalidatePoolError
