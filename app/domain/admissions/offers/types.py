"""States, views and errors of offers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from app.domain.academics.types import Shift
from app.domain.admissions.rankings.types import RankingView, RankLine
from app.domain.admissions.types import Method
from app.domain.kernel.dates import local_day
from app.domain.kernel.errors import N_, Conflict, Refused
from app.domain.kernel.texts import LocalText


class OfferState(StrEnum):
    """What has become of an offer."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    ENROLLED = "enrolled"


@dataclass(frozen=True)
class OfferView:
    """The latest offer of an application."""

    state: OfferState
    made_at: datetime
    expires_at: datetime
    """The first moment at which it can no longer be accepted."""
    answered_at: datetime | None
    shift: Shift | None = None
    """The shift in which the seat is, where they are given apart."""

    @property
    def last_day(self) -> date:
        """The last day on which the family can answer."""
        return local_day(self.expires_at - timedelta(microseconds=1))


@dataclass(frozen=True)
class FamilyOffer:
    """What a family reads about its offer, or about its place on the waiting list."""

    offer: OfferView | None
    can_answer: bool
    is_over: bool
    """Whether the time to answer has passed and nobody has."""
    place: int | None
    """The place on the waiting list, counted from 1."""


@dataclass(frozen=True)
class QuotaLine:
    """The seats of a pool for one quota (or for everybody), and how many of them are held."""

    name: LocalText | None
    """None: the seats for everybody."""
    seats: int
    held: int


@dataclass(frozen=True)
class PoolLine:
    """The seats of a class, or of one shift of it, and how they stand."""

    seat_id: UUID
    cycle_id: UUID
    campus_id: UUID
    class_name: LocalText
    shift: Shift | None
    method: Method | None
    seats: int
    held: int
    quotas: tuple[QuotaLine, ...]
    counts: Mapping[OfferState, int]
    """Offers by what has become of them."""
    ranking: RankingView | None
    applicants: int
    """How many could be ranked now."""
    offer_days: int
    list_moves: bool

    @property
    def free(self) -> int:
        """Seats that nobody holds; 0 where the class has become smaller than what is held."""
        return max(self.seats - self.held, 0)


@dataclass(frozen=True)
class Planned:
    """Who would get a seat now."""

    line: RankLine
    quota_id: UUID | None
    quota_name: LocalText | None


@dataclass(frozen=True)
class Plan:
    """What offering the free seats of a ranking would do: who gets what, who waits, and until when they can answer."""

    given: tuple[Planned, ...]
    waiting: tuple[RankLine, ...]
    """Who waits afterwards, the next one first."""
    last_day: date
    is_first: bool
    """Whether seats have never been offered by this ranking."""
    seen: str = field(default="")
    """A digest of who gets what until when: what an officer confirms is what is done."""


@dataclass(frozen=True)
class Moved:
    """What one round of the job did."""

    expired: int = 0
    offered: int = 0
    reminded: int = 0
    drafts: int = 0


class ClassFull(Refused):
    """No seat of the class is free for this child."""

    field = "do"
    message = N_(
        "Every seat of this class is offered or taken, or kept for a quota of those who wait. Put the application"
        " on the waiting list, or add seats to the cycle."
    )


class NoOffer(Conflict):
    """There is nothing to accept or decline."""

    message = N_("There is no open offer to answer. The page shows how the application stands.")


class OfferOver(Conflict):
    """The family answers after the deadline."""

    message = N_(
        "The time to answer ended on %(day)s, so the place cannot be accepted any more. Call the school office if"
        " you still want it."
    )


class NotByTime(Refused):
    """The order by time of sending is for cycles that give their seats so."""

    message = N_("This cycle does not give its seats in the order of sending.")
