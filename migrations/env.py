"""Alembic's entry: migrations run on the application's own engine and metadata."""

from __future__ import annotations

from alembic import context
from flask import current_app
from sqlalchemy import Engine, create_engine

from app import models  # noqa: F401  # every table is known
from app.db import Base
from app.domain.kernel.columns import LocalTextType
from migrations.walls import are_raised, raise_walls


def render_item(kind: str, item: object, context: object) -> str | bool:
    """Write our own column types as what PostgreSQL stores: a migration must not change when the code does."""
    if kind == "type" and isinstance(item, LocalTextType):
        context.imports.add("from sqlalchemy.dialects import postgresql")  # type: ignore[attr-defined]  # Alembic hands the context over untyped
        return "postgresql.JSONB()"
    return False


def owner_engine() -> Engine:
    """The engine of the role that owns the tables; the application's own where there is but one role."""
    url = current_app.config["SETTINGS"].owner_database_url
    engine: Engine = create_engine(url) if url else current_app.extensions["migrate"].db.engine
    return engine


def run_migrations() -> None:
    """Apply the migrations; each in a transaction of its own, giving up on a lock after two seconds."""
    engine = owner_engine()
    with engine.connect() as connection:
        connection.exec_driver_sql("SET lock_timeout = '2s'")
        connection.commit()
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            compare_type=True,
            render_item=render_item,
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.run_migrations()
        if connection.in_transaction():
            connection.commit()
        if are_raised(connection):
            raise_walls(connection)
            connection.commit()
    if current_app.config["SETTINGS"].owner_database_url:
        engine.dispose()


run_migrations()
