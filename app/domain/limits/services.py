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
from sqlalchemy import delete, func, text
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
    counted = f"limit {name} {subject}".encode("utf-8", "surrogatepass")
    return hmac.new(secret, counted, hashlib.sha256).digest()


_COUNT = text(
    """
    INSERT INTO limit_counts AS kept (name, subject, count, ends_at)
    SELECT name, subject, first, statement_timestamp() + lasts
      FROM unnest(
             CAST(:names AS varchar[]), CAST(:subjects AS bytea[]), CAST(:firsts AS int[]),
             CAST(:windows AS interval[])
           ) WITH ORDINALITY AS given (name, subject, first, lasts, place)
     ORDER BY place
    ON CONFLICT (name, subject) DO UPDATE SET
      count = CASE WHEN kept.ends_at <= statement_timestamp() THEN excluded.count
                   ELSE greatest(kept.count + :step, 0) END,
      ends_at = CASE WHEN kept.ends_at <= statement_timestamp() THEN excluded.ends_at ELSE kept.ends_at END
    RETURNING name, count, CAST(ceil(extract(epoch FROM ends_at - statement_timestamp())) AS int)
    """
)
"""One text for any number of counts: it is put together once, while a refusal must cost next to nothing."""


def _count(counted: Iterable[Counted], step: int) -> list[Tally]:
    # Always in the same order: two requests that count the same two things do not wait for each other in a ring.
    rows = sorted({(limit.value, digest_of(limit.value, subject)) for limit, subject in counted})
    values = {
        "names": [name for name, _ in rows],
        "subjects": [subject for _, subject in rows],
        "firsts": [max(step, 0)] * len(rows),
        "windows": [LIMITS[Limit(name)].window for name, _ in rows],
        "step": step,
    }
    let_go()
    with Session(db.engine) as own:
        found = own.execute(_COUNT, values).all()
        own.commit()
    return [Tally(Limit(name), count, max(1, left)) for name, count, left in found]


def _tell(by: Actor, tally: Tally) -> None:
    log.warning("limit passed", extra={"limit": tally.limit.value, "request_id": by.request_id})
    with transaction():
        record(
            by, "limit.passed", "limit", None, new={"limit": tally.limit, "most": LIMITS[tally.limit].most}
        )
