"""Whether this process could serve a request now.

PostgreSQL, its tables and the place of files must be there. Redis may be away: pages are served and saved without
it, and the sweeper sends later what it would have hastened. Each part is asked over a connection of its own with a
short limit, so that a full pool or a hanging service is an answer and no wait.
"""

from __future__ import annotations

import logging
import tempfile
import time
from dataclasses import dataclass
from functools import cache
from threading import Lock
from typing import Final
from urllib.parse import urlsplit

from alembic.script import ScriptDirectory
from flask import current_app
from minio import Minio
from minio.error import MinioException
from redis.exceptions import RedisError
from sqlalchemy import Engine, NullPool, create_engine, text
from sqlalchemy.exc import SQLAlchemyError
from urllib3 import PoolManager, Timeout
from urllib3.exceptions import HTTPError

from app.config import Settings
from app.integrations.storage import FolderStorage, storage_from
from app.queue import redis_connection

log = logging.getLogger(__name__)

KEPT_SECONDS: Final = 1.0
"""How long an answer holds: whoever asks again and again does not make the database work."""

_CONNECT_SECONDS: Final = 2
_STATEMENT_MS: Final = 1000
_STORAGE_SECONDS: Final = 1.0

OK: Final = "ok"
DOWN: Final = "down"
BEHIND: Final = "behind"
DEGRADED: Final = "degraded"
"""Away, and the school is served without it."""


@dataclass(frozen=True)
class Readiness:
    """The state of each part."""

    database: str
    migrations: str
    redis: str
    storage: str

    @property
    def ready(self) -> bool:
        """Whether everything is there that a page needs."""
        return self.database == self.migrations == self.storage == OK

    def as_words(self) -> dict[str, object]:
        """What is told to whoever asks."""
        return {
            "ready": self.ready,
            "database": self.database,
            "migrations": self.migrations,
            "redis": self.redis,
            "storage": self.storage,
        }


class _Kept:
    """The latest answer of one application, and until when it holds."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.until = 0.0
        self.found: Readiness | None = None


def look() -> Readiness:
    """The state now, or as of a second ago."""
    kept: _Kept = current_app.extensions.setdefault("sa-readiness", _Kept())
    with kept.lock:
        if kept.found is None or time.monotonic() >= kept.until:
            kept.found = examine()
            kept.until = time.monotonic() + KEPT_SECONDS
        return kept.found


def examine() -> Readiness:
    """Ask every part."""
    settings: Settings = current_app.config["SETTINGS"]
    database, migrations = _database(settings)
    return Readiness(database, migrations, _redis(), _storage(settings))


@cache
def _probe(url: str) -> Engine:
    """Connects anew each time: what it asks is also whether PostgreSQL takes another connection."""
    limits = {"connect_timeout": _CONNECT_SECONDS, "options": f"-c statement_timeout={_STATEMENT_MS}"}
    return create_engine(url, poolclass=NullPool, connect_args=limits)


@cache
def _revisions(folder: str) -> tuple[frozenset[str], frozenset[str]]:
    """(the newest revisions, all revisions) that this code knows."""
    scripts = ScriptDirectory(folder)
    return frozenset(scripts.get_heads()), frozenset(one.revision for one in scripts.walk_revisions())


def _database(settings: Settings) -> tuple[str, str]:
    try:
        with _probe(settings.database_url).connect() as connection:
            there = connection.scalar(text("SELECT to_regclass('alembic_version')"))
            names = connection.scalars(text("SELECT version_num FROM alembic_version")) if there else ()
            applied = frozenset(names)
    except SQLAlchemyError as error:
        log.warning("not ready: the database", extra={"error": str(error)})
        return DOWN, DOWN
    heads, known = _revisions(current_app.extensions["migrate"].directory)
    # Migrations only add: beside newer code, which has migrated already, this one goes on serving.
    newer = bool(applied) and not applied <= known
    return OK, OK if newer or heads <= applied else BEHIND


def _redis() -> str:
    connection = redis_connection()
    try:
        connection.ping()
    except (RedisError, OSError):
        return DEGRADED
    finally:
        connection.close()
    return OK


def _storage(settings: Settings) -> str:
    storage = storage_from(settings)
    try:
        if not isinstance(storage, FolderStorage):
            return OK if _bucket_answers(settings) else DOWN
        storage.root.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=storage.root) as file:
            file.write(b"x")
            file.flush()
    except (OSError, MinioException, HTTPError) as error:
        log.warning("not ready: the place of files", extra={"error": str(error)})
        return DOWN
    return OK


def _bucket_answers(settings: Settings) -> bool:
    """Whether the bucket is there; over a client of its own, which does not try again for minutes."""
    endpoint = settings.s3_endpoint or ""
    parts = urlsplit(endpoint if "//" in endpoint else f"https://{endpoint}")
    impatient = PoolManager(timeout=Timeout(_STORAGE_SECONDS), retries=False)
    client = Minio(
        parts.netloc,
        access_key=settings.s3_access_key,
        secret_key=settings.s3_secret_key,
        secure=parts.scheme == "https",
        http_client=impatient,
    )
    return bool(client.bucket_exists(settings.s3_bucket or ""))
