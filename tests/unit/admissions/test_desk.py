"""The pure rules of the officer's desk."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.admissions.desk.rules import (
    KEEPABLE,
    MERGEABLE,
    MOST_AT_ONCE,
    UNDO_FOR,
    campus_of,
    check_order,
    cycles_shown,
    foresee,
    in_order,
    may_merge,
    may_undo,
)
from app.domain.admissions.desk.types import (
    BulkAct,
    BulkRow,
    NoSuchOfficer,
    NoteMissing,
    NothingChosen,
    Officer,
    Order,
    TooManyChosen,
    WhyNot,
)
from app.domain.admissions.rules import DECISIONS, REASON_NEEDED, TRANSITIONS
from app.domain.admissions.types import ApplicationStatus, CycleState, ReasonMissing
from app.domain.kernel.access import ALL
from app.domain.kernel.texts import LocalText

S = ApplicationStatus
SPACE = UUID(int=7)
HERE, THERE = uuid5(SPACE, "here"), uuid5(SPACE, "there")
FARIDA = Officer(uuid5(SPACE, "farida"), LocalText("Farida"), frozenset({HERE}))
HASAN = Officer(uuid5(SPACE, "hasan"), LocalText("Hasan"), None)
OFFICERS = (FARIDA, HASAN)


def row(
    status: S = S.SUBMITTED, campus: UUID = HERE, officer: UUID | None = None, number: int = 0
) -> BulkRow:
    return BulkRow(
        uuid5(SPACE, str(number)), f"R-{number}", LocalText("Somebody"), campus, status, officer, 1
    )


rows = st.lists(
    st.builds(
        row,
        st.sampled_from([state for state in S if state is not S.DRAFT]),
        st.sampled_from([HERE, THERE]),
        st.sampled_from([None, FARIDA.id, HASAN.id]),
        st.integers(0, 10**6),
    ),
    max_size=12,
)
orders = st.builds(
    Order, st.sampled_from(list(BulkAct)), st.just("Because."), st.sampled_from([None, FARIDA.id, HASAN.id])
)


@given(order=orders, chosen=rows)
def test_a_preview_follows_the_procedure_and_speaks_of_every_row(order: Order, chosen: list[BulkRow]) -> None:
    effects = foresee(order, chosen, OFFICERS, campus_of(chosen, {HERE}))
    assert [effect.row for effect in effects] == chosen
    for effect in effects:
        assert effect.is_done == (effect.why_not is None)
        if not effect.is_done:
            assert effect.to is None
            continue
        assert effect.row.campus_id == HERE
        assert effect.to is order.act.decision
        if effect.to is not None:
            assert effect.to in TRANSITIONS[effect.row.status] & DECISIONS
        if order.act is BulkAct.ASSIGN:
            assert effect.row.officer_id != order.officer_id


@given(order=orders, chosen=rows)
def test_doing_it_twice_does_nothing_the_second_time(order: Order, chosen: list[BulkRow]) -> None:
    if order.act is BulkAct.NOTE:
        return
    first = foresee(order, chosen, OFFICERS, HERE)
    after = [
        row(effect.to or effect.row.status, effect.row.campus_id, order.officer_id, n)
        for n, effect in enumerate(first)
        if effect.is_done
    ]
    assert all(each.why_not is WhyNot.ALREADY for each in foresee(order, after, OFFICERS, HERE))


def test_an_act_belongs_to_the_campus_of_the_first_that_may_be_touched() -> None:
    chosen = [row(campus=THERE), row(campus=HERE, number=1)]
    assert campus_of(chosen, {HERE}) == HERE
    assert campus_of(chosen, ALL) == THERE
    assert campus_of(chosen, frozenset()) is None
    for_there = Order(BulkAct.ASSIGN, officer_id=FARIDA.id)
    assert [each.why_not for each in foresee(for_there, chosen, OFFICERS, THERE)] == [WhyNot.NOT_THERE] * 2


def test_an_order_says_everything_it_needs() -> None:
    for act in BulkAct:
        if act.decision in REASON_NEEDED:
            with pytest.raises(ReasonMissing):
                check_order(Order(act), OFFICERS, 1)
        elif act is BulkAct.NOTE:
            with pytest.raises(NoteMissing):
                check_order(Order(act), OFFICERS, 1)
        else:
            check_order(Order(act), OFFICERS, 1)
        with pytest.raises(NothingChosen):
            check_order(Order(act, "x"), OFFICERS, 0)
        with pytest.raises(TooManyChosen):
            check_order(Order(act, "x"), OFFICERS, MOST_AT_ONCE + 1)
    with pytest.raises(NoSuchOfficer):
        check_order(Order(BulkAct.ASSIGN, officer_id=HERE), OFFICERS, 1)


@given(later=st.integers(0, 3600))
def test_ten_minutes_are_ten_minutes(later: int) -> None:
    done = datetime(2026, 11, 21, 4, tzinfo=UTC)
    assert may_undo(done, done + timedelta(seconds=later)) == (later < UNDO_FOR.total_seconds())


@given(one=st.uuids(), other=st.uuids())
def test_a_pair_is_the_same_from_either_side(one: UUID, other: UUID) -> None:
    assert in_order(one, other) == in_order(other, one)
    assert in_order(one, other)[0] <= in_order(one, other)[1]


@given(kept=st.sampled_from(list(S)), gone=st.sampled_from(list(S)))
def test_who_holds_a_seat_is_not_merged_away(kept: S, gone: S) -> None:
    assert may_merge(kept, gone) == (kept in KEEPABLE and gone in MERGEABLE)
    assert not MERGEABLE & {S.OFFERED, S.ACCEPTED, S.ENROLLED}
    assert all(S.WITHDRAWN in TRANSITIONS[state] for state in MERGEABLE)


def test_the_queue_shows_what_is_open_or_else_the_latest() -> None:
    keys = [uuid5(SPACE, str(number)) for number in range(5)]
    day = date(2026, 11, 21)

    def cycle(
        campus: UUID, state: CycleState, opens: date, closes: date
    ) -> tuple[UUID, CycleState, date, date]:
        return campus, state, opens, closes

    cycles = {
        keys[0]: cycle(HERE, CycleState.CLOSED, date(2025, 11, 1), date(2025, 11, 30)),
        keys[1]: cycle(HERE, CycleState.PUBLISHED, date(2026, 11, 1), date(2026, 11, 30)),
        keys[2]: cycle(HERE, CycleState.DRAFT, date(2027, 11, 1), date(2027, 11, 30)),
        keys[3]: cycle(THERE, CycleState.CLOSED, date(2025, 11, 1), date(2025, 11, 30)),
        keys[4]: cycle(THERE, CycleState.DRAFT, date(2027, 1, 1), date(2027, 1, 30)),
    }
    assert cycles_shown(cycles, day) == {keys[1], keys[3]}
    assert cycles_shown(cycles, date(2026, 12, 1)) == {keys[1], keys[3]}
    assert cycles_shown({}, day) == frozenset()
