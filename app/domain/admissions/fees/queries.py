"""Reads of fees: how one application stands, and the list of a day."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, true

from app.db import among
from app.domain.academics.queries import class_labels
from app.domain.accounts.queries import list_user_names
from app.domain.admissions.fees.models import ApplicationFee
from app.domain.admissions.fees.types import FeeCase, FeeLine, FeeState, FeeView
from app.domain.admissions.models import AdmissionCycle, AdmissionSeat, Application
from app.domain.admissions.queries import FEE_HERE, SEAT_APPLIED_FOR
from app.domain.admissions.queries import within as sent_within
from app.domain.kernel.access import ALL, Actor, Permission
from app.domain.kernel.dates import day_bounds
from app.domain.kernel.errors import NotFound
from app.domain.kernel.references import ReferenceError_, parse_reference
from app.domain.kernel.texts import LocalText
from app.uow import session


def within(actor: Actor, permission: Permission = Permission.FEES_RECORD) -> ColumnElement[bool]:
    """The payments at campuses where the actor holds the permission."""
    campuses = actor.campuses_for(permission)
    return true() if campuses is ALL else ApplicationFee.campus_id.in_(campuses)


def states_of(application_ids: Collection[UUID]) -> dict[UUID, FeeState]:
    """How the payment that counts stands, for each of these applications that has one. One statement."""
    rows = session().execute(
        select(ApplicationFee.application_id, ApplicationFee.state).where(
            ApplicationFee.application_id.in_(application_ids), ApplicationFee.state != FeeState.CANCELLED
        )
    )
    return {row[0]: row[1] for row in rows}


def fee_asked(application_id: UUID) -> bool:
    """Whether applying costs something in the class of an application the caller has found."""
    fee = session().scalar(
        select(FEE_HERE)
        .select_from(Application)
        .join(AdmissionCycle, AdmissionCycle.id == Application.cycle_id)
        .outerjoin(AdmissionSeat, SEAT_APPLIED_FOR)
        .where(Application.id == application_id)
    )
    return bool(fee)


def is_settled(application_id: UUID) -> bool:
    """Whether the fee is confirmed, waived, or not asked for."""
    state = states_of([application_id]).get(application_id)
    return state is FeeState.CONFIRMED or (state is None and not fee_asked(application_id))


def get_case(actor: Actor, application_id: UUID, permission: Permission = Permission.FEES_RECORD) -> FeeCase:
    """One application as somebody who takes fees sees it. Raises NotFound outside the actor's campuses, for drafts."""
    found = _cases(Application.id == application_id, sent_within(actor, permission))
    if not found:
        raise NotFound
    return found[0]


def find_case(actor: Actor, reference: str) -> FeeCase | None:
    """The application with this reference, typed in any way, at the actor's campuses."""
    try:
        typed = parse_reference(reference)
    except ReferenceError_:
        return None
    found = _cases(Application.reference == typed, sent_within(actor, Permission.FEES_RECORD))
    return found[0] if found else None


def case_of(application_id: UUID) -> FeeCase | None:
    """How the fee of an application stands which the caller has found: by a proof, or within its own scope."""
    found = _cases(Application.id == application_id)
    return found[0] if found else None


def _cases(*conditions: ColumnElement[bool]) -> list[FeeCase]:
    rows = session().execute(
        select(Application, FEE_HERE)
        .join(AdmissionCycle, AdmissionCycle.id == Application.cycle_id)
        .outerjoin(AdmissionSeat, SEAT_APPLIED_FOR)
        .where(*conditions)
        .execution_options(prepared=True)
    )
    found = [(row, fee) for row, fee in rows]
    labels = class_labels([row.class_id for row, _ in found if row.class_id])
    payments = _payments([row.id for row, _ in found])
    return [
        FeeCase(
            application_id=row.id,
            campus_id=row.campus_id,
            reference=row.reference or "",
            child_name=_child(row),
            class_name=labels[row.class_id].name if row.class_id else LocalText(),
            fee=fee,
            payments=tuple(payments.get(row.id, ())),
        )
        for row, fee in found
    ]


def _child(row: Application) -> LocalText:
    return LocalText(row.child_name_en or "", row.child_name_bn or "", row.child_name_ar or "")


def _payments(application_ids: Collection[UUID]) -> dict[UUID, list[FeeView]]:
    rows = list(
        session().scalars(
            select(ApplicationFee)
            .where(among(ApplicationFee.application_id, application_ids))
            .order_by(ApplicationFee.recorded_at.desc(), ApplicationFee.id.desc())
            .execution_options(populate_existing=True, prepared=True)
        )
    )
    found: dict[UUID, list[FeeView]] = {}
    for view in _views(rows):
        found.setdefault(view.application_id, []).append(view)
    return found


def _views(rows: list[ApplicationFee]) -> list[FeeView]:
    people = {key for row in rows for key in (row.recorded_by, row.confirmed_by, row.cancelled_by) if key}
    names = list_user_names(people) if people else {}

    def named(key: UUID | None) -> LocalText | None:
        return names.get(key) if key else None

    return [
        FeeView(
            id=row.id,
            application_id=row.application_id,
            amount=row.amount,
            method=row.method,
            number=row.number,
            file_id=row.file_id,
            reason=row.reason,
            state=row.state,
            recorded_at=row.recorded_at,
            recorded_by=row.recorded_by,
            recorded_by_name=named(row.recorded_by),
            confirmed_at=row.confirmed_at,
            confirmed_by_name=named(row.confirmed_by),
            cancelled_at=row.cancelled_at,
            cancelled_by_name=named(row.cancelled_by),
            cancel_reason=row.cancel_reason,
        )
        for row in rows
    ]


def get_fee(actor: Actor, fee_id: UUID, permission: Permission = Permission.FEES_RECORD) -> FeeView:
    """One payment. Raises NotFound outside the actor's campuses."""
    row = (
        session()
        .scalars(select(ApplicationFee).where(ApplicationFee.id == fee_id, within(actor, permission)))
        .one_or_none()
    )
    if row is None:
        raise NotFound
    return _views([row])[0]


def list_day(actor: Actor, day: date) -> list[FeeLine]:
    """What was recorded on a day at the actor's campuses, in its order."""
    first, last = day_bounds(day)
    return _lines(actor, ApplicationFee.recorded_at >= first, ApplicationFee.recorded_at < last)


def list_waiting(actor: Actor) -> list[FeeLine]:
    """What waits for a second person at the actor's campuses, the oldest first."""
    return _lines(actor, ApplicationFee.state == FeeState.RECORDED)


def _lines(actor: Actor, *conditions: ColumnElement[bool]) -> list[FeeLine]:
    rows = [
        (fee, application)
        for fee, application in session().execute(
            select(ApplicationFee, Application)
            .join(Application, Application.id == ApplicationFee.application_id)
            .where(within(actor), *conditions)
            .order_by(ApplicationFee.recorded_at, ApplicationFee.id)
        )
    ]
    views = _views([fee for fee, _ in rows])
    return [
        FeeLine(view, row.reference or "", _child(row)) for view, (_, row) in zip(views, rows, strict=True)
    ]


def count_waiting(actor: Actor) -> int:
    """How many payments wait for somebody like the actor to confirm them."""
    return int(
        session().scalar(
            select(func.count())
            .select_from(ApplicationFee)
            .where(within(actor, Permission.FEES_CONFIRM), ApplicationFee.state == FeeState.RECORDED)
        )
        or 0
    )
