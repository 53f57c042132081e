"""The application makes and drops nothing, and cannot change what the audit log says."""

from __future__ import annotations

import re

import psycopg2
import pytest
from flask import Flask
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from app.db import Base
from app.walls import EVERY_COLUMN, SECRETS
from ops.devtool.services import SUPERUSER, as_role, make_roles
from tests.conftest import Services
from tests.support.cast import Cast
from tests.support.twins import add_twins

FORBIDDEN = [
    "CREATE TABLE extra (id int)",
    "CREATE SCHEMA extra",
    "CREATE FUNCTION extra() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "ALTER TABLE students ADD COLUMN extra int",
    "ALTER TABLE students DISABLE ROW LEVEL SECURITY",
    "DROP POLICY sa_select ON students",
    "DROP TABLE students",
    "TRUNCATE students CASCADE",
    "CREATE INDEX extra ON students (student_no)",
    "CREATE ROLE extra",
    "ALTER ROLE sa_app BYPASSRLS",
    "SET ROLE sa_owner",
    "UPDATE audit_logs SET action = 'nothing'",
    "DELETE FROM audit_logs",
    "TRUNCATE audit_logs",
    "UPDATE alembic_version SET version_num = '0000'",
    "COPY students TO PROGRAM 'cat'",
]


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_the_application_may_not(cast: Cast, connection: Connection, statement: str) -> None:
    refusal = r"permission denied|must be owner|must be able|only roles with"
    with pytest.raises(DBAPIError, match=refusal), connection.begin_nested():
        connection.execute(text(statement))


def test_the_application_is_not_the_owner(connection: Connection) -> None:
    assert connection.scalar(text("SELECT current_user")) == "sa_app"
    owners = connection.scalars(
        text("SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'")
    ).all()
    assert owners == ["sa_owner"]


def test_every_privilege_of_the_application_is_one_of_four(connection: Connection) -> None:
    held = set(
        connection.scalars(
            text("SELECT privilege_type FROM information_schema.role_table_grants WHERE grantee = 'sa_app'")
        )
    )
    assert held == {"SELECT", "INSERT", "UPDATE", "DELETE"}


def _as(app: Flask, services: Services, role: str, statement: str) -> list[tuple[object, ...]]:
    url = as_role(app.config["SETTINGS"].database_url, SUPERUSER)
    engine = create_engine(url)
    try:
        with engine.begin() as connection:
            connection.execute(text(f"SET LOCAL ROLE {role}"))
            return [tuple(row) for row in connection.execute(text(statement))]
    finally:
        engine.dispose()


@pytest.mark.parametrize("role", ["sa_readonly", "sa_backup"])
def test_who_only_looks_sees_every_row_and_changes_none(app: Flask, services: Services, role: str) -> None:
    assert _as(app, services, role, "SELECT count(*) FROM students") == [(4,)]
    with pytest.raises(DBAPIError, match="permission denied"):
        _as(app, services, role, "DELETE FROM students RETURNING id")
    with pytest.raises(DBAPIError, match="permission denied"):
        _as(app, services, role, "CREATE TABLE extra (id int)")


ANSWERED = {
    "audit_logs.previous_hash": "the chain of the log, which is checked by whoever looks",
    "audit_logs.hash": "the chain of the log, which is checked by whoever looks",
    "files.storage_key": "a name in a store that has keys of its own",
    "file_variants.storage_key": "a name in a store that has keys of its own",
    "persons.search_key": "the words of a name",
    "admission_applications.search_key": "the words of a name",
    "admission_draws.list_hash": "published on the day it is made",
    "message_texts.body": "words of the school with gaps for what is secret",
}
"""Columns named like a secret that are none, and why."""

_LIKE_A_SECRET = re.compile(
    r"(hash|token|secret|password|passkey|credential|code_|challenge|body|_key\b|link)"
)


def _hidden(table: str, column: str) -> bool:
    return not {EVERY_COLUMN, column}.isdisjoint(SECRETS.get(table, ()))


@pytest.mark.parametrize("role", ["sa_readonly", "sa_backup"])
def test_who_only_looks_sees_every_column_but_the_secret_ones(
    app: Flask, services: Services, role: str
) -> None:
    wanted = {
        (table.name, column.name): role == "sa_backup" or not _hidden(table.name, column.name)
        for table in Base.metadata.sorted_tables
        for column in table.columns
    }
    seen = _as(
        app,
        services,
        role,
        "SELECT table_name, column_name, has_column_privilege(current_user, table_name::text, column_name, 'SELECT')"
        " FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> 'alembic_version'",
    )
    # information_schema lists only what the role has some privilege on, and views too, which hold no secret.
    tables = Base.metadata.tables
    may = {(table, column) for table, column, yes in seen if yes and table in tables}
    assert {table for table, *_ in seen} - tables.keys() <= {"attendance_months_counted"}
    assert may == {name for name, yes in wanted.items() if yes}


def test_a_column_named_like_a_secret_is_answered() -> None:
    open_ones = {
        f"{table.name}.{column.name}"
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if _LIKE_A_SECRET.search(column.name) and not _hidden(table.name, column.name)
    }
    assert open_ones == set(ANSWERED), "a line in SECRETS of app/walls.py, or here with the reason why not"
    for table, hidden in SECRETS.items():
        names = set(Base.metadata.tables[table].c.keys())
        assert set(hidden) <= names | {EVERY_COLUMN}, table


@pytest.mark.parametrize("table", sorted(SECRETS))
def test_who_only_looks_sees_no_secret(app: Flask, services: Services, table: str) -> None:
    for column in SECRETS[table]:
        with pytest.raises(DBAPIError, match="permission denied"):
            _as(app, services, "sa_readonly", f"SELECT {column} FROM {table}")  # noqa: S608  # names of our own
        _as(app, services, "sa_backup", f"SELECT {column} FROM {table}")  # noqa: S608  # names of our own


def test_the_roles_made_once_more_show_no_more(real_app: Flask, services: Services) -> None:
    """`roles.sql` may be run as often as one likes."""
    url = make_url(as_role(real_app.config["SETTINGS"].database_url, SUPERUSER)).set(drivername="postgresql")
    connection = psycopg2.connect(url.render_as_string(hide_password=False))
    try:
        make_roles(connection)
    finally:
        connection.close()
    for table, hidden in SECRETS.items():
        for column in hidden:
            with pytest.raises(DBAPIError, match="permission denied"):
                _as(real_app, services, "sa_readonly", f"SELECT {column} FROM {table}")  # noqa: S608  # names of our own
    assert _as(real_app, services, "sa_readonly", "SELECT email FROM users")


def test_an_entry_of_the_audit_log_stays_as_it_is(cast: Cast, connection: Connection) -> None:
    add_twins()
    for verb in ("UPDATE audit_logs SET action = 'x'", "DELETE FROM audit_logs"):
        with pytest.raises(DBAPIError, match="permission denied"), connection.begin_nested():
            connection.execute(text(verb))
    assert connection.scalar(text("SELECT count(*) FROM audit_logs WHERE action = 'student.status'")) == 2
