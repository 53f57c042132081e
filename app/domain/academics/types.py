"""Enums and errors of the academics feature."""

from __future__ import annotations

from enum import StrEnum

from app.domain.kernel.errors import N_, Conflict, Refused


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


class SectionFull(Refused):
    """Every seat of the section is taken."""

    field = "section_id"
    message = N_("Section %(section)s is full: all %(capacity)s seats are taken. Choose another section.")


class AlreadyEnrolled(Conflict):
    """The student has an enrolment in this year."""

    message = N_("This student is already enrolled in this academic year.")
