"""Runs of days and requests that become one: whatever is asked, a child never has two live cases for a day."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.academics.types import DayReason, DayVerdict
from app.domain.attendance.leave.rules import check_days, join_words, may_take_back, place, runs_of, work_out
from app.domain.attendance.leave.types import (
    DaysTooFar,
    DaysTurned,
    LeaveReason,
    LeaveState,
    NamedSpan,
    Span,
    Standing,
)
from app.domain.attendance.types import AttendanceStatus
from app.domain.kernel.texts import LocalText

SUNDAY = date(2026, 11, 1)
ILL, FAMILY = LeaveReason.ILL, LeaveReason.FAMILY
ASKED, APPROVED = LeaveState.ASKED, LeaveState.APPROVED


def on(number: int) -> date:
    return SUNDAY + timedelta(number)


def is_school_day(day: date) -> bool:
    """Sunday to Thursday."""
    return day.isoweekday() not in (5, 6)


def span(first: int, last: int) -> Span:
    return Span(on(first), on(last))


def days(one: Span) -> set[date]:
    return {one.first + timedelta(each) for each in range((one.last - one.first).days + 1)}


def test_a_run_goes_on_over_a_weekend_and_ends_with_a_day_at_school() -> None:
    assert runs_of([on(4), on(7), on(8), on(10)], is_school_day) == [span(4, 8), span(10, 10)]
    assert runs_of([on(5)], is_school_day) == []


@given(st.sets(st.integers(0, 40)))
def test_runs_hold_every_absent_school_day_and_no_day_at_school(absent: set[int]) -> None:
    found = runs_of(map(on, absent), is_school_day)
    school = {on(each) for each in range(41) if is_school_day(on(each))}
    inside = {day for run in found for day in days(run)}
    assert inside & school == {on(each) for each in absent} & school
    # No two runs could be one: there is a day at school between them.
    for one, other in pairwise(found):
        assert any(one.last < day < other.first for day in school)


REQUESTS = st.lists(
    st.tuples(
        st.integers(0, 40),
        st.integers(0, 6),
        st.sampled_from([ILL, FAMILY]),
        st.booleans(),  # whether the class teacher approves before the next request comes
    ),
    max_size=12,
)


@given(REQUESTS)
def test_whatever_is_asked_no_day_has_two_cases_and_no_day_is_lost(
    requests: list[tuple[int, int, LeaveReason, bool]],
) -> None:
    live: dict[UUID, Standing] = {}
    wanted: set[date] = set()
    for number, (first, length, reason, is_approved) in enumerate(requests, start=1):
        asked = span(first, first + length)
        placed = place(asked, reason, list(live.values()), is_school_day)
        if placed.refused_by:
            refuser = live[placed.refused_by]
            assert refuser.state is APPROVED
            assert days(refuser.span) & days(asked)
            continue
        wanted |= days(asked)
        for key in placed.swallowed:
            assert live.pop(key).state is ASKED
        key = placed.into or UUID(int=number)
        live[key] = Standing(key, placed.span, reason, APPROVED if is_approved else ASKED)
        held = [day for each in live.values() for day in days(each.span)]
        assert len(held) == len(set(held))
        assert wanted <= set(held)
        assert {day for day in held if is_school_day(day)} <= wanted


def test_what_only_a_weekend_parts_is_one_case_where_the_reason_is_the_same() -> None:
    live = [Standing(UUID(int=1), span(3, 4), ILL, ASKED)]
    assert place(span(7, 8), ILL, live, is_school_day).span == span(3, 8)
    assert place(span(7, 8), FAMILY, live, is_school_day).into is None
    assert place(span(8, 8), ILL, live, is_school_day).into is None
    # Days that became a weekend after they were approved stand between the two all the same.
    live.append(Standing(UUID(int=2), span(5, 6), ILL, APPROVED))
    assert place(span(7, 8), ILL, live, is_school_day).into is None


@pytest.mark.parametrize(
    ("first", "last", "error"),
    [(1, 0, DaysTurned), (-32, 0, DaysTooFar), (0, 60, DaysTooFar), (175, 181, DaysTooFar)],
)
def test_days_that_nobody_can_ask_for(first: int, last: int, error: type[Exception]) -> None:
    with pytest.raises(error):
        check_days(span(first, last), SUNDAY)


def test_a_family_may_take_back_what_waits_and_has_not_begun() -> None:
    assert may_take_back(ASKED, on(1), on(1))
    assert not may_take_back(ASKED, on(1), on(2))
    assert not may_take_back(APPROVED, on(3), on(1))


def test_words_are_joined_once() -> None:
    assert join_words("fever", "fever") == "fever"
    assert join_words("fever", "doctor says two days") == "fever\ndoctor says two days"
    assert len(join_words("x" * 400, "y" * 400)) == 500


def test_a_register_of_a_day_that_is_a_holiday_now_counts_nowhere() -> None:
    feast = LocalText("Feast")
    verdicts = [DayVerdict(on(each), True, None, LocalText()) for each in range(3)]
    verdicts += [DayVerdict(on(each), False, DayReason.HOLIDAY, feast) for each in (3, 4)]
    verdicts += [DayVerdict(on(5), True, None, LocalText())]
    status = AttendanceStatus
    marks = {on(0): status.PRESENT, on(1): status.LATE, on(2): status.EXCUSED, on(3): status.ABSENT}
    found = work_out(verdicts, marks, on(4))
    assert (found.share.attended, found.share.taken, found.share.percent) == (2, 3, 67)
    assert (found.set_aside, found.excused, found.absent, found.not_taken) == ([on(3)], [on(2)], [], 0)
    assert found.holidays == [NamedSpan(span(3, 4), feast)]
    assert work_out(verdicts, marks, on(5)).not_taken == 1
