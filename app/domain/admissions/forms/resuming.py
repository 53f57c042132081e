"""Coming back without the private link, by a code on the family's phone; and what a sibling's application said."""

from __future__ import annotations

import hmac
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import delete, func, or_, select, update

from app.db import new_id
from app.domain.accounts.letters import phone_code_text
from app.domain.accounts.numbers import CODE_TRIES, code_digest, make_code
from app.domain.accounts.rules import clean_code
from app.domain.accounts.types import PhoneCodeSpent, PhoneCodeWrong
from app.domain.admissions.forms.models import FamilyCode
from app.domain.admissions.forms.queries import form_of
from app.domain.admissions.models import Application
from app.domain.admissions.queries import find_by_token, view_of
from app.domain.admissions.rules import answers_of
from app.domain.admissions.services import save_step
from app.domain.admissions.types import AlreadySent, ApplicationStatus, ApplicationView
from app.domain.audit.services import record
from app.domain.kernel import clock
from app.domain.kernel.access import Actor
from app.domain.kernel.errors import NotFound
from app.domain.kernel.ids import hash_token
from app.domain.limits.rules import network_of
from app.domain.limits.services import take
from app.domain.limits.types import Limit
from app.domain.outbox.services import write_sms
from app.uow import session, transaction

CODE_FOR: Final = timedelta(minutes=10)
_MOST_SHOWN: Final = 20
SHARED: Final = ("guardian_name", "relationship", "phone", "email", "address", "district")
"""What is the same for brothers and sisters."""


def ask_family_code(actor: Actor, phone: str) -> UUID:
    """Text a code to a number (E.164) with which somebody has applied, and return the key it is asked for by.

    Nothing tells a number that nobody has applied with: it gets a key as well, but no text. The newest code ends
    those before. Raises TooMany.
    """
    take(actor, (Limit.PHONE_CODE_NUMBER, phone), (Limit.PHONE_CODE_ADDRESS, network_of(actor.ip)))
    key, code = new_id(), make_code()
    with transaction() as db:
        db.execute(
            delete(FamilyCode).where(or_(FamilyCode.phone == phone, FamilyCode.expires_at < func.now()))
        )
        db.add(
            FamilyCode(
                id=key, phone=phone, code_hash=code_digest(key, code), expires_at=func.now() + CODE_FOR
            )
        )
        known = db.scalar(select(Application.id).where(Application.phone == phone).limit(1))
        if known:
            write_sms("family_code", phone, actor.locale, phone_code_text(actor.locale, code))
    return key


def confirm_family_code(actor: Actor, key: UUID, code: str) -> str:
    """The number (E.164) whose code came back. Each try is counted before it is looked at.

    Raises PhoneCodeWrong, PhoneCodeSpent.
    """
    live = (
        FamilyCode.id == key,
        FamilyCode.used_at.is_(None),
        FamilyCode.expires_at > func.now(),
        FamilyCode.tries < CODE_TRIES,
    )
    with transaction() as db:
        tried = db.execute(
            update(FamilyCode)
            .where(*live)
            .values(tries=FamilyCode.tries + 1)
            .returning(FamilyCode.phone, FamilyCode.code_hash)
            .execution_options(synchronize_session=False)
        ).one_or_none()
    if tried is None:
        raise PhoneCodeSpent
    if not hmac.compare_digest(tried.code_hash, code_digest(key, clean_code(code))):
        raise PhoneCodeWrong
    with transaction() as db:
        spent = db.scalar(
            update(FamilyCode)
            .where(FamilyCode.id == key, FamilyCode.used_at.is_(None))
            .values(used_at=clock.now())
            .returning(FamilyCode.id)
            .execution_options(synchronize_session=False)
        )
    if spent is None:  # sent twice at once
        raise PhoneCodeSpent
    return str(tried.phone)


def list_applications_of(phone: str) -> list[ApplicationView]:
    """The drafts and applications of a number that the caller has seen proven, the latest first."""
    rows = session().scalars(
        select(Application)
        .where(Application.phone == phone)
        .order_by(Application.updated_at.desc(), Application.id)
        .limit(_MOST_SHOWN)
    )
    return [view_of(row) for row in rows]


def reopen_draft(actor: Actor, application_id: UUID, phone: str, token: str) -> None:
    """Let `token` open a draft of a proven number, beside its private link. A token made so before ends.

    Raises NotFound, AlreadySent.
    """
    with transaction() as db:
        row = db.scalars(
            select(Application)
            .where(Application.id == application_id, Application.phone == phone)
            .with_for_update()
            .execution_options(populate_existing=True)
        ).one_or_none()
        if row is None:
            raise NotFound
        if row.status is not ApplicationStatus.DRAFT:
            raise AlreadySent
        row.resume_hash = hash_token(token)
        record(actor, "application.reopened", "application", row.id, campus_id=row.campus_id)


def find_source(source_id: UUID, application: ApplicationView) -> ApplicationView | None:
    """An earlier application, while the draft still lacks something that it can tell. The caller has seen proofs."""
    if application.id == source_id or not application.is_draft:
        return None
    here = answers_of(application)
    if all(here[name] for name in ("guardian_name", "phone", "address")):
        return None
    row = session().get(Application, source_id)
    return view_of(row) if row and row.phone else None


def take_over(actor: Actor, token: str, source_id: UUID, today: date, draft_link: str) -> None:
    """Answer in a draft what an earlier application of the family said, where nothing is answered yet.

    Raises NotFound, AlreadySent and what `save_step` raises.
    """
    with transaction() as db:
        application, row = find_by_token(token), db.get(Application, source_id)
        if application is None or row is None:
            raise NotFound
        here, there = answers_of(application), answers_of(view_of(row))
        for page in form_of(application).pages:
            names = {field.key for field in page.asked} & {*SHARED}
            given = {name: there[name] for name in names if there[name] and not here[name]}
            if given:
                save_step(actor, token, page.key, given, today, draft_link=draft_link)
