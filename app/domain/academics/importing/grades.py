"""From the grade another system writes to a class of ours.

domain rule: domain.md 5.1 - codes, names and order of the classes from Play to Twelve.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from app.domain.kernel.digits import to_ascii_digits
from app.domain.kernel.texts import LocalText

MAX_CODE: Final = 12
OTHER_LEVEL: Final = 90
"""Where a grade that is no number stands: after all that are."""


@dataclass(frozen=True, slots=True)
class ClassShape:
    """What a class looks like: its code, its name and its place in the order of the classes."""

    code: str
    name: LocalText
    level: int


_NUMBERED: Final = (
    LocalText("Class One", "প্রথম শ্রেণি", "الصف الأول"),
    LocalText("Class Two", "দ্বিতীয় শ্রেণি", "الصف الثاني"),
    LocalText("Class Three", "তৃতীয় শ্রেণি", "الصف الثالث"),
    LocalText("Class Four", "চতুর্থ শ্রেণি", "الصف الرابع"),
    LocalText("Class Five", "পঞ্চম শ্রেণি", "الصف الخامس"),
    LocalText("Class Six", "ষষ্ঠ শ্রেণি", "الصف السادس"),
    LocalText("Class Seven", "সপ্তম শ্রেণি", "الصف السابع"),
    LocalText("Class Eight", "অষ্টম শ্রেণি", "الصف الثامن"),
    LocalText("Class Nine", "নবম শ্রেণি", "الصف التاسع"),
    LocalText("Class Ten", "দশম শ্রেণি", "الصف العاشر"),
    LocalText("Class Eleven", "একাদশ শ্রেণি", "الصف الحادي عشر"),
    LocalText("Class Twelve", "দ্বাদশ শ্রেণি", "الصف الثاني عشر"),
)
_PLAY: Final = ClassShape("PG", LocalText("Play", "প্লে", "روضة تمهيدي"), -2)
_NURSERY: Final = ClassShape("NUR", LocalText("Nursery", "নার্সারি", "حضانة"), -1)
_KG: Final = ClassShape("KG", LocalText("KG", "কেজি", "روضة"), 0)
_BEFORE_ONE: Final = {
    "PG": _PLAY,
    "PLAY": _PLAY,
    "PR": _PLAY,
    "NUR": _NURSERY,
    "NURSERY": _NURSERY,
    "PK": _NURSERY,
    "K": _KG,
    "KG": _KG,
    "TK": _KG,
}
_NUMBER: Final = re.compile(r"(?:class|grade|year)?\s*0*(\d{1,2})", re.IGNORECASE | re.ASCII)


def class_of_grade(grade: str) -> ClassShape:
    """Return the class that a grade means: `07`, `7` and `Grade 7` are Class Seven.

    The codes of OneRoster for the years before One are PR, PK and KG. A number beyond Twelve is a year of
    that number; whatever else there is keeps its own name and stands last. Codes hold 12 characters.
    """
    bare = " ".join(to_ascii_digits(grade).split())
    if match := _NUMBER.fullmatch(bare):
        number = int(match[1])
        if number == 0:
            return _KG
        if number <= len(_NUMBERED):
            return ClassShape(str(number), _NUMBERED[number - 1], number)
        return ClassShape(str(number), LocalText(f"Year {number}"), number)
    if known := _BEFORE_ONE.get(bare.upper()):
        return known
    return ClassShape(bare[:MAX_CODE].strip() or "?", LocalText(bare or "?"), OTHER_LEVEL)
