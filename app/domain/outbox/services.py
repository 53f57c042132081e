"""Writing messages and handing them over: at least once, with the same Message-ID every time."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from uuid import UUID

from flask import current_app
from sqlalchemy import ColumnElement, Text, and_, case, cast, exists, func, literal, or_, select, update
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.orm import Session

from app.db import new_id
from app.domain.audit.services import record
from app.domain.kernel import clock
from app.domain.kernel.access import Actor
from app.domain.kernel.dates import DHAKA
from app.domain.kernel.errors import NotFound
from app.domain.kernel.phones import normalise_mobile
from app.domain.kernel.segments import fold_for_sms
from app.domain.outbox.models import OutboxHold, OutboxMessage
from app.domain.outbox.policies import ensure_reaches_all
from app.domain.outbox.queries import messages_reached
from app.domain.outbox.rules import (
    AT_ONCE,
    HELD_FOR,
    MOST_TRIES,
    ROUND_PATIENCE,
    back_off,
    is_spent,
    leaves_at,
    may_text,
    tidy_reason,
)
from app.domain.outbox.types import (
    Channel,
    Draft,
    DropReasonMissing,
    MessageStatus,
    NotSetAside,
    OnItsWay,
)
from app.integrations.answers import Answer, Outcome
from app.integrations.mail import Letter, Mailer, mailer_from
from app.integrations.sms import Gateway, gateway_from
from app.integrations.sms import Text as SmsText
from app.queue import JobName, enqueue
from app.uow import across_campuses, session, transaction

log = logging.getLogger(__name__)

OVER_THE_CAP = "as many texts as one number may get in a day"
A_WORKER_DIED = "a worker died over it each time"


# --- writing


def write_mail(
    kind: str, recipient: str, locale: str, subject: str, body: str, *, campus_id: UUID | None = None
) -> UUID:
    """Put one mail into the outbox. It leaves after the open transaction is stored, and only then."""
    return write_messages([Draft(Channel.MAIL, kind, recipient, locale, subject, body, campus_id)])[0]


def write_sms(kind: str, recipient: str, locale: str, body: str, *, campus_id: UUID | None = None) -> UUID:
    """Put one text into the outbox. It leaves after the open transaction is stored, and only then.

    Over the day's number of texts to one phone it is set aside at once, for a person to decide about: nobody
    can run up the school's bill or ring a stranger's phone by filling in forms. Raises PhoneError.
    """
    return write_messages([Draft(Channel.SMS, kind, recipient, locale, "", body, campus_id)])[0]


def write_messages(drafts: Sequence[Draft]) -> list[UUID]:
    """Put mails and texts into the outbox, as many statements for a thousand as for one. Returns their keys in order.

    Raises PhoneError.
    """
    with transaction() as db:
        messages = [_message(draft) for draft in drafts]
        _set_aside(db, [message for message in messages if message.channel is Channel.SMS])
        leaving = [message for message in messages if not _plan(message)]
        db.add_all(messages)
        db.flush()
        for message in leaving:
            if message.status is MessageStatus.PENDING:
                enqueue(JobName.DELIVER_MESSAGE, str(message.id))
        return [message.id for message in messages]


def _message(draft: Draft) -> OutboxMessage:
    is_text = draft.channel is Channel.SMS
    body = fold_for_sms(" ".join(draft.body.split())) if is_text else draft.body
    return OutboxMessage(
        campus_id=draft.campus_id,
        channel=draft.channel,
        kind=draft.kind,
        recipient=normalise_mobile(draft.recipient) if is_text else draft.recipient,
        locale=draft.locale,
        subject=" ".join(draft.subject.split())[:255],
        body=body,
        status=MessageStatus.PENDING,
    )


def _set_aside(db: Session, texts: Sequence[OutboxMessage]) -> None:
    """Set aside what goes beyond a day's texts to a number."""
    numbers = sorted({text.recipient for text in texts})
    if not numbers:
        return
    # Two at once for one number wait here for each other, so that both do not count the same; they meet the numbers
    # in one order, so that they never wait in a circle.
    each = func.unnest(cast(numbers, ARRAY(Text))).column_valued("number")
    db.execute(select(func.pg_advisory_xact_lock(func.hashtext(literal("sms ").concat(each)))))
    midnight = func.date_trunc("day", func.now(), DHAKA.key)
    with across_campuses():
        rows = db.execute(
            select(OutboxMessage.recipient, func.count())
            .where(
                OutboxMessage.channel == Channel.SMS,
                OutboxMessage.recipient.in_(numbers),
                OutboxMessage.created_at >= midnight,
                OutboxMessage.status.not_in((MessageStatus.FAILED, MessageStatus.DROPPED)),
            )
            .group_by(OutboxMessage.recipient)
        )
        had = Counter({row[0]: row[1] for row in rows})
    for text in texts:
        if may_text(had[text.recipient]):
            had[text.recipient] += 1
        else:
            text.status, text.last_error = MessageStatus.FAILED, OVER_THE_CAP


