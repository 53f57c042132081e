"""Views and errors of the officer's desk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from app.domain.admissions.types import ApplicationStatus, DocumentKind, DuplicateReason
from app.domain.kernel.errors import N_, Conflict, Refused
from app.domain.kernel.paging import Page
from app.domain.kernel.texts import LocalText


class Doubt(StrEnum):
    """What may be the matter with an application beside others of its cycle."""

    SECOND = "second"
    """The same birth number, or the same name and date of birth."""
    FAMILY = "family"
    """The same phone."""


class PairState(StrEnum):
    """What an officer has found out about two applications that look alike."""

    DISMISSED = "dismissed"
    SIBLING = "sibling"
    MERGED = "merged"


class BulkAct(StrEnum):
    """What can be done to many applications at once."""

    UNDER_REVIEW = "under_review"
    SHORTLISTED = "shortlisted"
    WAITLISTED = "waitlisted"
    REJECTED = "rejected"
    ASSIGN = "assign"
    NOTE = "note"

    @property
    def decision(self) -> ApplicationStatus | None:
        """The state it leads to; None where it leads to no other."""
        return None if self in (BulkAct.ASSIGN, BulkAct.NOTE) else ApplicationStatus(self.value)


class WhyNot(StrEnum):
    """Why an act on many leaves one of them as it is, or why one of them is not taken back."""

    ALREADY = "already"
    NOT_FROM_HERE = "not_from_here"
    NOT_THERE = "not_there"
    """The officer does not decide there, or another campus is being worked on."""
    MOVED_ON = "moved_on"
    LETTER_LEFT = "letter_left"


@dataclass(frozen=True)
class QueueFilter:
    """What the officer looks at. Nothing set: everything that was sent."""

    status: ApplicationStatus | None = None
    class_id: UUID | None = None
    query: str = ""
    cycle_ids: frozenset[UUID] | None = None
    """None: the applications of every cycle."""
    officer_id: UUID | None = None
    nobodys: bool = False
    """Only what is assigned to nobody."""
    doubt: Doubt | None = None
    papers_open: bool = False
    """Only what lacks a paper that its cycle asks for, or has one that was refused."""


@dataclass(frozen=True)
class QueueRow:
    """A line of the queue."""

    id: UUID
    reference: str
    child_name: LocalText
    class_id: UUID
    cycle_id: UUID
    status: ApplicationStatus
    submitted_at: datetime
    officer_id: UUID | None
    ticked: int
    """How many of the milestones of its cycle are reached."""
    has_second: bool
    """Whether another application of the cycle may be for the same child."""


@dataclass(frozen=True)
class FileRow:
    """A line of the queue as it leaves in a file."""

    reference: str
    child_name: LocalText
    born_on: date | None
    class_id: UUID | None
    campus_id: UUID
    status: ApplicationStatus
    submitted_at: datetime
    guardian_name: LocalText
    phone: str
    officer_id: UUID | None


@dataclass(frozen=True)
class Place:
    """Where an application stands in the queue: counted from 1, with its neighbours."""

    position: int
    previous_id: UUID | None
    next_id: UUID | None


@dataclass(frozen=True)
class QueueView:
    """A page of the queue under a filter."""

    counts: Mapping[ApplicationStatus, int]
    """How many stand in each state, whichever state the page is narrowed to."""
    page: Page[QueueRow]
    place: Place | None = None
    """Where the application beside it stands."""


@dataclass(frozen=True)
class Duplicate:
    """Another application that may be for the same child."""

    id: UUID
    reference: str
    child_name: LocalText
    status: ApplicationStatus
    submitted_at: datetime
    reason: DuplicateReason
    version: int
    is_same_cycle: bool
    may_merge: bool
    """Whether this one could be the one that goes on, and the one it was found beside the one that ends."""

    @property
    def is_strong(self) -> bool:
        """Whether it is the child that is the same, and not only the phone."""
        return self.reason is not DuplicateReason.PHONE


@dataclass(frozen=True)
class Settled:
    """What was found out about two applications, by whom and when."""

    other_id: UUID
    reference: str
    child_name: LocalText
    state: PairState
    by: LocalText | None
    at: datetime


@dataclass(frozen=True)
class DeskCycle:
    """A cycle to choose the queue by."""

    id: UUID
    campus_id: UUID
    campus_name: LocalText
    """Empty where all cycles are of one campus."""
    year_name: str
    is_now: bool
    """Whether the queue shows it unasked: it is open, or the latest of a campus where none is."""
    milestones: int = 0
    """How many milestones it has."""
    name: LocalText = field(default_factory=LocalText)
    """What tells it from the other intakes of its year; empty for the main one."""
    has_own_papers: bool = False
    """Whether its campus has added kinds of papers, so that it may ask for some."""


@dataclass(frozen=True)
class SavedFilter:
    """A filter that an officer has given a name."""

    id: UUID
    name: str
    query: str
    """As it stands behind the `?` of the queue's address."""


