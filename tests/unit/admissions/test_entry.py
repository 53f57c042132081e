"""What stops an enrolment, what is worth a look, and the section each child gets."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.academics.types import Shift
from app.domain.admissions.entry.rules import choose_sections, differences_between, look_at
from app.domain.admissions.entry.types import (
    Facts,
    FeeStanding,
    Finding,
    KnownChild,
    PaperState,
    Room,
    SectionRule,
    Seeker,
)
from app.domain.admissions.types import DocumentKind
from app.domain.kernel.texts import LocalText
from app.domain.people.types import Gender

YEAR: dict[str, Any] = {"year_starts_on": date(2027, 1, 1), "year_ends_on": date(2027, 12, 31)}
IN_YEAR = date(2027, 2, 1)

shifts = st.sampled_from([None, *Shift])
rooms = st.lists(
    st.builds(
        Room,
        section_id=st.uuids(),
        capacity=st.integers(1, 12),
        shift=shifts,
        girls=st.integers(0, 5),
        boys=st.integers(0, 5),
    ),
    max_size=5,
    unique_by=lambda room: room.section_id,
)
seekers = st.lists(
    st.builds(Seeker, application_id=st.uuids(), gender=st.sampled_from([None, *Gender]), shift=shifts),
    max_size=40,
    unique_by=lambda seeker: seeker.application_id,
)


def counts_after(places: list[Room], found: dict[UUID, UUID | None]) -> dict[UUID, int]:
    """How many sit in each section afterwards."""
    new = Counter(key for key in found.values() if key)
    return {room.section_id: room.taken + new[room.section_id] for room in places}


@settings(max_examples=60)
@given(st.sampled_from(SectionRule), rooms, seekers)
def test_no_section_gets_more_than_its_seats_and_no_seat_stays_empty(
    rule: SectionRule, places: list[Room], waiting: list[Seeker]
) -> None:
    found = choose_sections(rule, places, waiting)
    by_key = {room.section_id: room for room in places}
    after = counts_after(places, found)
    for seeker in waiting:
        key = found[seeker.application_id]
        if key is None:
            open_to = [r for r in places if seeker.shift is None or r.shift in (None, seeker.shift)]
            assert all(after[room.section_id] >= room.capacity for room in open_to)
        else:
            assert seeker.shift is None or by_key[key].shift in (None, seeker.shift)
    new = Counter(key for key in found.values() if key)
    assert all(after[room.section_id] <= max(room.capacity, room.taken) for room in places)
    assert all(by_key[key].taken + number <= by_key[key].capacity for key, number in new.items())


@settings(max_examples=60)
@given(rooms, seekers)
def test_even_sections_differ_by_one_at_most(places: list[Room], waiting: list[Seeker]) -> None:
    places = [Room(each.section_id, each.capacity) for each in places]
    after = counts_after(places, choose_sections(SectionRule.EVEN, places, waiting))
    open_still = [after[room.section_id] for room in places if after[room.section_id] < room.capacity]
    full = [after[room.section_id] for room in places if after[room.section_id] >= room.capacity]
    assert not open_still or max(open_still) - min(open_still) <= 1
    assert not open_still or all(number <= min(open_still) + 1 for number in full)


@settings(max_examples=40)
@given(st.integers(1, 4), seekers)
def test_balance_parts_girls_and_boys_evenly(number: int, waiting: list[Seeker]) -> None:
    places = [Room(uuid4(), 200) for _ in range(number)]
    found = choose_sections(
        SectionRule.BALANCE, places, [Seeker(s.application_id, s.gender) for s in waiting]
    )
    for gender in Gender:
        of = Counter(found[s.application_id] for s in waiting if s.gender is gender)
        sizes = [of[room.section_id] for room in places]
        assert max(sizes) - min(sizes) <= 1


def test_one_section_after_the_other() -> None:
    places = [Room(uuid4(), 2), Room(uuid4(), 2)]
    waiting = [Seeker(uuid4()) for _ in range(5)]
    found = [choose_sections(SectionRule.FILL, places, waiting)[each.application_id] for each in waiting]
    one, two = places[0].section_id, places[1].section_id
    assert found == [one, one, two, two, None]


def test_nothing_is_missing() -> None:
    check = look_at(Facts(**YEAR), IN_YEAR)
    assert (check.stops, check.look) == ((), ())


@pytest.mark.parametrize(
    ("facts", "stops", "look"),
    [
        ({"has_section": False, "has_seat": False}, [Finding.NO_SECTION], []),
        ({"has_seat": False, "has_seat_in_shift": False}, [Finding.NO_SEAT], []),
        ({"has_seat_in_shift": False}, [], [Finding.SHIFT_FULL]),
        ({"phone_taken": True, "has_email": False}, [Finding.PHONE_TAKEN], [Finding.NO_EMAIL]),
        ({"fee": FeeStanding.DUE}, [], [Finding.FEE_UNPAID]),
        ({"fee": FeeStanding.RECORDED}, [], [Finding.FEE_UNCONFIRMED]),
        ({"fee": FeeStanding.CONFIRMED}, [], []),
        ({"papers": {DocumentKind.PHOTO: PaperState.MISSING}}, [], [Finding.PAPER_MISSING]),
        ({"papers": {DocumentKind.PHOTO: PaperState.RECEIVED}}, [], []),
        ({"guardian_elsewhere": True}, [], [Finding.GUARDIAN_ELSEWHERE]),
    ],
)
def test_what_stops_and_what_is_worth_a_look(
    facts: dict[str, Any], stops: list[Finding], look: list[Finding]
) -> None:
    check = look_at(Facts(**YEAR, **facts), IN_YEAR)
    assert [each.what for each in check.stops] == stops
    assert [each.what for each in check.look] == look


def test_the_year_is_over_or_has_not_begun() -> None:
    facts = Facts(**YEAR)
    assert [each.what for each in look_at(facts, date(2028, 1, 1)).stops] == [Finding.YEAR_OVER]
    assert [each.what for each in look_at(facts, date(2026, 12, 31)).look] == [Finding.YEAR_AHEAD]
    assert look_at(facts, date(2027, 12, 31)).stops == ()


def test_a_child_who_is_here_stops_it_and_one_who_left_may_come_back() -> None:
    def found(*, by_number: bool, is_active: bool) -> list[Finding]:
        child = KnownChild(uuid4(), "S26-1", LocalText("Raiyan"), by_number, is_active)
        check = look_at(Facts(**YEAR, children=(child,)), IN_YEAR)
        return [each.what for each in (*check.stops, *check.look)]

    assert found(by_number=True, is_active=True) == [Finding.CHILD_KNOWN]
    assert found(by_number=True, is_active=False) == [Finding.CHILD_ALIKE]
    assert found(by_number=False, is_active=True) == [Finding.CHILD_ALIKE]


def test_only_what_the_application_says_otherwise_differs() -> None:
    known = {"name_bn": "ডালিয়া আক্তার", "name_en": "Dalia  akter", "email": None}
    given_ = {"name_bn": "", "name_en": "Dalia Akter", "email": "d@family.example", "address": None}
    (one,) = differences_between(known, given_)
    assert (one.name, one.known, one.given) == ("email", None, "d@family.example")
