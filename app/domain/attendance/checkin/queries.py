"""Reads of check-in: the window of a teacher's screen, and the one that is open for a pupil."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

from sqlalchemy import select

from app.domain.academics.queries import (
    SectionDay,
    get_section_day,
    list_enrolled_between,
    list_enrolments_of,
)
from app.domain.academics.timetable.queries import lessons_on
from app.domain.academics.timetable.rules import lesson_now
from app.domain.academics.types import EnrolmentStatus, RegisterKind
from app.domain.attendance.checkin.models import CheckinEntry, CheckinWindow
from app.domain.attendance.checkin.rules import GRACE, code_now, is_open
from app.domain.attendance.checkin.types import Arrival, NoLessonNow, WindowView
from app.domain.attendance.models import Attendance, Register
from app.domain.attendance.policies import ensure_may_take
from app.domain.attendance.queries import WHOLE_DAY
from app.domain.kernel.access import Actor, Permission
from app.domain.kernel.dates import local_day, to_local
from app.domain.kernel.errors import NotFound
from app.domain.people.queries import find_student_of_person
from app.uow import session


@dataclass(frozen=True, slots=True)
class Screen:
    """What the teacher's screen shows. `code` is None where the window is over."""

    window: WindowView
    section: SectionDay
    code: str | None
    seconds: int
    """Until the next code is shown."""
    arrivals: tuple[Arrival, ...]
    """The latest first."""
    pupils: int
    missing: tuple[tuple[int, tuple[str | None, str | None, str | None]], ...]
    """Roll number and names of those of whom nothing is recorded."""

    @property
    def inside(self) -> int:
        """How many have checked in and were not struck out."""
        return sum(not each.is_struck for each in self.arrivals)


@dataclass(frozen=True, slots=True)
class OwnState:
    """What a pupil's page shows: whether a window is open, and whether the pupil is in it already."""

    student_id: UUID | None
    section_id: UUID | None
    campus_id: UUID | None
    window_id: UUID | None
    arrived_at: datetime | None


def get_section_to_check_in(actor: Actor, section_id: UUID, now: datetime) -> tuple[SectionDay, int]:
    """A section and the period of its register of now, which the actor takes: 0 where it keeps one a day.

    Raises NotFound, Forbidden, and NoLessonNow where it keeps one a lesson and has none now.
    """
    day = local_day(now)
    section = get_section_day(actor, section_id, day, Permission.REGISTERS_READ)
    if section.register_kind is RegisterKind.PERIODS:
        lesson = lesson_now(lessons_on(section_id, day), to_local(now).time())
        if lesson is None:
            raise NoLessonNow
        section = get_section_day(actor, section_id, day, Permission.REGISTERS_READ, lesson.period)
        ensure_may_take(actor, section.campus_id, is_own=section.is_own)
        return section, lesson.period
    ensure_may_take(actor, section.campus_id, is_own=section.is_own)
    return section, WHOLE_DAY


def begin_of(section_id: UUID, on: date, period: int) -> time | None:
    """When somebody is late: where the lesson begins, or the first one of the day; None without a timetable."""
    lessons = lessons_on(section_id, on)
    wanted = [lesson for lesson in lessons if period in (WHOLE_DAY, lesson.period)]
    return wanted[0].starts_at if wanted else None


def get_window(actor: Actor, window_id: UUID) -> tuple[CheckinWindow, SectionDay]:
    """A window, and its section, whose register the actor takes. Raises NotFound, Forbidden."""
    row = session().get(CheckinWindow, window_id)
    if row is None:
        raise NotFound
    section = get_section_day(actor, row.section_id, row.date, Permission.REGISTERS_READ, row.period)
    ensure_may_take(actor, section.campus_id, is_own=section.is_own)
    return row, section


def find_open_window(section_id: UUID, now: datetime) -> UUID | None:
    """The window of a section in which a code is shown now."""
    return session().scalar(
        select(CheckinWindow.id).where(
            CheckinWindow.section_id == section_id,
            CheckinWindow.date == local_day(now),
            CheckinWindow.closed_at.is_(None),
            CheckinWindow.ends_at > now,
        )
    )


def get_screen(actor: Actor, window_id: UUID, now: datetime) -> Screen:
    """The teacher's screen: the code of this moment and who is in. Raises NotFound, Forbidden."""
    row, section = get_window(actor, window_id)
    enrolled = list_enrolled_between(row.section_id, row.date, row.date)
    known = {each.student_id: each for each in enrolled}
    entries = session().scalars(
        select(CheckinEntry).where(CheckinEntry.window_id == window_id).order_by(CheckinEntry.at.desc())
    )
    arrivals = tuple(
        Arrival(
            id=entry.id,
            student_id=entry.student_id,
            roll_number=known[entry.student_id].roll_number,
            names=known[entry.student_id][3:6],
            at=entry.at,
            status=entry.status,
            is_struck=entry.struck_at is not None,
        )
        for entry in entries
        if entry.student_id in known
    )
    recorded = recorded_in(row)
    shown = is_open(row.opened_at, row.ends_at, row.closed_at, now)
    code, seconds = code_now(row.secret, row.opened_at, now) if shown else (None, 0)
    return Screen(
        window=view_of(row),
        section=section,
        code=code,
        seconds=seconds,
        arrivals=arrivals,
        pupils=len(enrolled),
        missing=tuple((each.roll_number, each[3:6]) for each in enrolled if each.student_id not in recorded),
    )


def recorded_in(row: CheckinWindow) -> set[UUID]:
    """The students of whom the register of a window says something."""
    return set(
        session().scalars(
            select(Attendance.student_id)
            .join(Register, Register.id == Attendance.register_id)
            .where(
                Register.section_id == row.section_id,
                Register.date == row.date,
                Register.period == row.period,
            )
        )
    )


def view_of(row: CheckinWindow) -> WindowView:
    """A row as pages show it."""
    return WindowView(
        row.id, row.campus_id, row.section_id, row.date, row.period, row.opened_at, row.ends_at, row.closed_at
    )


def get_own_state(actor: Actor, now: datetime) -> OwnState:
    """Whether the actor, a pupil, can check in now: the window of the own section, and of no other."""
    student = find_student_of_person(actor.person_id) if actor.person_id else None
    if student is None:
        return OwnState(None, None, None, None, None)
    today = local_day(now)
    seat = next(
        (
            each
            for each in list_enrolments_of([student.student_id])
            if each.status is EnrolmentStatus.ACTIVE and each.enrolled_on <= today
        ),
        None,
    )
    if seat is None:
        return OwnState(student.student_id, None, None, None, None)
    row = session().execute(
        select(CheckinWindow.id, CheckinEntry.at)
        .outerjoin(
            CheckinEntry,
            (CheckinEntry.window_id == CheckinWindow.id) & (CheckinEntry.student_id == student.student_id),
        )
        .where(
            CheckinWindow.section_id == seat.section_id,
            CheckinWindow.date == today,
            CheckinWindow.closed_at.is_(None),
            CheckinWindow.ends_at > now - GRACE,
        )
        .order_by(CheckinWindow.opened_at.desc())
        .limit(1)
    )
    found = row.one_or_none()
    window_id, at = found if found else (None, None)
    return OwnState(student.student_id, seat.section_id, seat.campus_id, window_id, at)
