"""Writes of offers: an officer offers the free seats, families answer, the clock ends offers and moves the list.

Every step is one transaction that looks at what is stored. A process that stops in between leaves whole steps behind,
and the next round of `move_offers` does the rest.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.academics.policies import ensure_may
from app.domain.academics.types import Shift
from app.domain.admissions.history import note_event
from app.domain.admissions.models import AdmissionCycle, Application
from app.domain.admissions.offers.letters import (
    accepted_letter,
    accepted_text,
    declined_letter,
    declined_text,
    expired_letter,
    expired_text,
    in_words,
    offered_letter,
    offered_text,
    place_in_words,
    reminder_letter,
    waiting_letter,
    waiting_text,
)
from app.domain.admissions.offers.models import AdmissionOffer
from app.domain.admissions.offers.queries import find_pool, plan_offers, rankings_that_move
from app.domain.admissions.offers.rules import (
    DRAFT_DAYS,
    check_answer,
    is_over,
    is_reminder_due,
)
from app.domain.admissions.offers.seats import add_offer, hold_pool, holding_offer, turn
from app.domain.admissions.offers.types import Moved, NotByTime, OfferState, OfferView, Plan
from app.domain.admissions.rankings.models import AdmissionRanking
from app.domain.admissions.rankings.queries import find_ranking, get_ranking, list_applicants, promises_of
from app.domain.admissions.rankings.services import publish_ranking
from app.domain.admissions.rankings.types import Ranked, RankingView, RankLine

# The history and the letters of an application are written in one way, whoever writes them.
from app.domain.admissions.services import LinkTo, _locked
from app.domain.admissions.telling import child_of, tell_family
from app.domain.admissions.types import ApplicationStatus, EventKind, Method
from app.domain.audit.services import record
from app.domain.kernel import clock
from app.domain.kernel.access import SYSTEM, Actor, Permission
from app.domain.kernel.dates import local_day
from app.domain.kernel.errors import Stale
from app.uow import session, transaction

_AT_ONCE = 500
"""So many of a kind one round of the job takes; the next round takes the rest."""


def _step(
    db: Session,
    actor: Actor,
    row: Application,
    to: ApplicationStatus,
    what: str,
    kind: EventKind = EventKind.DECIDED,
) -> None:
    """Bring an application into a state, with a line in its history and in the audit log."""
    was, row.status = row.status, to
    note_event(db, actor, row, kind, was=was, offer=what)
    record(
        actor,
        f"application.offer_{what}",
        "application",
        row.id,
        campus_id=row.campus_id,
        old={"status": was},
        new={"status": to},
    )


# --- the office's side


def publish_by_time(actor: Actor, seat_id: UUID, shift: Shift | None) -> UUID:
    """Put the order in which families applied into force for a class, or for one shift of it. Returns its key.

    Raises NotFound, Forbidden, NotByTime, RankingTaken once seats were offered by the order in force.
    """
    with transaction() as db:
        hold_pool(db, seat_id)
        if find_pool(actor, seat_id, shift).method is not Method.FIRST_COME:
            raise NotByTime
        order = [
            Ranked(each.application_id, {"at": each.submitted_at}) for each in list_applicants(seat_id, shift)
        ]
        return publish_ranking(actor, seat_id, shift, Method.FIRST_COME, order)


def offer_free_seats(actor: Actor, ranking_id: UUID, *, seen: str, status_link: LinkTo) -> int:
    """Offer the free seats of a ranking to those who come next by it, and tell everybody else their place.

    `seen` is the digest of the plan that the officer confirmed. Returns how many got an offer; a second time, with
    nothing left to offer, 0. Raises NotFound, Forbidden, Stale where something has changed since the plan was shown.
    """
    ranking = get_ranking(actor, ranking_id)
    ensure_may(actor, Permission.APPLICATIONS_DECIDE, ranking.campus_id, to_read=Permission.APPLICATIONS_READ)
    with transaction() as db:
        hold_pool(db, ranking.seat_id)
        ranking = get_ranking(actor, ranking_id)
        plan, rows = _agreed(db, ranking)
        if not plan.is_first and not plan.given:
            return 0
        if plan.seen != seen:
            raise Stale
        _open(db, ranking)
        _offer(db, actor, ranking, plan, rows, status_link)
        if plan.is_first:
            _tell_places(db, actor, ranking, plan.waiting, status_link)
        record(
            actor,
            "admission_ranking.offered",
            "admission_ranking",
            ranking.id,
            campus_id=ranking.campus_id,
            new={"offered": [each.line.application_id for each in plan.given], "until": plan.last_day},
        )
        return len(plan.given)


def _open(db: Session, ranking: RankingView) -> None:
    """From the first offer on the order stays, and so do the seats of each quota."""
    row = db.get_one(AdmissionRanking, ranking.id)
    row.opened_at = row.opened_at or clock.now()
    if row.quota_seats is None:
        row.quota_seats = promises_of(row.seat_id, row.shift)
    db.flush()


def _agreed(db: Session, ranking: RankingView) -> tuple[Plan, dict[UUID, Application]]:
    """A plan whose applications are locked and stand as it says. The pool is held."""
    while True:
        plan = plan_offers(ranking, clock.now())
        rows = _lock_all(db, (each.line.application_id for each in plan.given))
        if all(rows[each.line.application_id].status is each.line.status for each in plan.given):
            return plan, rows


def _lock_all(db: Session, keys: Iterable[UUID]) -> dict[UUID, Application]:
    rows = db.scalars(
        select(Application)
        .where(Application.id.in_(list(keys)))
        .order_by(Application.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {row.id: row for row in rows}


def _offer(
    db: Session,
    actor: Actor,
    ranking: RankingView,
    plan: Plan,
    rows: dict[UUID, Application],
    status_link: LinkTo,
) -> None:
    # Texts to one phone wait for each other: two acts at once meet the phones in one order.
    for each in sorted(plan.given, key=lambda each: rows[each.line.application_id].phone or ""):
        row = rows[each.line.application_id]
        last_day = add_offer(
            db,
            actor,
            row,
            seat_id=ranking.seat_id,
            shift=ranking.shift,
            quota_id=each.quota_id,
            ranking_id=ranking.id,
        )
        row.decided_at, row.decided_by, row.decision_reason = clock.now(), actor.user_id, None
        _step(db, actor, row, ApplicationStatus.OFFERED, "made")
        reference = row.reference or ""
        link = status_link(row.locale, reference)
        day = in_words(row.locale, last_day)
        letter = offered_letter(row.locale, child_of(row), reference, day, "", link)
        tell_family(
            row,
            "application.offered",
            letter,
            offered_text(row.locale, reference, day, link),
            link=link,
            day=day,
        )


def _tell_places(
    db: Session, actor: Actor, ranking: RankingView, waiting: Iterable[RankLine], status_link: LinkTo
) -> None:
    """Put whoever got no seat on the waiting list, each with its place."""
    lines = list(waiting)
    rows = _lock_all(db, (line.application_id for line in lines))
    numbered = enumerate(lines, start=1)
    for place, line in sorted(numbered, key=lambda each: rows[each[1].application_id].phone or ""):
        row = rows[line.application_id]
        if row.status is not line.status:
            continue  # somebody has withdrawn or refused it this very moment
        if row.status is not ApplicationStatus.WAITLISTED:
            _step(db, actor, row, ApplicationStatus.WAITLISTED, "waits")
        reference = row.reference or ""
        link = status_link(row.locale, reference)
        turn_in_line = place_in_words(row.locale, place, None if row.shift else ranking.shift)
        letter = waiting_letter(row.locale, child_of(row), reference, turn_in_line, link)
        tell_family(
            row,
            "application.waitlisted",
            letter,
            waiting_text(row.locale, reference, turn_in_line),
            link=link,
            waiting=turn_in_line,
        )


# --- the family's side


def _answered(db: Session, row: Application, to: OfferState) -> bool:
    """Write the family's answer down; False where it has given it before. Raises NoOffer, OfferOver."""
    latest = db.scalars(
        select(AdmissionOffer)
        .where(AdmissionOffer.application_id == row.id)
        .order_by(AdmissionOffer.made_at.desc(), AdmissionOffer.id.desc())
        .limit(1)
        .execution_options(populate_existing=True)
    ).one_or_none()
    state, expires = (latest.state, latest.expires_at) if latest else (None, None)
    if not check_answer(state, to, expires, clock.now()) or latest is None:
        return False
    turn(latest, to)
    return True


