"""Typed text and text in three languages."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.kernel.texts import BIDI_OVERRIDES, LocalText, TextError, clean_line, clean_text

words = st.text(max_size=20)
local_texts = st.builds(LocalText, words, words, words)


def test_a_line_is_one_line_with_single_spaces() -> None:
    assert clean_line("  Green\tView \r\n High\u00a0School\u2028") == "Green View High School"
    assert clean_line("সবুজ\u200cছায়া") == unicodedata.normalize("NFC", "সবুজ\u200cছায়া")


def test_text_keeps_its_paragraphs() -> None:
    assert clean_text("  One \r\ntwo\r\r\n\n\n three\x0b\u202e ") == "One\ntwo\n\n three"


@pytest.mark.parametrize("bad", ["a\x00b", "\ud800"])
def test_what_no_column_can_hold_is_refused(bad: str) -> None:
    for clean in (clean_line, clean_text):
        with pytest.raises(TextError) as refused:
            clean(bad)
        assert refused.value.code == "control"


def test_the_limit_counts_what_is_left_after_cleaning() -> None:
    assert clean_line(" abc \x07", max=3) == "abc"
    with pytest.raises(TextError) as refused:
        clean_text("abcd", max=3)
    assert refused.value.code == "too_long"
    assert str(refused.value) == "This text is too long: at most 3 characters."


@given(st.text())
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    for clean in (clean_line, clean_text):
        try:
            once = clean(text)
        except TextError:
            assert "\x00" in text
            continue
        assert clean(once) == once
        assert unicodedata.is_normalized("NFC", once)
        assert not set(once) & set(BIDI_OVERRIDES)
        assert all(char == "\n" or unicodedata.category(char) != "Cc" for char in once)


def test_a_reader_gets_the_own_language_or_a_marked_other() -> None:
    title = LocalText(en="Notice", bn="বিজ্ঞপ্তি")
    assert title.in_("bn") == ("বিজ্ঞপ্তি", "bn")
    assert title.in_("ar") == ("Notice", "en")
    assert title.is_missing("ar")
    assert not title.is_missing("bn")
    assert title.missing == ("ar",)
    assert LocalText().in_("bn") == ("", "bn")


def test_only_the_languages_that_are_there_are_stored() -> None:
    assert LocalText(bn="ছুটি").to_dict() == {"bn": "ছুটি"}
    assert LocalText.from_dict({"bn": "ছুটি", "fr": "vacances"}) == LocalText(bn="ছুটি")
    assert LocalText.from_dict(None) == LocalText()


@given(local_texts)
def test_a_text_comes_back_from_storage_as_it_was(text: LocalText) -> None:
    assert LocalText.from_dict(text.to_dict()) == text
    assert bool(text) == bool(text.to_dict())


@given(local_texts, st.sampled_from(["en", "bn", "ar"]))
def test_a_reader_sees_something_where_there_is_anything(text: LocalText, locale: str) -> None:
    shown, language = text.in_(locale)
    assert bool(shown) == bool(text)
    assert getattr(text, language) == shown
    assert (language != locale) == (text.is_missing(locale) and bool(text))
