"""Pure rules of rankings: who gets a seat by an order, quotas and what is taken already."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final
from uuid import UUID

from app.domain.academics.types import Shift
from app.domain.admissions.rankings.types import (
    Candidate,
    DrawnByQuotas,
    Given,
    ListStands,
    OfferedByQuotas,
    Pool,
    SeatsPromised,
    Standing,
)
from app.domain.admissions.types import ApplicationStatus

RANKABLE: Final = (
    ApplicationStatus.SUBMITTED,
    ApplicationStatus.UNDER_REVIEW,
    ApplicationStatus.SHORTLISTED,
    ApplicationStatus.WAITLISTED,
)
"""Who can be given a seat that they have not got yet."""


def give_seats(pool: Pool, held: Mapping[UUID | None, int], waiting: Sequence[Candidate]) -> list[Given]:
    """Who gets the free seats of a pool, `waiting` being the order.

    Quotas are served first, in their order: each seat of one goes to the first who waits and belongs to it. Then
    the seats for everybody are given in the order, to whoever is left. Seats of a quota for which nobody waits
    are given to everybody in the end, so no seat stays empty while somebody waits. `held` counts the seats that
    are offered or taken, by quota (None: for everybody). With nothing held this is the first giving; later, when a
    seat falls free, the same rule moves the waiting list.
    """
    free = pool.seats - sum(held.values())
    taken: dict[UUID, UUID | None] = {}
    for quota, seats in pool.quotas:
        for each in waiting:
            left = min(seats - held.get(quota, 0) - _given(taken, quota), free - len(taken))
            if left <= 0:
                break
            if quota in each.claims and each.application_id not in taken:
                taken[each.application_id] = quota
    for each in waiting:
        if len(taken) >= free:
            break
        taken.setdefault(each.application_id, None)
    return [
        Given(each.application_id, taken[each.application_id])
        for each in waiting
        if each.application_id in taken
    ]


def _given(taken: Mapping[UUID, UUID | None], quota: UUID) -> int:
    return sum(1 for each in taken.values() if each == quota)


def told_apart(shifts: Collection[Shift | None]) -> list[Shift | None]:
    """The shifts whose seats are given apart, from those that the parts of a class name; one None for all together."""
    return [shift for shift in Shift if shift in shifts] if shifts and None not in shifts else [None]


def pool_sizes(parts: Iterable[tuple[Shift | None, int]]) -> dict[Shift | None, int]:
    """The seats that are given together, by shift, from (shift, seats) of the parts of a class."""
    named = list(parts)
    return {
        shift: sum(seats for of, seats in named if shift is None or of is shift)
        for shift in told_apart({of for of, _ in named})
    }


def keep_promises(share: Sequence[int], promised: Sequence[int]) -> tuple[int, ...]:
    """The seats of quotas after seats were added to a class: by the percentages, but no quota loses one it had.

    Rounding alone can give a quota fewer seats of a larger class: at 40, 10 and 5 percent the last gets one of 11
    seats and none of 12. All quotas together get what their percentages give, or what they had where that was more.
    """
    left = max(sum(share) - sum(promised), 0)
    kept = []
    for wanted, had in zip(share, promised, strict=True):
        more = min(max(wanted - had, 0), left)
        kept.append(had + more)
        left -= more
    return tuple(kept)


def check_seats(standing: Iterable[Standing], after: Mapping[Shift | None, int]) -> None:
    """Whether a class may have these seats, by shift, with what stands on those it has.

    While the list of a draw is fixed, seats stay: they are part of it. Afterwards seats may be added, and go down the
    waiting list; what was promised to somebody is never taken away. A class that has promised more than it has, from
    before this was asked, may stay as it is. Raises ListStands, SeatsPromised.
    """
    for each in standing:
        seats = after.get(each.shift)
        if not each.is_given:
            if seats != each.seats:
                raise ListStands(number=each.draw)
        elif seats is None or seats < min(each.promised, each.seats):
            raise SeatsPromised(seats=min(each.promised, each.seats))


def check_quotas(standing: Iterable[Standing]) -> None:
    """Whether the shares of a cycle may change with what stands on its classes: they may as long as nothing does.

    Raises ListStands, DrawnByQuotas, OfferedByQuotas.
    """
    for each in standing:
        if not each.is_given:
            raise ListStands(number=each.draw)
        if each.draw is not None:
            raise DrawnByQuotas(number=each.draw)
        raise OfferedByQuotas(name=each.class_name)


def is_order_of(order: Sequence[UUID], applicants: Collection[UUID]) -> bool:
    """Whether an order names only applicants, each once at most."""
    return len(set(order)) == len(order) and set(order) <= set(applicants)
