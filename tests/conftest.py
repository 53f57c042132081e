"""Real PostgreSQL and Redis for every test that touches them, and nothing beyond this machine."""

from __future__ import annotations

import fcntl
import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg2
import pytest
from argon2 import PasswordHasher
from flask import Flask
from hypothesis import settings as hypothesis_settings
from sqlalchemy import Connection
from sqlalchemy.engine import Dialect, make_url

from app.config import Settings
from app.domain.accounts import passwords
from app.extensions import cache, db
from app.scope import EVERYTHING
from ops.devtool.console import var_folder
from ops.devtool.services import APP, OWNER, as_role, make_roles
from tests.support.addresses import build_addresses_late
from tests.support.cast import CAST, Cast, load_cast
from tests.support.network import forbid_the_outside
from tests.support.pages import Browser, PageClient
from tests.support.queries import QueryCounter
from tests.support.sharing import pytest_xdist_make_scheduler as pytest_xdist_make_scheduler  # found here

forbid_the_outside()
build_addresses_late()

# A hash takes 28 ms and 19 MB on purpose. Whoever signs in here is not asked to wait for that; whether it is so
# slow is asked with `slow_hashes`.
_SLOW = passwords._hasher
passwords._hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
passwords._NOBODY = passwords._hasher.hash("nobody has this password")

# How long an example takes depends on who else uses the machine; the suite as a whole has its limit.
hypothesis_settings.register_profile("suite", deadline=None)
hypothesis_settings.load_profile("suite")

# What a test prepares and looks at lies at every campus; requests say themselves who reads.
db.session.session_factory.configure(info={"scope": EVERYTHING})

TEMPLATE = "sa_template"
COMPILED = var_folder() / "compiled-for-tests"
"""Every application of the tests finds its templates compiled by the first."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long tests first, so that no worker is left alone with one at the end."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


def pytest_collection_finish() -> None:
    """Leave five thousand collected tests out of every search for garbage, as a worker of gunicorn does."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


@dataclass(frozen=True)
class Services:
    """Addresses of the database server and of Redis for this test process."""

    database_url: str
    redis_url: str


