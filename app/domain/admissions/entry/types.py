"""Values and errors of enrolment: what was found beforehand, sections and who waits for a seat in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from app.domain.academics.types import Shift
from app.domain.admissions.types import ApplicationView, DocumentKind, Enrolled
from app.domain.files.types import FileView
from app.domain.kernel.errors import N_, Conflict, DomainError, Refused
from app.domain.kernel.texts import LocalText
from app.domain.people.types import Gender


class Finding(StrEnum):
    """What is found about an application before anything is written, in the order in which it is told."""

    NO_SECTION = "no_section"
    NO_SEAT = "no_seat"
    YEAR_OVER = "year_over"
    CHILD_KNOWN = "child_known"
    PHONE_TAKEN = "phone_taken"
    SHIFT_FULL = "shift_full"
    PAPER_MISSING = "paper_missing"
    PAPER_REFUSED = "paper_refused"
    PAPER_WAITING = "paper_waiting"
    FEE_UNPAID = "fee_unpaid"
    FEE_UNCONFIRMED = "fee_unconfirmed"
    CHILD_ALIKE = "child_alike"
    GUARDIAN_DIFFERS = "guardian_differs"
    GUARDIAN_ELSEWHERE = "guardian_elsewhere"
    ACCOUNT_SUSPENDED = "account_suspended"
    EMAIL_TAKEN = "email_taken"
    NO_EMAIL = "no_email"
    YEAR_AHEAD = "year_ahead"


@dataclass(frozen=True, slots=True)
class Point:
    """A line of the check: what, and the values its sentence needs."""

    what: Finding
    values: tuple[tuple[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Difference:
    """A field in which the guardian on record and the application disagree."""

    name: str
    known: str | None
    given: str


class PaperState(StrEnum):
    """How a paper stands that the application asks for."""

    MISSING = "missing"
    WAITING = "waiting"
    REFUSED = "refused"
    RECEIVED = "received"


class FeeStanding(StrEnum):
    """How the fee of an application stands."""

    NOT_DUE = "not_due"
    DUE = "due"
    RECORDED = "recorded"
    CONFIRMED = "confirmed"


@dataclass(frozen=True, slots=True)
class KnownChild:
    """A student who may be the child of an application."""

    student_id: UUID
    student_no: str
    name: LocalText
    by_number: bool
    """By the birth registration number, else by name and date of birth."""
    is_active: bool


@dataclass(frozen=True, slots=True)
class Facts:
    """What the check looks at, gathered by the queries."""

    year_starts_on: date
    year_ends_on: date
    has_section: bool = True
    has_seat: bool = True
    has_seat_in_shift: bool = True
    papers: Mapping[DocumentKind, PaperState] = field(default_factory=dict)
    fee: FeeStanding = FeeStanding.NOT_DUE
    children: tuple[KnownChild, ...] = ()
    differences: tuple[Difference, ...] = ()
    guardian_elsewhere: bool = False
    """The guardian is known, and only at a campus the reader does not reach."""
    has_email: bool = True
    email_taken: bool = False
    phone_taken: bool = False
    account_suspended: bool = False


@dataclass(frozen=True, slots=True)
class Check:
    """What was found about one application. With `stops` it cannot be enrolled; the rest is worth a look."""

    stops: tuple[Point, ...]
    look: tuple[Point, ...]
    differences: tuple[Difference, ...] = ()
    guardian_version: int | None = None
    """The version of the known guardian's details that the differences were read at."""


# --- who sits where


class SectionRule(StrEnum):
    """How sections are chosen for children. The shift a family applied for is kept by each."""

    EVEN = "even"
    FILL = "fill"
    BALANCE = "balance"


@dataclass(frozen=True, slots=True)
class Room:
    """A section with its seats, and who sits there already."""

    section_id: UUID
    capacity: int
    shift: Shift | None = None
    girls: int = 0
    boys: int = 0
    others: int = 0

    @property
    def taken(self) -> int:
        """Seats that somebody has."""
        return self.girls + self.boys + self.others


@dataclass(frozen=True, slots=True)
class Seeker:
    """A child that needs a seat."""

    application_id: UUID
    gender: Gender | None = None
    shift: Shift | None = None


@dataclass(frozen=True, slots=True)
class PlanLine:
    """What enrolling a whole class would do with one application."""

    application: ApplicationView
    section_id: UUID | None
    check: Check


@dataclass(frozen=True, slots=True)
class Pick:
    """An application, the section its child is to sit in, and the version that was seen."""

    application_id: UUID
    section_id: UUID
    version: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one of several enrolments: the enrolment, or why there is none."""

    application_id: UUID
    enrolled: Enrolled | None = None
    error: DomainError | None = None


@dataclass(frozen=True, slots=True)
class StudentPaperView:
    """A paper in a student's file."""

    id: UUID
    kind: DocumentKind
    file: FileView


class ChildKnown(Refused):
    """A child with this birth registration number is a student already."""

    message = N_("A student with this birth registration number is here already: %(number)s.")


class YearOver(Refused):
    """The school year of the application has ended."""

    message = N_("The school year of this application is over.")


class NothingToUndo(Conflict):
    """The enrolment was taken back already, or it is older than the record of what enrolments make."""

    message = N_("There is no enrolment here that could be taken back.")


class StandsOn(Refused):
    """Something depends on the enrolment by now. The message says what."""

    message = N_("Something else depends on this enrolment by now, so it stays.")
