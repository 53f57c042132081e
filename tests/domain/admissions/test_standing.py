"""Once a list is fixed or seats are offered, what they stand on does not change behind the back of families."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import update

from app.domain.academics.types import Shift
from app.domain.admissions.cycles.queries import get_cycle
from app.domain.admissions.cycles.services import (
    add_quota,
    change_class,
    change_cycle,
    change_quota,
    remove_quota,
)
from app.domain.admissions.cycles.types import CycleQuota, QuotaDetails, SeatDetails, SeatPart
from app.domain.admissions.lottery.queries import find_draw
from app.domain.admissions.lottery.services import announce_draw, cancel_draw, fix_list
from app.domain.admissions.lottery.types import Announcement
from app.domain.admissions.models import AdmissionCycle, AdmissionSeat
from app.domain.admissions.offers.queries import find_pool, plan_offers, shifts_held
from app.domain.admissions.offers.services import (
    decline_offer,
    move_offers,
    offer_free_seats,
    publish_by_time,
)
from app.domain.admissions.rankings.queries import find_ranking, get_pool, list_quota_seats
from app.domain.admissions.rankings.services import publish_ranking
from app.domain.admissions.rankings.types import (
    DrawDecides,
    DrawnByQuotas,
    ListStands,
    MethodStands,
    OfferedByQuotas,
    RankingTaken,
    SeatsPromised,
)
from app.domain.admissions.types import ApplicationStatus, Method
from app.domain.kernel import clock
from app.domain.kernel.access import visitor
from app.domain.kernel.errors import Refused
from app.domain.kernel.texts import LocalText
from app.uow import session, transaction
from tests.support.applications import link_to
from tests.support.cast import CAST, Cast
from tests.support.draws import (
    KNOWN_ON,
    NEAR,
    SOURCE,
    announced,
    applicants,
    draw_now,
    held,
    page_of,
    ready_for_a_draw,
)
from tests.support.locks import until_somebody_waits
from tests.support.offers import MADE, families, give_seats_by_time, status_of

ADMIN = CAST.amina.actor
FEW = QuotaDetails(LocalText("A new one"), Decimal(1))


def seats(number: int, *parts: SeatPart) -> None:
    """Edit the class seven of the cast."""
    seat = session().get_one(AdmissionSeat, _class_seven(), populate_existing=True)
    details = SeatDetails(parts or (SeatPart("", None, number),))
    change_class(ADMIN, CAST.cycle, seat.id, seat.version, details)


def _class_seven() -> UUID:
    found = get_cycle(ADMIN, CAST.cycle)
    return next(each.id for each in found.classes if each.class_id == CAST.class_7)


def _near() -> CycleQuota:
    return next(each for each in get_cycle(ADMIN, CAST.cycle).quotas if each.id == NEAR)


def percent(number: int) -> None:
    """Edit the share of the neighbours."""
    near = _near()
    change_quota(ADMIN, CAST.cycle, NEAR, near.version, replace(near.details, percent=Decimal(number)))


def every_share_is_refused(error: type[Refused], words: str) -> None:
    for edit in (
        lambda: percent(30),
        lambda: add_quota(ADMIN, CAST.cycle, FEW),
        lambda: remove_quota(ADMIN, CAST.cycle, NEAR),
    ):
        with pytest.raises(error, match=words):
            edit()


def test_the_seats_and_quotas_of_a_fixed_list_stay_until_it_is_cancelled(cast: Cast) -> None:
    seat = ready_for_a_draw()
    applicants(2)
    draw_id = announced(seat)
    number = find_draw(draw_id).number
    for refused in (39, 41):
        with pytest.raises(ListStands, match=f"Draw {number} stands"):
            seats(refused)
    with pytest.raises(ListStands):
        seats(40, SeatPart("", Shift.MORNING, 20), SeatPart("", Shift.DAY, 20))
    every_share_is_refused(ListStands, f"Draw {number} .* Cancel")
    seats(40, SeatPart("A", None, 20), SeatPart("B", None, 20))
    near = _near()
    change_quota(ADMIN, CAST.cycle, NEAR, near.version, replace(near.details, name=LocalText("Near by")))
    cancel_draw(CAST.farida.actor, draw_id, 2, LocalText("A section was forgotten."), page_of)
    seats(60)
    percent(30)
    draw_id = held(seat)
    assert [quota.seats for quota in find_draw(draw_id).quotas] == [18, 6]


def test_seats_added_after_the_draw_go_down_the_waiting_list_and_take_none_from_a_quota(cast: Cast) -> None:
    seat = ready_for_a_draw()
    seats(11)
    add_quota(ADMIN, CAST.cycle, replace(FEW, percent=Decimal(5)))
    keys = applicants(20)
    draw_id = held(seat)
    before = [number for _, number in get_pool(seat, None).quotas]
    assert before == [4, 1, 1]
    every_share_is_refused(DrawnByQuotas, f"Draw {find_draw(draw_id).number} was held")
    with pytest.raises(DrawDecides):
        publish_ranking(ADMIN, seat, None, Method.MERIT, [])
    with pytest.raises(SeatsPromised, match="At least 11"):
        seats(10)
    for number in (12, 13, 14):
        seats(number)
        after = [number for _, number in get_pool(seat, None).quotas]
        assert list(list_quota_seats(CAST.cycle)[seat].values()) == after
        assert all(now >= then for now, then in zip(after, before, strict=True)), (number, before, after)
    ranking = find_ranking(seat, None)
    assert ranking is not None
    with clock.stopped_at(MADE):
        plan = plan_offers(ranking, MADE)
        assert offer_free_seats(ADMIN, ranking.id, seen=plan.seen, status_link=link_to) == 14
        seats(15)
        assert move_offers(link_to).offered == 1
        with pytest.raises(SeatsPromised, match="At least 15"):
            seats(14)
        decline_offer(visitor("bn"), next(key for key in keys if status_of(key) is ApplicationStatus.OFFERED))
        seats(14)
        assert move_offers(link_to).offered == 0


def test_what_was_offered_by_an_order_stays_without_a_draw(cast: Cast) -> None:
    ready_for_a_draw()
    keys, seat = families(3), give_seats_by_time(2)
    publish_by_time(CAST.farida.actor, seat, None)
    seats(1)
    percent(50)
    seats(2)
    with clock.stopped_at(MADE):
        ranking = find_ranking(seat, None)
        assert ranking is not None
        plan = plan_offers(ranking, MADE)
        offer_free_seats(CAST.farida.actor, ranking.id, seen=plan.seen, status_link=link_to)
    every_share_is_refused(OfferedByQuotas, "Seats of .*Class Seven")
    with pytest.raises(SeatsPromised, match="At least 2"):
        seats(1)
    seats(3)
    with clock.stopped_at(MADE):
        move_offers(link_to)
    assert {status_of(key) for key in keys} == {ApplicationStatus.OFFERED}
    session().execute(update(AdmissionCycle).values(method=Method.LOTTERY))
    with pytest.raises(RankingTaken):
        fix_list(CAST.farida.actor, seat, None)


def test_the_method_of_a_class_whose_list_is_fixed_stays_in_the_class_and_in_its_cycle(cast: Cast) -> None:
    place = ready_for_a_draw()
    applicants(2)
    draw_id = announced(place)
    seat = session().get_one(AdmissionSeat, _class_seven(), populate_existing=True)
    as_it_is = SeatDetails((SeatPart("", None, seat.seats),))
    with pytest.raises(MethodStands, match="Class Seven"):
        change_class(ADMIN, CAST.cycle, seat.id, seat.version, replace(as_it_is, method=Method.TEST))
    cycle = get_cycle(ADMIN, CAST.cycle)
    with pytest.raises(MethodStands):
        change_cycle(ADMIN, CAST.cycle, cycle.version, replace(cycle.details, method=Method.MERIT))
    cancel_draw(CAST.farida.actor, draw_id, 2, LocalText("It is a test after all."), page_of)
    change_class(ADMIN, CAST.cycle, seat.id, seat.version, replace(as_it_is, method=Method.TEST))
    cycle = get_cycle(ADMIN, CAST.cycle)
    change_cycle(ADMIN, CAST.cycle, cycle.version, replace(cycle.details, method=Method.MERIT))


def test_a_seat_that_was_given_by_hand_stays(cast: Cast) -> None:
    families(2, status=ApplicationStatus.OFFERED)
    with pytest.raises(SeatsPromised, match="At least 2"):
        seats(1)
    seats(2)
    families(1, status=ApplicationStatus.OFFERED)
    seats(2)  # one more than there are is held, from before this was asked: nothing is taken away by saving


def test_each_shift_stands_for_itself(cast: Cast) -> None:
    seat = ready_for_a_draw(quotas=False)
    seats(40, SeatPart("", Shift.MORNING, 20), SeatPart("", Shift.DAY, 20))
    applicants(2)
    fix_list(CAST.farida.actor, seat, Shift.MORNING)
    seats(50, SeatPart("", Shift.MORNING, 20), SeatPart("", Shift.DAY, 30))
    with pytest.raises(ListStands):
        seats(50, SeatPart("", Shift.MORNING, 21), SeatPart("", Shift.DAY, 30))
    with pytest.raises(ListStands):
        seats(20, SeatPart("", None, 20))


EDITS: dict[str, Callable[[], None]] = {"seats": lambda: seats(50), "percent": lambda: percent(30)}


@pytest.mark.parametrize("edit", EDITS)
def test_an_editor_and_who_fixes_the_list_at_the_same_moment_wait_for_each_other(
    real_app: Flask, edit: str
) -> None:
    """First the list, and the edit is refused; cancelled, then first the edit, and the list is made for it."""

    def apart(act: Callable[[], object]) -> object:
        with real_app.app_context():
            return act()

    with real_app.app_context(), ThreadPoolExecutor(1) as another:
        seat = ready_for_a_draw()
        applicants(2)
        with transaction() as db:
            first = fix_list(CAST.farida.actor, seat, None)
            waiting = another.submit(apart, EDITS[edit])
            until_somebody_waits(db)
        with pytest.raises(ListStands):
            waiting.result()
        cancel_draw(CAST.farida.actor, first, 1, LocalText("Too early."), page_of)
        with transaction() as db:
            EDITS[edit]()
            waiting = another.submit(apart, lambda: fix_list(CAST.farida.actor, seat, None))
            until_somebody_waits(db)
        second = waiting.result()
        assert isinstance(second, UUID)
        drawn = find_draw(second)
        assert (drawn.heading.seats, drawn.quotas[0].seats) == {"seats": (50, 20), "percent": (40, 12)}[edit]
        pool = find_pool(ADMIN, seat, None)
        assert (pool.seats, pool.quotas[0].seats) == (drawn.heading.seats, drawn.quotas[0].seats)


def test_who_named_no_shift_stands_in_the_order_of_each_and_gets_one_seat(cast: Cast) -> None:
    seat = ready_for_a_draw(quotas=False)
    seats(2, SeatPart("", Shift.MORNING, 1), SeatPart("", Shift.DAY, 1))
    both, only_day = applicants(1), families(1, shift=Shift.DAY)
    rankings = []
    for shift in Shift:
        draw_id = fix_list(CAST.farida.actor, seat, shift)
        announce_draw(CAST.farida.actor, draw_id, 1, Announcement(SOURCE, KNOWN_ON), page_of)
        draw_now(draw_id)
        ranking = find_ranking(seat, shift)
        assert ranking is not None
        rankings.append(ranking)
    with clock.stopped_at(MADE):
        for ranking, offered in zip(rankings, (both, only_day), strict=True):
            plan = plan_offers(ranking, MADE)
            assert [each.line.application_id for each in plan.given] == offered
            offer_free_seats(ADMIN, ranking.id, seen=plan.seen, status_link=link_to)
        assert {status_of(key) for key in both + only_day} == {ApplicationStatus.OFFERED}
        assert [find_pool(ADMIN, seat, shift).held for shift in Shift] == [1, 1]
        assert shifts_held(both + only_day) == {both[0]: Shift.MORNING, only_day[0]: Shift.DAY}
        decline_offer(visitor("bn"), only_day[0])
        assert move_offers(link_to).offered == 0, "the child with a seat in the morning gets no second one"
