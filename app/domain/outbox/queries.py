"""Reading the outbox, within the actor's campuses."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, case, func, select, true

from app.domain.kernel.access import ALL, Actor, Permission
from app.domain.kernel.errors import NotFound
from app.domain.kernel.paging import Page
from app.domain.kernel.segments import count_segments
from app.domain.outbox.models import OutboxHold, OutboxMessage
from app.domain.outbox.rules import mask_recipient
from app.domain.outbox.types import (
    Backlog,
    Channel,
    HoldLine,
    MessageLine,
    MessageStatus,
    ReasonLine,
    StateLine,
)
from app.uow import session

PAGE_SIZE = 30


def messages_reached(actor: Actor) -> ColumnElement[bool]:
    """The condition that keeps a statement to the messages of the actor's campuses.

    A message that belongs to no campus, such as an invitation, is for those who look after all of them.
    """
    campuses = actor.campuses_for(Permission.JOBS_MANAGE)
    return true() if campuses is ALL else OutboxMessage.campus_id.in_(campuses)


def count_by_state(actor: Actor) -> dict[MessageStatus, StateLine]:
    """How many messages are in each state, and when the oldest of them was written."""
    statement = (
        select(OutboxMessage.status, func.count(), func.min(OutboxMessage.created_at))
        .where(messages_reached(actor))
        .group_by(OutboxMessage.status)
    )
    return {row[0]: StateLine(*row) for row in session().execute(statement)}


def _lines(actor: Actor) -> Select[*tuple[Any, ...]]:
    # The body of a text is read to count its parts; that of a mail may be long and is left where it is.
    body = case((OutboxMessage.channel == Channel.SMS, OutboxMessage.body))
    return select(
        OutboxMessage.id,
        OutboxMessage.kind,
        OutboxMessage.channel,
        OutboxMessage.recipient,
        OutboxMessage.status,
        OutboxMessage.attempts,
        OutboxMessage.last_error,
        OutboxMessage.created_at,
        OutboxMessage.updated_at,
        OutboxMessage.next_attempt_at,
        OutboxMessage.campus_id,
        body.label("text"),
    ).where(messages_reached(actor))


def _line(row: Row[*tuple[Any, ...]], locale: str) -> MessageLine:
    return MessageLine(
        id=row.id,
        kind=row.kind,
        channel=row.channel,
        recipient=mask_recipient(row.channel, row.recipient, locale),
        status=row.status,
        attempts=row.attempts,
        reason=row.last_error or "",
        written_at=row.created_at,
        changed_at=row.updated_at,
        next_attempt_at=row.next_attempt_at,
        segments=count_segments(row.text) if row.text is not None else None,
        campus_id=row.campus_id,
    )


def list_messages(actor: Actor, status: MessageStatus, number: int, total: int) -> Page[MessageLine]:
    """One page of the messages in a state: those that wait oldest first, the others by their latest change."""
    waits = status in (MessageStatus.PENDING, MessageStatus.SENDING)
    order = OutboxMessage.next_attempt_at if waits else OutboxMessage.updated_at.desc()
    statement = (
        _lines(actor)
        .where(OutboxMessage.status == status)
        .order_by(order, OutboxMessage.id)
        .limit(PAGE_SIZE)
        .offset((number - 1) * PAGE_SIZE)
    )
    lines = [_line(row, actor.locale) for row in session().execute(statement)]
    return Page(lines, number, PAGE_SIZE, total)


def get_message(actor: Actor, key: UUID) -> MessageLine:
    """One message. Raises NotFound."""
    row = session().execute(_lines(actor).where(OutboxMessage.id == key)).one_or_none()
    if row is None:
        raise NotFound
    return _line(row, actor.locale)


def list_reasons(actor: Actor) -> list[ReasonLine]:
    """Why messages are set aside, the most frequent reason first."""
    reason = func.coalesce(OutboxMessage.last_error, "")
    statement = (
        select(
            reason,
            OutboxMessage.channel,
            func.count(),
            func.any_value(OutboxMessage.id, type_=OutboxMessage.id.type),
        )
        .where(messages_reached(actor), OutboxMessage.status == MessageStatus.FAILED)
        .group_by(reason, OutboxMessage.channel)
        .order_by(func.count().desc(), reason)
        .limit(50)
    )
    return [ReasonLine(*row) for row in session().execute(statement)]


def list_holds() -> list[HoldLine]:
    """The channels that wait because of the account at the other side."""
    statement = select(OutboxHold.channel, OutboxHold.reason, OutboxHold.since, OutboxHold.until)
    return [HoldLine(*row) for row in session().execute(statement.order_by(OutboxHold.channel))]


def read_backlog() -> Backlog:
    """How many messages have not left, and how late the oldest due one is: of the whole installation, no person's."""
    late = func.now() - func.min(OutboxMessage.next_attempt_at)
    statement = select(func.count(), func.extract("epoch", late)).where(
        OutboxMessage.status.in_((MessageStatus.PENDING, MessageStatus.SENDING))
    )
    waiting, seconds = session().execute(statement).one()
    return Backlog(waiting, max(0.0, float(seconds or 0)))
