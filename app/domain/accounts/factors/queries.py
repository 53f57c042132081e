"""Reads of second factors."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from app.domain.accounts.factors.models import AuthenticatorApp, HalfOpenSignIn, Passkey, RecoveryCode
from app.domain.accounts.factors.rules import HALF_OPEN_TRIES
from app.domain.accounts.models import User
from app.domain.accounts.types import UserStatus
from app.domain.kernel.ids import hash_token
from app.uow import session


@dataclass(frozen=True)
class PasskeyLine:
    """A passkey as its owner sees it."""

    id: UUID
    name: str
    created_at: datetime
    last_used_at: datetime | None


@dataclass(frozen=True)
class Factors:
    """What an account has beside its password."""

    app_since: datetime | None
    """When the authenticator app was confirmed; None without one."""
    passkeys: tuple[PasskeyLine, ...]
    codes_left: int

    @property
    def any(self) -> bool:
        """Whether a sign-in asks for a second step. Recovery codes alone are none."""
        return self.app_since is not None or bool(self.passkeys)


def find_factors(user_id: UUID) -> Factors:
    """The second factors of an account."""
    db = session()
    since, left = db.execute(
        select(
            select(AuthenticatorApp.confirmed_at)
            .where(AuthenticatorApp.user_id == user_id, AuthenticatorApp.secret.is_not(None))
            .scalar_subquery(),
            select(func.count())
            .select_from(RecoveryCode)
            .where(RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None))
            .scalar_subquery(),
        )
    ).one()
    lines = db.execute(
        select(Passkey.id, Passkey.name, Passkey.created_at, Passkey.last_used_at)
        .where(Passkey.user_id == user_id)
        .order_by(Passkey.created_at, Passkey.id)
    )
    return Factors(since, tuple(PasskeyLine(*line) for line in lines), left)


def has_second_factor(user_id: UUID) -> bool:
    """Whether the sign-in of this account asks for a second step."""
    return find_factors(user_id).any


def find_pending_secret(user_id: UUID) -> tuple[str, str] | None:
    """The sealed secret that waits for its first code, and what the account signs in with."""
    row = (
        session()
        .execute(
            select(AuthenticatorApp.pending_secret, func.coalesce(User.email, User.phone, ""))
            .join(User, User.id == AuthenticatorApp.user_id)
            .where(AuthenticatorApp.user_id == user_id, AuthenticatorApp.pending_secret.is_not(None))
        )
        .one_or_none()
    )
    return (row[0], row[1]) if row and row[0] else None


def find_half_open(token: str | None) -> UUID | None:
    """Whose sign-in waits in this browser for its second step; None where none does any more."""
    if not token:
        return None
    return session().scalar(
        select(HalfOpenSignIn.user_id)
        .join(User, User.id == HalfOpenSignIn.user_id)
        .where(
            HalfOpenSignIn.token_hash == hash_token(token),
            HalfOpenSignIn.used_at.is_(None),
            HalfOpenSignIn.expires_at > func.now(),
            HalfOpenSignIn.tries < HALF_OPEN_TRIES,
            User.status == UserStatus.ACTIVE,
        )
    )


def list_credential_ids(user_id: UUID) -> list[bytes]:
    """By what the authenticators of an account know its passkeys."""
    return list(session().scalars(select(Passkey.credential_id).where(Passkey.user_id == user_id)))
