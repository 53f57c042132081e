"""Reads of draws: what everybody may know, the office's steps, a family's own ticket."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, true

from app.domain.academics.queries import class_labels, year_labels
from app.domain.academics.types import Shift
from app.domain.admissions.cycles.rules import takes_applications
from app.domain.admissions.lottery.models import AdmissionDraw, AdmissionTicket
from app.domain.admissions.lottery.rules import quota_codes, write_list, write_result
from app.domain.admissions.lottery.types import (
    Announcement,
    Doubtful,
    DrawState,
    DrawView,
    FixedQuota,
    Heading,
    Preview,
    Ticket,
    TicketView,
    Undrawn,
)
from app.domain.admissions.models import (
    AdmissionCycle,
    AdmissionSeat,
    AdmissionSeatPart,
    ApplicationDocument,
)
from app.domain.admissions.queries import list_quota_terms
from app.domain.admissions.rankings.queries import get_pool, list_applicants
from app.domain.admissions.rankings.rules import told_apart
from app.domain.admissions.rankings.types import Applicant
from app.domain.admissions.types import ApplicationStatus, CycleState, Method
from app.domain.files.queries import refused_files
from app.domain.kernel import clock
from app.domain.kernel.access import ALL, Actor, Permission
from app.domain.kernel.errors import NotFound
from app.domain.kernel.texts import LocalText
from app.uow import session

_MOST_SHOWN = 200


def within(actor: Actor, permission: Permission) -> ColumnElement[bool]:
    """The draws of campuses where the actor holds the permission."""
    campuses = actor.campuses_for(permission)
    return true() if campuses is ALL else AdmissionDraw.campus_id.in_(campuses)


# --- what everybody may know


def list_draws() -> list[DrawView]:
    """The latest draws of the school, whatever became of them, the last one first."""
    return _views(true())


def find_draw(draw_id: UUID) -> DrawView:
    """One draw, for everybody. Raises NotFound."""
    found = _views(AdmissionDraw.id == draw_id)
    if not found:
        raise NotFound
    return found[0]


def _views(*conditions: ColumnElement[bool]) -> list[DrawView]:
    found = session().execute(
        select(AdmissionDraw, AdmissionSeat.class_id, AdmissionCycle.academic_year_id)
        .join(AdmissionSeat, AdmissionSeat.id == AdmissionDraw.seat_id)
        .join(AdmissionCycle, AdmissionCycle.id == AdmissionSeat.cycle_id)
        .where(*conditions)
        .order_by(AdmissionDraw.number.desc())
        .limit(_MOST_SHOWN)
    )
    rows = [(row, class_id, year_id) for row, class_id, year_id in found]
    labels = class_labels({class_id for _, class_id, _ in rows})
    years = year_labels({year_id for _, _, year_id in rows})
    return [
        DrawView(
            id=row.id,
            campus_id=row.campus_id,
            seat_id=row.seat_id,
            number=row.number,
            state=row.state,
            class_name=labels[class_id].name,
            campus_name=labels[class_id].campus_name,
            year_name=years[year_id].name,
            shift=row.shift,
            heading=heading_of(row),
            tickets=row.tickets,
            list_hash=row.list_hash,
            commitment=row.commitment,
            # Once a draw can no longer be held, what would have come of it is for everybody to see.
            secret=row.secret if row.state in (DrawState.DRAWN, DrawState.CANCELLED) else None,
            details=Announcement(row.source or LocalText(), row.known_on),
            public_value=row.public_value,
            reason=row.reason,
            fixed_at=row.fixed_at,
            fixed_by=row.fixed_by,
            announced_at=row.announced_at,
            drawn_at=row.drawn_at,
            cancelled_at=row.cancelled_at,
            version=row.version,
        )
        for row, class_id, year_id in rows
    ]


def heading_of(row: AdmissionDraw) -> Heading:
    """What stands above the tickets of a list, as it was fixed."""
    quotas = tuple(FixedQuota.from_dict(each) for each in row.quotas)
    return Heading(row.number, row.about, row.shift, row.seats, quotas)


def list_tickets(draw_id: UUID) -> list[Ticket]:
    """The tickets of a draw in the order of their numbers."""
    rows = session().execute(
        select(AdmissionTicket.number, AdmissionTicket.quotas)
        .where(AdmissionTicket.draw_id == draw_id)
        .order_by(AdmissionTicket.number)
    )
    return [Ticket(number, tuple(quotas)) for number, quotas in rows]


def list_of(draw: DrawView) -> str:
    """The list of a draw as it was published."""
    return write_list(draw.heading, list_tickets(draw.id))


def result_of(draw: DrawView) -> str:
    """The result of a draw as it was published. Raises NotFound before it is there."""
    if draw.state is not DrawState.DRAWN:
        raise NotFound
    rows = session().execute(
        select(AdmissionTicket.rank, AdmissionTicket.number, AdmissionTicket.place)
        .where(AdmissionTicket.draw_id == draw.id)
        .order_by(AdmissionTicket.rank)
    )
    return write_result(
        draw.number,
        draw.list_hash,
        draw.secret or "",
        draw.public_value or "",
        ((rank or 0, number, place or "") for rank, number, place in rows),
    )


def count_claims(draw_id: UUID) -> dict[str, int]:
    """How many tickets of a draw belong to each quota, by its code."""
    claims = (
        select(func.unnest(AdmissionTicket.quotas).label("code"))
        .where(AdmissionTicket.draw_id == draw_id)
        .subquery()
    )
    rows = session().execute(select(claims.c.code, func.count()).group_by(claims.c.code))
    return {row[0]: row[1] for row in rows}


def find_ticket(draw_id: UUID, number: int) -> TicketView | None:
    """A ticket by its number."""
    found = _tickets(AdmissionTicket.draw_id == draw_id, AdmissionTicket.number == number)
    return found[0] if found else None


def list_own_tickets(application_id: UUID) -> list[TicketView]:
    """The tickets of an application the caller has found, in draws that stand: one, or one for every shift."""
    return _tickets(
        AdmissionTicket.application_id == application_id, AdmissionDraw.state != DrawState.CANCELLED
    )


def _tickets(*conditions: ColumnElement[bool]) -> list[TicketView]:
    rows = session().execute(
        select(AdmissionTicket, AdmissionDraw)
        .join(AdmissionDraw, AdmissionDraw.id == AdmissionTicket.draw_id)
        .where(*conditions)
        .order_by(AdmissionDraw.number)
    )
    return [ticket_view(ticket, draw) for ticket, draw in rows]


def ticket_view(ticket: AdmissionTicket, draw: AdmissionDraw) -> TicketView:
    """A ticket with what is known of its draw."""
    return TicketView(
        draw_id=draw.id,
        draw_number=draw.number,
        state=draw.state,
        known_on=draw.known_on,
        shift=draw.shift,
        number=ticket.number,
        quotas=tuple(ticket.quotas),
        rank=ticket.rank,
        place=ticket.place,
    )


# --- the office's side


def list_own_draws(actor: Actor) -> list[DrawView]:
    """The latest draws of the actor's campuses, the last one first."""
    return _views(within(actor, Permission.APPLICATIONS_READ))


