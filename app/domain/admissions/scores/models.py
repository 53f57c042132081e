"""The tables of scores: parts, who marks them, marks, rules for ties, slots and seats."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    ForeignKey,
    Numeric,
    SmallInteger,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Keyed, Timestamped, Versioned, enum_column
from app.domain.admissions.scores.types import PartKind
from app.domain.kernel.columns import LocalTextType
from app.domain.kernel.texts import LocalText


class ScorePart(Keyed, Timestamped, Versioned, Base):
    """A part of the score of a class: a test, a viva, a review by rubric, an earlier result."""

    __tablename__ = "admission_score_parts"

    campus_id: Mapped[UUID] = mapped_column(ForeignKey("campuses.id", ondelete="RESTRICT"))
    seat_id: Mapped[UUID] = mapped_column(ForeignKey("admission_seats.id", ondelete="CASCADE"), index=True)
    position: Mapped[int] = mapped_column(SmallInteger)
    name: Mapped[LocalText] = mapped_column(LocalTextType)
    kind: Mapped[PartKind] = mapped_column(enum_column(PartKind, "kind"))
    full_marks: Mapped[Decimal] = mapped_column(Numeric(6, 2))
    weight: Mapped[Decimal] = mapped_column(Numeric(6, 2))
    pass_mark: Mapped[Decimal | None] = mapped_column(Numeric(6, 2))
    apart: Mapped[Decimal | None] = mapped_column(Numeric(6, 2))
    """Marks of two people that lie further apart are looked at a third time."""
    criteria: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default=text("'[]'"))
    """The lines of the rubric: name and most marks."""

    __table_args__ = (
        CheckConstraint("full_marks > 0 and weight >= 0", name="marks"),
        CheckConstraint("pass_mark between 0 and full_marks", name="pass"),
    )


class ScoreMarker(Keyed, Timestamped, Base):
    """Somebody who marks a part."""

    __tablename__ = "admission_score_markers"

    part_id: Mapped[UUID] = mapped_column(ForeignKey("admission_score_parts.id", ondelete="CASCADE"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"), index=True)
    is_third: Mapped[bool] = mapped_column(Boolean, default=False, server_default=text("false"))
    """Marks only those whose marks differ too much."""

    __table_args__ = (UniqueConstraint("part_id", "user_id"),)


class ScoreMark(Keyed, Timestamped, Versioned, Base):
    """What one person, or the office, gave one applicant in one part."""

    __tablename__ = "admission_score_marks"

    part_id: Mapped[UUID] = mapped_column(ForeignKey("admission_score_parts.id", ondelete="RESTRICT"))
    application_id: Mapped[UUID] = mapped_column(
        ForeignKey("admission_applications.id", ondelete="RESTRICT"), index=True
    )
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"))
    """None: the office's mark, of a part that nobody is named for."""
    mark: Mapped[Decimal | None] = mapped_column(Numeric(6, 2))
    is_absent: Mapped[bool] = mapped_column(Boolean, default=False, server_default=text("false"))
    points: Mapped[list[str] | None] = mapped_column(JSONB)
    """By criterion, where the part has a rubric."""

    __table_args__ = (
        UniqueConstraint("part_id", "application_id", "user_id", postgresql_nulls_not_distinct=True),
        CheckConstraint("(mark is null) = is_absent", name="absent"),
        CheckConstraint("mark >= 0", name="mark"),
    )


class ScoreTies(Keyed, Timestamped, Versioned, Base):
    """What sets equal scores of a class apart, the first rule first."""

    __tablename__ = "admission_score_ties"

    campus_id: Mapped[UUID] = mapped_column(ForeignKey("campuses.id", ondelete="RESTRICT"))
    seat_id: Mapped[UUID] = mapped_column(ForeignKey("admission_seats.id", ondelete="CASCADE"), unique=True)
    rules: Mapped[list[str]] = mapped_column(ARRAY(String(60)), server_default=text("'{}'"))


class ScoreSlot(Keyed, Timestamped, Versioned, Base):
    """A time and a place at which some children take a test or come to a viva."""

    __tablename__ = "admission_score_slots"

    campus_id: Mapped[UUID] = mapped_column(ForeignKey("campuses.id", ondelete="RESTRICT"))
    part_id: Mapped[UUID] = mapped_column(
        ForeignKey("admission_score_parts.id", ondelete="CASCADE"), index=True
    )
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    place: Mapped[LocalText] = mapped_column(LocalTextType)
    seats: Mapped[int] = mapped_column(SmallInteger)

    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="order"),
        CheckConstraint("seats between 1 and 2000", name="seats"),
    )


class ScoreSitting(Keyed, Timestamped, Versioned, Base):
    """The seat of a child in a slot. One for each part that is sat for."""

    __tablename__ = "admission_score_sittings"

    part_id: Mapped[UUID] = mapped_column(ForeignKey("admission_score_parts.id", ondelete="RESTRICT"))
    slot_id: Mapped[UUID] = mapped_column(ForeignKey("admission_score_slots.id", ondelete="RESTRICT"))
    application_id: Mapped[UUID] = mapped_column(
        ForeignKey("admission_applications.id", ondelete="RESTRICT"), index=True
    )
    seat_number: Mapped[int] = mapped_column(SmallInteger)

    __table_args__ = (
        UniqueConstraint("slot_id", "seat_number"),
        UniqueConstraint("part_id", "application_id"),
        CheckConstraint("seat_number >= 1", name="seat"),
    )
