"""Reads of admission cycles for the office: the actor's campuses only, drafts included."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ColumnElement, func, select, true

from app.domain.academics.queries import class_labels, list_campuses, list_years, year_labels
from app.domain.admissions.cycles.rules import share_days
from app.domain.admissions.cycles.types import (
    CycleClass,
    CycleDetails,
    CycleLine,
    CycleQuota,
    CycleView,
    Elsewhere,
    QuotaDetails,
    SeatDetails,
    SeatPart,
)
from app.domain.admissions.models import (
    AdmissionCycle,
    AdmissionQuota,
    AdmissionSeat,
    AdmissionSeatPart,
    Application,
)
from app.domain.admissions.types import CycleState, papers_in_order
from app.domain.kernel.access import ALL, Actor, Permission
from app.domain.kernel.errors import NotFound
from app.domain.kernel.texts import LocalText
from app.uow import session


def within(actor: Actor, permission: Permission) -> ColumnElement[bool]:
    """The cycles of campuses where the actor holds the permission."""
    campuses = actor.campuses_for(permission)
    return true() if campuses is ALL else AdmissionCycle.campus_id.in_(campuses)


def list_cycles(actor: Actor) -> list[CycleLine]:
    """The cycles of the actor's campuses, those of the latest year first."""
    seats = (
        select(
            AdmissionSeat.cycle_id,
            func.count().label("classes"),
            func.sum(AdmissionSeat.seats).label("seats"),
        )
        .group_by(AdmissionSeat.cycle_id)
        .subquery()
    )
    applications = select(func.count()).where(Application.cycle_id == AdmissionCycle.id).scalar_subquery()
    rows = session().execute(
        select(AdmissionCycle, seats.c.classes, seats.c.seats, applications)
        .outerjoin(seats, seats.c.cycle_id == AdmissionCycle.id)
        .where(within(actor, Permission.APPLICATIONS_READ))
    )
    found = [tuple(row) for row in rows]
    years = year_labels({row[0].academic_year_id for row in found})
    campuses = {campus.id: campus.name for campus in list_campuses(actor)}
    lines = [
        CycleLine(
            id=cycle.id,
            campus_name=campuses.get(cycle.campus_id, LocalText()),
            year_name=years[cycle.academic_year_id].name,
            state=cycle.state,
            opens_on=cycle.opens_on,
            closes_on=cycle.closes_on,
            classes=classes or 0,
            seats=seats_in_all or 0,
            applications=sent,
            name=cycle.name,
        )
        for cycle, classes, seats_in_all, sent in found
    ]
    return sorted(lines, key=lambda line: (-line.opens_on.toordinal(), str(line.campus_name)))


def get_cycle(
    actor: Actor, cycle_id: UUID, permission: Permission = Permission.APPLICATIONS_READ
) -> CycleView:
    """One cycle with its classes and quotas. Raises NotFound."""
    row = (
        session()
        .scalars(select(AdmissionCycle).where(AdmissionCycle.id == cycle_id, within(actor, permission)))
        .one_or_none()
    )
    if row is None:
        raise NotFound
    return view_of(actor, row)


def view_of(actor: Actor, row: AdmissionCycle) -> CycleView:
    """A cycle of the actor's campuses as its page shows it."""
    year = year_labels([row.academic_year_id])[row.academic_year_id]
    campus = next((each.name for each in list_campuses(actor) if each.id == row.campus_id), LocalText())
    return CycleView(
        id=row.id,
        campus_id=row.campus_id,
        campus_name=campus,
        year_id=year.id,
        year_name=year.name,
        year_starts_on=year.starts_on,
        state=row.state,
        published_at=row.published_at,
        version=row.version,
        details=details_of(row),
        classes=_classes_of(row.id),
        quotas=_quotas_of(row.id),
        elsewhere=list_elsewhere(row),
        applications=session().scalar(
            select(func.count()).select_from(Application).where(Application.cycle_id == row.id)
        )
        or 0,
    )


def details_of(row: AdmissionCycle) -> CycleDetails:
    """What may be edited of a cycle."""
    return CycleDetails(
        opens_on=row.opens_on,
        closes_on=row.closes_on,
        method=row.method,
        fee=row.fee,
        section_most=row.section_most,
        age_from_on=row.age_from_on,
        age_to_on=row.age_to_on,
        papers=papers_in_order(row.papers),
        offer_days=row.offer_days,
        list_moves=row.list_moves,
        name=row.name,
        spare_papers=papers_in_order(row.spare_papers),
    )


