"""The table of slips."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Keyed, enum_column
from app.domain.admissions.slips.types import SlipKind


class AdmissionSlip(Keyed, Base):
    """A slip that was issued. What it states stands here as a sum only; the paper and the application know it."""

    __tablename__ = "admission_slips"

    application_id: Mapped[UUID] = mapped_column(ForeignKey("admission_applications.id", ondelete="CASCADE"))
    kind: Mapped[SlipKind] = mapped_column(enum_column(SlipKind, "kind"))
    code: Mapped[str] = mapped_column(String(12), unique=True)
    """Readable, because the slip is printed again with it. It opens nothing: it tells whether a paper is ours."""
    digest: Mapped[str] = mapped_column(String(64))
    issued_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("application_id", "kind", "digest"),)