@pytest.fixture(scope="session")
def services(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[Services]:
    """The servers `./dev test` started; started here when pytest is called by itself."""
    url, redis = os.environ.get("TEST_DATABASE_URL"), os.environ.get("TEST_REDIS_URL")
    if url and redis:
        yield Services(url, redis)
        return
    if worker_id != "master":
        pytest.exit("run tests in parallel with ./dev test, which starts one server for all", returncode=1)
    from ops.devtool.services import start_test_services

    with start_test_services() as started:
        yield Services(started.database_url, started.redis_url)


@contextmanager
def _admin(url: str) -> Iterator[psycopg2.extensions.cursor]:
    parts = make_url(url).set(drivername="postgresql", database="postgres")
    connection = psycopg2.connect(parts.render_as_string(hide_password=False))
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            yield cursor
    finally:
        connection.close()


def database(url: str, name: str) -> str:
    """The URL of another database on the same server."""
    return make_url(url).set(database=name).render_as_string(hide_password=False)


def clone_database(url: str, name: str) -> str:
    """A fresh copy of the template: migrated, with the cast in it. Returns its URL."""
    with _admin(url) as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{TEMPLATE}" OWNER {OWNER}')
    return database(url, name)


def give_roles(url: str) -> None:
    """Make the roles on the server, and hand this database to its owner."""
    parts = make_url(url).set(drivername="postgresql")
    connection = psycopg2.connect(parts.render_as_string(hide_password=False))
    try:
        make_roles(connection)
        if parts.password:
            with connection, connection.cursor() as cursor:
                for role in (OWNER, APP):
                    cursor.execute(f"ALTER ROLE {role} PASSWORD %s", (str(parts.password),))
    finally:
        connection.close()


def make_settings(services: Services, database_url: str, var: Path, worker_id: str = "master") -> Settings:
    """Settings of a test process: its own database, its own Redis database, its own folder.

    The application has its own role, as in every installation, and migrations that of the owner.
    """
    number = 0 if worker_id == "master" else int(worker_id.removeprefix("gw"))
    separator = "&" if "?" in services.redis_url else "?"
    return Settings(
        sa_env="test",
        second_factor="optional",
        # Whatever the hour of the run; the test of the quiet hours sets its own.
        sms_quiet_from=0,
        sms_quiet_until=0,
        secret_key="only-for-tests-" + "x" * 32,
        database_url=as_role(database_url, APP),
        owner_database_url=as_role(database_url, OWNER),
        redis_url=f"{services.redis_url}{separator}db={number}",
        base_url="http://localhost",
        sa_var=var,
        compiled_templates=COMPILED,
    )


@pytest.fixture(scope="session")
def template(services: Services, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The template database: made once by whichever process comes first."""
    lock = Path(os.environ.get("TEST_LOCK_DIR", str(tmp_path_factory.getbasetemp().parent))) / "template.lock"
    with lock.open("a+") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        with _admin(services.database_url) as cursor:
            cursor.execute("SELECT datistemplate FROM pg_database WHERE datname = %s", (TEMPLATE,))
            found = cursor.fetchone()
            if found and found[0]:
                return TEMPLATE
            cursor.execute(f'DROP DATABASE IF EXISTS "{TEMPLATE}" WITH (FORCE)')
            cursor.execute(f'CREATE DATABASE "{TEMPLATE}"')
        give_roles(database(services.database_url, TEMPLATE))
        _fill_template(services, tmp_path_factory.mktemp("template"))
        with _admin(services.database_url) as cursor:
            cursor.execute(f'ALTER DATABASE "{TEMPLATE}" IS_TEMPLATE true')
    return TEMPLATE


def _fill_template(services: Services, var: Path) -> None:
    from flask_migrate import upgrade

    from app import create_app

    app = create_app(make_settings(services, database(services.database_url, TEMPLATE), var))
    with app.app_context():
        upgrade()
        load_cast()
        db.session.remove()
        db.engine.dispose()


@pytest.fixture(scope="session")
def app(
    services: Services, template: str, tmp_path_factory: pytest.TempPathFactory, worker_id: str
) -> Iterator[Flask]:
    """The application on this process's own database."""
    from app import create_app

    url = clone_database(services.database_url, f"sa_test_{worker_id}")
    settings = make_settings(services, url, tmp_path_factory.mktemp("var"), worker_id)
    application = create_app(settings)
    application.test_client_class = Browser
    with application.app_context():
        db.session.session_factory.configure(join_transaction_mode="create_savepoint")
        keep_savepoints_flat(db.engine.dialect)
    yield application
    with application.app_context():
        db.engine.dispose()


def keep_savepoints_flat(dialect: Dialect) -> None:
    """Let go of a savepoint that is rolled back to, and say all three in plain words.

    Rolling back leaves a savepoint open, and SQLAlchemy never comes back to one: a test of a thousand requests, each
    a transaction in a savepoint, would end a thousand savepoints deep, and PostgreSQL walks down all of them to tell
    whose row it looks at. SQLAlchemy also compiles each of these statements anew, because each has another name.
    """

    def savepoint(connection: Connection, name: str) -> None:
        connection.exec_driver_sql(f"SAVEPOINT {name}")

    def rollback(connection: Connection, name: str) -> None:
        connection.exec_driver_sql(f"ROLLBACK TO SAVEPOINT {name}; RELEASE SAVEPOINT {name}")

    def release(connection: Connection, name: str) -> None:
        connection.exec_driver_sql(f"RELEASE SAVEPOINT {name}")

    dialect.do_savepoint = savepoint  # type: ignore[method-assign]  # for this engine only
    dialect.do_rollback_to_savepoint = rollback  # type: ignore[method-assign]  # for this engine only
    dialect.do_release_savepoint = release  # type: ignore[method-assign]  # for this engine only


@pytest.fixture
def connection(app: Flask) -> Iterator[Connection]:
    """One connection for the whole test, rolled back at its end.

    Flask-SQLAlchemy's session finds the engine by itself, so the engine entry is replaced by the connection
    and every commit becomes a savepoint.
    """
    with app.app_context():
        cache.clear()
        engines = db._app_engines[app]  # the extension offers no other way to this entry
        engine = engines[None]
        with engine.connect() as connection:
            outer = connection.begin()
            engines[None] = connection  # type: ignore[assignment]  # a connection in place of the engine, on purpose
            try:
                yield connection
            finally:
                db.session.remove()
                engines[None] = engine
                outer.rollback()


@pytest.fixture
def slow_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords are hashed as slowly as in every installation."""
    monkeypatch.setattr(passwords, "_hasher", _SLOW)


@pytest.fixture
def cast(connection: Connection) -> Cast:
    """The people of the tests, on a database that forgets what the test does to them."""
    return CAST


@pytest.fixture
def client(app: Flask, connection: Connection) -> PageClient:
    """A browser without script that checks every page it fetches."""
    return PageClient(app)


@pytest.fixture
def queries(connection: Connection) -> Iterator[QueryCounter]:
    """Counts SQL statements: `with queries.at_most(6): ...`."""
    counter = QueryCounter(connection)
    yield counter
    counter.close()


@pytest.fixture
def real_app(services: Services, template: str, tmp_path: Path, worker_id: str) -> Iterator[Flask]:
    """An application whose commits are real, on a database of its own: for tests of races and of workers."""
    from app import create_app

    url = clone_database(services.database_url, f"sa_real_{worker_id}")
    application = create_app(make_settings(services, url, tmp_path, worker_id))
    application.test_client_class = Browser
    yield application
    with application.app_context():
        db.session.remove()
        db.engine.dispose()
