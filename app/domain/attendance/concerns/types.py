"""Kinds of concerns, what a talk came to, and what can go wrong with one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from app.domain.attendance.types import Share
from app.domain.kernel.errors import N_, Conflict, Refused
from app.domain.kernel.texts import LocalText

PAGE_SIZE = 50


class ConcernKind(StrEnum):
    """What somebody should talk with the family about."""

    WEEKDAY = "weekday"
    RUN = "run"
    THRESHOLD = "threshold"
    LATE = "late"


class Outcome(StrEnum):
    """What came of it."""

    TALKED = "talked"
    ILLNESS = "illness"
    SUPPORT = "support"
    NOT_REACHED = "not_reached"
    LEFT = "left"
    NO_REASON = "no_reason"


class ConcernAct(StrEnum):
    """A line of a concern's history."""

    FOUND = "found"
    FOUND_AGAIN = "found_again"
    GIVEN = "given"
    NOTED = "noted"
    CLOSED = "closed"


class ConcernList(StrEnum):
    """Which concerns a list shows."""

    MINE = "mine"
    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Pattern:
    """What was found of one child: the kind, the days that show it, and for a share its figures."""

    kind: ConcernKind
    days: tuple[date, ...]
    share: Share | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """From where on a pattern is one: percent attended, and days in a row."""

    threshold: int = 75
    absent_days: int = 3


@dataclass(frozen=True, slots=True)
class ConcernView:
    """A concern as lists and its page show it."""

    id: UUID
    campus_id: UUID
    section_id: UUID
    student_id: UUID
    version: int
    kind: ConcernKind
    name: LocalText
    class_name: LocalText
    section_name: LocalText
    days: tuple[date, ...]
    attended: int | None
    taken: int | None
    owner_id: UUID | None
    owner: LocalText
    found_at: datetime
    closed_at: datetime | None
    outcome: Outcome | None

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to see to it."""
        return self.closed_at is None


@dataclass(frozen=True, slots=True)
class ConcernLine:
    """A line of the history. Without `by` it was the school's own nightly look."""

    at: datetime
    act: ConcernAct
    by: LocalText | None
    words: str
    owner: LocalText | None
    outcome: Outcome | None


class NothingNoted(Refused):
    """An empty note."""

    field = "words"
    message = N_("Write what was said or done.")


class OwnerUnknown(Refused):
    """Somebody who does not take part in this."""

    field = "owner"
    message = N_("Choose somebody of this campus.")


class ConcernClosed(Conflict):
    """Somebody has closed it meanwhile."""

    message = N_("This concern has been closed. It opens again by itself when it happens again.")
