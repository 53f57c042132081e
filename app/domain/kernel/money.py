"""Taka: how amounts are written for people, and how typed amounts are read.

Amounts are ``Decimal`` taka with at most two decimals (paisa), as in ``Numeric(12, 2)``.
"""

import re
from decimal import Decimal
from typing import Final

from app.domain.kernel.digits import to_ascii_digits, to_local_digits
from app.domain.kernel.errors import N_, InvalidValue
from app.domain.kernel.numbers import group_digits, round_half_up, signed

MAX_TAKA: Final = Decimal("9999999999.99")
"""The largest amount the columns hold."""

_RLM: Final = "\u200f"
_NBSP: Final = "\u00a0"

_TYPED_SIGNS: Final = re.compile(r"৳|(?<![a-z])(?:tk\.?|bdt|taka)(?![a-z])|টাকা|تاكا|/[-=]$", re.IGNORECASE)
_INVISIBLE: Final = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u061c]")
_SEPARATORS: Final = str.maketrans({"٬": ",", "٫": ".", "،": ",", "'": ",", "’": ",", "−": "-", "_": ","})
_AMOUNT: Final = re.compile(
    r"(?P<sign>-?)(?P<whole>[0-9]{1,3}(?:[, ][0-9]{2,3})*[, ][0-9]{3}|[0-9]+)(?:\.(?P<paisa>[0-9]*))?"
)


class MoneyError(InvalidValue):
    """What was typed is not an amount. Codes: ``empty``, ``malformed``, ``paisa``, ``too_large``."""

    messages = {
        "empty": N_("Enter an amount."),
        "malformed": N_("Enter an amount in taka, such as 1,850."),
        "paisa": N_("Enter an amount with at most two decimals."),
        "too_large": N_("This amount is too large."),
    }


def format_taka(amount: Decimal | int, locale: str, plain: bool = False) -> str:
    """Return an amount as people write it, with paisa only where there are any, rounded half up.

    ``bn`` ``৳১,৮৫০``, ``en`` ``৳1,850``, ``ar`` ``1,850 ৳`` behind a mark that keeps the sign after the
    number also beside left-to-right text. ``plain`` is for SMS and other narrow channels: ``Tk 1,850`` in
    English, where a single ``৳`` would more than halve the room, ``১,৮৫০ টাকা`` and ``1,850 تاكا``.
    domain rule: domain.md 4.3 (Tk in English SMS) and 6.1 (lakh grouping, sign first in everyday writing).
    Raises ``ValueError`` for infinities and NaN.
    """
    exact = Decimal(amount)
    if not exact.is_finite():
        raise ValueError("not a finite amount")
    rounded = round_half_up(exact, 2)
    whole, _, paisa = f"{rounded.copy_abs():f}".partition(".")
    number = to_local_digits(group_digits(whole, locale) + ("" if paisa == "00" else f".{paisa}"), locale)
    negative = rounded < 0
    if locale == "ar":
        text = signed(number, negative, locale)
        return f"{text} تاكا" if plain else f"{_RLM}{text}{_NBSP}৳"
    if not plain:
        return signed(f"৳{number}", negative, locale)
    return signed(f"{number} টাকা" if locale == "bn" else f"Tk {number}", negative, locale)


def parse_taka(text: str) -> Decimal:
    """Return the amount somebody typed, with two decimals.

    Digits of any script, a currency sign or word, spaces, a closing ``/-`` and separators are accepted;
    separators only where they can stand in a number, so that ``1,5`` is refused and not read as fifteen.
    Raises :class:`MoneyError`.
    """
    bare = _INVISIBLE.sub("", to_ascii_digits(text).translate(_SEPARATORS)).strip()
    bare = " ".join(_TYPED_SIGNS.sub(" ", bare).split())
    if not bare:
        raise MoneyError("empty")
    if bare.startswith("- "):
        bare = "-" + bare[2:]
    match = _AMOUNT.fullmatch(bare)
    if match is None:
        raise MoneyError("malformed")
    paisa = (match["paisa"] or "").rstrip("0")
    if len(paisa) > 2:
        raise MoneyError("paisa")
    whole = re.sub("[, ]", "", match["whole"]).lstrip("0") or "0"
    if len(whole) > 10:
        raise MoneyError("too_large")
    amount = Decimal(f"{whole}.{paisa:0<2}")
    return -amount if match["sign"] and amount else amount
