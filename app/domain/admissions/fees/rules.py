"""Pure rules of fees: what a payment must carry, and what a day came to."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from app.domain.admissions.fees.types import (
    FeeMethod,
    FeeReasonNeeded,
    FeeState,
    FeeView,
    MethodTotal,
    NothingDue,
    NumberNeeded,
    SlipNeeded,
)

BY_HAND = (FeeMethod.CASH, FeeMethod.BANK_SLIP, FeeMethod.WAIVER)
"""What the office records. Online payments come from the gateway."""


def amount_of(method: FeeMethod, fee: Decimal | None) -> Decimal:
    """What is paid by a method: the fee of the cycle, or nothing where it is waived. Raises NothingDue."""
    if not fee:
        raise NothingDue
    return Decimal(0) if method is FeeMethod.WAIVER else fee


def check_payment(method: FeeMethod, number: str, reason: str, *, has_slip: bool) -> None:
    """Raises NumberNeeded, SlipNeeded, FeeReasonNeeded where a payment could not be looked into later."""
    if method is FeeMethod.WAIVER:
        if not reason:
            raise FeeReasonNeeded
        return
    if not number:
        raise NumberNeeded
    if method is FeeMethod.BANK_SLIP and not has_slip:
        raise SlipNeeded


def totals_of(fees: Iterable[FeeView]) -> list[MethodTotal]:
    """What came in by each method that was used. A cancelled payment counts nowhere."""
    counted = [each for each in fees if each.state is not FeeState.CANCELLED]
    return [
        MethodTotal(
            method,
            sum((f.amount for f in of if f.state is FeeState.CONFIRMED), Decimal(0)),
            sum((f.amount for f in of if f.state is FeeState.RECORDED), Decimal(0)),
            len(of),
        )
        for method in FeeMethod
        if (of := [each for each in counted if each.method is method])
    ]
