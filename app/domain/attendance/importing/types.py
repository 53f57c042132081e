"""What a file of registers says, and what becomes of each line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from app.domain.academics.types import DayVerdict, Seat
from app.domain.attendance.types import AttendanceStatus, StoredMark
from app.domain.kernel.errors import N_, Conflict, InvalidValue, Refused
from app.domain.kernel.texts import LocalText


class Fate(StrEnum):
    """What becomes of a line."""

    CREATED = "created"
    CHANGED = "changed"
    KEPT = "kept"
    """Something else is stored, and nothing stored is to be changed."""
    SAME = "same"
    SKIPPED = "skipped"
    """Deliberately left out; nothing is wrong with it."""
    REFUSED = "refused"


class Sent(NamedTuple):
    """One mark as the file has it. A `problem` says why it cannot be understood; `is_empty`: it names nobody."""

    line: int
    typed: str
    on: date | None = None
    number: str = ""
    section: str = ""
    roll: int | None = None
    status: AttendanceStatus | None = None
    minutes: int | None = None
    remark: str | None = None
    problem: str | None = None
    is_left_out: bool = False


class Line(NamedTuple):
    """One mark and what becomes of it; `why` where it is left out or refused, with `told` to fill it in."""

    sent: Sent
    fate: Fate
    seat: Seat | None = None
    now: StoredMark | None = None
    why: str = ""
    told: LocalText | None = None


class Span(NamedTuple):
    """A section and the days of its year."""

    id: UUID
    starts_on: date
    ends_on: date


@dataclass(frozen=True, slots=True)
class Facts:
    """What lines are judged by."""

    today: date
    sections: Mapping[str, Sequence[Span]]
    """By every folded label."""
    by_number: Mapping[str, Sequence[Seat]]
    by_roll: Mapping[tuple[UUID, int], Sequence[Seat]]
    verdicts: Mapping[date, DayVerdict]
    locked: frozenset[date] = field(default_factory=frozenset)
    """First days of the months that are locked."""
    lessons: frozenset[tuple[UUID, date]] = field(default_factory=frozenset)
    """Sections and days with registers of lessons: those say what the day was."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """What an import would do, or has done."""

    lines: Sequence[Line]

    def count(self, fate: Fate) -> int:
        """How many lines have this fate."""
        return sum(line.fate is fate for line in self.lines)

    @property
    def writes(self) -> int:
        """How many marks are stored or changed."""
        return self.count(Fate.CREATED) + self.count(Fate.CHANGED)


class BrokenFile(InvalidValue):
    """A table that cannot be read as registers: nothing of it is used."""

    field = "file"
    messages = {
        "head": N_(
            "The first line does not name the columns. It needs a date and a state, or a column for each day; and a "
            "student number, or a section and a roll number."
        ),
        "twice": N_("Two columns have the same name."),
        "pupil": N_("No column says whose the marks are: a student number, or a section and a roll number."),
        "many": N_("The file holds more than %(most)s marks. Divide it."),
        "none": N_("There is no mark in this file."),
    }


class ImportMoved(Conflict):
    """What the import would do is not what was looked at any more."""

    message = N_("Something has changed since you looked. Look once more, then apply.")


class ChangeNeedsReason(Refused):
    """Marks that are stored are changed for a reason only."""

    field = "reason"
    message = N_("Say why what is stored is changed.")
