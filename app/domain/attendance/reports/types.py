"""What the office sees of a day and of a span of days."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum
from uuid import UUID

from app.domain.academics.types import DayVerdict
from app.domain.attendance.types import AttendanceStatus, Counts, Share, Signature
from app.domain.kernel.errors import N_, Refused
from app.domain.kernel.texts import LocalText

Names = tuple[str | None, str | None, str | None]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One register of a section on the board: the whole day's, or that of a lesson."""

    period: int
    is_taken: bool
    taken: Signature
    counts: Counts


@dataclass(frozen=True, slots=True)
class BoardLine:
    """A section on the board."""

    section_id: UUID
    class_id: UUID
    class_name: LocalText
    section_name: LocalText
    teacher: LocalText
    seats: int
    verdict: DayVerdict
    sheets: tuple[Sheet, ...]
    reminded_at: datetime | None
    substitute: LocalText | None = None
    """Who stands in for the class teacher today."""
    substitute_id: UUID | None = None
    """The key of the same among the staff."""

    @property
    def day(self) -> Sheet | None:
        """The register of the whole day, begun or taken."""
        return next((each for each in self.sheets if each.period == 0), None)

    @property
    def lessons(self) -> dict[int, Sheet]:
        """The registers of lessons by period."""
        return {each.period: each for each in self.sheets if each.period}

    @property
    def taken(self) -> Sheet | None:
        """What says who is here: the day's register or that of the last lesson, if any is taken."""
        if self.day and self.day.is_taken:
            return self.day
        return next((each for each in reversed(self.sheets) if each.is_taken), None)

    @property
    def is_missing(self) -> bool:
        """Whether somebody still has to take it: a school day, pupils, and nothing taken."""
        return self.verdict.is_school_day and self.seats > 0 and self.taken is None


@dataclass(frozen=True, slots=True)
class Board:
    """A campus's registers of a day."""

    on: date
    verdict: DayVerdict | None
    """None where the campus has no section this year."""
    lines: tuple[BoardLine, ...]
    mark: str
    """Another one whenever anything on the board is another."""

    @property
    def wanted(self) -> int:
        """Sections with pupils."""
        return sum(line.seats > 0 for line in self.lines)

    @property
    def taken(self) -> int:
        """Of those, with a register."""
        return sum(line.seats > 0 and line.taken is not None for line in self.lines)

    @property
    def missing(self) -> int:
        """Registers a class teacher, or who stands in, still has to take."""
        return sum(line.is_missing and bool(line.teacher or line.substitute) for line in self.lines)

    @property
    def periods(self) -> tuple[int, ...]:
        """The lessons that have a register somewhere today."""
        return tuple(sorted({sheet.period for line in self.lines for sheet in line.sheets if sheet.period}))


class Where(StrEnum):
    """Where a pupil is now, as far as the registers know."""

    HERE = "here"
    GONE = "gone"
    AWAY = "away"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class PupilNow:
    """A pupil of a section now."""

    student_id: UUID
    roll_number: int
    names: Names
    where: Where
    status: AttendanceStatus | None
    late_minutes: int | None
    left_at: time | None
    remarks: str | None


@dataclass(frozen=True, slots=True)
class SectionNow:
    """A section with its pupils, by roll number."""

    section_id: UUID
    class_name: LocalText
    section_name: LocalText
    pupils: tuple[PupilNow, ...]

    def of(self, where: Where) -> tuple[PupilNow, ...]:
        """The pupils who are there."""
        return tuple(each for each in self.pupils if each.where is where)


class Sort(StrEnum):
    """In which order a report stands."""

    SHARE = "share"
    ABSENT = "absent"
    LATE = "late"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a report is of."""

    campus_ids: tuple[UUID, ...]
    first: date
    last: date
    section_ids: tuple[UUID, ...] | None = None
    """None: of every section."""
    below: int | None = None
    """Only those who attended less than so many percent."""
    sort: Sort = Sort.SHARE


@dataclass(frozen=True, slots=True)
class Tally:
    """What the school days of a span come to for a pupil, a section or a month."""

    counts: Counts
    left_early: int = 0

    @property
    def share(self) -> Share:
        """Attended of taken."""
        return Share(self.counts.present, self.counts.late, self.counts.recorded)


@dataclass(frozen=True, slots=True)
class PupilTally:
    """A pupil in a report."""

    student_id: UUID
    names: Names
    class_name: LocalText
    section_name: LocalText
    roll_number: int | None
    tally: Tally


@dataclass(frozen=True, slots=True)
class GroupTally:
    """A class, a section or a month in a report. `pupils`: of how many it is made."""

    key: UUID | date
    pupils: int
    tally: Tally


@dataclass(frozen=True, slots=True)
class Run:
    """A pupil who is absent now, and since when."""

    student_id: UUID
    names: Names
    class_name: LocalText
    section_name: LocalText
    roll_number: int | None
    days: tuple[date, ...] = field(default=())
    """The absent school days of the run, in order of time."""


class NothingToRemind(Refused):
    """Every register is taken, nobody can be reached, or somebody was reminded within this hour."""

    message = N_(
        "There is nobody to remind now: registers are taken, or their teachers were reminded this hour."
    )
