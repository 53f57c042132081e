"""The migrations make exactly the tables the models describe, and go back."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection

from app import models  # noqa: F401  # every table is known
from app.db import Base


def test_migrations_match_the_models(connection: Connection) -> None:
    context = MigrationContext.configure(
        connection, opts={"compare_type": True, "compare_server_default": False}
    )
    assert compare_metadata(context, Base.metadata) == []