_MAY_SLEEP = OutboxMessage.channel == Channel.SMS, OutboxMessage.kind.not_in(AT_ONCE)


def _morning(channel: Channel, kind: str, wait: timedelta = timedelta()) -> datetime | None:
    """When the quiet hours end that a message would fall into after `wait`; None where it may leave."""
    settings = current_app.config["SETTINGS"]
    moment = clock.now() + wait
    leaves = leaves_at(channel, kind, moment, settings.sms_quiet_from, settings.sms_quiet_until)
    return leaves if leaves != moment else None


_HELD = "outbox_held"


@contextmanager
def letters_held(until: datetime) -> Iterator[None]:
    """Whatever is written inside leaves at `until` at the earliest, so that `take_back` can stop it before."""
    info = session().info
    before = info.get(_HELD)
    info[_HELD] = until
    try:
        yield
    finally:
        info[_HELD] = before


def holds_letters() -> bool:
    """Whether what is written now is held, see `letters_held`."""
    return bool(session().info.get(_HELD))


def take_back(groups: Sequence[Collection[UUID]], reason: str) -> list[bool]:
    """Drop messages that nobody has got yet: of each group all or, where one has left or is leaving, none.

    Returns which groups were dropped. The caller has written them and names them by key: whoever writes to families
    need not look after the outbox.
    """
    with transaction() as db, across_campuses():
        rows = {
            row.id: row
            for row in db.scalars(
                select(OutboxMessage)
                .where(OutboxMessage.id.in_([key for group in groups for key in group]))
                .order_by(OutboxMessage.id)
                .with_for_update()
                .execution_options(populate_existing=True)
            )
        }
        stoppable = (MessageStatus.PENDING, MessageStatus.FAILED, MessageStatus.DROPPED)
        dropped = [all(rows[key].status in stoppable for key in group) for group in groups]
        keys = [key for group, is_dropped in zip(groups, dropped, strict=True) if is_dropped for key in group]
        db.execute(
            update(OutboxMessage)
            .where(OutboxMessage.id.in_(keys))
            .values(status=MessageStatus.DROPPED, last_error=reason[:300])
        )
    return dropped


def _plan(message: OutboxMessage) -> bool:
    """Give a message its key and, where it must not leave at once, the moment when it may. Whether it waits."""
    message.id = new_id()
    morning = _morning(message.channel, message.kind)
    until = session().info.get(_HELD)
    if until:
        morning = max(morning or until, until)
    if morning:
        message.next_attempt_at = morning
    message.message_id = f"<{message.id.hex}@smart-academy>"
    return morning is not None


# --- handing over


def _is_due() -> ColumnElement[bool]:
    """Its time has come, by the database's clock and no worker's: waiting, or held by a worker that is gone."""
    return or_(
        and_(OutboxMessage.status == MessageStatus.PENDING, OutboxMessage.next_attempt_at <= func.now()),
        and_(OutboxMessage.status == MessageStatus.SENDING, OutboxMessage.leased_until < func.now()),
    )


def _is_held() -> ColumnElement[bool]:
    return exists().where(OutboxHold.channel == OutboxMessage.channel, OutboxHold.until > func.now())


def _claim(key: UUID) -> OutboxMessage | None:
    """Lease one due message to this worker. None: it is sent, not due, held, or another worker has it."""
    free = (
        select(OutboxMessage.id)
        .where(OutboxMessage.id == key, _is_due(), ~_is_held())
        .with_for_update(skip_locked=True)
    )
    with transaction() as db:
        _let_sleep(key)
        return db.execute(
            update(OutboxMessage)
            .where(OutboxMessage.id == free.scalar_subquery())
            .values(
                status=MessageStatus.SENDING,
                leased_until=func.now() + timedelta(seconds=current_app.config["SETTINGS"].outbox_lease),
                attempts=OutboxMessage.attempts + 1,
            )
            .returning(OutboxMessage)
            .execution_options(synchronize_session=False, populate_existing=True)
        ).scalar_one_or_none()


def _let_sleep(key: UUID) -> None:
    """What was due before the quiet hours and did not get away, as when no worker ran, waits for their end."""
    morning = _morning(Channel.SMS, "")
    if morning:
        session().execute(
            update(OutboxMessage)
            .where(OutboxMessage.id == key, _is_due(), *_MAY_SLEEP)
            .values(status=MessageStatus.PENDING, leased_until=None, next_attempt_at=morning)
            .execution_options(synchronize_session=False)
        )


