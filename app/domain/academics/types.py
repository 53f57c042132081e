"""Enums, values and errors of the academics feature."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final
from uuid import UUID

from app.domain.kernel.errors import N_, Conflict, Refused
from app.domain.kernel.texts import LocalText


class EnrolmentStatus(StrEnum):
    """Whether a student sits in the section now."""

    ACTIVE = "active"
    LEFT = "left"


class DayKind(StrEnum):
    """What an entry of the calendar makes of its days."""

    HOLIDAY = "holiday"
    SCHOOL_DAY = "school_day"
    """A school day in place of a rest day."""
    EVENT = "event"
    """A school day with a name; registers are taken as usual."""


class Shift(StrEnum):
    """The half of the day a section comes in."""

    MORNING = "morning"
    DAY = "day"


SHIFT_NAMES: Final = {Shift.MORNING: N_("Morning shift"), Shift.DAY: N_("Day shift")}
"""What a shift is called, to be translated where it is shown."""


class RegisterKind(StrEnum):
    """How a section keeps its register."""

    DAILY = "daily"
    """Once a day, by the class teacher."""
    PERIODS = "periods"
    """In every lesson of the timetable, by whoever teaches it."""


class DayReason(StrEnum):
    """Why a day is not a school day."""

    REST_DAY = "rest_day"
    HOLIDAY = "holiday"


@dataclass(frozen=True, slots=True)
class DayVerdict:
    """What a day is at a campus. `name` is that of the holiday or event; empty on a plain day."""

    day: date
    is_school_day: bool
    reason: DayReason | None
    name: LocalText


@dataclass(frozen=True, slots=True)
class CampusDetails:
    """What is known of a campus. `phone` is E.164, `rest_days` are ISO weekdays."""

    code: str
    name: LocalText
    address: LocalText = field(default_factory=LocalText)
    phone: str | None = None
    email: str | None = None
    eiin: str | None = None
    rest_days: tuple[int, ...] = (5, 6)


@dataclass(frozen=True, slots=True)
class YearDetails:
    """What is known of a school year. Both days belong to it."""

    name: str
    starts_on: date
    ends_on: date
    is_current: bool = False


@dataclass(frozen=True, slots=True)
class TermDetails:
    """What is known of a term. Both days belong to it."""

    name: LocalText
    starts_on: date
    ends_on: date


@dataclass(frozen=True, slots=True)
class ClassDetails:
    """What is known of a class. `level` orders classes: Play is -2, Nursery -1, KG 0, One 1."""

    code: str
    name: LocalText
    level: int


@dataclass(frozen=True, slots=True)
class SectionDetails:
    """What may change about a section while its class and year stay."""

    code: str
    name: LocalText
    capacity: int = 40
    shift: Shift | None = None
    class_teacher_id: UUID | None = None
    register_kind: RegisterKind = RegisterKind.DAILY
    has_check_in: bool = False
    """Whether its pupils may check themselves in by a code on the teacher's screen."""


@dataclass(frozen=True, slots=True)
class SubjectDetails:
    """What is known of a subject. Without a class it is taught in every class of the campus."""

    code: str
    name: LocalText
    class_id: UUID | None = None
    is_mandatory: bool = True


@dataclass(frozen=True, slots=True)
class EntryDetails:
    """What the calendar says of some days. Both days belong to the entry."""

    kind: DayKind
    name: LocalText
    starts_on: date
    ends_on: date


class SectionFull(Refused):
    """Every seat of the section is taken."""

    field = "section_id"
    message = N_("Section %(section)s is full: all %(capacity)s seats are taken. Choose another section.")


class AlreadyEnrolled(Conflict):
    """The student has an enrolment in this year."""

    message = N_("This student is already enrolled in this academic year.")


class RollNumberTaken(Refused):
    """Another student of the section has this roll number."""

    field = "roll_number"
    message = N_("Roll number %(number)s is taken in this section. Choose another, or leave it empty.")


class SeatsTaken(Refused):
    """A section cannot have fewer seats than pupils."""

    field = "capacity"
    message = N_("%(taken)s pupils sit in this section, so it needs at least %(taken)s seats.")


class CodeTaken(Refused):
    """Codes are unique where they are used."""

    field = "code"
    message = N_("This code is taken. Choose another one.")


class YearNameTaken(Refused):
    """Years of a campus have different names."""

    field = "name"
    message = N_("There is a school year of this name already.")


class OutOfOrder(Refused):
    """A last day before the first, or on it where more than a day is needed."""

    field = "ends_on"
    message = N_("The last day must come after the first day.")


class YearsOverlap(Refused):
    """A day lies in one school year only."""

    field = "starts_on"
    message = N_("The school year %(year)s already holds some of these days.")


class TermOutsideYear(Refused):
    """A term lies within its year."""

    field = "starts_on"
    message = N_("A term lies within its school year. Choose days that belong to %(year)s.")


class TermsOverlap(Refused):
    """A day lies in one term only."""

    field = "starts_on"
    message = N_("Another term of the year already holds some of these days.")


class OtherCampus(Refused):
    """What is put together must belong to one campus."""

    message = N_("This does not belong to the campus. Choose again from the list.")


class EntryKnown(Refused):
    """The calendar holds the same entry already: a second click, or somebody was quicker."""

    message = N_("The calendar already says so for these days.")


class AlreadyAssigned(Refused):
    """The teacher teaches this subject in this section already."""

    field = "staff_id"
    message = N_("This teacher already teaches this subject here.")


class PeriodTaken(Refused):
    """A shift has each period once."""

    field = "period"
    message = N_("This period has its times already. Choose another number, or change those.")


class NoRestLeft(Refused):
    """A week has at least one school day."""

    field = "rest_days"
    message = N_("A week needs at least one school day.")


class InUse(Refused):
    """Something else stands on what was to be removed."""

    message = N_("This cannot be removed, because other records belong to it.")
