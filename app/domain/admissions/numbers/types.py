"""Values of a cycle in numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from app.domain.admissions.types import ApplicationStatus


class Reach(StrEnum):
    """How far a family has come in the form, by what it has answered; the order is that of the form."""

    BEGUN = "begun"
    CHILD = "child"
    GUARDIAN = "guardian"
    ADDRESS = "address"
    DOCUMENTS = "documents"
    SENT = "sent"


class Leg(StrEnum):
    """A way from one step to the next."""

    TO_SEND = "to_send"
    TO_LOOK = "to_look"
    TO_OFFER = "to_offer"
    TO_ACCEPT = "to_accept"
    TO_ENROL = "to_enrol"


@dataclass(frozen=True, slots=True)
class Count:
    """So many applications of a class that have come so far in the form and stand so."""

    class_id: UUID | None
    reach: Reach
    status: ApplicationStatus
    number: int


@dataclass(frozen=True, slots=True)
class LegDays:
    """How long a way takes: half of the applications took so many days at most, nine of ten so many."""

    leg: Leg
    number: int
    half: float
    nine_of_ten: float


@dataclass(frozen=True, slots=True)
class Week:
    """A week from Sunday on: how many applications were begun in it, and how many sent."""

    begins_on: date
    begun: int
    sent: int


@dataclass(frozen=True, slots=True)
class ClassFill:
    """The seats of a class: offered and not answered yet, accepted, enrolled."""

    class_id: UUID
    seats: int
    sent: int
    offered: int
    accepted: int
    enrolled: int
    claims: Mapping[UUID, int]
    """How many of those who hold a seat claim each quota."""

    @property
    def free(self) -> int:
        """Seats that nobody holds."""
        return max(0, self.seats - self.offered - self.accepted - self.enrolled)


@dataclass(frozen=True, slots=True)
class CycleNumbers:
    """Everything the page of numbers shows."""

    reached: Mapping[Reach, int]
    """How many came at least so far in the form."""
    stopped: Mapping[Reach, int]
    """How many drafts stand there now."""
    ever: Mapping[ApplicationStatus, int]
    """How many sent applications were ever decided so; of enrolled and withdrawn, how many are so now."""
    legs: tuple[LegDays, ...]
    weeks: tuple[Week, ...]
    classes: tuple[ClassFill, ...]

    @property
    def begun(self) -> int:
        """Every application of the cycle, drafts included."""
        return self.reached.get(Reach.BEGUN, 0)