def deliver(key: UUID, mailer: Mailer | None = None, gateway: Gateway | None = None) -> bool:
    """Send one message if it is due. True when it left now.

    A worker killed between the sending and the last line leaves a lease that runs out: the message is
    sent once more under the same Message-ID, and never lost.
    """
    return _deliver(key, mailer, gateway) is Outcome.SENT


def _deliver(key: UUID, mailer: Mailer | None, gateway: Gateway | None) -> Outcome | None:
    message = _claim(key)
    if message is None:
        return None
    if message.attempts > MOST_TRIES[message.channel]:
        # Only a worker that never came back leaves a message so: trying on would kill the next one too.
        answer = Answer(Outcome.REFUSED, A_WORKER_DIED)
        _settle(message, answer)
        return answer.outcome
    send = _carrier(message, mailer, gateway)
    session().expunge(message)
    # The read transaction ends here: no lock and no connection is held while the other side thinks.
    session().rollback()
    answer = _hand_over(message, send)
    _settle(message, answer)
    return answer.outcome


def _carrier(
    message: OutboxMessage, mailer: Mailer | None, gateway: Gateway | None
) -> Callable[[], tuple[object, ...]]:
    """What sends this message: everything it needs is read now, before the transaction ends."""
    settings = current_app.config["SETTINGS"]
    if message.channel is Channel.SMS:
        text = SmsText(message.message_id, message.recipient, message.body)
        return lambda: (gateway or gateway_from(settings)).send(text)
    letter = Letter(
        message_id=message.message_id,
        sender=settings.sender,
        recipient=message.recipient,
        subject=message.subject,
        body=message.body,
        locale=message.locale,
        written_at=message.created_at,
    )
    return lambda: (mailer or mailer_from(settings)).send(letter)


def _hand_over(message: OutboxMessage, send: Callable[[], tuple[object, ...]]) -> Answer:
    """Send it. Whatever goes wrong counts as a try, so that no message stands in the way of the others."""
    try:
        return Answer(*send())  # type: ignore[arg-type]  # what the protocols of mail and SMS promise
    except Exception as error:
        log.exception("a message could not be handed over", extra={"message_id": message.message_id})
        return Answer(Outcome.UNKNOWN, f"{type(error).__name__}: {error}")


def _settle(message: OutboxMessage, answer: Answer) -> None:
    """Write down what became of it.

    Only who still holds the lease may say that it did not leave: after the lease another worker has it. That it
    left is true whoever says it.
    """
    reason = tidy_reason(answer.said, message.recipient)
    mine = OutboxMessage.id == message.id
    held = and_(mine, OutboxMessage.leased_until == message.leased_until)
    values: dict[str, object] = {"leased_until": None, "last_error": reason}
    if answer.outcome is Outcome.SENT:
        held = mine
        values |= {"status": MessageStatus.SENT, "sent_at": func.now(), "last_error": None}
    elif answer.holds:
        values |= {
            "status": MessageStatus.PENDING,
            "next_attempt_at": _morning(message.channel, message.kind) or func.now(),
            "attempts": OutboxMessage.attempts - 1,
        }
    elif answer.outcome is Outcome.REFUSED or is_spent(message.channel, message.attempts):
        values |= {"status": MessageStatus.FAILED}
    else:
        wait = back_off(message.attempts, message.message_id)
        due = _morning(message.channel, message.kind, wait) or func.now() + wait
        values |= {"status": MessageStatus.PENDING, "next_attempt_at": due}
    with transaction() as db:
        db.execute(
            update(OutboxMessage).where(held).values(**values).execution_options(synchronize_session=False)
        )
        if answer.holds:
            _hold(message.channel, reason)


def _hold(channel: Channel, reason: str) -> None:
    log.error("a channel waits for somebody", extra={"channel": channel.value, "reason": reason})
    values = {"reason": reason, "until": func.now() + HELD_FOR}
    session().execute(
        insert(OutboxHold)
        .values(channel=channel, **values)
        .on_conflict_do_update(index_elements=[OutboxHold.channel], set_=values)
    )


def list_due(limit: int = 200) -> list[UUID]:
    """Messages whose time has come, oldest first: what Redis missed, what failed, what a dead worker held."""
    return [key for key, _ in _due(limit)]


def _due(limit: int) -> list[tuple[UUID, Channel]]:
    statement = (
        select(OutboxMessage.id, OutboxMessage.channel)
        .where(_is_due(), ~_is_held())
        .order_by(OutboxMessage.next_attempt_at, OutboxMessage.id)
        .limit(limit)
    )
    return [(key, channel) for key, channel in session().execute(statement)]


