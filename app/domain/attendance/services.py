"""Writes of registers: one verb, one transaction."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Date, SmallInteger, String, Time, Uuid, cast, func, literal, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.db import among, new_id
from app.domain.academics.policies import reaches_whole_campus
from app.domain.academics.queries import Enrolled, SectionDay, get_section_day, list_enrolled_between
from app.domain.attendance.models import Attendance, AttendanceChange, Register, RuleSet
from app.domain.attendance.policies import ensure_may_report, ensure_may_take
from app.domain.attendance.queries import (
    WHOLE_DAY,
    get_rules,
    is_locked,
    keeps_lesson,
    last_words,
    openness_of,
)
from app.domain.attendance.rules import (
    changed_marks,
    control_keys,
    ensure_possible,
    judge_tap,
    lockable,
    needs_reason,
    roster_mark,
    said_of,
    was_said_in_time,
)
from app.domain.attendance.types import (
    AttendanceRules,
    AttendanceStatus,
    Mark,
    MarksIncomplete,
    MonthLocked,
    Openness,
    Outcome,
    PupilNotHere,
    ReasonNeeded,
    RegisterClosed,
    RegisterStale,
    Saved,
    Source,
    StoredMark,
    TakenRegister,
    Tap,
    TapsSaved,
    Verdict,
)
from app.domain.audit.services import record, record_change
from app.domain.kernel import clock
from app.domain.kernel.access import Actor, Permission
from app.domain.kernel.errors import Forbidden, NotFound, Stale
from app.uow import session, transaction

_PRESENT = AttendanceStatus.PRESENT
_UNTOUCHED = Mark(_PRESENT)


@dataclass(frozen=True, slots=True)
class _Locked:
    """A register whose row is held until the transaction ends."""

    id: UUID
    version: int
    is_taken: bool
    is_new: bool


@dataclass(slots=True)
class _Work:
    """One register that is being written: where, by whom, and what is known of it."""

    db: Session
    actor: Actor
    section: SectionDay
    on: date
    period: int
    register: _Locked
    stored: dict[UUID, StoredMark]
    elsewhere: frozenset[UUID]
    """Students whose mark stands in the register of another section, where they sat before."""
    source: Source
    reason: str | None = None
    ids: dict[UUID, UUID] = field(default_factory=dict)
    """The key of the change of each student, where the tablet gave one."""
    said_at: dict[UUID, datetime] = field(default_factory=dict)


def save_register(
    actor: Actor,
    section_id: UUID,
    on: date,
    *,
    version: int,
    chosen: Mapping[UUID, AttendanceStatus],
    period: int = WHOLE_DAY,
    reason: str | None = None,
) -> Saved:
    """Take the register of a section on a day, or correct the one that was taken; `chosen` is by student.

    `version` is that of the register the choices were made on, 0 where there was none. Saving what is stored
    already changes nothing and is never refused, so that a second press of the button does no harm.

    Raises NotFound, Forbidden, RegisterClosed, MonthLocked, ReasonNeeded, PupilNotHere, MarksIncomplete, and
    RegisterStale where somebody else saved in between and the two differ.
    """

    def by_student(enrolled: list[Enrolled]) -> Mapping[UUID, AttendanceStatus]:
        if not chosen.keys() <= {each.student_id for each in enrolled}:
            raise PupilNotHere
        return chosen

    return _save(actor, section_id, on, period, version, by_student, reason)


def save_sent_register(
    actor: Actor,
    section_id: UUID,
    on: date,
    *,
    version: int,
    sent: Mapping[str, AttendanceStatus],
    period: int = WHOLE_DAY,
    reason: str | None = None,
) -> Saved:
    """The same as `save_register`, with the choices under the names of the form's controls."""

    def by_control(enrolled: list[Enrolled]) -> Mapping[UUID, AttendanceStatus]:
        students = _by_key(enrolled)
        if not sent.keys() <= students.keys():
            raise PupilNotHere
        return {students[key]: status for key, status in sent.items()}

    return _save(actor, section_id, on, period, version, by_control, reason)


