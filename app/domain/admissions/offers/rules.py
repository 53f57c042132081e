"""Pure rules of offers: what may become of one, until when it stands, and who may be offered a seat by hand."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Final
from uuid import UUID

from app.domain.admissions.offers.types import ClassFull, NoOffer, OfferOver, OfferState
from app.domain.admissions.rankings.rules import RANKABLE, give_seats
from app.domain.admissions.rankings.types import Candidate, Given, Pool
from app.domain.admissions.types import ApplicationStatus
from app.domain.kernel.dates import day_bounds, local_day

S = OfferState

BECOMES: Final[Mapping[OfferState, frozenset[OfferState]]] = MappingProxyType(
    {
        S.OPEN: frozenset({S.ACCEPTED, S.DECLINED, S.EXPIRED, S.WITHDRAWN, S.ENROLLED}),
        S.ACCEPTED: frozenset({S.WITHDRAWN, S.ENROLLED}),
        S.ENROLLED: frozenset({S.ACCEPTED, S.OPEN}),  # an enrolment that is undone
        S.DECLINED: frozenset(),
        S.EXPIRED: frozenset(),
        S.WITHDRAWN: frozenset({S.ACCEPTED, S.OPEN}),  # an act on many that is taken back
    }
)
"""What may become of an offer. What families and the clock ended stays ended: another seat is another offer."""

HOLDING: Final = (S.OPEN, S.ACCEPTED, S.ENROLLED)
"""While an offer stands so, its seat is nobody else's."""

HOLDING_STATUS: Final = (
    ApplicationStatus.OFFERED,
    ApplicationStatus.ACCEPTED,
    ApplicationStatus.ENROLLED,
)
"""The same for applications, of which some got their seat before there were offers."""

OFFER_DAYS: Final = 7
"""How long an offer stands in a cycle that says nothing else."""

DRAFT_DAYS: Final = 30
"""So many days after the last day of its cycle a draft ends. Until then the cycle may be opened again."""

_REMIND_FROM: Final = 9
"""The hour in Dhaka from which families are reminded."""


def expires_at(made_at: datetime, days: int) -> datetime:
    """The end of the last day, in Dhaka, of an offer that stands `days` days after the one on which it was made."""
    return day_bounds(local_day(made_at) + timedelta(days=days))[1]


def last_day_of(made_at: datetime, days: int) -> date:
    """The last day on which such an offer can be answered."""
    return local_day(made_at) + timedelta(days=days)


def is_over(expires: datetime, now: datetime) -> bool:
    """Whether the deadline has passed. The moment itself is over."""
    return now >= expires


def check_answer(state: OfferState | None, to: OfferState, expires: datetime | None, now: datetime) -> bool:
    """Whether an answer of the family is news: False where it has given the same one before.

    Raises NoOffer where nothing is open, OfferOver after the deadline.
    """
    if state is to or (state is S.ENROLLED and to is S.ACCEPTED):
        return False
    if state is S.EXPIRED or (state is S.OPEN and expires is not None and is_over(expires, now)):
        last = local_day(expires - timedelta(microseconds=1)) if expires else None
        raise OfferOver(day=last)
    if state is not S.OPEN:
        raise NoOffer
    return True


def is_reminder_due(made_at: datetime, expires: datetime, now: datetime) -> bool:
    """Whether a family that has not answered is reminded: from the morning of the day before the last one.

    Never on the day of the offer itself, which the letter has just told of.
    """
    morning = day_bounds(local_day(expires) - timedelta(days=2))[0] + timedelta(hours=_REMIND_FROM)
    return morning <= now < expires and local_day(now) > local_day(made_at)


def waits(status: ApplicationStatus, *, was_offered: bool, has_begun: bool) -> bool:
    """Whether somebody of a ranking waits for a seat by it.

    The list offers each child a seat once: who let it pass gets the next one by hand. Before seats are offered for
    the first time everybody waits; from then on those on the waiting list, and nobody who is looked at again.
    """
    if was_offered:
        return False
    return status is ApplicationStatus.WAITLISTED if has_begun else status in RANKABLE


def give_by_hand(
    pool: Pool, held: Mapping[UUID | None, int], claims: Collection[UUID], waiting: Sequence[Candidate]
) -> UUID | None:
    """The quota whose seat an officer's own choice takes; None: a seat for everybody. Raises ClassFull.

    The order may be passed over, the seats and the quotas may not: a seat of a quota for which somebody waits is not
    given to a child that does not belong to it.
    """
    free = pool.seats - sum(held.values())
    if free <= 0:
        raise ClassFull
    for quota, seats in pool.quotas:
        if quota in claims and held.get(quota, 0) < seats:
            return quota
    kept = sum(1 for each in give_seats(pool, held, waiting) if each.quota_id is not None)
    if free <= kept:
        raise ClassFull
    return None


def digest_of(given: Sequence[Given], last_day: date) -> str:
    """A short name for who gets what until when."""
    told = [f"{each.application_id}:{each.quota_id}" for each in given]
    return hashlib.sha256("\n".join([last_day.isoformat(), *told]).encode()).hexdigest()[:32]
