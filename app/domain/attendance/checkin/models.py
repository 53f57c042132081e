"""The tables of windows and of who used them."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, SmallInteger, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Keyed, enum_column
from app.domain.attendance.types import AttendanceStatus


class CheckinWindow(Keyed, Base):
    """The minutes in which pupils of a section put themselves on a register."""

    __tablename__ = "checkin_windows"

    campus_id: Mapped[UUID] = mapped_column(ForeignKey("campuses.id", ondelete="RESTRICT"), index=True)
    section_id: Mapped[UUID] = mapped_column(ForeignKey("sections.id", ondelete="CASCADE"))
    date: Mapped[date]
    period: Mapped[int] = mapped_column(SmallInteger, default=0)
    secret: Mapped[bytes] = mapped_column(LargeBinary)
    opened_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"))
    opened_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]

    __table_args__ = (
        Index(None, "section_id", "date"),
        Index(
            "uq_checkin_windows_open",
            "section_id",
            "date",
            "period",
            unique=True,
            postgresql_where=text("closed_at IS NULL"),
        ),
    )


class CheckinEntry(Keyed, Base):
    """A pupil who checked in, once a window."""

    __tablename__ = "checkin_entries"

    window_id: Mapped[UUID] = mapped_column(ForeignKey("checkin_windows.id", ondelete="CASCADE"))
    student_id: Mapped[UUID] = mapped_column(ForeignKey("students.id", ondelete="RESTRICT"), index=True)
    at: Mapped[datetime]
    status: Mapped[AttendanceStatus] = mapped_column(enum_column(AttendanceStatus, "status"))
    version: Mapped[int] = mapped_column(SmallInteger)
    """Of the mark that was stored: what the teacher says later is not taken back."""
    struck_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"))
    struck_at: Mapped[datetime | None]

    __table_args__ = (UniqueConstraint("window_id", "student_id"),)