def accept_offer(actor: Actor, application_id: UUID) -> None:
    """Take the place for the family, which has shown that the application is its own. Twice is once.

    Raises NotFound, NoOffer, OfferOver.
    """
    with transaction() as db:
        row = _locked(db, Application.id == application_id, Application.reference.is_not(None))
        if not _answered(db, row, OfferState.ACCEPTED):
            return
        _step(db, actor, row, ApplicationStatus.ACCEPTED, "accepted")
        reference = row.reference or ""
        letter = accepted_letter(row.locale, child_of(row), reference)
        tell_family(row, "application.offer_accepted", letter, accepted_text(row.locale, reference))


def decline_offer(actor: Actor, application_id: UUID) -> None:
    """Let the place go for the family; the seat is free at once, and the next is offered it. Twice is once.

    Raises NotFound, NoOffer, OfferOver.
    """
    with transaction() as db:
        row = _locked(db, Application.id == application_id, Application.reference.is_not(None))
        if not _answered(db, row, OfferState.DECLINED):
            return
        _step(db, actor, row, ApplicationStatus.WITHDRAWN, "declined", EventKind.WITHDRAWN)
        reference = row.reference or ""
        letter = declined_letter(row.locale, child_of(row), reference)
        tell_family(row, "application.offer_declined", letter, declined_text(row.locale, reference))


