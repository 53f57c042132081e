"""Reading the audit log: one record's entries, the page of all of them, and the chain."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Text, cast, func, literal_column, or_, select, tuple_

from app.domain.audit.models import AuditEntry
from app.domain.audit.rules import Change, check_chain
from app.domain.audit.types import EntryFacts, EntryView, Fault, Finding, Head, Link, Wanted
from app.domain.kernel import clock
from app.uow import session

CHAINED_WITHIN = timedelta(minutes=15)
"""An entry that is older than this and not yet in the chain is a finding."""

_AT_ONCE = 2000


def list_entries_of(entity_type: str, entity_id: UUID, *, limit: int = 100) -> list[AuditEntry]:
    """The latest entries about one record, newest first. The caller has already checked the record's scope."""
    statement = (
        select(AuditEntry)
        .where(AuditEntry.entity_type == entity_type, AuditEntry.entity_id == entity_id)
        .order_by(AuditEntry.at.desc(), AuditEntry.id.desc())
        .limit(limit)
        .execution_options(prepared=True)
    )
    return list(session().scalars(statement))


# --- the page of the log

PAGE_SIZE = 50

_SHOWN: tuple[Any, ...] = (
    AuditEntry.id,
    AuditEntry.at,
    AuditEntry.user_id,
    AuditEntry.campus_id,
    AuditEntry.action,
    AuditEntry.entity_type,
    AuditEntry.entity_id,
    AuditEntry.old_data,
    AuditEntry.new_data,
    func.host(AuditEntry.ip_address),
    AuditEntry.user_agent,
    AuditEntry.request_id,
    AuditEntry.sequence,
)


def _narrowed(readable: ColumnElement[bool], wanted: Wanted) -> Select[*tuple[Any, ...]]:
    statement = select(*_SHOWN).where(readable)
    if wanted.users is not None:
        statement = statement.where(AuditEntry.user_id.in_(wanted.users))
    if wanted.campus_id:
        statement = statement.where(AuditEntry.campus_id == wanted.campus_id)
    if wanted.entity_type:
        statement = statement.where(AuditEntry.entity_type == wanted.entity_type)
    if wanted.entity_id:
        statement = statement.where(AuditEntry.entity_id == wanted.entity_id)
    if wanted.action:
        statement = statement.where(AuditEntry.action == wanted.action)
    if wanted.since:
        statement = statement.where(AuditEntry.at >= wanted.since)
    if wanted.until:
        statement = statement.where(AuditEntry.at < wanted.until)
    return statement.order_by(AuditEntry.at.desc(), AuditEntry.id.desc())


_SIZE: Any = literal_column(f"{PAGE_SIZE}")
"""A number and no parameter: a plan that is kept knows how few rows are asked for."""


def list_entries(
    readable: ColumnElement[bool],
    wanted: Wanted,
    *,
    after: tuple[datetime, UUID] | None = None,
) -> list[EntryView]:
    """The newest entries, or those that come after the mark of an earlier page. One statement."""
    statement = _narrowed(readable, wanted).limit(_SIZE).execution_options(prepared=True)
    if after:
        statement = statement.where(tuple_(AuditEntry.at, AuditEntry.id) < after)
    return [EntryView(*row) for row in session().execute(statement)]


def stream_entries(readable: ColumnElement[bool], wanted: Wanted) -> Iterator[EntryView]:
    """Every entry, newest first, in constant memory."""
    statement = _narrowed(readable, wanted).execution_options(yield_per=_AT_ONCE)
    for row in session().connection().execute(statement):
        yield EntryView(*row)


Record = tuple[str, UUID]
"""The kind of a record and its key."""


def _about(records: Sequence[Record]) -> ColumnElement[bool]:
    return or_(*((AuditEntry.entity_type == kind) & (AuditEntry.entity_id == key) for kind, key in records))


def list_record_entries(
    readable: ColumnElement[bool], records: Sequence[Record], *, after: tuple[datetime, UUID] | None = None
) -> list[EntryView]:
    """A page of the entries about some records that belong together, newest first. One statement."""
    return list_entries(readable & _about(records), Wanted(), after=after)


