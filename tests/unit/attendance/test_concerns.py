"""Which patterns need a talk, told from days alone."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.domain.attendance.concerns.rules import find_patterns, opens_again
from app.domain.attendance.concerns.types import ConcernKind, Limits, Pattern
from app.domain.attendance.reports.rules import MonthBits, current_run, days_of, masks_of, states_of
from app.domain.attendance.types import AttendanceStatus

PRESENT, ABSENT, LATE, EXCUSED = AttendanceStatus
SUNDAY = date(2026, 3, 1)
SIGNS = {"p": PRESENT, "a": ABSENT, "l": LATE, "e": EXCUSED}


def week(text: str) -> list[tuple[date, AttendanceStatus]]:
    """School days from Sunday to Thursday, week after week: `p`, `a`, `l`, `e`, a dot for nothing said."""
    days = [SUNDAY + timedelta(7 * (place // 5) + place % 5) for place in range(len(text))]
    return [(day, SIGNS[sign]) for day, sign in zip(days, text, strict=True) if sign != "."]


def kinds(text: str, limits: Limits | None = None) -> dict[ConcernKind, int]:
    return {each.kind: len(each.days) for each in find_patterns(week(text), limits or Limits())}


def test_three_sundays_in_a_row() -> None:
    assert kinds("apppp" * 3) == {ConcernKind.WEEKDAY: 3}
    assert kinds("apppp" * 2 + "ppppp" + "apppp") == {}
    assert kinds("apppp" + "apppp" + "epppp" + "apppp") == {ConcernKind.WEEKDAY: 3}, "leave is no answer"
    assert ConcernKind.WEEKDAY not in kinds("ppppp" * 9 + "aaaaa" * 3), "a run is a run and no weekday"


def test_a_run_that_lasts() -> None:
    assert kinds("pppppppppppaaa") == {ConcernKind.RUN: 3}
    assert kinds("pppppppppppaaap") == {}
    assert kinds("p" * 20 + "aaeea") == {ConcernKind.RUN: 3}
    assert kinds("ppppppppppppaa", Limits(absent_days=2)) == {ConcernKind.RUN: 2}


def test_below_the_threshold_only_after_enough_days() -> None:
    assert kinds("aapapaapp") == {}
    assert kinds("papapappapapppp") == {ConcernKind.THRESHOLD: 5}
    assert kinds("papapappapapppp", Limits(threshold=60)) == {}


def test_often_late() -> None:
    assert kinds("lplplplpl") == {ConcernKind.LATE: 5}
    assert kinds("lplplplpl" + "p" * 20) == {}


@given(st.text("pale.", max_size=80))
def test_whatever_was_the_evidence_is_of_days_that_say_so(text: str) -> None:
    states = dict(week(text))
    for pattern in find_patterns(week(text), Limits()):
        wanted = LATE if pattern.kind is ConcernKind.LATE else ABSENT
        assert all(states[day] is wanted for day in pattern.days)
        assert list(pattern.days) == sorted(pattern.days)


@given(st.text("pale.", max_size=60), st.integers(0, 6))
def test_more_of_a_run_is_a_longer_run(text: str, more: int) -> None:
    assert len(current_run(week(text + "a" * more))) == len(current_run(week(text))) + more
    assert current_run(week(text + "p")) == []


@given(st.dictionaries(st.dates(date(2025, 1, 1), date(2026, 12, 31)), st.sampled_from("pale")), st.data())
def test_days_go_into_bits_and_come_back(marks: dict[date, str], data: st.DataObject) -> None:
    closed = data.draw(st.sets(st.sampled_from(sorted(marks)))) if marks else set()
    of = {sign: masks_of(day for day, each in marks.items() if each == sign) for sign in SIGNS}
    months = {month for masks in of.values() for month in masks}
    rows = [MonthBits(month, *(of[sign].get(month, 0) for sign in SIGNS)) for month in months]
    school = masks_of(day for day in marks if day not in closed)
    expected = sorted((day, SIGNS[sign]) for day, sign in marks.items() if day not in closed)
    assert states_of(rows, school) == expected
    assert [day for month in sorted(school) for day in days_of(month, school[month])] == [
        day for day, _ in expected
    ]


def test_a_closed_concern_opens_for_what_happens_afterwards() -> None:
    pattern = Pattern(ConcernKind.RUN, (SUNDAY, SUNDAY + timedelta(1)))
    assert opens_again(pattern, SUNDAY)
    assert not opens_again(pattern, SUNDAY + timedelta(1))
