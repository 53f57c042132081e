"""What a family is told of a day."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from app.domain.kernel.errors import N_, Refused


class Word(StrEnum):
    """The last word a family was told of a day.

    NOTHING: nobody could be told, or what was written was taken back before it left. NOT_ABSENT: it was put right;
    the child was there, or is excused.
    """

    NOTHING = "nothing"
    ABSENT = "absent"
    NOT_ABSENT = "not_absent"


class Truth(StrEnum):
    """What is recorded of a child on a day. UNKNOWN: no taken register says anything, or it is no school day."""

    UNKNOWN = "unknown"
    ABSENT = "absent"
    NOT_ABSENT = "not_absent"


class Told(NamedTuple):
    """What a round of telling came to: children whose families were told, and those for whom it was put right."""

    absent: int = 0
    righted: int = 0


class NoAddress(Refused):
    """A way for which the school knows no number or address."""

    field = "channel"
    message = N_("The school knows no number or address of yours for this. Tell the office.")
