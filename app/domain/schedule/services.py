"""Writing down that a job by the clock began and how it ended.

There is no audit entry: nobody did it, and it happens every few seconds.
"""

from __future__ import annotations

from sqlalchemy import func, update
from sqlalchemy.dialects.postgresql import insert

from app.domain.schedule.models import JobRun
from app.domain.schedule.types import RunOutcome
from app.uow import transaction


def begin_run(name: str) -> None:
    """A run has begun. One that never ends, because its worker was killed, stays as running."""
    values = {"started_at": func.now(), "ended_at": None, "outcome": RunOutcome.RUNNING, "said": ""}
    with transaction() as db:
        db.execute(
            insert(JobRun)
            .values(name=name, **values)
            .on_conflict_do_update(index_elements=[JobRun.name], set_=values)
        )


def end_run(name: str, outcome: RunOutcome, said: str = "") -> None:
    """The run has ended."""
    with transaction() as db:
        db.execute(
            update(JobRun)
            .where(JobRun.name == name)
            .values(ended_at=func.now(), outcome=outcome, said=" ".join(said.split())[:300])
            .execution_options(synchronize_session=False)
        )
