"""Taka in and out."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.kernel.money import MAX_TAKA, MoneyError, format_taka, parse_taka

amounts = st.decimals(-MAX_TAKA, MAX_TAKA, places=2)
locales = st.sampled_from(["en", "bn", "ar"])


@pytest.mark.parametrize(
    ("amount", "locale", "shown", "plain"),
    [
        (1850, "bn", "৳১,৮৫০", "১,৮৫০ টাকা"),
        (1850, "en", "৳1,850", "Tk 1,850"),
        (1850, "ar", "\u200f1,850\u00a0৳", "1,850 تاكا"),
        (Decimal("1234567.00"), "bn", "৳১২,৩৪,৫৬৭", "১২,৩৪,৫৬৭ টাকা"),
        (Decimal("1234567.50"), "en", "৳12,34,567.50", "Tk 12,34,567.50"),
        (Decimal("1234567.5"), "ar", "\u200f1,234,567.50\u00a0৳", "1,234,567.50 تاكا"),
        (0, "en", "৳0", "Tk 0"),
        (-500, "en", "-৳500", "-Tk 500"),
        (-500, "ar", "\u200f\u200e-500\u00a0৳", "\u200e-500 تاكا"),
        (Decimal("-0.001"), "en", "৳0", "Tk 0"),
    ],
)
def test_amounts_are_written_as_people_write_them(
    amount: Decimal | int, locale: str, shown: str, plain: str
) -> None:
    assert format_taka(amount, locale) == shown
    assert format_taka(amount, locale, plain=True) == plain


def test_a_plain_english_amount_costs_no_extra_sms() -> None:
    assert format_taka(Decimal("1850.25"), "en", plain=True).isascii()


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("1850", "1850.00"),
        ("১,৮৫০", "1850.00"),
        ("٢٬٥٠٠٫٥", "2500.50"),
        ("12,34,567.5", "1234567.50"),
        ("1,234,567", "1234567.00"),
        (" ৳ 1 850 ", "1850.00"),
        ("Tk. 500", "500.00"),
        ("Tk500", "500.00"),
        ("500tk.", "500.00"),
        ("500/-", "500.00"),
        ("BDT 500", "500.00"),
        ("৫০০ টাকা", "500.00"),
        ("-500", "-500.00"),
        ("1.500", "1.50"),
        ("0", "0.00"),
        ("-0", "0.00"),
        ("9999999999.99", "9999999999.99"),
    ],
)
def test_typed_amounts_are_understood(typed: str, amount: str) -> None:
    assert str(parse_taka(typed)) == amount


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "empty"),
        ("  ", "empty"),
        ("Tk", "empty"),
        ("five", "malformed"),
        ("1,5", "malformed"),
        ("12 34", "malformed"),
        ("1.2.3", "malformed"),
        ("1e5", "malformed"),
        ("NaN", "malformed"),
        ("--5", "malformed"),
        ("5-", "malformed"),
        ("1.005", "paisa"),
        ("10000000000", "too_large"),
        ("9" * 5000, "too_large"),
        ("5\x00", "malformed"),
    ],
)
def test_what_is_no_amount_is_refused_with_a_reason(typed: str, code: str) -> None:
    with pytest.raises(MoneyError) as refused:
        parse_taka(typed)
    assert refused.value.code == code


@given(amounts, locales, st.booleans())
def test_a_shown_amount_reads_back_as_itself(amount: Decimal, locale: str, plain: bool) -> None:
    assert parse_taka(format_taka(amount, locale, plain=plain)) == amount


@given(st.text())
def test_any_text_is_an_amount_or_a_money_error(text: str) -> None:
    try:
        assert abs(parse_taka(text)) <= MAX_TAKA
    except MoneyError as error:
        assert error.code in MoneyError.messages