def save_taps(
    actor: Actor,
    section_id: UUID,
    on: date,
    taps: Sequence[Tap],
    *,
    period: int = WHOLE_DAY,
    finish: str | None = None,
    reason: str | None = None,
    source: Source = Source.TAP,
) -> TapsSaved:
    """Store what a tablet says of single pupils, each beside what is stored of that pupil now.

    A tap that is known already, or says what is stored, changes nothing. One that was made on another mark than
    the stored one is a conflict: it comes back with what is stored, and changes nothing either. `finish` is the
    mark of the list the teacher saw: everybody on it without a mark is present, and the register is taken.

    Raises NotFound, Forbidden, RegisterClosed, MonthLocked, ReasonNeeded, MarkImpossible, and PupilNotHere where
    the list that is finished is not the list of the section any more.
    """
    with transaction() as db:
        section, students = _open(actor, section_id, on, period)
        work = _begin(db, actor, section, on, period, students.values(), source, reason)
        takes = finish is not None and not work.register.is_taken
        if takes and finish != roster_mark(list(students)):
            raise PupilNotHere
        latest = {tap.key: tap for tap in taps if tap.key in students}
        judged, known = _judge(work, latest, students)
        chosen = {
            students[key]: _meant(work, latest[key], students[key])
            for key, verdict in judged.items()
            if verdict is Verdict.APPLY
        }
        work.ids = {students[key]: tap.id for key, tap in latest.items()}
        work.said_at = {students[key]: tap.said_at for key, tap in latest.items()}
        if takes:
            silent = [each for each in students.values() if each not in work.stored and each not in chosen]
            chosen |= dict.fromkeys(silent, _UNTOUCHED)
        _store(work, chosen, finishes=takes)
        outcomes = _outcomes(work, judged, known, latest, students)
        others = _others(work, latest, students) if finish is not None else ()
    strangers = tuple(dict.fromkeys(tap.key for tap in taps if tap.key not in students))
    return TapsSaved(outcomes, strangers, work.register.is_taken or takes, others)


def save_mark(
    actor: Actor,
    section_id: UUID,
    on: date,
    key: str,
    mark: Mark,
    *,
    base: int,
    period: int = WHOLE_DAY,
    reason: str | None = None,
) -> None:
    """Say all that is to be said of one pupil, who stands on the register as `key`.

    `base` is the version that was seen. Raises what `save_taps` raises, PupilNotHere for somebody who is not on
    the list any more, and Stale where somebody else has said something different since.
    """
    tap = Tap(new_id(), key, mark, base, clock.now())
    saved = save_taps(actor, section_id, on, [tap], period=period, reason=reason, source=Source.FORM)
    if saved.strangers:
        raise PupilNotHere
    if any(each.verdict is Verdict.CONFLICT for each in saved.outcomes):
        raise Stale


def store_marks(
    actor: Actor,
    section: SectionDay,
    on: date,
    marks: Mapping[UUID, Mark],
    *,
    source: Source,
    period: int = WHOLE_DAY,
    reason: str | None = None,
    instead_of: Collection[AttendanceStatus | None],
) -> int:
    """Say something of single pupils that is known otherwise than by the teacher: approved leave, a check-in.

    Only where what is stored of a pupil is one of `instead_of`, None standing for no mark at all. The caller
    vouches for the pupils and for who may. Returns how many marks changed. Raises RegisterClosed, MonthLocked.
    """
    with transaction() as db:
        _ensure_open(section, on)
        work = _begin(db, actor, section, on, period, marks, source, reason)
        chosen = {
            student: ensure_possible(mark)
            for student, mark in marks.items()
            if _status(work.stored.get(student)) in instead_of and _mark(work.stored.get(student)) != mark
        }
        _store(work, chosen, finishes=False)
    return len(chosen)


