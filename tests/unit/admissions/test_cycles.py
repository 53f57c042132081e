"""The rules of admission cycles: when, whom, which papers, how many seats, what is missing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.admissions.cycles.rules import (
    FITS,
    TOO_OLD,
    TOO_YOUNG,
    age_rule,
    check_ages,
    check_days,
    check_percent,
    days_left,
    earliest_birth,
    find_doubts,
    find_lacks,
    latest_birth,
    look_at_age,
    most_relief,
    moved,
    moved_class,
    papers_asked,
    relief_of,
    share_days,
    share_seats,
    takes_applications,
    terms_for,
)
from app.domain.admissions.cycles.types import (
    AgesCrossed,
    ClosesBeforeItOpens,
    CycleClass,
    CycleDetails,
    CycleQuota,
    CycleView,
    Doubt,
    Elsewhere,
    Lack,
    QuotaDetails,
    SeatDetails,
    SeatPart,
    TooManyPercent,
)
from app.domain.admissions.types import (
    AgeRule,
    CycleState,
    CycleTerms,
    DocumentKind,
    Method,
    OpenClass,
    QuotaTerms,
)
from app.domain.kernel.dates import age_on, months_before, months_on
from app.domain.kernel.texts import LocalText, same_name

FIRST, LAST = date(2026, 11, 21), date(2026, 12, 5)
DETAILS = CycleDetails(FIRST, LAST, Method.LOTTERY, Decimal(110), papers=(DocumentKind.PHOTO,))
days = st.dates(date(1990, 1, 1), date(2060, 12, 31))
months = st.integers(0, 240)


# --- when


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        (datetime(2026, 11, 20, 17, 59, 59, tzinfo=UTC), False),
        (datetime(2026, 11, 20, 18, 0, tzinfo=UTC), True),  # midnight in Dhaka
        (datetime(2026, 12, 5, 17, 59, 59, tzinfo=UTC), True),
        (datetime(2026, 12, 5, 18, 0, tzinfo=UTC), False),
    ],
)
def test_a_cycle_opens_and_closes_at_midnight_in_dhaka(moment: datetime, is_open: bool) -> None:
    assert takes_applications(CycleState.PUBLISHED, FIRST, LAST, moment) is is_open
    assert not takes_applications(CycleState.DRAFT, FIRST, LAST, moment)
    assert not takes_applications(CycleState.CLOSED, FIRST, LAST, moment)


def test_the_last_day_is_a_day_to_apply() -> None:
    assert (days_left(LAST, FIRST), days_left(LAST, LAST), days_left(LAST, LAST + timedelta(1))) == (
        14,
        0,
        -1,
    )
    with pytest.raises(ClosesBeforeItOpens):
        check_days(replace(DETAILS, closes_on=FIRST - timedelta(1)))
    check_days(replace(DETAILS, closes_on=FIRST))


@given(days, days, st.integers(-3, 8))
def test_a_copy_keeps_month_and_day_and_the_order(one: date, other: date, years: int) -> None:
    before = replace(DETAILS, opens_on=min(one, other), closes_on=max(one, other), age_to_on=one)
    after = moved(before, years)
    assert after.opens_on <= after.closes_on and after.age_from_on is None
    assert after.age_to_on is not None
    assert (after.age_to_on.year, after.age_to_on.month) == (one.year + years, one.month)
    assert after.age_to_on.day == one.day or (one.month, one.day, after.age_to_on.day) == (2, 29, 28)
    assert replace(after, opens_on=before.opens_on, closes_on=before.closes_on, age_to_on=one) == before


# --- whom


@given(days, days)
def test_years_of_life_are_twelve_months_of_it(born_on: date, day: date) -> None:
    assert months_on(born_on, day) // 12 == age_on(born_on, day)


@given(days, months)
def test_the_latest_birth_is_the_last_that_completed_the_months(day: date, count: int) -> None:
    latest = months_before(day, count)
    assert months_on(latest, day) >= count > months_on(latest + timedelta(1), day)


@given(days, days, months, months, days, st.integers(0, 60))
def test_the_days_of_birth_shown_are_exactly_those_that_fit(
    from_on: date, to_on: date, least: int, most: int, born_on: date, relief: int
) -> None:
    rule = AgeRule(from_on, to_on, least, most)
    first, last = earliest_birth(rule, relief), latest_birth(rule)
    assert first is not None and last is not None
    answer = look_at_age(rule, born_on, relief)
    assert answer.fits is (first <= born_on <= last)
    assert answer.message in ({FITS} if answer.fits else {TOO_OLD, TOO_YOUNG})
    if answer.fits:
        assert months_on(born_on, from_on) >= least
        assert months_on(born_on, to_on - timedelta(1)) < most + relief
        assert look_at_age(rule, born_on, relief + 1).fits, "more relief never shuts a child out"


def test_the_policy_of_2026_for_class_one() -> None:
    rule = AgeRule(date(2026, 1, 1), date(2026, 12, 31), 60, 84)
    assert (earliest_birth(rule), latest_birth(rule)) == (date(2019, 12, 31), date(2021, 1, 1))
    young = look_at_age(rule, date(2021, 1, 2))
    assert young.message == TOO_YOUNG and young.values["birth"] == date(2021, 1, 1)
    assert young.values["age"].months == 59 and young.values["bound"].months == 60
    old = look_at_age(rule, date(2019, 12, 30))
    assert old.message == TOO_OLD and old.values["day"] == date(2026, 12, 31)
    assert look_at_age(rule, date(2014, 12, 31), relief_months=60).fits


def test_without_bounds_every_age_fits() -> None:
    rule = AgeRule(FIRST, FIRST)
    assert look_at_age(rule, date(1990, 1, 1)).fits and look_at_age(rule, LAST).fits
    assert latest_birth(rule) is None and earliest_birth(rule) is None and not rule.asks


def test_ages_that_cross_are_refused() -> None:
    with pytest.raises(AgesCrossed):
        check_ages(SeatDetails((), 72, 71))
    check_ages(SeatDetails((), 72, 72))
    check_ages(SeatDetails((), 72, None))


# --- quotas and papers


@given(st.integers(0, 500), st.lists(st.decimals(0, 100, places=2), max_size=6))
def test_quotas_never_get_more_than_their_seats(seats: int, percents: list[Decimal]) -> None:
    if sum(percents) > 100:
        with pytest.raises(ValueError, match="percentages"):
            share_seats(seats, percents)
        return
    share = share_seats(seats, percents)
    assert sum(share.quotas) + share.general == seats and share.general >= 0
    assert sum(share.quotas) == int(seats * sum(percents, Decimal(0)) / 100)
    for got, percent in zip(share.quotas, percents, strict=True):
        exact = seats * percent / 100
        assert int(exact) <= got < exact + 1


def test_the_largest_remainder_gets_the_seat_that_is_left() -> None:
    policy = [Decimal(40), Decimal(10), Decimal(5), Decimal(5), Decimal(2), Decimal(1)]
    share = share_seats(55, policy)
    assert (share.quotas, share.general) == ((22, 5, 3, 3, 1, 0), 21), "63 percent of 55 are 34 whole seats"
    assert share_seats(10, [Decimal(25), Decimal(25)]).quotas == (3, 2), "of equal ones the first"
    assert share_seats(10, [Decimal(24), Decimal(26)]).quotas == (2, 3)
    assert share_seats(1, [Decimal("0.5"), Decimal("0.5")]).general == 1


def quota(name: str, *papers: DocumentKind, relief: int = 0) -> QuotaTerms:
    return QuotaTerms(uuid4(), LocalText(name), Decimal(10), papers, relief)


def place(*quotas: QuotaTerms, papers: tuple[DocumentKind, ...] = ()) -> OpenClass:
    values: dict[str, Any] = dict.fromkeys(OpenClass.__dataclass_fields__)
    terms = CycleTerms(papers=(DocumentKind.PHOTO, DocumentKind.BIRTH_CERTIFICATE), quotas=quotas)
    return OpenClass(**(values | {"papers": papers, "terms": terms}))


def test_a_child_brings_what_all_bring_what_the_class_asks_and_what_its_quotas_need() -> None:
    needs = quota("needs", DocumentKind.DISABILITY_PAPER, relief=60)
    fighters = quota("fighters", DocumentKind.FREEDOM_FIGHTER_PAPER, DocumentKind.PHOTO)
    nine = place(needs, fighters, papers=(DocumentKind.REGISTRATION_CARD,))
    usual = (DocumentKind.BIRTH_CERTIFICATE, DocumentKind.PHOTO)
    assert papers_asked(place(needs), []) == usual
    assert papers_asked(nine, []) == (*usual, DocumentKind.REGISTRATION_CARD)
    assert papers_asked(nine, [fighters.id]) == (
        *usual,
        DocumentKind.REGISTRATION_CARD,
        DocumentKind.FREEDOM_FIGHTER_PAPER,
    )
    assert papers_asked(nine, [uuid4()]) == papers_asked(nine, [])
    assert (relief_of([needs, fighters], [fighters.id]), relief_of([needs], [needs.id])) == (0, 60)
    assert (most_relief([needs, fighters]), most_relief([])) == (60, 0)


# --- what holds for a class


own_terms = st.fixed_dictionaries(
    {
        "method": st.none() | st.sampled_from(Method),
        "fee": st.none() | st.integers(0, 500).map(Decimal),
        "age_from_on": st.none() | days,
        "age_to_on": st.none() | days,
    }
)


@given(own_terms, own_terms, days)
def test_a_class_does_as_its_cycle_but_for_what_it_decides_itself(
    theirs: dict[str, Any], own: dict[str, Any], begins: date
) -> None:
    details, seat = replace(DETAILS, **theirs), SeatDetails((), 60, 84, **own)
    terms = terms_for(details, seat)
    for name, mine in own.items():
        assert getattr(terms, name) == (theirs[name] if mine is None else mine), name
    alone = terms_for(details, SeatDetails(()))
    assert alone == terms_for(details, None) and alone.fee == theirs["fee"]
    rule = age_rule(details, seat, begins)
    assert (rule.from_on, rule.to_on) == (terms.age_from_on or begins, terms.age_to_on or begins)


def test_applying_for_one_class_may_be_free_where_the_others_pay() -> None:
    assert terms_for(DETAILS, SeatDetails((), fee=Decimal(0))).fee == 0


@given(own_terms, st.integers(-5, 5))
def test_the_days_of_a_class_move_with_its_cycle(own: dict[str, Any], years: int) -> None:
    seat = SeatDetails((SeatPart("A", None, 5),), 60, 84, **own)
    later = moved_class(seat, years)
    assert replace(later, age_from_on=None, age_to_on=None) == replace(seat, age_from_on=None, age_to_on=None)
    for before, after in ((seat.age_from_on, later.age_from_on), (seat.age_to_on, later.age_to_on)):
        assert (after and after.year) == (before and before.year + years)


# --- several intakes of one year


@given(st.lists(st.integers(0, 30), min_size=4, max_size=4))
def test_two_stretches_of_days_meet_where_a_day_belongs_to_both(numbers: list[int]) -> None:
    one, other = sorted(numbers[:2]), sorted(numbers[2:])
    first, second = [(FIRST + timedelta(a), FIRST + timedelta(b)) for a, b in (one, other)]
    meet = bool({*range(one[0], one[1] + 1)} & {*range(other[0], other[1] + 1)})
    assert share_days(first, second) is share_days(second, first) is meet


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (LocalText(), LocalText(), True),
        (LocalText("Late"), LocalText(), False),
        (LocalText("Late"), LocalText("late ", "দেরিতে"), True),
        (LocalText("Late"), LocalText("Eleven"), False),
        (LocalText("Late", "ক"), LocalText("Eleven", "ক"), True),
        (LocalText("Late"), LocalText("", "ক"), False),
    ],
)
def test_intakes_are_told_apart_by_a_name_in_any_language(
    one: LocalText, other: LocalText, same: bool
) -> None:
    assert same_name(one, other) is same_name(other, one) is same


# --- is it whole


def cycle(**changes: Any) -> CycleView:
    one = CycleClass(
        uuid4(), uuid4(), LocalText("One"), 1, 1, SeatDetails((SeatPart("A", None, 55),), 60, 84)
    )
    values: dict[str, Any] = dict.fromkeys(CycleView.__dataclass_fields__)
    values |= {"details": DETAILS, "classes": (one,), "quotas": (), "elsewhere": ()}
    values |= {"state": CycleState.DRAFT}
    return CycleView(**(values | changes))


def test_a_whole_cycle_lacks_nothing() -> None:
    assert find_lacks(cycle(), FIRST) == [] and find_doubts(cycle()) == []


@pytest.mark.parametrize(
    ("changes", "lack"),
    [
        ({"details": replace(DETAILS, method=None)}, Lack.METHOD),
        ({"details": replace(DETAILS, fee=None)}, Lack.FEE),
        ({"details": replace(DETAILS, closes_on=FIRST - timedelta(1))}, Lack.PAST),
        ({"classes": ()}, Lack.CLASSES),
        (
            {"classes": (CycleClass(uuid4(), uuid4(), LocalText("Two"), 2, 1, SeatDetails((), 60, 84)),)},
            Lack.SEATS,
        ),
        (
            {
                "quotas": tuple(
                    CycleQuota(uuid4(), 1, QuotaDetails(LocalText("q"), Decimal(51), (DocumentKind.PHOTO,)))
                    for _ in range(2)
                )
            },
            Lack.PERCENT,
        ),
        ({"elsewhere": (Elsewhere(LocalText("One"), FIRST, LAST),)}, Lack.ELSEWHERE),
    ],
)
def test_each_lack_is_named(changes: dict[str, Any], lack: Lack) -> None:
    assert [point.what for point in find_lacks(cycle(**changes), FIRST)] == [lack]


def test_what_every_class_decides_the_cycle_need_not() -> None:
    undecided = replace(DETAILS, method=None, fee=None)
    seats = SeatDetails((SeatPart("A", None, 5),), 60, 84, method=Method.TEST, fee=Decimal(200))
    own = CycleClass(uuid4(), uuid4(), LocalText("Six"), 6, 1, seats)
    assert find_lacks(cycle(details=undecided, classes=(own,)), FIRST) == []
    as_cycle = replace(own, details=replace(seats, method=None))
    found = find_lacks(cycle(details=undecided, classes=(own, as_cycle)), FIRST)
    assert [point.what for point in found] == [Lack.METHOD]


def test_applying_may_be_free() -> None:
    assert find_lacks(cycle(details=replace(DETAILS, fee=Decimal(0))), FIRST) == []


def test_what_deserves_a_look_stops_nobody() -> None:
    crowded = CycleClass(
        uuid4(),
        uuid4(),
        LocalText("One"),
        1,
        1,
        SeatDetails((SeatPart("A", None, 56), SeatPart("", None, 300))),
    )
    odd = cycle(
        details=replace(DETAILS, section_most=55, papers=()),
        classes=(crowded,),
        quotas=(CycleQuota(uuid4(), 1, QuotaDetails(LocalText("q"), Decimal(5))),),
    )
    assert find_lacks(odd, FIRST) == []
    doubts = {point.what: dict(point.values) for point in find_doubts(odd)}
    assert set(doubts) == {Doubt.PAPERS, Doubt.AGE, Doubt.SECTION, Doubt.QUOTA_PAPERS}
    assert doubts[Doubt.SECTION] == {"section": "A", "seats": 56, "most": 55}


def test_all_quotas_together_are_at_most_everything() -> None:
    own = QuotaDetails(LocalText("own"), Decimal(40))
    check_percent([QuotaDetails(LocalText("other"), Decimal(60))], own)
    with pytest.raises(TooManyPercent):
        check_percent([QuotaDetails(LocalText("other"), Decimal("60.01"))], own)
