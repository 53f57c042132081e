"""The tables of registers and their lines."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, String, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Keyed, Versioned, enum_column
from app.domain.attendance.types import AttendanceStatus, Source


class Register(Keyed, Versioned, Base):
    """The register of one section on one day. Period 0 is the day itself."""

    __tablename__ = "attendance_registers"

    campus_id: Mapped[UUID] = mapped_column(ForeignKey("campuses.id", ondelete="RESTRICT"))
    section_id: Mapped[UUID] = mapped_column(ForeignKey("sections.id", ondelete="RESTRICT"))
    date: Mapped[date]
    period: Mapped[int] = mapped_column(SmallInteger, default=0)
    taken_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"))
    taken_at: Mapped[datetime] = mapped_column(server_default=func.now())
    corrected_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"))
    corrected_at: Mapped[datetime | None]
    # What the release before writes is finished: it knows no register that is only begun.
    is_taken: Mapped[bool] = mapped_column(default=True, server_default=text("true"))
    """False while marks have come and nobody has finished it: it counts nowhere yet."""

    __table_args__ = (
        UniqueConstraint("section_id", "date", "period"),
        Index(None, "campus_id", "date"),
    )


class Attendance(Keyed, Base):
    """What one register says of one student. Student, date and period stand once, whatever the section."""

    __tablename__ = "attendance"

    register_id: Mapped[UUID] = mapped_column(
        ForeignKey("attendance_registers.id", ondelete="CASCADE"), index=True
    )
    student_id: Mapped[UUID] = mapped_column(ForeignKey("students.id", ondelete="RESTRICT"))
    date: Mapped[date]
    period: Mapped[int] = mapped_column(SmallInteger, default=0)
    status: Mapped[AttendanceStatus] = mapped_column(enum_column(AttendanceStatus, "status"))
    remarks: Mapped[str | None] = mapped_column(String(200))
    version: Mapped[int] = mapped_column(SmallInteger, default=1, server_default=text("1"))
    """Goes up with every change: what a tablet saw is told from what came since."""
    late_minutes: Mapped[int | None] = mapped_column(SmallInteger)
    left_at: Mapped[time | None]

    __table_args__ = (
        UniqueConstraint("student_id", "date", "period"),
        CheckConstraint(
            "late_minutes IS NULL OR (status = 'late' AND late_minutes BETWEEN 1 AND 600)",
            name="late_minutes",
        ),
        CheckConstraint("left_at IS NULL OR status IN ('present', 'late')", name="left_at"),
    )


class AttendanceChange(Keyed, Base):
    """What was said of a pupil, one row each time; never changed. A pupil whom finishing made present has none.

    The key is the tablet's own for a tap, so that the same tap sent again is told.
    """

    __tablename__ = "attendance_changes"

    register_id: Mapped[UUID] = mapped_column(
        ForeignKey("attendance_registers.id", ondelete="CASCADE"), index=True
    )
    student_id: Mapped[UUID] = mapped_column(ForeignKey("students.id", ondelete="RESTRICT"))
    date: Mapped[date]
    period: Mapped[int] = mapped_column(SmallInteger, default=0)
    version: Mapped[int] = mapped_column(SmallInteger)
    """Of the mark after this change."""
    old: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    new: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    reason: Mapped[str | None] = mapped_column(String(200))
    source: Mapped[Source] = mapped_column(enum_column(Source, "source"))
    said_at: Mapped[datetime | None]
    changed_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"))
    changed_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (Index(None, "student_id", "date", "period"),)


class RuleSet(Keyed, Versioned, Base):
    """What a campus has decided about attendance."""

    __tablename__ = "attendance_rules"

    campus_id: Mapped[UUID] = mapped_column(ForeignKey("campuses.id", ondelete="CASCADE"), unique=True)
    cut_off: Mapped[time]
    tells_families: Mapped[bool]
    threshold: Mapped[int] = mapped_column(SmallInteger)
    absent_days: Mapped[int] = mapped_column(SmallInteger)

    __table_args__ = (
        CheckConstraint("threshold BETWEEN 1 AND 100", name="threshold"),
        CheckConstraint("absent_days BETWEEN 2 AND 30", name="absent_days"),
    )


class RegisterLock(Keyed, Base):
    """A month of a campus whose registers stay as they are."""

    __tablename__ = "register_locks"

    campus_id: Mapped[UUID] = mapped_column(ForeignKey("campuses.id", ondelete="CASCADE"))
    month: Mapped[date]
    """Its first day."""
    locked_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"))
    locked_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (
        UniqueConstraint("campus_id", "month"),
        CheckConstraint("extract(day FROM month) = 1", name="month"),
    )
