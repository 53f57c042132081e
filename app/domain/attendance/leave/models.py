"""The table of cases of leave."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, func, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Keyed, Versioned, enum_column
from app.domain.attendance.leave.types import LeaveReason, LeaveState


class Leave(Keyed, Versioned, Base):
    """An absence of one child, announced, asked for or explained: one row for a run of days."""

    __tablename__ = "leave_cases"

    campus_id: Mapped[UUID] = mapped_column(ForeignKey("campuses.id", ondelete="RESTRICT"))
    student_id: Mapped[UUID] = mapped_column(ForeignKey("students.id", ondelete="RESTRICT"))
    first_on: Mapped[date]
    last_on: Mapped[date]
    reason: Mapped[LeaveReason] = mapped_column(enum_column(LeaveReason, "reason"))
    words: Mapped[str] = mapped_column(String(500), default="", server_default="")
    file_id: Mapped[UUID | None] = mapped_column(ForeignKey("files.id", ondelete="SET NULL"), index=True)
    state: Mapped[LeaveState] = mapped_column(
        enum_column(LeaveState, "state"), default=LeaveState.ASKED, server_default="asked"
    )
    asked_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"))
    asked_at: Mapped[datetime] = mapped_column(server_default=func.now())
    answer: Mapped[str] = mapped_column(String(300), default="", server_default="")
    answered_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"))
    answered_at: Mapped[datetime | None]
    told_at: Mapped[datetime | None]
    """When whoever asked was told the answer, or would have been had the school an address."""
    excused_days: Mapped[list[date]] = mapped_column(ARRAY(Date), default=list, server_default=text("'{}'"))
    """Days that approving it changed from absent to excused: taking the answer back changes these and no other."""

    __table_args__ = (
        CheckConstraint("first_on <= last_on", name="days"),
        Index(None, "student_id", "last_on"),
        Index("ix_leave_cases_waiting", "campus_id", "first_on", postgresql_where=text("state = 'asked'")),
        Index(None, "campus_id", "answered_at"),
        Index(
            "ix_leave_cases_untold",
            "answered_at",
            postgresql_where=text("told_at IS NULL AND state IN ('approved', 'declined')"),
        ),
    )
