"""Reads of admissions.

The family's side finds one application by a secret: the private link, or reference and phone together. The
office's side takes the actor and gives only what lies at the actor's campuses and has been sent.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, fields
from datetime import date
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, ScalarSelect, String, and_, bindparam, cast, func, or_, select

from app.db import constants
from app.domain.academics.queries import class_labels, intake_columns, year_labels
from app.domain.academics.types import Shift
from app.domain.accounts.queries import user_name_columns
from app.domain.admissions.cycles.rules import age_rule, papers_asked, papers_required, terms_for
from app.domain.admissions.models import (
    AdmissionCycle,
    AdmissionQuota,
    AdmissionSeat,
    AdmissionSeatPart,
    Application,
    ApplicationDocument,
    ApplicationEvent,
)
from app.domain.admissions.rules import IN_THE_QUEUE
from app.domain.admissions.types import (
    ApplicationStatus,
    ApplicationView,
    AskedPapers,
    CycleState,
    CycleTerms,
    DocumentKind,
    DocumentView,
    EventKind,
    EventView,
    OpenClass,
    QuotaTerms,
    papers_in_order,
)
from app.domain.files.queries import file_columns
from app.domain.files.types import FileView
from app.domain.kernel.access import ALL, Actor, Permission
from app.domain.kernel.errors import NotFound
from app.domain.kernel.ids import hash_token
from app.domain.kernel.texts import LocalText
from app.uow import read, session

_FIELDS = [each.name for each in fields(ApplicationView)]


# What has ended as a draft has no reference: it was never sent.
IS_SENT = and_(Application.status.in_(constants(IN_THE_QUEUE)), Application.reference.is_not(None))


def within(actor: Actor, permission: Permission) -> ColumnElement[bool]:
    """The applications at campuses where the actor holds the permission, drafts never."""
    campuses = actor.campuses_for(permission)
    return IS_SENT if campuses is ALL else and_(IS_SENT, Application.campus_id.in_(campuses))


def view_of(row: Application) -> ApplicationView:
    """A row as its pages show it."""
    return ApplicationView(**{name: getattr(row, name) for name in _FIELDS})


# --- what holds for a class, for statements that look for it: the twins of `cycles.rules.terms_for`


METHOD_HERE = func.coalesce(AdmissionSeat.method, AdmissionCycle.method)
FEE_HERE = func.coalesce(AdmissionSeat.fee, AdmissionCycle.fee)
SEAT_APPLIED_FOR = and_(
    AdmissionSeat.cycle_id == Application.cycle_id, AdmissionSeat.class_id == Application.class_id
)
"""Which class of which cycle an application is for. To be joined from outside: a draft may have named none."""


# --- what is open


_PUBLISHED = AdmissionCycle.state == CycleState.PUBLISHED


def list_open_classes(day: date) -> list[OpenClass]:
    """The classes that take applications on a day, by campus, year and level."""
    return _list_places(_PUBLISHED, AdmissionCycle.opens_on <= day, AdmissionCycle.closes_on >= day)


def list_places_of(cycle_id: UUID) -> list[OpenClass]:
    """The classes of one cycle as families would read them, whether it is open or not."""
    return _list_places(AdmissionCycle.id == cycle_id)


def _list_places(*conditions: ColumnElement[bool]) -> list[OpenClass]:
    rows = session().execute(
        select(AdmissionCycle, AdmissionSeat, _shifts_apart())
        .join(AdmissionSeat, AdmissionSeat.cycle_id == AdmissionCycle.id)
        .where(*conditions)
    )
    stored = [(row[0], row[1], row[2]) for row in rows]
    found = [(cycle, seat) for cycle, seat, _ in stored]
    apart = {seat.id: shifts or () for _, seat, shifts in stored}
    if not found:
        return []
    cycles = {cycle.id: cycle for cycle, _ in found}
    classes = class_labels({seat.class_id for _, seat in found})
    years = year_labels({cycle.academic_year_id for cycle in cycles.values()})
    quotas = list_quota_terms(cycles)
    places = [
        OpenClass(
            seat_id=seat.id,
            cycle_id=cycle.id,
            campus_id=cycle.campus_id,
            class_id=seat.class_id,
            class_name=classes[seat.class_id].name,
            level=classes[seat.class_id].level,
            campus_name=classes[seat.class_id].campus_name,
            year_name=years[cycle.academic_year_id].name,
            year_starts_on=years[cycle.academic_year_id].starts_on,
            closes_on=cycle.closes_on,
            seats=seat.seats,
            age=age_rule(cycle, seat, years[cycle.academic_year_id].starts_on),
            papers=papers_in_order(seat.papers),
            terms=_terms_of(cycle, seat, quotas.get(cycle.id, ())),
            shifts=_to_choose(apart[seat.id]),
            cycle_name=cycle.name,
        )
        for cycle, seat in found
    ]
    return sorted(places, key=lambda p: (str(p.campus_name), p.campus_id, p.year_starts_on, p.level))


def _terms_of(cycle: AdmissionCycle, seat: AdmissionSeat, quotas: Iterable[QuotaTerms]) -> CycleTerms:
    terms = terms_for(cycle, seat)
    return CycleTerms(
        terms.method,
        terms.fee,
        papers_in_order(cycle.papers),
        tuple(quotas),
        papers_in_order(cycle.spare_papers),
    )


def _shifts_apart() -> ScalarSelect[list[str | None]]:
    """The shifts of a seat's parts, as `rankings.queries.shifts_of` reads them one by one."""
    return (
        select(func.array_agg(cast(AdmissionSeatPart.shift, String).distinct()))
        .where(AdmissionSeatPart.seat_id == AdmissionSeat.id)
        .correlate(AdmissionSeat)
        .scalar_subquery()
    )


