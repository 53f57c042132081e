"""Waking the worker. A job carries only the key of a row: what is to be done stands in PostgreSQL.

Redis may be stopped or emptied at any time: the sweeper finds every row again.
"""

from __future__ import annotations

import logging
from enum import StrEnum

from flask import current_app
from redis import Redis
from redis.exceptions import RedisError
from rq import Queue
from rq.serializers import JSONSerializer

from app.uow import after_commit

log = logging.getLogger(__name__)

QUEUE_NAME = "smart-academy"


class JobName(StrEnum):
    """Every job there is, by the dotted name of its function."""

    DELIVER_MESSAGE = "app.jobs.outbox.deliver_message"
    ANSWER_RESETS = "app.jobs.accounts.answer_forgotten_passwords"
    SWEEP_OUTBOX = "app.jobs.outbox.sweep_outbox"


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
