"""What is a school day, which year it is, how a calendar sheet is laid out."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as some

from app.domain.academics.rules import (
    choose_current_year,
    covers,
    days_between,
    overlap,
    school_day,
    week_days,
    weeks_of_month,
)
from app.domain.academics.types import DayKind, DayReason, EntryDetails, YearDetails
from app.domain.kernel.texts import LocalText

FRIDAY_AND_SATURDAY = (5, 6)
SUNDAY, THURSDAY, FRIDAY, SATURDAY = (date(2026, 11, day) for day in (15, 19, 20, 21))

days = some.dates(date(2020, 1, 1), date(2030, 12, 31))


@some.composite
def entries(draw: some.DrawFn, kinds: tuple[DayKind, ...] = tuple(DayKind)) -> EntryDetails:
    start = draw(days)
    end = start + timedelta(draw(some.integers(0, 40)))
    return EntryDetails(draw(some.sampled_from(kinds)), LocalText(draw(some.text(min_size=1))), start, end)


def entry(kind: DayKind, first: date, last: date | None = None, name: str = "Named") -> EntryDetails:
    return EntryDetails(kind, LocalText(name), first, last or first)


def test_friday_and_saturday_are_rest_days() -> None:
    verdicts = [school_day(day, FRIDAY_AND_SATURDAY, []) for day in (THURSDAY, FRIDAY, SATURDAY, SUNDAY)]
    assert [verdict.is_school_day for verdict in verdicts] == [True, False, False, True]
    assert verdicts[1].reason is DayReason.REST_DAY


def test_a_holiday_says_its_name() -> None:
    verdict = school_day(THURSDAY, FRIDAY_AND_SATURDAY, [entry(DayKind.HOLIDAY, SUNDAY, SATURDAY, "Eid")])
    assert (verdict.is_school_day, verdict.reason, verdict.name.en) == (False, DayReason.HOLIDAY, "Eid")


def test_a_school_day_entry_overrides_a_rest_day() -> None:
    verdict = school_day(SATURDAY, FRIDAY_AND_SATURDAY, [entry(DayKind.SCHOOL_DAY, SATURDAY)])
    assert verdict.is_school_day and verdict.reason is None


def test_an_event_closes_nothing() -> None:
    open_day = school_day(THURSDAY, FRIDAY_AND_SATURDAY, [entry(DayKind.EVENT, THURSDAY, name="Sports")])
    assert open_day.is_school_day and open_day.name.en == "Sports"
    assert not school_day(FRIDAY, FRIDAY_AND_SATURDAY, [entry(DayKind.EVENT, FRIDAY)]).is_school_day


@given(days, some.sets(some.integers(1, 7)), some.lists(entries(), max_size=6))
def test_open_and_reason_exclude_each_other(day: date, rest: set[int], known: list[EntryDetails]) -> None:
    verdict = school_day(day, rest, known)
    assert verdict.is_school_day == (verdict.reason is None)
    assert verdict.day == day


@given(days, some.sets(some.integers(1, 7)), some.lists(entries(), max_size=6))
def test_the_verdict_follows_from_the_entries_of_the_day(
    day: date, rest: set[int], known: list[EntryDetails]
) -> None:
    kinds = {each.kind for each in known if covers(each, day)}
    expected = DayKind.HOLIDAY not in kinds and (DayKind.SCHOOL_DAY in kinds or day.isoweekday() not in rest)
    assert school_day(day, rest, known).is_school_day is expected


@given(days, some.sets(some.integers(1, 7)), some.lists(entries(), max_size=6), some.randoms())
def test_the_order_of_entries_does_not_open_or_close_a_day(
    day: date, rest: set[int], known: list[EntryDetails], chance: object
) -> None:
    shuffled = list(known)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis hands out a Random
    assert school_day(day, rest, shuffled).reason == school_day(day, rest, known).reason


@given(days, some.sets(some.integers(1, 7)), some.lists(entries((DayKind.HOLIDAY,)), max_size=4))
def test_a_holiday_more_never_opens_a_day(day: date, rest: set[int], known: list[EntryDetails]) -> None:
    before = school_day(day, rest, known[1:]).is_school_day
    after = school_day(day, rest, known).is_school_day
    assert before or not after


@given(entries(), entries())
def test_spans_overlap_where_they_share_a_day(one: EntryDetails, other: EntryDetails) -> None:
    shared = set(days_between(one.starts_on, one.ends_on)) & set(days_between(other.starts_on, other.ends_on))
    assert overlap(one, other) == overlap(other, one) == bool(shared)


def year(number: int, current: bool = False) -> YearDetails:
    return YearDetails(str(number), date(number, 1, 1), date(number, 12, 31), current)


def test_the_marked_year_is_the_current_one() -> None:
    assert choose_current_year([year(2025, True), year(2026)], THURSDAY) == year(2025, True)


def test_without_a_mark_the_year_around_the_day_is_current() -> None:
    assert choose_current_year([year(2025), year(2026), year(2027)], THURSDAY) == year(2026)


def test_between_two_years_the_last_begun_counts() -> None:
    assert choose_current_year([year(2024), year(2025), year(2027)], THURSDAY) == year(2025)
    assert choose_current_year([year(2027)], THURSDAY) is None


def test_a_week_runs_from_sunday_to_the_days_of_rest() -> None:
    assert week_days() == (7, 1, 2, 3, 4, 5, 6)


@given(some.integers(2020, 2035), some.integers(1, 12))
def test_a_sheet_holds_every_day_of_its_month_once_in_whole_weeks(number: int, month: int) -> None:
    weeks = weeks_of_month(number, month)
    held = [day for week in weeks for day in week]
    assert all(tuple(day.isoweekday() for day in week) == week_days() for week in weeks)
    assert held == list(days_between(held[0], held[-1]))
    inside = [day for day in held if day.month == month]
    assert inside[0].day == 1 and (inside[-1] + timedelta(1)).day == 1 and 4 <= len(weeks) <= 6
    assert any(day.month == month for day in weeks[0]) and any(day.month == month for day in weeks[-1])
