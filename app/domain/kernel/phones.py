"""Mobile numbers of Bangladesh: typed in any way, stored as E.164, shown as people say them.

domain rule: domain.md 5.7 - ``01``, then 3 to 9, then eight digits; stored as ``+8801XXXXXXXXX``. The
prefix says nothing about the operator, because numbers can be ported. Landlines are free text elsewhere.
"""

import re
from typing import Final

from app.domain.kernel.digits import compact, to_local_digits
from app.domain.kernel.errors import N_, InvalidValue

_PREFIX: Final = re.compile(r"(?:\+|00)?88(?=0)")
_STORED: Final = re.compile(r"\+880(1[3-9][0-9]{2})([0-9]{6})")


class PhoneError(InvalidValue):
    """What was typed is not a mobile number of Bangladesh.

    Codes: ``empty``, ``letters`` (something else than digits), ``too_short``, ``too_long``, ``not_mobile``
    (another kind of number, or another country's).
    """

    messages = {
        "empty": N_("Enter a mobile number."),
        "letters": N_("A mobile number has digits only, such as 01712-345678."),
        "too_short": N_("This mobile number is too short: it needs 11 digits, such as 01712-345678."),
        "too_long": N_("This mobile number is too long: it needs 11 digits, such as 01712-345678."),
        "not_mobile": N_("Enter a mobile number of Bangladesh. It begins with 013 to 019."),
    }


def normalise_mobile(text: str) -> str:
    """Return a typed mobile number as it is stored, ``+8801XXXXXXXXX``.

    Digits of any script, spaces, dashes, dots, brackets and the prefixes ``+88``, ``88`` and ``0088`` are
    accepted. Raises :class:`PhoneError`.
    """
    bare = compact(text)
    if not bare:
        raise PhoneError("empty")
    number = _PREFIX.sub("", bare, count=1) if _PREFIX.match(bare) else bare
    digits = number.removeprefix("+")
    if not (digits.isascii() and digits.isdigit()):
        raise PhoneError("letters")
    if number != digits or not ("01".startswith(digits[:2])):
        raise PhoneError("not_mobile")
    if len(digits) < 11:
        raise PhoneError("too_short")
    if len(digits) > 11:
        raise PhoneError("too_long")
    if digits[2] not in "3456789":
        raise PhoneError("not_mobile")
    return f"+88{digits}"


def format_mobile(mobile: str, locale: str) -> str:
    """Return a stored number as people write it: ``01712-345678``, in Bangla digits for ``bn``.

    For text only: links and inputs keep the stored form. What is not a stored mobile number is returned as
    it is.
    """
    match = _STORED.fullmatch(mobile)
    return to_local_digits(f"0{match[1]}-{match[2]}", locale) if match else mobile


def mask_mobile(mobile: str, locale: str) -> str:
    """Return a stored number with its middle hidden, ``017**-***678``, to recognise but not to use.

    What is not a stored mobile number is hidden altogether. In Arabic a mark in front keeps the parts in
    order.
    """
    match = _STORED.fullmatch(mobile)
    if match is None:
        return "***"
    mark = "\u200e" if locale == "ar" else ""
    return to_local_digits(f"{mark}0{match[1][:2]}**-***{match[2][3:]}", locale)