def _save(
    actor: Actor,
    section_id: UUID,
    on: date,
    period: int,
    version: int,
    choose: Callable[[list[Enrolled]], Mapping[UUID, AttendanceStatus]],
    reason: str | None,
) -> Saved:
    with transaction() as db:
        section = _reach(actor, section_id, on, period)
        enrolled = list_enrolled_between(section_id, on, on)
        chosen = choose(enrolled)
        if not chosen:
            raise MarksIncomplete
        roster = [each.student_id for each in enrolled]
        work = _begin(db, actor, section, on, period, roster, Source.FORM, reason)
        before = work.register
        changes = {
            student: mark
            for student, mark in changed_marks(work.stored, chosen).items()
            # The form of this section could not show what the other one says: "present" there is nobody's word.
            if not (student in work.elsewhere and mark.status is _PRESENT)
        }
        if changes or not before.is_taken:
            if version != before.version:
                raise RegisterStale(chosen)
            _store(work, changes, finishes=True)
        unrecorded = sum(student not in work.stored for student in roster)
    return Saved(is_new=not before.is_taken, changes=len(changes), unrecorded=unrecorded)


def _by_key(enrolled: Sequence[Enrolled]) -> dict[str, UUID]:
    """The students of a section by the names of their controls, in the order of the list."""
    keys = control_keys([each.enrolment_id for each in enrolled])
    return {key: each.student_id for key, each in zip(keys, enrolled, strict=True)}


def _reach(actor: Actor, section_id: UUID, on: date, period: int) -> SectionDay:
    """The section, where the actor may take this register of it and the day is open."""
    section = get_section_day(actor, section_id, on, Permission.REGISTERS_READ, period)
    if not keeps_lesson(section, on, period):
        raise NotFound
    ensure_may_take(actor, section.campus_id, is_own=section.is_own)
    _ensure_open(section, on)
    return section


def _ensure_open(section: SectionDay, on: date) -> None:
    today = clock.today()
    if openness_of(section, today) is not Openness.OPEN:
        raise RegisterClosed
    # Only months that are over are ever locked.
    if lockable(on, today):
        hold_months(section.campus_id, [on])
        if is_locked(section.campus_id, on):
            raise MonthLocked


def hold_months(campus_id: UUID, days: Iterable[date], *, alone: bool = False) -> None:
    """Keep the months of these days open or locked as they are until the transaction ends: one statement.

    Saves hold them together; who locks a month holds it `alone`, and so waits for every save on its way.
    """
    names = sorted({f"month {campus_id} {day.replace(day=1)}" for day in days})
    name = func.unnest(cast(names, ARRAY(String))).column_valued("name")
    take = func.pg_advisory_xact_lock if alone else func.pg_advisory_xact_lock_shared
    session().execute(select(take(func.hashtext(name))))


def _open(actor: Actor, section_id: UUID, on: date, period: int) -> tuple[SectionDay, dict[str, UUID]]:
    section = _reach(actor, section_id, on, period)
    return section, _by_key(list_enrolled_between(section_id, on, on))


def _begin(
    db: Session,
    actor: Actor,
    section: SectionDay,
    on: date,
    period: int,
    roster: Iterable[UUID],
    source: Source,
    reason: str | None,
) -> _Work:
    """Hold the register, and read what it says of these students."""
    register = _lock(db, actor, section, on, period)
    stored, elsewhere = _stored_marks(db, register.id, roster, on, period)
    return _Work(
        db, actor, section, on, period, register, stored, elsewhere, source, (reason or "").strip() or None
    )


def _status(stored: StoredMark | None) -> AttendanceStatus | None:
    return stored.mark.status if stored else None


def _mark(stored: StoredMark | None) -> Mark | None:
    return stored.mark if stored else None


def _meant(work: _Work, tap: Tap, student: UUID) -> Mark:
    return ensure_possible(said_of(work.stored.get(student), tap))


def _judge(
    work: _Work, latest: Mapping[str, Tap], students: Mapping[str, UUID]
) -> tuple[dict[str, Verdict], dict[UUID, int]]:
    """What becomes of each tap, by the key of its pupil; and of those that are known already the version they made."""
    known: dict[UUID, int] = {}
    if latest and not work.register.is_new:
        statement = select(AttendanceChange.id, AttendanceChange.version).where(
            among(AttendanceChange.id, [tap.id for tap in latest.values()])
        )
        known = dict(work.db.execute(statement).all())
    judged = {}
    for key, tap in latest.items():
        student = students[key]
        judged[key] = (
            Verdict.SAME
            if tap.id in known
            else judge_tap(work.stored.get(student), tap.base, _meant(work, tap, student))
        )
    return judged, known


