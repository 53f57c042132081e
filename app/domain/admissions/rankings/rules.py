"""Pure rules of rankings: who gets a seat by an order, quotas and what is taken already."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Final
from uuid import UUID

from app.domain.admissions.rankings.types import Candidate, Given, Pool
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


def is_order_of(order: Sequence[UUID], applicants: Collection[UUID]) -> bool:
    """Whether an order names only applicants, each once at most."""
    return len(set(order)) == len(order) and set(order) <= set(applicants)
