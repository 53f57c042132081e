"""The tables of the outbox."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Text, func
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Keyed, Timestamped, enum_column
from app.domain.outbox.types import Channel, MessageStatus


class OutboxMessage(Keyed, Timestamped, Base):
    """One message to one recipient, with the text as it will leave."""

    __tablename__ = "outbox_messages"

    campus_id: Mapped[UUID | None] = mapped_column(ForeignKey("campuses.id", ondelete="RESTRICT"))
    channel: Mapped[Channel] = mapped_column(enum_column(Channel, "channel"), default=Channel.MAIL)
    kind: Mapped[str] = mapped_column(String(60))
    recipient: Mapped[str] = mapped_column(String(255))
    locale: Mapped[str] = mapped_column(String(5))
    subject: Mapped[str] = mapped_column(String(255))
    body: Mapped[str] = mapped_column(Text)
    message_id: Mapped[str] = mapped_column(String(120), unique=True)
    status: Mapped[MessageStatus] = mapped_column(
        enum_column(MessageStatus, "status"), default=MessageStatus.PENDING
    )
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[datetime] = mapped_column(server_default=func.now())
    leased_until: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(Text)
    sent_at: Mapped[datetime | None]

    # Who writes a row may not read it, so PostgreSQL is not asked to hand it back.
    __mapper_args__ = {"eager_defaults": False}
    __table_args__ = (
        Index(
            "ix_outbox_messages_due", "next_attempt_at", postgresql_where="status in ('pending', 'sending')"
        ),
        Index("ix_outbox_messages_status_updated_at", "status", "updated_at"),
        Index("ix_outbox_messages_texts", "recipient", "created_at", postgresql_where="channel = 'sms'"),
    )


class OutboxHold(Base):
    """A channel that waits: the other side's answer was about the account and not about a message."""

    __tablename__ = "outbox_holds"

    channel: Mapped[Channel] = mapped_column(enum_column(Channel, "channel"), primary_key=True)
    reason: Mapped[str] = mapped_column(String(300))
    since: Mapped[datetime] = mapped_column(server_default=func.now())
    until: Mapped[datetime]
