"""Windows of check-in, who used them, and what can go wrong."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from app.domain.attendance.types import AttendanceStatus
from app.domain.kernel.errors import N_, Conflict, InvalidValue, Refused


@dataclass(frozen=True, slots=True)
class WindowView:
    """A window as its page shows it."""

    id: UUID
    campus_id: UUID
    section_id: UUID
    on: date
    period: int
    opened_at: datetime
    ends_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Arrival:
    """A pupil who has checked in. `is_struck`: the teacher has struck it out."""

    id: UUID
    student_id: UUID
    roll_number: int
    names: tuple[str | None, str | None, str | None]
    at: datetime
    status: AttendanceStatus
    is_struck: bool


class CodeWrong(InvalidValue):
    """What was typed is not the code. Codes: ``malformed``, ``wrong``."""

    field = "code"
    messages = {
        "malformed": N_("The code has 5 digits."),
        "wrong": N_("This is not the code on the screen now. Look again and type the new one."),
    }


class NotAllowedHere(Refused):
    """The section does not let its pupils check in."""

    message = N_("This section does not check in by code. The office can allow it.")


class NoWindow(Refused):
    """Nobody has opened a window for the pupil's section, or it is over."""

    message = N_("Check-in is not open for your section. Ask your teacher.")


class AlreadyRecorded(Conflict):
    """The teacher has said something of this pupil, or has struck the check-in out."""

    message = N_("Your teacher has recorded you already. Speak to them if that is not right.")


class NoLessonNow(Refused):
    """The section keeps a register in every lesson, and has none now."""

    message = N_("This section has no lesson now.")


class WindowRuns(Refused):
    """Who is missing is known only when the window is over."""

    message = N_("Close the check-in first.")


@dataclass(frozen=True, slots=True)
class Finished:
    """A register that was finished after a check-in, and how many were recorded as absent."""

    section_id: UUID
    on: date
    period: int
    absent: int