def sweep(
    mailer: Mailer | None = None,
    gateway: Gateway | None = None,
    *,
    is_told_to_stop: Callable[[], bool] = lambda: False,
) -> int:
    """Send everything that is due. Returns how many left.

    A channel whose other side is silent is left for the next round, so that it does not hold up the other one.
    """
    _forget_old_holds()
    due = _due(200)
    session().rollback()
    left, silent = 0, Counter[Channel]()
    for key, channel in due:
        if is_told_to_stop():
            break
        if silent[channel] >= ROUND_PATIENCE:
            continue
        outcome = _deliver(key, mailer, gateway)
        left += outcome is Outcome.SENT
        silent[channel] = silent[channel] + 1 if outcome is Outcome.UNKNOWN else 0
    return left


def _forget_old_holds() -> None:
    """A hold that has run out is over; where the trouble is not, the next message makes a new one."""
    with transaction() as db:
        db.execute(OutboxHold.__table__.delete().where(OutboxHold.until <= func.now()))  # type: ignore[attr-defined]  # a table, says the mapper


# --- what people do about it


def _locked(actor: Actor, key: UUID) -> OutboxMessage:
    """The row, held until the transaction ends. Raises NotFound."""
    row = (
        session()
        .scalars(
            select(OutboxMessage)
            .where(OutboxMessage.id == key, messages_reached(actor))
            .with_for_update()
            .execution_options(populate_existing=True)
        )
        .one_or_none()
    )
    if row is None:
        raise NotFound
    return row


def retry_message(actor: Actor, key: UUID) -> None:
    """Let a message that is set aside try again, from the first try. Raises NotFound, NotSetAside."""
    with transaction():
        row = _locked(actor, key)
        if row.status is not MessageStatus.FAILED:
            raise NotSetAside
        _set_free([row.id])
        _note(actor, "outbox_message.retried", row, {"reason": row.last_error})


def retry_alike(actor: Actor, key: UUID) -> int:
    """Let every message that is set aside for the same reason try again. Returns how many.

    Raises NotFound, NotSetAside.
    """
    with transaction() as db:
        row = _locked(actor, key)
        if row.status is not MessageStatus.FAILED:
            raise NotSetAside
        keys = list(
            db.scalars(
                select(OutboxMessage.id)
                .where(
                    messages_reached(actor),
                    OutboxMessage.status == MessageStatus.FAILED,
                    OutboxMessage.channel == row.channel,
                    OutboxMessage.last_error.is_not_distinct_from(row.last_error),
                )
                .order_by(OutboxMessage.id)
                .with_for_update(skip_locked=True)
            )
        )
        _set_free(keys)
        _note(actor, "outbox_message.all_retried", row, {"reason": row.last_error, "number": len(keys)})
    return len(keys)


def _set_free(keys: list[UUID]) -> None:
    morning = _morning(Channel.SMS, "")
    session().execute(
        update(OutboxMessage)
        .where(OutboxMessage.id.in_(keys))
        .values(
            status=MessageStatus.PENDING,
            attempts=0,
            next_attempt_at=case((and_(*_MAY_SLEEP), morning), else_=func.now()) if morning else func.now(),
            leased_until=None,
        )
        .execution_options(synchronize_session=False)
    )
    enqueue(JobName.SWEEP_OUTBOX)


def drop_message(actor: Actor, key: UUID, reason: str) -> None:
    """Decide that a message will not be sent. Raises NotFound, OnItsWay, DropReasonMissing."""
    if not reason.strip():
        raise DropReasonMissing
    with transaction():
        row = _locked(actor, key)
        if row.status not in (MessageStatus.PENDING, MessageStatus.FAILED):
            raise OnItsWay
        _note(actor, "outbox_message.dropped", row, {"reason": reason})
        row.status, row.last_error = MessageStatus.DROPPED, reason.strip()[:300]


def let_go_on(actor: Actor, channel: Channel) -> None:
    """End the hold of a channel, once the account is in order. Raises Forbidden."""
    ensure_reaches_all(actor)
    with transaction() as db:
        hold = db.get(OutboxHold, channel, with_for_update=True)
        if hold is None:
            return
        record(
            actor,
            "outbox_channel.went_on",
            "outbox_channel",
            None,
            old={"channel": channel, "reason": hold.reason},
        )
        db.delete(hold)
        enqueue(JobName.SWEEP_OUTBOX)


def _note(actor: Actor, action: str, row: OutboxMessage, new: dict[str, object]) -> None:
    """The audit log names the message by its key and kind, never by whom it was for."""
    record(
        actor,
        action,
        "outbox_message",
        row.id,
        campus_id=row.campus_id,
        old={"status": row.status, "kind": row.kind},
        new=new,
    )
