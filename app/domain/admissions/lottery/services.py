"""Writes of draws: fix the list, announce what decides, hold the draw, or cancel it before.

Each step is one transaction with its entry in the audit log. Nobody who holds a draw has fixed its list, and the
school's value is made here by the machine and shown to nobody before the draw is over.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Sequence
from uuid import UUID

from sqlalchemy import insert, or_, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.db import new_id
from app.domain.academics.policies import ensure_may
from app.domain.academics.queries import class_labels, year_labels
from app.domain.academics.types import Shift
from app.domain.admissions.cycles.rules import takes_applications, terms_for
from app.domain.admissions.letters import Letter
from app.domain.admissions.lottery.letters import (
    announced_letter,
    announced_text,
    announced_words,
    cancelled_letter,
    cancelled_text,
    cancelled_words,
    drawn_letter,
    drawn_text,
    drawn_words,
)
from app.domain.admissions.lottery.models import AdmissionDraw, AdmissionTicket
from app.domain.admissions.lottery.queries import (
    claims_of,
    fixed_quotas,
    heading_of,
    list_tickets,
    ticket_view,
    within,
)
from app.domain.admissions.lottery.rules import clean_value, hold_draw, make_seed, sha256, write_list
from app.domain.admissions.lottery.types import (
    Announcement,
    Drawn,
    DrawState,
    DrawThere,
    Heading,
    KnownAlready,
    ListChanged,
    NobodyToDraw,
    NotALottery,
    NotInThisState,
    NotKnownYet,
    SamePerson,
    StillOpen,
    Ticket,
    TicketView,
)
from app.domain.admissions.models import AdmissionCycle, AdmissionSeat, Application
from app.domain.admissions.offers.seats import hold_pool
from app.domain.admissions.rankings.queries import (
    applicants_of,
    find_ranking,
    get_pool,
    list_applicants,
    shifts_of,
)
from app.domain.admissions.rankings.services import publish_ranking
from app.domain.admissions.rankings.types import Ranked, RankingTaken
from app.domain.admissions.telling import News, child_of, tell_families
from app.domain.admissions.types import Method
from app.domain.audit.services import record
from app.domain.counters.services import next_number
from app.domain.kernel import clock
from app.domain.kernel.access import Actor, Permission
from app.domain.kernel.errors import Forbidden, NotFound, Stale
from app.domain.kernel.texts import LocalText
from app.uow import transaction

_DRAW = "admission_draw"
_SERIES = "admission-draw"
_SECRET_BYTES = 32
_FILL = text("""
    UPDATE admission_tickets SET rank = out.rank, place = out.place
    FROM unnest(cast(:numbers AS int[]), cast(:ranks AS int[]), cast(:places AS text[])) AS out (number, rank, place)
    WHERE admission_tickets.draw_id = :draw AND admission_tickets.number = out.number