def _to_choose(stored: Collection[str | None]) -> tuple[Shift, ...]:
    """The shifts among which a family chooses: none where some seats belong to no shift, or all to one."""
    return (
        tuple(shift for shift in Shift if shift in stored) if None not in stored and len(stored) > 1 else ()
    )


def list_papers_asked(application: ApplicationView) -> tuple[DocumentKind, ...]:
    """The papers an application is asked for, those that may be left out among them."""
    return find_asked(application).papers


def find_asked(application: ApplicationView) -> AskedPapers:
    """What an application is asked for, open or not. One that names no class: what all of its cycle are asked for."""
    places = list_places_of(application.cycle_id)
    place = next((each for each in places if each.class_id == application.class_id), None)
    if place:
        claimed = application.quota_ids
        return AskedPapers(papers_asked(place, claimed), papers_required(place, claimed), place.shifts)
    terms = places[0].terms if places else CycleTerms()
    return AskedPapers(terms.papers, tuple(kind for kind in terms.papers if kind not in terms.spare))


def list_quota_terms(cycle_ids: Collection[UUID]) -> dict[UUID, list[QuotaTerms]]:
    """The quotas of cycles, the largest share first."""
    rows = session().scalars(
        select(AdmissionQuota)
        .where(AdmissionQuota.cycle_id.in_(list(cycle_ids)))
        .order_by(AdmissionQuota.percent.desc(), AdmissionQuota.id)
    )
    found: dict[UUID, list[QuotaTerms]] = {}
    for row in rows:
        terms = QuotaTerms(row.id, row.name, row.percent, papers_in_order(row.papers), row.relief_months)
        found.setdefault(row.cycle_id, []).append(terms)
    return found


def find_place_of(application: ApplicationView, places: list[OpenClass]) -> OpenClass | None:
    """The open class an application is for, or None where it takes no applications now."""
    return next(
        (
            place
            for place in places
            if place.cycle_id == application.cycle_id and place.class_id == application.class_id
        ),
        None,
    )


# --- the family's side


def _find(*conditions: ColumnElement[bool]) -> ApplicationView | None:
    row = (
        session()
        .scalars(select(Application).where(*conditions).execution_options(prepared=True))
        .one_or_none()
    )
    return view_of(row) if row else None


def find_by_token(token: str) -> ApplicationView | None:
    """The application behind a private link, whatever has become of it."""
    return _find(behind(token))


def behind(token: str) -> ColumnElement[bool]:
    """The application that a link opens: the private one, or the one made by a code on the family's phone."""
    hashed = hash_token(token)
    return or_(Application.token_hash == hashed, Application.resume_hash == hashed)


def find_by_reference(reference: str, phone: str) -> ApplicationView | None:
    """The application with this reference and this guardian's phone (E.164). Neither is enough alone."""
    return _find(
        Application.reference == reference,
        Application.phone == phone,
        Application.status != ApplicationStatus.DRAFT,
    )


def find_sent(application_id: UUID) -> ApplicationView | None:
    """A sent application by key. The caller has seen a proof: the private link, or reference and phone."""
    return _find(Application.id == application_id, Application.reference.is_not(None))


def list_documents(application_id: UUID) -> dict[DocumentKind, DocumentView]:
    """The papers of an application the caller has found."""
    rows = read(_documents(), {"application": application_id})
    kept = {kind: DocumentView(kind, FileView(*file), sent_at) for kind, sent_at, *file in rows}
    return {kind: kept[kind] for kind in papers_in_order(kept)}


@cache
def _documents() -> Any:
    columns, joined, thumb = file_columns(ApplicationDocument.file_id)
    return (
        select(ApplicationDocument.document_type, ApplicationDocument.created_at, *columns)
        .join(*joined)
        .outerjoin(*thumb)
        .where(ApplicationDocument.application_id == bindparam("application"))
        .execution_options(prepared=True)
    )


