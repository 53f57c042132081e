"""`flask jobs worker` and `flask jobs schedule`: the two processes beside the web server.

Both survive a Redis that stops and comes back.
"""

from __future__ import annotations

import logging
import signal
from threading import Event
from types import FrameType

from flask.cli import AppGroup
from redis.exceptions import RedisError
from rq import SimpleWorker
from rq.cron import CronScheduler
from rq.serializers import JSONSerializer
from rq.utils import import_attribute

from app.queue import QUEUE_NAME, JobName, job_queue, redis_connection
from app.uow import session

log = logging.getLogger(__name__)

jobs = AppGroup("jobs", help="Background work.")

SWEEP_SECONDS = 10
_PATIENCE = 2.0


class Worker(SimpleWorker):
    """Runs jobs in its own process: no fork for each mail, one database connection."""

    def perform_job(self, job, queue):  # type: ignore[no-untyped-def]  # RQ's own signature
        """Run one job and give the database connection back, whatever happened."""
        try:
            return super().perform_job(job, queue)
        finally:
            session().rollback()
            session().close()


@jobs.command("worker")
def run_worker() -> None:
    """Work off the queue until told to stop. Redis going away is waited out."""
    stop = _stop_event()
    while not stop.is_set():
        connection = redis_connection(patient=True)
        try:
            worker = Worker([job_queue(connection)], connection=connection, serializer=JSONSerializer)
            worker.work(logging_level="WARNING")
            return
        except (RedisError, OSError) as error:
            log.warning("worker waits for Redis", extra={"error": str(error)})
            stop.wait(_PATIENCE)
        finally:
            connection.close()


class Scheduler(CronScheduler):
    """RQ's cron with the schedule of this application."""

    def plan(self) -> None:
        """Everything that happens by the clock."""
        self.register(
            import_attribute(JobName.SWEEP_OUTBOX),
            QUEUE_NAME,
            interval=SWEEP_SECONDS,
            job_timeout=600,
            result_ttl=0,
            ttl=60,
        )


@jobs.command("schedule")
def run_scheduler() -> None:
    """Enqueue what is due until told to stop. Redis going away is waited out."""
    stop = _stop_event()
    while not stop.is_set():
        connection = redis_connection(patient=True)
        try:
            scheduler = Scheduler(connection=connection, name="smart-academy")
            scheduler.plan()
            scheduler.start()
            return
        except (RedisError, OSError) as error:
            log.warning("scheduler waits for Redis", extra={"error": str(error)})
            stop.wait(_PATIENCE)
        finally:
            connection.close()


def _stop_event() -> Event:
    stop = Event()

    def end(number: int, frame: FrameType | None) -> None:
        stop.set()
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    return stop
