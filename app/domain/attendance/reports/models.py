"""The summary of each child's month, which the database keeps, and the reminders that were sent."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, SmallInteger, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Keyed


class AttendanceMonth(Keyed, Base):
    """The days of one child in one month and section, a bit a day: the first of the month is bit 0.

    Triggers of `attendance` and `attendance_registers` keep it, from the lines of registers that are taken; nothing of
    the application writes it but the repair. Each day stands in at most one of the four. What the calendar says of a
    day is asked when the bits are counted, so that a holiday of yesterday changes no row here. See ADR 0014.
    """

    __tablename__ = "attendance_months"

    id: Mapped[UUID] = mapped_column(
        primary_key=True, server_default=text("gen_random_uuid()"), sort_order=-10
    )
    student_id: Mapped[UUID] = mapped_column(ForeignKey("students.id", ondelete="CASCADE"))
    month: Mapped[date]
    """Its first day."""
    section_id: Mapped[UUID] = mapped_column(ForeignKey("sections.id", ondelete="CASCADE"))
    """Of the register that said so."""
    campus_id: Mapped[UUID] = mapped_column(ForeignKey("campuses.id", ondelete="CASCADE"))
    present: Mapped[int]
    absent: Mapped[int]
    late: Mapped[int]
    excused: Mapped[int]
    left_early: Mapped[int]
    """Some of the days present and late."""

    __table_args__ = (
        UniqueConstraint("student_id", "month", "section_id"),
        Index(None, "campus_id", "month"),
        Index(None, "section_id", "month"),
    )


class RegisterReminder(Keyed, Base):
    """A teacher was reminded of a register that is not taken. Once for a register and hour, whoever asks."""

    __tablename__ = "attendance_reminders"

    campus_id: Mapped[UUID] = mapped_column(ForeignKey("campuses.id", ondelete="CASCADE"))
    section_id: Mapped[UUID] = mapped_column(ForeignKey("sections.id", ondelete="CASCADE"))
    date: Mapped[date]
    period: Mapped[int] = mapped_column(SmallInteger, default=0)
    hour: Mapped[datetime]
    """The beginning of the hour it was sent in."""
    sent_at: Mapped[datetime]
    sent_to: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    sent_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    """None: by itself, at the campus's hour."""

    __table_args__ = (
        UniqueConstraint("section_id", "date", "period", "hour"),
        Index(None, "campus_id", "date"),
    )
