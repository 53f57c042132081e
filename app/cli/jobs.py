"""`flask jobs worker` and `flask jobs schedule`: the two processes beside the web server.

Both survive a Redis that stops and comes back.
"""

from __future__ import annotations

import logging
import signal
import time
from types import FrameType

from flask.cli import AppGroup
from redis import Redis
from redis.exceptions import RedisError
from rq import SimpleWorker
from rq.cron import CronJob, CronScheduler
from rq.job import Job
from rq.serializers import JSONSerializer

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
    while True:
        _end_when_told()  # again each time: RQ leaves its own handlers behind
        connection = redis_connection(patient=True)
        try:
            worker = Worker([job_queue(connection)], connection=connection, serializer=JSONSerializer)
            worker.work(logging_level="WARNING")
            return
        except (RedisError, OSError) as error:
            log.warning("worker waits for Redis", extra={"error": str(error)})
            time.sleep(_PATIENCE)
        finally:
            connection.close()


class TimedJob(CronJob):
    """A job by the clock on our queue: RQ's own puts pickles on it, which our worker refuses to read."""

    def enqueue(self, connection: Redis) -> Job:
        """Put the job on the queue by the name of its function."""
        return job_queue(connection).enqueue(self.func_name, *self.args, **self.job_options)


def scheduler_on(connection: Redis) -> CronScheduler:
    """RQ's cron with everything that happens by the clock."""
    scheduler = CronScheduler(connection=connection, name="smart-academy")
    scheduler.get_jobs().extend(
        TimedJob(
            queue_name=QUEUE_NAME,
            func_name=job.value,
            interval=SWEEP_SECONDS,
            job_timeout=600,
            result_ttl=0,
            ttl=60,
        )
        for job in (JobName.SWEEP_OUTBOX, JobName.ANSWER_RESETS)
    )
    return scheduler


@jobs.command("schedule")
def run_scheduler() -> None:
    """Enqueue what is due until told to stop. Redis going away is waited out."""
    while True:
        _end_when_told()  # again each time: RQ leaves its own handlers behind
        connection = redis_connection(patient=True)
        try:
            scheduler_on(connection).start()
            return
        except (RedisError, OSError) as error:
            log.warning("scheduler waits for Redis", extra={"error": str(error)})
            time.sleep(_PATIENCE)
        finally:
            connection.close()


def _end_when_told() -> None:
    def end(number: int, frame: FrameType | None) -> None:
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
