"""Holding and freeing seats, inside the transaction of whoever decides.

Whoever gives a seat locks its class first (`hold_pool`), then counts what is held, then locks the application. Whoever
frees one locks the application only: what they free counts once they are done, and the count of a giver who does not
see it yet errs on the side of too few. So no seat is ever given twice, and nobody waits for each other in a circle.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, select, tuple_
from sqlalchemy.orm import Session

from app.domain.academics.types import Shift
from app.domain.admissions.models import AdmissionSeat, Application
from app.domain.admissions.offers.models import AdmissionOffer
from app.domain.admissions.offers.queries import candidates, count_held, list_waiting, offer_days_of
from app.domain.admissions.offers.rules import (
    BECOMES,
    HOLDING,
    expires_at,
    give_by_hand,
    is_over,
    last_day_of,
)
from app.domain.admissions.offers.types import ClassFull, NoOffer, OfferState
from app.domain.admissions.rankings.queries import find_ranking, get_pool, shifts_of
from app.domain.kernel import clock
from app.domain.kernel.access import Actor
from app.queue import JobName, enqueue


def hold_pool(db: Session, seat_id: UUID) -> None:
    """Let nobody else give seats of a class until the transaction ends."""
    db.execute(select(AdmissionSeat.id).where(AdmissionSeat.id == seat_id).with_for_update())


def hold_pools_of(db: Session, application_ids: Collection[UUID]) -> None:
    """The same for the classes of applications, in one order. To be called before the applications are locked."""
    if application_ids:
        places = select(Application.cycle_id, Application.class_id).where(Application.id.in_(application_ids))
        db.execute(
            select(AdmissionSeat.id)
            .where(tuple_(AdmissionSeat.cycle_id, AdmissionSeat.class_id).in_(places))
            .order_by(AdmissionSeat.id)
            .with_for_update()
        )


def add_offer(
    db: Session,
    actor: Actor,
    row: Application,
    *,
    seat_id: UUID,
    shift: Shift | None,
    quota_id: UUID | None,
    ranking_id: UUID | None = None,
) -> date:
    """Hold a seat for an application and return the last day to answer. The caller has counted under the lock."""
    now, days = clock.now(), offer_days_of(row.cycle_id)
    db.add(
        AdmissionOffer(
            campus_id=row.campus_id,
            application_id=row.id,
            ranking_id=ranking_id,
            seat_id=seat_id,
            shift=shift,
            quota_id=quota_id,
            made_at=now,
            made_by=actor.user_id,
            expires_at=expires_at(now, days),
        )
    )
    db.flush()
    return last_day_of(now, days)


def offer_by_hand(db: Session, actor: Actor, row: Application) -> date:
    """Hold a seat of the application's class for it, whatever its place, and return the last day to answer.

    `hold_pools_of` was called before. Raises ClassFull.
    """
    seat_id = db.scalar(
        select(AdmissionSeat.id).where(
            AdmissionSeat.cycle_id == row.cycle_id, AdmissionSeat.class_id == row.class_id
        )
    )
    if seat_id is None:
        raise ClassFull
    open_shifts = shifts_of(seat_id)
    for shift in [row.shift] if row.shift in open_shifts else open_shifts:
        try:
            quota_id = _quota_for(row, seat_id, shift)
        except ClassFull:
            continue
        return add_offer(db, actor, row, seat_id=seat_id, shift=shift, quota_id=quota_id)
    raise ClassFull


def _quota_for(row: Application, seat_id: UUID, shift: Shift | None) -> UUID | None:
    ranking = find_ranking(seat_id, shift)
    waiting = [each for each in list_waiting(ranking) if each.application_id != row.id] if ranking else []
    held = count_held(seat_id, shift)
    return give_by_hand(get_pool(seat_id, shift), held, row.quota_ids, candidates(waiting))


def holding_offer(db: Session, application_id: UUID) -> AdmissionOffer | None:
    """The offer by which an application holds a seat. The application is locked."""
    return db.scalars(_holding(AdmissionOffer.application_id == application_id)).one_or_none()


def _holding(whose: ColumnElement[bool]) -> Select[AdmissionOffer]:
    return (
        select(AdmissionOffer)
        .where(whose, AdmissionOffer.state.in_(HOLDING))
        .execution_options(populate_existing=True)
    )


def turn(offer: AdmissionOffer, to: OfferState) -> None:
    """Let something become of an offer; what frees a seat wakes the job that offers it to the next.

    Raises NoOffer where it cannot become of it.
    """
    if to not in BECOMES[offer.state]:
        raise NoOffer
    offer.state, offer.answered_at = to, clock.now()
    if to not in HOLDING:
        enqueue(JobName.MOVE_OFFERS)


def release_offers(db: Session, application_ids: Collection[UUID]) -> None:
    """Free the seats of applications that go another way, as far as they hold any. The applications are locked."""
    for offer in db.scalars(_holding(AdmissionOffer.application_id.in_(application_ids))):
        turn(offer, OfferState.WITHDRAWN)


def settle_offer(db: Session, application_id: UUID) -> None:
    """The child is enrolled: its seat is taken for good. Whoever got the place without an offer holds it anyway."""
    offer = holding_offer(db, application_id)
    if offer is not None and offer.state is not OfferState.ENROLLED:
        turn(offer, OfferState.ENROLLED)


def unsettle_offer(db: Session, application_id: UUID, *, was_accepted: bool = True) -> None:
    """An enrolment is undone: the seat is held as an accepted one again, or for a family that has yet to answer.

    Where its time to answer is over by now, the family gets as much of it again.
    """
    offer = holding_offer(db, application_id)
    if offer is None or offer.state is not OfferState.ENROLLED:
        return
    if was_accepted:
        turn(offer, OfferState.ACCEPTED)
        return
    _open_again(offer)
    now = clock.now()
    if is_over(offer.expires_at, now):
        cycle_id = db.scalar(select(Application.cycle_id).where(Application.id == application_id))
        offer.expires_at = expires_at(now, offer_days_of(cycle_id or application_id))
        offer.reminded_at = None


def _open_again(offer: AdmissionOffer) -> None:
    turn(offer, OfferState.OPEN)
    offer.answered_at = None


def retake_seat(db: Session, application_id: UUID, since: datetime, *, was_accepted: bool) -> bool:
    """Hold the seat again that an act since a moment has freed. False where somebody has been given it by now.

    `hold_pools_of` was called before, and the application is locked.
    """
    offer = db.scalars(
        select(AdmissionOffer)
        .where(
            AdmissionOffer.application_id == application_id,
            AdmissionOffer.state == OfferState.WITHDRAWN,
            AdmissionOffer.answered_at >= since,
        )
        .order_by(AdmissionOffer.made_at.desc(), AdmissionOffer.id.desc())
        .limit(1)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if offer is None:
        return False
    held = sum(count_held(offer.seat_id, offer.shift).values())
    if held >= get_pool(offer.seat_id, offer.shift).seats:
        return False
    if was_accepted:
        turn(offer, OfferState.ACCEPTED)
    else:
        _open_again(offer)
    db.flush()
    return True