def _outcomes(
    work: _Work,
    judged: Mapping[str, Verdict],
    known: Mapping[UUID, int],
    latest: Mapping[str, Tap],
    students: Mapping[str, UUID],
) -> tuple[Outcome, ...]:
    refused = [students[key] for key, verdict in judged.items() if verdict is Verdict.CONFLICT]
    said = last_words(work.register.id, refused) if refused else {}
    found = []
    for key, verdict in judged.items():
        stored = work.stored.get(students[key])
        version = known.get(latest[key].id) or (stored.version if stored else 0)
        found.append(Outcome(key, verdict, version, stored, said.get(students[key])))
    return tuple(found)


def _others(work: _Work, latest: Mapping[str, Tap], students: Mapping[str, UUID]) -> tuple[Outcome, ...]:
    """Who is not in the batch and whose mark is not what finishing makes of pupils nobody has marked."""
    marks = [(key, work.stored.get(student)) for key, student in students.items() if key not in latest]
    return tuple(
        Outcome(key, Verdict.SAME, stored.version, stored)
        for key, stored in marks
        if stored is not None and (stored.version, stored.mark) != (1, _UNTOUCHED)
    )


def _lock(db: Session, actor: Actor, section: SectionDay, on: date, period: int) -> _Locked:
    """The register, locked until the transaction ends; one that was not there is begun."""
    locked = (
        select(Register.id, Register.version, Register.is_taken)
        .where(Register.section_id == section.id, Register.date == on, Register.period == period)
        .with_for_update()
    )
    row = db.execute(locked).one_or_none()
    if row is not None:
        return _Locked(*row, is_new=False)
    made = db.execute(
        insert(Register)
        .values(
            id=new_id(),
            campus_id=section.campus_id,
            section_id=section.id,
            date=on,
            period=period,
            taken_by=actor.user_id,
            taken_at=clock.now(),
            version=1,
            is_taken=False,
        )
        .on_conflict_do_nothing(index_elements=["section_id", "date", "period"])
        .returning(Register.id)
    ).scalar_one_or_none()
    if made is not None:
        return _Locked(made, 0, is_taken=False, is_new=True)
    # Somebody took it between the two statements; theirs is stored by now.
    return _Locked(*db.execute(locked).one(), is_new=False)


def _stored_marks(
    db: Session, register_id: UUID, roster: Iterable[UUID], on: date, period: int
) -> tuple[dict[UUID, StoredMark], frozenset[UUID]]:
    """What is said of each student, and of whom another section's register says it: a pupil who has changed sections
    has one mark a day all the same.
    """
    rows = db.execute(
        select(
            Attendance.student_id,
            Attendance.version,
            Attendance.status,
            Attendance.late_minutes,
            Attendance.left_at,
            Attendance.remarks,
            Attendance.register_id,
        ).where(among(Attendance.student_id, roster), Attendance.date == on, Attendance.period == period)
    ).all()
    stored = {row[0]: StoredMark(Mark(*row[2:6]), row[1]) for row in rows}
    return stored, frozenset(row[0] for row in rows if row[6] != register_id)


def _store(work: _Work, marks: Mapping[UUID, Mark], *, finishes: bool) -> None:
    """Store the marks, their history, the state of the register and one entry of the log; `stored` is brought up.

    Raises ReasonNeeded where a finished register of a day that is over would change without one.
    """
    was = work.register
    takes = finishes and not was.is_taken
    if not marks and not takes:
        return
    if _lacks_reason(work, marks):
        raise ReasonNeeded
    before = dict(work.stored)
    if marks:
        work.stored |= _write(work, marks)
        _remember(work, before, marks)
    _sign(work, takes=takes, changes=bool(marks))
    _note(work, before, marks, takes=takes)


def _lacks_reason(work: _Work, marks: Mapping[UUID, Mark]) -> bool:
    """Whether a person changes by hand, after the day, what was finished, and does not say why."""
    if work.reason or work.source not in _ASKED:
        return False
    if not needs_reason(work.on, clock.today(), is_taken=work.register.is_taken):
        return False
    now = clock.now()
    return not all(
        student in work.said_at and was_said_in_time(work.on, work.said_at[student], now) for student in marks
    )


_ASKED = frozenset({Source.TAP, Source.FORM, Source.UNDO})
"""Ways in which a person changes a mark by hand: those say why once the day is over."""


