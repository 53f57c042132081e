"""Reading the last runs."""

from __future__ import annotations

from sqlalchemy import select

from app.domain.schedule.models import JobRun
from app.domain.schedule.types import RunView
from app.uow import session


def list_runs() -> dict[str, RunView]:
    """The last run of each job, by the job's name. A job that never ran is not in it."""
    statement = select(JobRun.name, JobRun.started_at, JobRun.ended_at, JobRun.outcome, JobRun.said)
    return {row.name: RunView(*row) for row in session().execute(statement)}
