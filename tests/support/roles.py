"""Acting on the database of an application in another role than the application's own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask
from sqlalchemy import Connection, create_engine

from ops.devtool.services import OWNER, SUPERUSER, as_role

__all__ = ["OWNER", "SUPERUSER", "connected_as"]


@contextmanager
def connected_as(role: str, app: Flask) -> Iterator[Connection]:
    """One transaction of that role, stored where the block ends well."""
    engine = create_engine(as_role(app.config["SETTINGS"].database_url, role))
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()
