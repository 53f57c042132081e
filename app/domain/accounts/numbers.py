"""Changing one's own mobile number: it counts once the code that was sent to it has come back."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import UTC, datetime, timedelta
from uuid import UUID

from flask import current_app
from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.exc import IntegrityError

from app.db import new_id
from app.domain.accounts.events import tell_owner
from app.domain.accounts.letters import phone_changed_text, phone_code_text
from app.domain.accounts.models import PhoneChange, User
from app.domain.accounts.queries import find_invitee
from app.domain.accounts.rules import clean_code
from app.domain.accounts.types import AccountEvent, PhoneCodeSpent, PhoneCodeWrong, PhoneTaken
from app.domain.audit.services import record
from app.domain.kernel.access import Actor
from app.domain.kernel.errors import NotFound
from app.domain.limits.rules import network_of
from app.domain.limits.services import take
from app.domain.limits.types import Limit
from app.domain.outbox.services import write_sms
from app.domain.people.services import follow_phone
from app.domain.people.types import GuardianKnown
from app.uow import session, transaction

CODE_DIGITS = 6
CODE_FOR = timedelta(minutes=15)
CODE_TRIES = 5
"""Of a million codes five are guessed at; then a new one has to be asked for, which is limited too."""


def ask_for_new_phone(actor: Actor, phone: str) -> None:
    """Text a code to a new number (E.164) of one's own; nothing changes before it comes back.

    Whether another account has the number is not said here, but only to whoever reads its texts. The newest code
    ends those before. Raises TooMany, NotFound.
    """
    user_id = _mine(actor)
    take(
        actor,
        (Limit.PHONE_CODE_ACCOUNT, str(user_id)),
        (Limit.PHONE_CODE_NUMBER, phone),
        (Limit.PHONE_CODE_ADDRESS, network_of(actor.ip)),
    )
    code = make_code()
    with transaction() as db:
        owner = find_invitee(user_id)
        if owner is None:
            raise NotFound
        # Two codes asked for at once would not see each other, and both would work.
        db.execute(select(User.id).where(User.id == user_id).with_for_update(key_share=True))
        _end_open(user_id)
        key = new_id()
        db.add(
            PhoneChange(
                id=key,
                user_id=user_id,
                phone=phone,
                code_hash=code_digest(key, code),
                expires_at=func.now() + CODE_FOR,
            )
        )
        record(actor, "user.phone_asked", "user", user_id, new={"phone": phone})
        write_sms("phone_code", phone, owner.locale, phone_code_text(owner.locale, code))


def make_code() -> str:
    """A new code, as somebody types it."""
    return f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"


def _mine(actor: Actor) -> UUID:
    if actor.user_id is None:
        raise NotFound
    return actor.user_id


def code_digest(key: UUID, code: str) -> str:
    """What is kept of a code. Of a million codes a bare digest is found at once, so it is one with our secret."""
    secret = str(current_app.config["SECRET_KEY"]).encode()
    text = f"phone code {key} {code}".encode("utf-8", "surrogatepass")
    return hmac.new(secret, text, hashlib.sha256).hexdigest()


def _end_open(user_id: UUID) -> None:
    session().execute(
        update(PhoneChange)
        .where(PhoneChange.user_id == user_id, PhoneChange.used_at.is_(None))
        .values(used_at=datetime.now(UTC))
    )


def find_waiting_phone(user_id: UUID) -> str | None:
    """The new number (E.164) of a user whose code has not come back yet."""
    return session().scalar(select(PhoneChange.phone).where(*_waits(user_id)))


def _waits(user_id: UUID) -> tuple[ColumnElement[bool], ...]:
    return (
        PhoneChange.user_id == user_id,
        PhoneChange.used_at.is_(None),
        PhoneChange.expires_at > func.now(),
        PhoneChange.tries < CODE_TRIES,
    )


def confirm_new_phone(actor: Actor, code: str) -> str:
    """Let the new number count by its code, for the account and for the person's record. Returns it (E.164).

    The old number and the e-mail address are told. Each try is counted before it is looked at. Raises
    PhoneCodeWrong, PhoneCodeSpent, PhoneTaken.
    """
    user_id = _mine(actor)
    with transaction() as db:
        tried = db.execute(
            update(PhoneChange)
            .where(*_waits(user_id))
            .values(tries=PhoneChange.tries + 1)
            .returning(PhoneChange.id, PhoneChange.phone, PhoneChange.code_hash)
            .execution_options(synchronize_session=False)
        ).one_or_none()
    if tried is None:
        raise PhoneCodeSpent
    if not hmac.compare_digest(tried.code_hash, code_digest(tried.id, clean_code(code))):
        with transaction():
            record(actor, "user.phone_refused", "user", user_id)
        raise PhoneCodeWrong
    _change(actor, user_id, tried.id, tried.phone)
    return str(tried.phone)


def _change(actor: Actor, user_id: UUID, key: UUID, phone: str) -> None:
    with transaction() as db:
        spent = db.scalar(
            update(PhoneChange)
            .where(PhoneChange.id == key, PhoneChange.used_at.is_(None))
            .values(used_at=datetime.now(UTC))
            .returning(PhoneChange.id)
            .execution_options(synchronize_session=False)
        )
        person_id, old, locale = db.execute(
            select(User.person_id, User.phone, User.locale).where(User.id == user_id)
        ).one()
        if spent is None:  # sent twice at once, or ended by a new password
            if old == phone:
                return
            raise PhoneCodeSpent
        try:
            follow_phone(actor, person_id, phone)
            with db.begin_nested():
                db.execute(update(User).where(User.id == user_id).values(phone=phone))
        except (IntegrityError, GuardianKnown) as error:
            raise PhoneTaken from error
        tell_owner(actor, user_id, AccountEvent.PHONE_CHANGED, old={"phone": old}, new={"phone": phone})
        if old and old != phone:
            write_sms("user_phone_changed", old, locale, phone_changed_text(locale))
