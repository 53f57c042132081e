"""What the chain of the audit log is made of, and what a check of it may find."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class EntryFacts:
    """Everything of an entry that its hash stands for. `old_data` and `new_data` as PostgreSQL writes JSON."""

    id: UUID
    at: datetime
    user_id: UUID | None
    campus_id: UUID | None
    action: str
    entity_type: str
    entity_id: UUID | None
    old_data: str | None
    new_data: str | None
    ip_address: str | None
    user_agent: str | None
    request_id: str | None


@dataclass(frozen=True, slots=True)
class Link:
    """An entry with its place in the chain."""

    sequence: int
    previous_hash: bytes
    hash: bytes
    facts: EntryFacts


class Fault(StrEnum):
    """What can be wrong with a chain."""

    CHANGED = "changed"
    MISSING = "missing"
    OUT_OF_PLACE = "out of place"
    NOT_CHAINED = "not chained"
    NO_ANCHOR = "anchor not found"


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault, and which entry it is about."""

    fault: Fault
    sequence: int | None
    at: datetime | None
    action: str | None
    detail: str

    def __str__(self) -> str:
        where = f"entry {self.sequence}" if self.sequence is not None else "chain"
        about = f" ({self.at.isoformat()}, {self.action})" if self.at and self.action else ""
        return f"{where}{about}: {self.fault.value}: {self.detail}"


@dataclass(frozen=True, slots=True)
class Head:
    """The end of the chain: what is printed, mailed or written down elsewhere."""

    sequence: int
    hash: bytes
    at: datetime


# --- what the page of the log shows


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the log is narrowed to. `users` is a set of keys or a part of a statement; times are half-open."""

    users: Any = None
    campus_id: UUID | None = None
    entity_type: str | None = None
    entity_id: UUID | None = None
    action: str | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class EntryView:
    """One entry as it is read."""

    id: UUID
    at: datetime
    user_id: UUID | None
    campus_id: UUID | None
    action: str
    entity_type: str
    entity_id: UUID | None
    old_data: dict[str, Any] | None
    new_data: dict[str, Any] | None
    ip_address: str | None
    user_agent: str | None
    request_id: str | None
    sequence: int | None

    @property
    def mark(self) -> str:
        """Where a page that begins after this entry begins, for an address."""
        return f"{self.at.astimezone(UTC):%Y%m%dT%H%M%S.%fZ}_{self.id.hex}"
