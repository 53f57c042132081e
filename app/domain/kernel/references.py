"""Numbers people read out and copy by hand: application references and student numbers, with a check digit.

``SA26-00042-7`` is the 42nd application for 2026, ``S26-00042-4`` the 42nd student admitted in 2026. The
last digit is a Damm check digit: it finds every single wrong digit and every swap of two neighbours. It
also covers the kind of number, so that an application's digits are never valid as a student's.
"""

import re
import unicodedata
from typing import Final

from app.domain.kernel.digits import compact
from app.domain.kernel.errors import N_, InvalidValue

MAX_NUMBER: Final = 9_999_999
"""The largest serial of a year. Five digits are written at least; a larger school's references grow."""

YEARS: Final = range(2000, 2100)
"""The years that two digits stand for."""

_APPLICATION: Final = ("SA", 7)  # letters, and the digit that stands for them in the check
_STUDENT: Final = ("S", 1)

# A weakly totally anti-symmetric quasigroup of order ten with zeros on its diagonal (H. M. Damm, 2004).
_DAMM: Final = (
    (0, 3, 1, 7, 5, 9, 8, 6, 4, 2),
    (7, 0, 9, 2, 1, 5, 4, 8, 6, 3),
    (4, 2, 0, 6, 8, 7, 1, 3, 5, 9),
    (1, 7, 5, 0, 9, 8, 3, 4, 2, 6),
    (6, 1, 2, 3, 0, 4, 5, 9, 7, 8),
    (3, 6, 7, 4, 2, 0, 9, 5, 8, 1),
    (5, 8, 6, 9, 7, 2, 0, 1, 3, 4),
    (8, 9, 4, 5, 3, 6, 2, 0, 1, 7),
    (9, 4, 3, 8, 6, 1, 7, 2, 0, 5),
    (2, 5, 8, 1, 4, 3, 6, 7, 9, 0),
)


class ReferenceError_(InvalidValue):  # noqa: N801 - without the underscore it is a built-in name
    """What was typed is not a reference. Codes: ``empty``, ``malformed``, ``check_digit``."""

    messages = {
        "empty": N_("Enter the reference."),
        "malformed": N_("This does not look like a reference. Copy it from your letter or message."),
        "check_digit": N_("One digit of this reference is wrong. Compare it with your letter or message."),
    }


def check_digit(digits: str, start: int = 0) -> int:
    """Return the Damm check digit of ASCII digits, as if ``start`` stood before them (0 changes nothing)."""
    interim = _DAMM[0][start]
    for digit in digits:
        interim = _DAMM[interim][ord(digit) - 48]
    return interim


def make_reference(year: int, number: int) -> str:
    """Return the reference of the ``number``-th application for an admission year, such as ``SA26-00042-7``.

    Raises ``ValueError`` outside 2000-2099 and 1-9,999,999.
    """
    return _make(_APPLICATION, year, number)


def parse_reference(text: str) -> str:
    """Return a typed application reference as it is stored.

    Digits of any script, lower case, spaces and missing dashes are accepted. Raises :class:`ReferenceError_`.
    """
    return _parse(_APPLICATION, text)


def make_student_no(year: int, number: int) -> str:
    """Return the number of the ``number``-th student admitted in a year, such as ``S26-00042-4``.

    It is kept for life and does not name a class or a campus, because both change. Raises ``ValueError``
    outside 2000-2099 and 1-9,999,999.
    """
    return _make(_STUDENT, year, number)


def parse_student_no(text: str) -> str:
    """Return a typed student number as it is stored; accepts and raises what :func:`parse_reference` does."""
    return _parse(_STUDENT, text)


def _make(kind: tuple[str, int], year: int, number: int) -> str:
    if year not in YEARS or not 1 <= number <= MAX_NUMBER:
        raise ValueError("year or number out of range")
    letters, start = kind
    two, serial = f"{year % 100:02d}", f"{number:05d}"
    return f"{letters}{two}-{serial}-{check_digit(two + serial, start)}"


def _parse(kind: tuple[str, int], text: str) -> str:
    letters, start = kind
    bare = unicodedata.normalize("NFKC", compact(text)).upper()
    if not bare:
        raise ReferenceError_("empty")
    match = re.fullmatch(letters + r"([0-9]{2})([0-9]{5}|[1-9][0-9]{5,6})([0-9])", bare)
    if match is None or not int(match[2]):
        raise ReferenceError_("malformed")
    two, serial, check = match.groups()
    if check_digit(two + serial, start) != int(check):
        raise ReferenceError_("check_digit")
    return f"{letters}{two}-{serial}-{check}"
