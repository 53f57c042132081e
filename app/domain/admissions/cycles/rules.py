"""Pure rules of admission cycles: when one is open, whom it takes, what it asks for, what it still lacks.

domain rule: domain.md 5.5 - ages, quotas, percentages and papers change with every year's policy, so no number
stands here: all of them come from the cycle.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final, Protocol
from uuid import UUID

from app.domain.admissions.cycles.types import (
    AgesCrossed,
    ClosesBeforeItOpens,
    CycleClass,
    CycleDetails,
    CycleView,
    Doubt,
    Elsewhere,
    Lack,
    Point,
    QuotaDetails,
    SeatDetails,
    Share,
    TooManyPercent,
)
from app.domain.admissions.types import (
    AgeRule,
    CycleState,
    DocumentKind,
    Method,
    OpenClass,
    QuotaTerms,
    papers_in_order,
)
from app.domain.kernel.dates import Span, in_year, local_day, months_before, months_on
from app.domain.kernel.errors import N_

_HUNDRED: Final = Decimal(100)


# --- what holds for a class


class Decided(Protocol):
    """What can be decided for a whole cycle, and for one class otherwise: a row of either, or its details."""

    @property
    def method(self) -> Method | None:
        """How the seats are given."""

    @property
    def fee(self) -> Decimal | None:
        """What applying costs, in taka."""

    @property
    def age_from_on(self) -> date | None:
        """The day on which the least age must be completed."""

    @property
    def age_to_on(self) -> date | None:
        """The day on which the most age may not be passed."""


class Aged(Decided, Protocol):
    """A class of a cycle: a row, or its details."""

    @property
    def age_from_months(self) -> int | None:
        """The least age."""

    @property
    def age_to_months(self) -> int | None:
        """The most age."""


@dataclass(frozen=True, slots=True)
class ClassTerms:
    """What holds for one class of a cycle. None: nobody has decided it."""

    method: Method | None
    fee: Decimal | None
    age_from_on: date | None
    age_to_on: date | None


def terms_for(cycle: Decided, seat: Decided | None) -> ClassTerms:
    """What holds for a class of a cycle: what was decided for the class, else for the cycle.

    Everything that asks for the method, the fee or the days of ages asks here (in SQL: `admissions.queries`,
    METHOD_HERE and FEE_HERE). No class, as for a draft that names none: the cycle's.
    """
    if seat is None:
        return ClassTerms(cycle.method, cycle.fee, cycle.age_from_on, cycle.age_to_on)
    return ClassTerms(
        method=seat.method or cycle.method,
        fee=cycle.fee if seat.fee is None else seat.fee,
        age_from_on=seat.age_from_on or cycle.age_from_on,
        age_to_on=seat.age_to_on or cycle.age_to_on,
    )


# --- when


def takes_applications(state: CycleState, opens_on: date, closes_on: date, moment: datetime) -> bool:
    """Whether families can apply at an aware moment: published, from the first day to the last, in Dhaka."""
    return state is CycleState.PUBLISHED and opens_on <= local_day(moment) <= closes_on


def share_days(first: tuple[date, date], second: tuple[date, date]) -> bool:
    """Whether two stretches of days, first and last belonging to each, have a day in common."""
    return first[0] <= second[1] and second[0] <= first[1]


def days_left(closes_on: date, today: date) -> int:
    """How many days remain after today; 0 on the last day, negative when it is over."""
    return (closes_on - today).days


def moved(details: CycleDetails, years: int) -> CycleDetails:
    """The same decisions, every day of them so many years later. What the policy says now, somebody must look up."""
    return replace(
        details,
        opens_on=in_year(details.opens_on, details.opens_on.year + years),
        closes_on=in_year(details.closes_on, details.closes_on.year + years),
        age_from_on=_later(details.age_from_on, years),
        age_to_on=_later(details.age_to_on, years),
    )


def moved_class(details: SeatDetails, years: int) -> SeatDetails:
    """The same for a class, whose own days move with those of its cycle."""
    return replace(
        details,
        age_from_on=_later(details.age_from_on, years),
        age_to_on=_later(details.age_to_on, years),
    )


def _later(day: date | None, years: int) -> date | None:
    return in_year(day, day.year + years) if day else None


# --- whom


TOO_YOUNG: Final = N_(
    "On %(day)s the child is %(age)s old. This class takes children of %(bound)s or more on that day:"
    " born on %(birth)s or earlier."
)
TOO_OLD: Final = N_(
    "On %(day)s the child is %(age)s old. This class takes children of %(bound)s at most on that day:"
    " born on %(birth)s or later."
)
FITS: Final = N_("On %(day)s the child is %(age)s old, which fits the class.")


@dataclass(frozen=True, slots=True)
class AgeAnswer:
    """Whether a child fits the age of a class, and a sentence (msgid and values) that says why."""

    fits: bool
    message: str
    values: dict[str, Any]


def age_rule(cycle: Decided, seat: Aged, year_starts_on: date) -> AgeRule:
    """The rule of one class of a cycle, its days filled in."""
    terms = terms_for(cycle, seat)
    return AgeRule(
        terms.age_from_on or year_starts_on,
        terms.age_to_on or year_starts_on,
        seat.age_from_months,
        seat.age_to_months,
    )


def latest_birth(rule: AgeRule) -> date | None:
    """The last day of birth the rule lets in; None where it has no least age."""
    return None if rule.from_months is None else months_before(rule.from_on, rule.from_months)


def earliest_birth(rule: AgeRule, relief_months: int = 0) -> date | None:
    """The first day of birth the rule lets in; None where it has no most age."""
    if rule.to_months is None:
        return None
    day_before = rule.to_on - timedelta(days=1)
    return months_before(day_before, rule.to_months + relief_months) + timedelta(days=1)


def look_at_age(rule: AgeRule, born_on: date, relief_months: int = 0) -> AgeAnswer:
    """Whether a child born on a day fits, and why. Relief makes the most age higher, never the least lower."""
    latest, earliest = latest_birth(rule), earliest_birth(rule, relief_months)
    if latest is not None and born_on > latest:
        return AgeAnswer(
            False,
            TOO_YOUNG,
            {
                "day": rule.from_on,
                "age": Span(max(months_on(born_on, rule.from_on), 0)),
                "bound": Span(rule.from_months or 0),
                "birth": latest,
            },
        )
    if earliest is not None and born_on < earliest:
        return AgeAnswer(
            False,
            TOO_OLD,
            {
                "day": rule.to_on,
                "age": Span(months_on(born_on, rule.to_on)),
                "bound": Span((rule.to_months or 0) + relief_months),
                "birth": earliest,
            },
        )
    return AgeAnswer(True, FITS, {"day": rule.from_on, "age": Span(max(months_on(born_on, rule.from_on), 0))})


def relief_of(quotas: Iterable[QuotaTerms], claimed: Collection[UUID]) -> int:
    """The most months of relief among the quotas that are claimed."""
    return max((quota.relief_months for quota in quotas if quota.id in claimed), default=0)


def most_relief(quotas: Iterable[QuotaTerms]) -> int:
    """The relief a family can still get while it has not said which quotas it claims."""
    return max((quota.relief_months for quota in quotas), default=0)


# --- which papers


def papers_asked(place: OpenClass, claimed: Collection[UUID]) -> tuple[DocumentKind, ...]:
    """What a child must bring: the papers of all, of the class and of every quota it claims, each once."""
    wanted = {*place.terms.papers, *place.papers}
    for quota in place.terms.quotas:
        if quota.id in claimed:
            wanted.update(quota.papers)
    return papers_in_order(wanted)


def papers_required(place: OpenClass, claimed: Collection[UUID]) -> tuple[DocumentKind, ...]:
    """What it cannot be sent without: what is asked for, but for what its cycle lets a family leave out."""
    return tuple(kind for kind in papers_asked(place, claimed) if kind not in place.terms.spare)


# --- how many seats


def share_seats(seats: int, percents: Sequence[Decimal]) -> Share:
    """Turn percentages into seats by the largest remainder; what is left over goes to everybody.

    All quotas together get the whole seats of their summed share and never one more. Each gets its own share
    rounded down or up; of equal remainders the one named first is rounded up. Raises ValueError where the
    percentages are negative or more than 100 together.
    """
    total = sum(percents, Decimal(0))
    if total > _HUNDRED or any(percent < 0 for percent in percents):
        raise ValueError("percentages lie between 0 and 100 together")
    exact = [seats * percent / _HUNDRED for percent in percents]
    given = [int(each) for each in exact]
    left = int(seats * total / _HUNDRED) - sum(given)
    by_remainder = sorted(range(len(exact)), key=lambda place: (given[place] - exact[place], place))
    for place in by_remainder[:left]:
        given[place] += 1
    return Share(tuple(given), seats - sum(given))


# --- is it whole


def check_days(details: CycleDetails) -> None:
    """Raises ClosesBeforeItOpens."""
    if details.closes_on < details.opens_on:
        raise ClosesBeforeItOpens


def check_ages(details: SeatDetails) -> None:
    """Raises AgesCrossed where no child could fit."""
    least, most = details.age_from_months, details.age_to_months
    if least is not None and most is not None and most < least:
        raise AgesCrossed


def check_percent(others: Iterable[QuotaDetails], own: QuotaDetails) -> None:
    """Raises TooManyPercent where the quotas would be more than all seats."""
    total = own.percent + sum((quota.percent for quota in others), Decimal(0))
    if total > _HUNDRED:
        raise TooManyPercent(percent=f"{total.normalize():f}")


def find_lacks(cycle: CycleView, today: date) -> list[Point]:
    """What keeps a cycle from being published."""
    details = cycle.details
    found = []
    if details.closes_on < today:
        found.append(Point(Lack.PAST))
    # A class may decide for itself; what all of them have decided, the cycle need not.
    terms = [terms_for(details, each.details) for each in cycle.classes] or [terms_for(details, None)]
    if any(each.method is None for each in terms):
        found.append(Point(Lack.METHOD))
    if any(each.fee is None for each in terms):
        found.append(Point(Lack.FEE))
    if not cycle.classes:
        found.append(Point(Lack.CLASSES))
    found += [Point(Lack.SEATS, each.name) for each in cycle.classes if each.seats == 0]
    if sum((quota.details.percent for quota in cycle.quotas), Decimal(0)) > _HUNDRED:
        found.append(Point(Lack.PERCENT))
    return found + [point_of(each) for each in cycle.elsewhere]


def point_of(each: Elsewhere) -> Point:
    """The line of the check list about a class that another cycle takes on some of the same days."""
    return Point(Lack.ELSEWHERE, each.class_name, (("first", each.opens_on), ("last", each.closes_on)))


def find_doubts(cycle: CycleView) -> list[Point]:
    """What somebody should look at before publishing, and may leave as it is."""
    found = [Point(Doubt.PAPERS)] if not cycle.details.papers else []
    for each in cycle.classes:
        if each.details.age_from_months is None and each.details.age_to_months is None:
            found.append(Point(Doubt.AGE, each.name))
        found += _crowded(cycle.details, each)
    found += [
        Point(Doubt.QUOTA_PAPERS, quota.details.name) for quota in cycle.quotas if not quota.details.papers
    ]
    return found


def _crowded(details: CycleDetails, each: CycleClass) -> list[Point]:
    most = details.section_most
    if most is None:
        return []
    return [
        Point(Doubt.SECTION, each.name, (("section", part.section), ("seats", part.seats), ("most", most)))
        for part in each.details.parts
        if part.section and part.seats > most
    ]
