"""What every table stands on: naming convention, UUIDv7 keys, time stamps, versions, enums by value.

There are no relationships: a query says what it loads, so an accidental extra query cannot happen.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, DateTime, Enum, MetaData, Uuid, any_, cast, func, literal_column
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column
from uuid_utils.compat import uuid7


def new_id() -> UUID:
    """A UUIDv7: made in the application, ordered by time, so that new rows lie together in the index."""
    return uuid7()


def among(column: Any, keys: Iterable[UUID]) -> ColumnElement[bool]:
    """Whether a key is one of these. Unlike with `in_`, any number of them is the same statement, planned once."""
    found: ColumnElement[bool] = column == any_(cast(list(keys), ARRAY(Uuid)))
    return found


def constants(words: Iterable[StrEnum]) -> list[ColumnElement[Any]]:
    """Our own words as they stand in a statement, for `in_`: unlike parameters, a plan that is kept knows them."""
    quoted = [f"'{word.value}'" for word in words]  # values of an enumeration in this code, never of a reader
    return [literal_column(each) for each in quoted]


class Base(DeclarativeBase):
    """The base of all tables."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {
        datetime: DateTime(timezone=True),
        dict: JSONB,
    }


class Keyed:
    """A table with a UUIDv7 key."""

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id, sort_order=-10)


class Timestamped:
    """A table that knows when a row was made and last changed (UTC)."""

    created_at: Mapped[datetime] = mapped_column(server_default=func.now(), sort_order=90)
    updated_at: Mapped[datetime] = mapped_column(
        server_default=func.now(), onupdate=func.now(), sort_order=91
    )


class Versioned:
    """A table whose rows people edit for minutes: a write on a stale version fails, it never overwrites."""

    version: Mapped[int] = mapped_column(default=1, server_default="1", sort_order=92)

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, object]:  # noqa: N805  # a class, says SQLAlchemy
        return {"version_id_col": cls.__dict__.get("version") or cls.version}


def enum_column(kind: type[StrEnum], name: str, *, length: int = 24) -> Enum:
    """An enum stored by value, with a check constraint named after `name`."""
    return Enum(
        kind,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=length,
        values_callable=lambda members: [member.value for member in members],
    )
