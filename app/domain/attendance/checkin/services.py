"""Writes of check-in. The teacher's word always stands: a code never takes anything back."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.db import new_id
from app.domain.academics.queries import get_section_day, list_enrolled_between
from app.domain.attendance.checkin.models import CheckinEntry, CheckinWindow
from app.domain.attendance.checkin.queries import (
    OwnState,
    begin_of,
    find_open_window,
    get_own_state,
    get_section_to_check_in,
    get_window,
    recorded_in,
)
from app.domain.attendance.checkin.rules import (
    MINUTES,
    SECRET_BYTES,
    is_good,
    parse_code,
    state_at,
    takes_codes,
)
from app.domain.attendance.checkin.types import (
    AlreadyRecorded,
    CodeWrong,
    Finished,
    NotAllowedHere,
    NoWindow,
    WindowRuns,
)
from app.domain.attendance.leave.queries import leave_on
from app.domain.attendance.models import Attendance
from app.domain.attendance.queries import openness_of
from app.domain.attendance.rules import control_keys, roster_mark
from app.domain.attendance.services import save_taps, store_marks
from app.domain.attendance.types import AttendanceStatus, Mark, Openness, RegisterClosed, Source
from app.domain.audit.services import record
from app.domain.kernel import clock
from app.domain.kernel.access import Actor, Grant, Permission, Role
from app.domain.kernel.dates import local_day
from app.domain.kernel.errors import NotFound
from app.domain.limits.services import give_back, take
from app.domain.limits.types import Limit
from app.uow import across_campuses, session, transaction


def open_window(actor: Actor, section_id: UUID, *, minutes: int) -> UUID:
    """Let the pupils of a section check in from now on, for so many minutes. One that is open already stays.

    Raises NotFound, Forbidden, NotAllowedHere, NoLessonNow, RegisterClosed.
    """
    if minutes not in MINUTES:
        raise NotFound
    now = clock.now()
    with transaction() as db:
        section, period = get_section_to_check_in(actor, section_id, now)
        if not section.has_check_in:
            raise NotAllowedHere
        if openness_of(section, local_day(now)) is not Openness.OPEN:
            raise RegisterClosed
        _end_those_over(db, section_id, now)
        made = db.execute(
            insert(CheckinWindow)
            .values(
                id=new_id(),
                campus_id=section.campus_id,
                section_id=section_id,
                date=local_day(now),
                period=period,
                secret=secrets.token_bytes(SECRET_BYTES),
                opened_by=actor.user_id,
                opened_at=now,
                ends_at=now + timedelta(minutes=minutes),
            )
            .on_conflict_do_nothing()
            .returning(CheckinWindow.id)
        ).scalar_one_or_none()
        if made is None:
            there = find_open_window(section_id, now)
            if there is None:
                raise NotFound
            return there
        new = {"section": section_id, "date": local_day(now), "period": period, "minutes": minutes}
        record(actor, "checkin.opened", "register", made, campus_id=section.campus_id, new=new)
        return made


def _end_those_over(db: Session, section_id: UUID, now: datetime) -> None:
    db.execute(
        update(CheckinWindow)
        .where(
            CheckinWindow.section_id == section_id,
            CheckinWindow.closed_at.is_(None),
            CheckinWindow.ends_at <= now,
        )
        .values(closed_at=CheckinWindow.ends_at)
        .execution_options(synchronize_session=False)
    )


def close_window(actor: Actor, window_id: UUID) -> None:
    """End a window at once; one that is over stays as it is. Raises NotFound, Forbidden."""
    with transaction():
        row, _ = get_window(actor, window_id)
        if row.closed_at is None:
            row.closed_at = min(clock.now(), row.ends_at)
            record(actor, "checkin.closed", "register", window_id, campus_id=row.campus_id)


def check_in(actor: Actor, typed: str) -> None:
    """Record the actor, a pupil, as here, by the code on the teacher's screen. Twice does no harm.

    Raises NoWindow, CodeWrong, TooMany, and AlreadyRecorded where the teacher has said something else.
    """
    code, now = parse_code(typed), clock.now()
    counted = (Limit.CHECK_IN_ACCOUNT, str(actor.user_id))
    take(actor, counted)
    state = get_own_state(actor, now)
    row = session().get(CheckinWindow, state.window_id) if state.window_id else None
    if row is None or not takes_codes(row.opened_at, row.ends_at, row.closed_at, now):
        give_back(counted)
        raise NoWindow
    if not is_good(row.secret, row.opened_at, row.ends_at, code, now):
        raise CodeWrong("wrong")
    give_back(counted)
    if state.arrived_at is None:
        _arrive(actor, row, state, now)


def _arrive(actor: Actor, row: CheckinWindow, state: OwnState, now: datetime) -> None:
    """Put a pupil on the register of a window. Raises AlreadyRecorded."""
    if state.student_id is None:
        raise NoWindow
    status, minutes = state_at(begin_of(row.section_id, row.date, row.period), now)
    # The window is the teacher's word for the section's own pupils: by it, and for this one mark, the pupil reaches
    # the register. The history says who typed the code.
    by = replace(actor, grants=(Grant(Role.PRINCIPAL, row.campus_id),))
    with transaction() as db, across_campuses():
        section = get_section_day(by, row.section_id, row.date, Permission.REGISTERS_READ, row.period)
        made = db.execute(
            insert(CheckinEntry)
            .values(
                id=new_id(), window_id=row.id, student_id=state.student_id, at=now, status=status, version=0
            )
            .on_conflict_do_nothing(index_elements=["window_id", "student_id"])
            .returning(CheckinEntry.id)
        ).scalar_one_or_none()
        if made is None:
            return
        mark = Mark(status, late_minutes=minutes)
        stored = store_marks(
            by,
            section,
            row.date,
            {state.student_id: mark},
            source=Source.CHECK_IN,
            period=row.period,
            instead_of=(None,),
        )
        if not stored:
            raise AlreadyRecorded
        version = _version(db, state.student_id, row)
        db.execute(update(CheckinEntry).where(CheckinEntry.id == made).values(version=version))


def _version(db: Session, student_id: UUID, row: CheckinWindow) -> int | None:
    """Of the mark of a pupil on the register of a window."""
    return db.scalar(
        select(Attendance.version).where(
            Attendance.student_id == student_id,
            Attendance.date == row.date,
            Attendance.period == row.period,
        )
    )


def strike_out(actor: Actor, window_id: UUID, entry_id: UUID) -> None:
    """Take back a check-in of somebody who is not there: absent, where the teacher has said nothing else since.

    The pupil cannot use the same window again. Raises NotFound, Forbidden, RegisterClosed, MonthLocked, ReasonNeeded.
    """
    with transaction() as db:
        row, section = get_window(actor, window_id)
        entry = db.get(CheckinEntry, entry_id, with_for_update=True, populate_existing=True)
        if entry is None or entry.window_id != window_id:
            raise NotFound
        if entry.struck_at is not None:
            return
        entry.struck_by, entry.struck_at = actor.user_id, clock.now()
        if _version(db, entry.student_id, row) == entry.version:
            store_marks(
                actor,
                section,
                row.date,
                {entry.student_id: Mark(AttendanceStatus.ABSENT)},
                source=Source.UNDO,
                period=row.period,
                instead_of=(entry.status,),
            )
        new = {"student": entry.student_id}
        record(actor, "checkin.struck", "register", window_id, campus_id=row.campus_id, new=new)


def record_missing(actor: Actor, window_id: UUID) -> Finished:
    """Record everybody of whom nothing is recorded as absent, or as excused by approved leave; finish the register.

    Raises NotFound, Forbidden, WindowRuns, and what `save_taps` raises.
    """
    with transaction() as db:
        row, section = get_window(actor, window_id)
        now = clock.now()
        if takes_codes(row.opened_at, row.ends_at, row.closed_at, now):
            raise WindowRuns
        enrolled = list_enrolled_between(row.section_id, row.date, row.date)
        keys = control_keys([each.enrolment_id for each in enrolled])
        recorded = recorded_in(row)
        silent = [each.student_id for each in enrolled if each.student_id not in recorded]
        on_leave = {key for key, said in leave_on(silent, row.date).items() if said.is_approved}

        def say(students: Collection[UUID], status: AttendanceStatus) -> int:
            return store_marks(
                actor,
                section,
                row.date,
                dict.fromkeys(students, Mark(status)),
                source=Source.FORM,
                period=row.period,
                instead_of=(None,),
            )

        say(on_leave, AttendanceStatus.EXCUSED)
        absent = say([each for each in silent if each not in on_leave], AttendanceStatus.ABSENT)
        save_taps(actor, row.section_id, row.date, [], period=row.period, finish=roster_mark(keys))
        db.flush()
    return Finished(row.section_id, row.date, row.period, absent)
