"""The table of what families paid for applying."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Keyed, Timestamped, enum_column
from app.domain.admissions.fees.types import FeeMethod, FeeState


class ApplicationFee(Keyed, Timestamped, Base):
    """A payment for an application, or its waiver. Never deleted: a wrong one is cancelled, with a reason."""

    __tablename__ = "application_fees"

    campus_id: Mapped[UUID] = mapped_column(ForeignKey("campuses.id", ondelete="RESTRICT"))
    application_id: Mapped[UUID] = mapped_column(
        ForeignKey("admission_applications.id", ondelete="RESTRICT"), index=True
    )
    amount: Mapped[Decimal] = mapped_column(Numeric(12, 2))
    method: Mapped[FeeMethod] = mapped_column(enum_column(FeeMethod, "method"))
    number: Mapped[str | None] = mapped_column(String(60))
    """Of the receipt, the slip or the payment at the gateway."""
    file_id: Mapped[UUID | None] = mapped_column(ForeignKey("files.id", ondelete="RESTRICT"), unique=True)
    reason: Mapped[str | None] = mapped_column(Text)
    state: Mapped[FeeState] = mapped_column(enum_column(FeeState, "state"))
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"))
    confirmed_at: Mapped[datetime | None]
    confirmed_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"))
    cancelled_at: Mapped[datetime | None]
    cancelled_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"))
    cancel_reason: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (
        CheckConstraint("amount >= 0", name="amount"),
        CheckConstraint("recorded_by <> confirmed_by", name="two_people"),
        CheckConstraint("state <> 'cancelled' or cancel_reason is not null", name="cancelled_why"),
        CheckConstraint("method <> 'waiver' or reason is not null", name="waived_why"),
        Index(
            "uq_application_fees_valid",
            "application_id",
            unique=True,
            postgresql_where=text("state <> 'cancelled'"),
        ),
        Index(
            "uq_application_fees_number",
            "campus_id",
            "method",
            "number",
            unique=True,
            postgresql_where=text("state <> 'cancelled' and number is not null"),
        ),
        Index(None, "campus_id", "recorded_at"),
    )