def list_events(application_id: UUID, *, notes: bool = False) -> list[EventView]:
    """The history of an application the caller has found, oldest first; the office's notes only when asked for.

    One statement.
    """
    return [
        EventView(
            at=row.at,
            kind=row.kind,
            by=LocalText(*(name or "" for name in row[7:])) if row.user_id else None,
            from_status=row.from_status,
            to_status=row.to_status,
            note=row.note,
            details=row.details or {},
        )
        for row in read(_events(notes=notes), {"application": application_id})
    ]


@cache
def _events(*, notes: bool) -> Any:
    en, bn, ar, joined = user_name_columns(ApplicationEvent.user_id)
    statement = (
        select(
            ApplicationEvent.at,
            ApplicationEvent.kind,
            ApplicationEvent.user_id,
            ApplicationEvent.from_status,
            ApplicationEvent.to_status,
            ApplicationEvent.note,
            ApplicationEvent.details,
            en,
            bn,
            ar,
        )
        .outerjoin(*joined)
        .where(ApplicationEvent.application_id == bindparam("application"))
        .order_by(ApplicationEvent.at, ApplicationEvent.id)
        .execution_options(prepared=True)
    )
    if notes:
        return statement
    # What was taken back before its letter left, the family never heard of.
    told = ApplicationEvent.details["undone"].is_(None)
    return statement.where(ApplicationEvent.kind != EventKind.NOTE, told)


# --- the office's side


def get_application(
    actor: Actor, application_id: UUID, permission: Permission = Permission.APPLICATIONS_READ
) -> ApplicationView:
    """One application. Raises NotFound outside the actor's campuses, and for drafts."""
    found = _find(Application.id == application_id, within(actor, permission))
    if found is None:
        raise NotFound
    return found


def list_children_called(actor: Actor, application_ids: Collection[UUID]) -> dict[UUID, LocalText]:
    """The children's names of these applications, as far as the actor enrols there. One statement."""
    rows = session().execute(
        select(
            Application.id, Application.child_name_en, Application.child_name_bn, Application.child_name_ar
        ).where(within(actor, Permission.APPLICATIONS_ENROL), Application.id.in_(application_ids))
    )
    return {row[0]: LocalText(row[1] or "", row[2] or "", row[3] or "") for row in rows}


def cycle_year(cycle_id: UUID) -> UUID:
    """The academic year an admission cycle fills. Raises NotFound."""
    year_id = session().scalar(select(AdmissionCycle.academic_year_id).where(AdmissionCycle.id == cycle_id))
    if year_id is None:
        raise NotFound
    return year_id


def count_waiting(actor: Actor) -> int:
    """How many applications nobody has looked at, at the campuses where the actor decides."""
    return int(
        session().scalar(
            select(func.count())
            .select_from(Application)
            .where(
                within(actor, Permission.APPLICATIONS_DECIDE),
                Application.status == ApplicationStatus.SUBMITTED,
            )
        )
        or 0
    )


# --- what the public site shows of admissions


@dataclass(frozen=True)
class OpenCycle:
    """An intake that takes applications: where, for which year, until when, into which classes."""

    cycle_id: UUID
    campus_id: UUID
    campus: LocalText
    year: str
    year_starts_on: date
    opens_on: date
    closes_on: date
    classes: tuple[LocalText, ...]
    """The classes with seats, the youngest first."""
    name: LocalText = field(default_factory=LocalText)
    """What tells it from the other intakes of the year; empty for the main one."""


def find_open_cycles(day: date) -> list[OpenCycle]:
    """The intakes that take applications on `day`, the one that closes last first; one statement."""
    (campus, year, starts_on, classes), joins = intake_columns(
        AdmissionCycle.academic_year_id, AdmissionSeat.class_id
    )
    own = (AdmissionCycle.id, AdmissionCycle.campus_id, AdmissionCycle.opens_on, AdmissionCycle.closes_on)
    statement = select(*own, campus, year, starts_on, classes, AdmissionCycle.name).join(
        AdmissionSeat, AdmissionSeat.cycle_id == AdmissionCycle.id
    )
    for join in joins:
        statement = statement.join(*join)
    statement = (
        statement.where(
            _PUBLISHED,
            AdmissionCycle.opens_on <= day,
            AdmissionCycle.closes_on >= day,
            AdmissionSeat.seats > 0,
        )
        .group_by(*own, campus, year, starts_on)
        .order_by(AdmissionCycle.closes_on.desc(), AdmissionCycle.id)
    )
    return [
        OpenCycle(
            cycle_id=row[0],
            campus_id=row[1],
            campus=row[4],
            year=row[5],
            year_starts_on=row[6],
            opens_on=row[2],
            closes_on=row[3],
            classes=tuple(LocalText.from_dict(name) for name in row[7]),
            name=row[8],
        )
        for row in session().execute(statement)
    ]
