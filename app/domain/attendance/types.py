"""States of a day at school, what pages are shown of a register, and what can go wrong with one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
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


class Source(StrEnum):
    """How a change of a mark came in."""

    TAP = "tap"
    FORM = "form"
    LEAVE = "leave"
    CHECK_IN = "check_in"
    IMPORT = "import"
    UNDO = "undo"


@dataclass(frozen=True, slots=True)
class Mark:
    """What is said of one pupil: the status, and what belongs to it."""

    status: AttendanceStatus
    late_minutes: int | None = None
    """How many minutes late, only where late."""
    left_at: time | None = None
    """When the pupil left before the end, only where present or late."""
    remarks: str | None = None


@dataclass(frozen=True, slots=True)
class StoredMark:
    """A mark as it is stored, with the number that goes up whenever it changes."""

    mark: Mark
    version: int


@dataclass(frozen=True, slots=True)
class Tap:
    """One thing a teacher said of one pupil on a tablet, perhaps a while ago."""

    id: UUID
    """The tablet's own key of this tap: the same key again is the same tap."""
    key: str
    """The name of the pupil's controls."""
    mark: Mark
    base: int
    """The version the teacher saw, 0 where there was no mark."""
    said_at: datetime
    keeps_remark: bool = False
    """Whether nothing was said of the remark: the one that is stored stays."""


class Verdict(StrEnum):
    """What becomes of a tap beside what is stored."""

    APPLY = "apply"
    SAME = "same"
    CONFLICT = "conflict"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one tap. `stored` is what holds now; None where there is no mark."""

    key: str
    verdict: Verdict
    version: int
    """The one this tap made, or of what is stored."""
    stored: StoredMark | None
    said: Signature | None = None
    """Of a conflict: who had said what is stored, and when."""


@dataclass(frozen=True, slots=True)
class TapsSaved:
    """What became of a batch of taps."""

    outcomes: tuple[Outcome, ...]
    strangers: tuple[str, ...]
    """The keys of taps about somebody who is not on this list (any more)."""
    is_taken: bool
    """Whether the register is finished now."""


@dataclass(frozen=True, slots=True)
class AttendanceRules:
    """What a campus has decided about attendance. These values hold where it has decided nothing."""

    cut_off: time = time(10, 0)
    """When registers should be taken, and families be told of who is absent."""
    tells_families: bool = True
    threshold: int = 75
    """Percent of the days taken below which a family is spoken to."""
    absent_days: int = 3
    """Days absent in a row after which a family is spoken to."""
    version: int = 0


@dataclass(frozen=True, slots=True)
class Change:
    """One line of a mark's history."""

    old: Mark | None
    new: Mark
    source: Source
    said: Signature
    said_at: datetime | None
    """The tablet's own time, where it was a tap."""
    reason: str | None


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
    is_taken: bool = True
    """False while marks have come and nobody has finished the register."""


class Pupil(NamedTuple):
    """One line of a register: who, and what was recorded on this day and on the last five taken before it."""

    key: str
    """The name of this pupil's controls on the form: short, and only meant within one register."""
    student_id: UUID
    roll_number: int
    names: tuple[str | None, str | None, str | None]
    status: AttendanceStatus | None
    recent: tuple[AttendanceStatus | None, ...]
    version: int = 0
    """How often what is recorded has changed, 0 where nothing is."""
    late_minutes: int | None = None
    left_at: time | None = None
    remarks: str | None = None
    has_birthday: bool = False
    start: AttendanceStatus = AttendanceStatus.PRESENT
    """What is proposed while nobody has said anything: who was not in the lesson before is not expected in this one."""


@dataclass(frozen=True, slots=True)
class ChildDay:
    """What was recorded of a child on a day, and when."""

    date: date
    status: AttendanceStatus
    saved_at: datetime
    left_early: bool = False


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


class MonthLocked(Refused):
    """The month of this register is closed."""

    message = N_("This month is locked. The office can open it again.")


class ReasonNeeded(Refused):
    """A register of a day that is over is corrected without saying why."""

    message = N_("This day is over. Say in a few words why the register changes.")
    field = "reason"


class MarkImpossible(Refused):
    """Minutes, a time or a remark that do not go with the status."""

    message = N_("Minutes go with late, a time of leaving with present or late.")


class RegisterStale(Stale):
    """Somebody saved this register after it was opened. Carries what was chosen, by student."""

    message = N_("Somebody else has saved this register since you opened it.")

    def __init__(self, chosen: Mapping[UUID, AttendanceStatus], **params: Any) -> None:
        super().__init__(**params)
        self.chosen = dict(chosen)
