"""Seats are offered by the order, families answer, and the waiting list moves by itself."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, update

from app.domain.admissions.models import AdmissionCycle, AdmissionQuota, Application
from app.domain.admissions.offers.models import AdmissionOffer
from app.domain.admissions.offers.queries import (
    count_held,
    family_offer,
    find_pool,
    list_waiting,
    plan_offers,
)
from app.domain.admissions.offers.seats import settle_offer, unsettle_offer
from app.domain.admissions.offers.services import (
    accept_offer,
    decline_offer,
    move_offers,
    offer_free_seats,
    publish_by_time,
)
from app.domain.admissions.offers.types import ClassFull, Moved, NoOffer, NotByTime, OfferOver, OfferState
from app.domain.admissions.queries import get_application, list_events
from app.domain.admissions.rankings.queries import find_ranking
from app.domain.admissions.rankings.services import publish_ranking
from app.domain.admissions.rankings.types import RankingTaken, RankingView
from app.domain.admissions.services import decide_application, withdraw_application
from app.domain.admissions.types import ApplicationStatus, Method
from app.domain.kernel import clock
from app.domain.kernel.access import visitor
from app.domain.kernel.errors import Forbidden, NotFound, Stale
from app.domain.kernel.texts import LocalText
from app.domain.outbox.models import OutboxMessage
from app.uow import session, transaction
from tests.support.applications import draft, link_to
from tests.support.cast import CAST, Cast
from tests.support.offers import AFTER, MADE, families, give_seats_by_time, status_of

S = ApplicationStatus
FAMILY = visitor("bn")


def ranking_of(seat_id: UUID) -> RankingView:
    found = find_ranking(seat_id, None)
    assert found is not None
    return found


def offer_all(seat_id: UUID) -> int:
    """Publish the order by time, look at the plan, and do what it says."""
    actor = CAST.farida.actor
    publish_by_time(actor, seat_id, None)
    ranking = ranking_of(seat_id)
    plan = plan_offers(ranking, clock.now())
    return offer_free_seats(actor, ranking.id, seen=plan.seen, status_link=link_to)


def decide(application_id: UUID, to: ApplicationStatus) -> None:
    application = get_application(CAST.farida.actor, application_id)
    decide_application(
        CAST.farida.actor,
        application_id,
        to,
        reason="As agreed.",
        version=application.version,
        status_link=link_to,
    )


def statuses(keys: list[UUID]) -> list[ApplicationStatus]:
    return [status_of(key) for key in keys]


def letters() -> list[tuple[str, str]]:
    rows = session().execute(select(OutboxMessage.kind, OutboxMessage.recipient).order_by(OutboxMessage.id))
    return [(kind.removeprefix("application."), recipient) for kind, recipient in rows]


def test_the_free_seats_are_offered_once_and_the_others_are_told_their_place(cast: Cast) -> None:
    keys, seat = families(4), give_seats_by_time(2)
    with clock.stopped_at(MADE):
        assert offer_all(seat) == 2
        assert statuses(keys) == [S.OFFERED, S.OFFERED, S.WAITLISTED, S.WAITLISTED]
        assert [kind for kind, _ in letters()] == ["offered"] * 2 + ["waitlisted"] * 2
        assert [family_offer(key).place for key in keys] == [None, None, 1, 2]
        first = family_offer(keys[0])
        assert (
            first.can_answer and first.offer is not None and first.offer.last_day.isoformat() == "2026-11-27"
        )
        ranking = ranking_of(seat)
        again = offer_free_seats(cast.farida.actor, ranking.id, seen="", status_link=link_to)
        assert again == 0 and len(letters()) == 4, "a second press offers nothing and writes to nobody"
        with pytest.raises(RankingTaken):
            publish_ranking(cast.hasan.actor, seat, None, Method.MERIT, [])
    event = list_events(keys[0])[-1]
    assert event.to_status is S.OFFERED and event.by is not None and event.details["offer"] == "made"


def test_families_are_texted_in_the_order_of_their_phones(cast: Cast) -> None:
    keys, seat = families(4), give_seats_by_time(2)
    for place, key in enumerate(keys):
        session().get_one(Application, key).phone = f"+880181234567{9 - place}"
    session().flush()
    offer_all(seat)
    for kind in ("application.offered", "application.waitlisted"):
        found = select(OutboxMessage.recipient).where(OutboxMessage.kind == kind).order_by(OutboxMessage.id)
        texts = session().scalars(found).all()
        assert len(texts) == 2 and texts == sorted(texts)


def test_what_was_confirmed_is_what_is_done(cast: Cast) -> None:
    keys, seat = families(3), give_seats_by_time(1)
    with clock.stopped_at(MADE):
        publish_by_time(cast.farida.actor, seat, None)
        plan = plan_offers(ranking_of(seat), MADE)
        withdraw_application(FAMILY, keys[0])
        with pytest.raises(Stale):
            offer_free_seats(cast.farida.actor, ranking_of(seat).id, seen=plan.seen, status_link=link_to)
        assert status_of(keys[1]) is S.SUBMITTED
    for member, error in ((cast.bashir, NotFound), (cast.jamil, NotFound)):
        with pytest.raises((error, Forbidden)):
            offer_free_seats(member.actor, ranking_of(seat).id, seen=plan.seen, status_link=link_to)
        with pytest.raises((error, Forbidden)):
            publish_by_time(member.actor, seat, None)


def test_an_order_by_time_is_for_cycles_that_say_so(cast: Cast) -> None:
    seat = give_seats_by_time(1)
    session().execute(update(AdmissionCycle).values(method=Method.LOTTERY))
    with pytest.raises(NotByTime):
        publish_by_time(cast.farida.actor, seat, None)


def test_declining_frees_the_seat_and_the_next_is_offered_it(cast: Cast) -> None:
    keys, seat = families(3), give_seats_by_time(1)
    with clock.stopped_at(MADE):
        offer_all(seat)
        decline_offer(FAMILY, keys[0])
        decline_offer(FAMILY, keys[0])
        assert count_held(seat, None) == {}
        assert move_offers(link_to) == Moved(offered=1)
        assert move_offers(link_to) == Moved()
        assert statuses(keys) == [S.WITHDRAWN, S.OFFERED, S.WAITLISTED]
        assert family_offer(keys[2]).place == 1
        accept_offer(FAMILY, keys[1])
        accept_offer(FAMILY, keys[1])
        assert statuses(keys) == [S.WITHDRAWN, S.ACCEPTED, S.WAITLISTED]
        for act, key in ((accept_offer, keys[0]), (decline_offer, keys[1]), (accept_offer, keys[2])):
            with pytest.raises(NoOffer):
                act(FAMILY, key)
    assert [kind for kind, _ in letters()][3:] == ["offer_declined", "offered", "offer_accepted"]


def test_an_offer_ends_with_its_last_day_and_is_reminded_of_once(cast: Cast) -> None:
    keys, seat = families(2), give_seats_by_time(1)
    with clock.stopped_at(MADE):
        offer_all(seat)
        assert move_offers(link_to) == Moved()
    with clock.stopped_at(AFTER - timedelta(hours=30)):
        assert move_offers(link_to) == Moved(reminded=1)
        assert move_offers(link_to) == Moved()
    with clock.stopped_at(AFTER):
        told = family_offer(keys[0])
        assert told.is_over and not told.can_answer, "the page knows before the clock has been there"
        with pytest.raises(OfferOver):
            accept_offer(FAMILY, keys[0])
        assert move_offers(link_to) == Moved(expired=1, offered=1)
        with pytest.raises(OfferOver):
            accept_offer(FAMILY, keys[0])
        assert statuses(keys) == [S.EXPIRED, S.OFFERED]
    assert [kind for kind, _ in letters()] == [
        "offered", "waitlisted", "offer_reminder", "offer_expired", "offered",
    ]  # fmt: skip
    with clock.stopped_at(AFTER):
        decide(keys[0], S.UNDER_REVIEW)
        decide(keys[0], S.WAITLISTED)
        decline_offer(FAMILY, keys[1])
        assert move_offers(link_to) == Moved(), "who let it pass is offered another one by hand only"
        decide(keys[0], S.OFFERED)
        assert status_of(keys[0]) is S.OFFERED


def test_the_clock_moves_nothing_where_the_cycle_says_so_or_the_year_is_over(cast: Cast) -> None:
    keys, seat = families(2), give_seats_by_time(1)
    with clock.stopped_at(MADE):
        offer_all(seat)
        withdraw_application(FAMILY, keys[0])
        session().execute(update(AdmissionCycle).values(list_moves=False))
        assert move_offers(link_to) == Moved()
        session().execute(update(AdmissionCycle).values(list_moves=True))
    with clock.stopped_at(MADE + timedelta(days=365)):
        assert move_offers(link_to) == Moved()
    with clock.stopped_at(MADE):
        assert move_offers(link_to) == Moved(offered=1)


def test_refusing_and_waitlisting_an_offered_child_free_its_seat(cast: Cast) -> None:
    keys, seat = families(4), give_seats_by_time(2)
    with clock.stopped_at(MADE):
        offer_all(seat)
        decide(keys[0], S.REJECTED)
        decide(keys[1], S.WAITLISTED)
        assert move_offers(link_to) == Moved(offered=2)
        assert statuses(keys) == [S.REJECTED, S.WAITLISTED, S.OFFERED, S.OFFERED]
        pool = find_pool(cast.farida.actor, seat, None)
        assert (pool.seats, pool.held, pool.free) == (2, 2, 0)
        assert pool.counts == {OfferState.WITHDRAWN: 2, OfferState.OPEN: 2}


def test_a_place_by_hand_needs_a_free_seat_and_leaves_quotas_alone(cast: Cast) -> None:
    quota = AdmissionQuota(cycle_id=CAST.cycle, name=LocalText("Neighbours"), percent=50)
    session().add(quota)
    session().flush()
    plain, near = families(3), families(2, claims=[quota.id])
    seat = give_seats_by_time(2)
    with clock.stopped_at(MADE):
        publish_by_time(cast.farida.actor, seat, None)
        decide(plain[2], S.OFFERED)
        with pytest.raises(ClassFull):
            decide(plain[1], S.OFFERED)
        assert status_of(plain[1]) is S.SUBMITTED, "the other seat is kept for those who claim the quota"
        decide(near[1], S.OFFERED)
        assert count_held(seat, None) == {None: 1, quota.id: 1}
        with pytest.raises(ClassFull):
            decide(near[0], S.OFFERED)
        offer = session().scalars(select(AdmissionOffer).where(AdmissionOffer.quota_id == quota.id)).one()
        assert (offer.ranking_id, offer.made_by, offer.expires_at) == (None, cast.farida.user_id, AFTER)


def test_who_got_a_place_before_there_were_offers_holds_a_seat(cast: Cast) -> None:
    families(2, status=S.OFFERED)
    keys, seat = families(1), give_seats_by_time(2)
    with pytest.raises(ClassFull):
        decide(keys[0], S.OFFERED)
    assert count_held(seat, None) == {None: 2}


def test_an_enrolment_settles_the_offer_and_undoing_it_keeps_the_seat(cast: Cast) -> None:
    keys, seat = families(1), give_seats_by_time(1)
    with clock.stopped_at(MADE):
        offer_all(seat)
    for act, state in ((settle_offer, OfferState.ENROLLED), (unsettle_offer, OfferState.ACCEPTED)):
        with transaction() as db:
            act(db, keys[0])
        told = family_offer(keys[0]).offer
        assert told is not None and told.state is state and count_held(seat, None) == {None: 1}
    with clock.stopped_at(AFTER):
        assert move_offers(link_to) == Moved(), "what was accepted does not end"


def test_drafts_end_when_their_cycle_has_long_been_over(cast: Cast) -> None:
    draft(papers=False)
    session().execute(
        update(AdmissionCycle)
        .where(AdmissionCycle.id == CAST.cycle)
        .values(opens_on=MADE.date() - timedelta(60), closes_on=MADE.date() - timedelta(30))
    )
    with clock.stopped_at(MADE):
        assert move_offers(link_to).drafts == 0
    with clock.stopped_at(MADE + timedelta(days=1)):
        assert move_offers(link_to).drafts == 1
    row = session().scalars(select(Application)).one()
    assert row.status is S.EXPIRED
    with pytest.raises(NotFound):
        get_application(cast.farida.actor, row.id)


def test_the_list_is_the_order_of_those_who_still_wait(cast: Cast) -> None:
    keys, seat = families(4), give_seats_by_time(1)
    with clock.stopped_at(MADE):
        offer_all(seat)
        withdraw_application(FAMILY, keys[1])
        decide(keys[2], S.UNDER_REVIEW)
    assert [line.application_id for line in list_waiting(ranking_of(seat))] == [keys[3]]
    assert [family_offer(key).place for key in keys] == [None, None, None, 1]
