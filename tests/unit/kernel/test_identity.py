"""Birth registration and national identity numbers."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.kernel.identity import (
    WARNINGS,
    CheckedNumber,
    IdentityError,
    check_birth_registration,
    check_nid,
    mask_identity,
)

BORN_ON = date(2019, 5, 17)


@pytest.mark.parametrize(
    ("typed", "value", "warnings"),
    [
        ("20191234567000123", "20191234567000123", ()),
        ("২০১৯১২৩৪৫৬৭০০০১২৩", "20191234567000123", ()),
        ("2019-1234567-000123", "20191234567000123", ()),
        ("20181234567000123", "20181234567000123", ("birth_year",)),
        ("2019123456700012", "2019123456700012", ("old_format",)),
    ],
)
def test_birth_registration_numbers(typed: str, value: str, warnings: tuple[str, ...]) -> None:
    assert check_birth_registration(typed, BORN_ON) == CheckedNumber(value, warnings)
    assert set(warnings) <= set(WARNINGS)


def test_without_a_date_of_birth_the_year_is_not_compared() -> None:
    assert check_birth_registration("19991234567000123").warnings == ()
    assert check_nid("19991234567000123").warnings == ()


@pytest.mark.parametrize(
    ("typed", "warnings"),
    [
        ("1234567890", ()),
        ("1234567890123", ()),
        ("১২৩৪৫৬৭৮৯০", ()),
        ("20191234567890123", ()),
        ("19791234567890123", ("birth_year",)),
    ],
)
def test_national_identity_numbers(typed: str, warnings: tuple[str, ...]) -> None:
    assert check_nid(typed, BORN_ON).warnings == warnings


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "empty"),
        (" - ", "empty"),
        ("2019123456700012x", "letters"),
        ("2019123456700012\x00", "letters"),
        ("²0191234567000123", "letters"),
        ("123", "birth_registration_length"),
        ("201912345670001234", "birth_registration_length"),
    ],
)
def test_what_is_no_birth_registration_number_is_refused(typed: str, code: str) -> None:
    with pytest.raises(IdentityError) as refused:
        check_birth_registration(typed)
    assert refused.value.code == code


def test_a_national_identity_number_has_three_possible_lengths() -> None:
    for length in set(range(1, 20)) - {10, 13, 17}:
        with pytest.raises(IdentityError) as refused:
            check_nid("1" * length)
        assert refused.value.code == "nid_length"


def test_a_masked_number_shows_its_end_only() -> None:
    assert mask_identity("20191234567000123") == "*************0123"
    assert mask_identity("123") == "***"


@given(st.one_of(st.text(), st.text(alphabet="0123456789০১ -", min_size=9)))
def test_any_text_is_a_number_or_an_identity_error(text: str) -> None:
    for check in (check_birth_registration, check_nid):
        try:
            checked = check(text, BORN_ON)
        except IdentityError as error:
            assert error.code in IdentityError.messages
        else:
            assert check(checked.value, BORN_ON) == checked
