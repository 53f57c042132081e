"""Values and errors of the timetable."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time
from enum import StrEnum
from typing import Final, NamedTuple
from uuid import UUID

from app.domain.academics.types import Shift
from app.domain.kernel.errors import N_, Conflict, Refused
from app.domain.kernel.texts import LocalText

WHOLE_DAY: Final = 0
"""The period that stands for the day itself."""
MOST_PERIODS: Final = 15
"""Of a day. More than any school here has, with assembly and tiffin as periods of their own."""


class Slot(NamedTuple):
    """A place in a week: the ISO weekday and the number of the period."""

    weekday: int
    period: int


@dataclass(frozen=True, slots=True)
class BellDetails:
    """When a period is, in local time. Breaks are the gaps between periods."""

    shift: Shift | None
    """Of the sections of this shift; None: of those that come for the whole day."""
    period: int
    starts_at: time
    ends_at: time
    name: LocalText
    """What it is called, such as Assembly; empty where it is just a lesson."""


@dataclass(frozen=True, slots=True)
class LessonDetails:
    """What stands in a slot of a section's week."""

    subject_id: UUID
    staff_id: UUID | None = None


class Stand(NamedTuple):
    """Somebody who is named to stand in, and for whom."""

    staff_id: UUID
    instead_of: UUID | None


class Taught(NamedTuple):
    """A lesson of a day that somebody teaches, as its own or standing in."""

    period: int
    starts_at: time
    ends_at: time
    stands_in: bool
    keeps_register: bool
    """Whether who teaches it keeps a register by that: this lesson's, or the day's in place of the class teacher."""


class Why(StrEnum):
    """Why a section is the one a teacher has now."""

    LESSON = "lesson"
    STANDS_IN = "stands_in"
    NEXT = "next"
    """A lesson that begins within minutes."""
    OWN_DAY = "own_day"
    """Named for the section for the whole day."""
    CLASS_TEACHER = "class_teacher"


class Choice(NamedTuple):
    """A lesson that was chosen among those of a day, and why."""

    taught: Taught | None
    why: Why


class PeriodsOverlap(Refused):
    """Two periods of a shift share time."""

    field = "starts_at"
    message = N_("Period %(period)s lies at this time already.")


class EndsTooEarly(Refused):
    """A period that ends before it begins."""

    field = "ends_at"
    message = N_("A period ends after it begins.")


class NoSuchPeriod(Refused):
    """A lesson in a period that has no bell time, or on no day of a week."""

    message = N_("This period has no times. Give it its bell times first.")


class PeriodInUse(Refused):
    """Lessons stand in the period."""

    message = N_("Lessons stand in this period. Take them out first.")


class NoLessonThen(Refused):
    """Nobody can stand in where nothing is taught."""

    message = N_("There is no lesson to stand in for on this day.")


class OneselfNamed(Refused):
    """A teacher does not stand in for themselves."""

    message = N_("This teacher has the lesson anyway. Choose somebody else.")


class AnotherNamed(Conflict):
    """Somebody else has been named meanwhile."""

    message = N_("Somebody else has been named for this already. Take that back first.")
