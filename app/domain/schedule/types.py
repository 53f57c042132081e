"""The outcome of a run, and the view of one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class RunOutcome(StrEnum):
    """How a run ended, or that it has not ended yet."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True)
class RunView:
    """The last run of a job."""

    name: str
    started_at: datetime
    ended_at: datetime | None
    outcome: RunOutcome
    said: str
