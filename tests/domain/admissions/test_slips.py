"""The same facts have one slip; whoever checks its code learns whether it still says what is so."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from app.domain.admissions.queries import find_sent
from app.domain.admissions.services import withdraw_application
from app.domain.admissions.slips.queries import check_code, find_slip
from app.domain.admissions.slips.services import issue_slip
from app.domain.admissions.slips.types import Given, Offered, Seating, SlipKind, SlipState
from app.domain.admissions.types import ApplicationView
from app.domain.kernel.access import visitor
from app.domain.kernel.errors import NotFound
from app.domain.kernel.texts import LocalText
from tests.support.applications import decided, sent
from tests.support.cast import Cast

K = SlipKind
FAMILY = visitor("bn")
SEATING = Seating(datetime(2026, 12, 4, 4, 0, tzinfo=UTC), LocalText("Hall 2", "হল ২"), "B-14")


def again(application: ApplicationView) -> ApplicationView:
    found = find_sent(application.id)
    assert found is not None
    return found


def test_the_same_facts_have_one_slip(cast: Cast) -> None:
    application = sent()
    first = issue_slip(FAMILY, application, K.ACKNOWLEDGEMENT)
    assert issue_slip(cast.farida.actor, application, K.ACKNOWLEDGEMENT) == first
    assert find_slip(application, first.code) == first
    assert find_slip(sent(phone="+8801812345679"), first.code) is None
    with pytest.raises(NotFound):
        issue_slip(FAMILY, application, K.OFFER_LETTER)
    with pytest.raises(NotFound):
        issue_slip(FAMILY, application, K.ADMIT_CARD)


def test_a_card_with_another_seat_is_no_longer_valid(cast: Cast) -> None:
    application = sent()
    card = issue_slip(FAMILY, application, K.ADMIT_CARD, Given(SEATING))
    found = check_code(card.code, Given(SEATING))
    assert found and found.state is SlipState.VALID and found.seating == SEATING
    moved = Seating(SEATING.starts_at, SEATING.place, "B-15")
    found = check_code(card.code, Given(moved))
    assert found and found.state is SlipState.REPLACED and found.seating is None
    assert find_slip(application, card.code, Given(moved)) is None
    found = check_code(card.code)
    assert found and found.state is SlipState.WITHDRAWN


def test_an_offer_letter_lasts_as_long_as_the_offer(cast: Cast) -> None:
    application, by = decided(), Given(offered=Offered(date(2026, 12, 1)))
    letter = issue_slip(FAMILY, application, K.OFFER_LETTER, by)
    found = check_code(letter.code, by)
    assert found and (found.state, found.answer_by) == (SlipState.VALID, by.offered and by.offered.answer_by)
    withdraw_application(FAMILY, application.id)
    found = check_code(letter.code, by)
    assert found and (found.state, found.answer_by) == (SlipState.WITHDRAWN, None)
    assert find_slip(again(application), letter.code, by) is None


def test_whoever_checks_a_code_learns_no_name_and_no_number(cast: Cast) -> None:
    application = sent()
    slip = issue_slip(FAMILY, application, K.ACKNOWLEDGEMENT)
    told = repr(check_code(slip.code))
    for secret in (*application.child_name.to_dict().values(), application.phone, application.reference):
        assert str(secret) not in told
    assert "রা. হো." in told and (application.reference or "")[5:] in told
    assert check_code("0" * 12) is None
