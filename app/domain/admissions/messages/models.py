"""The table of the school's own words."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Keyed, Timestamped, Versioned, enum_column
from app.domain.outbox.types import Channel


class MessageText(Keyed, Timestamped, Versioned, Base):
    """The words of one message in one language at one campus. Where there are none, ours are used."""

    __tablename__ = "message_texts"

    campus_id: Mapped[UUID] = mapped_column(ForeignKey("campuses.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(40))
    channel: Mapped[Channel] = mapped_column(enum_column(Channel, "channel"))
    locale: Mapped[str] = mapped_column(String(5))
    subject: Mapped[str] = mapped_column(String(255), default="", server_default="")
    body: Mapped[str] = mapped_column(Text)

    __table_args__ = (
        UniqueConstraint("campus_id", "kind", "channel", "locale"),
        CheckConstraint("body <> ''", name="body"),
    )
