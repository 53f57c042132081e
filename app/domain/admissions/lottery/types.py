"""States, views and errors of draws."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from app.domain.academics.types import Shift
from app.domain.kernel.errors import N_, Conflict, Refused
from app.domain.kernel.texts import LocalText


class DrawState(StrEnum):
    """How far a draw is. What is drawn or cancelled stays so."""

    FIXED = "fixed"
    ANNOUNCED = "announced"
    DRAWN = "drawn"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class FixedQuota:
    """A quota as the list has it: its code, its seats, and what it was called on that day."""

    code: str
    seats: int
    name: LocalText

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> FixedQuota:
        """The value of the JSON column."""
        return cls(str(stored["code"]), int(stored["seats"]), LocalText.from_dict(stored["name"]))


@dataclass(frozen=True, slots=True)
class Heading:
    """What stands above the tickets of a list."""

    number: int
    about: str
    """The class, its year and its campus on one line."""
    shift: Shift | None
    seats: int
    quotas: tuple[FixedQuota, ...]
    """In the order in which they are served."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """A line of a list: a number, and the codes of the quotas that it may be drawn for."""

    number: int
    quotas: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Drawn:
    """What came out for a ticket."""

    rank: int
    number: int
    place: str
    """The code of a quota, `general` or `waiting`."""
    value: str
    """The number in hexadecimal digits by which the tickets are put in order."""


@dataclass(frozen=True, slots=True)
class Announcement:
    """Which value the draw waits for, and the day on which it becomes known."""

    source: LocalText = field(default_factory=LocalText)
    known_on: date | None = None


@dataclass(frozen=True, slots=True)
class DrawView:
    """A draw as its pages show it. The school's value is there once it is open to everybody."""

    id: UUID
    campus_id: UUID
    seat_id: UUID
    number: int
    state: DrawState
    class_name: LocalText
    campus_name: LocalText
    year_name: str
    shift: Shift | None
    heading: Heading
    tickets: int
    list_hash: str
    commitment: str
    secret: str | None
    details: Announcement
    public_value: str | None
    reason: LocalText | None
    """Why it was cancelled."""
    fixed_at: datetime
    fixed_by: UUID
    announced_at: datetime | None
    drawn_at: datetime | None
    cancelled_at: datetime | None
    version: int

    @property
    def quotas(self) -> tuple[FixedQuota, ...]:
        """The quotas in the order in which they are served."""
        return self.heading.quotas

    @property
    def general(self) -> int:
        """How many seats are for everybody."""
        return self.heading.seats - sum(quota.seats for quota in self.quotas)

    @property
    def is_open(self) -> bool:
        """Whether it still waits to be drawn."""
        return self.state in (DrawState.FIXED, DrawState.ANNOUNCED)


@dataclass(frozen=True, slots=True)
class TicketView:
    """A ticket of a draw, and what came out for it."""

    draw_id: UUID
    draw_number: int
    state: DrawState
    known_on: date | None
    shift: Shift | None
    number: int
    quotas: tuple[str, ...]
    rank: int | None
    place: str | None

    @property
    def has_seat(self) -> bool:
        """Whether one of the seats fell to it."""
        return self.place not in (None, "waiting")


@dataclass(frozen=True, slots=True)
class Undrawn:
    """A class, or a shift of one, whose seats wait for a draw."""

    seat_id: UUID
    shift: Shift | None
    class_name: LocalText
    campus_name: LocalText
    year_name: str
    closes_on: date
    is_open: bool
    """Whether families can still apply."""


@dataclass(frozen=True, slots=True)
class Doubtful:
    """An application that goes onto the list although something about it is not settled."""

    application_id: UUID
    reference: str


@dataclass(frozen=True, slots=True)
class Preview:
    """What fixing the list would do."""

    place: Undrawn
    seats: int
    general: int
    quotas: tuple[tuple[FixedQuota, int], ...]
    """Each quota, and how many tickets would belong to it."""
    tickets: int
    unread: tuple[Doubtful, ...]
    """Applications that nobody has looked at."""
    refused: tuple[Doubtful, ...]
    """Those with a paper that the check refused."""


class NotALottery(Refused):
    """The seats of the cycle are given in another way."""

    message = N_("The seats of this cycle are not drawn by lot. The cycle says how they are given.")


class StillOpen(Refused):
    """Families could still apply and would be left out."""

    message = N_("Families can still apply for this class. Wait for the last day, or close the cycle.")


class NobodyToDraw(Refused):
    """No application of the class can be given a seat."""

    message = N_("Nobody has applied for this class, so there is nothing to draw.")


class DrawThere(Refused):
    """A list of this class is fixed already."""

    message = N_("The list of this class is fixed already. Cancel that draw first, with a reason.")


class KnownAlready(Refused):
    """The value that is to decide would be known when it is announced."""

    field = "known_on"
    message = N_("Name a later day: the value must not be known yet when it is announced.")


class NotKnownYet(Refused):
    """The draw is asked for before its value is known."""

    field = "value"
    message = N_("The value becomes known on %(day)s. Draw on that day or later.")


class ValueMissing(Refused):
    """No value at all."""

    field = "value"
    message = N_("Write the value exactly as its source has it.")


class SamePerson(Refused):
    """Whoever fixed the list does not hold the draw as well."""

    message = N_("You fixed this list, so somebody else holds the draw.")


class ListChanged(Refused):
    """The tickets are no longer those whose hash was published."""

    message = N_("The list is no longer the one that was published. Nothing was drawn; cancel this draw.")


class NotInThisState(Conflict):
    """The step does not follow from how far the draw is."""

    message = N_("This draw has moved on since you opened the page.")
