"""Values and errors of admission cycles, as the office keeps them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from app.domain.academics.types import Shift
from app.domain.admissions.entry.types import SectionRule
from app.domain.admissions.types import CycleState, DocumentKind, Method, QuotaTerms
from app.domain.kernel.errors import N_, Refused
from app.domain.kernel.texts import LocalText


@dataclass(frozen=True, slots=True)
class CycleDetails:
    """What is decided once for all classes of a cycle. Both days belong to it; None: not decided."""

    opens_on: date
    closes_on: date
    method: Method | None = None
    fee: Decimal | None = None
    section_most: int | None = None
    """The most seats a section may have."""
    age_from_on: date | None = None
    """The day on which the least age must be completed; None: the first day of the school year."""
    age_to_on: date | None = None
    """The day on which the most age may not be passed; None: the first day of the school year."""
    papers: tuple[DocumentKind, ...] = ()
    offer_days: int = 7
    """So many days after the one on which it was made an offer can still be answered."""
    list_moves: bool = True
    """Whether a seat that falls free is offered to the next on the waiting list by itself."""
    name: LocalText = field(default_factory=LocalText)
    """What tells this intake from the others of the year; empty for the main one."""
    spare_papers: tuple[DocumentKind, ...] = ()
    """Papers that, wherever they are asked for, may be left out."""


@dataclass(frozen=True, slots=True)
class SeatPart:
    """Seats of a class in one section or shift. Sections of a year to come are only a letter yet."""

    section: str
    shift: Shift | None
    seats: int


@dataclass(frozen=True, slots=True)
class SeatDetails:
    """A class of a cycle: its seats, the ages it takes (in months), the papers it asks for besides.

    Method, fee and the days on which ages are counted are None where those of the cycle hold.
    """

    parts: tuple[SeatPart, ...]
    age_from_months: int | None = None
    age_to_months: int | None = None
    papers: tuple[DocumentKind, ...] = ()
    method: Method | None = None
    fee: Decimal | None = None
    age_from_on: date | None = None
    age_to_on: date | None = None
    section_rule: SectionRule = SectionRule.EVEN
    """How enrolment chooses a section, unless somebody says otherwise there."""


@dataclass(frozen=True, slots=True)
class QuotaDetails:
    """A share of the seats of every class for some children."""

    name: LocalText
    percent: Decimal
    papers: tuple[DocumentKind, ...] = ()
    relief_months: int = 0


@dataclass(frozen=True)
class CycleClass:
    """A class of a cycle as its page shows it."""

    id: UUID
    class_id: UUID
    name: LocalText
    level: int
    version: int
    details: SeatDetails

    @property
    def seats(self) -> int:
        """All seats of the class."""
        return sum(part.seats for part in self.details.parts)


@dataclass(frozen=True)
class CycleQuota:
    """A quota of a cycle as its page shows it."""

    id: UUID
    version: int
    details: QuotaDetails

    @property
    def terms(self) -> QuotaTerms:
        """As families read it."""
        return QuotaTerms(
            self.id,
            self.details.name,
            self.details.percent,
            self.details.papers,
            self.details.relief_months,
        )


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A class that another cycle of the same year takes too, published and on some of the same days."""

    class_name: LocalText
    opens_on: date
    closes_on: date


@dataclass(frozen=True)
class CycleView:
    """A cycle with all that belongs to it."""

    id: UUID
    campus_id: UUID
    campus_name: LocalText
    year_id: UUID
    year_name: str
    year_starts_on: date
    state: CycleState
    published_at: datetime | None
    version: int
    details: CycleDetails
    classes: tuple[CycleClass, ...]
    quotas: tuple[CycleQuota, ...]
    applications: int
    """How many families have sent or begun one."""
    elsewhere: tuple[Elsewhere, ...] = ()
    """Classes that families could apply for in two places, were this cycle published."""

    @property
    def seats(self) -> int:
        """All seats of all classes."""
        return sum(each.seats for each in self.classes)


@dataclass(frozen=True)
class CycleLine:
    """A line of the list of cycles."""

    id: UUID
    campus_name: LocalText
    year_name: str
    state: CycleState
    opens_on: date
    closes_on: date
    classes: int
    seats: int
    applications: int
    name: LocalText = field(default_factory=LocalText)


class Lack(StrEnum):
    """What is missing or wrong before a cycle can be published."""

    METHOD = "method"
    FEE = "fee"
    PAST = "past"
    CLASSES = "classes"
    SEATS = "seats"
    PERCENT = "percent"
    ELSEWHERE = "elsewhere"


class Doubt(StrEnum):
    """What deserves a look, and stops nobody."""

    AGE = "age"
    SECTION = "section"
    QUOTA_PAPERS = "quota_papers"
    PAPERS = "papers"


@dataclass(frozen=True, slots=True)
class Point:
    """A line of the check list: what, and about which class or quota where it is about one."""

    what: Lack | Doubt
    about: LocalText | None = None
    values: tuple[tuple[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Share:
    """The seats of a class: so many for each quota in their order, and the rest for everybody."""

    quotas: tuple[int, ...]
    general: int


class CycleTaken(Refused):
    """The intakes of a year are told apart by their names; one of them may have none."""

    field = "name"
    message = N_("This school year has an intake of this name already. Give this one another name.")


class OpenElsewhere(Refused):
    """Families could apply for one class of a year in two cycles on the same day."""

    message = N_(
        "%(about)s takes applications for this school year in another cycle from %(first)s to %(last)s."
        " A class is open in one cycle at a time."
    )


class ClosesBeforeItOpens(Refused):
    """The last day lies before the first."""

    field = "closes_on"
    message = N_("The last day for applications lies before the first.")


class AgesCrossed(Refused):
    """The least age is above the most."""

    field = "age_to_years"
    message = N_("The highest age is below the lowest.")


class ClassTaken(Refused):
    """A class stands in a cycle once."""

    field = "class_id"
    message = N_("This class is in the cycle already.")


class TooManyPercent(Refused):
    """All quotas together are more than all seats."""

    field = "percent"
    message = N_("All quotas together would be %(percent)s percent. There are 100 at most.")


class NotReady(Refused):
    """A cycle cannot be published, or stay published, with something missing."""

    message = N_("Something is still missing. The list says what.")

    def __init__(self, points: list[Point]) -> None:
        super().__init__()
        self.points = points


class HasApplications(Refused):
    """Families have applied: what they applied for stays."""

    message = N_("Families have applied for this already, so it stays. Close the cycle instead.")


class NotADraft(Refused):
    """Only a draft can be deleted."""

    message = N_("This cycle has been published, so it stays. Close it instead.")