@dataclass(frozen=True)
class Officer:
    """Somebody who decides on applications; `campus_ids` None: at every campus."""

    id: UUID
    name: LocalText
    campus_ids: frozenset[UUID] | None

    def works_at(self, campus_id: UUID) -> bool:
        """Whether they decide on the applications of this campus."""
        return self.campus_ids is None or campus_id in self.campus_ids


@dataclass(frozen=True)
class MilestoneDetails:
    """What may be edited of a milestone."""

    name: LocalText
    position: int = 1


@dataclass(frozen=True)
class Milestone:
    """A step of the office's own work on every application of a cycle."""

    id: UUID
    cycle_id: UUID
    campus_id: UUID
    version: int
    details: MilestoneDetails


@dataclass(frozen=True)
class Reached:
    """A milestone as a record shows it: reached when and by whom, or not yet."""

    id: UUID
    name: LocalText
    at: datetime | None
    by: LocalText | None


@dataclass(frozen=True)
class Order:
    """What is to be done to many applications."""

    act: BulkAct
    text: str = ""
    """The reason for the families, or the note."""
    officer_id: UUID | None = None
    """Whom they are assigned to; None: nobody."""


@dataclass(frozen=True)
class BulkRow:
    """An application as it stands before an act on many."""

    id: UUID
    reference: str
    child_name: LocalText
    campus_id: UUID
    status: ApplicationStatus
    officer_id: UUID | None
    version: int


@dataclass(frozen=True)
class Effect:
    """What an act on many does to one of them: leads to `to`, or nothing and why."""

    row: BulkRow
    to: ApplicationStatus | None = None
    why_not: WhyNot | None = None

    @property
    def is_done(self) -> bool:
        """Whether it does anything."""
        return self.why_not is None


@dataclass(frozen=True)
class BatchLine:
    """What became of one application in an act on many."""

    application_id: UUID
    reference: str
    child_name: LocalText
    was: ApplicationStatus
    to: ApplicationStatus | None
    why_not: WhyNot | None
    undone_at: datetime | None
    undo_refused: WhyNot | None


@dataclass(frozen=True)
class BatchView:
    """An act on many, as its page shows it."""

    id: UUID
    campus_id: UUID
    order: Order
    at: datetime
    by: LocalText | None
    undo_until: datetime
    undone_at: datetime | None
    lines: Sequence[BatchLine]


@dataclass(frozen=True)
class Merge:
    """Two applications for one child, before they become one."""

    kept: BulkRow
    gone: BulkRow
    papers: tuple[DocumentKind, ...] = ()
    """Those that the kept one lacks and the other brings along."""


class NoSuchOfficer(Refused):
    """Somebody who does not decide at the campus of the application."""

    field = "officer_id"
    message = N_("Choose somebody who decides on applications of this campus.")


class NoteMissing(Refused):
    """A note without words."""

    field = "text"
    message = N_("Write the note.")


class TooManyChosen(Refused):
    """More applications than one act takes."""

    message = N_("Choose at most %(most)s applications at once.")


class NothingChosen(Refused):
    """An act on no application."""

    message = N_("Tick the applications first.")


class FilterTaken(Refused):
    """A name that another saved filter has."""

    field = "name"
    message = N_("A saved filter of yours has this name already.")


class CannotMerge(Conflict):
    """Two applications that cannot become one as they stand now."""

    message = N_("These two cannot be merged as they stand now. Look at both again.")


class UndoOver(Conflict):
    """The ten minutes have passed."""

    message = N_("The ten minutes are over: the letters have left. Decide again where it was wrong.")


__all__ = [
    "BatchLine",
    "BatchView",
    "BulkAct",
    "BulkRow",
    "CannotMerge",
    "DeskCycle",
    "Doubt",
    "Duplicate",
    "Effect",
    "FilterTaken",
    "Merge",
    "Milestone",
    "MilestoneDetails",
    "NoSuchOfficer",
    "NoteMissing",
    "NothingChosen",
    "Officer",
    "Order",
    "PairState",
    "Place",
    "QueueFilter",
    "QueueRow",
    "QueueView",
    "Reached",
    "SavedFilter",
    "Settled",
    "TooManyChosen",
    "UndoOver",
    "WhyNot",
]
