"""Digits of three scripts."""

from hypothesis import given
from hypothesis import strategies as st

from app.domain.kernel.digits import compact, to_ascii_digits, to_local_digits


def test_every_script_of_digits_becomes_ascii() -> None:
    assert to_ascii_digits("০১২৩৪৫৬৭৮৯ ٠١٢٣٤٥٦٧٨٩ ۰۱۲۳۴۵۶۷۸۹") == "0123456789 0123456789 0123456789"


def test_only_bangla_readers_see_local_digits() -> None:
    assert to_local_digits("Class 7", "bn") == "Class ৭"
    assert to_local_digits("Class 7", "en") == "Class 7"
    assert to_local_digits("Class 7", "ar") == "Class 7"


@given(st.text(alphabet="0123456789 ab-/"), st.sampled_from(["en", "bn", "ar"]))
def test_local_digits_come_back_as_they_were(text: str, locale: str) -> None:
    assert to_ascii_digits(to_local_digits(text, locale)) == text


def test_a_compact_number_has_no_gaps() -> None:
    assert compact(" (০১৭১২)\u2011345.678\u202c- x") == "01712345678x"


@given(st.text())
def test_folding_digits_twice_changes_nothing_more(text: str) -> None:
    once = to_ascii_digits(text)
    assert to_ascii_digits(once) == once
    assert len(once) == len(text)
