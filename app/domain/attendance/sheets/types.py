"""What stands on the sheet of a month, and what a file may call a state of a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from app.domain.academics.types import DayVerdict, Shift
from app.domain.attendance.types import AttendanceStatus, Counts
from app.domain.kernel.errors import N_, Refused
from app.domain.kernel.texts import LocalText


class DayMark(NamedTuple):
    """What the registers of a day say of a pupil."""

    status: AttendanceStatus
    left_early: bool = False


@dataclass(frozen=True, slots=True)
class SheetSection:
    """The section of a sheet."""

    id: UUID
    campus_name: LocalText
    class_code: str
    class_name: LocalText
    code: str
    name: LocalText
    year_name: str
    shift: Shift | None
    class_teacher: LocalText | None

    @property
    def label(self) -> str:
        """What tells it from the others of its campus and year in a file: ``7-A``."""
        return f"{self.class_code}-{self.code}"


class SheetSeat(NamedTuple):
    """A pupil of the section, and on which days: from `since`, and before `until` where that is known."""

    student_id: UUID
    student_no: str
    roll_number: int
    names: tuple[str | None, str | None, str | None]
    since: date
    until: date | None


class Cell(NamedTuple):
    """One pupil on one day. Without a mark it is empty, or a gap where a register was taken without this pupil."""

    mark: DayMark | None = None
    counts: bool = False
    """Not where the day is a day off by now: it is shown in brackets."""
    is_gap: bool = False
    is_away: bool = False
    """The pupil did not sit in the section on that day."""


@dataclass(frozen=True, slots=True)
class SheetLine:
    """One pupil of a sheet."""

    seat: SheetSeat
    cells: tuple[Cell, ...]
    counts: Counts
    percent: int | None


@dataclass(frozen=True, slots=True)
class MonthSheet:
    """The register of a section in a month."""

    section: SheetSection
    first: date
    verdicts: tuple[DayVerdict, ...]
    lines: tuple[SheetLine, ...]
    days: tuple[Counts | None, ...]
    """What each day comes to; None where no register counts."""
    taken: int
    """Days with a register that counts."""
    wanted: int
    """School days of the month."""


# --- the months of a campus


@dataclass(frozen=True, slots=True)
class Locked:
    """When a month was locked, and by whom."""

    at: datetime
    names: tuple[str | None, str | None, str | None]


@dataclass(frozen=True, slots=True)
class SectionMonth:
    """A section in a month: on which days a register is missing, of those that are over."""

    id: UUID
    class_id: UUID
    class_name: LocalText
    name: LocalText
    wanted: int
    missing: tuple[date, ...]

    @property
    def taken(self) -> int:
        """How many registers are there."""
        return self.wanted - len(self.missing)


@dataclass(frozen=True, slots=True)
class MonthState:
    """A month of a campus: its registers, and whether it is locked."""

    first: date
    sections: tuple[SectionMonth, ...]
    locked: Locked | None
    is_over: bool

    @property
    def wanted(self) -> int:
        """How many registers there are to be."""
        return sum(each.wanted for each in self.sections)

    @property
    def missing(self) -> int:
        """How many of them there are not."""
        return sum(len(each.missing) for each in self.sections)


class MonthNotOver(Refused):
    """Only a month that is over is locked."""

    message = N_("This month is not over yet. It can be locked once it is.")