""")

PageLink = Callable[[str, UUID], str]
"""(language, draw) to the absolute address of its public page."""


def fix_list(actor: Actor, seat_id: UUID, shift: Shift | None, *, secret: str | None = None) -> UUID:
    """Give every applicant of a class, or of one shift of it, a ticket, and commit to a value. Returns the draw.

    Tickets are numbered in the order of the references, which nobody chooses. From now on the list stays, whatever
    becomes of the applications, and so do the seats and quotas it was made for. Who named no shift gets a ticket in
    the draw of each. `secret` is for an invented school, which is the same from the same seed; without it a value is
    made that nobody sees. Raises NotFound, Forbidden, NotALottery, StillOpen, DrawThere, NobodyToDraw, RankingTaken.
    """
    with transaction() as db:
        cycle, seat = _open_for_a_list(db, actor, seat_id, shift)
        applicants = sorted(list_applicants(seat_id, shift), key=lambda each: each.reference)
        if not applicants:
            raise NobodyToDraw
        quotas = fixed_quotas(seat_id, shift)
        tickets = [Ticket(number, claims_of(each, quotas)) for number, each in enumerate(applicants, start=1)]
        secret = secret or secrets.token_hex(_SECRET_BYTES)
        seats = get_pool(seat_id, shift).seats
        heading = Heading(
            next_number(_SERIES), _about(cycle, seat), shift, seats, tuple(quota for _, quota in quotas)
        )
        row = _new_draw(actor, cycle, seat, heading, tickets, secret)
        try:
            with db.begin_nested():
                db.add(row)
        except IntegrityError as error:
            raise DrawThere from error
        keys = [each.application_id for each in applicants]
        _insert_tickets(db, row.id, tickets, keys)
        _record(actor, row, "fixed", list=row.list_hash, commitment=row.commitment, tickets=row.tickets)
        return row.id


def _open_for_a_list(
    db: Session, actor: Actor, seat_id: UUID, shift: Shift | None
) -> tuple[AdmissionCycle, AdmissionSeat]:
    """The class, held until the transaction ends, once nobody can join it any more."""
    # First the cycle: whoever is sending an application at this moment is waited for.
    db.execute(
        select(AdmissionCycle.id)
        .join(AdmissionSeat, AdmissionSeat.cycle_id == AdmissionCycle.id)
        .where(AdmissionSeat.id == seat_id)
        .with_for_update(of=AdmissionCycle)
    )
    hold_pool(db, seat_id)  # what is read from here on is what an editor who was here before has left
    found = db.execute(
        select(AdmissionCycle, AdmissionSeat)
        .join(AdmissionSeat, AdmissionSeat.cycle_id == AdmissionCycle.id)
        .where(AdmissionSeat.id == seat_id)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is None or shift not in shifts_of(seat_id):
        raise NotFound
    cycle, seat = found
    ensure_may(actor, Permission.APPLICATIONS_DECIDE, cycle.campus_id, to_read=Permission.APPLICATIONS_READ)
    if terms_for(cycle, seat).method is not Method.LOTTERY:
        raise NotALottery
    if takes_applications(cycle.state, cycle.opens_on, cycle.closes_on, clock.now()):
        raise StillOpen
    standing = select(AdmissionDraw.id).where(
        AdmissionDraw.seat_id == seat_id,
        AdmissionDraw.shift.is_not_distinct_from(shift),
        AdmissionDraw.state != DrawState.CANCELLED,
    )
    if db.scalar(standing):
        raise DrawThere
    ranking = find_ranking(seat_id, shift)
    if ranking is not None and ranking.opened_at is not None:
        raise RankingTaken
    return cycle, seat


def _about(cycle: AdmissionCycle, seat: AdmissionSeat) -> str:
    label = class_labels([seat.class_id])[seat.class_id]
    year = year_labels([cycle.academic_year_id])[cycle.academic_year_id]
    parts = (label.name.in_("en")[0], cycle.name.in_("en")[0], year.name, label.campus_name.in_("en")[0])
    return ", ".join(part for part in parts if part)


def _new_draw(
    actor: Actor,
    cycle: AdmissionCycle,
    seat: AdmissionSeat,
    heading: Heading,
    tickets: Sequence[Ticket],
    secret: str,
) -> AdmissionDraw:
    if actor.user_id is None:
        raise Forbidden  # a draw names who fixed its list
    return AdmissionDraw(
        campus_id=cycle.campus_id,
        seat_id=seat.id,
        shift=heading.shift,
        number=heading.number,
        state=DrawState.FIXED,
        about=heading.about,
        seats=heading.seats,
        quotas=[
            {"code": each.code, "seats": each.seats, "name": each.name.to_dict()} for each in heading.quotas
        ],
        tickets=len(tickets),
        list_hash=sha256(write_list(heading, tickets)),
        commitment=sha256(secret),
        secret=secret,
        fixed_at=clock.now(),
        fixed_by=actor.user_id,
    )


def _insert_tickets(db: Session, draw_id: UUID, tickets: Sequence[Ticket], keys: Sequence[UUID]) -> None:
    db.execute(
        insert(AdmissionTicket),
        [
            {
                "id": new_id(),
                "draw_id": draw_id,
                "number": ticket.number,
                "application_id": key,
                "quotas": list(ticket.quotas),
            }
            for ticket, key in zip(tickets, keys, strict=True)
        ],
    )


def announce_draw(
    actor: Actor, draw_id: UUID, version: int, announcement: Announcement, page_link: PageLink
) -> None:
    """Say which value of a later day decides, and write to every family the number of its ticket.

    Raises NotFound, Forbidden, Stale, NotInThisState, KnownAlready.
    """
    with transaction() as db:
        row = _held(db, actor, draw_id, version)
        if row.state is not DrawState.FIXED:
            raise NotInThisState
        if announcement.known_on is None or announcement.known_on <= clock.today():
            raise KnownAlready
        row.source, row.known_on = announcement.source, announcement.known_on
        row.state, row.announced_at, row.announced_by = DrawState.ANNOUNCED, clock.now(), actor.user_id
        db.flush()
        _record(actor, row, "announced", source=row.source, known_on=row.known_on)
        told = [
            (family, announced_words(family.locale, ticket, row.source))
            for ticket, family in _families(db, row)
        ]
        _tell(row, "announced", told, page_link, announced_letter, announced_text)


def draw_seats(actor: Actor, draw_id: UUID, public_value: str, page_link: PageLink) -> None:
    """Hold the draw with the value that has become known, put its order into force and tell the families.

    A second time with the same value it is done already. Who has withdrawn or was refused since the list was fixed
    keeps the place on it and is passed over in the order of the seats. Raises NotFound, Forbidden, NotInThisState,
    SamePerson, NotKnownYet, ValueMissing, TextError, ListChanged, and what `publish_ranking` raises.
    """
    value = clean_value(public_value)
    with transaction() as db:
        row = _held(db, actor, draw_id)
        if row.state is DrawState.DRAWN and row.public_value == value:
            return
        _check_may_draw(actor, row)
        heading, tickets = heading_of(row), list_tickets(row.id)
        if sha256(write_list(heading, tickets)) != row.list_hash or sha256(row.secret) != row.commitment:
            raise ListChanged
        drawn = hold_draw(heading, tickets, make_seed(row.list_hash, row.secret, value))
        row.public_value, row.state = value, DrawState.DRAWN
        row.drawn_at, row.drawn_by = clock.now(), actor.user_id
        db.flush()
        _keep(db, row.id, drawn)
        publish_ranking(actor, row.seat_id, row.shift, Method.LOTTERY, _still_waiting(db, row, drawn))
        _record(actor, row, "drawn", public_value=value, school_value=row.secret, list=row.list_hash)
        told = [
            (family, drawn_words(family.locale, ticket, in_short=not family.email))
            for ticket, family in _families(db, row)
        ]
        _tell(row, "drawn", told, page_link, drawn_letter, drawn_text)


def _check_may_draw(actor: Actor, row: AdmissionDraw) -> None:
    if row.state is not DrawState.ANNOUNCED:
        raise NotInThisState
    if actor.user_id is None or actor.user_id == row.fixed_by:
        raise SamePerson
    if row.known_on is None or clock.today() < row.known_on:
        raise NotKnownYet(day=row.known_on)


def _keep(db: Session, draw_id: UUID, drawn: Sequence[Drawn]) -> None:
    db.execute(
        _FILL,
        {
            "draw": draw_id,
            "numbers": [each.number for each in drawn],
            "ranks": [each.rank for each in drawn],
            "places": [each.place for each in drawn],
        },
    )


def _still_waiting(db: Session, row: AdmissionDraw, drawn: Iterable[Drawn]) -> list[Ranked]:
    """The order of those who can still be given a seat, each with how their place came about."""
    rows = db.execute(
        select(AdmissionTicket.number, AdmissionTicket.application_id).where(
            AdmissionTicket.draw_id == row.id
        )
    )
    keys: dict[int, UUID] = {each[0]: each[1] for each in rows}
    waiting = set(db.scalars(applicants_of(row.seat_id, row.shift).with_only_columns(Application.id)))
    return [
        Ranked(keys[each.number], {"draw": row.id, "ticket": each.number, "value": each.value})
        for each in drawn
        if keys[each.number] in waiting
    ]


def cancel_draw(actor: Actor, draw_id: UUID, version: int, reason: LocalText, page_link: PageLink) -> None:
    """End a draw before it is held. It stays public with the reason, and its value is opened: whoever likes can
    compute what would have come of it. Where families were told their tickets, they are told this as well, once.

    Raises NotFound, Forbidden, Stale, NotInThisState.
    """
    with transaction() as db:
        row = _held(db, actor, draw_id, version)
        if row.state not in (DrawState.FIXED, DrawState.ANNOUNCED):
            raise NotInThisState
        families = _families(db, row) if row.state is DrawState.ANNOUNCED else []
        row.state, row.reason = DrawState.CANCELLED, reason
        row.cancelled_at, row.cancelled_by = clock.now(), actor.user_id
        db.flush()
        _record(actor, row, "cancelled", reason=reason, school_value=row.secret)
        told = [(family, cancelled_words(family.locale, ticket, reason)) for ticket, family in families]
        _tell(row, "cancelled", told, page_link, cancelled_letter, cancelled_text)


def _held(db: Session, actor: Actor, draw_id: UUID, version: int | None = None) -> AdmissionDraw:
    """The row, held until the transaction ends. Raises NotFound, Forbidden, Stale."""
    row = db.scalars(
        select(AdmissionDraw)
        .where(AdmissionDraw.id == draw_id, within(actor, Permission.APPLICATIONS_READ))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise NotFound
    ensure_may(actor, Permission.APPLICATIONS_DECIDE, row.campus_id, to_read=Permission.APPLICATIONS_READ)
    if version is not None and row.version != version:
        raise Stale
    return row


def _families(db: Session, row: AdmissionDraw) -> list[tuple[TicketView, Application]]:
    """Every ticket whose application can still be given a seat and has somebody to write to, with that application.

    In the order of the phones: texts to one wait for each other, and two acts at once must not wait in a circle.
    """
    reachable = applicants_of(row.seat_id, row.shift).where(
        or_(Application.email.is_not(None), Application.phone.is_not(None))
    )
    families = {each.id: each for each in db.scalars(reachable)}
    if not families:
        return []
    tickets = db.scalars(
        select(AdmissionTicket).where(AdmissionTicket.draw_id == row.id).order_by(AdmissionTicket.number)
    )
    found = [
        (ticket_view(ticket, row), families[ticket.application_id])
        for ticket in tickets.all()
        if ticket.application_id in families
    ]
    return sorted(found, key=lambda each: each[1].phone or "")


def _tell(
    row: AdmissionDraw,
    verb: str,
    told: Iterable[tuple[Application, dict[str, str]]],
    page_link: PageLink,
    letter: Callable[..., Letter],
    text: Callable[..., str],
) -> None:
    """Write to families, each with the words about its own ticket."""
    news = []
    for family, about in told:
        words = about | {
            "reference": family.reference or "",
            "link": page_link(family.locale, row.id),
        }
        ours = letter(family.locale, child=child_of(family), **words), text(family.locale, **words)
        news.append(News(family, *ours, words))
    tell_families(f"{_DRAW}.{verb}", news)


def _record(actor: Actor, row: AdmissionDraw, verb: str, **new: object) -> None:
    record(
        actor,
        f"{_DRAW}.{verb}",
        _DRAW,
        row.id,
        campus_id=row.campus_id,
        new={"number": row.number, "class": row.about, **new},
    )
