"""States of a day at school, what pages are shown of a register, and what can go wrong with one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

from app.domain.kernel.errors import N_, Refused, Stale


class AttendanceStatus(StrEnum):
    """What a register says of one student on one day."""

    PRESENT = "present"
    ABSENT = "absent"
    LATE = "late"
    EXCUSED = "excused"


@dataclass(frozen=True, slots=True)
class TakenRegister:
    """A whole register as it was taken elsewhere: by whom (a user, where known), when, and the state by student."""

    section_id: UUID
    on: date
    taken_by: UUID | None
    taken_at: datetime
    marks: Mapping[UUID, AttendanceStatus]


class Openness(StrEnum):
    """Whether a register can be taken on a day, and if not, why."""

    OPEN = "open"
    REST_DAY = "rest_day"
    HOLIDAY = "holiday"
    FUTURE = "future"
    OUTSIDE_YEAR = "outside_year"


@dataclass(frozen=True, slots=True)
class Counts:
    """How many pupils are what. `unrecorded` are those the register says nothing of."""

    present: int = 0
    absent: int = 0
    late: int = 0
    excused: int = 0
    unrecorded: int = 0

    @property
    def away(self) -> int:
        """Everybody who was not there from the first minute."""
        return self.absent + self.late + self.excused

    @property
    def recorded(self) -> int:
        """Everybody the register says something of."""
        return self.present + self.away

    @property
    def total(self) -> int:
        """The whole list."""
        return self.recorded + self.unrecorded


@dataclass(frozen=True, slots=True)
class Share:
    """How much of the days taken a pupil was there, with the figures it is made of.

    A late day counts as attended; an excused one was taken and is not attended.
    """

    present: int
    late: int
    taken: int

    @property
    def attended(self) -> int:
        """Days present and days late."""
        return self.present + self.late

    @property
    def percent(self) -> int | None:
        """Attended of taken, rounded half up; None where no day was taken."""
        return (200 * self.attended + self.taken) // (2 * self.taken) if self.taken else None


@dataclass(frozen=True, slots=True)
class Signature:
    """Who did something to a register, and when."""

    names: tuple[str | None, str | None, str | None]
    """In English, Bangla and Arabic; all None where the person is not known."""
    at: datetime


@dataclass(frozen=True, slots=True)
class RegisterRow:
    """One register without its lines."""

    id: UUID
    date: date
    version: int
    taken: Signature
    corrected: Signature | None


class Pupil(NamedTuple):
    """One line of a register: who, and what was recorded on this day and on the last five taken before it."""

    key: str
    """The name of this pupil's controls on the form: short, and only meant within one register."""
    student_id: UUID
    roll_number: int
    names: tuple[str | None, str | None, str | None]
    status: AttendanceStatus | None
    recent: tuple[AttendanceStatus | None, ...]


@dataclass(frozen=True, slots=True)
class ChildDay:
    """What was recorded of a child on a day, and when."""

    date: date
    status: AttendanceStatus
    saved_at: datetime


@dataclass(frozen=True, slots=True)
class Saved:
    """What saving a register came to."""

    is_new: bool
    changes: int
    unrecorded: int


@dataclass(frozen=True, slots=True)
class Difference:
    """One pupil of whom two people said different things."""

    pupil: Pupil
    stored: AttendanceStatus | None
    chosen: AttendanceStatus


class RegisterClosed(Refused):
    """No register can be taken on this day."""

    message = N_("No register can be taken on this day.")


class MarksIncomplete(Refused):
    """The form did not arrive whole, or holds what no register holds."""

    message = N_("The list did not arrive whole. Look through it and send it again.")


class PupilNotHere(Refused):
    """A line is about somebody who is not on the list of this section."""

    message = N_(
        "The list has changed since you opened it: somebody on it is not in this section any more. "
        "What you chose for the others is kept."
    )


class RegisterStale(Stale):
    """Somebody saved this register after it was opened. Carries what was chosen, by student."""

    message = N_("Somebody else has saved this register since you opened it.")

    def __init__(self, chosen: Mapping[UUID, AttendanceStatus], **params: Any) -> None:
        super().__init__(**params)
        self.chosen = dict(chosen)
