"""What families were told of a day, and how they want to be told."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, SmallInteger, UniqueConstraint, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Keyed, enum_column
from app.domain.attendance.notices.types import Word
from app.domain.outbox.types import Channel


class AbsenceNotice(Keyed, Base):
    """The last word the guardians of a child have been told of a day. Child and day stand once."""

    __tablename__ = "absence_notices"

    campus_id: Mapped[UUID] = mapped_column(ForeignKey("campuses.id", ondelete="RESTRICT"))
    student_id: Mapped[UUID] = mapped_column(ForeignKey("students.id", ondelete="RESTRICT"))
    date: Mapped[date]
    word: Mapped[Word] = mapped_column(enum_column(Word, "word"))
    times: Mapped[int] = mapped_column(SmallInteger, default=1, server_default="1")
    """How often something was said of this day."""
    told_at: Mapped[datetime]
    letters: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid), default=list, server_default=text("'{}'"))
    """The messages of the last word, so that one that has not left can be taken back."""

    __table_args__ = (UniqueConstraint("student_id", "date"), Index(None, "date"))


class NoticeWay(Keyed, Base):
    """How a guardian wants to be told. Without a row by text where there is a number, else by mail."""

    __tablename__ = "notice_ways"

    guardian_id: Mapped[UUID] = mapped_column(ForeignKey("guardians.id", ondelete="CASCADE"), unique=True)
    channel: Mapped[Channel] = mapped_column(enum_column(Channel, "channel"))
