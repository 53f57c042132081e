"""A chain that was touched says where."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.audit.rules import GENESIS, Change, as_of, canonical, chain, check_chain
from app.domain.audit.types import EntryFacts, Fault, Link

BEGIN = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)


def fact(number: int, **more: Any) -> EntryFacts:
    values: dict[str, Any] = {
        "id": UUID(int=number + 1),
        "at": BEGIN + timedelta(minutes=number),
        "user_id": None,
        "campus_id": None,
        "action": "person.changed",
        "entity_type": "person",
        "entity_id": UUID(int=7),
        "old_data": None,
        "new_data": '{"name_en": "রহিম"}',
        "ip_address": "10.0.0.1",
        "user_agent": None,
        "request_id": None,
    }
    return EntryFacts(**values | more)


def made(count: int = 6) -> list[Link]:
    return list(chain(fact(number) for number in range(count)))


def faults(links: list[Link]) -> list[tuple[Fault, int | None]]:
    return [(finding.fault, finding.sequence) for finding in check_chain(links)]


def test_an_untouched_chain_has_no_findings() -> None:
    links = made()
    assert links[0].previous_hash == GENESIS
    assert [link.sequence for link in links] == [1, 2, 3, 4, 5, 6]
    assert faults(links) == []


@pytest.mark.parametrize(
    "change",
    [
        {"at": BEGIN},
        {"user_id": UUID(int=1)},
        {"campus_id": UUID(int=1)},
        {"action": "person.added"},
        {"entity_type": "student"},
        {"entity_id": None},
        {"old_data": "{}"},
        {"new_data": "{}"},
        {"ip_address": None},
        {"user_agent": "x"},
        {"request_id": "x"},
    ],
)
def test_a_changed_entry_is_named_whatever_was_changed(change: dict[str, Any]) -> None:
    links = made()
    links[2] = replace(links[2], facts=replace(links[2].facts, **change))
    assert faults(links) == [(Fault.CHANGED, 3)]


def test_a_missing_entry_is_named() -> None:
    links = made()
    del links[2]
    assert faults(links) == [(Fault.MISSING, 3)]


def test_several_missing_entries_are_one_finding() -> None:
    links = made()
    del links[1:4]
    (finding,) = check_chain(links)
    assert "entries 2 to 4 are not there" in str(finding)


def test_a_missing_entry_is_found_when_the_numbers_were_closed_up() -> None:
    links = made()
    del links[2]
    links = [replace(link, sequence=number) for number, link in enumerate(links, start=1)]
    assert faults(links) == [(Fault.OUT_OF_PLACE, 3)]


def test_two_entries_that_changed_places_are_both_named() -> None:
    links = made()
    links[2], links[3] = replace(links[3], sequence=3), replace(links[2], sequence=4)
    assert {number for _, number in faults(links)} == {3, 4}
    assert {fault for fault, _ in faults(links)} == {Fault.OUT_OF_PLACE}


def test_an_inserted_entry_is_named() -> None:
    links = made()
    (forged,) = chain([fact(99)], after=(3, links[2].hash))
    links = [*links[:3], forged, *(replace(link, sequence=link.sequence + 1) for link in links[3:])]
    assert faults(links) == [(Fault.OUT_OF_PLACE, 4)]


def test_an_entry_changed_together_with_its_hash_breaks_the_link_behind_it() -> None:
    links = made()
    (links[2],) = chain([fact(99)], after=(2, links[1].hash))
    ((fault, number),) = faults(links)
    assert (fault, number) == (Fault.OUT_OF_PLACE, 4)


def test_the_whole_chain_made_anew_shows_only_against_the_anchor() -> None:
    links, anew = made(), list(chain(fact(number, action="forged") for number in range(6)))
    assert faults(anew) == []
    assert links[-1].hash not in {link.hash for link in anew}


def test_the_same_moment_in_another_zone_is_the_same_text() -> None:
    from zoneinfo import ZoneInfo

    one = fact(1)
    assert canonical(one) == canonical(replace(one, at=one.at.astimezone(ZoneInfo("Asia/Dhaka"))))


@given(st.integers(1, 12), st.data())
def test_any_single_touch_is_found(count: int, data: st.DataObject) -> None:
    links = made(count)
    place = data.draw(st.integers(0, count - 1))
    touch = data.draw(st.sampled_from(["content", "hash", "previous"]))
    if touch == "content":
        links[place] = replace(links[place], facts=replace(links[place].facts, action="other"))
    else:
        other = data.draw(
            st.binary(min_size=32, max_size=32).filter(lambda value: value != links[place].hash)
        )
        if other == links[place].previous_hash:
            return
        field = "hash" if touch == "hash" else "previous_hash"
        links[place] = replace(links[place], **{field: other})
    assert place + 1 in {number for _, number in faults(links)}


# --- a record as it was

_changes = st.lists(
    st.dictionaries(st.sampled_from("abcd"), st.one_of(st.none(), st.integers(), st.text(max_size=3))),
    max_size=12,
)


def told(changes: list[dict[str, Any]]) -> list[Change]:
    """Changes as a service writes them, an hour apart: what was there before and what is there now."""
    live: dict[str, Any] = {}
    entries: list[Change] = []
    for number, change in enumerate(changes):
        entries.append(
            (BEGIN + timedelta(hours=number), {field: live.get(field) for field in change}, change)
        )
        live.update(change)
    return entries


@given(_changes)
def test_all_entries_together_give_the_last_state(changes: list[dict[str, Any]]) -> None:
    live: dict[str, Any] = {}
    for change in changes:
        live.update(change)
    assert as_of(told(changes)) == live


@given(_changes, st.integers(-1, 13))
def test_a_moment_shows_what_was_so_then(changes: list[dict[str, Any]], hours: int) -> None:
    live: dict[str, Any] = {}
    for change in changes[: hours + 1]:
        live.update(change)
    assert as_of(told(changes), BEGIN + timedelta(hours=hours)) == live


@given(_changes, st.integers(0, 12))
def test_a_record_older_than_its_log_is_known_from_what_changes_found(
    changes: list[dict[str, Any]], kept: int
) -> None:
    entries = told(changes)
    before = as_of(entries[:kept])
    first = entries[kept:]
    if not first:
        return
    told_fields = {field for _, _, new in first for field in new or {}}
    known = {field: value for field, value in before.items() if field in told_fields and value is not None}
    assert as_of(first, first[0][0] - timedelta(seconds=1)) == known


def test_entries_without_data_change_nothing() -> None:
    assert as_of([(BEGIN, None, {"a": 1}), (BEGIN, None, None)]) == {"a": 1}