def _write(work: _Work, marks: Mapping[UUID, Mark]) -> dict[UUID, StoredMark]:
    """Store the lines in one statement. A pupil who came from another section today moves along."""
    said = list(marks.values())
    lines = (
        func.unnest(
            cast([new_id() for _ in said], ARRAY(Uuid)),
            cast(list(marks), ARRAY(Uuid)),
            cast([each.status.value for each in said], ARRAY(String)),
            cast([each.late_minutes for each in said], ARRAY(SmallInteger)),
            cast([each.left_at for each in said], ARRAY(Time)),
            cast([each.remarks for each in said], ARRAY(String)),
        )
        .table_valued("id", "student_id", "status", "late_minutes", "left_at", "remarks")
        .render_derived()
    )
    told = ["status", "late_minutes", "left_at", "remarks"]
    statement = insert(Attendance).from_select(
        ["id", "register_id", "student_id", "date", "period", *told],
        select(
            lines.c.id,
            literal(work.register.id, Uuid),
            lines.c.student_id,
            literal(work.on, Date),
            literal(work.period, SmallInteger),
            *(lines.c[name] for name in told),
        ),
        include_defaults=False,
    )
    rows = work.db.execute(
        statement.on_conflict_do_update(
            index_elements=["student_id", "date", "period"],
            set_={
                **{name: statement.excluded[name] for name in ("register_id", *told)},
                "version": Attendance.version + 1,
            },
        ).returning(Attendance.student_id, Attendance.version)
    )
    return {student: StoredMark(marks[student], version) for student, version in rows}


def _remember(work: _Work, before: Mapping[UUID, StoredMark], marks: Mapping[UUID, Mark]) -> None:
    """One line of history for each mark, but for those whom finishing made present: the register says that."""
    lines = [
        {
            "id": work.ids.get(student) or new_id(),
            "register_id": work.register.id,
            "student_id": student,
            "date": work.on,
            "period": work.period,
            "version": work.stored[student].version,
            "old": plain_mark(before[student].mark) if student in before else None,
            "new": plain_mark(mark),
            "reason": work.reason,
            "source": work.source,
            "said_at": work.said_at.get(student),
            "changed_by": work.actor.user_id,
            "changed_at": clock.now(),
        }
        for student, mark in marks.items()
        if student in before
        or mark != _UNTOUCHED
        or student in work.ids
        or work.source is Source.CHECK_IN  # who typed the code is told
    ]
    if lines:
        work.db.execute(insert(AttendanceChange), lines)


def plain_mark(mark: Mark) -> dict[str, Any]:
    """A mark as history and the audit log keep it: what is not said does not stand there."""
    found: dict[str, Any] = {"status": mark.status.value}
    if mark.late_minutes is not None:
        found["minutes"] = mark.late_minutes
    if mark.left_at is not None:
        found["left_at"] = mark.left_at.strftime("%H:%M")
    if mark.remarks is not None:
        found["remarks"] = mark.remarks
    return found


def _sign(work: _Work, *, takes: bool, changes: bool) -> None:
    """Say on the register who took it, or who corrected it, and count the change."""
    was = work.register
    values: dict[str, Any] = {} if was.is_new else {"version": Register.version + 1}
    if takes:
        values |= {"is_taken": True, "taken_by": work.actor.user_id, "taken_at": clock.now()}
    elif changes and was.is_taken:
        values |= {"corrected_by": work.actor.user_id, "corrected_at": clock.now()}
    if values:
        work.db.execute(
            update(Register)
            .where(Register.id == was.id)
            .values(**values)
            .execution_options(synchronize_session=False)
        )


