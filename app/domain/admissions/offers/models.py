"""The table of offers."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Keyed, Timestamped, enum_column
from app.domain.academics.types import Shift
from app.domain.admissions.offers.rules import HOLDING
from app.domain.admissions.offers.types import OfferState

_HOLDS = "state in ({})".format(", ".join(f"'{state.value}'" for state in HOLDING))


class AdmissionOffer(Keyed, Timestamped, Base):
    """A seat offered to one child until a moment. What has ended stays, so that it can be told afterwards."""

    __tablename__ = "admission_offers"

    campus_id: Mapped[UUID] = mapped_column(ForeignKey("campuses.id", ondelete="RESTRICT"))
    application_id: Mapped[UUID] = mapped_column(
        ForeignKey("admission_applications.id", ondelete="RESTRICT"), index=True
    )
    ranking_id: Mapped[UUID | None] = mapped_column(ForeignKey("admission_rankings.id", ondelete="RESTRICT"))
    """None: an officer offered it by hand."""
    seat_id: Mapped[UUID] = mapped_column(ForeignKey("admission_seats.id", ondelete="RESTRICT"), index=True)
    shift: Mapped[Shift | None] = mapped_column(enum_column(Shift, "shift"))
    quota_id: Mapped[UUID | None] = mapped_column(ForeignKey("admission_quotas.id", ondelete="RESTRICT"))
    """None: one of the seats for everybody."""
    made_at: Mapped[datetime]
    made_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"))
    """None: the waiting list moved by itself."""
    expires_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    """When it was answered, ended or taken back."""
    reminded_at: Mapped[datetime | None]
    state: Mapped[OfferState] = mapped_column(
        enum_column(OfferState, "state"), default=OfferState.OPEN, server_default=OfferState.OPEN.value
    )

    __table_args__ = (
        Index("uq_admission_offers_holding", "application_id", unique=True, postgresql_where=text(_HOLDS)),
        Index("ix_admission_offers_due", "expires_at", postgresql_where=text("state = 'open'")),
    )
