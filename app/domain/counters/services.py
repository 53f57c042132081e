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
    with transaction() as db:
        statement = insert(Counter).values(series=series, last_number=1)
        return int(
            db.execute(
                statement.on_conflict_do_update(
                    index_elements=[Counter.series], set_={"last_number": Counter.last_number + 1}
                ).returning(Counter.last_number)
            ).scalar_one()
        )
