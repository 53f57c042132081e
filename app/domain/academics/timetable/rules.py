"""Rules of the timetable. No clock, no database: the caller brings lessons and the time of day."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from datetime import time
from itertools import combinations
from typing import Final, Protocol, TypeVar
from uuid import UUID

from app.domain.academics.timetable.types import Choice, Stand, Taught, Why

SOON_MINUTES: Final = 15
"""A lesson that begins within so many minutes is the one its teacher is on the way to."""


class Timed(Protocol):
    """Something with a first minute, and a last one that does not belong to it."""

    @property
    def starts_at(self) -> time: ...

    @property
    def ends_at(self) -> time: ...


AnyTimed = TypeVar("AnyTimed", bound=Timed)
Key = TypeVar("Key", bound=Hashable)


def minute_of(at: time) -> int:
    """The minutes since midnight."""
    return at.hour * 60 + at.minute


def share_time(one: Timed, other: Timed) -> bool:
    """Whether two periods share a minute. One that begins when the other ends does not."""
    return one.starts_at < other.ends_at and other.starts_at < one.ends_at


def first_overlap(periods: Iterable[AnyTimed], new: Timed) -> AnyTimed | None:
    """The first of these periods that shares time with another one."""
    return next((each for each in periods if share_time(each, new)), None)


def lesson_now(lessons: Iterable[AnyTimed], at: time) -> AnyTimed | None:
    """The lesson that runs at a time of day; the one that began last where several do."""
    running = [each for each in lessons if each.starts_at <= at < each.ends_at]
    return max(running, key=lambda each: each.starts_at, default=None)


def lesson_soon(lessons: Iterable[AnyTimed], at: time, minutes: int = SOON_MINUTES) -> AnyTimed | None:
    """The next lesson, if it begins within so many minutes."""
    coming = [each for each in lessons if 0 < minute_of(each.starts_at) - minute_of(at) <= minutes]
    return min(coming, key=lambda each: each.starts_at, default=None)


def who_teaches(own: UUID | None, of_period: Stand | None, of_day: Stand | None) -> UUID | None:
    """Who stands before the class in a lesson: whoever is named for it, else whoever is named for the whole day and
    takes the place of its teacher, else its teacher. A lesson without a teacher falls to whoever is named for the day.
    """
    if of_period is not None:
        return of_period.staff_id
    if of_day is not None and (own is None or of_day.instead_of in (None, own)):
        return of_day.staff_id
    return own


def choose_now(
    places: Iterable[tuple[Key, bool, bool, Sequence[Taught]]], at: time
) -> tuple[Key, Choice] | None:
    """The section a teacher has at a time of day: (key, is it the own one as class teacher, named for the whole day,
    lessons there) of each section they have today, the more important first.

    A lesson now comes before one that begins within minutes, that before a section they are named for all day and
    that before their own. A lesson by which they keep no register comes last: the page would let them only look.
    """
    found: list[tuple[int, Key, Choice]] = []
    for key, is_own, is_named, lessons in places:
        running, soon = lesson_now(lessons, at), lesson_soon(lessons, at)
        if running is not None:
            why = Why.STANDS_IN if running.stands_in else Why.LESSON
            found.append((_rank(0, running, is_own or is_named), key, Choice(running, why)))
        if soon is not None:
            found.append((_rank(1, soon, is_own or is_named), key, Choice(soon, Why.NEXT)))
        if is_named:
            found.append((2, key, Choice(None, Why.OWN_DAY)))
        if is_own:
            found.append((3, key, Choice(None, Why.CLASS_TEACHER)))
    if not found:
        return None
    _, key, choice = min(found, key=lambda each: each[0])
    return key, choice


def _rank(place: int, lesson: Taught, keeps_day: bool) -> int:
    return place if keeps_day or lesson.keeps_register else 10 + place


def clashes(
    lessons: Iterable[AnyTimed],
    teacher_of: Callable[[AnyTimed], UUID | None],
    place_of: Callable[[AnyTimed], tuple[int, UUID]],
) -> list[tuple[AnyTimed, AnyTimed]]:
    """The pairs of lessons that one teacher would give at the same time in two sections. `place_of` gives weekday and
    section of a lesson."""
    by_teacher: dict[tuple[UUID, int], list[AnyTimed]] = {}
    for lesson in lessons:
        teacher = teacher_of(lesson)
        if teacher is not None:
            by_teacher.setdefault((teacher, place_of(lesson)[0]), []).append(lesson)
    return [
        (one, other)
        for of_teacher in by_teacher.values()
        for one, other in combinations(of_teacher, 2)
        if place_of(one) != place_of(other) and share_time(one, other)
    ]


def busy_during(taught: Iterable[tuple[UUID, Timed]], gap: Timed | None) -> set[UUID]:
    """Who has a lesson that shares time with a gap; None is the whole day, in which everybody with a lesson is busy."""
    return {staff_id for staff_id, lesson in taught if gap is None or share_time(lesson, gap)}
