"""What is counted of every request, for /metrics: by route, never by address or person.

gunicorn's workers count into files of one folder (see `gunicorn.conf.py`); a process by itself, as in tests, counts
in memory. What a label may say is a fixed set, so the number of series has an upper bound.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from ipaddress import ip_address
from typing import Final

from flask import Flask, Request, Response, current_app, g, request
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
    multiprocess,
)
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from redis.exceptions import RedisError
from sqlalchemy import event
from sqlalchemy.exc import SQLAlchemyError

from app.domain.outbox.queries import read_backlog
from app.extensions import db
from app.queue import job_queue, redis_connection
from app.uow import across_campuses, session

UNKNOWN: Final = "unknown"
"""The route of every address that is none, so that a scanner cannot make series."""

_METHODS: Final = frozenset({"GET", "HEAD", "POST", "OPTIONS"})
_BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
_PROXY_HEADERS: Final = ("X-Forwarded-For", "X-Forwarded-Host", "X-Real-Ip", "Forwarded", "Via")
_LOCAL_NAMES: Final = frozenset({"localhost", "127.0.0.1", "[::1]"})

_registry = CollectorRegistry()
_requests = Counter("sa_requests", "Requests answered.", ("route", "method", "status"), registry=_registry)
_seconds = Histogram(
    "sa_request_seconds", "Time to answer.", ("route",), buckets=_BUCKETS, registry=_registry
)
_pool = Gauge(
    "sa_pool_connections_in_use",
    "Database connections that are lent out.",
    registry=_registry,
    multiprocess_mode="livesum",
)
_children: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}


def count_request(route: str, method: str, status: int, seconds: float) -> None:
    """Count one answer."""
    key = (route, method if method in _METHODS else "other", status)
    pair = _children.get(key)
    if pair is None:
        pair = _children[key] = _requests.labels(*key), _seconds.labels(route)
    pair[0].inc()
    pair[1].observe(seconds)


def is_local(asked: Request) -> bool:
    """Whether a program on this machine asks, and no proxy on behalf of somebody else.

    A proxy here has a loopback address too: it is known by the headers it adds, or by the name it was asked for.
    """
    if any(name in asked.headers for name in _PROXY_HEADERS):
        return False
    if asked.host.rpartition(":")[0] not in _LOCAL_NAMES and asked.host not in _LOCAL_NAMES:
        return False
    try:
        return ip_address((asked.remote_addr or "").partition("%")[0]).is_loopback
    except ValueError:
        return False


def render_metrics() -> bytes:
    """Everything that is counted, of all workers, in the text format of Prometheus."""
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        shared = CollectorRegistry()
        multiprocess.MultiProcessCollector(shared)
    else:
        shared = _registry
    now = CollectorRegistry()
    now.register(_Now())
    return generate_latest(shared) + generate_latest(now)


class _Now(Collector):
    """What is asked for at this moment; a service that does not answer is down and has no figures.

    It lives in no file, where each worker would keep a figure of its own, and an old one.
    """

    def collect(self) -> Iterator[Metric]:
        """The figures, read now."""
        size = current_app.config["SQLALCHEMY_ENGINE_OPTIONS"]["pool_size"]
        yield _figure("sa_pool_size", "Database connections a worker keeps.", size)
        try:
            # A count of the whole installation, and nothing of what the messages say.
            with across_campuses():
                backlog = read_backlog()
        except SQLAlchemyError:
            session().rollback()
            backlog = None
        yield _figure("sa_database_up", "Whether PostgreSQL answers.", backlog is not None)
        if backlog:
            yield _figure("sa_outbox_waiting", "Messages that have not left.", backlog.waiting)
            yield _figure(
                "sa_outbox_late_seconds", "How late the oldest due message is.", backlog.late_seconds
            )
        depth = _queue_depth()
        yield _figure("sa_redis_up", "Whether Redis answers.", depth is not None)
        if depth is not None:
            yield _figure("sa_queue_jobs", "Jobs that no worker has taken.", depth)


def _figure(name: str, words: str, value: float) -> Metric:
    return GaugeMetricFamily(name, words, value=value)


def _queue_depth() -> int | None:
    connection = redis_connection()
    try:
        return int(job_queue(connection).count)
    except (RedisError, OSError):
        return None
    finally:
        connection.close()


def init_metrics(app: Flask) -> None:
    """Count every request, and the connections lent out. Called first, so that its end comes last."""

    @app.after_request
    def _count(response: Response) -> Response:
        rule = request.url_rule
        now = time.perf_counter()
        count_request(
            rule.rule if rule else UNKNOWN, request.method, response.status_code, now - g.get("began", now)
        )
        return response

    with app.app_context():
        engine = db.engine
    event.listen(engine, "checkout", lambda *_: _pool.inc())
    event.listen(engine, "checkin", lambda *_: _pool.dec())
