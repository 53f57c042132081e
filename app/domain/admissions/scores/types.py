"""Values, views and errors of scores."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from app.domain.academics.types import Shift
from app.domain.admissions.types import ApplicationStatus, Method
from app.domain.kernel.errors import N_, Conflict, InvalidValue, Refused, Stale
from app.domain.kernel.paging import Page
from app.domain.kernel.texts import LocalText


class PartKind(StrEnum):
    """How the marks of a part come about."""

    TEST = "test"
    VIVA = "viva"
    REVIEW = "review"
    PREVIOUS = "previous"


class TieBy(StrEnum):
    """What sets two equal scores apart."""

    PART = "part"
    EARLIER = "earlier"
    YOUNGER = "younger"
    OLDER = "older"
    REFERENCE = "reference"


SEATED = (PartKind.TEST, PartKind.VIVA)
"""The kinds for which a child comes at a time to a place."""


@dataclass(frozen=True, slots=True)
class TieRule:
    """One rule of a class for equal scores; `part_id` where it looks at the mark of a part."""

    by: TieBy
    part_id: UUID | None = None

    @property
    def text(self) -> str:
        """The rule as it is stored and as forms name it."""
        return f"{self.by}:{self.part_id}" if self.part_id else self.by.value


@dataclass(frozen=True, slots=True)
class Criterion:
    """A line of a rubric."""

    name: str
    most: Decimal


@dataclass(frozen=True, slots=True)
class PartDetails:
    """What may be edited of a part of a score."""

    name: LocalText
    kind: PartKind
    full_marks: Decimal
    weight: Decimal
    """The points that full marks in this part bring to the score."""
    pass_mark: Decimal | None = None
    """Who has less is not ranked."""
    apart: Decimal | None = None
    """Marks of two people that lie further apart are looked at a third time."""
    position: int = 1
    criteria: tuple[Criterion, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What one person gave one applicant: a mark, by criteria where there is a rubric, or that the child was away."""

    mark: Decimal | None
    absent: bool = False
    points: tuple[Decimal, ...] = ()