def get_draw(actor: Actor, draw_id: UUID, permission: Permission = Permission.APPLICATIONS_READ) -> DrawView:
    """One draw of the actor's campuses. Raises NotFound."""
    found = _views(AdmissionDraw.id == draw_id, within(actor, permission))
    if not found:
        raise NotFound
    return found[0]


def list_undrawn(actor: Actor) -> list[Undrawn]:
    """The classes and shifts of the actor's campuses whose seats are given by lot and that have no draw yet."""
    campuses = actor.campuses_for(Permission.APPLICATIONS_READ)
    found = _undrawn(
        AdmissionCycle.method == Method.LOTTERY,
        AdmissionCycle.state != CycleState.DRAFT,
        true() if campuses is ALL else AdmissionCycle.campus_id.in_(campuses),
    )
    drawn = {
        (seat_id, shift)
        for seat_id, shift in session().execute(
            select(AdmissionDraw.seat_id, AdmissionDraw.shift).where(
                AdmissionDraw.state != DrawState.CANCELLED
            )
        )
    }
    return [each for each in found if (each.seat_id, each.shift) not in drawn]


def _undrawn(*conditions: ColumnElement[bool]) -> list[Undrawn]:
    found = session().execute(
        select(AdmissionSeat, AdmissionCycle)
        .join(AdmissionCycle, AdmissionCycle.id == AdmissionSeat.cycle_id)
        .where(*conditions)
    )
    rows = [(seat, cycle) for seat, cycle in found]
    labels = class_labels({seat.class_id for seat, _ in rows})
    years = year_labels({cycle.academic_year_id for _, cycle in rows})
    shifts: dict[UUID, set[Shift | None]] = {}
    for seat_id, shift in session().execute(
        select(AdmissionSeatPart.seat_id, AdmissionSeatPart.shift)
        .where(AdmissionSeatPart.seat_id.in_([seat.id for seat, _ in rows]))
        .distinct()
    ):
        shifts.setdefault(seat_id, set()).add(shift)
    now = clock.now()
    places = [
        Undrawn(
            seat_id=seat.id,
            shift=shift,
            class_name=labels[seat.class_id].name,
            campus_name=labels[seat.class_id].campus_name,
            year_name=years[cycle.academic_year_id].name,
            closes_on=cycle.closes_on,
            is_open=takes_applications(cycle.state, cycle.opens_on, cycle.closes_on, now),
        )
        for seat, cycle in sorted(rows, key=lambda row: labels[row[0].class_id].level)
        for shift in told_apart(shifts.get(seat.id, set()))
    ]
    return sorted(places, key=lambda each: each.closes_on, reverse=True)


