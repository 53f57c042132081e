"""Seeing from one transaction that another one waits for it."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.support.processes import until

# The locks themselves and not pg_stat_activity, which stays as it is while a transaction lasts.
_WAITING = text("""
    select count(*) from pg_locks
    where not granted and pid in (
        select pid from pg_locks join pg_database on pg_database.oid = pg_locks.database
        where datname = current_database()
    )
""")


def until_somebody_waits(db: Session) -> None:
    """Return once another connection to this database waits for a lock; fail after ten seconds."""
    until(lambda: bool(db.scalar(_WAITING)), seconds=10)
