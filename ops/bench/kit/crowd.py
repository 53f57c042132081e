"""A queue of thousands of applications, made by a few statements: services check and write one act at a time."""

from __future__ import annotations

import re
from pathlib import Path

from sqlalchemy import Engine, text

STATEMENTS = re.findall(
    r"^-- \[(.+)\]\n([^;]*);", Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"), re.MULTILINE
)


def gather(owner: Engine, officer: str, most: int) -> None:
    """Fill the queue of an officer, named by address, up to so many applications in the latest cycle."""
    with owner.begin() as connection:
        for table, statement in STATEMENTS:
            connection.execute(text(statement), {"officer": officer, "most": most})
            connection.execute(text(f"ANALYZE {table}"))  # the next one joins it as large as it is now
