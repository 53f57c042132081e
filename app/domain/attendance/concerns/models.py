"""The tables of concerns and of what was done about them."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ARRAY, Date, ForeignKey, Index, SmallInteger, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Keyed, Versioned, enum_column
from app.domain.attendance.concerns.types import ConcernAct, ConcernKind, Outcome


class Concern(Keyed, Versioned, Base):
    """A pattern of one child in one school year. It is one row whether it is open, closed or open again."""

    __tablename__ = "attendance_concerns"

    campus_id: Mapped[UUID] = mapped_column(ForeignKey("campuses.id", ondelete="CASCADE"))
    student_id: Mapped[UUID] = mapped_column(ForeignKey("students.id", ondelete="CASCADE"))
    section_id: Mapped[UUID] = mapped_column(ForeignKey("sections.id", ondelete="CASCADE"), index=True)
    academic_year_id: Mapped[UUID] = mapped_column(ForeignKey("academic_years.id", ondelete="CASCADE"))
    kind: Mapped[ConcernKind] = mapped_column(enum_column(ConcernKind, "kind"))
    days: Mapped[list[date]] = mapped_column(ARRAY(Date))
    """The days that show it."""
    attended: Mapped[int | None] = mapped_column(SmallInteger)
    taken: Mapped[int | None] = mapped_column(SmallInteger)
    owner_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    found_at: Mapped[datetime]
    """When it was found, or found again after it was closed."""
    closed_at: Mapped[datetime | None]
    outcome: Mapped[Outcome | None] = mapped_column(enum_column(Outcome, "outcome"))

    __table_args__ = (
        UniqueConstraint("student_id", "kind", "academic_year_id"),
        Index("ix_attendance_concerns_open", "campus_id", postgresql_where=text("closed_at IS NULL")),
        Index(None, "campus_id", "closed_at"),
    )


class ConcernEvent(Keyed, Base):
    """What happened to a concern. Nothing of it is changed or removed."""

    __tablename__ = "attendance_concern_events"

    concern_id: Mapped[UUID] = mapped_column(
        ForeignKey("attendance_concerns.id", ondelete="CASCADE"), index=True
    )
    at: Mapped[datetime]
    act: Mapped[ConcernAct] = mapped_column(enum_column(ConcernAct, "act"))
    by_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    words: Mapped[str] = mapped_column(String(1000), default="")
    owner_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    outcome: Mapped[Outcome | None] = mapped_column(enum_column(Outcome, "outcome"))
