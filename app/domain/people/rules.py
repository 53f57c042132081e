"""Pure rules of people: what a query looks for, and what is worth a second look."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from app.domain.kernel.digits import compact
from app.domain.kernel.identity import WARNINGS, IdentityError, check_birth_registration

_PREFIX: Final = re.compile(r"^(?:\+|00)?88(?=0)")


def is_number_query(query: str) -> bool:
    """Whether somebody is looked for by digits alone: a phone number or a part of one, in any script."""
    digits = compact(query).removeprefix("+")
    return digits.isascii() and digits.isdigit()


def digits_of_number(query: str) -> str:
    """The digits of a part of a phone number, without the country's prefix; empty where there are none."""
    digits = _PREFIX.sub("", compact(query), count=1).removeprefix("+")
    return digits if digits.isascii() and digits.isdigit() else ""


def birth_registration_warnings(number: str | None, born_on: date | None) -> tuple[str, ...]:
    """What somebody should look at in a birth registration number, as msgids. Papers are often wrong: no refusal."""
    if not number:
        return ()
    try:
        return tuple(WARNINGS[code] for code in check_birth_registration(number, born_on).warnings)
    except IdentityError as error:
        return (error.message,)
