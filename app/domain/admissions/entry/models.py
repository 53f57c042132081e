"""The tables of what an enrolment made, and of the papers in students' files."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Keyed, Timestamped, enum_column
from app.domain.admissions.columns import PaperKindType
from app.domain.admissions.types import ApplicationStatus, DocumentKind


class ApplicationEnrolment(Keyed, Timestamped, Base):
    """What one enrolment made, so that just this can be taken back. One of an application is in force at a time."""

    __tablename__ = "application_enrolments"

    application_id: Mapped[UUID] = mapped_column(
        ForeignKey("admission_applications.id", ondelete="RESTRICT"), index=True
    )
    from_status: Mapped[ApplicationStatus] = mapped_column(enum_column(ApplicationStatus, "from_status"))
    """Where the application stood before."""
    made: Mapped[dict[str, Any]] = mapped_column(JSONB)
    """Keys by what they are of: student, enrolment, guardian and user only where they are new, and so on."""
    enrolled_at: Mapped[datetime]
    enrolled_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"))
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"))
    undone_reason: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (
        Index(
            "uq_application_enrolments_in_force",
            "application_id",
            unique=True,
            postgresql_where=text("undone_at is null"),
        ),
    )


class StudentPaper(Keyed, Timestamped, Base):
    """A paper in a student's file. It stays whatever becomes of the application it came with."""

    __tablename__ = "student_papers"

    student_id: Mapped[UUID] = mapped_column(ForeignKey("students.id", ondelete="RESTRICT"))
    document_type: Mapped[DocumentKind] = mapped_column(PaperKindType)
    file_id: Mapped[UUID] = mapped_column(ForeignKey("files.id", ondelete="RESTRICT"), unique=True)
    application_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("admission_applications.id", ondelete="SET NULL"), index=True
    )
    """The application it came with."""

    __table_args__ = (
        UniqueConstraint("student_id", "document_type"),
        CheckConstraint("document_type ~ '^[a-z][a-z_0-9]{1,23}$'", name="document_type"),
    )
