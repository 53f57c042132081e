"""Writes of leave: asking, taking back, answering, undoing. Each a transaction with its entries in the audit log."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.db import among
from app.domain.academics.queries import list_day_verdicts
from app.domain.academics.rules import days_between
from app.domain.attendance.leave.models import Leave
from app.domain.attendance.leave.queries import answerable
from app.domain.attendance.leave.registers import change_days, hold_registers
from app.domain.attendance.leave.rules import (
    AHEAD,
    BACK,
    UNDO_FOR,
    check_days,
    join_words,
    may_take_back,
    may_undo,
    place,
)
from app.domain.attendance.leave.types import (
    LIVE,
    Answered,
    AnsweredCase,
    Asked,
    LeaveBegun,
    LeaveReason,
    LeaveState,
    LeaveThere,
    NobodyChosen,
    NoSchoolThen,
    NotShorter,
    Span,
    Standing,
    TooLateToUndo,
    WordNeeded,
    WordsNeeded,
)
from app.domain.attendance.queries import get_family_student
from app.domain.attendance.types import AttendanceStatus, Source
from app.domain.audit.services import record
from app.domain.files.services import store_upload
from app.domain.kernel import clock
from app.domain.kernel.access import Actor, Permission
from app.domain.kernel.errors import Forbidden, NotFound, Stale
from app.domain.people.queries import FamilyStudent
from app.uow import transaction

MOST_TOLD = 500
"""So many answers are told in one transaction; the next run tells the rest."""
_GAP = timedelta(62)
"""Days around a request whose calendar is looked at: longer than any holiday."""


def ask_for_leave(
    actor: Actor,
    student_ids: Sequence[UUID],
    span: Span,
    reason: LeaveReason,
    words: str = "",
    paper: tuple[bytes, str] | None = None,
) -> list[Asked]:
    """Announce, ask for or explain an absence of own children, for all of them or for none. `paper` is kept once
    for each campus; a case that has one keeps its own.

    A request joins the waiting case of its run of days where there is one.

    Raises NotFound for somebody else's child, NobodyChosen, DaysTurned, DaysTooFar, NoSchoolThen, WordsNeeded,
    LeaveThere where an approved case has one of the days, and what files refuse.
    """
    if not actor.may(Permission.LEAVE_ASK):
        raise Forbidden
    if not student_ids:
        raise NobodyChosen
    check_days(span, clock.today())
    if reason is LeaveReason.OTHER and not words:
        raise WordsNeeded
    with transaction() as db:
        children = [get_family_student(actor, each) for each in dict.fromkeys(student_ids)]
        if any(child.relationship is None for child in children):
            raise NotFound  # a student asks nothing for oneself
        _lock(db, [child.student_id for child in children])
        live = _live(db, [child.student_id for child in children])

        @cache
        def paper_at(campus_id: UUID) -> UUID | None:
            return store_upload(actor, *paper, campus_id=campus_id) if paper else None

        return [
            _ask(
                db,
                actor,
                child,
                span,
                reason,
                words,
                {row.id: row for row in live if row.student_id == child.student_id},
                paper_at,
            )
            for child in children
        ]


def _lock(db: Session, student_ids: Iterable[UUID]) -> None:
    """Two requests for one child wait for each other here, in one order, so that never two cases share a day."""
    for key in sorted({str(each) for each in student_ids}):
        db.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"leave {key}"))))


def _ask(
    db: Session,
    actor: Actor,
    child: FamilyStudent,
    span: Span,
    reason: LeaveReason,
    words: str,
    live: Mapping[UUID, Leave],
    paper_at: Callable[[UUID], UUID | None],
) -> Asked:
    verdicts = list_day_verdicts(child.campus_id, span.first - _GAP, span.last + _GAP)
    school = {verdict.day for verdict in verdicts if verdict.is_school_day}
    if not any(day in school for day in days_between(*span)):
        raise NoSchoolThen
    placed = place(span, reason, [_standing(row) for row in live.values()], school.__contains__)
    if placed.refused_by:
        raise LeaveThere(placed.refused_by)
    for key in placed.swallowed:
        live[key].state = LeaveState.WITHDRAWN
        _note(actor, live[key], "leave.merged")
    if placed.into is None:
        row = Leave(
            campus_id=child.campus_id,
            student_id=child.student_id,
            asked_by=actor.user_id,
            asked_at=clock.now(),
            words=words,
            file_id=paper_at(child.campus_id),
            state=LeaveState.ASKED,
        )
        db.add(row)
    else:
        row = live[placed.into]
        others = [live[key] for key in placed.swallowed]
        # What another guardian has sent already is not lost.
        papers = (each.file_id for each in (row, *others) if each.file_id)
        row.file_id = next(papers, None) or paper_at(child.campus_id)
        for other in others:
            row.words = join_words(row.words, other.words)
        row.words = join_words(row.words, words)
    row.first_on, row.last_on = placed.span
    row.reason = reason
    db.flush()
    _note(actor, row, "leave.asked")
    return Asked(row.id, is_merged=placed.into is not None)


def _live(db: Session, student_ids: Collection[UUID]) -> Sequence[Leave]:
    """The cases that speak for days around today, held as an answer holds them, in one order."""
    today = clock.today()
    return db.scalars(
        select(Leave)
        .where(
            among(Leave.student_id, student_ids),
            Leave.state.in_(LIVE),
            Leave.last_on >= today - timedelta(BACK) - _GAP,
            Leave.first_on <= today + timedelta(AHEAD) + _GAP,
        )
        .order_by(Leave.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()


def _standing(row: Leave) -> Standing:
    return Standing(row.id, Span(row.first_on, row.last_on), row.reason, row.state)


def _note(actor: Actor, row: Leave, action: str) -> None:
    record(
        actor,
        action,
        "leave",
        row.id,
        campus_id=row.campus_id,
        new={
            "student": row.student_id,
            "from": row.first_on,
            "to": row.last_on,
            "reason": row.reason,
            "state": row.state,
        },
    )


# --- the family changes its mind


def withdraw_leave(actor: Actor, case_id: UUID) -> None:
    """Take a request back. One that is taken back already stays so. Raises NotFound, LeaveBegun."""
    with transaction() as db:
        row = _own(db, actor, case_id)
        if row.state is LeaveState.WITHDRAWN:
            return
        if not may_take_back(row.state, row.first_on, clock.today()):
            raise LeaveBegun
        row.state = LeaveState.WITHDRAWN
        db.flush()
        _note(actor, row, "leave.withdrawn")


def shorten_leave(actor: Actor, case_id: UUID, last: date) -> None:
    """End a request earlier than asked. Raises NotFound, LeaveBegun, NotShorter."""
    with transaction() as db:
        row = _own(db, actor, case_id)
        if not may_take_back(row.state, row.first_on, clock.today()):
            raise LeaveBegun
        if last == row.last_on:
            return
        if not row.first_on <= last < row.last_on:
            raise NotShorter
        row.last_on = last
        db.flush()
        _note(actor, row, "leave.shortened")


def _own(db: Session, actor: Actor, case_id: UUID) -> Leave:
    """A case of the actor's own child, held. Raises NotFound."""
    if not actor.may(Permission.LEAVE_ASK):
        raise Forbidden
    row = db.scalar(
        select(Leave).where(Leave.id == case_id).with_for_update(),
        execution_options={"populate_existing": True},
    )
    if row is None or get_family_student(actor, row.student_id).relationship is None:
        raise NotFound
    return row


