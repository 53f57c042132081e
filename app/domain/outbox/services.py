"""Writing messages and handing them over: at least once, with the same Message-ID every time."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from uuid import UUID

from flask import current_app
from sqlalchemy import func, or_, select, update

from app.db import new_id
from app.domain.outbox.models import OutboxMessage
from app.domain.outbox.rules import LEASE, MAX_ATTEMPTS, back_off
from app.domain.outbox.types import Channel, MessageStatus
from app.integrations.mail import Letter, Mailer, mailer_from
from app.integrations.mail.backends import Outcome
from app.queue import JobName, enqueue
from app.uow import session, transaction

log = logging.getLogger(__name__)


def write_mail(
    kind: str, recipient: str, locale: str, subject: str, body: str, *, campus_id: UUID | None = None
) -> UUID:
    """Put one mail into the outbox. It leaves after the open transaction is stored, and only then."""
    with transaction() as db:
        key = new_id()
        db.add(
            OutboxMessage(
                id=key,
                campus_id=campus_id,
                channel=Channel.MAIL,
                kind=kind,
                recipient=recipient,
                locale=locale,
                subject=" ".join(subject.split())[:255],
                body=body,
                message_id=f"<{key.hex}@smart-academy>",
            )
        )
        enqueue(JobName.DELIVER_MESSAGE, str(key))
    return key


def _claim(key: UUID) -> OutboxMessage | None:
    """Lease one due message to this worker. None: it is sent, not due, or another worker has it."""
    with transaction() as db:
        db.execute(select(OutboxMessage.id).where(OutboxMessage.id == key).with_for_update(skip_locked=True))
        claimed = db.execute(
            update(OutboxMessage)
            .where(
                OutboxMessage.id == key,
                or_(
                    (OutboxMessage.status == MessageStatus.PENDING)
                    & (OutboxMessage.next_attempt_at <= func.now()),
                    (OutboxMessage.status == MessageStatus.SENDING)
                    & (OutboxMessage.leased_until < func.now()),
                ),
            )
            .values(
                status=MessageStatus.SENDING,
                leased_until=func.now() + LEASE,
                attempts=OutboxMessage.attempts + 1,
            )
            .returning(OutboxMessage)
            .execution_options(synchronize_session=False, populate_existing=True)
        ).scalar_one_or_none()
    return claimed


def deliver(key: UUID, mailer: Mailer | None = None) -> bool:
    """Send one message if it is due. True when it left now.

    A worker killed between the sending and the last line leaves a lease that runs out: the message is
    sent once more under the same Message-ID, and never lost.
    """
    message = _claim(key)
    if message is None:
        return False
    settings = current_app.config["SETTINGS"]
    letter = Letter(
        message_id=message.message_id,
        sender=settings.sender,
        recipient=message.recipient,
        subject=message.subject,
        body=message.body,
        locale=message.locale,
        written_at=message.created_at,
    )
    attempts = message.attempts
    # The read transaction ends here: no lock and no connection is held while the other side thinks.
    session().rollback()
    outcome, said = _hand_over(mailer or mailer_from(settings), letter)
    _settle(key, attempts, outcome, said)
    return outcome is Outcome.SENT


def _hand_over(mailer: Mailer, letter: Letter) -> tuple[Outcome, str]:
    """Send a letter. Whatever goes wrong counts as a try, so that no letter stands in the way of the others."""
    try:
        return mailer.send(letter)
    except Exception as error:
        log.exception("a letter could not be handed over", extra={"letter": letter.message_id})
        return Outcome.UNKNOWN, f"{type(error).__name__}: {error}"


def _settle(key: UUID, attempts: int, outcome: Outcome, said: str) -> None:
    now = datetime.now(UTC)
    values: dict[str, object] = {
        "leased_until": None,
        "last_error": None if outcome is Outcome.SENT else said[:500],
    }
    if outcome is Outcome.SENT:
        values |= {"status": MessageStatus.SENT, "sent_at": now}
    elif outcome is Outcome.REFUSED or attempts >= MAX_ATTEMPTS:
        values |= {"status": MessageStatus.FAILED}
    else:
        values |= {"status": MessageStatus.PENDING, "next_attempt_at": now + back_off(attempts)}
    with transaction() as db:
        db.execute(update(OutboxMessage).where(OutboxMessage.id == key).values(**values))


def list_due(limit: int = 200) -> list[UUID]:
    """Messages whose time has come, oldest first: what Redis missed, what failed, what a dead worker held."""
    statement = (
        select(OutboxMessage.id)
        .where(
            or_(
                (OutboxMessage.status == MessageStatus.PENDING)
                & (OutboxMessage.next_attempt_at <= func.now()),
                (OutboxMessage.status == MessageStatus.SENDING) & (OutboxMessage.leased_until < func.now()),
            )
        )
        .order_by(OutboxMessage.next_attempt_at)
        .limit(limit)
    )
    return list(session().scalars(statement))


def sweep() -> int:
    """Send everything that is due. Returns how many left."""
    return sum(deliver(key) for key in list_due())
