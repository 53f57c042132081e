"""The three languages of the school: English, Bangla and Arabic are equals."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

LOCALES: Final = ("en", "bn", "ar")
"""The language codes, as they stand in paths, in ``<html lang>`` and in the column names."""

FALLBACK: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {"en": ("en", "bn", "ar"), "bn": ("bn", "en", "ar"), "ar": ("ar", "en", "bn")}
)
"""Which language to show, in order, where a text is missing in the reader's own.

A reader of Arabic at a school in Bangladesh is likelier to read Latin letters than Bangla ones.
"""


def direction(locale: str) -> str:
    """Return the writing direction of a language, ``"rtl"`` or ``"ltr"``, for the ``dir`` attribute."""
    return "rtl" if locale == "ar" else "ltr"


def pick(locale: str, texts: Mapping[str, str]) -> tuple[str, str]:
    """Return the best text for a reader, and the language it is really in.

    ``texts`` maps language codes to text. The language matters: it belongs into the ``lang`` attribute, so
    that screen readers and fonts follow. Where every text is empty the answer is an empty text in
    ``locale``.
    """
    for code in FALLBACK.get(locale, LOCALES):
        text = texts.get(code)
        if text:
            return text, code
    return "", locale
