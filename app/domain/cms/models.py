"""The tables of public pages and notices."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Keyed, Timestamped, Versioned
from app.domain.kernel.columns import LocalTextType
from app.domain.kernel.texts import LocalText


class Page(Keyed, Timestamped, Versioned, Base):
    """A public page. Its text is HTML cleaned when it is stored and again when it is shown."""

    __tablename__ = "pages"

    slug: Mapped[str] = mapped_column(String(120), unique=True)
    title: Mapped[LocalText] = mapped_column(LocalTextType)
    content: Mapped[LocalText] = mapped_column(LocalTextType)
    is_published: Mapped[bool] = mapped_column(default=False)
    published_at: Mapped[datetime | None]
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"))


class Notice(Keyed, Timestamped, Versioned, Base):
    """Something the school tells everybody, on a day. Without a campus it is for all of them."""

    __tablename__ = "notices"

    slug: Mapped[str] = mapped_column(String(120), unique=True)
    campus_id: Mapped[UUID | None] = mapped_column(ForeignKey("campuses.id", ondelete="RESTRICT"))
    title: Mapped[LocalText] = mapped_column(LocalTextType)
    content: Mapped[LocalText] = mapped_column(LocalTextType)
    is_published: Mapped[bool] = mapped_column(default=False)
    published_at: Mapped[datetime | None]
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"))

    __table_args__ = (Index(None, "published_at", postgresql_where="is_published"),)
