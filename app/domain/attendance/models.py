"""The tables of registers and their lines."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, SmallInteger, String, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Keyed, Versioned, enum_column
from app.domain.attendance.types import AttendanceStatus


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

    __table_args__ = (UniqueConstraint("student_id", "date", "period"),)
