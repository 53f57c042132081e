"""Random histories of offers: whatever happens in whatever order, no seat is held twice."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from random import Random
from uuid import UUID

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from app.domain.academics.types import Shift
from app.domain.admissions.offers.rules import (
    BECOMES,
    HOLDING,
    check_answer,
    expires_at,
    give_by_hand,
    is_over,
    is_reminder_due,
    last_day_of,
    waits,
)
from app.domain.admissions.offers.types import ClassFull, NoOffer, OfferOver, OfferState
from app.domain.admissions.rankings.rules import give_seats
from app.domain.admissions.rankings.types import Candidate, Pool
from app.domain.admissions.types import ApplicationStatus

NEAR, FAR = UUID(int=1), UUID(int=2)
BEGIN = datetime(2026, 11, 20, 4, tzinfo=UTC)
S = ApplicationStatus
FIGURES: Counter[str] = Counter()


MORNING, DAY = Shift


class Histories(RuleBasedStateMachine):
    """One class in two shifts with its families: the rules of the services, in a world without a database.

    Some families named a shift; the others stand in the orders of both, each time in another place.
    """

    @initialize(
        quotas=st.tuples(st.integers(0, 3), st.integers(0, 3)),
        for_all=st.integers(0, 4),
        in_the_day=st.integers(0, 3),
        families=st.lists(
            st.tuples(st.sets(st.sampled_from([NEAR, FAR])), st.sampled_from([None, MORNING, DAY])),
            min_size=1,
            max_size=14,
        ),
        shuffled=st.randoms(use_true_random=False),
    )
    def begin(
        self,
        quotas: tuple[int, int],
        for_all: int,
        in_the_day: int,
        families: list[tuple[set[UUID], Shift | None]],
        shuffled: Random,
    ) -> None:
        self.now = BEGIN
        self.pools = {
            MORNING: Pool(sum(quotas) + for_all, tuple(zip((NEAR, FAR), quotas, strict=True))),
            DAY: Pool(in_the_day, ((NEAR, min(1, in_the_day)), (FAR, 0))),
        }
        people = [Candidate(UUID(int=100 + at), frozenset(claims)) for at, (claims, _) in enumerate(families)]
        self.wanted = {each.application_id: shift for each, (_, shift) in zip(people, families, strict=True)}
        self.orders = {
            shift: [each for each in people if self.wanted[each.application_id] in (None, shift)]
            for shift in Shift
        }
        shuffled.shuffle(self.orders[DAY])
        self.people = people
        self.status = {each.application_id: S.SUBMITTED for each in people}
        self.offers: list[tuple[UUID, Shift, UUID | None, OfferState, datetime]] = []
        self.begun: set[Shift] = set()
        FIGURES["histories"] += 1
        FIGURES["named no shift"] += sum(shift is None for shift in self.wanted.values())

    def held(self, shift: Shift) -> Counter[UUID | None]:
        return Counter(quota for _, of, quota, state, _ in self.offers if of is shift and state in HOLDING)

    def waiting(self, shift: Shift) -> list[Candidate]:
        offered = {key for key, *_ in self.offers}
        return [
            each
            for each in self.orders[shift]
            if waits(
                self.status[each.application_id],
                was_offered=each.application_id in offered,
                has_begun=shift in self.begun,
            )
        ]

    def latest(self, key: UUID) -> int | None:
        return next((at for at in reversed(range(len(self.offers))) if self.offers[at][0] == key), None)

    def add(self, key: UUID, shift: Shift, quota: UUID | None) -> None:
        self.offers.append((key, shift, quota, OfferState.OPEN, expires_at(self.now, 2)))
        self.status[key] = S.OFFERED
        FIGURES["offers"] += 1

    def turn(self, at: int, to: OfferState) -> None:
        *what, state, expires = self.offers[at]
        assert to in BECOMES[state]
        self.offers[at] = (*what, to, expires)
        FIGURES[to.value] += 1

    def one(self, number: int) -> UUID:
        return self.people[number % len(self.people)].application_id

    @rule(shift=st.sampled_from(Shift))
    def offer_the_free_seats(self, shift: Shift) -> None:
        """The officer's act, and later every round of the clock."""
        waiting = self.waiting(shift)
        for given in give_seats(self.pools[shift], self.held(shift), waiting):
            self.add(given.application_id, shift, given.quota_id)
        self.begun.add(shift)
        for each in waiting:
            if self.status[each.application_id] in (S.SUBMITTED, S.UNDER_REVIEW):
                self.status[each.application_id] = S.WAITLISTED
        full = sum(self.held(shift).values()) >= self.pools[shift].seats
        assert full or not self.waiting(shift), "no seat stays empty"

    @rule(number=st.integers(0, 99), shift=st.sampled_from(Shift))
    def offer_by_hand(self, number: int, shift: Shift) -> None:
        key = self.one(number)
        if self.status[key] not in (S.SUBMITTED, S.UNDER_REVIEW, S.WAITLISTED):
            return
        shift = self.wanted[key] or shift
        claims = next(each.claims for each in self.people if each.application_id == key)
        others = [each for each in self.waiting(shift) if each.application_id != key]
        try:
            quota = give_by_hand(self.pools[shift], self.held(shift), claims, others)
        except ClassFull:
            FIGURES["class full"] += 1
        else:
            kept = [each for each in give_seats(self.pools[shift], self.held(shift), others) if each.quota_id]
            self.add(key, shift, quota)
            again = [
                each for each in give_seats(self.pools[shift], self.held(shift), others) if each.quota_id
            ]
            assert quota is not None or len(again) == len(kept), "nobody of a quota loses a seat to a choice"

    @rule(number=st.integers(0, 99), to=st.sampled_from([OfferState.ACCEPTED, OfferState.DECLINED]))
    def answer(self, number: int, to: OfferState) -> None:
        key = self.one(number)
        at = self.latest(key)
        state, expires = self.offers[at][3:] if at is not None else (None, None)
        try:
            is_news = check_answer(state, to, expires, self.now)
        except (NoOffer, OfferOver):
            FIGURES["answers refused"] += 1
            return
        if is_news and at is not None:
            assert expires is not None and self.now < expires
            self.turn(at, to)
            self.status[key] = S.ACCEPTED if to is OfferState.ACCEPTED else S.WITHDRAWN

    @rule(hours=st.integers(1, 40))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)
        for at, (key, _, _, state, expires) in enumerate(list(self.offers)):
            if state is OfferState.OPEN and is_over(expires, self.now):
                self.turn(at, OfferState.EXPIRED)
                self.status[key] = S.EXPIRED

    @rule(number=st.integers(0, 99), to=st.sampled_from([S.WITHDRAWN, S.REJECTED, S.WAITLISTED]))
    def go_another_way(self, number: int, to: ApplicationStatus) -> None:
        key = self.one(number)
        if self.status[key] not in (S.OFFERED, S.ACCEPTED, S.WAITLISTED):
            return
        at = self.latest(key)
        if at is not None and self.offers[at][3] in HOLDING:
            self.turn(at, OfferState.WITHDRAWN)
        self.status[key] = to

    @rule(number=st.integers(0, 99))
    def enrol(self, number: int) -> None:
        key = self.one(number)
        at = self.latest(key)
        if at is not None and self.offers[at][3] in (OfferState.OPEN, OfferState.ACCEPTED):
            self.turn(at, OfferState.ENROLLED)
            self.status[key] = S.ENROLLED

    @rule(number=st.integers(0, 99))
    def look_again(self, number: int) -> None:
        key = self.one(number)
        if self.status[key] in (S.REJECTED, S.EXPIRED, S.WAITLISTED):
            self.status[key] = S.UNDER_REVIEW

    @invariant()
    def no_seat_is_held_twice(self) -> None:
        if not hasattr(self, "pools"):
            return
        for shift, pool in self.pools.items():
            held = self.held(shift)
            assert sum(held.values()) <= pool.seats
            assert all(held[quota] <= seats for quota, seats in pool.quotas)
        holders = [key for key, _, _, state, _ in self.offers if state in HOLDING]
        assert len(holders) == len(set(holders)), "a child holds one seat, in whichever shift"
        assert all(self.wanted[key] in (None, shift) for key, shift, *_ in self.offers)
        FIGURES["moments looked at"] += 1