MOST_CHANGES = 5000
"""No record of a school has more; a page must end."""


def list_changes(readable: ColumnElement[bool], records: Sequence[Record]) -> dict[str, list[Change]]:
    """What each of some records was changed from and to, oldest first, by its kind. One statement.

    Acts on something beside the record (a guardian linked to a student) are no fields of it.
    """
    statement = (
        select(AuditEntry.entity_type, AuditEntry.at, AuditEntry.old_data, AuditEntry.new_data)
        .where(readable, _about(records), AuditEntry.action.startswith(AuditEntry.entity_type + "."))
        .order_by(AuditEntry.at, AuditEntry.id)
        .limit(MOST_CHANGES)
    )
    changes: dict[str, list[Change]] = {kind: [] for kind, _ in records}
    for kind, at, old, new in session().execute(statement):
        changes[kind].append((at, old, new))
    return changes


# --- the chain


def facts_columns() -> tuple[Any, ...]:
    """What an entry's hash is made of, in the order of EntryFacts."""
    return (
        AuditEntry.id,
        AuditEntry.at,
        AuditEntry.user_id,
        AuditEntry.campus_id,
        AuditEntry.action,
        AuditEntry.entity_type,
        AuditEntry.entity_id,
        cast(AuditEntry.old_data, Text),
        cast(AuditEntry.new_data, Text),
        cast(AuditEntry.ip_address, Text),
        AuditEntry.user_agent,
        AuditEntry.request_id,
    )


def find_head() -> Head | None:
    """The last entry of the chain, or None before the first."""
    statement: Select[*tuple[Any, ...]] = (
        select(AuditEntry.sequence, AuditEntry.hash, AuditEntry.at)
        .where(AuditEntry.sequence.is_not(None))
        .order_by(AuditEntry.sequence.desc())
        .limit(1)
    )
    row = session().execute(statement).first()
    return Head(row[0], bytes(row[1]), row[2]) if row else None


def _links(since: int | None) -> Iterator[Link]:
    statement: Select[Any] = (
        select(AuditEntry.sequence, AuditEntry.previous_hash, AuditEntry.hash, *facts_columns())
        .where(AuditEntry.sequence.is_not(None) if since is None else AuditEntry.sequence > since)
        .order_by(AuditEntry.sequence)
        .execution_options(yield_per=_AT_ONCE)
    )
    for row in session().connection().execute(statement):
        yield Link(row[0], bytes(row[1] or b""), bytes(row[2] or b""), EntryFacts(*row[3:]))


def verify(anchor: bytes | None = None) -> Iterator[Finding]:
    """Everything that is wrong with the chain, from its beginning or from the entry with the hash `anchor`.

    Reads row by row; a school's whole history takes no more memory than a day of it.
    """
    if anchor is None:
        yield from check_chain(_links(None))
    else:
        statement: Select[*tuple[Any, ...]] = select(AuditEntry.sequence, AuditEntry.previous_hash).where(
            AuditEntry.hash == anchor
        )
        row = session().execute(statement).first()
        if row is None:
            detail = f"no entry has the hash {anchor.hex()}: the log was cut or rewritten"
            yield Finding(Fault.NO_ANCHOR, None, None, None, detail)
            return
        before = row[0] - 1
        yield from check_chain(_links(before), after=(before, bytes(row[1])))
    yield from _left_out()


def _left_out() -> Iterator[Finding]:
    """Entries the chaining job should have reached long ago."""
    statement = (
        select(AuditEntry.at, AuditEntry.action, AuditEntry.id)
        .where(AuditEntry.sequence.is_(None), AuditEntry.at < _chained_before())
        .order_by(AuditEntry.id)
        .execution_options(yield_per=_AT_ONCE)
    )
    for at, action, key in session().connection().execute(statement):
        yield Finding(
            Fault.NOT_CHAINED, None, at, action, f"entry {key} of {at.isoformat()} ({action}) is in no chain"
        )


def _chained_before() -> datetime:
    return clock.now() - CHAINED_WITHIN


def count_links() -> int:
    """How many entries the chain has."""
    return session().scalar(select(func.count(AuditEntry.sequence))) or 0
