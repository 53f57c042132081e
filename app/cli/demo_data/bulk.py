"""Writing many rows at once: COPY for what Python invents, INSERT ... SELECT for what follows from other rows.

Everything goes over the owner's connection: the walls hold the application's role, and only the owner can take
the keys of a table away while it is filled.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from psycopg2 import sql
from sqlalchemy import Connection, text

from app.domain.kernel.texts import LocalText


class Bulk:
    """A connection in one open transaction, and the shortest ways to fill tables through it."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def _cursor(self) -> Any:
        """A cursor of psycopg2: only its own can COPY, and quotes names."""
        return self.connection.connection.cursor()

    def copy(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> int:
        """Put rows into a table as they come. Returns how many there were."""
        held, count = io.StringIO(), 0
        for row in rows:
            count += 1
            held.write("\t".join(map(_cell, row)) + "\n")
        held.seek(0)
        into = sql.SQL("COPY {} ({}) FROM STDIN").format(
            sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
        )
        with self._cursor() as cursor:
            cursor.copy_expert(into, held)
        return count

    def run(self, statement: str, **values: object) -> int:
        """One statement. Returns how many rows it wrote."""
        return self.connection.execute(text(statement), values).rowcount

    def rows(self, statement: str, **values: object) -> list[Any]:
        """What a statement answers."""
        return list(self.connection.execute(text(statement), values).all())

    def value(self, statement: str, **values: object) -> Any:
        """The first column of the first row."""
        return self.connection.execute(text(statement), values).scalar()

    def numbers(self, series: str, count: int) -> range:
        """The next `count` numbers of a counter, as `counters.services` gives them in a session of its own."""
        last = self.value(
            "INSERT INTO counters (series, last_number) VALUES (:series, :count) ON CONFLICT (series)"
            " DO UPDATE SET last_number = counters.last_number + :count RETURNING last_number",
            series=series,
            count=count,
        )
        return range(last - count + 1, last + 1)

    def drop_keys(self, table: str) -> list[str]:
        """Take the keys and indexes of a table away while it is filled. Returns what brings them back.

        Keeping four indexes and asking two foreign keys row by row takes four million rows several times as long;
        brought back, they check every row.
        """
        constraints = self.rows(
            "SELECT quote_ident(conname), pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE conrelid = to_regclass(:table) AND contype IN ('p', 'u', 'f') ORDER BY contype <> 'p'",
            table=table,
        )
        indexes = self.rows(
            "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index"
            " WHERE indrelid = to_regclass(:table) AND NOT EXISTS"
            " (SELECT FROM pg_constraint WHERE conindid = indexrelid AND conrelid = indrelid)",
            table=table,
        )
        for name, _ in constraints:
            self.run(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        for name, _ in indexes:
            self.run(f"DROP INDEX {name}")
        return [
            *(definition for _, definition in indexes),
            *(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}" for name, definition in constraints),
        ]


def _cell(value: object) -> str:
    """A value as COPY reads it."""
    match value:
        case None:
            return r"\N"
        case LocalText():
            return _cell(json.dumps(value.to_dict(), ensure_ascii=False))
        case Mapping():
            return _cell(json.dumps(value, ensure_ascii=False))
        case bool():
            return "t" if value else "f"
        case UUID():
            return value.hex
        case date() | datetime():
            return value.isoformat()
        case _:
            return str(value).replace("\\", r"\\").replace("\t", r"\t").replace("\n", r"\n")
