"""What tests of many pages at once look at besides the answers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Connection, event

from app.walls import WALLS

_WRITE = re.compile(r"\b(?:INSERT INTO|UPDATE|DELETE FROM|TRUNCATE) (\w+)")


@pytest.fixture
def writes(connection: Connection) -> Iterator[set[str]]:
    """The tables that were written to; emptied by whoever looks. No function of the database writes by itself."""
    found: set[str] = set()

    def note(conn: Any, cursor: Any, statement: str, *rest: Any) -> None:
        found.update(name for name in _WRITE.findall(statement) if name in WALLS)

    event.listen(connection, "before_cursor_execute", note)
    yield found
    event.remove(connection, "before_cursor_execute", note)
