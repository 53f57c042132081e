"""What a text message costs."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.kernel.segments import count_segments, fold_for_sms

LATIN = st.text(st.sampled_from("abcXYZ 019@£Åé\n.,"), max_size=700)
TWICE = "^{}\\[~]|€\f"
BANGLA = st.text(st.sampled_from("কখগঘ আমি। ০১"), min_size=1, max_size=400)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", 0),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("{" * 80, 1),
        ("{" * 81, 2),
        ("ক" * 70, 1),
        ("ক" * 71, 2),
        ("ক" * 134, 2),
        ("ক" * 135, 3),
        ("a" * 69 + "৳", 1),
        ("a" * 70 + "৳", 2),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
        ("😀" * 67, 3),  # 33 to a part: none is cut in two
    ],
)
def test_the_known_lengths(text: str, parts: int) -> None:
    assert count_segments(text).parts == parts


@given(LATIN)
def test_the_old_alphabet_counts_letters(text: str) -> None:
    found = count_segments(text)
    assert not found.is_unicode and found.units == len(text)
    assert found.parts == (-(-len(text) // 153) if len(text) > 160 else min(len(text), 1))


@given(BANGLA)
def test_bangla_counts_units(text: str) -> None:
    found = count_segments(text + "ক")
    assert found.is_unicode and found.units == len((text + "ক").encode("utf-16-le")) // 2


@given(LATIN, st.sampled_from(TWICE))
def test_the_extension_counts_twice(text: str, char: str) -> None:
    assert count_segments(text + char).units == len(text) + 2


@given(st.text(max_size=500), st.characters(exclude_categories=["Cs"]))
def test_a_longer_text_never_costs_less(text: str, char: str) -> None:
    assert count_segments(text + char).parts >= count_segments(text).parts


@given(st.text(st.sampled_from("abc"), min_size=1, max_size=500))
def test_the_room_is_what_still_fits(text: str) -> None:
    found = count_segments(text)
    assert count_segments(text + "a" * found.room).parts == max(found.parts, 1)
    assert count_segments(text + "a" * (found.room + 1)).parts == max(found.parts, 1) + 1


@given(st.text(st.sampled_from("যড়ঢ\u09bcয়ড়ঢ়কা "), max_size=200))
def test_folding_never_costs_more_and_changes_no_letter(text: str) -> None:
    folded = fold_for_sms(text)
    assert unicodedata.normalize("NFC", folded) == unicodedata.normalize("NFC", text)
    assert count_segments(folded).units <= count_segments(unicodedata.normalize("NFC", text)).units
    assert fold_for_sms(folded) == folded


def test_three_letters_of_bangla_are_one_unit_each() -> None:
    assert count_segments(fold_for_sms(unicodedata.normalize("NFC", "য়ড়ঢ়"))).units == 3
