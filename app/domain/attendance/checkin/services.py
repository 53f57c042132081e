"""Writes of check-in. The teacher's word always stands: a code never takes anything back."""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.db import new_id
from app.domain.attendance.checkin.models import CheckinEntry, CheckinWindow
from app.domain.attendance.checkin.queries import (
    OwnState,
    find_open_window,
    get_own_state,
    get_section_to_check_in,
    get_window,
)
from app.domain.attendance.checkin.rules import (
    MINUTES,
    SECRET_BYTES,
    is_good,
    parse_code,
    state_at,
    takes_codes,
)
from app.domain.attendance.checkin.types import AlreadyRecorded, CodeWrong, NotAllowedHere, NoWindow
from app.domain.attendance.queries import openness_of
from app.domain.attendance.types import AttendanceStatus, Openness, RegisterClosed
from app.domain.audit.services import record
from app.domain.kernel import clock
from app.domain.kernel.access import Actor, Grant, Role
from app.domain.kernel.dates import local_day
from app.domain.kernel.errors import NotFound
from app.domain.limits.services import give_back, take
from app.domain.limits.types import Limit
from app.uow import across_campuses, transaction


def open_window(actor: Actor, section_id: UUID, *, minutes: int) -> UUID:
    """Let the pupils of a section check in from now on, for so many minutes. One that is open already stays.

    Raises NotFound, Forbidden, NotAllowedHere, RegisterClosed.
    """
    if minutes not in MINUTES:
        raise NotFound
    now = clock.now()
    with transaction() as db:
        section = get_section_to_check_in(actor, section_id, now)
        if not is_allowed(section_id):
            raise NotAllowedHere
        if openness_of(section, local_day(now)) is not Openness.OPEN:
            raise RegisterClosed
        period, _ = lesson_now(section_id, now)
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
        row = get_window(actor, window_id)
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
