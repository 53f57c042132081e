"""The tables of users, roles, sessions and one-time links."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, String, func, text
from sqlalchemy.dialects.postgresql import INET
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Keyed, Timestamped, enum_column
from app.domain.accounts.types import LinkPurpose, UserStatus
from app.domain.kernel.access import Role


class User(Keyed, Timestamped, Base):
    """An account of a person. Deleting it is not possible where school records hang on it."""

    __tablename__ = "users"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("persons.id", ondelete="RESTRICT"), unique=True)
    email: Mapped[str | None] = mapped_column(String(255), unique=True)
    phone: Mapped[str | None] = mapped_column(String(20), unique=True)
    password_hash: Mapped[str | None] = mapped_column(String(255))
    locale: Mapped[str] = mapped_column(String(5), default="bn")
    status: Mapped[UserStatus] = mapped_column(enum_column(UserStatus, "status"), default=UserStatus.ACTIVE)
    last_login_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("email = lower(email)", name="email_lower"),
        CheckConstraint("locale in ('bn', 'en', 'ar')", name="locale"),
    )


class UserRole(Keyed, Timestamped, Base):
    """What a user is, and where. No campus: at all of them."""

    __tablename__ = "user_roles"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    role: Mapped[Role] = mapped_column(enum_column(Role, "role"))
    campus_id: Mapped[UUID | None] = mapped_column(ForeignKey("campuses.id", ondelete="RESTRICT"))

    __table_args__ = (
        Index(
            "uq_user_roles_user_id_role_campus_id",
            "user_id",
            "role",
            "campus_id",
            unique=True,
            postgresql_nulls_not_distinct=True,
        ),
        # Who works in the office is asked by every list of theirs, and nearly everybody is a guardian.
        Index(None, "role"),
    )


class Session(Keyed, Base):
    """One signed-in device. Revoking the row signs it out at once."""

    __tablename__ = "sessions"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime]
    idle_for: Mapped[timedelta] = mapped_column(server_default=text("interval '12 hours'"))
    """How long it lasts without being used."""
    last_seen_at: Mapped[datetime] = mapped_column(server_default=func.now())
    """Written down once in five minutes of use; see `rules.SEEN_EVERY`."""
    device_hash: Mapped[str | None] = mapped_column(String(64))
    """The browser's own mark, to tell a browser that the owner has not used before."""
    revoked_at: Mapped[datetime | None]
    ip_address: Mapped[str | None] = mapped_column(INET)
    user_agent: Mapped[str | None] = mapped_column(String(300))
    proved_at: Mapped[datetime | None] = mapped_column(server_default=func.now())
    """When its owner last gave a password or a second factor."""
    proof_misses: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")


class OneTimeLink(Keyed, Timestamped, Base):
    """A link that works once: an invitation or a new password. Only its hash is kept."""

    __tablename__ = "one_time_links"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    purpose: Mapped[LinkPurpose] = mapped_column(enum_column(LinkPurpose, "purpose"))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    __table_args__ = (Index("ix_one_time_links_open", "user_id", postgresql_where=text("used_at is null")),)


class ResetRequest(Keyed, Base):
    """Somebody forgot a password. It stands here until a worker has answered it, and then it is gone."""

    __tablename__ = "reset_requests"

    identifier: Mapped[str] = mapped_column(String(254))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    ip_address: Mapped[str | None] = mapped_column(INET)
    user_agent: Mapped[str | None] = mapped_column(String(300))

    # Who writes a row may not read it, so PostgreSQL is not asked to hand it back.
    __mapper_args__ = {"eager_defaults": False}


class EmailChange(Keyed, Timestamped, Base):
    """A new e-mail address that does not count before its mailbox has answered."""

    __tablename__ = "email_changes"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    email: Mapped[str] = mapped_column(String(255))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    __table_args__ = (CheckConstraint("email = lower(email)", name="email_lower"),)


class PhoneChange(Keyed, Timestamped, Base):
    """A new mobile number that does not count before the code sent to it has come back. Only its hash is kept."""

    __tablename__ = "phone_changes"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    phone: Mapped[str] = mapped_column(String(20))
    code_hash: Mapped[str] = mapped_column(String(64))
    tries: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
