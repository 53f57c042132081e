"""The application makes and drops nothing, and cannot change what the audit log says."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import DBAPIError

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
    from ops.devtool.services import SUPERUSER, as_role

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


@pytest.mark.parametrize("what", ["password_hash FROM users", "* FROM sessions", "* FROM one_time_links"])
def test_who_only_looks_sees_no_secret(app: Flask, services: Services, what: str) -> None:
    with pytest.raises(DBAPIError, match="permission denied"):
        _as(app, services, "sa_readonly", f"SELECT {what}")
    _as(app, services, "sa_backup", f"SELECT {what}")


def test_an_entry_of_the_audit_log_stays_as_it_is(cast: Cast, connection: Connection) -> None:
    add_twins()
    for verb in ("UPDATE audit_logs SET action = 'x'", "DELETE FROM audit_logs"):
        with pytest.raises(DBAPIError, match="permission denied"), connection.begin_nested():
            connection.execute(text(verb))
    assert connection.scalar(text("SELECT count(*) FROM audit_logs WHERE action = 'student.status'")) == 2
