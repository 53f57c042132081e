"""Raising and lowering the walls of `app.walls` in a database."""

from __future__ import annotations

from sqlalchemy import Connection, text

from app.walls import digest, statements

_COLUMNS = (
    "SELECT table_name, column_name FROM information_schema.columns"
    " WHERE table_schema = current_schema() ORDER BY table_name, ordinal_position"
)
_STANDING = "SELECT obj_description(to_regprocedure('sa_enter(uuid, uuid)'), 'pg_proc')"


def raise_walls(connection: Connection) -> None:
    """Make the walls as the code says, where the database has others. In the open transaction."""
    columns: dict[str, list[str]] = {}
    for table, column in connection.execute(text(_COLUMNS)):
        columns.setdefault(table, []).append(column)
    roles = set(connection.scalars(text("SELECT rolname FROM pg_roles WHERE rolname LIKE 'sa%'")))
    parts = statements(columns, roles)
    wanted = digest(parts)
    if connection.scalar(text(_STANDING)) == wanted:
        return
    for part in parts:
        connection.exec_driver_sql(part)
    connection.exec_driver_sql(f"COMMENT ON FUNCTION sa_enter(uuid, uuid) IS '{wanted}'")


def lower_walls(connection: Connection) -> None:
    """Take every wall away."""
    for table, policy in connection.execute(
        text("SELECT tablename, policyname FROM pg_policies WHERE policyname LIKE 'sa\\_%'")
    ).all():
        connection.exec_driver_sql(f"DROP POLICY {policy} ON {table}")
        connection.exec_driver_sql(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
    connection.exec_driver_sql("DROP FUNCTION IF EXISTS sa_enter(uuid, uuid)")


def are_raised(connection: Connection) -> bool:
    """Whether the migration that brought walls has run here."""
    return connection.scalar(text("SELECT to_regprocedure('sa_enter(uuid, uuid)') IS NOT NULL")) is True
