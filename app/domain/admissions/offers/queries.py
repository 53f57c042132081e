"""Reads of offers: what is held of a pool, who waits, what an officer would do, what a family was offered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, or_, select

from app.domain.academics.queries import class_labels, year_labels
from app.domain.academics.types import Shift
from app.domain.admissions.cycles.queries import within as cycles_within
from app.domain.admissions.models import AdmissionCycle, AdmissionSeat, Application
from app.domain.admissions.offers.models import AdmissionOffer
from app.domain.admissions.offers.rules import (
    HOLDING,
    HOLDING_STATUS,
    digest_of,
    is_over,
    last_day_of,
    waits,
)
from app.domain.admissions.offers.types import (
    FamilyOffer,
    OfferState,
    OfferView,
    Plan,
    Planned,
    PoolLine,
    QuotaLine,
)
from app.domain.admissions.queries import list_quota_terms
from app.domain.admissions.rankings.models import AdmissionRank, AdmissionRanking
from app.domain.admissions.rankings.queries import (
    applicants_of,
    find_ranking,
    get_pool,
    list_ranks,
    shifts_of,
)
from app.domain.admissions.rankings.rules import give_seats
from app.domain.admissions.rankings.types import Candidate, RankingView, RankLine
from app.domain.admissions.types import ApplicationStatus
from app.domain.kernel import clock
from app.domain.kernel.access import Actor, Permission
from app.domain.kernel.dates import local_day
from app.domain.kernel.errors import NotFound
from app.domain.kernel.texts import LocalText
from app.uow import session

_OF_SEAT = and_(
    AdmissionSeat.cycle_id == Application.cycle_id, AdmissionSeat.class_id == Application.class_id
)
_HELD_BY = and_(AdmissionOffer.application_id == Application.id, AdmissionOffer.state.in_(HOLDING))


def count_held(seat_id: UUID, shift: Shift | None) -> dict[UUID | None, int]:
    """How many seats of a pool are offered or taken, by quota (None: seats for everybody).

    Who got a place before there were offers holds a seat too. A seat whose shift nobody knows counts in every shift:
    rather one too few is given than one twice.
    """
    of_shift = func.coalesce(AdmissionOffer.shift, Application.shift)
    statement = (
        select(AdmissionOffer.quota_id, func.count())
        .select_from(Application)
        .join(AdmissionSeat, _OF_SEAT)
        .outerjoin(AdmissionOffer, _HELD_BY)
        .where(
            AdmissionSeat.id == seat_id,
            or_(Application.status.in_(HOLDING_STATUS), AdmissionOffer.id.is_not(None)),
        )
        .group_by(AdmissionOffer.quota_id)
    )
    if shift is not None:
        statement = statement.where(or_(of_shift == shift, of_shift.is_(None)))
    return {row[0]: row[1] for row in session().execute(statement)}


def find_offer(application_id: UUID) -> OfferView | None:
    """The latest offer of an application the caller has found."""
    row = (
        session()
        .scalars(
            select(AdmissionOffer)
            .where(AdmissionOffer.application_id == application_id)
            .order_by(AdmissionOffer.made_at.desc(), AdmissionOffer.id.desc())
            .limit(1)
        )
        .one_or_none()
    )
    return OfferView(row.state, row.made_at, row.expires_at, row.answered_at, row.shift) if row else None


def shifts_held(application_ids: Collection[UUID]) -> dict[UUID, Shift]:
    """The shift in which applications hold a seat by an offer. Asks nothing where there are none."""
    if not application_ids:
        return {}
    rows = session().execute(
        select(AdmissionOffer.application_id, AdmissionOffer.shift).where(
            AdmissionOffer.application_id.in_(application_ids),
            AdmissionOffer.state.in_(HOLDING),
        )
    )
    return {key: shift for key, shift in rows if shift is not None}


def family_offer(application_id: UUID) -> FamilyOffer:
    """What a family reads about its offer, or its place on the waiting list. The caller has seen a proof."""
    offer = find_offer(application_id)
    is_open = offer is not None and offer.state is OfferState.OPEN
    over = offer is not None and is_open and is_over(offer.expires_at, clock.now())
    return FamilyOffer(
        offer, is_open and not over, over, None if offer is not None else waiting_place(application_id)
    )


# --- who waits


def _offered(ranking_id: UUID) -> set[UUID]:
    """Who of a ranking has ever been offered a seat."""
    return set(
        session().scalars(
            select(AdmissionRank.application_id).where(
                AdmissionRank.ranking_id == ranking_id,
                exists().where(AdmissionOffer.application_id == AdmissionRank.application_id),
            )
        )
    )


def list_waiting(ranking: RankingView) -> list[RankLine]:
    """Who waits for a seat by a ranking, the next one first."""
    offered, has_begun = _offered(ranking.id), ranking.opened_at is not None
    return [
        line
        for line in list_ranks(ranking.id)
        if waits(line.status, was_offered=line.application_id in offered, has_begun=has_begun)
    ]


def waiting_place(application_id: UUID) -> int | None:
    """The place of an application on the waiting list of its class, counted from 1; None where it is on none.

    Who waits in the order of more than one shift reads the better place.
    """
    rows = session().execute(
        select(AdmissionRank.ranking_id, AdmissionRank.rank)
        .join(AdmissionRanking, AdmissionRanking.id == AdmissionRank.ranking_id)
        .where(AdmissionRank.application_id == application_id, AdmissionRanking.opened_at.is_not(None))
    )
    places = [_place_in(ranking_id, rank, application_id) for ranking_id, rank in rows.all()]
    return min((place for place in places if place is not None), default=None)


def _place_in(ranking_id: UUID, rank: int, application_id: UUID) -> int | None:
    waiting = (
        select(AdmissionRank.application_id)
        .join(Application, Application.id == AdmissionRank.application_id)
        .where(
            AdmissionRank.ranking_id == ranking_id,
            Application.status == ApplicationStatus.WAITLISTED,
            ~exists().where(AdmissionOffer.application_id == AdmissionRank.application_id),
            AdmissionRank.rank <= rank,
        )
        .order_by(AdmissionRank.rank)
    )
    places = list(session().scalars(waiting))
    return len(places) if places and places[-1] == application_id else None


def candidates(lines: list[RankLine]) -> list[Candidate]:
    """Those who wait, as the rule that gives seats takes them."""
    return [Candidate(line.application_id, line.claims) for line in lines]


def plan_offers(ranking: RankingView, now: datetime) -> Plan:
    """What offering the free seats of a ranking would do at a moment."""
    waiting = list_waiting(ranking)
    pool = get_pool(ranking.seat_id, ranking.shift)
    given = give_seats(pool, count_held(ranking.seat_id, ranking.shift), candidates(waiting))
    quotas = {
        quota.id: quota.name for quota in list_quota_terms([ranking.cycle_id]).get(ranking.cycle_id, [])
    }
    lines = {line.application_id: line for line in waiting}
    last_day = last_day_of(now, offer_days_of(ranking.cycle_id))
    chosen = {each.application_id for each in given}
    return Plan(
        given=tuple(
            Planned(
                lines[each.application_id],
                each.quota_id,
                quotas.get(each.quota_id) if each.quota_id else None,
            )
            for each in given
        ),
        waiting=tuple(line for line in waiting if line.application_id not in chosen),
        last_day=last_day,
        is_first=ranking.opened_at is None,
        seen=digest_of(given, last_day),
    )


def offer_days_of(cycle_id: UUID) -> int:
    """How many days after its own an offer of a cycle stands. Raises NotFound."""
    days = session().scalar(select(AdmissionCycle.offer_days).where(AdmissionCycle.id == cycle_id))
    if days is None:
        raise NotFound
    return days


def rankings_that_move(now: datetime) -> list[RankingView]:
    """The rankings whose waiting list moves by itself and has somebody on it, in years that are not over."""
    rows = session().execute(
        select(AdmissionRanking.seat_id, AdmissionRanking.shift, AdmissionCycle.academic_year_id)
        .join(AdmissionSeat, AdmissionSeat.id == AdmissionRanking.seat_id)
        .join(AdmissionCycle, AdmissionCycle.id == AdmissionSeat.cycle_id)
        .where(
            AdmissionRanking.opened_at.is_not(None),
            AdmissionCycle.list_moves,
            exists().where(
                AdmissionRank.ranking_id == AdmissionRanking.id,
                Application.id == AdmissionRank.application_id,
                Application.status == ApplicationStatus.WAITLISTED,
            ),
        )
        .order_by(AdmissionRanking.id)
    )
    found = [(seat_id, shift, year_id) for seat_id, shift, year_id in rows]
    years = year_labels({year_id for _, _, year_id in found}) if found else {}
    today = local_day(now)
    rankings = [
        find_ranking(seat_id, shift) for seat_id, shift, year_id in found if years[year_id].ends_on >= today
    ]
    return [each for each in rankings if each is not None]


# --- how the seats stand


def list_pools(cycle_id: UUID) -> list[PoolLine]:
    """The seats of every class of a cycle that the caller has found, the youngest class first."""
    rows = session().execute(
        select(AdmissionSeat.id, AdmissionSeat.class_id).where(AdmissionSeat.cycle_id == cycle_id)
    )
    found = [(seat_id, class_id) for seat_id, class_id in rows]
    labels = class_labels({class_id for _, class_id in found})
    ordered = sorted(found, key=lambda each: labels[each[1]].level)
    return [_pool_line(seat_id, shift) for seat_id, _ in ordered for shift in shifts_of(seat_id)]


def find_pool(
    actor: Actor,
    seat_id: UUID,
    shift: Shift | None,
    permission: Permission = Permission.APPLICATIONS_READ,
) -> PoolLine:
    """The seats of a class of the actor's campuses, or of one shift of it. Raises NotFound."""
    there = session().scalar(
        select(AdmissionSeat.id)
        .join(AdmissionCycle, AdmissionCycle.id == AdmissionSeat.cycle_id)
        .where(AdmissionSeat.id == seat_id, cycles_within(actor, permission))
    )
    if there is None or shift not in shifts_of(seat_id):
        raise NotFound
    return _pool_line(seat_id, shift)