def preview_list(actor: Actor, seat_id: UUID, shift: Shift | None) -> Preview:
    """What fixing the list of a class, or of one shift of it, would do. Raises NotFound."""
    campuses = actor.campuses_for(Permission.APPLICATIONS_READ)
    places = _undrawn(
        AdmissionSeat.id == seat_id, true() if campuses is ALL else AdmissionCycle.campus_id.in_(campuses)
    )
    place = next((each for each in places if each.shift == shift), None)
    if place is None:
        raise NotFound
    applicants, quotas = list_applicants(seat_id, shift), fixed_quotas(seat_id, shift)
    claimed = [claims_of(each, quotas) for each in applicants]
    refused = _with_refused_papers(applicants)
    pool = get_pool(seat_id, shift)
    return Preview(
        place=place,
        seats=pool.seats,
        general=pool.seats - sum(quota.seats for _, quota in quotas),
        quotas=tuple((quota, sum(quota.code in each for each in claimed)) for _, quota in quotas),
        tickets=len(applicants),
        unread=_doubtful(applicants, lambda each: each.status is ApplicationStatus.SUBMITTED),
        refused=_doubtful(applicants, lambda each: each.application_id in refused),
    )


def _doubtful(applicants: Iterable[Applicant], is_so: Callable[[Applicant], bool]) -> tuple[Doubtful, ...]:
    return tuple(Doubtful(each.application_id, each.reference) for each in applicants if is_so(each))


def _with_refused_papers(applicants: list[Applicant]) -> set[UUID]:
    refused = refused_files().subquery()
    found = session().scalars(
        select(ApplicationDocument.application_id).join(refused, refused.c.id == ApplicationDocument.file_id)
    )
    return set(found) & {each.application_id for each in applicants}


def fixed_quotas(seat_id: UUID, shift: Shift | None) -> list[tuple[UUID, FixedQuota]]:
    """(key, what the list says of it) of the quotas of a class as they are today, in the order they are served."""
    pool = get_pool(seat_id, shift)
    cycle_id = session().scalars(select(AdmissionSeat.cycle_id).where(AdmissionSeat.id == seat_id)).one()
    names = {quota.id: quota.name for quota in list_quota_terms([cycle_id]).get(cycle_id, [])}
    return [
        (key, FixedQuota(code, seats, names[key]))
        for code, (key, seats) in zip(quota_codes(len(pool.quotas)), pool.quotas, strict=True)
    ]


def claims_of(applicant: Applicant, quotas: Iterable[tuple[UUID, FixedQuota]]) -> tuple[str, ...]:
    """The codes of the quotas an applicant claims, in their order."""
    return tuple(quota.code for key, quota in quotas if key in applicant.claims)
