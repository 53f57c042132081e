"""The tables of draws."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, SmallInteger, String, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Keyed, Timestamped, Versioned, enum_column
from app.domain.academics.types import Shift
from app.domain.admissions.lottery.types import DrawState
from app.domain.kernel.columns import LocalTextType
from app.domain.kernel.texts import LocalText


class AdmissionDraw(Keyed, Timestamped, Versioned, Base):
    """A draw of the seats of a class, or of one shift of it. Each has a number; none is ever deleted."""

    __tablename__ = "admission_draws"

    campus_id: Mapped[UUID] = mapped_column(ForeignKey("campuses.id", ondelete="RESTRICT"))
    seat_id: Mapped[UUID] = mapped_column(ForeignKey("admission_seats.id", ondelete="RESTRICT"))
    shift: Mapped[Shift | None] = mapped_column(enum_column(Shift, "shift"))
    """None: the seats of all shifts are drawn together."""
    number: Mapped[int] = mapped_column(Integer, unique=True)
    state: Mapped[DrawState] = mapped_column(enum_column(DrawState, "state"))
    about: Mapped[str] = mapped_column(String(500))
    """The class as the list names it. The list and its hash stay when the class is renamed."""
    seats: Mapped[int] = mapped_column(SmallInteger)
    quotas: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    """Code, seats and name of each quota as it was when the list was fixed."""
    tickets: Mapped[int] = mapped_column(Integer)
    list_hash: Mapped[str] = mapped_column(String(64))
    commitment: Mapped[str] = mapped_column(String(64))
    secret: Mapped[str] = mapped_column(String(64))
    """The school's value: 64 hexadecimal digits that nobody sees before the draw is over."""
    source: Mapped[LocalText | None] = mapped_column(LocalTextType)
    known_on: Mapped[date | None]
    public_value: Mapped[str | None] = mapped_column(String(100))
    reason: Mapped[LocalText | None] = mapped_column(LocalTextType)
    fixed_at: Mapped[datetime]
    fixed_by: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"))
    announced_at: Mapped[datetime | None]
    announced_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"))
    drawn_at: Mapped[datetime | None]
    drawn_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"))
    cancelled_at: Mapped[datetime | None]
    cancelled_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"))

    __table_args__ = (
        Index(
            "uq_admission_draws_standing",
            "seat_id",
            "shift",
            unique=True,
            postgresql_where=text("state <> 'cancelled'"),
            postgresql_nulls_not_distinct=True,
        ),
        CheckConstraint("state in ('fixed', 'cancelled') or known_on is not null", name="announced"),
        CheckConstraint("state <> 'drawn' or public_value is not null", name="drawn"),
        CheckConstraint("drawn_by <> fixed_by", name="two_people"),
    )


class AdmissionTicket(Keyed, Base):
    """A line of a fixed list, and what came out for it. Whose it is stands nowhere else."""

    __tablename__ = "admission_tickets"

    draw_id: Mapped[UUID] = mapped_column(ForeignKey("admission_draws.id", ondelete="RESTRICT"))
    number: Mapped[int] = mapped_column(Integer)
    application_id: Mapped[UUID] = mapped_column(
        ForeignKey("admission_applications.id", ondelete="RESTRICT"), index=True
    )
    quotas: Mapped[list[str]] = mapped_column(ARRAY(String(8)))
    """Codes of the quotas that were claimed when the list was fixed."""
    rank: Mapped[int | None] = mapped_column(Integer)
    place: Mapped[str | None] = mapped_column(String(8))
    """The code of a quota, `general` or `waiting`."""

    __table_args__ = (
        Index(None, "draw_id", "number", unique=True),
        Index(None, "draw_id", "rank", unique=True),
        CheckConstraint("number >= 1", name="number"),
    )