# --- the school answers


def answer_leave(actor: Actor, versions: Mapping[UUID, int], *, approve: bool, word: str = "") -> Answered:
    """Approve or decline cases that wait, as they were seen: one that has changed since or is answered is passed over.

    Approving makes excused of absent on the days of the case. Declining changes no register.

    Raises NotFound where one of them is not the actor's to answer, WordNeeded where a family is told no without a word.
    """
    if not approve and not word:
        raise WordNeeded
    done, passed, excused, left = [], 0, 0, 0
    with transaction() as db:
        for row in _held(db, actor, versions, registers=approve):
            if row.state is not LeaveState.ASKED or row.version != versions[row.id]:
                passed += 1
                continue
            if approve:
                days = list(days_between(row.first_on, row.last_on))
                row.excused_days, not_changed = change_days(
                    actor,
                    row.student_id,
                    days,
                    AttendanceStatus.ABSENT,
                    AttendanceStatus.EXCUSED,
                    Source.LEAVE,
                )
                excused, left = excused + len(row.excused_days), left + not_changed
            row.state = LeaveState.APPROVED if approve else LeaveState.DECLINED
            row.answer, row.answered_by, row.answered_at = word, actor.user_id, clock.now()
            db.flush()
            _note(actor, row, f"leave.{row.state.value}")
            done.append(row.id)
    return Answered(tuple(done), passed, excused, left)


