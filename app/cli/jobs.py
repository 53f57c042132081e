"""`flask jobs worker` and `flask jobs schedule`."""

from __future__ import annotations

from flask.cli import AppGroup

from app.jobs.running import run_scheduler, run_worker

jobs = AppGroup("jobs", help="Background work.")


@jobs.command("worker")
def worker() -> None:
    """Work off the queue until stopped."""
    run_worker()


@jobs.command("schedule")
def schedule() -> None:
    """Enqueue what is due by the clock until stopped."""
    run_scheduler()
