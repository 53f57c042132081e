"""What the chain of the audit log is made of, and what a check of it may find."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
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
