"""The tables of second factors, of sign-ins that wait for one, and of questions put to passkeys."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, SmallInteger, String, Text, func, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Keyed, Timestamped, enum_column
from app.domain.accounts.factors.types import ChallengePurpose


class AuthenticatorApp(Keyed, Timestamped, Base):
    """The secret shared with an app that shows codes. Both secrets are sealed with the installation's key."""

    __tablename__ = "authenticator_apps"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), unique=True)
    secret: Mapped[str | None] = mapped_column(Text)
    """In use. Without one the app is still being set up."""
    pending_secret: Mapped[str | None] = mapped_column(Text)
    """Shown, and not yet confirmed by a code. It takes the place of the other only then."""
    confirmed_at: Mapped[datetime | None]
    last_step: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    """The time step of the last code accepted: no code of it or before is accepted again."""
    misses: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
    misses_since: Mapped[datetime] = mapped_column(server_default=func.now())


class RecoveryCode(Keyed, Base):
    """A code for the day the phone is lost. Only its hash is kept."""

    __tablename__ = "recovery_codes"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    code_hash: Mapped[str] = mapped_column(String(64))
    used_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (Index("uq_recovery_codes_user_id_code_hash", "user_id", "code_hash", unique=True),)


class Passkey(Keyed, Timestamped, Base):
    """The public half of a key that lies in a phone, a computer or a stick."""

    __tablename__ = "passkeys"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    credential_id: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(String(60))
    last_used_at: Mapped[datetime | None]


class HalfOpenSignIn(Keyed, Base):
    """A right password that waits for its second factor. It opens nothing; it is no session."""

    __tablename__ = "half_open_sign_ins"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    keep: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    tries: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class PasskeyChallenge(Keyed, Base):
    """A question put to a passkey: for one purpose, one browser, once."""

    __tablename__ = "passkey_challenges"

    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    purpose: Mapped[ChallengePurpose] = mapped_column(enum_column(ChallengePurpose, "purpose"))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    challenge: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]
