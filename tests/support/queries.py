"""Counting SQL statements."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, event

_FRAME = ("SAVEPOINT", "RELEASE", "ROLLBACK", "COMMIT", "BEGIN")


class QueryCounter:
    """Listens on the connection of a test and keeps the statements."""

    def __init__(self, connection: Connection) -> None:
        self.statements: list[str] = []
        self._connection = connection
        event.listen(connection, "before_cursor_execute", self._note)

    def _note(self, connection: object, cursor: object, statement: str, *rest: object) -> None:
        if not statement.lstrip().upper().startswith(_FRAME):
            self.statements.append(statement)

    def close(self) -> None:
        """Stop listening."""
        event.remove(self._connection, "before_cursor_execute", self._note)

    @contextmanager
    def counted(self) -> Iterator[list[str]]:
        """The statements of the block."""
        start = len(self.statements)
        found: list[str] = []
        yield found
        found += self.statements[start:]

    @contextmanager
    def at_most(self, limit: int) -> Iterator[None]:
        """Fail when the block needs more than `limit` statements, and print them."""
        with self.counted() as found:
            yield
        assert len(found) <= limit, f"{len(found)} statements, at most {limit}:\n" + "\n---\n".join(found)
