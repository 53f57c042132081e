"""Giving numbers."""

from __future__ import annotations

from sqlalchemy.dialects.postgresql import insert

from app.domain.counters.models import Counter
from app.uow import transaction


def next_number(series: str) -> int:
    """The next number of a series, from 1.

    Others who want one wait until this transaction ends, so that a number given to something that was
    then not stored is given again and no gap stays. Take it late.
    """
    return next_numbers(series, 1)[0]


def next_numbers(series: str, count: int) -> range:
    """The next `count` numbers of a series in one statement, for those who make many things at once."""
    if count == 0:
        return range(0)
    with transaction() as db:
        statement = insert(Counter).values(series=series, last_number=count)
        last = int(
            db.execute(
                statement.on_conflict_do_update(
                    index_elements=[Counter.series], set_={"last_number": Counter.last_number + count}
                ).returning(Counter.last_number)
            ).scalar_one()
        )
    return range(last - count + 1, last + 1)
