"""The three languages."""

from app.domain.kernel.locales import FALLBACK, LOCALES, direction, pick


def test_every_language_falls_back_to_every_other() -> None:
    assert set(FALLBACK) == set(LOCALES)
    for locale, order in FALLBACK.items():
        assert order[0] == locale
        assert set(order) == set(LOCALES)


def test_only_arabic_runs_right_to_left() -> None:
    assert [direction(locale) for locale in LOCALES] == ["ltr", "ltr", "rtl"]


def test_a_text_comes_with_the_language_it_is_in() -> None:
    assert pick("bn", {"en": "Rafi", "bn": "রাফি"}) == ("রাফি", "bn")
    assert pick("ar", {"en": "Rafi", "bn": "রাফি", "ar": ""}) == ("Rafi", "en")
    assert pick("ar", {"bn": "রাফি"}) == ("রাফি", "bn")
    assert pick("en", {}) == ("", "en")