def test_no_history_holds_a_seat_twice() -> None:
    FIGURES.clear()
    run_state_machine_as_test(
        Histories, settings=settings(max_examples=80, stateful_step_count=40, deadline=None, derandomize=True)
    )
    print(f"\nhistories of offers: {dict(FIGURES)}")
    assert FIGURES["offers"] > 100 and FIGURES["class full"] and FIGURES["expired"]
    assert FIGURES["named no shift"] > 100


def test_a_deadline_is_the_end_of_a_day_in_dhaka() -> None:
    late = datetime(2026, 11, 20, 17, 59, tzinfo=UTC)  # 23:59 in Dhaka
    for made, last in ((BEGIN, 27), (late, 27), (late + timedelta(minutes=1), 28)):
        assert last_day_of(made, 7) == date(2026, 11, last)
        assert expires_at(made, 7) == datetime(2026, 11, last, 18, tzinfo=UTC)
    assert not is_over(expires_at(BEGIN, 7), datetime(2026, 11, 27, 17, 59, 59, tzinfo=UTC))
    assert is_over(expires_at(BEGIN, 7), datetime(2026, 11, 27, 18, tzinfo=UTC))


@pytest.mark.parametrize(
    ("days", "day", "hour", "due"),
    [
        (7, 26, 2, False),  # eight in the morning of the day before
        (7, 26, 3, True),
        (7, 27, 17, True),
        (7, 27, 18, False),  # over
        (1, 20, 5, False),  # the day of the offer itself
        (1, 21, 2, True),
    ],
)
def test_families_are_reminded_from_the_morning_of_the_day_before(
    days: int, day: int, hour: int, due: bool
) -> None:
    now = datetime(2026, 11, day, hour, tzinfo=UTC)
    assert is_reminder_due(BEGIN, expires_at(BEGIN, days), now) is due


