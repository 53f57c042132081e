"""The table of last runs."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String, func
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, enum_column
from app.domain.schedule.types import RunOutcome


class JobRun(Base):
    """The last run of a job that happens by the clock. One row a job: what ran before is in the log."""

    __tablename__ = "job_runs"

    name: Mapped[str] = mapped_column(String(120), primary_key=True)
    started_at: Mapped[datetime] = mapped_column(server_default=func.now())
    ended_at: Mapped[datetime | None]
    outcome: Mapped[RunOutcome] = mapped_column(enum_column(RunOutcome, "outcome"))
    said: Mapped[str] = mapped_column(String(300), default="", server_default="")