# --- the clock's side


def move_offers(status_link: LinkTo) -> Moved:
    """One round of the clock: end what is over, offer free seats to the next, remind, end old drafts."""
    now = clock.now()
    return Moved(
        expired=sum(_expire(key, now) for key in _due(now)),
        offered=sum(_move(ranking, status_link) for ranking in rankings_that_move(now)),
        reminded=sum(_remind(key, now, status_link) for key in _unanswered(now)),
        drafts=_expire_drafts(now),
    )


def _due(now: datetime) -> list[UUID]:
    return list(
        session().scalars(
            select(AdmissionOffer.application_id)
            .where(AdmissionOffer.state == OfferState.OPEN, AdmissionOffer.expires_at <= now)
            .order_by(AdmissionOffer.expires_at)
            .limit(_AT_ONCE)
        )
    )


def _open_offer(db: Session, application_id: UUID) -> tuple[Application, AdmissionOffer | None]:
    """An application and the offer its family has not answered. The application is locked."""
    row = _locked(db, Application.id == application_id)
    offer = holding_offer(db, application_id)
    return row, offer if offer and offer.state is OfferState.OPEN else None


def _expire(application_id: UUID, now: datetime) -> int:
    """End one offer, unless the family has answered this very moment."""
    with transaction() as db:
        row, offer = _open_offer(db, application_id)
        if offer is None or not is_over(offer.expires_at, now):
            return 0
        turn(offer, OfferState.EXPIRED)
        if row.status is not ApplicationStatus.OFFERED:
            return 1
        _step(db, SYSTEM, row, ApplicationStatus.EXPIRED, "expired")
        reference, day = row.reference or "", in_words(row.locale, _view(offer).last_day)
        letter = expired_letter(row.locale, child_of(row), reference, day)
        tell_family(row, "application.offer_expired", letter, expired_text(row.locale, reference), day=day)
        return 1


def _view(offer: AdmissionOffer) -> OfferView:
    return OfferView(offer.state, offer.made_at, offer.expires_at, offer.answered_at, offer.shift)


def _move(ranking: RankingView, status_link: LinkTo) -> int:
    """Offer the free seats of one ranking to those who come next."""
    if not plan_offers(ranking, clock.now()).given:
        return 0  # nobody is kept waiting for a look
    with transaction() as db:
        hold_pool(db, ranking.seat_id)
        now = find_ranking(ranking.seat_id, ranking.shift)
        if now is None or now.id != ranking.id or now.opened_at is None:
            return 0
        plan, rows = _agreed(db, now)
        _offer(db, SYSTEM, now, plan, rows, status_link)
        return len(plan.given)


def _unanswered(now: datetime) -> list[UUID]:
    rows = session().execute(
        select(AdmissionOffer.application_id, AdmissionOffer.made_at, AdmissionOffer.expires_at)
        .where(
            AdmissionOffer.state == OfferState.OPEN,
            AdmissionOffer.reminded_at.is_(None),
            AdmissionOffer.expires_at > now,
            AdmissionOffer.expires_at <= now + timedelta(days=2),
        )
        .order_by(AdmissionOffer.expires_at)
        .limit(_AT_ONCE)
    )
    return [key for key, made_at, expires in rows if is_reminder_due(made_at, expires, now)]


def _remind(application_id: UUID, now: datetime, status_link: LinkTo) -> int:
    """Remind one family, once: the note stands in the transaction that writes the letter."""
    with transaction() as db:
        row, offer = _open_offer(db, application_id)
        if offer is None or offer.reminded_at is not None or row.status is not ApplicationStatus.OFFERED:
            return 0
        offer.reminded_at = now
        reference, day = row.reference or "", in_words(row.locale, _view(offer).last_day)
        link = status_link(row.locale, reference)
        letter = reminder_letter(row.locale, child_of(row), reference, day, link)
        tell_family(
            row,
            "application.offer_reminder",
            letter,
            offered_text(row.locale, reference, day, link),
            link=link,
            day=day,
        )
        return 1


def _expire_drafts(now: datetime) -> int:
    """End drafts whose cycle has been over for so long that nobody opens it again. Nobody is told: nobody has sent
    anything, and the private link says so."""
    with transaction() as db:
        rows = list(
            db.scalars(
                select(Application)
                .join(AdmissionCycle, AdmissionCycle.id == Application.cycle_id)
                .where(
                    Application.status == ApplicationStatus.DRAFT,
                    AdmissionCycle.closes_on < local_day(now) - timedelta(days=DRAFT_DAYS),
                )
                .order_by(Application.id)
                .limit(_AT_ONCE)
                .with_for_update(of=Application, skip_locked=True)
            )
        )
        for row in rows:
            _step(db, SYSTEM, row, ApplicationStatus.EXPIRED, "draft_ended")
        return len(rows)


__all__ = [
    "accept_offer",
    "decline_offer",
    "move_offers",
    "offer_free_seats",
    "publish_by_time",
]
