"""How many parts a text message has: what it costs.

domain rule: domain.md 4.3 - letters of the old telephone alphabet (GSM-7) fit 160 into one part, 153 into each
of several; nine of them count twice. One other letter, such as any Bangla one or ৳, and the whole text is
counted in UTF-16 units: 70, or 67 into each of several.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Final

_BASIC: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_TWICE: Final = frozenset("^{}\\[~]|€\f")
_PRECOMPOSED: Final = {"ড\u09bc": "\u09dc", "ঢ\u09bc": "\u09dd", "য\u09bc": "\u09df"}


@dataclass(frozen=True, slots=True)
class Segments:
    """A text measured: its parts, its units, and how many more units fit before there is one part more."""

    parts: int
    units: int
    room: int
    is_unicode: bool


def fold_for_sms(text: str) -> str:
    """Return the text in the fewest units: in NFC, but ড়, ঢ় and য় as the one letter NFC takes apart."""
    text = unicodedata.normalize("NFC", text)
    for parts, letter in _PRECOMPOSED.items():
        text = text.replace(parts, letter)
    return text


def count_segments(text: str) -> Segments:
    """Measure a text as the networks do. A letter of two units is never cut in two by the end of a part."""
    is_unicode = not all(char in _BASIC or char in _TWICE for char in text)
    single, several = (70, 67) if is_unicode else (160, 153)
    widths = [2 if (ord(char) > 0xFFFF if is_unicode else char in _TWICE) else 1 for char in text]
    units = sum(widths)
    if units <= single:
        return Segments(1 if text else 0, units, single - units, is_unicode)
    parts, filled = 1, 0
    for width in widths:
        if filled + width > several:
            parts, filled = parts + 1, 0
        filled += width
    return Segments(parts, units, several - filled, is_unicode)
