"""Changing one's own e-mail address: it counts once its mailbox has answered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from app.domain.accounts.events import tell_owner
from app.domain.accounts.letters import new_address_letter
from app.domain.accounts.models import EmailChange, User
from app.domain.accounts.queries import find_invitee
from app.domain.accounts.services import confirm_password
from app.domain.accounts.types import AccountEvent, EmailTaken, LinkSpent, UserStatus
from app.domain.audit.services import record
from app.domain.kernel.access import Actor
from app.domain.kernel.errors import NotFound
from app.domain.kernel.ids import hash_token, new_token
from app.domain.outbox.services import write_mail
from app.uow import session, transaction

CONFIRMABLE_FOR = timedelta(days=1)


def ask_for_new_email(
    actor: Actor, email: str, password: str, link_builder: Callable[[str, str], str]
) -> None:
    """Send a link to a new address of one's own; nothing changes before it is followed.

    Whether another account has the address is not said here, but only to whoever reads its mail. Raises
    PasswordWrong.
    """
    user_id = confirm_password(actor, password)
    token = new_token()
    email = email.strip().lower()
    with transaction() as db:
        owner = find_invitee(user_id)
        if owner is None:
            raise NotFound
        _end_open(user_id)
        db.add(
            EmailChange(
                user_id=user_id,
                email=email,
                token_hash=hash_token(token),
                expires_at=func.now() + CONFIRMABLE_FOR,
            )
        )
        record(actor, "user.email_asked", "user", user_id, new={"email": email})
        subject, body = new_address_letter(owner.locale, owner.name, link_builder(owner.locale, token))
        write_mail("new_address", email, owner.locale, subject, body)


def _end_open(user_id: UUID) -> None:
    session().execute(
        update(EmailChange)
        .where(EmailChange.user_id == user_id, EmailChange.used_at.is_(None))
        .values(used_at=datetime.now(UTC))
    )


@dataclass(frozen=True)
class OpenChange:
    """A new address that waits for its mailbox to answer."""

    id: UUID
    user_id: UUID
    email: str
    old_email: str | None
    locale: str


def find_open_change(token: str) -> OpenChange | None:
    """The unused, unexpired change of this token, or None."""
    row = (
        session()
        .execute(
            select(EmailChange.id, User.id, EmailChange.email, User.email, User.locale)
            .join(User, User.id == EmailChange.user_id)
            .where(
                EmailChange.token_hash == hash_token(token),
                EmailChange.used_at.is_(None),
                EmailChange.expires_at > func.now(),
                User.status == UserStatus.ACTIVE,
            )
        )
        .one_or_none()
    )
    return OpenChange(*row) if row else None


def find_waiting_email(user_id: UUID) -> str | None:
    """The new address of a user that has not answered yet."""
    return session().scalar(
        select(EmailChange.email).where(
            EmailChange.user_id == user_id, EmailChange.used_at.is_(None), EmailChange.expires_at > func.now()
        )
    )


def confirm_new_email(token: str, *, ip: str | None = None, user_agent: str | None = None) -> OpenChange:
    """Let a new address count. The old one is told. Raises LinkSpent, EmailTaken."""
    with transaction() as db:
        change = find_open_change(token)
        if change is None:
            raise LinkSpent
        spent = db.scalar(
            update(EmailChange)
            .where(EmailChange.id == change.id, EmailChange.used_at.is_(None))
            .values(used_at=datetime.now(UTC))
            .returning(EmailChange.id)
        )
        if spent is None:  # a second click got there first
            raise LinkSpent
        try:
            with db.begin_nested():
                db.execute(update(User).where(User.id == change.user_id).values(email=change.email))
        except IntegrityError as error:
            raise EmailTaken from error
        actor = Actor(change.user_id, None, "", change.locale, ip=ip, user_agent=user_agent)
        tell_owner(
            actor,
            change.user_id,
            AccountEvent.EMAIL_CHANGED,
            old={"email": change.old_email},
            new={"email": change.email},
            also_to=change.old_email,
        )
    return change
