"""Numbers and percentages."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.kernel.digits import to_ascii_digits
from app.domain.kernel.numbers import format_number, format_percent

locales = st.sampled_from(["en", "bn", "ar"])


@pytest.mark.parametrize(
    ("value", "locale", "shown"),
    [
        (0, "en", "0"),
        (999, "bn", "৯৯৯"),
        (1850, "bn", "১,৮৫০"),
        (1234567, "bn", "১২,৩৪,৫৬৭"),
        (1234567, "en", "12,34,567"),
        (1234567, "ar", "1,234,567"),
        (123456789, "en", "12,34,56,789"),
        (-1234, "en", "-1,234"),
        (-1234, "ar", "\u200e-1,234"),
        (Decimal("3.50"), "en", "3.50"),
        (Decimal("4.83"), "bn", "৪.৮৩"),
        (Decimal("1E+5"), "en", "1,00,000"),
    ],
)
def test_numbers_are_grouped_as_the_reader_groups_them(value: int | Decimal, locale: str, shown: str) -> None:
    assert format_number(value, locale) == shown


def test_a_number_rounds_half_up_to_the_places_asked_for() -> None:
    assert format_number(Decimal("2.345"), "en", places=2) == "2.35"
    assert format_number(Decimal("-0.004"), "en", places=2) == "0.00"
    assert format_number(7, "en", places=1) == "7.0"


@pytest.mark.parametrize("bad", ["NaN", "Infinity", "-Infinity"])
def test_what_is_no_number_is_refused(bad: str) -> None:
    with pytest.raises(ValueError, match="finite"):
        format_number(Decimal(bad), "en")
    with pytest.raises(ValueError, match="finite"):
        format_percent(Decimal(bad), "en")


@given(st.integers(), locales)
def test_a_shown_number_reads_back_as_itself(value: int, locale: str) -> None:
    shown = to_ascii_digits(format_number(value, locale)).replace(",", "").replace("\u200e", "")
    assert int(shown) == value


def test_percentages_round_half_up_and_exactly() -> None:
    assert format_percent(Decimal("0.945"), "en") == "95%"
    assert format_percent(Decimal("0.9449"), "en") == "94%"
    assert format_percent(1, "en", of=3, places=1) == "33.3%"
    assert format_percent(1, "en", of=16, places=1) == "6.3%"
    assert format_percent(57, "bn", of=60) == "৯৫%"
    assert format_percent(Fraction(1, 2), "ar") == "50%"
    assert format_percent(Decimal("-0.25"), "en") == "-25%"
    assert format_percent(Decimal("0.001"), "en", places=1) == "0.1%"


def test_the_share_of_nothing_is_a_dash() -> None:
    assert format_percent(0, "bn", of=0) == "–"


@given(st.integers(0, 5000), st.integers(1, 5000), locales)
def test_a_percentage_is_within_half_a_point(part: int, whole: int, locale: str) -> None:
    shown = int(to_ascii_digits(format_percent(part, locale, of=whole)).rstrip("%").replace(",", ""))
    assert abs(shown - Fraction(part * 100, whole)) <= Fraction(1, 2)
