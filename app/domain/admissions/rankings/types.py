"""Views and errors of rankings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from app.domain.academics.types import Shift
from app.domain.admissions.types import ApplicationStatus, Method
from app.domain.kernel.errors import N_, Refused
from app.domain.kernel.texts import LocalText


@dataclass(frozen=True, slots=True)
class Pool:
    """The seats of a class, or of one shift of it, as they are given: so many for each quota, the rest for all."""

    seats: int
    quotas: tuple[tuple[UUID, int], ...] = ()
    """(quota, its seats), in the order in which quotas are served."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands on the seats of a class, or of one shift of it: a draw, or an order by which seats were offered."""

    shift: Shift | None
    class_name: LocalText
    draw: int | None
    """The number of the draw; None for an order that came about otherwise."""
    is_given: bool
    """Whether the seats were drawn or offered. False: the list of the draw is fixed, and it can still be cancelled."""
    seats: int
    """All seats as they are now."""
    promised: int
    """So many were drawn for somebody, kept for a quota, or are held."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who waits for a seat, and the quotas they belong to."""

    application_id: UUID
    claims: frozenset[UUID] = frozenset()


@dataclass(frozen=True, slots=True)
class Given:
    """A seat for somebody: one of a quota, or (None) one for everybody."""

    application_id: UUID
    quota_id: UUID | None


@dataclass(frozen=True, slots=True)
class Ranked:
    """An applicant in their place of an order, and how the place came about, for whoever asks."""

    application_id: UUID
    working: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Applicant:
    """Who can be ranked for a class: sent, neither refused nor withdrawn."""

    application_id: UUID
    reference: str
    child_name: LocalText
    status: ApplicationStatus
    submitted_at: datetime
    claims: frozenset[UUID]


@dataclass(frozen=True, slots=True)
class RankLine:
    """A line of a ranking as its page shows it."""

    rank: int
    application_id: UUID
    reference: str
    child_name: LocalText
    status: ApplicationStatus
    claims: frozenset[UUID]
    working: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RankingView:
    """The order of one class, or of one shift of it."""

    id: UUID
    campus_id: UUID
    cycle_id: UUID
    seat_id: UUID
    class_id: UUID
    class_name: LocalText
    shift: Shift | None
    method: Method
    published_at: datetime
    opened_at: datetime | None = None
    """When seats were first offered by it."""


class RankingTaken(Refused):
    """The order of a class is published once: seats have been offered by it."""

    message = N_("Seats have been offered by the order that is published, so it stays.")


class DrawDecides(Refused):
    """The seats of a class are drawn: no other order takes the place of the drawn one."""

    message = N_("Draw %(number)s decides about these seats, so no other order is published.")


class ListStands(Refused):
    """The list of a draw is fixed on the seats and quotas as they are."""

    message = N_(
        "Draw %(number)s stands on these seats and quotas. Cancel that draw, with a reason; then change them and fix"
        " its list anew."
    )


class MethodStands(Refused):
    """Somebody was promised a seat, or stands on a list, by the method as it is."""

    message = N_(
        "Seats of %(name)s are given by the method as it is, so it stays. A draw can be cancelled first."
    )


class DrawnByQuotas(Refused):
    """A draw was held on the quotas as they are."""

    message = N_(
        "Draw %(number)s was held on these quotas, so they stay. Seats can be added to a class: they go down its"
        " waiting list."
    )


class OfferedByQuotas(Refused):
    """Seats were offered by the quotas as they are."""

    message = N_(
        "Seats of %(name)s were offered by these quotas, so they stay. Seats can be added to a class: they go down"
        " its waiting list."
    )


class SeatsPromised(Refused):
    """Fewer seats than were drawn, kept for quotas or are held."""

    message = N_(
        "At least %(seats)s seats stay: so many were drawn, offered or taken. Seats can be added: they go down the"
        " waiting list."
    )


class NotRankable(Refused):
    """An order that names somebody twice, or somebody who is not among the applicants of the class."""

    message = N_("The order names an application that is not among those of the class, or one twice.")
