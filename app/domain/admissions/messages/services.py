"""Writes of messages."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.domain.academics.policies import ensure_may
from app.domain.admissions.messages.models import MessageText
from app.domain.admissions.messages.rules import check_words
from app.domain.admissions.messages.types import KINDS, Words
from app.domain.audit.services import record_change
from app.domain.kernel.access import Actor, Permission
from app.domain.kernel.errors import NotFound, Stale
from app.domain.outbox.types import Channel
from app.uow import transaction


def save_words(
    actor: Actor,
    campus_id: UUID,
    kind: str,
    channel: Channel,
    locale: str,
    words: Words,
    version: int | None,
) -> None:
    """Write a message in the campus's own words. `version` is that of the words it had, None where it had ours.

    Raises NotFound, Stale, StrayBrace, UnknownName, NameMissing.
    """
    if kind not in KINDS:
        raise NotFound
    check_words(KINDS[kind], channel, words)
    with transaction() as db:
        row = _held(db, actor, campus_id, kind, channel, locale, version)
        old = {"subject": row.subject, "body": row.body} if row else {}
        if row is None:
            row = MessageText(campus_id=campus_id, kind=kind, channel=channel, locale=locale)
        row.subject, row.body = words.subject, words.body
        try:
            with db.begin_nested():
                db.add(row)
        except IntegrityError as error:
            raise Stale from error  # somebody else has written the first own words this very moment
        _tell(actor, row, old, {"subject": row.subject, "body": row.body})


def forget_words(
    actor: Actor, campus_id: UUID, kind: str, channel: Channel, locale: str, version: int | None
) -> None:
    """Go back to the words we bring. Raises NotFound, Stale."""
    with transaction() as db:
        row = _held(db, actor, campus_id, kind, channel, locale, version)
        if row is not None:
            _tell(actor, row, {"subject": row.subject, "body": row.body}, {"subject": "", "body": ""})
            db.delete(row)


def _held(
    db: Session,
    actor: Actor,
    campus_id: UUID,
    kind: str,
    channel: Channel,
    locale: str,
    version: int | None,
) -> MessageText | None:
    ensure_may(actor, Permission.MESSAGES_EDIT, campus_id, to_read=Permission.MESSAGES_EDIT)
    row = db.scalars(
        select(MessageText)
        .where(
            MessageText.campus_id == campus_id,
            MessageText.kind == kind,
            MessageText.channel == channel,
            MessageText.locale == locale,
        )
        .with_for_update()
    ).one_or_none()
    if (row.version if row else None) != version:
        raise Stale
    return row


def _tell(actor: Actor, row: MessageText, old: dict[str, str], new: dict[str, str]) -> None:
    what = {"message": row.kind, "channel": row.channel, "language": row.locale}
    record_change(
        actor,
        "message_text.changed",
        "message_text",
        row.id,
        old=old,
        new=new | ({} if old == new else what),
        campus_id=row.campus_id,
    )
