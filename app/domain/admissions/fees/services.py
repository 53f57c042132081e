"""Writes of fees: each a transaction with its entry in the audit log. Money is never deleted, only cancelled."""

from __future__ import annotations

from decimal import Decimal
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.domain.admissions.fees.models import ApplicationFee
from app.domain.admissions.fees.queries import is_settled, within
from app.domain.admissions.fees.rules import amount_of, check_payment
from app.domain.admissions.fees.types import (
    AlreadyRecorded,
    FeeMethod,
    FeeReasonNeeded,
    FeeSource,
    FeeState,
    NumberUsed,
    SamePerson,
    Settled,
    WrongAmount,
)
from app.domain.admissions.models import AdmissionCycle, AdmissionSeat, Application
from app.domain.admissions.queries import FEE_HERE, IS_SENT, SEAT_APPLIED_FOR
from app.domain.audit.services import record
from app.domain.files.services import store_upload
from app.domain.files.types import PICTURES
from app.domain.kernel import clock
from app.domain.kernel.access import SYSTEM, Actor, Permission
from app.domain.kernel.errors import Forbidden, NotFound
from app.uow import transaction


def record_fee(
    actor: Actor,
    application_id: UUID,
    method: FeeMethod,
    *,
    number: str = "",
    reason: str = "",
    slip: tuple[bytes, str] | None = None,
) -> UUID:
    """Write down that a family paid, or why it need not. `slip` is the photograph of a bank slip with its file's name.

    The amount is the fee of the cycle. It counts as paid once somebody else has confirmed it. Raises NotFound,
    NothingDue, AlreadyRecorded, NumberNeeded, NumberUsed, SlipNeeded, FeeReasonNeeded, and what files refuse.
    """
    with transaction() as db:
        row, fee = _application(db, application_id)
        if not actor.may(Permission.FEES_RECORD, row.campus_id):
            raise NotFound
        amount = amount_of(method, fee)
        check_payment(method, number, reason, has_slip=slip is not None)
        file_id = store_upload(actor, *slip, allowed=PICTURES, campus_id=row.campus_id) if slip else None
        return _add(
            db,
            actor,
            ApplicationFee(
                campus_id=row.campus_id,
                application_id=row.id,
                amount=amount,
                method=method,
                number=number or None,
                file_id=file_id,
                reason=reason or None,
                state=FeeState.RECORDED,
                recorded_at=clock.now(),
                recorded_by=actor.user_id,
            ),
        )


def _application(db: Session, application_id: UUID) -> tuple[Application, Decimal | None]:
    """A sent application, held, and the fee of its class. Raises NotFound."""
    found = db.execute(
        select(Application, FEE_HERE)
        .join(AdmissionCycle, AdmissionCycle.id == Application.cycle_id)
        .outerjoin(AdmissionSeat, SEAT_APPLIED_FOR)
        .where(Application.id == application_id, IS_SENT)
        .with_for_update(of=Application, key_share=True)
    ).one_or_none()
    if found is None:
        raise NotFound
    return found[0], found[1]


def _add(db: Session, actor: Actor, row: ApplicationFee) -> UUID:
    """Store a payment. The constraints decide races. Raises AlreadyRecorded, NumberUsed."""
    try:
        with db.begin_nested():
            db.add(row)
    except IntegrityError as error:
        name = str(getattr(getattr(error.orig, "diag", None), "constraint_name", "") or "")
        if name == "uq_application_fees_number":
            raise NumberUsed from error
        if name == "uq_application_fees_valid":
            raise AlreadyRecorded from error
        raise
    record(
        actor,
        f"application.fee_{row.state.value}",
        "application",
        row.application_id,
        campus_id=row.campus_id,
        new={
            "fee": row.id,
            "amount": row.amount,
            "method": row.method,
            "number": row.number,
            "reason": row.reason,
        },
    )
    return row.id


def _held(db: Session, actor: Actor, fee_id: UUID) -> ApplicationFee:
    """The payment, held. Raises NotFound, Forbidden."""
    row = db.scalars(
        select(ApplicationFee)
        .where(ApplicationFee.id == fee_id, within(actor))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise NotFound
    if not actor.may(Permission.FEES_CONFIRM, row.campus_id):
        raise Forbidden
    return row


def confirm_fee(actor: Actor, fee_id: UUID) -> bool:
    """Be the second person who has seen a payment. False where it is confirmed already.

    Raises NotFound, Forbidden, SamePerson, Settled.
    """
    with transaction() as db:
        row = _held(db, actor, fee_id)
        if row.state is FeeState.CONFIRMED:
            return False
        if row.state is FeeState.CANCELLED:
            raise Settled
        if row.recorded_by == actor.user_id:
            raise SamePerson
        row.state, row.confirmed_at, row.confirmed_by = FeeState.CONFIRMED, clock.now(), actor.user_id
        _note(actor, row, FeeState.RECORDED)
    return True


def cancel_fee(actor: Actor, fee_id: UUID, reason: str) -> bool:
    """Say that a payment does not count, and why. It stays in the books. False where it was cancelled already.

    Raises NotFound, Forbidden, FeeReasonNeeded.
    """
    if not reason:
        raise FeeReasonNeeded
    with transaction() as db:
        row = _held(db, actor, fee_id)
        was = row.state
        if was is FeeState.CANCELLED:
            return False
        row.state, row.cancelled_at, row.cancelled_by = FeeState.CANCELLED, clock.now(), actor.user_id
        row.cancel_reason = reason
        _note(actor, row, was, reason=reason)
    return True


def _note(actor: Actor, row: ApplicationFee, was: FeeState, **more: str) -> None:
    record(
        actor,
        f"application.fee_{row.state.value}",
        "application",
        row.application_id,
        campus_id=row.campus_id,
        old={"fee": row.id, "state": was},
        new={"fee": row.id, "state": row.state, **more},
    )


class _Ledger:
    """The books as a gateway sees them: see `FeeSource`."""

    def is_paid(self, application_id: UUID) -> bool:
        """Whether the fee is confirmed, waived, or not asked for."""
        return is_settled(application_id)

    def mark_paid(self, application_id: UUID, amount: Decimal, reference: str) -> bool:
        """Record what a gateway took, confirmed at once: the gateway is the second person. To be called by a job.

        The same reference again changes nothing: False. Raises NotFound, NothingDue, WrongAmount, and
        AlreadyRecorded where something else has paid: then the gateway is to give the money back.
        """
        with transaction() as db:
            row, fee = _application(db, application_id)
            known = db.scalar(
                select(ApplicationFee.application_id).where(
                    ApplicationFee.method == FeeMethod.ONLINE, ApplicationFee.number == reference
                )
            )
            if known == application_id:
                return False
            if amount != amount_of(FeeMethod.ONLINE, fee):
                raise WrongAmount
            now = clock.now()
            _add(
                db,
                SYSTEM,
                ApplicationFee(
                    campus_id=row.campus_id,
                    application_id=row.id,
                    amount=amount,
                    method=FeeMethod.ONLINE,
                    number=reference,
                    state=FeeState.CONFIRMED,
                    recorded_at=now,
                    confirmed_at=now,
                ),
            )
        return True


LEDGER: Final[FeeSource] = _Ledger()
"""What a way to pay is given."""
