"""The tables of stored files and of the smaller pictures made of them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Keyed, Timestamped, enum_column
from app.domain.files.types import FileRefusal, FileState, ScanResult, VariantName


class StoredFile(Keyed, Timestamped, Base):
    """What is known of a file. Its bytes lie in the storage under `storage_key`, which says nothing.

    Until it is released the key leads into quarantine, from where nothing is served.
    """

    __tablename__ = "files"

    storage_key: Mapped[str] = mapped_column(String(80), unique=True)
    file_name: Mapped[str] = mapped_column(String(255))
    content_type: Mapped[str] = mapped_column(String(60))
    file_size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    campus_id: Mapped[UUID | None] = mapped_column(ForeignKey("campuses.id", ondelete="RESTRICT"), index=True)
    uploaded_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"))
    state: Mapped[FileState] = mapped_column(
        enum_column(FileState, "state"), default=FileState.QUARANTINED, server_default="quarantined"
    )
    refusal: Mapped[FileRefusal | None] = mapped_column(enum_column(FileRefusal, "refusal"))
    scan: Mapped[ScanResult | None] = mapped_column(enum_column(ScanResult, "scan"))
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")
    crashes: Mapped[int] = mapped_column(default=0, server_default="0")
    next_attempt_at: Mapped[datetime] = mapped_column(server_default=func.now())
    leased_until: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (
        CheckConstraint("file_size >= 0", name="size"),
        Index("ix_files_due", "next_attempt_at", postgresql_where="state in ('quarantined', 'checking')"),
        Index("ix_files_refused", "id", postgresql_where="state = 'refused'"),
    )


class FileVariant(Keyed, Timestamped, Base):
    """A smaller picture of a released one."""

    __tablename__ = "file_variants"

    file_id: Mapped[UUID] = mapped_column(ForeignKey("files.id", ondelete="CASCADE"))
    name: Mapped[VariantName] = mapped_column(enum_column(VariantName, "name"))
    storage_key: Mapped[str] = mapped_column(String(80), unique=True)
    file_size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    width: Mapped[int]
    height: Mapped[int]

    __table_args__ = (UniqueConstraint("file_id", "name"),)