def _pool_line(seat_id: UUID, shift: Shift | None) -> PoolLine:
    cycle, class_id = (
        session()
        .execute(
            select(AdmissionCycle, AdmissionSeat.class_id)
            .join(AdmissionSeat, AdmissionSeat.cycle_id == AdmissionCycle.id)
            .where(AdmissionSeat.id == seat_id)
        )
        .one()
    )
    pool, held = get_pool(seat_id, shift), count_held(seat_id, shift)
    names = {quota.id: quota.name for quota in list_quota_terms([cycle.id]).get(cycle.id, [])}
    for_all = pool.seats - sum(seats for _, seats in pool.quotas)
    quotas = [QuotaLine(names[quota], seats, held.get(quota, 0)) for quota, seats in pool.quotas]
    applicants = session().scalar(select(func.count()).select_from(applicants_of(seat_id, shift).subquery()))
    return PoolLine(
        seat_id=seat_id,
        cycle_id=cycle.id,
        campus_id=cycle.campus_id,
        class_name=class_labels([class_id])[class_id].name,
        shift=shift,
        method=cycle.method,
        seats=pool.seats,
        held=sum(held.values()),
        quotas=(*quotas, QuotaLine(None, for_all, held.get(None, 0))) if quotas else (),
        counts=_count_states(_of_pool(seat_id, shift)),
        ranking=find_ranking(seat_id, shift),
        applicants=applicants or 0,
        offer_days=cycle.offer_days,
        list_moves=cycle.list_moves,
    )