def _note(work: _Work, before: Mapping[UUID, StoredMark], marks: Mapping[UUID, Mark], *, takes: bool) -> None:
    """One entry: for a register that is taken who was not there, else what changed from what to what."""
    campus_id = work.section.campus_id
    if takes:
        away = {
            str(student): stored.mark.status
            for student, stored in work.stored.items()
            if stored.mark.status is not _PRESENT
        }
        new = {"section": work.section.id, "date": work.on, "pupils": len(work.stored), "away": away}
        if work.period:
            new["period"] = work.period
        record(work.actor, "register.taken", "register", work.register.id, campus_id=campus_id, new=new)
        return
    old = {str(student): _told(before[student].mark) if student in before else None for student in marks}
    new = {str(student): _told(mark) for student, mark in marks.items()}
    if work.reason:
        new["reason"] = work.reason
    if work.on < clock.today() and work.said_at:
        # What a tablet claims, beside the time of the entry: only it says why no reason was asked.
        new["said_at"] = max(work.said_at.values())
    action = "register.corrected" if work.register.is_taken else "register.marked"
    record(work.actor, action, "register", work.register.id, campus_id=campus_id, old=old, new=new)


def _told(mark: Mark) -> object:
    """A mark as the log tells it: its status, and more only where more was said."""
    plain = plain_mark(mark)
    return plain if len(plain) > 1 else mark.status


def save_rules(actor: Actor, campus_id: UUID, rules: AttendanceRules) -> None:
    """Set what a campus has decided about attendance; `rules.version` is that of the rules that were seen.

    Raises Forbidden, and Stale where somebody else has changed them since.
    """
    ensure_may_report(actor, campus_id)
    with transaction() as db:
        before = get_rules(campus_id)
        values = {name: getattr(rules, name) for name in _RULED}
        held = select(RuleSet).where(RuleSet.campus_id == campus_id).with_for_update()
        row = db.scalars(held).one_or_none()
        if (row.version if row else 0) != rules.version:
            raise Stale
        if row is None:
            made = insert(RuleSet).values(id=new_id(), campus_id=campus_id, **values).on_conflict_do_nothing()
            if db.execute(made.returning(RuleSet.id)).scalar_one_or_none() is None:
                raise Stale
        else:
            for name, value in values.items():
                setattr(row, name, value)
        old = {name: getattr(before, name) for name in _RULED}
        record_change(
            actor, "attendance.ruled", "campus", campus_id, campus_id=campus_id, old=old, new=values
        )


_RULED = ("cut_off", "tells_families", "threshold", "absent_days")


def import_registers(actor: Actor, campus_id: UUID, registers: Iterable[TakenRegister]) -> int:
    """Store whole registers that were taken elsewhere or earlier, in a few statements however many there are.

    The caller vouches for the days and the pupils: neither the calendar nor the enrolments are asked. A register
    that is there already is left as it is, with its lines. One audit entry for all of them. Only for those who
    may take every register of the campus. Returns how many registers were stored.
    """
    if not reaches_whole_campus(actor, Permission.REGISTERS_TAKE, campus_id):
        raise Forbidden
    with transaction() as db:
        stored = 0
        taken = list(registers)
        for start in range(0, len(taken), _IMPORT_BATCH):
            batch = {(one.section_id, one.on): one for one in taken[start : start + _IMPORT_BATCH]}
            made = db.execute(
                insert(Register)
                .values(
                    [
                        {
                            "id": new_id(),
                            "campus_id": campus_id,
                            "section_id": one.section_id,
                            "date": one.on,
                            "period": WHOLE_DAY,
                            "taken_by": one.taken_by,
                            "taken_at": one.taken_at,
                            "version": 1,
                            "is_taken": True,
                        }
                        for one in batch.values()
                    ]
                )
                .on_conflict_do_nothing(index_elements=["section_id", "date", "period"])
                .returning(Register.id, Register.section_id, Register.date)
            ).all()
            lines = [
                {
                    "id": new_id(),
                    "register_id": key,
                    "student_id": student_id,
                    "date": on,
                    "period": WHOLE_DAY,
                    "status": status,
                }
                for key, section_id, on in made
                for student_id, status in batch[section_id, on].marks.items()
            ]
            if lines:
                # Without RETURNING an insert that passes over what is there goes to PostgreSQL row by row.
                db.execute(insert(Attendance).on_conflict_do_nothing().returning(Attendance.id), lines).all()
            stored += len(made)
        days = [one.on for one in taken]
        if stored:
            record(
                actor,
                "register.imported",
                "campus",
                campus_id,
                campus_id=campus_id,
                new={"registers": stored, "from": min(days), "to": max(days)},
            )
    return stored


_IMPORT_BATCH = 100
