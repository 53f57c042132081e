"""Counting tries.

A count is stored at once, in a short transaction of its own: what a refused request tried stays counted although
everything else it did is rolled back. One statement counts and answers, so that of fifty tries at once exactly as
many get through as may, and the clock is the database's.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
from collections.abc import Iterable

from flask import current_app
from sqlalchemy import Integer, case, cast, delete, func
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.domain.audit.services import record
from app.domain.kernel.access import Actor
from app.domain.limits.models import LimitCount
from app.domain.limits.rules import LIMITS, is_first_over, longest_wait
from app.domain.limits.types import Counted, Limit, Tally, TooMany
from app.extensions import db
from app.uow import let_go, transaction

log = logging.getLogger(__name__)


def take(by: Actor, *counted: Counted) -> dict[Limit, Tally]:
    """Count one try of each and return where the counts stand. Raises TooMany.

    All are counted, also where one of them refuses. The try that passes a limit is logged and audited; those after
    it, in the same window, are only refused.
    """
    tallies = _count(counted, 1)
    for tally in tallies:
        if is_first_over(tally):
            _tell(by, tally)
    refused = longest_wait(tallies)
    if refused:
        raise TooMany(refused.limit, refused.seconds)
    return {tally.limit: tally for tally in tallies}


def give_back(*counted: Counted) -> None:
    """Take back one try of each: it was not what the limit is against."""
    _count(counted, -1)


def sweep_limits() -> int:
    """Delete the counts whose window is over. Returns how many."""
    with transaction() as current:
        gone = current.execute(delete(LimitCount).where(LimitCount.ends_at < func.statement_timestamp()))
    return int(gone.rowcount)  # type: ignore[attr-defined]  # a delete answers with its row count


def digest_of(name: str, subject: str) -> bytes:
    """For whom it is counted, unreadable without our secret: of a phone number a bare digest is soon guessed."""
    secret = str(current_app.config["SECRET_KEY"]).encode()
    text = f"limit {name} {subject}".encode("utf-8", "surrogatepass")
    return hmac.new(secret, text, hashlib.sha256).digest()


def _count(counted: Iterable[Counted], step: int) -> list[Tally]:
    # Always in the same order: two requests that count the same two things do not wait for each other in a ring.
    rows = sorted({(limit.value, digest_of(limit.value, subject)) for limit, subject in counted})
    now = func.statement_timestamp()
    statement = insert(LimitCount).values(
        [
            {
                "name": name,
                "subject": subject,
                "count": max(step, 0),
                "ends_at": now + LIMITS[Limit(name)].window,
            }
            for name, subject in rows
        ]
    )
    is_over = LimitCount.ends_at <= now
    statement = statement.on_conflict_do_update(
        index_elements=[LimitCount.name, LimitCount.subject],
        set_={
            "count": case(
                (is_over, statement.excluded.count), else_=func.greatest(LimitCount.count + step, 0)
            ),
            "ends_at": case((is_over, statement.excluded.ends_at), else_=LimitCount.ends_at),
        },
    )
    seconds = cast(func.ceil(func.extract("epoch", LimitCount.ends_at - now)), Integer)
    let_go()
    with Session(db.engine) as own:
        found = own.execute(statement.returning(LimitCount.name, LimitCount.count, seconds)).all()
        own.commit()
    return [Tally(Limit(name), count, max(1, left)) for name, count, left in found]


def _tell(by: Actor, tally: Tally) -> None:
    log.warning("limit passed", extra={"limit": tally.limit.value, "request_id": by.request_id})
    with transaction():
        record(
            by, "limit.passed", "limit", None, new={"limit": tally.limit, "most": LIMITS[tally.limit].most}
        )
