"""An order is put into force for the applicants of a class, and read back with its working."""

from __future__ import annotations

from uuid import uuid4

import pytest

from app.domain.academics.types import Shift
from app.domain.admissions.models import AdmissionQuota, AdmissionSeatPart
from app.domain.admissions.rankings.queries import (
    find_ranking,
    get_pool,
    list_applicants,
    list_quota_seats,
    list_ranks,
    shifts_of,
)
from app.domain.admissions.rankings.services import publish_ranking
from app.domain.admissions.rankings.types import NotRankable, Ranked
from app.domain.admissions.types import Method
from app.domain.kernel.errors import NotFound
from app.domain.kernel.texts import LocalText
from app.uow import session
from tests.support.applications import seat_of, sent
from tests.support.cast import CAST, Cast


def test_an_order_is_published_read_and_replaced(cast: Cast) -> None:
    first, second = sent(), sent(phone="+8801812345679")
    seat = seat_of(CAST.class_7)
    order = [Ranked(second.id, {"score": "80.5"}), Ranked(first.id, {"score": "71"})]
    publish_ranking(CAST.hasan.actor, seat, None, Method.MERIT, order)
    publish_ranking(CAST.hasan.actor, seat, None, Method.MERIT, order)
    ranking = find_ranking(seat, None)
    assert ranking is not None
    assert [(line.rank, line.application_id, line.working) for line in list_ranks(ranking.id)] == [
        (1, second.id, {"score": "80.5"}),
        (2, first.id, {"score": "71"}),
    ]


def test_only_applicants_of_the_class_are_ranked_and_only_by_those_who_decide(cast: Cast) -> None:
    one, seat = sent(), seat_of(CAST.class_7)
    with pytest.raises(NotRankable):
        publish_ranking(CAST.hasan.actor, seat, None, Method.MERIT, [Ranked(one.id), Ranked(one.id)])
    with pytest.raises(NotRankable):
        publish_ranking(CAST.hasan.actor, seat, None, Method.MERIT, [Ranked(uuid4())])
    with pytest.raises(NotFound):
        publish_ranking(CAST.bashir.actor, seat, None, Method.MERIT, [])
    with pytest.raises(NotFound):
        publish_ranking(CAST.jamil.actor, seat, None, Method.MERIT, [])


def test_the_seats_of_a_shift_are_a_pool_of_their_own(cast: Cast) -> None:
    seat, db = seat_of(CAST.class_7), session()
    assert shifts_of(seat) == [None]
    db.add(AdmissionSeatPart(seat_id=seat, shift=Shift.DAY, seats=30))
    db.add(AdmissionSeatPart(seat_id=seat, shift=Shift.MORNING, seats=10))
    db.flush()
    assert shifts_of(seat) == [Shift.MORNING, Shift.DAY]
    assert get_pool(seat, Shift.MORNING).seats == 10
    quota = AdmissionQuota(cycle_id=CAST.cycle, name=LocalText("Neighbours"), percent=15)
    db.add(quota)
    db.flush()
    pools = [get_pool(seat, shift).quotas for shift in Shift]
    assert pools == [((quota.id, 1),), ((quota.id, 4),)]
    assert list_quota_seats(CAST.cycle)[seat] == {quota.id: 5}, "as they are given, shift by shift"
    assert [each.reference for each in list_applicants(seat, Shift.DAY)] == []
