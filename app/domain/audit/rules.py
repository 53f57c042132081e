"""The chain of the audit log, and a record as it was, without a database.

Each entry's hash covers its own content and the hash of the entry before. Whoever changes, removes, inserts or
moves an entry breaks the chain at that place, unless every hash after it is made anew; then the hash that was
written down elsewhere is no longer in the chain.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

from app.domain.audit.types import EntryFacts, Fault, Finding, Link

GENESIS: Final = bytes(32)
"""What stands for the hash before the first entry."""


def canonical(facts: EntryFacts) -> bytes:
    """An entry as the one text its hash is made of: sorted JSON, times in UTC to the microsecond."""
    return json.dumps(
        {
            "id": str(facts.id),
            "at": facts.at.astimezone(UTC).isoformat(timespec="microseconds"),
            "user_id": _text(facts.user_id),
            "campus_id": _text(facts.campus_id),
            "action": facts.action,
            "entity_type": facts.entity_type,
            "entity_id": _text(facts.entity_id),
            "old_data": facts.old_data,
            "new_data": facts.new_data,
            "ip_address": facts.ip_address,
            "user_agent": facts.user_agent,
            "request_id": facts.request_id,
        },
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=False,
    ).encode()


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def hash_of(previous: bytes, facts: EntryFacts) -> bytes:
    """The hash of an entry that follows the one with the hash `previous`."""
    return sha256(previous + canonical(facts)).digest()


def chain(facts: Iterable[EntryFacts], *, after: tuple[int, bytes] = (0, GENESIS)) -> Iterator[Link]:
    """Entries in order as links that follow number and hash of the last one."""
    sequence, previous = after
    for entry in facts:
        sequence += 1
        own = hash_of(previous, entry)
        yield Link(sequence, previous, own, entry)
        previous = own


def check_chain(links: Iterable[Link], *, after: tuple[int, bytes] = (0, GENESIS)) -> Iterator[Finding]:
    """What is wrong with links, read in the order of their numbers. Keeps two of them in mind and no more.

    Each entry is checked against the hash it carries, and its link against the entry before. Where an entry
    follows the last but one, the last was put in between.
    """
    expected, before = after[0] + 1, after[1]
    earlier: tuple[bytes, Link | None, bool] = (
        b"",
        None,
        False,
    )  # hash before the last, the last, was it named
    for link in links:
        named = False
        gap = link.sequence > expected
        if gap:
            last = link.sequence - 1
            which = f"entry {expected} is" if last == expected else f"entries {expected} to {last} are"
            yield Finding(Fault.MISSING, expected, None, None, f"{which} not there")
        if link.sequence < expected:
            yield _finding(Fault.OUT_OF_PLACE, link, "its number is used twice")
            named = True
        if hash_of(link.previous_hash, link.facts) != link.hash:
            yield _finding(Fault.CHANGED, link, "its content is not what its hash was made of")
            named = True
        elif not gap and link.previous_hash != before:
            hash_before, last_link, last_named = earlier
            if last_link is not None and link.previous_hash == hash_before:
                if not last_named:
                    yield _finding(Fault.OUT_OF_PLACE, last_link, "it was moved here or put in")
            elif not named:
                detail = (
                    f"it does not follow entry {expected - 1}: it or that one was moved, put in or made anew"
                )
                yield _finding(Fault.OUT_OF_PLACE, link, detail)
                named = True
        earlier = (before, link, named)
        before, expected = link.hash, max(link.sequence, expected - 1) + 1


def _finding(fault: Fault, link: Link, detail: str) -> Finding:
    return Finding(fault, link.sequence, link.facts.at, link.facts.action, detail)


# --- a record as it was

Change = tuple[datetime, Mapping[str, Any] | None, Mapping[str, Any] | None]
"""When, the fields before, the fields after."""


def as_of(entries: Sequence[Change], moment: datetime | None = None) -> dict[str, Any]:
    """The fields of a record at a moment, from its entries, oldest first.

    A field has the value it was last given at or before the moment. One that was given none until then has the
    value the next entry found there, so that a record is known from before its first entry; a field no entry
    knew then is not there. Without a moment: as it is after all entries.
    """
    state: dict[str, Any] = {}
    later: dict[str, Any] = {}
    for at, old, new in entries:
        if moment is None or at <= moment:
            state.update(new or {})
            continue
        known = old or {}
        for field in {*known, *(new or {})}:
            later.setdefault(field, known.get(field))
    return {field: value for field, value in later.items() if value is not None} | state


# --- where a page of the log begins


def read_mark(text: str | None) -> tuple[datetime, UUID] | None:
    """The time and key in an address that says where the page before ended; None where it makes no sense."""
    at, _, key = (text or "").partition("_")
    try:
        return datetime.strptime(at, "%Y%m%dT%H%M%S.%fZ").replace(tzinfo=UTC), UUID(hex=key)
    except ValueError:
        return None
