"""The table of the kinds of papers that campuses add."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Keyed, Timestamped, Versioned, enum_column
from app.domain.admissions.papers.types import Takes
from app.domain.kernel.columns import LocalTextType
from app.domain.kernel.texts import LocalText


class AdmissionPaperKind(Keyed, Timestamped, Versioned, Base):
    """A kind of paper that the product does not know. Cycles, classes, quotas and papers name it by its code."""

    __tablename__ = "admission_paper_kinds"

    campus_id: Mapped[UUID] = mapped_column(ForeignKey("campuses.id", ondelete="RESTRICT"), index=True)
    code: Mapped[str] = mapped_column(String(24), unique=True)
    """Its own in the whole school, because the file of a student keeps it when the student moves."""
    name: Mapped[LocalText] = mapped_column(LocalTextType)
    takes: Mapped[Takes] = mapped_column(
        enum_column(Takes, "takes"), default=Takes.ANY, server_default=Takes.ANY.value
    )

    __table_args__ = (CheckConstraint("code ~ '^own_[0-9]{6}$'", name="code"),)
