"""`flask jobs worker` and `flask jobs schedule`: the two processes beside the web server.

Both survive a Redis that stops and comes back.
"""

from __future__ import annotations

import logging
import signal
import threading
from types import FrameType

from redis import Redis
from redis.exceptions import RedisError
from rq import SimpleWorker
from rq.cron import CronJob, CronScheduler
from rq.job import Job
from rq.serializers import JSONSerializer
from sqlalchemy.exc import SQLAlchemyError

from app.cli.group import SchoolGroup
from app.domain.outbox.services import sweep
from app.domain.schedule.services import begin_run, end_run
from app.domain.schedule.types import RunOutcome
from app.queue import QUEUE_NAME, SCHEDULE, JobName, job_queue, redis_connection
from app.uow import session, work_for_the_school

log = logging.getLogger(__name__)

jobs = SchoolGroup("jobs", help="Background work.")

_PATIENCE = 2.0
_SCHEDULED = frozenset(entry.job.value for entry in SCHEDULE)


class Worker(SimpleWorker):
    """Runs jobs in its own process: no fork for each mail, one database connection."""

    def perform_job(self, job, queue):  # type: ignore[no-untyped-def]  # RQ's own signature
        """Run one job and give the database connection back, whatever happened."""
        is_scheduled = job.func_name in _SCHEDULED
        self.last_error = ""
        work_for_the_school()
        try:
            if is_scheduled:
                begin_run(job.func_name)
            is_done = super().perform_job(job, queue)
            if is_scheduled:
                session().rollback()
                end_run(
                    job.func_name, RunOutcome.DONE if is_done else RunOutcome.FAILED, said=self.last_error
                )
            return is_done
        finally:
            session().rollback()
            session().close()

    def handle_exception(self, job, *exc_info):  # type: ignore[no-untyped-def]  # RQ's own signature
        """Keep the error's name for the page of jobs. Its text may hold what a row holds, and stays in the log."""
        self.last_error = exc_info[0].__name__ if exc_info[0] else ""
        super().handle_exception(job, *exc_info)


@jobs.command("worker")
def run_worker() -> None:
    """Work off the queue until told to stop. While Redis is away the outbox is swept without it."""
    work()


def work() -> None:
    """What the worker does, until told to stop."""
    while True:
        _end_when_told()  # again each time: RQ leaves its own handlers behind
        connection = redis_connection(patient=True)
        try:
            # What the last worker left lying, or Redis forgot, need not wait for the clock.
            job_queue(connection).enqueue(JobName.SWEEP_OUTBOX.value, result_ttl=0, ttl=60, job_timeout=600)
            worker = Worker([job_queue(connection)], connection=connection, serializer=JSONSerializer)
            worker.work(logging_level="WARNING")
            return
        except (RedisError, OSError) as error:
            log.warning("worker goes on without Redis", extra={"error": str(error)})
            sweep_without_redis()
        finally:
            connection.close()


def sweep_without_redis() -> None:
    """Send what is due, then wait a moment. Told to stop, it ends after the message in hand."""
    told = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda number, frame: told.set())
    work_for_the_school()
    try:
        sweep(is_told_to_stop=told.is_set)
    except SQLAlchemyError as error:
        log.warning("the database is away too", extra={"error": str(error)})
    finally:
        session().rollback()
        session().close()
    if told.wait(_PATIENCE):
        raise SystemExit(0)


class TimedJob(CronJob):
    """A job by the clock on our queue: RQ's own puts pickles on it, which our worker refuses to read."""

    def enqueue(self, connection: Redis) -> Job:
        """Put the job on the queue by the name of its function."""
        return job_queue(connection).enqueue(self.func_name, *self.args, **self.job_options)


def scheduler_on(connection: Redis) -> CronScheduler:
    """RQ's cron with everything that happens by the clock."""
    scheduler = CronScheduler(connection=connection, name="smart-academy")
    for entry in SCHEDULE:
        scheduler.get_jobs().append(
            TimedJob(
                queue_name=QUEUE_NAME,
                func_name=entry.job.value,
                interval=entry.every,
                cron=entry.cron,
                job_timeout=entry.timeout,
                result_ttl=0,
                # A run by the second that is late is the next one's; one by the day must not be lost.
                ttl=60 if entry.every else None,
            )
        )
    return scheduler


@jobs.command("schedule")
def run_scheduler() -> None:
    """Enqueue what is due until told to stop. Redis going away is waited out."""
    keep_time()


def keep_time() -> None:
    """What the scheduler does, until told to stop."""
    while True:
        _end_when_told()  # again each time: RQ leaves its own handlers behind
        connection = redis_connection(patient=True)
        try:
            scheduler_on(connection).start()
            return
        except (RedisError, OSError) as error:
            log.warning("scheduler waits for Redis", extra={"error": str(error)})
            threading.Event().wait(_PATIENCE)
        finally:
            connection.close()


def _end_when_told() -> None:
    def end(number: int, frame: FrameType | None) -> None:
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
