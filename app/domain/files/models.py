"""The table of stored files."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Keyed, Timestamped


class StoredFile(Keyed, Timestamped, Base):
    """What is known of a file. Its bytes lie in the storage under `storage_key`, which says nothing."""

    __tablename__ = "files"

    storage_key: Mapped[str] = mapped_column(String(80), unique=True)
    file_name: Mapped[str] = mapped_column(String(255))
    content_type: Mapped[str] = mapped_column(String(60))
    file_size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    campus_id: Mapped[UUID | None] = mapped_column(ForeignKey("campuses.id", ondelete="RESTRICT"), index=True)
    uploaded_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"))

    __table_args__ = (CheckConstraint("file_size >= 0", name="size"),)
