"""The table of keys."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import LargeBinary, SmallInteger, String, Text, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, enum_column
from app.domain.idempotency.types import KeyState


class IdempotencyKey(Base):
    """A form that was sent by somebody. What stood in it is kept as a digest only."""

    __tablename__ = "idempotency_keys"

    owner: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    key: Mapped[str] = mapped_column(String(22), primary_key=True)
    route: Mapped[str] = mapped_column(String(80))
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    attempt: Mapped[UUID]
    state: Mapped[KeyState] = mapped_column(enum_column(KeyState, "state"))
    status: Mapped[int | None] = mapped_column(SmallInteger)
    location: Mapped[str | None] = mapped_column(Text)
    messages: Mapped[list[Any] | None] = mapped_column(JSONB)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now(), index=True)
