"""Values, errors and the interface of the fee of an application."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from app.domain.kernel.errors import N_, Conflict, Refused
from app.domain.kernel.texts import LocalText


class FeeMethod(StrEnum):
    """How a fee was paid, or that it was waived."""

    CASH = "cash"
    BANK_SLIP = "bank_slip"
    ONLINE = "online"
    WAIVER = "waiver"


class FeeState(StrEnum):
    """How a payment stands. Nothing is deleted: what was wrong is cancelled, with a reason."""

    RECORDED = "recorded"
    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class FeeView:
    """A payment, or a waiver, as its pages show it."""

    id: UUID
    application_id: UUID
    amount: Decimal
    method: FeeMethod
    number: str | None
    """Of the receipt, the slip or the payment at the gateway."""
    file_id: UUID | None
    """The photograph of the slip."""
    reason: str | None
    """Why it was waived."""
    state: FeeState
    recorded_at: datetime
    recorded_by: UUID | None
    recorded_by_name: LocalText | None
    confirmed_at: datetime | None
    confirmed_by_name: LocalText | None
    cancelled_at: datetime | None
    cancelled_by_name: LocalText | None
    cancel_reason: str | None


@dataclass(frozen=True, slots=True)
class FeeCase:
    """What somebody who takes fees sees of an application: no more than they need to find and name it."""

    application_id: UUID
    campus_id: UUID
    reference: str
    child_name: LocalText
    class_name: LocalText
    fee: Decimal | None
    payments: tuple[FeeView, ...]
    """The latest first, cancelled ones included."""

    @property
    def valid(self) -> FeeView | None:
        """The payment that counts, if there is one."""
        return next((each for each in self.payments if each.state is not FeeState.CANCELLED), None)

    @property
    def is_due(self) -> bool:
        """Whether applying costs something and nothing has been recorded."""
        return bool(self.fee) and self.valid is None


@dataclass(frozen=True, slots=True)
class FeeLine:
    """A line of the list of a day."""

    fee: FeeView
    reference: str
    child_name: LocalText


@dataclass(frozen=True, slots=True)
class MethodTotal:
    """What came in on a day by one method."""

    method: FeeMethod
    confirmed: Decimal
    waiting: Decimal
    """Recorded, and not confirmed by a second person yet."""
    number: int


class FeeSource(Protocol):
    """What a way to pay needs of admissions, and nothing else. `fees.services.LEDGER` is one."""

    def is_paid(self, application_id: UUID) -> bool:
        """Whether the fee is confirmed, waived, or not asked for."""
        ...

    def mark_paid(self, application_id: UUID, amount: Decimal, reference: str) -> bool:
        """Record what a gateway took. The same reference again changes nothing: False."""
        ...


class NothingDue(Refused):
    """Applying is free in this cycle."""

    message = N_("Applying costs nothing in this cycle.")


class AlreadyRecorded(Conflict):
    """One payment counts; a wrong one is cancelled first."""

    message = N_("A payment for this application is recorded already. Cancel it first if it is wrong.")


class NumberUsed(Refused):
    """A receipt or slip pays for one application."""

    field = "number"
    message = N_("A receipt or slip with this number has paid for another application.")


class NumberNeeded(Refused):
    """Money without a number cannot be found again."""

    field = "number"
    message = N_("Write the number of the receipt or slip.")


class FeeReasonNeeded(Refused):
    """A waiver or a cancellation that nobody could explain later."""

    field = "reason"
    message = N_("Write the reason. Whoever looks through the books reads it.")


class SlipNeeded(Refused):
    """The second person looks at the slip."""

    field = "slip"
    message = N_("Choose the photograph of the slip. The second person looks at it.")


class SamePerson(Refused):
    """Two people see every payment."""

    message = N_("You recorded this yourself. Somebody else confirms it.")


class WrongAmount(Refused):
    """What a gateway took is not the fee of the cycle."""

    message = N_("The amount is not the fee of this cycle.")


class Settled(Conflict):
    """A payment is confirmed once, and not after it was cancelled."""

    message = N_("This payment has been confirmed or cancelled in the meantime.")