def test_the_same_answer_twice_is_no_news_and_another_is_refused() -> None:
    over = expires_at(BEGIN, 1)
    assert check_answer(OfferState.OPEN, OfferState.ACCEPTED, over, BEGIN)
    assert not check_answer(OfferState.ACCEPTED, OfferState.ACCEPTED, over, BEGIN)
    assert not check_answer(OfferState.ENROLLED, OfferState.ACCEPTED, over, over)
    for state, to in (
        (None, OfferState.ACCEPTED),
        (OfferState.DECLINED, OfferState.ACCEPTED),
        (OfferState.ACCEPTED, OfferState.DECLINED),
        (OfferState.WITHDRAWN, OfferState.ACCEPTED),
    ):
        with pytest.raises(NoOffer):
            check_answer(state, to, over, BEGIN)
    for state in (OfferState.OPEN, OfferState.EXPIRED):
        with pytest.raises(OfferOver):
            check_answer(state, OfferState.ACCEPTED, over, over)


def test_a_choice_by_hand_keeps_the_seats_of_quotas_for_those_who_wait() -> None:
    pool, near = Pool(3, ((NEAR, 1),)), Candidate(UUID(int=9), frozenset({NEAR}))
    assert give_by_hand(pool, {}, {NEAR}, []) == NEAR
    assert give_by_hand(pool, {None: 1}, set(), [near]) is None
    with pytest.raises(ClassFull):
        give_by_hand(pool, {None: 2}, set(), [near])
    assert give_by_hand(pool, {None: 2}, set(), []) is None, "nobody waits for it, so it is for everybody"
    with pytest.raises(ClassFull):
        give_by_hand(pool, {None: 3}, {NEAR}, [])
