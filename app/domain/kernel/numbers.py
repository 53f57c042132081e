"""Numbers as people read them: grouping, digits and percentages.

domain rule: domain.md 6.1 - Bangla and the English of Bangladesh group in lakhs (12,34,567), Arabic in
thousands.
"""

from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from typing import Final

from app.domain.kernel.digits import to_local_digits

NOTHING: Final = "–"
"""Shown for the share of nothing, such as the attendance of a class without a taken register."""

_LRM: Final = "\u200e"
_ROUNDING: Final = Context(prec=200, rounding=ROUND_HALF_UP)  # more room than any column or sum has


def group_digits(digits: str, locale: str) -> str:
    """Return ASCII digits with commas: the last three, then pairs (``bn``, ``en``) or threes (``ar``)."""
    if len(digits) <= 3:
        return digits
    step = 3 if locale == "ar" else 2
    head, tail = digits[:-3], digits[-3:]
    first = len(head) % step
    groups = [head[:first]] if first else []
    groups += [head[at : at + step] for at in range(first, len(head), step)]
    return ",".join([*groups, tail])


def signed(text: str, negative: bool, locale: str) -> str:
    """Return ``text`` with a minus before it where ``negative``.

    In Arabic a mark keeps the minus on the left of the digits, where it would otherwise wander to the right.
    """
    if not negative:
        return text
    return f"{_LRM}-{text}" if locale == "ar" else f"-{text}"


def round_half_up(value: Decimal, places: int) -> Decimal:
    """Round to ``places`` decimals the way schools do: a half goes away from zero."""
    return value.quantize(Decimal(1).scaleb(-places), context=_ROUNDING)


def format_number(value: int | Decimal, locale: str, places: int | None = None) -> str:
    """Return a number grouped and in the reader's digits.

    A ``Decimal`` keeps the decimals it has, so that a grade point of 3.50 stays 3.50; ``places`` rounds
    half up. Raises ``ValueError`` for infinities and NaN.
    """
    number = _finite(value)
    if places is not None:
        number = round_half_up(number, places)
    whole, _, decimals = f"{number.copy_abs():f}".partition(".")
    text = group_digits(whole, locale) + (f".{decimals}" if decimals else "")
    return to_local_digits(signed(text, number < 0, locale), locale)


def format_percent(
    ratio: int | Decimal | Fraction, locale: str, *, of: int | None = None, places: int = 0
) -> str:
    """Return a ratio as a percentage, rounded half up to ``places`` decimals.

    Either a ratio (``Decimal("0.95")``), or a part and the whole it is ``of``: ``format_percent(57, "bn",
    of=60)`` is ``৯৫%``. The share of nothing (``of=0``) is a dash, because neither 0 % nor 100 % would be
    true.
    """
    if of == 0:
        return NOTHING
    top, bottom = (_finite(ratio) if isinstance(ratio, Decimal) else ratio).as_integer_ratio()
    bottom *= 1 if of is None else of
    negative = (top < 0) != (bottom < 0)
    hundreds = abs(top) * 100 * 10**places
    units = (2 * hundreds + abs(bottom)) // (2 * abs(bottom))  # whole numbers only, so it is exact
    digits = str(units).rjust(places + 1, "0")
    whole, decimals = (digits[:-places], digits[-places:]) if places else (digits, "")
    text = group_digits(whole, locale) + (f".{decimals}" if decimals else "") + "%"
    return to_local_digits(signed(text, negative and units > 0, locale), locale)


def _finite(value: int | Decimal) -> Decimal:
    number = Decimal(value)
    if not number.is_finite():
        raise ValueError("not a finite number")
    return number
