"""Reads of leave: what a family asked, what waits for a class teacher, and what a register begins with."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Date,
    Select,
    Uuid,
    and_,
    any_,
    bindparam,
    false,
    func,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY

from app.db import among, constants
from app.domain.academics.queries import campuses_counted, led_student_ids, seat_columns
from app.domain.accounts.queries import user_name_columns
from app.domain.attendance.leave.models import Leave
from app.domain.attendance.leave.types import LIVE, LeaveCase, LeaveDay, LeaveReason, LeaveState, Span
from app.domain.files.queries import list_files
from app.domain.kernel.access import ALL, Actor, Permission
from app.domain.kernel.errors import NotFound
from app.domain.kernel.texts import LocalText
from app.domain.people.queries import student_name_columns
from app.uow import read, session

MOST_LISTED = 100
"""So many waiting cases stand on one page, those that begin first on top."""


def leave_on(student_ids: Collection[UUID], day: date) -> dict[UUID, LeaveDay]:
    """What leave says of some students on a day, for the register to begin with: one statement.

    Not scoped: the caller has found the students first.
    """
    rows = read(_leave_on(), {"students": list(student_ids), "day": day})
    return {row[0]: LeaveDay(row[1] == LeaveState.APPROVED, LeaveReason(row[2])) for row in rows}


@cache
def _leave_on() -> Any:
    return (
        select(Leave.student_id, Leave.state, Leave.reason)
        .where(
            Leave.student_id == any_(bindparam("students", type_=ARRAY(Uuid))),
            Leave.first_on <= bindparam("day", type_=Date()),
            Leave.last_on >= bindparam("day", type_=Date()),
            Leave.state.in_(constants(LIVE)),
        )
        # Were two to speak for one day, the one that is approved is said last and stands.
        .order_by(Leave.state.desc())
        .execution_options(prepared=True)
    )


def _cases() -> Select[*tuple[Any, ...]]:
    """Columns in the order that `_case` reads."""
    name_en, name_bn, name_ar, student = student_name_columns(Leave.student_id)
    class_name, section_name, roll, seat = seat_columns(Leave.student_id)
    asked_en, asked_bn, asked_ar, asker = user_name_columns(Leave.asked_by)
    said_en, said_bn, said_ar, answerer = user_name_columns(Leave.answered_by)
    return (
        select(
            Leave,
            name_en,
            name_bn,
            name_ar,
            class_name,
            section_name,
            roll,
            asked_en,
            asked_bn,
            asked_ar,
            said_en,
            said_bn,
            said_ar,
        )
        .join(*student)
        .outerjoin(*seat)
        .outerjoin(*asker)
        .outerjoin(*answerer)
    )


def _text(names: Sequence[str | None]) -> LocalText:
    return LocalText(*(name or "" for name in names))


def _case(row: Any) -> LeaveCase:
    leave: Leave = row[0]
    return LeaveCase(
        id=leave.id,
        version=leave.version,
        student_id=leave.student_id,
        campus_id=leave.campus_id,
        names=_text(row[1:4]),
        class_name=row[4] or LocalText(),
        section_name=row[5] or LocalText(),
        roll_number=row[6],
        span=Span(leave.first_on, leave.last_on),
        reason=leave.reason,
        words=leave.words,
        state=leave.state,
        asked_by=_text(row[7:10]),
        asked_at=leave.asked_at,
        answer=leave.answer,
        answered_by_id=leave.answered_by,
        answered_by=_text(row[10:13]),
        answered_at=leave.answered_at,
        excused_days=tuple(leave.excused_days),
        has_paper=leave.file_id is not None,
    )


# --- families


def list_cases_of(student_ids: Collection[UUID], since: date, until: date) -> list[LeaveCase]:
    """The cases of some students that have a day from `since` to `until`, the latest first, without their papers.

    Not scoped: the caller has found the students first.
    """
    if not student_ids:
        return []
    rows = session().execute(
        _cases()
        .where(among(Leave.student_id, student_ids), Leave.last_on >= since, Leave.first_on <= until)
        .order_by(Leave.first_on.desc(), Leave.id)
    )
    return [_case(row) for row in rows]


def find_case(case_id: UUID) -> LeaveCase | None:
    """One case with its paper, or None. Not scoped: the caller checks whose child it is."""
    row = session().execute(_cases().where(Leave.id == case_id)).one_or_none()
    return _with_papers([row], [_case(row)])[0] if row else None


# --- who answers


def answerable(actor: Actor) -> ColumnElement[bool]:
    """The cases that are the actor's to answer: of the pupils whose class teacher they are, and of the campuses that
    they run.
    """
    whole = campuses_counted(actor, Permission.LEAVE_ANSWER)
    if whole is ALL:
        return true()
    led = Leave.student_id.in_(led_student_ids(actor.person_id)) if actor.person_id else false()
    campuses = actor.campuses_for(Permission.LEAVE_ANSWER)
    here = true() if campuses is ALL else Leave.campus_id.in_(campuses)
    return or_(Leave.campus_id.in_(whole), and_(led, here))


def list_waiting(actor: Actor) -> list[LeaveCase]:
    """What waits for the actor's answer with its papers, what begins first on top: two statements."""
    rows = (
        session()
        .execute(
            _cases()
            .where(answerable(actor), Leave.state == LeaveState.ASKED)
            .order_by(Leave.first_on, Leave.asked_at, Leave.id)
            .limit(MOST_LISTED)
        )
        .all()
    )
    return _with_papers(rows, [_case(row) for row in rows])


def count_waiting(actor: Actor) -> int:
    """How many cases wait for the actor's answer."""
    statement = select(func.count()).where(answerable(actor), Leave.state == LeaveState.ASKED)
    return session().scalar(statement) or 0


def list_answered(actor: Actor, since: datetime) -> list[LeaveCase]:
    """What was answered since then of the cases that are the actor's to answer, the latest first: two statements."""
    rows = (
        session()
        .execute(
            _cases()
            .where(answerable(actor), Leave.answered_at >= since, Leave.state != LeaveState.ASKED)
            .order_by(Leave.answered_at.desc(), Leave.id)
            .limit(MOST_LISTED)
        )
        .all()
    )
    return _with_papers(rows, [_case(row) for row in rows])


def get_answerable(actor: Actor, case_id: UUID) -> LeaveCase:
    """One case with its paper. Raises NotFound where it is not the actor's to answer."""
    row = session().execute(_cases().where(Leave.id == case_id, answerable(actor))).one_or_none()
    if row is None:
        raise NotFound
    return _with_papers([row], [_case(row)])[0]


def _with_papers(rows: Iterable[Any], cases: list[LeaveCase]) -> list[LeaveCase]:
    keys = [row[0].file_id for row in rows]
    files = list_files({key for key in keys if key})
    return [
        replace(case, file=files.get(key)) if key else case for case, key in zip(cases, keys, strict=True)
    ]
