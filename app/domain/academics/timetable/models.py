"""The tables of bell times, lessons and substitutes."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Keyed, Timestamped, Versioned, enum_column
from app.domain.academics.timetable.types import WHOLE_DAY as WHOLE_DAY
from app.domain.academics.types import Shift
from app.domain.kernel.columns import LocalTextType
from app.domain.kernel.texts import LocalText


class BellTime(Keyed, Timestamped, Versioned, Base):
    """When a period is, for the sections of one shift of a campus."""

    __tablename__ = "bell_times"

    campus_id: Mapped[UUID] = mapped_column(ForeignKey("campuses.id", ondelete="RESTRICT"))
    shift: Mapped[Shift | None] = mapped_column(enum_column(Shift, "shift"))
    period: Mapped[int] = mapped_column(SmallInteger)
    starts_at: Mapped[dt.time]
    ends_at: Mapped[dt.time]
    name: Mapped[LocalText] = mapped_column(LocalTextType, default=LocalText())

    __table_args__ = (
        Index(
            "uq_bell_times_campus_id_shift_period",
            "campus_id",
            "shift",
            "period",
            unique=True,
            postgresql_nulls_not_distinct=True,
        ),
        CheckConstraint("period > 0", name="period"),
        CheckConstraint("starts_at < ends_at", name="order"),
    )


class Lesson(Keyed, Timestamped, Versioned, Base):
    """What a section learns in a slot of its week, and with whom."""

    __tablename__ = "timetable_lessons"

    campus_id: Mapped[UUID] = mapped_column(ForeignKey("campuses.id", ondelete="RESTRICT"))
    section_id: Mapped[UUID] = mapped_column(ForeignKey("sections.id", ondelete="CASCADE"))
    weekday: Mapped[int] = mapped_column(SmallInteger)
    """ISO: Monday is 1, Sunday 7."""
    period: Mapped[int] = mapped_column(SmallInteger)
    subject_id: Mapped[UUID] = mapped_column(ForeignKey("subjects.id", ondelete="RESTRICT"), index=True)
    staff_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id", ondelete="RESTRICT"))

    __table_args__ = (
        UniqueConstraint("section_id", "weekday", "period"),
        Index(None, "staff_id", "weekday"),
        Index(None, "campus_id", "weekday"),
        CheckConstraint("weekday between 1 and 7", name="weekday"),
        CheckConstraint("period > 0", name="period"),
    )


class Substitute(Keyed, Timestamped, Base):
    """Who stands in on a day: in one lesson of a section, or for its class teacher the whole day."""

    __tablename__ = "timetable_substitutes"

    campus_id: Mapped[UUID] = mapped_column(ForeignKey("campuses.id", ondelete="RESTRICT"))
    section_id: Mapped[UUID] = mapped_column(ForeignKey("sections.id", ondelete="CASCADE"))
    on: Mapped[dt.date] = mapped_column("date")
    period: Mapped[int] = mapped_column(SmallInteger, default=WHOLE_DAY)
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id", ondelete="RESTRICT"))
    instead_of_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id", ondelete="RESTRICT"))
    named_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))

    __table_args__ = (
        UniqueConstraint("section_id", "date", "period"),
        Index(None, "staff_id", "date"),
        Index(None, "campus_id", "date"),
        CheckConstraint("period >= 0", name="period"),
    )
