"""Codes that survive being copied by hand, and what a slip is still worth."""

from __future__ import annotations

import contextlib
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.admissions.slips.rules import (
    ALPHABET,
    CODE_LENGTH,
    code_from,
    digest_of,
    facts_of,
    initials_of,
    parse_code,
    reference_end,
    slips_for,
    spaced_code,
    state_of,
)
from app.domain.admissions.slips.types import CodeError, Offered, Seating, SlipKind, SlipState
from app.domain.admissions.types import ApplicationStatus, ApplicationView, DocumentKind
from app.domain.kernel.texts import LocalText

S, K = ApplicationStatus, SlipKind
KEY = UUID(int=7)
NOW = datetime(2026, 11, 21, tzinfo=UTC)
SEATING = Seating(NOW, LocalText("Hall"), "12")


def application(**changes: Any) -> ApplicationView:
    values: dict[str, Any] = dict.fromkeys(ApplicationView.__dataclass_fields__) | {
        "id": KEY,
        "class_id": KEY,
        "cycle_id": KEY,
        "reference": "SA26-00042-7",
        "status": S.SUBMITTED,
        "child_name_en": "Raiyan Hossain",
        "born_on": date(2014, 3, 14),
        "submitted_at": NOW,
    }
    return ApplicationView(**(values | changes))


@given(st.binary(min_size=8, max_size=8))
def test_a_code_survives_being_copied_by_hand(random: bytes) -> None:
    code = code_from(random)
    assert len(code) == CODE_LENGTH and set(code) <= set(ALPHABET)
    copied = spaced_code(code).lower().replace("0", "o").replace("1", "l").replace("-", " ")
    assert parse_code(copied) == parse_code(code.translate(str.maketrans("0123456789", "০১২৩৪৫৬৭৮৯"))) == code


@given(st.text(max_size=40))
def test_what_is_no_code_is_refused_and_nothing_else_happens(text: str) -> None:
    with contextlib.suppress(CodeError):
        assert set(parse_code(text)) <= set(ALPHABET)


def test_a_card_of_admission_needs_a_seat_and_an_offer_letter_an_offer() -> None:
    assert slips_for(S.SUBMITTED, None) == (K.ACKNOWLEDGEMENT,)
    assert slips_for(S.SHORTLISTED, SEATING) == (K.ACKNOWLEDGEMENT, K.ADMIT_CARD)
    assert slips_for(S.OFFERED, SEATING) == (K.ACKNOWLEDGEMENT, K.OFFER_LETTER)
    assert slips_for(S.WITHDRAWN, SEATING) == slips_for(S.DRAFT, None) == ()


def digest(kind: SlipKind, **changes: Any) -> str:
    values: dict[str, Any] = {"papers": (), "seating": SEATING, "offered": None, "application": application()}
    return digest_of(facts_of(kind, **(values | changes)))


@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        (K.ACKNOWLEDGEMENT, {"papers": [DocumentKind.PHOTO]}),
        (K.ACKNOWLEDGEMENT, {"application": application(child_name_en="Raiyan Hossein")}),
        (K.ACKNOWLEDGEMENT, {"application": application(class_id=UUID(int=8))}),
        (K.ADMIT_CARD, {"seating": Seating(NOW, LocalText("Hall"), "13")}),
        (K.ADMIT_CARD, {"seating": Seating(NOW, LocalText("Other hall"), "12")}),
        (K.OFFER_LETTER, {"offered": Offered(NOW.date())}),
        (K.OFFER_LETTER, {"application": application(decided_at=NOW)}),
    ],
)
def test_a_slip_is_replaced_once_what_it_says_has_changed(kind: SlipKind, changes: dict[str, Any]) -> None:
    status = S.OFFERED if kind is K.OFFER_LETTER else S.SUBMITTED
    stored = digest(kind)
    assert state_of(kind, stored, digest(kind), status, SEATING) is SlipState.VALID
    assert state_of(kind, stored, digest(kind, **changes), status, SEATING) is SlipState.REPLACED
    assert state_of(kind, stored, stored, S.WITHDRAWN, SEATING) is SlipState.WITHDRAWN


def test_a_slip_says_little_about_the_child_to_strangers() -> None:
    name = LocalText("Md. Raiyan Hossain bin Karim Uddin", "শ্রাবণ রায়", "ريان حسين")
    assert initials_of(name) == LocalText("M. R. H. B.", "শ্রা. রা.", "ر. ح.")
    assert reference_end("SA26-00042-7") == "…00042-7"