def list_elsewhere(row: AdmissionCycle) -> tuple[Elsewhere, ...]:
    """The classes of a cycle that a published one of the same year takes on some of the same days."""
    own = select(AdmissionSeat.class_id).where(AdmissionSeat.cycle_id == row.id)
    found = session().execute(
        select(AdmissionSeat.class_id, AdmissionCycle.opens_on, AdmissionCycle.closes_on)
        .join(AdmissionCycle, AdmissionCycle.id == AdmissionSeat.cycle_id)
        .where(
            AdmissionCycle.academic_year_id == row.academic_year_id,
            AdmissionCycle.id != row.id,
            AdmissionCycle.state == CycleState.PUBLISHED,
            AdmissionSeat.class_id.in_(own),
        )
        .order_by(AdmissionCycle.opens_on, AdmissionCycle.id)
    )
    days = (row.opens_on, row.closes_on)
    taken = [(key, opens, closes) for key, opens, closes in found if share_days(days, (opens, closes))]
    labels = class_labels({key for key, *_ in taken})
    taken.sort(key=lambda each: labels[each[0]].level)
    return tuple(Elsewhere(labels[key].name, opens, closes) for key, opens, closes in taken)


def _classes_of(cycle_id: UUID) -> tuple[CycleClass, ...]:
    rows = list(session().scalars(select(AdmissionSeat).where(AdmissionSeat.cycle_id == cycle_id)))
    parts = parts_of([row.id for row in rows])
    labels = class_labels([row.class_id for row in rows])
    classes = [
        CycleClass(
            id=row.id,
            class_id=row.class_id,
            name=labels[row.class_id].name,
            level=labels[row.class_id].level,
            version=row.version,
            details=seat_details_of(row, parts.get(row.id, ())),
        )
        for row in rows
    ]
    return tuple(sorted(classes, key=lambda each: each.level))


def seat_details_of(row: AdmissionSeat, parts: tuple[SeatPart, ...]) -> SeatDetails:
    """What may be edited of a class. Seats that an older release wrote as one number are one part."""
    if not parts and row.seats:
        parts = (SeatPart("", None, row.seats),)
    return SeatDetails(
        parts=parts,
        age_from_months=row.age_from_months,
        age_to_months=row.age_to_months,
        papers=papers_in_order(row.papers),
        method=row.method,
        fee=row.fee,
        age_from_on=row.age_from_on,
        age_to_on=row.age_to_on,
        section_rule=row.section_rule,
    )


def parts_of(seat_ids: list[UUID]) -> dict[UUID, tuple[SeatPart, ...]]:
    """The seats of classes, section by section, those of the morning first."""
    rows = session().scalars(
        select(AdmissionSeatPart)
        .where(AdmissionSeatPart.seat_id.in_(seat_ids))
        .order_by(AdmissionSeatPart.shift.desc(), AdmissionSeatPart.section, AdmissionSeatPart.id)
    )
    found: dict[UUID, tuple[SeatPart, ...]] = {}
    for row in rows:
        found[row.seat_id] = (*found.get(row.seat_id, ()), SeatPart(row.section, row.shift, row.seats))
    return found


def _quotas_of(cycle_id: UUID) -> tuple[CycleQuota, ...]:
    rows = session().scalars(
        select(AdmissionQuota)
        .where(AdmissionQuota.cycle_id == cycle_id)
        .order_by(AdmissionQuota.percent.desc(), AdmissionQuota.id)
    )
    return tuple(
        CycleQuota(
            row.id,
            row.version,
            QuotaDetails(row.name, row.percent, papers_in_order(row.papers), row.relief_months),
        )
        for row in rows
    )


def years_for_cycles(actor: Actor, campus_id: UUID | None = None) -> list[tuple[UUID, LocalText, str]]:
    """(key, campus, name) of the school years where the actor may make a cycle, the latest first.

    A year with a cycle is among them: a late intake, or one for class eleven, is a cycle of its own.
    """
    return [
        (year.id, campus.name, year.name)
        for campus in list_campuses(actor, Permission.CYCLES_EDIT)
        if campus_id in (None, campus.id)
        for year in list_years(campus.id)
    ]
