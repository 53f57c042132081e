"""Doing what a form asks once.

A key is stored before anything is done, in a transaction of its own: of those who send it at once, the unique
constraint lets one through. That the act is done is stored in the transaction of the act, so there is no moment at
which one of the two is there and the other is not.
"""

from __future__ import annotations

from datetime import timedelta
from threading import Event
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.domain.idempotency.models import IdempotencyKey
from app.domain.idempotency.types import Answer, DoneBefore, KeyState, Sending, SentOtherwise, StillAtWork
from app.extensions import db
from app.uow import before_commit, session, transaction

GIVEN_UP_AFTER = timedelta(minutes=2)
"""An attempt that has not acted by then died with its server, and the next one takes its place. Should it live after
all, it cannot act any more: see `_mark_acted`."""
KEPT_FOR = timedelta(hours=48)

_LOOKS, _PAUSE = 40, 0.05


def begin(sending: Sending, *, over: UUID | None = None) -> Answer | None:
    """Let this form be worked on, or give the answer of the time it was.

    Who sends it a second time while the first is at work waits up to two seconds for its answer, as somebody who
    clicked twice does. `over` is an attempt of the same sender that is known to have ended, though its key could not
    be told: nobody waits for that one. Raises StillAtWork, DoneBefore, SentOtherwise.
    """
    pause = Event()
    for _ in range(_LOOKS):
        with Session(db.engine) as own:
            mine = _claim(own, sending, over)
            answer = None if mine else _answer_of(own, sending, over)
            own.commit()
        if mine:
            before_commit(lambda: _mark_acted(sending))
            return None
        if answer:
            return answer
        pause.wait(_PAUSE)
    raise StillAtWork


def _claim(own: Session, sending: Sending, over: UUID | None) -> bool:
    statement = insert(IdempotencyKey).values(
        owner=sending.owner,
        key=sending.key,
        route=sending.route,
        digest=sending.digest,
        attempt=sending.attempt,
        state=KeyState.OPEN,
    )
    taken = own.execute(
        statement.on_conflict_do_update(
            index_elements=[IdempotencyKey.owner, IdempotencyKey.key],
            set_={"attempt": sending.attempt, "digest": sending.digest, "created_at": func.now()},
            where=and_(
                IdempotencyKey.state == KeyState.OPEN,
                IdempotencyKey.route == sending.route,
                or_(
                    and_(
                        IdempotencyKey.digest == sending.digest,
                        IdempotencyKey.created_at < func.statement_timestamp() - GIVEN_UP_AFTER,
                    ),
                    IdempotencyKey.attempt == over,
                ),
            ),
        ).returning(IdempotencyKey.attempt)
    ).scalar_one_or_none()
    return taken is not None


def _answer_of(own: Session, sending: Sending, over: UUID | None) -> Answer | None:
    """The stored answer; None while it is still made, or where the key was given free this moment."""
    columns = (
        IdempotencyKey.digest,
        IdempotencyKey.route,
        IdempotencyKey.state,
        IdempotencyKey.status,
        IdempotencyKey.location,
        IdempotencyKey.messages,
        or_(
            IdempotencyKey.attempt == over,
            IdempotencyKey.created_at < func.statement_timestamp() - GIVEN_UP_AFTER,
        ).label("is_over"),
    )
    mine = and_(IdempotencyKey.owner == sending.owner, IdempotencyKey.key == sending.key)
    row = own.execute(select(*columns).where(mine)).one_or_none()
    if row is None:
        return None
    if (row.digest, row.route) != (sending.digest, sending.route):
        raise SentOtherwise
    if row.state is KeyState.ANSWERED:
        said = tuple((str(kind), str(text)) for kind, text in row.messages or [])
        return Answer(row.status or 303, row.location or "/", said)
    if row.state is KeyState.ACTED and row.is_over:
        raise DoneBefore
    return None


def _is(sending: Sending) -> ColumnElement[bool]:
    return and_(
        IdempotencyKey.owner == sending.owner,
        IdempotencyKey.key == sending.key,
        IdempotencyKey.attempt == sending.attempt,
    )


def _mark_acted(sending: Sending) -> None:
    """Store with the act that it is done. Raises StillAtWork where another attempt took this one's place."""
    marked = session().execute(
        update(IdempotencyKey)
        .where(_is(sending), IdempotencyKey.state != KeyState.ANSWERED)
        .values(state=KeyState.ACTED)
        .returning(IdempotencyKey.key)
    )
    if marked.scalar_one_or_none() is None:
        raise StillAtWork


def finish(sending: Sending, answer: Answer) -> None:
    """Keep the answer for whoever sends the form again."""
    with Session(db.engine) as own:
        own.execute(
            update(IdempotencyKey)
            .where(_is(sending))
            .values(
                state=KeyState.ANSWERED,
                status=answer.status,
                location=answer.location,
                messages=[list(each) for each in answer.messages],
            )
        )
        own.commit()


def release(sending: Sending) -> None:
    """Give a key free with which nothing was done; what was done stays done."""
    with Session(db.engine) as own:
        own.execute(delete(IdempotencyKey).where(_is(sending), IdempotencyKey.state == KeyState.OPEN))
        own.commit()


def sweep_keys() -> int:
    """Delete the keys of two days ago. Returns how many."""
    with transaction() as current:
        gone = current.execute(
            delete(IdempotencyKey).where(IdempotencyKey.created_at < func.statement_timestamp() - KEPT_FOR)
        )
    return int(gone.rowcount)  # type: ignore[attr-defined]  # a delete answers with its row count
