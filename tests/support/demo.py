"""The demo school in a database of its own."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import create_engine, text

from app import create_app
from app.cli.demo_data.loader import Login, Result, is_empty, load
from app.extensions import db
from tests.conftest import Services, _admin, database, make_settings

DAY = date(2026, 11, 20)
SMALL = "sa_small_school"
_LOCK = 20261120


@dataclass
class Loaded:
    """A database with the demo school in it."""

    app: Flask
    result: Result

    def rows(self, statement: str, **values: object) -> list[tuple[object, ...]]:
        """What the database says."""
        with self.app.app_context():
            return [tuple(row) for row in db.session.execute(text(statement), values)]

    def close(self) -> None:
        """Let go of its connections."""
        with self.app.app_context():
            db.session.remove()
            db.engine.dispose()


def load_school(services: Services, template: str, name: str, var: Path, share: float = 1.0) -> Loaded:
    """Load the demo school into a new database of this name."""
    app = create_app(make_settings(services, _copy(services, template, name), var))
    with app.app_context():
        # The template holds the cast; the demo school wants an empty house.
        tables = ", ".join(
            f'"{row[0]}"'
            for row in db.session.execute(
                text(
                    "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
                )
            )
        )
        # The audit log lets nobody empty it, so its guard steps aside for this house that nobody lives in yet.
        owner = create_engine(app.config["SETTINGS"].owner_database_url)
        with owner.begin() as connection:
            connection.execute(text("ALTER TABLE audit_logs DISABLE TRIGGER USER"))
            connection.execute(text(f"TRUNCATE {tables} CASCADE"))
            connection.execute(text("ALTER TABLE audit_logs ENABLE ALWAYS TRIGGER audit_logs_append_only"))
            connection.execute(text("ALTER TABLE audit_logs ENABLE ALWAYS TRIGGER audit_logs_no_truncate"))
        owner.dispose()
        assert is_empty()
        result = load(DAY, share=share)
        db.session.remove()
    return Loaded(app, result)


def small_school(services: Services, template: str, name: str, var: Path) -> Loaded:
    """A tenth of the demo school in a new database of this name, with its files in `var`.

    Whichever process asks first loads it, and everybody gets a copy of that one, as of the cast: every load on the
    same day gives the same school, which `test_the_same_seed_gives_the_same_school` holds against a load of its own.
    """
    with _only_one(services):
        kept = _kept(services)
        if kept is None:
            folder = var.with_name(f"{var.name}-first")
            first = load_school(services, template, SMALL, folder, share=0.1)
            first.close()
            kept = {"result": asdict(first.result), "folder": str(folder)}
            _keep(services, kept)
    shutil.copytree(kept["folder"], var, dirs_exist_ok=True)
    app = create_app(make_settings(services, _copy(services, SMALL, name), var))
    result = Result(**kept["result"] | {"logins": [Login(**each) for each in kept["result"]["logins"]]})
    return Loaded(app, result)


def _copy(services: Services, template: str, name: str) -> str:
    with _admin(services.database_url) as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    return database(services.database_url, name)


@contextmanager
def _only_one(services: Services) -> Iterator[None]:
    """One process at a time; the lock goes with its connection."""
    with _admin(services.database_url) as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", (_LOCK,))
        yield


def _kept(services: Services) -> dict[str, Any] | None:
    """What was noted of the small school; nothing where its database is not there or not whole."""
    with _admin(services.database_url) as cursor:
        cursor.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", (SMALL,)
        )
        found = cursor.fetchone()
    return json.loads(found[0]) if found and found[0] else None


def _keep(services: Services, what: dict[str, Any]) -> None:
    """Note it at the database itself, so that it is gone with it."""
    with _admin(services.database_url) as cursor:
        cursor.execute(f'COMMENT ON DATABASE "{SMALL}" IS %s', (json.dumps(what),))
