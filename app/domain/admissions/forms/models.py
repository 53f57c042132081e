"""The tables of forms."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, String, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Keyed, Timestamped, Versioned


class AdmissionForm(Keyed, Timestamped, Versioned, Base):
    """The form of one cycle, where its school has built one. Whoever changes a draft holds this row."""

    __tablename__ = "admission_forms"

    campus_id: Mapped[UUID] = mapped_column(ForeignKey("campuses.id", ondelete="RESTRICT"))
    cycle_id: Mapped[UUID] = mapped_column(ForeignKey("admission_cycles.id", ondelete="CASCADE"), unique=True)


class AdmissionFormVersion(Keyed, Timestamped, Base):
    """A form as it stands or stood. What is published never changes again; at most one is a draft."""

    __tablename__ = "admission_form_versions"

    form_id: Mapped[UUID] = mapped_column(ForeignKey("admission_forms.id", ondelete="CASCADE"))
    number: Mapped[int] = mapped_column(SmallInteger)
    """Counted from 1 for each form."""
    definition: Mapped[dict[str, Any]] = mapped_column(JSONB)
    published_at: Mapped[datetime | None]
    published_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"))

    __table_args__ = (
        UniqueConstraint("form_id", "number"),
        CheckConstraint("number >= 1", name="number"),
        Index(
            "ix_admission_form_versions_draft",
            "form_id",
            unique=True,
            postgresql_where=text("published_at is null"),
        ),
    )


class FamilyCode(Keyed, Timestamped, Base):
    """A code texted to a family that has lost its link. Only its hash is kept."""

    __tablename__ = "admission_family_codes"

    phone: Mapped[str] = mapped_column(String(20), index=True)
    code_hash: Mapped[str] = mapped_column(String(64))
    tries: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
