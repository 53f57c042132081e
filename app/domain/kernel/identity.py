"""Birth registration and national identity numbers.

domain rule: domain.md 5.6 - a birth registration number has 17 digits, the first four being the year of
birth; old hand-written ones have 16. A national identity number has 10, 13 or 17 digits, the last kind led
by the birth year. A birth year that differs is worth a warning and never a refusal, because the papers
themselves are often wrong.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

from app.domain.kernel.digits import compact
from app.domain.kernel.errors import N_, InvalidValue

WARNINGS: Final = {
    "old_format": N_("This is an old 16-digit number. It cannot be found online until it is converted."),
    "birth_year": N_("The number begins with another year than the date of birth."),
}
"""What to tell people about each warning code."""


class IdentityError(InvalidValue):
    """What was typed is not such a number.

    Codes: ``empty``, ``letters`` (something else than digits), ``birth_registration_length``, ``nid_length``.
    """

    messages = {
        "empty": N_("Enter the number."),
        "letters": N_("This number has digits only."),
        "birth_registration_length": N_("A birth registration number has 17 digits."),
        "nid_length": N_("A national identity number has 10, 13 or 17 digits."),
    }


@dataclass(frozen=True, slots=True)
class CheckedNumber:
    """A number as it is stored, in ASCII digits, and the codes of ``WARNINGS`` somebody should look at."""

    value: str
    warnings: tuple[str, ...] = ()


def check_birth_registration(text: str, born_on: date | None = None) -> CheckedNumber:
    """Return a typed birth registration number, with the warnings ``old_format`` or ``birth_year``.

    Raises :class:`IdentityError`.
    """
    digits = _digits(text)
    if len(digits) == 16:
        return CheckedNumber(digits, ("old_format",))
    if len(digits) != 17:
        raise IdentityError("birth_registration_length")
    return CheckedNumber(digits, _year_warning(digits, born_on))


def check_nid(text: str, born_on: date | None = None) -> CheckedNumber:
    """Return a typed national identity number, with the warning ``birth_year`` where it applies.

    Raises :class:`IdentityError`.
    """
    digits = _digits(text)
    if len(digits) not in (10, 13, 17):
        raise IdentityError("nid_length")
    return CheckedNumber(digits, _year_warning(digits, born_on) if len(digits) == 17 else ())


def mask_identity(number: str) -> str:
    """Return an identity number with all but its last four characters hidden."""
    return "*" * (len(number) - 4) + number[-4:] if len(number) > 4 else "*" * len(number)


def _digits(text: str) -> str:
    digits = compact(text)
    if not digits:
        raise IdentityError("empty")
    if not (digits.isascii() and digits.isdigit()):
        raise IdentityError("letters")
    return digits


def _year_warning(digits: str, born_on: date | None) -> tuple[str, ...]:
    return ("birth_year",) if born_on is not None and int(digits[:4]) != born_on.year else ()
