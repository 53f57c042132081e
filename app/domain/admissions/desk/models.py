"""The tables of the officer's desk."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    String,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Keyed, Timestamped, Versioned, enum_column
from app.domain.admissions.desk.types import BulkAct, PairState, WhyNot
from app.domain.admissions.types import ApplicationStatus
from app.domain.kernel.columns import LocalTextType
from app.domain.kernel.texts import LocalText


class SavedQueueFilter(Keyed, Timestamped, Base):
    """A filter of the queue that somebody has given a name."""

    __tablename__ = "admission_saved_filters"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(60))
    query: Mapped[str] = mapped_column(String(500))

    __table_args__ = (UniqueConstraint("user_id", "name"),)


class AdmissionMilestone(Keyed, Timestamped, Versioned, Base):
    """A step of the office's own work on every application of a cycle."""

    __tablename__ = "admission_milestones"

    cycle_id: Mapped[UUID] = mapped_column(ForeignKey("admission_cycles.id", ondelete="CASCADE"), index=True)
    name: Mapped[LocalText] = mapped_column(LocalTextType)
    position: Mapped[int] = mapped_column(SmallInteger, default=1, server_default="1")

    __table_args__ = (CheckConstraint("position between 1 and 99", name="position"),)


class ApplicationMilestone(Keyed, Base):
    """That an application has reached a milestone, and who says so."""

    __tablename__ = "application_milestones"

    application_id: Mapped[UUID] = mapped_column(ForeignKey("admission_applications.id", ondelete="CASCADE"))
    milestone_id: Mapped[UUID] = mapped_column(
        ForeignKey("admission_milestones.id", ondelete="CASCADE"), index=True
    )
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"))
    at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("application_id", "milestone_id"),)


class ApplicationPair(Keyed, Base):
    """What was found out about two applications that look alike. Nothing found out: no row."""

    __tablename__ = "application_pairs"

    first_id: Mapped[UUID] = mapped_column(ForeignKey("admission_applications.id", ondelete="CASCADE"))
    second_id: Mapped[UUID] = mapped_column(
        ForeignKey("admission_applications.id", ondelete="CASCADE"), index=True
    )
    state: Mapped[PairState] = mapped_column(enum_column(PairState, "state"))
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"))
    at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("first_id", "second_id"),
        CheckConstraint("first_id < second_id", name="order"),
    )


class AdmissionBatch(Keyed, Base):
    """An act on many applications of a campus."""

    __tablename__ = "admission_batches"

    campus_id: Mapped[UUID] = mapped_column(ForeignKey("campuses.id", ondelete="RESTRICT"))
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"))
    act: Mapped[BulkAct] = mapped_column(enum_column(BulkAct, "act"))
    text: Mapped[str] = mapped_column(String(2000), default="", server_default="")
    officer_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"))
    at: Mapped[datetime]
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"))

    __table_args__ = (Index(None, "campus_id", "at"),)


class AdmissionBatchLine(Keyed, Base):
    """What an act on many did to one application, and how it was before."""

    __tablename__ = "admission_batch_lines"

    batch_id: Mapped[UUID] = mapped_column(ForeignKey("admission_batches.id", ondelete="CASCADE"))
    application_id: Mapped[UUID] = mapped_column(
        ForeignKey("admission_applications.id", ondelete="RESTRICT"), index=True
    )
    from_status: Mapped[ApplicationStatus] = mapped_column(enum_column(ApplicationStatus, "from_status"))
    to_status: Mapped[ApplicationStatus | None] = mapped_column(enum_column(ApplicationStatus, "to_status"))
    why_not: Mapped[WhyNot | None] = mapped_column(enum_column(WhyNot, "why_not"))
    before: Mapped[dict[str, Any]] = mapped_column(JSONB)
    after_version: Mapped[int | None] = mapped_column(Integer)
    """The version that the act made; another one since means that the application has moved on."""
    letters: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid), server_default="{}")
    """The messages that wait until the act cannot be taken back any more."""
    undone_at: Mapped[datetime | None]
    undo_refused: Mapped[WhyNot | None] = mapped_column(enum_column(WhyNot, "undo_refused"))

    __table_args__ = (UniqueConstraint("batch_id", "application_id"),)
