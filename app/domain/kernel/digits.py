"""Digits in three scripts: all are accepted, ASCII is stored, the reader's own are shown.

domain rule: domain.md 6.1 - Bangla text shows Bangla digits; Arabic text keeps 0-9, the default of CLDR
``ar``.
"""

import re
from typing import Final

_ASCII: Final = "0123456789"
_BANGLA: Final = "০১২৩৪৫৬৭৮৯"
_ARABIC_INDIC: Final = "٠١٢٣٤٥٦٧٨٩"
_EXTENDED_ARABIC_INDIC: Final = "۰۱۲۳۴۵۶۷۸۹"  # U+06F0-06F9, what Persian and Urdu keyboards type

TO_ASCII: Final = str.maketrans(_BANGLA + _ARABIC_INDIC + _EXTENDED_ARABIC_INDIC, _ASCII * 3)
"""The translation table behind :func:`to_ascii_digits`, for tables that fold more than digits."""

_GAPS: Final = re.compile(
    "[\\s().\\-\u00ad\u061c\u200b-\u200f\u2010-\u2015\u202a-\u202e\u2060-\u2069\u2212\ufeff]+"
)
_TO_BANGLA: Final = str.maketrans(_ASCII, _BANGLA)


def to_ascii_digits(text: str) -> str:
    """Return the text with every Bangla and Arabic digit as 0-9, and all else as it was."""
    return text if text.isascii() else text.translate(TO_ASCII)


def compact(text: str) -> str:
    """Return a number as typed, but with 0-9 and without what people and address books put between digits.

    That is spaces, dashes, dots, brackets and invisible marks; all else stays, for the caller to refuse.
    """
    return _GAPS.sub("", to_ascii_digits(text))


def to_local_digits(text: str, locale: str) -> str:
    """Return the text with 0-9 as Bangla digits for ``bn``, and unchanged for the other languages."""
    return text.translate(_TO_BANGLA) if locale == "bn" else text