def _of_pool(seat_id: UUID, shift: Shift | None) -> ColumnElement[bool]:
    of_seat = AdmissionOffer.seat_id == seat_id
    return of_seat if shift is None else and_(of_seat, AdmissionOffer.shift == shift)


def _count_states(condition: ColumnElement[bool]) -> Mapping[OfferState, int]:
    rows = session().execute(
        select(AdmissionOffer.state, func.count()).where(condition).group_by(AdmissionOffer.state)
    )
    return Counter({row[0]: row[1] for row in rows})


def list_offers(seat_id: UUID, shift: Shift | None) -> list[tuple[RankLine, OfferView]]:
    """The latest offer of everybody who was offered a seat of a pool, with the place in the ranking (0: by hand)."""
    rows = session().execute(
        select(AdmissionOffer, Application, AdmissionRank.rank, AdmissionRank.working)
        .join(Application, Application.id == AdmissionOffer.application_id)
        .outerjoin(
            AdmissionRank,
            and_(
                AdmissionRank.application_id == Application.id,
                AdmissionRank.ranking_id == AdmissionOffer.ranking_id,
            ),
        )
        .where(_of_pool(seat_id, shift))
        .order_by(AdmissionOffer.made_at, AdmissionOffer.id)
    )
    latest = {
        row.id: (
            RankLine(
                rank=rank or 0,
                application_id=row.id,
                reference=row.reference or "",
                child_name=row_name(row),
                status=row.status,
                claims=frozenset(row.quota_ids),
                working=working or {},
            ),
            OfferView(offer.state, offer.made_at, offer.expires_at, offer.answered_at, offer.shift),
        )
        for offer, row, rank, working in rows
    }
    return sorted(latest.values(), key=lambda each: (each[0].rank == 0, each[0].rank, each[1].made_at))


def row_name(row: Application) -> LocalText:
    """The child's name in each script."""
    return LocalText(row.child_name_en or "", row.child_name_bn or "", row.child_name_ar or "")
