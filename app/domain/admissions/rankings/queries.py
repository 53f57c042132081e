"""Reads of rankings: the seats of a class, who can be ranked for them, and the order that is published."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, or_, select, true

from app.domain.academics.queries import class_labels
from app.domain.academics.types import Shift
from app.domain.admissions.cycles.rules import share_seats
from app.domain.admissions.models import (
    AdmissionCycle,
    AdmissionSeat,
    AdmissionSeatPart,
    Application,
)
from app.domain.admissions.queries import list_quota_terms
from app.domain.admissions.rankings.models import AdmissionRank, AdmissionRanking
from app.domain.admissions.rankings.rules import RANKABLE
from app.domain.admissions.rankings.types import Applicant, Pool, RankingView, RankLine
from app.domain.kernel.access import ALL, Actor, Permission
from app.domain.kernel.errors import NotFound
from app.domain.kernel.texts import LocalText
from app.uow import session


def within(actor: Actor, permission: Permission) -> ColumnElement[bool]:
    """The rankings of campuses where the actor holds the permission."""
    campuses = actor.campuses_for(permission)
    return true() if campuses is ALL else AdmissionRanking.campus_id.in_(campuses)


def shifts_of(seat_id: UUID) -> list[Shift | None]:
    """The shifts of a class that are given apart, the morning first; one None where they are not told apart."""
    found = set(
        session().scalars(
            select(AdmissionSeatPart.shift).where(AdmissionSeatPart.seat_id == seat_id).distinct()
        )
    )
    return told_apart(found)


def told_apart(shifts: Collection[Shift | None]) -> list[Shift | None]:
    """The shifts whose seats are given apart, from those that the parts of a class name."""
    return [shift for shift in Shift if shift in shifts] if shifts and None not in shifts else [None]


def get_pool(seat_id: UUID, shift: Shift | None) -> Pool:
    """The seats of a class, or of one shift of it, shared among the quotas of its cycle. Raises NotFound."""
    row = session().execute(
        select(AdmissionSeat.cycle_id, AdmissionSeat.seats).where(AdmissionSeat.id == seat_id)
    )
    found = row.one_or_none()
    if found is None:
        raise NotFound
    seats = found.seats if shift is None else _seats_of_shift(seat_id, shift)
    quotas = list_quota_terms([found.cycle_id]).get(found.cycle_id, [])
    share = share_seats(seats, [quota.percent for quota in quotas])
    return Pool(seats, tuple((quota.id, n) for quota, n in zip(quotas, share.quotas, strict=True)))


def _seats_of_shift(seat_id: UUID, shift: Shift) -> int:
    return int(
        session().scalar(
            select(func.coalesce(func.sum(AdmissionSeatPart.seats), 0)).where(
                AdmissionSeatPart.seat_id == seat_id, AdmissionSeatPart.shift == shift
            )
        )
        or 0
    )


def applicants_of(seat_id: UUID, shift: Shift | None) -> Select[Application]:
    """The applications that can be ranked for a class, or for one shift of it; who named no shift, for every one."""
    statement = (
        select(Application)
        .join(
            AdmissionSeat,
            (AdmissionSeat.cycle_id == Application.cycle_id)
            & (AdmissionSeat.class_id == Application.class_id),
        )
        .where(AdmissionSeat.id == seat_id, Application.status.in_(RANKABLE))
    )
    if shift is not None:
        statement = statement.where(or_(Application.shift == shift, Application.shift.is_(None)))
    return statement


def ranked_elsewhere(seat_id: UUID, shift: Shift | None) -> Select[UUID]:
    """Who has a place in the order of another shift of a class already: whoever named none keeps the first one."""
    return (
        select(AdmissionRank.application_id)
        .join(AdmissionRanking, AdmissionRanking.id == AdmissionRank.ranking_id)
        .where(AdmissionRanking.seat_id == seat_id, AdmissionRanking.shift.is_distinct_from(shift))
    )


def list_applicants(seat_id: UUID, shift: Shift | None) -> list[Applicant]:
    """Who can be ranked, in the order in which they applied."""
    rows = session().scalars(
        applicants_of(seat_id, shift).order_by(Application.submitted_at, Application.reference)
    )
    return [
        Applicant(
            application_id=row.id,
            reference=row.reference or "",
            child_name=LocalText(row.child_name_en or "", row.child_name_bn or "", row.child_name_ar or ""),
            status=row.status,
            submitted_at=row.submitted_at or row.created_at,  # who can be ranked has sent it
            claims=frozenset(row.quota_ids),
        )
        for row in rows
    ]


def find_ranking(seat_id: UUID, shift: Shift | None) -> RankingView | None:
    """The order in force for a class, or for one shift of it."""
    found = _views(AdmissionRanking.seat_id == seat_id, AdmissionRanking.shift.is_not_distinct_from(shift))
    return found[0] if found else None


def get_ranking(
    actor: Actor, ranking_id: UUID, permission: Permission = Permission.APPLICATIONS_READ
) -> RankingView:
    """One ranking of the actor's campuses. Raises NotFound."""
    found = _views(AdmissionRanking.id == ranking_id, within(actor, permission))
    if not found:
        raise NotFound
    return found[0]


def list_rankings(cycle_id: UUID) -> list[RankingView]:
    """The orders in force for the classes of a cycle that the caller has found, by class and shift."""
    return _views(AdmissionSeat.cycle_id == cycle_id)


def _views(*conditions: ColumnElement[bool]) -> list[RankingView]:
    found = session().execute(
        select(AdmissionRanking, AdmissionSeat.cycle_id, AdmissionSeat.class_id)
        .join(AdmissionSeat, AdmissionSeat.id == AdmissionRanking.seat_id)
        .join(AdmissionCycle, AdmissionCycle.id == AdmissionSeat.cycle_id)
        .where(*conditions)
    )
    rows = [(row, cycle_id, class_id) for row, cycle_id, class_id in found]
    labels = class_labels({class_id for _, _, class_id in rows})
    shifts = [None, *Shift]
    views = [
        RankingView(
            id=row.id,
            campus_id=row.campus_id,
            cycle_id=cycle_id,
            seat_id=row.seat_id,
            class_id=class_id,
            class_name=labels[class_id].name,
            shift=row.shift,
            method=row.method,
            published_at=row.published_at,
            opened_at=row.opened_at,
        )
        for row, cycle_id, class_id in rows
    ]
    return sorted(views, key=lambda each: (labels[each.class_id].level, shifts.index(each.shift)))


def list_ranks(ranking_id: UUID) -> list[RankLine]:
    """The lines of a ranking that the caller has found, the first place first."""
    rows = session().execute(
        select(AdmissionRank, Application)
        .join(Application, Application.id == AdmissionRank.application_id)
        .where(AdmissionRank.ranking_id == ranking_id)
        .order_by(AdmissionRank.rank)
    )
    return [
        RankLine(
            rank=rank.rank,
            application_id=row.id,
            reference=row.reference or "",
            child_name=LocalText(row.child_name_en or "", row.child_name_bn or "", row.child_name_ar or ""),
            status=row.status,
            claims=frozenset(row.quota_ids),
            working=rank.working,
        )
        for rank, row in rows
    ]
