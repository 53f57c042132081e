"""Waking the worker. A job carries only the key of a row: what is to be done stands in PostgreSQL.

Redis may be stopped or emptied at any time: the sweeper finds every row again.
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from croniter import croniter
from flask import current_app
from redis import Redis
from redis.exceptions import RedisError
from rq import Queue, Worker
from rq.job import Job
from rq.serializers import JSONSerializer

from app.uow import after_commit

log = logging.getLogger(__name__)

QUEUE_NAME = "smart-academy"


class JobName(StrEnum):
    """Every job there is, by the dotted name of its function."""

    DELIVER_MESSAGE = "app.jobs.outbox.deliver_message"
    ANSWER_RESETS = "app.jobs.accounts.answer_forgotten_passwords"
    SWEEP_OUTBOX = "app.jobs.outbox.sweep_outbox"
    CHAIN_AUDIT = "app.jobs.audit.chain_audit"
    ANCHOR_AUDIT = "app.jobs.audit.anchor_audit"
    SWEEP_LIMITS = "app.jobs.limits.sweep"
    SWEEP_KEYS = "app.jobs.idempotency.sweep"
    CHECK_FILE = "app.jobs.files.check_file"
    SWEEP_FILES = "app.jobs.files.sweep_files"
    COMPARE_FILES = "app.jobs.files.compare_files"
    MOVE_OFFERS = "app.jobs.admissions.move"
    TELL_FAMILIES = "app.jobs.attendance.tell_of_absences"
    REMIND_TEACHERS = "app.jobs.attendance.remind_teachers"
    FIND_CONCERNS = "app.jobs.attendance.find_concerns"


@dataclass(frozen=True)
class Scheduled:
    """A job by the clock: every so many seconds, or at the times of a cron line, in UTC."""

    job: JobName
    every: int | None = None
    cron: str | None = None
    timeout: int = 600

    def next_after(self, moment: datetime) -> datetime:
        """When it is due after a run at `moment`."""
        if self.cron:
            due: datetime = croniter(self.cron, moment).get_next(datetime)
            return due
        return moment + timedelta(seconds=self.every or 0)


SWEEP_SECONDS: Final = 5

SCHEDULE: Final = (
    Scheduled(JobName.SWEEP_OUTBOX, every=SWEEP_SECONDS),
    Scheduled(JobName.SWEEP_FILES, every=10),
    Scheduled(JobName.ANSWER_RESETS, every=SWEEP_SECONDS),
    Scheduled(JobName.MOVE_OFFERS, every=60),
    Scheduled(JobName.TELL_FAMILIES, every=60),
    Scheduled(JobName.REMIND_TEACHERS, every=300),
    Scheduled(JobName.FIND_CONCERNS, cron="0 19 * * *"),
    Scheduled(JobName.CHAIN_AUDIT, every=5),
    Scheduled(JobName.ANCHOR_AUDIT, cron="0 18 * * *"),
    Scheduled(JobName.COMPARE_FILES, cron="0 20 * * *"),
    Scheduled(JobName.SWEEP_LIMITS, every=600),
    Scheduled(JobName.SWEEP_KEYS, every=3600),
)
"""Everything that happens by the clock. The scheduler runs it, and the page of jobs shows it."""


def redis_connection(*, patient: bool = False) -> Redis:
    """A connection to Redis. Requests are impatient: a page never waits for a Redis that is not there."""
    limits = {} if patient else {"socket_connect_timeout": 0.25, "socket_timeout": 1.0, "retry": None}
    return Redis.from_url(current_app.config["REDIS_URL"], **limits)


def job_queue(connection: Redis) -> Queue:
    """The one queue. JSON and never pickle: whoever can write to Redis must not run code in the worker."""
    return Queue(QUEUE_NAME, connection=connection, serializer=JSONSerializer)


def enqueue(job: JobName, *args: str) -> None:
    """Ask for `job` once the open transaction is stored. A Redis that does not answer is no error."""

    def push() -> None:
        connection = redis_connection()
        try:
            job_queue(connection).enqueue(job.value, args=args, result_ttl=0, failure_ttl=86400)
        except (RedisError, OSError) as error:
            log.warning(
                "queue unreachable, left to the sweeper", extra={"job": job.value, "error": str(error)}
            )
        finally:
            connection.close()

    after_commit(push)


_ERROR: Final = re.compile(r"^([A-Za-z_][\w.]*(?:Error|Exception|Exit))\b", re.MULTILINE)


@dataclass(frozen=True)
class FailedJob:
    """A job that raised an error, as RQ remembers it."""

    id: str
    name: str
    ended_at: datetime | None
    error: str


@dataclass(frozen=True)
class QueueState:
    """What Redis knows: how many jobs wait, how many workers there are, and what failed."""

    waiting: int
    workers: int
    failed: list[FailedJob]
    failed_number: int


def queue_state(limit: int = 20) -> QueueState | None:
    """What Redis knows of the queue, the latest failures first; None where it does not answer."""
    connection = redis_connection()
    try:
        queue = job_queue(connection)
        registry = queue.failed_job_registry
        keys = registry.get_job_ids(0, limit - 1, desc=True, cleanup=False)
        found = Job.fetch_many(keys, connection=connection, serializer=JSONSerializer)
        failed = [_failed(job) for job in found if job is not None]
        return QueueState(
            queue.count, Worker.count(queue=queue), failed, registry.get_job_count(cleanup=False)
        )
    except (RedisError, OSError) as error:
        log.warning("queue unreachable", extra={"error": str(error)})
        return None
    finally:
        connection.close()


def _failed(job: Job) -> FailedJob:
    """The name of the error and not its text, which may hold what a row holds."""
    result = job.latest_result()
    names = _ERROR.findall(result.exc_string if result and result.exc_string else "")
    return FailedJob(job.id, job.func_name or "", job.ended_at, names[-1][:200] if names else "")
