"""The tables of rankings."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Keyed, Timestamped, Versioned, enum_column
from app.domain.academics.types import Shift
from app.domain.admissions.types import Method


class AdmissionRanking(Keyed, Timestamped, Versioned, Base):
    """The order in which the seats of a class, or of one shift of it, are given. One is in force at a time."""

    __tablename__ = "admission_rankings"

    campus_id: Mapped[UUID] = mapped_column(ForeignKey("campuses.id", ondelete="RESTRICT"))
    seat_id: Mapped[UUID] = mapped_column(ForeignKey("admission_seats.id", ondelete="RESTRICT"))
    shift: Mapped[Shift | None] = mapped_column(enum_column(Shift, "shift"))
    """None: the seats of all shifts are given together."""
    method: Mapped[Method] = mapped_column(enum_column(Method, "method"))
    published_at: Mapped[datetime]
    published_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"))
    opened_at: Mapped[datetime | None]
    """When seats were first offered by it. From then on it stays, and its waiting list moves."""
    quota_seats: Mapped[dict[str, int] | None] = mapped_column(JSONB(none_as_null=True))
    """The seats of each quota, by its key, since they were drawn or first offered: no quota gets fewer from then on.
    None: nothing was promised yet, and the percentages alone decide."""

    __table_args__ = (UniqueConstraint("seat_id", "shift", postgresql_nulls_not_distinct=True),)


class AdmissionRank(Keyed, Base):
    """The place of one application in a ranking. Who named no shift may stand in the order of every shift."""

    __tablename__ = "admission_ranks"

    ranking_id: Mapped[UUID] = mapped_column(ForeignKey("admission_rankings.id", ondelete="CASCADE"))
    application_id: Mapped[UUID] = mapped_column(ForeignKey("admission_applications.id", ondelete="RESTRICT"))
    rank: Mapped[int] = mapped_column(Integer)
    """Counted from 1."""
    working: Mapped[dict[str, Any]] = mapped_column(JSONB)
    """How the place came about: the score, the ticket, the time."""

    __table_args__ = (
        CheckConstraint("rank >= 1", name="rank"),
        Index(None, "ranking_id", "rank", unique=True),
        Index(None, "application_id", "ranking_id", unique=True),
    )
