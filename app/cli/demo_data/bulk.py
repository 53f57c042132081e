"""Writing many rows at once: COPY for what Python invents, INSERT ... SELECT for what follows from other rows.

Everything goes over the owner's connection: the walls hold the application's role, and only the owner can take
the keys of a table away while it is filled.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
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

    @contextmanager
    def without_keys(self, table: str) -> Iterator[None]:
        """Fill a table without its keys and indexes; they come back, and check every row, with the block's end.

        Keeping four indexes and asking two foreign keys row by row takes four million rows six times as long.
        """
        constraints = self.rows(
            "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE conrelid = to_regclass(:table) AND contype IN ('p', 'u', 'f') ORDER BY contype <> 'p'",
            table=table,
        )
        indexes = self.rows(
            "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index"
            " WHERE indrelid = to_regclass(:table) AND NOT EXISTS"
            " (SELECT FROM pg_constraint WHERE conindid = indexrelid AND conrelid = indrelid)",
            table=table,
        )
        target = sql.Identifier(table)
        with self._cursor() as cursor:
            for name, _ in constraints:
                cursor.execute(
                    sql.SQL("ALTER TABLE {} DROP CONSTRAINT {}").format(target, sql.Identifier(name))
                )
            for name, _ in indexes:
                cursor.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(name)))
            yield
            for _, definition in indexes:
                cursor.execute(definition)
            for name, definition in constraints:
                added = sql.SQL("ALTER TABLE {} ADD CONSTRAINT {} {}")
                cursor.execute(added.format(target, sql.Identifier(name), sql.SQL(definition)))


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
