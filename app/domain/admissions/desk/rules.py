"""Pure rules of the officer's desk: what an act on many does to each, what may become one, what is shown unasked."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from app.domain.admissions.desk.types import (
    BulkAct,
    BulkRow,
    Effect,
    NoSuchOfficer,
    NoteMissing,
    NothingChosen,
    Officer,
    Order,
    TooManyChosen,
    WhyNot,
)
from app.domain.admissions.rules import TRANSITIONS, check_reason
from app.domain.admissions.types import ApplicationStatus, CycleState
from app.domain.kernel.access import AllCampuses
from app.domain.kernel.texts import LocalText

S = ApplicationStatus

MOST_AT_ONCE: Final = 500
UNDO_FOR: Final = timedelta(minutes=10)
"""So long an act on many can be taken back, and so long its letters wait."""

MERGEABLE: Final = frozenset({S.SUBMITTED, S.UNDER_REVIEW, S.SHORTLISTED, S.WAITLISTED})
"""An application that ends by being merged stands so: one that holds a seat is the one to keep."""
KEEPABLE: Final = MERGEABLE | {S.OFFERED, S.ACCEPTED}

USUAL_MILESTONES: Final = (
    LocalText("Papers seen", "কাগজপত্র দেখা হয়েছে", "اطُّلع على المستندات"),
    LocalText("Birth number checked online", "জন্ম নিবন্ধন অনলাইনে যাচাই", "تُحقق من رقم الميلاد عبر الإنترنت"),
    LocalText("Interview held", "সাক্ষাৎকার নেওয়া হয়েছে", "أُجريت المقابلة"),
    LocalText("Original papers seen", "মূল কাগজপত্র দেখা হয়েছে", "اطُّلع على المستندات الأصلية"),
)
"""What a school that has none begins with; each is data from then on."""


def check_order(order: Order, officers: Collection[Officer], chosen: int) -> None:
    """Raises NothingChosen, TooManyChosen, ReasonMissing, NoteMissing, NoSuchOfficer."""
    if not chosen:
        raise NothingChosen
    if chosen > MOST_AT_ONCE:
        raise TooManyChosen(most=MOST_AT_ONCE)
    decision = order.act.decision
    if decision is not None:
        check_reason(decision, order.text)
    if order.act is BulkAct.NOTE and not order.text:
        raise NoteMissing
    known = {None, *(each.id for each in officers)}
    if order.act is BulkAct.ASSIGN and order.officer_id not in known:
        raise NoSuchOfficer


def foresee(
    order: Order, rows: Sequence[BulkRow], officers: Collection[Officer], campus_id: UUID | None
) -> list[Effect]:
    """What an order does to each application, in their order; it touches those of one campus, see `campus_of`."""
    return [_foresee(order, row, officers, campus_id) for row in rows]


def campus_of(rows: Sequence[BulkRow], campuses: Collection[UUID] | AllCampuses) -> UUID | None:
    """The campus that an act on these belongs to: that of the first where its giver decides."""
    return next((row.campus_id for row in rows if row.campus_id in campuses), None)


def _foresee(order: Order, row: BulkRow, officers: Collection[Officer], campus_id: UUID | None) -> Effect:
    if row.campus_id != campus_id:
        return Effect(row, why_not=WhyNot.NOT_THERE)
    decision = order.act.decision
    if decision is not None:
        if row.status is decision:
            return Effect(row, why_not=WhyNot.ALREADY)
        if decision not in TRANSITIONS[row.status]:
            return Effect(row, why_not=WhyNot.NOT_FROM_HERE)
        return Effect(row, decision)
    if order.act is BulkAct.ASSIGN:
        if row.officer_id == order.officer_id:
            return Effect(row, why_not=WhyNot.ALREADY)
        if order.officer_id is not None and not decides_at(officers, order.officer_id, row.campus_id):
            return Effect(row, why_not=WhyNot.NOT_THERE)
    return Effect(row)


def decides_at(officers: Collection[Officer], officer_id: UUID, campus_id: UUID) -> bool:
    """Whether somebody is among those who decide at a campus."""
    return any(each.id == officer_id and each.works_at(campus_id) for each in officers)


def may_undo(done_at: datetime, now: datetime) -> bool:
    """Whether an act on many can still be taken back."""
    return now < done_at + UNDO_FOR


def may_merge(kept: ApplicationStatus, gone: ApplicationStatus) -> bool:
    """Whether one application may end in another as they stand."""
    return kept in KEEPABLE and gone in MERGEABLE


def in_order(one: UUID, other: UUID) -> tuple[UUID, UUID]:
    """Two keys as a pair is stored, and as rows are locked: the smaller first."""
    return (one, other) if one < other else (other, one)


def cycles_shown(cycles: Mapping[UUID, tuple[UUID, CycleState, date, date]], today: date) -> frozenset[UUID]:
    """The cycles whose queue is shown unasked, of (campus, state, opens, closes) by key.

    Of each campus those that are open; where none is, the one that opened last.
    """
    shown: set[UUID] = set()
    for campus in {each[0] for each in cycles.values()}:
        own = {key: each for key, each in cycles.items() if each[0] == campus}
        now_open = {
            key
            for key, (_, state, opens, closes) in own.items()
            if state is CycleState.PUBLISHED and opens <= today <= closes
        }
        begun = {key: each[2] for key, each in own.items() if each[2] <= today} or {
            key: each[2] for key, each in own.items()
        }
        shown |= now_open or {max(begun, key=lambda key: (begun[key], key))}
    return frozenset(shown)
