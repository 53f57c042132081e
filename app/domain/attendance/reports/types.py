"""What the office sees of a day and of a span of days."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from enum import StrEnum
from uuid import UUID

from app.domain.academics.types import DayVerdict
from app.domain.attendance.types import AttendanceStatus, Counts, Share, Signature
from app.domain.kernel.errors import N_, Refused
from app.domain.kernel.texts import LocalText

_LONG_AGO = datetime.min.replace(tzinfo=UTC)
Names = tuple[str | None, str | None, str | None]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One register of a section on the board: the whole day's, or that of a lesson."""

    period: int
    is_taken: bool
    taken: Signature
    counts: Counts


@dataclass(frozen=True, slots=True)
class LessonLine:
    """A lesson of a section that keeps a register in each, as far as the day has gone."""

    period: int
    has_begun: bool
    is_over: bool
    is_taken: bool
    staff_id: UUID | None
    """Who stands before the class: the teacher of the lesson, or who stands in."""


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
    reminders: Mapping[int, datetime]
    """When somebody was last reminded of a register, by period."""
    substitute: LocalText | None = None
    """Who stands in for the class teacher today."""
    substitute_id: UUID | None = None
    """The key of the same among the staff."""
    plan: tuple[LessonLine, ...] | None = None
    """The lessons of the day in order of time where the section keeps a register in each; None where it keeps one of
    the whole day."""

    @property
    def begun(self) -> tuple[LessonLine, ...]:
        """The lessons that have begun."""
        return tuple(each for each in self.plan or () if each.has_begun)

    @property
    def wanted(self) -> int:
        """How many registers there should be by now: the day's, or those of lessons that have begun."""
        if not self.seats:
            return 0
        return 1 if self.plan is None else len(self.begun)

    @property
    def done(self) -> int:
        """How many of them are taken."""
        if self.plan is None:
            return int(self.seats > 0 and self.taken is not None)
        return sum(each.is_taken for each in self.begun) if self.seats else 0

    @property
    def to_take(self) -> tuple[int, ...]:
        """The periods of the registers somebody still has to take. A lesson's is missing once the lesson is over."""
        if not self.verdict.is_school_day or not self.seats:
            return ()
        if self.plan is None:
            return () if self.taken else (0,)
        return tuple(each.period for each in self.plan if each.is_over and not each.is_taken)

    @property
    def to_remind(self) -> tuple[int, ...]:
        """Of these, those whose teacher is known."""
        if self.plan is None:
            return self.to_take if self.teacher or self.substitute else ()
        known = {each.period for each in self.plan if each.staff_id}
        return tuple(period for period in self.to_take if period in known)

    @property
    def asked(self) -> frozenset[UUID | None]:
        """The teachers of these; None stands for the class teacher, or who stands in for the day."""
        if self.plan is None:
            return frozenset({None} if self.to_remind else ())
        return frozenset(each.staff_id for each in self.plan if each.period in self.to_remind)

    @property
    def reminded_at(self) -> datetime | None:
        """When somebody was last reminded."""
        return max(self.reminders.values(), default=None)

    def may_remind_of(self, period: int, since: datetime) -> bool:
        """Whether nobody was reminded of this register since then."""
        return self.reminders.get(period, _LONG_AGO) < since

    def may_remind(self, since: datetime) -> bool:
        """Whether there is a register of which nobody was reminded since then."""
        return any(self.may_remind_of(period, since) for period in self.to_remind)

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
        """Whether somebody still has to take one."""
        return bool(self.to_take)


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
        """Registers there should be by now: one of each section with pupils, or one of each lesson that has begun."""
        return sum(line.wanted for line in self.lines)

    @property
    def taken(self) -> int:
        """Of those, the ones that are taken."""
        return sum(line.done for line in self.lines)

    @property
    def missing(self) -> int:
        """How many teachers have a register to take, each counted for each section: so many letters a reminder is."""
        return sum(len(line.asked) for line in self.lines)

    @property
    def periods(self) -> tuple[int, ...]:
        """The lessons that have a register somewhere today, or should have one by now."""
        written = {sheet.period for line in self.lines for sheet in line.sheets if sheet.period}
        return tuple(sorted(written | {each.period for line in self.lines for each in line.begun}))


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
class SubjectTally:
    """A subject in a section in a report, whose tally counts pupils in lessons. `lessons`: so many were taken."""

    subject_id: UUID
    subject: LocalText
    section_id: UUID
    lessons: int
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
