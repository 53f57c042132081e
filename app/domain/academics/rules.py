"""Rules of the calendar and of the school year. No clock, no database: the caller brings day and entries."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import Final, Protocol, TypeVar

from app.domain.academics.types import DayKind, DayReason, DayVerdict
from app.domain.kernel.texts import LocalText

WEEK_BEGINS: Final = 7
"""The ISO weekday a week begins with: Sunday, the first day after the Friday and Saturday of rest."""
MANY_SECTIONS: Final = 40
"""Of more sections a list shows one class after the other."""


class Spanning(Protocol):
    """Something with a first and a last day, both of which belong to it."""

    @property
    def starts_on(self) -> date: ...

    @property
    def ends_on(self) -> date: ...


class Entry(Spanning, Protocol):
    """An entry of the calendar."""

    @property
    def kind(self) -> DayKind: ...

    @property
    def name(self) -> LocalText: ...


class Year(Spanning, Protocol):
    """A school year."""

    @property
    def is_current(self) -> bool: ...


def covers(span: Spanning, day: date) -> bool:
    """Whether a day lies within a span."""
    return span.starts_on <= day <= span.ends_on


def overlap(one: Spanning, other: Spanning) -> bool:
    """Whether two spans share a day."""
    return one.starts_on <= other.ends_on and other.starts_on <= one.ends_on


def school_day(day: date, rest_days: Collection[int], entries: Iterable[Entry]) -> DayVerdict:
    """Whether a day is a school day, and if not, why.

    A holiday closes the school whatever else the calendar says. A day of rest (ISO weekday) does so too,
    unless an entry makes a school day of it. Events close nothing; they lend the day their name.
    """
    named: dict[DayKind, LocalText] = {}
    for entry in entries:
        if covers(entry, day):
            named.setdefault(entry.kind, entry.name)
    if DayKind.HOLIDAY in named:
        return DayVerdict(day, False, DayReason.HOLIDAY, named[DayKind.HOLIDAY])
    if DayKind.SCHOOL_DAY in named:
        return DayVerdict(day, True, None, named[DayKind.SCHOOL_DAY])
    if day.isoweekday() in rest_days:
        return DayVerdict(day, False, DayReason.REST_DAY, named.get(DayKind.EVENT, LocalText()))
    return DayVerdict(day, True, None, named.get(DayKind.EVENT, LocalText()))


def days_between(start: date, end: date) -> Iterator[date]:
    """Every day from start to end, both included."""
    for offset in range((end - start).days + 1):
        yield start + timedelta(offset)


Candidate = TypeVar("Candidate", bound=Year)


def choose_current_year(years: Sequence[Candidate], day: date) -> Candidate | None:
    """The year the school is in: the one marked as current, else the one around `day`, else the last begun."""
    marked = [year for year in years if year.is_current]
    around = [year for year in years if covers(year, day)]
    begun = [year for year in years if year.starts_on <= day]
    for candidates in (marked, around, begun):
        if candidates:
            return max(candidates, key=lambda year: year.starts_on)
    return None


def week_days(begins: int = WEEK_BEGINS) -> tuple[int, ...]:
    """The ISO weekdays in the order a week is read at the school: Sunday first, Friday and Saturday last."""
    return tuple((begins - 1 + offset) % 7 + 1 for offset in range(7))


def weeks_of_month(year: int, month: int, begins: int = WEEK_BEGINS) -> list[tuple[date, ...]]:
    """The whole weeks that hold the days of a month, for a calendar sheet."""
    first = date(year, month, 1)
    last = first_of_next_month(first) - timedelta(1)
    start = first - timedelta((first.isoweekday() - begins) % 7)
    weeks = []
    while start <= last:
        weeks.append(tuple(start + timedelta(offset) for offset in range(7)))
        start += timedelta(7)
    return weeks


def first_of_next_month(day: date) -> date:
    """The first day of the month after the one a day lies in."""
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)
