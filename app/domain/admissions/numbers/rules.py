"""Pure rules of numbers: a funnel and the fill of classes from what was counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final
from uuid import UUID

from app.domain.admissions.numbers.types import ClassFill, Count, Reach
from app.domain.admissions.types import ApplicationStatus as S

HOLDS: Final = (S.OFFERED, S.ACCEPTED, S.ENROLLED)
"""Whoever stands so holds a seat."""

FUNNEL: Final = (
    S.UNDER_REVIEW,
    S.SHORTLISTED,
    S.WAITLISTED,
    S.OFFERED,
    S.ACCEPTED,
    S.ENROLLED,
    S.REJECTED,
    S.WITHDRAWN,
    S.EXPIRED,
)
"""What becomes of sent applications, in the order of the page."""


def count_reached(counts: Iterable[Count]) -> dict[Reach, int]:
    """How many came at least so far: whoever sent an application has been on every page before."""
    here = _by_reach(counts)
    steps = list(Reach)
    return {step: sum(here[each] for each in steps[place:]) for place, step in enumerate(steps)}


def count_stopped(counts: Iterable[Count]) -> dict[Reach, int]:
    """Where the drafts stand that were never sent."""
    here = _by_reach(each for each in counts if each.status is S.DRAFT)
    return {step: here[step] for step in Reach if step is not Reach.SENT}


def _by_reach(counts: Iterable[Count]) -> Counter[Reach]:
    here: Counter[Reach] = Counter()
    for each in counts:
        here[each.reach] += each.number
    return here


def count_ever(counts: Iterable[Count], decided: Mapping[S, int]) -> dict[S, int]:
    """How many were ever decided so. What can be taken back, or happens without a decision, counts as it is now."""
    now: Counter[S] = Counter()
    for each in counts:
        now[each.status] += each.number
    as_now = (S.ENROLLED, S.WITHDRAWN, S.EXPIRED)
    return {
        state: now[state] if state in as_now else max(decided.get(state, 0), now[state]) for state in FUNNEL
    }


def fill_of(class_id: UUID, seats: int, counts: Iterable[Count], claims: Mapping[UUID, int]) -> ClassFill:
    """How the seats of a class are filled."""
    now: Counter[S] = Counter()
    for each in counts:
        if each.class_id == class_id:
            now[each.status] += each.number
    return ClassFill(
        class_id=class_id,
        seats=seats,
        sent=sum(number for state, number in now.items() if state is not S.DRAFT),
        offered=now[S.OFFERED],
        accepted=now[S.ACCEPTED],
        enrolled=now[S.ENROLLED],
        claims=claims,
    )