def take_untold() -> list[AnsweredCase]:
    """The answers that nobody can take back any more and of which nobody was told; from now on they count as told.

    Two that take at once get different ones.
    """
    with transaction() as db:
        rows = db.scalars(
            select(Leave)
            .where(
                Leave.told_at.is_(None),
                Leave.state.in_((LeaveState.APPROVED, LeaveState.DECLINED)),
                Leave.answered_at < clock.now() - UNDO_FOR,
            )
            .order_by(Leave.answered_at, Leave.id)
            .limit(MOST_TOLD)
            .with_for_update(skip_locked=True)
        ).all()
        for row in rows:
            row.told_at = clock.now()
        db.flush()
        return [
            AnsweredCase(
                row.student_id,
                row.campus_id,
                row.asked_by,
                Span(row.first_on, row.last_on),
                row.state is LeaveState.APPROVED,
                row.answer,
            )
            for row in rows
        ]


def undo_answers(actor: Actor, case_ids: Collection[UUID]) -> int:
    """Let cases wait again that the actor answered within a quarter of an hour; what approving them excused is absent
    again. Returns how many. Raises NotFound, TooLateToUndo where none of them can be taken back, Stale where the family
    has asked anew meanwhile.
    """
    with transaction() as db:
        # As where a family asks: the child before its cases.
        _lock(db, db.scalars(select(Leave.student_id).where(among(Leave.id, case_ids), answerable(actor))))
        held = _held(db, actor, case_ids, registers=True)
        rows = [row for row in held if row.state is not LeaveState.ASKED]
        taken = [
            row for row in rows if row.answered_by == actor.user_id and may_undo(row.answered_at, clock.now())
        ]
        if rows and not taken:
            raise TooLateToUndo
        for row in taken:
            if row.state is LeaveState.DECLINED:
                _ensure_free(db, row)
            change_days(
                actor,
                row.student_id,
                row.excused_days,
                AttendanceStatus.EXCUSED,
                AttendanceStatus.ABSENT,
                Source.LEAVE,
                only_own=True,
            )
            row.state, row.answer, row.excused_days = LeaveState.ASKED, "", []
            row.answered_by = row.answered_at = None
            db.flush()
            _note(actor, row, "leave.reopened")
    return len(taken)


def _ensure_free(db: Session, row: Leave) -> None:
    """A declined case waits again only where no later one speaks for its days."""
    for other in _live(db, [row.student_id]):
        if other.first_on <= row.last_on and row.first_on <= other.last_on:
            raise Stale


def _held(db: Session, actor: Actor, case_ids: Collection[UUID], *, registers: bool) -> list[Leave]:
    """The cases of these keys by student, held, and on wish the registers of their days.

    Raises NotFound where one is not the actor's to answer.
    """
    if not actor.may(Permission.LEAVE_ANSWER):
        raise Forbidden
    rows = db.scalars(
        select(Leave)
        .where(among(Leave.id, case_ids), answerable(actor))
        .order_by(Leave.id)
        .with_for_update(of=Leave)
        .execution_options(populate_existing=True)
    ).all()
    if len(rows) != len(set(case_ids)):
        raise NotFound
    if registers:
        hold_registers((row.student_id, Span(row.first_on, row.last_on)) for row in rows)
    # The months of the children are held in this order too, as where a register is finished.
    return sorted(rows, key=lambda row: row.student_id)
