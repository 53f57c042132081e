"""The table of the audit log."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, String, func, text
from sqlalchemy.dialects.postgresql import INET, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Keyed


class AuditEntry(Keyed, Base):
    """One act of one person on one record. Rows are added and never changed.

    The last three columns are empty until the chaining job fills them, once: its place in the chain, the hash
    of the entry before and its own. A trigger of the table refuses every other change.
    """

    __tablename__ = "audit_logs"

    at: Mapped[datetime] = mapped_column(server_default=func.now())
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"))
    campus_id: Mapped[UUID | None] = mapped_column(ForeignKey("campuses.id", ondelete="RESTRICT"))
    action: Mapped[str] = mapped_column(String(100))
    entity_type: Mapped[str] = mapped_column(String(60))
    entity_id: Mapped[UUID | None]
    old_data: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    new_data: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    ip_address: Mapped[str | None] = mapped_column(INET)
    user_agent: Mapped[str | None] = mapped_column(String(300))
    request_id: Mapped[str | None] = mapped_column(String(40))

    sequence: Mapped[int | None] = mapped_column(BigInteger, unique=True)
    previous_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    hash: Mapped[bytes | None] = mapped_column(LargeBinary)

    # Who writes a row may not read it, so PostgreSQL is not asked to hand it back.
    __mapper_args__ = {"eager_defaults": False}
    __table_args__ = (
        Index(None, "entity_type", "entity_id", "at"),
        Index(None, "user_id", "at"),
        Index(None, "at", "id"),
        Index(None, "campus_id", "at"),
        Index(None, "action", "at"),
        Index("ix_audit_logs_not_chained", "id", postgresql_where=text("sequence IS NULL")),
        Index("ix_audit_logs_hash", "hash", postgresql_using="hash"),
    )
