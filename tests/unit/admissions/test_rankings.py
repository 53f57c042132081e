"""Who gets a seat by an order: over random pools, claims and seats that are taken already."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.academics.types import Shift
from app.domain.admissions.cycles.rules import share_seats
from app.domain.admissions.rankings.rules import (
    check_quotas,
    check_seats,
    give_seats,
    is_order_of,
    keep_promises,
    pool_sizes,
)
from app.domain.admissions.rankings.types import (
    Candidate,
    DrawnByQuotas,
    Given,
    ListStands,
    OfferedByQuotas,
    Pool,
    SeatsPromised,
    Standing,
)
from app.domain.kernel.errors import Refused
from app.domain.kernel.texts import LocalText

NEAR, FAR = UUID(int=1), UUID(int=2)


def waiting(*claims: set[UUID]) -> list[Candidate]:
    return [Candidate(UUID(int=100 + place), frozenset(each)) for place, each in enumerate(claims)]


def places(given_seats: list[Given]) -> list[tuple[int, UUID | None]]:
    return [(each.application_id.int - 100, each.quota_id) for each in given_seats]


def test_a_quota_is_served_before_everybody_and_in_the_order() -> None:
    pool = Pool(3, ((NEAR, 1),))
    order = waiting(set(), {NEAR}, {NEAR}, set())
    assert places(give_seats(pool, {}, order)) == [(0, None), (1, NEAR), (2, None)]


def test_who_belongs_to_a_quota_far_down_gets_its_seat() -> None:
    pool = Pool(2, ((NEAR, 1),))
    assert places(give_seats(pool, {}, waiting(set(), set(), {NEAR}))) == [(0, None), (2, NEAR)]


def test_seats_of_a_quota_nobody_claims_go_to_everybody() -> None:
    pool = Pool(3, ((NEAR, 2),))
    assert places(give_seats(pool, {}, waiting(set(), set(), set()))) == [(0, None), (1, None), (2, None)]


def test_a_seat_of_a_quota_that_falls_free_goes_to_the_next_of_it() -> None:
    pool = Pool(2, ((NEAR, 1),))
    assert places(give_seats(pool, {None: 1}, waiting(set(), {NEAR}))) == [(1, NEAR)]


@st.composite
def cases(draw: st.DrawFn) -> tuple[Pool, dict[UUID | None, int], list[Candidate]]:
    quotas = tuple((quota, draw(st.integers(0, 4))) for quota in (NEAR, FAR))
    seats = sum(n for _, n in quotas) + draw(st.integers(0, 5))
    held: dict[UUID | None, int] = {quota: draw(st.integers(0, n)) for quota, n in quotas}
    held[None] = draw(st.integers(0, seats - sum(held.values())))
    claims = draw(st.lists(st.sets(st.sampled_from([NEAR, FAR])), max_size=14))
    return Pool(seats, quotas), held, waiting(*claims)


@given(cases())
def test_no_seat_is_given_twice_and_none_stays_empty_while_somebody_waits(
    case: tuple[Pool, dict[UUID | None, int], list[Candidate]],
) -> None:
    pool, held, order = case
    got = give_seats(pool, held, order)
    free = pool.seats - sum(held.values())
    assert len(got) == min(free, len(order))
    assert len({each.application_id for each in got}) == len(got)
    by_quota = Counter(each.quota_id for each in got)
    for quota, seats in pool.quotas:
        assert by_quota[quota] + held.get(quota, 0) <= seats
    claims = {each.application_id: each.claims for each in order}
    assert all(each.quota_id is None or each.quota_id in claims[each.application_id] for each in got)


@given(cases())
def test_nobody_is_passed_over_by_somebody_behind_them_without_a_quota(
    case: tuple[Pool, dict[UUID | None, int], list[Candidate]],
) -> None:
    pool, held, order = case
    got = {each.application_id: each.quota_id for each in give_seats(pool, held, order)}
    empty_handed = [place for place, each in enumerate(order) if each.application_id not in got]
    for place, each in enumerate(order):
        quota = got.get(each.application_id, "none")
        for before in (place_ for place_ in empty_handed if place_ < place):
            if quota is None:
                raise AssertionError("a seat for everybody passed over somebody")
            assert quota == "none" or quota not in order[before].claims


@given(cases())
def test_giving_one_by_one_ends_where_giving_at_once_does(
    case: tuple[Pool, dict[UUID | None, int], list[Candidate]],
) -> None:
    pool, held, order = case
    at_once = give_seats(pool, held, order)
    again = give_seats(
        pool,
        Counter(held) + Counter(each.quota_id for each in at_once),
        [each for each in order if each.application_id not in {one.application_id for one in at_once}],
    )
    assert again == []


def test_an_order_names_applicants_once() -> None:
    one, other = uuid4(), uuid4()
    assert is_order_of([one, other], {one, other})
    assert is_order_of([one], {one, other})
    assert not is_order_of([one, one], {one, other})
    assert not is_order_of([one, uuid4()], {one, other})


@given(st.lists(st.integers(1, 25), max_size=4), st.integers(0, 80), st.lists(st.integers(0, 9), max_size=6))
def test_a_quota_never_loses_a_seat_to_those_that_are_added(
    percents: list[int], seats: int, added: list[int]
) -> None:
    shares = [Decimal(percent) for percent in percents]
    kept = share_seats(seats, shares).quotas
    for more in added:
        seats += more
        share = share_seats(seats, shares).quotas
        before, kept = kept, keep_promises(share, kept)
        assert all(now >= then for now, then in zip(kept, before, strict=True))
        assert sum(kept) == max(sum(share), sum(before)) <= seats
        assert all(now <= max(wanted, then) for now, wanted, then in zip(kept, share, before, strict=True))


def test_rounding_alone_would_take_a_seat_from_a_quota() -> None:
    shares = [Decimal(40), Decimal(10), Decimal(5)]
    assert [share_seats(seats, shares).quotas for seats in (11, 12)] == [(4, 1, 1), (5, 1, 0)]
    assert keep_promises((5, 1, 0), (4, 1, 1)) == (4, 1, 1)


def test_parts_are_given_by_shift_where_each_names_one() -> None:
    assert pool_sizes([]) == {None: 0}
    assert pool_sizes([(Shift.DAY, 5), (Shift.MORNING, 7), (Shift.DAY, 2)]) == {
        Shift.MORNING: 7,
        Shift.DAY: 7,
    }
    assert pool_sizes([(Shift.DAY, 5), (None, 7)]) == {None: 12}


FIXED = Standing(None, LocalText("Seven"), 3, is_given=False, seats=40, promised=0)
DRAWN = Standing(None, LocalText("Seven"), 3, is_given=True, seats=40, promised=30)
OFFERED = Standing(Shift.DAY, LocalText("Seven"), None, is_given=True, seats=40, promised=30)


@pytest.mark.parametrize(
    ("standing", "after", "refusal"),
    [
        (FIXED, {None: 40}, None),
        (FIXED, {None: 41}, ListStands),
        (FIXED, {None: 39}, ListStands),
        (FIXED, {Shift.DAY: 40}, ListStands),
        (DRAWN, {None: 90}, None),
        (DRAWN, {None: 30}, None),
        (DRAWN, {None: 29}, SeatsPromised),
        (DRAWN, {Shift.DAY: 40}, SeatsPromised),
        (replace(DRAWN, seats=20), {None: 20}, None),
        (replace(DRAWN, seats=20), {None: 19}, SeatsPromised),
        (OFFERED, {Shift.DAY: 30, Shift.MORNING: 1}, None),
        (OFFERED, {None: 80}, SeatsPromised),
    ],
)
def test_what_may_become_of_seats_on_which_something_stands(
    standing: Standing, after: dict[Shift | None, int], refusal: type[Refused] | None
) -> None:
    if refusal is None:
        return check_seats([standing], after)
    with pytest.raises(refusal):
        check_seats([standing], after)


def test_shares_stay_as_soon_as_anything_stands_on_them() -> None:
    check_quotas([])
    for standing, refusal in ((FIXED, ListStands), (DRAWN, DrawnByQuotas), (OFFERED, OfferedByQuotas)):
        with pytest.raises(refusal):
            check_quotas([standing])
