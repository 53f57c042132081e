"""The fee of an application: recorded, seen by a second person, cancelled, or paid at a gateway."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, update

from app.domain.admissions.fees.models import ApplicationFee
from app.domain.admissions.fees.queries import (
    case_of,
    count_waiting,
    find_case,
    get_case,
    list_day,
    list_waiting,
)
from app.domain.admissions.fees.rules import totals_of
from app.domain.admissions.fees.services import LEDGER, cancel_fee, confirm_fee, record_fee
from app.domain.admissions.fees.types import (
    AlreadyRecorded,
    FeeMethod,
    FeeReasonNeeded,
    FeeState,
    NothingDue,
    NumberNeeded,
    NumberUsed,
    SamePerson,
    Settled,
    SlipNeeded,
    WrongAmount,
)
from app.domain.admissions.models import AdmissionCycle, Application
from app.domain.admissions.queries import find_by_token
from app.domain.admissions.types import ApplicationStatus, ApplicationView
from app.domain.audit.models import AuditEntry
from app.domain.files.types import UploadRefused
from app.domain.kernel import clock
from app.domain.kernel.errors import Forbidden, NotFound
from app.uow import session
from tests.support.applications import draft, sent
from tests.support.cast import CAST, Cast
from tests.support.uploads import pdf, picture

CASH: dict[str, Any] = {"method": FeeMethod.CASH, "number": "R-17"}


def asked(fee: int | None = 200, **changes: Any) -> ApplicationView:
    """An application of a cycle that costs something."""
    session().execute(update(AdmissionCycle).where(AdmissionCycle.id == CAST.cycle).values(fee=fee))
    return sent(**changes)


def pay(application: ApplicationView, **how: Any) -> UUID:
    return record_fee(CAST.farida.actor, application.id, **(CASH | how))


def test_a_payment_counts_once_a_second_person_has_seen_it(cast: Cast) -> None:
    application = asked()
    fee = pay(application)
    assert not LEDGER.is_paid(application.id)
    assert count_waiting(cast.hasan.actor) == 1 and len(list_waiting(cast.hasan.actor)) == 1
    with pytest.raises(Forbidden):
        confirm_fee(cast.farida.actor, fee)
    with pytest.raises(NotFound):
        confirm_fee(cast.jamil.actor, fee)
    assert confirm_fee(cast.amina.actor, fee) and not confirm_fee(cast.amina.actor, fee)
    assert LEDGER.is_paid(application.id)
    case = get_case(cast.farida.actor, application.id)
    assert case.valid is not None and case.valid.amount == Decimal(200)
    assert case.valid.confirmed_by_name and case.valid.recorded_by_name
    actions = session().scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert actions[-2:] == ["application.fee_recorded", "application.fee_confirmed"]


def test_nobody_confirms_what_they_recorded_themselves(cast: Cast) -> None:
    fee = record_fee(cast.amina.actor, asked().id, FeeMethod.CASH, number="R-1")
    with pytest.raises(SamePerson):
        confirm_fee(cast.amina.actor, fee)
    assert confirm_fee(cast.hasan.actor, fee)


def test_one_payment_counts_and_a_number_pays_once(cast: Cast) -> None:
    first, second = asked(), asked(phone="+8801911111111")
    fee = pay(first)
    with pytest.raises(AlreadyRecorded):
        pay(first, number="R-18")
    with pytest.raises(NumberUsed):
        pay(second)
    cancel_fee(cast.amina.actor, fee, "Typed for the wrong child.")
    assert not LEDGER.is_paid(first.id)
    pay(second)
    pay(first, number="R-18")
    states = [each.state for each in get_case(cast.farida.actor, first.id).payments]
    assert sorted(states) == [FeeState.CANCELLED, FeeState.RECORDED], "nothing is deleted"


def test_a_cancelled_payment_is_not_confirmed_and_says_why(cast: Cast) -> None:
    application = asked()
    fee = pay(application)
    with pytest.raises(FeeReasonNeeded):
        cancel_fee(cast.amina.actor, fee, "")
    with pytest.raises(Forbidden):
        cancel_fee(cast.farida.actor, fee, "x")
    assert cancel_fee(cast.amina.actor, fee, "Torn slip.") and not cancel_fee(cast.amina.actor, fee, "x")
    with pytest.raises(Settled):
        confirm_fee(cast.hasan.actor, fee)
    row = session().get_one(ApplicationFee, fee)
    assert (row.cancel_reason, row.cancelled_by) == ("Torn slip.", cast.amina.user_id)


@pytest.mark.parametrize(
    ("how", "error"),
    [
        ({"number": ""}, NumberNeeded),
        ({"method": FeeMethod.BANK_SLIP}, SlipNeeded),
        ({"method": FeeMethod.WAIVER, "number": ""}, FeeReasonNeeded),
        ({"method": FeeMethod.BANK_SLIP, "slip": (pdf(), "slip.pdf")}, UploadRefused),
    ],
)
def test_what_could_not_be_looked_into_later_is_refused(
    cast: Cast, how: dict[str, Any], error: type[Exception]
) -> None:
    application = asked()
    with pytest.raises(error):
        pay(application, **how)
    assert get_case(cast.farida.actor, application.id).payments == ()


def test_a_waiver_costs_nothing_and_needs_a_second_person_too(cast: Cast) -> None:
    application = asked()
    fee = pay(application, method=FeeMethod.WAIVER, number="", reason="Orphan.")
    assert not LEDGER.is_paid(application.id)
    confirm_fee(cast.amina.actor, fee)
    case = case_of(application.id)
    assert case is not None and case.valid is not None and case.valid.amount == 0
    assert LEDGER.is_paid(application.id)


def test_nothing_is_due_where_applying_is_free(cast: Cast) -> None:
    for fee in (None, 0):
        application = asked(fee)
        assert LEDGER.is_paid(application.id)
        with pytest.raises(NothingDue):
            pay(application)


def test_a_gateway_pays_once_however_often_it_says_so(cast: Cast) -> None:
    application = asked()
    with pytest.raises(WrongAmount):
        LEDGER.mark_paid(application.id, Decimal(199), "TX1")
    assert LEDGER.mark_paid(application.id, Decimal("200.00"), "TX1")
    assert not LEDGER.mark_paid(application.id, Decimal("200.00"), "TX1")
    assert LEDGER.is_paid(application.id)
    with pytest.raises(AlreadyRecorded):
        LEDGER.mark_paid(application.id, Decimal(200), "TX2")
    with pytest.raises(NumberUsed):
        LEDGER.mark_paid(asked(phone="+8801911111111").id, Decimal(200), "TX1")
    with pytest.raises(NotFound):
        LEDGER.mark_paid(uuid4(), Decimal(200), "TX3")


def test_the_list_of_a_day_adds_up(cast: Cast) -> None:
    one, two, three = asked(), asked(phone="+8801911111111"), asked(phone="+8801922222222")
    confirm_fee(cast.amina.actor, pay(one))
    pay(two, method=FeeMethod.BANK_SLIP, number="9", slip=(picture(), "slip.jpg"))
    cancel_fee(cast.amina.actor, pay(three, number="R-19"), "Twice.")
    lines = list_day(cast.farida.actor, clock.today())
    assert [line.reference for line in lines] == [each.reference for each in (one, two, three)]
    totals = {
        each.method: (each.confirmed, each.waiting, each.number)
        for each in totals_of(line.fee for line in lines)
    }
    assert totals == {
        FeeMethod.CASH: (Decimal(200), Decimal(0), 1),
        FeeMethod.BANK_SLIP: (Decimal(0), Decimal(200), 1),
    }
    assert list_day(cast.jamil.actor, clock.today()) == []


def test_an_application_is_found_by_its_number_at_the_own_campus(cast: Cast) -> None:
    application = asked()
    assert application.reference
    case = find_case(cast.chandra.actor, application.reference.lower().replace("-", " "))
    assert case is not None and case.is_due and case.child_name.en == "Raiyan Hossain"
    assert find_case(cast.jamil.actor, application.reference) is None
    assert find_case(cast.farida.actor, "nonsense") is None
    with pytest.raises(NotFound):
        get_case(cast.jamil.actor, application.id)


def test_no_fee_is_taken_for_a_draft_that_has_ended(cast: Cast) -> None:
    application = find_by_token(draft(papers=False))
    assert application is not None
    session().get_one(Application, application.id).status = ApplicationStatus.EXPIRED
    session().flush()
    with pytest.raises(NotFound):
        get_case(cast.chandra.actor, application.id)
    with pytest.raises(NotFound):
        pay(application)
