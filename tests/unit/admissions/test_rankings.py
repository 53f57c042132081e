"""Who gets a seat by an order: over random pools, claims and seats that are taken already."""

from __future__ import annotations

from collections import Counter
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from app.domain.admissions.rankings.rules import give_seats, is_order_of
from app.domain.admissions.rankings.types import Candidate, Given, Pool

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
