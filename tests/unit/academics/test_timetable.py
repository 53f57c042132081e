"""Which lesson runs, who stands before a class, which section a teacher has now, and who is in two places at once."""

from __future__ import annotations

from datetime import time
from uuid import UUID, uuid5

from hypothesis import given
from hypothesis import strategies as some

from app.domain.academics.timetable.rules import (
    SOON_MINUTES,
    busy_during,
    choose_now,
    clashes,
    first_overlap,
    lesson_now,
    lesson_soon,
    minute_of,
    share_time,
    who_teaches,
)
from app.domain.academics.timetable.types import Stand, Taught, Why

_SPACE = UUID(int=0)
people = some.sampled_from([uuid5(_SPACE, name) for name in "abcd"])
minutes = some.integers(0, 24 * 60 - 2)


def at(minute: int) -> time:
    return time(minute // 60, minute % 60)


@some.composite
def lessons(draw: some.DrawFn) -> Taught:
    start = draw(minutes)
    end = draw(some.integers(start + 1, 24 * 60 - 1))
    return Taught(draw(some.integers(1, 9)), at(start), at(end), draw(some.booleans()), draw(some.booleans()))


def lesson(starts: str, ends: str, *, keeps: bool = True, stands_in: bool = False) -> Taught:
    return Taught(1, time.fromisoformat(starts), time.fromisoformat(ends), stands_in, keeps)


@given(lessons(), lessons())
def test_two_periods_share_time_where_a_minute_belongs_to_both(one: Taught, other: Taught) -> None:
    def minutes_of(each: Taught) -> set[int]:
        return set(range(minute_of(each.starts_at), minute_of(each.ends_at)))

    assert share_time(one, other) == bool(minutes_of(one) & minutes_of(other)) == share_time(other, one)


@given(some.lists(lessons(), max_size=8), lessons())
def test_an_overlap_is_found_wherever_there_is_one(periods: list[Taught], new: Taught) -> None:
    found = first_overlap(periods, new)
    assert (found is not None) == any(share_time(each, new) for each in periods)


@given(some.lists(lessons(), max_size=8), minutes)
def test_the_lesson_now_runs_and_the_one_soon_does_not_yet(of_day: list[Taught], minute: int) -> None:
    now, running, soon = at(minute), lesson_now(of_day, at(minute)), lesson_soon(of_day, at(minute))
    assert (running is None) == (not any(each.starts_at <= now < each.ends_at for each in of_day))
    assert running is None or running.starts_at <= now < running.ends_at
    if soon is not None:
        assert 0 < minute_of(soon.starts_at) - minute <= SOON_MINUTES
        assert not any(now < each.starts_at < soon.starts_at for each in of_day)


@given(people | some.none(), some.builds(Stand, people, people | some.none()) | some.none(), people, people)
def test_who_is_named_for_a_lesson_stands_there(
    own: UUID | None, of_day: Stand | None, named: UUID, instead: UUID
) -> None:
    assert who_teaches(own, Stand(named, instead), of_day) == named
    found = who_teaches(own, None, of_day)
    if of_day is None:
        assert found == own
    else:
        # A whole day covers the lessons of who is away, and those of nobody; never those of another teacher.
        covers = own is None or of_day.instead_of in (None, own)
        assert found == (of_day.staff_id if covers else own)


@given(
    some.lists(some.tuples(some.booleans(), some.booleans(), some.lists(lessons(), max_size=4)), max_size=5),
    minutes,
)
def test_a_teacher_is_sent_where_they_keep_a_register_whenever_there_is_such_a_place(
    places: list[tuple[bool, bool, list[Taught]]], minute: int
) -> None:
    numbered = [(number, *place) for number, place in enumerate(places)]
    chosen = choose_now(numbered, at(minute))
    keeps = any(
        own
        or named
        or any(
            each.keeps_register and each in (lesson_now(of_day, at(minute)), lesson_soon(of_day, at(minute)))
            for each in of_day
        )
        for own, named, of_day in places
    )
    if chosen is None:
        assert not keeps
        return
    number, (taught, _) = chosen
    own, named, of_day = places[number]
    assert taught is None or taught in of_day
    assert not keeps or own or named or (taught is not None and taught.keeps_register)


def test_the_order_in_which_a_section_is_the_one_now() -> None:
    running, soon = lesson("09:00", "09:40"), lesson("09:50", "10:30")
    away = lesson("09:00", "09:40", keeps=False)
    mine = ("own", True, False, [])

    def chosen(*places: tuple[str, bool, bool, list[Taught]]) -> tuple[str, Why] | None:
        found = choose_now(places, time(9, 35))
        return (found[0], found[1].why) if found else None

    assert chosen(mine, ("8A", False, False, [running, soon])) == ("8A", Why.LESSON)
    assert chosen(mine, ("8A", False, False, [running._replace(stands_in=True)])) == ("8A", Why.STANDS_IN)
    assert chosen(mine, ("8A", False, False, [soon])) == ("8A", Why.NEXT)
    assert chosen(mine, ("6A", False, True, [])) == ("6A", Why.OWN_DAY)
    # A section whose register is the class teacher's is where they are, and not what they came to keep.
    assert chosen(mine, ("8A", False, False, [away])) == ("own", Why.CLASS_TEACHER)
    assert chosen(("8A", False, False, [away])) == ("8A", Why.LESSON)
    assert chosen(("8A", False, False, [lesson("11:00", "11:40")])) is None


@given(some.lists(some.tuples(people | some.none(), some.integers(1, 2), people, lessons()), max_size=7))
def test_a_clash_is_one_teacher_in_two_sections_at_a_time(
    week: list[tuple[UUID | None, int, UUID, Taught]],
) -> None:
    class Placed:
        def __init__(self, teacher: UUID | None, weekday: int, section: UUID, taught: Taught) -> None:
            self.teacher, self.place = teacher, (weekday, section)
            self.starts_at, self.ends_at = taught.starts_at, taught.ends_at

    placed = [Placed(*each) for each in week]
    found = {
        frozenset((id(one), id(other)))
        for one, other in clashes(placed, lambda each: each.teacher, lambda each: each.place)
    }
    expected = {
        frozenset((id(one), id(other)))
        for one in placed
        for other in placed
        if one.teacher is not None
        and one.teacher == other.teacher
        and one.place[0] == other.place[0]
        and one.place[1] != other.place[1]
        and share_time(one, other)
    }
    assert found == expected


@given(some.lists(some.tuples(people, lessons()), max_size=6), lessons())
def test_nobody_busy_is_called_free(taught: list[tuple[UUID, Taught]], gap: Taught) -> None:
    assert busy_during(taught, gap) == {who for who, each in taught if share_time(each, gap)}
    assert busy_during(taught, None) == {who for who, _ in taught}
