"""Writes of registers: one verb, one transaction."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date
from uuid import UUID

from sqlalchemy import ARRAY, Date, SmallInteger, String, Uuid, cast, func, literal, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.db import new_id
from app.domain.academics.policies import reaches_whole_campus
from app.domain.academics.queries import Enrolled, SectionDay, get_section_day, list_enrolled_between
from app.domain.attendance.models import Attendance, Register
from app.domain.attendance.policies import ensure_may_take
from app.domain.attendance.queries import WHOLE_DAY, openness_of
from app.domain.attendance.rules import changed_marks, control_keys, roster_mark
from app.domain.attendance.types import (
    AttendanceStatus,
    MarksIncomplete,
    Openness,
    PupilNotHere,
    RegisterClosed,
    RegisterStale,
    Saved,
    TakenRegister,
)
from app.domain.audit.services import record
from app.domain.kernel import clock
from app.domain.kernel.access import Actor, Permission
from app.domain.kernel.errors import Forbidden
from app.uow import transaction

Changes = Mapping[UUID, tuple[AttendanceStatus | None, AttendanceStatus]]


def save_register(
    actor: Actor, section_id: UUID, on: date, *, version: int, chosen: Mapping[UUID, AttendanceStatus]
) -> Saved:
    """Take the register of a section on a day, or correct the one that was taken; `chosen` is by student.

    `version` is that of the register the choices were made on, 0 where there was none. Saving what is stored
    already changes nothing and is never refused, so that a second press of the button does no harm.

    Raises NotFound, Forbidden, RegisterClosed, PupilNotHere, MarksIncomplete, and RegisterStale where
    somebody else saved in between and the two differ.
    """

    def by_student(enrolled: list[Enrolled]) -> Mapping[UUID, AttendanceStatus]:
        if not chosen.keys() <= {each.student_id for each in enrolled}:
            raise PupilNotHere
        return chosen

    return _save(actor, section_id, on, version, by_student)


def save_sent_register(
    actor: Actor,
    section_id: UUID,
    on: date,
    *,
    version: int,
    sent: Mapping[str, AttendanceStatus],
    rest: str | None = None,
) -> Saved:
    """The same as `save_register`, with the choices under the names of the form's controls.

    `rest` is the mark of the list the sender saw, on which everybody who is not named is present. A list that
    has changed since is refused with PupilNotHere: nobody is called present who was never on the screen.
    """

    def by_control(enrolled: list[Enrolled]) -> Mapping[UUID, AttendanceStatus]:
        keys = control_keys([each.enrolment_id for each in enrolled])
        students = {key: each.student_id for key, each in zip(keys, enrolled, strict=True)}
        if not sent.keys() <= students.keys() or rest not in (None, roster_mark(keys)):
            raise PupilNotHere
        chosen = sent if rest is None else {**dict.fromkeys(keys, AttendanceStatus.PRESENT), **sent}
        return {students[key]: status for key, status in chosen.items()}

    return _save(actor, section_id, on, version, by_control)


def _save(
    actor: Actor,
    section_id: UUID,
    on: date,
    version: int,
    choose: Callable[[list[Enrolled]], Mapping[UUID, AttendanceStatus]],
) -> Saved:
    with transaction() as db:
        section = get_section_day(actor, section_id, on, Permission.REGISTERS_READ)
        ensure_may_take(actor, section.campus_id, is_own=section.is_own)
        if openness_of(section, clock.today()) is not Openness.OPEN:
            raise RegisterClosed
        enrolled = list_enrolled_between(section_id, on, on)
        chosen = choose(enrolled)
        if not chosen:
            raise MarksIncomplete
        roster = [each.student_id for each in enrolled]
        register_id, stored_version, is_new = _lock(db, actor, section, on)
        before = {} if is_new else _stored_marks(db, register_id, roster, on)
        changes = changed_marks(before, chosen)
        if changes or is_new:
            if version != stored_version:
                raise RegisterStale(chosen)
            _write(db, register_id, on, changes)
            if not is_new:
                _sign_correction(db, actor, register_id)
            _note(actor, section, register_id, on, changes, is_new=is_new)
    unrecorded = sum(student not in before and student not in chosen for student in roster)
    return Saved(is_new=is_new, changes=len(changes), unrecorded=unrecorded)


def _lock(db: Session, actor: Actor, section: SectionDay, on: date) -> tuple[UUID, int, bool]:
    """The register of the day, locked until the transaction ends: (key, version, was it made just now)."""
    locked = (
        select(Register.id, Register.version)
        .where(Register.section_id == section.id, Register.date == on, Register.period == WHOLE_DAY)
        .with_for_update()
    )
    row = db.execute(locked).one_or_none()
    if row is not None:
        return row[0], row[1], False
    made = db.execute(
        insert(Register)
        .values(
            id=new_id(),
            campus_id=section.campus_id,
            section_id=section.id,
            date=on,
            period=WHOLE_DAY,
            taken_by=actor.user_id,
            taken_at=clock.now(),
            version=1,
        )
        .on_conflict_do_nothing(index_elements=["section_id", "date", "period"])
        .returning(Register.id)
    ).scalar_one_or_none()
    if made is not None:
        return made, 0, True
    # Somebody took it between the two statements; theirs is stored by now.
    row = db.execute(locked).one()
    return row[0], row[1], False


def _stored_marks(
    db: Session, register_id: UUID, roster: Collection[UUID], on: date
) -> dict[UUID, AttendanceStatus]:
    """What this register says of each student."""
    rows = db.execute(
        select(Attendance.student_id, Attendance.status).where(
            Attendance.student_id.in_(roster),
            Attendance.date == on,
            Attendance.period == WHOLE_DAY,
            Attendance.register_id == register_id,
        )
    )
    return dict(rows.all())


def _write(db: Session, register_id: UUID, on: date, changes: Changes) -> None:
    """Store the changed lines in one statement. A pupil who came from another section today moves along."""
    if not changes:
        return
    lines = (
        func.unnest(
            cast([new_id() for _ in changes], ARRAY(Uuid)),
            cast(list(changes), ARRAY(Uuid)),
            cast([status.value for _, status in changes.values()], ARRAY(String)),
        )
        .table_valued("id", "student_id", "status")
        .render_derived()
    )
    statement = insert(Attendance).from_select(
        ["id", "register_id", "student_id", "date", "period", "status"],
        select(
            lines.c.id,
            literal(register_id, Uuid),
            lines.c.student_id,
            literal(on, Date),
            literal(WHOLE_DAY, SmallInteger),
            lines.c.status,
        ),
        include_defaults=False,
    )
    db.execute(
        statement.on_conflict_do_update(
            index_elements=["student_id", "date", "period"],
            set_={"status": statement.excluded.status, "register_id": statement.excluded.register_id},
        )
    )


def _sign_correction(db: Session, actor: Actor, register_id: UUID) -> None:
    db.execute(
        update(Register)
        .where(Register.id == register_id)
        .values(version=Register.version + 1, corrected_by=actor.user_id, corrected_at=clock.now())
        .execution_options(synchronize_session=False)
    )


def _note(
    actor: Actor, section: SectionDay, register_id: UUID, on: date, changes: Changes, *, is_new: bool
) -> None:
    """One entry: for a new register who was not there, for a correction what changed from what to what."""
    if is_new:
        away = {
            str(student): new for student, (_, new) in changes.items() if new is not AttendanceStatus.PRESENT
        }
        new = {"section": section.id, "date": on, "pupils": len(changes), "away": away}
        record(actor, "register.taken", "register", register_id, campus_id=section.campus_id, new=new)
        return
    record(
        actor,
        "register.corrected",
        "register",
        register_id,
        campus_id=section.campus_id,
        old={str(student): old for student, (old, _) in changes.items()},
        new={str(student): new for student, (_, new) in changes.items()},
    )


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
