"""What a query looks for, and what is worth a second look."""

from __future__ import annotations

from datetime import date

import pytest

from app.domain.people.rules import birth_registration_warnings, digits_of_number, is_number_query


@pytest.mark.parametrize("query", ["01712345678", "+88 01712-345678", "০১৭১২", "٠١٧١٢ ٣٤٥", "345678"])
def test_digits_of_any_script_are_a_number(query: str) -> None:
    assert is_number_query(query)


@pytest.mark.parametrize("query", ["", "  ", "Rafi", "S26-00042-4", "রাফি", "12a", "²", "' OR 1=1--"])
def test_anything_with_letters_is_not_a_number(query: str) -> None:
    assert not is_number_query(query)


@pytest.mark.parametrize(
    ("query", "digits"), [("+88 0171", "0171"), ("88017", "017"), ("৩৪৫", "345"), ("Rafi", ""), ("", "")]
)
def test_part_of_a_number_is_looked_for_without_the_prefix_of_the_country(query: str, digits: str) -> None:
    assert digits_of_number(query) == digits


def test_birth_registration_of_another_year_is_worth_a_look() -> None:
    born = date(2014, 3, 14)
    assert birth_registration_warnings("20141234567890123", born) == ()
    assert len(birth_registration_warnings("20151234567890123", born)) == 1
    assert len(birth_registration_warnings("2014123456789012", born)) == 1
    assert birth_registration_warnings(None, born) == ()