class Standing(StrEnum):
    """How far an applicant is in one part."""

    GIVEN = "given"
    ABSENT = "absent"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What all marks of an applicant in one part come to."""

    standing: Standing
    mark: Decimal | None = None
    apart: bool = False
    """The marks differ too much, and nobody has looked a third time."""


@dataclass(frozen=True, slots=True)
class Entrant:
    """An applicant as the merit list looks at it."""

    application_id: UUID
    reference: str
    born_on: date | None
    submitted_at: datetime
    outcomes: Mapping[UUID, Outcome] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Share:
    """What one part brings to a score."""

    part_id: UUID
    mark: Decimal
    points: Decimal


@dataclass(frozen=True, slots=True)
class Scored:
    """A line of the merit list with its working."""

    rank: int
    application_id: UUID
    score: Decimal
    shares: tuple[Share, ...]
    tie: TieRule | None = None
    """The rule that set it apart from its neighbour with the same score."""


class Why(StrEnum):
    """Why somebody has no place in the list."""

    WAITING = "waiting"
    ABSENT = "absent"
    BELOW = "below"


@dataclass(frozen=True, slots=True)
class Unranked:
    """Somebody without a place, and the part because of which."""

    application_id: UUID
    why: Why
    part_id: UUID


@dataclass(frozen=True, slots=True)
class MeritOrder:
    """The list that the marks make."""

    lines: tuple[Scored, ...]
    unranked: tuple[Unranked, ...]


# --- views


@dataclass(frozen=True, slots=True)
class ClassView:
    """A class of a cycle whose score this is."""

    seat_id: UUID
    cycle_id: UUID
    campus_id: UUID
    class_id: UUID
    class_name: LocalText
    method: Method | None


@dataclass(frozen=True, slots=True)
class PartView:
    """A part of the score of a class."""

    id: UUID
    campus_id: UUID
    seat_id: UUID
    version: int
    details: PartDetails
    markers: frozenset[UUID] = frozenset()
    """Accounts that mark every applicant."""
    third: frozenset[UUID] = frozenset()
    """Accounts that mark those whose marks differ too much."""

    @property
    def name(self) -> LocalText:
        """What it is called."""
        return self.details.name

    @property
    def is_seated(self) -> bool:
        """Whether children come to it at a time."""
        return self.details.kind in SEATED


@dataclass(frozen=True, slots=True)
class TieOrder:
    """The rules for equal scores of a class, in their order, and the version they are edited by (0: never)."""

    rules: tuple[TieRule, ...]
    version: int

    @property
    def details(self) -> TieOrder:
        """The record is its own form."""
        return self


@dataclass(frozen=True, slots=True)
class MyPart:
    """A part that somebody marks, and how many marks are left to give."""

    part: PartView
    class_name: LocalText
    left: int
    total: int


@dataclass(frozen=True, slots=True)
class SheetLine:
    """An applicant on the sheet of somebody who marks: no more of the child than it takes to find the paper."""

    application_id: UUID
    reference: str
    child_name: LocalText
    own: Answer | None
    version: int
    others: tuple[Answer, ...] = ()
    """What others gave; empty until the reader has given a mark."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """The page on which marks are given."""

    part: PartView
    class_name: LocalText
    cycle_id: UUID
    lines: Page[SheetLine]
    left: int


@dataclass(frozen=True, slots=True)
class SentMark:
    """What was sent for one applicant, on the version that was shown; None takes the mark back."""

    application_id: UUID
    version: int
    answer: Answer | None


@dataclass(frozen=True, slots=True)
class ImportRow:
    """A line of a file of marks: what stands in it, and what can be made of it."""

    line: int
    reference: str
    typed: str
    answer: Answer | None = None
    problem: str | None = None
    """A msgid: why it cannot be taken."""


@dataclass(frozen=True, slots=True)
class ImportLine:
    """What an import would do with a line."""

    row: ImportRow
    child_name: LocalText | None = None
    application_id: UUID | None = None
    now: Answer | None = None
    version: int = 0

    @property
    def changes(self) -> bool:
        """Whether it can be taken and says something new."""
        return self.application_id is not None and self.row.problem is None and self.row.answer != self.now


@dataclass(frozen=True, slots=True)
class SlotDetails:
    """What may be edited of a slot."""

    starts_at: datetime
    ends_at: datetime
    place: LocalText
    seats: int


@dataclass(frozen=True, slots=True)
class SlotView:
    """A time and place for some children."""

    id: UUID
    part_id: UUID
    version: int
    details: SlotDetails
    taken: int


@dataclass(frozen=True, slots=True)
class SittingLine:
    """A child in its seat."""

    application_id: UUID
    reference: str
    child_name: LocalText
    status: ApplicationStatus
    seat: int


@dataclass(frozen=True, slots=True)
class SittingView:
    """Where one applicant sits, as it is moved by hand; no slot yet: version 0."""

    application_id: UUID
    reference: str
    child_name: LocalText
    slot_id: UUID | None
    seat: int | None
    version: int

    @property
    def details(self) -> SittingView:
        """The record is its own form."""
        return self


@dataclass(frozen=True, slots=True)
class SlotOfApplicant:
    """When and where a child is expected: what the status page says and the admit card prints."""

    part_name: LocalText
    kind: PartKind
    starts_at: datetime
    ends_at: datetime
    place: LocalText
    seat: str


@dataclass(frozen=True, slots=True)
class Seating:
    """What giving seats has done."""

    given: int
    left: int
    """For whom no slot had room."""


@dataclass(frozen=True, slots=True)
class MeritPerson:
    """Who a line of the list is about."""

    reference: str
    child_name: LocalText


@dataclass(frozen=True, slots=True)
class MeritView:
    """The merit list of a class, or of one shift of it, as it stands now."""

    place: ClassView
    shift: Shift | None
    parts: tuple[PartView, ...]
    ties: tuple[TieRule, ...]
    order: MeritOrder
    people: Mapping[UUID, MeritPerson]
    apart: Collection[UUID]
    """Whose marks differ too much in some part."""
    published_at: datetime | None
    is_published_so: bool
    """Whether the order in force is this one, with this working."""


@dataclass(frozen=True, slots=True)
class MarksOfPart:
    """The marks of one applicant in one part, for the record; `hidden` until the reader has given their own."""

    part: PartView
    outcome: Outcome
    answers: tuple[tuple[LocalText | None, Answer], ...]
    hidden: bool


# --- errors


class MarkError(InvalidValue):
    """What was typed is no mark. Codes: ``shape``, ``most``."""

    messages = {
        "shape": N_("Write a mark such as 67 or 67.5."),
        "most": N_("At most %(most)s marks can be given here."),
    }


class BadRubric(InvalidValue):
    """The lines of a rubric cannot be understood. Codes: ``line``, ``many``."""

    messages = {
        "line": N_(
            "Write one criterion a line: its name, a colon and its most marks. Look at line %(line)s."
        ),
        "many": N_("A rubric has at most %(most)s criteria."),
    }


class MarksMissing(Refused):
    """A part without full marks and without a rubric."""

    field = "full_marks"
    message = N_("Write the full marks.")


class PassAboveFull(Refused):
    """A pass mark that nobody could reach."""

    field = "pass_mark"
    message = N_("The pass mark is higher than the full marks.")


class MarksGiven(Refused):
    """What a mark means cannot change once marks are given."""

    field = "full_marks"
    message = N_("Marks have been given, so kind, full marks and criteria stay.")


class PartInUse(Refused):
    """A part with marks or seats stays."""

    message = N_("Marks or seats have been given in this part, so it stays. A weight of 0 leaves it out.")


class MarkedByPeople(Refused):
    """The marks of this part are given by those who are named for it."""

    message = N_("People are named to mark this part, so the office gives no mark of its own.")


class StaleMarks(Stale):
    """Somebody saved some of these marks in the meantime."""

    def __init__(self, application_ids: Collection[UUID]) -> None:
        super().__init__()
        self.application_ids = frozenset(application_ids)


class ImportMoved(Conflict):
    """The marks changed between looking at an import and applying it."""

    message = N_("Marks have changed since you looked. Look once more, then apply.")


class EndsBeforeItStarts(Refused):
    """A slot that ends before it starts."""

    field = "ends"
    message = N_("It ends before it starts.")


class SeatsInUse(Refused):
    """A slot with fewer seats than the highest that was given."""

    field = "seats"
    message = N_("Seat %(seat)s is given already, so the slot has at least so many.")


class SlotInUse(Refused):
    """A slot in which children sit."""

    message = N_("Children have seats in this slot. Move them first.")


class SlotFull(Refused):
    """A slot without a free seat."""

    field = "slot_id"
    message = N_("This slot has no free seat.")


class SeatTaken(Refused):
    """The seat of somebody else, or one that the slot has not."""

    field = "seat"
    message = N_("This seat is taken, or the slot has no such seat.")


class StillMarking(Conflict):
    """Somebody who has marks to give sees no list that shows those of others."""

    message = N_("You still have marks to give in this class. The list opens to you when they are given.")


Working = dict[str, Any]
"""How a place came about, as JSON."""
