"""Registers of the past from a file: look at it, then store it in a few statements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Boolean,
    Date,
    DateTime,
    Integer,
    SmallInteger,
    String,
    Time,
    Uuid,
    and_,
    case,
    cast,
    func,
    literal,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.db import among, new_id
from app.domain.academics.policies import ensure_may
from app.domain.attendance.importing.queries import batches, gather, list_stored
from app.domain.attendance.importing.rules import compare, import_mark, meant, resolve
from app.domain.attendance.importing.types import (
    ChangeNeedsReason,
    Fate,
    ImportMoved,
    Line,
    Outlook,
    Sent,
)
from app.domain.attendance.models import Attendance, AttendanceChange, Register
from app.domain.attendance.queries import WHOLE_DAY
from app.domain.attendance.rules import lockable
from app.domain.attendance.services import hold_months, plain_mark
from app.domain.attendance.types import AttendanceStatus, Mark, Source
from app.domain.audit.services import record
from app.domain.kernel import clock
from app.domain.kernel.access import Actor, Permission
from app.uow import transaction

_SIMPLY_THERE = Mark(AttendanceStatus.PRESENT)

Places = dict[tuple[UUID, date], UUID]
"""Register by section and day."""


def look_at_file(actor: Actor, campus_id: UUID, sent: Sequence[Sent], *, may_change: bool) -> Outlook:
    """What an import would do, line by line; nothing is written. Raises NotFound, Forbidden."""
    _ensure_imports(actor, campus_id)
    today = clock.today()
    lines = list(resolve(sent, gather(campus_id, sent, today)))
    return Outlook(list(compare(lines, list_stored(lines), today, may_change=may_change)))


def import_file(
    actor: Actor,
    campus_id: UUID,
    sent: Sequence[Sent],
    *,
    change_reason: str | None = None,
    seen: str | None = None,
) -> Outlook:
    """Store the lines of a file that can be stored; the others cost only themselves.

    What is stored already is changed where `change_reason` says why, and kept where it is None. `seen` is
    `import_mark` of what the actor looked at. A second run changes nothing.

    Raises NotFound, Forbidden, ChangeNeedsReason, and ImportMoved where it would do something else by now.
    """
    _ensure_imports(actor, campus_id)
    if change_reason is not None and not change_reason.strip():
        raise ChangeNeedsReason
    may_change = change_reason is not None
    with transaction() as db:
        today = clock.today()
        hold_months(campus_id, [each.on for each in sent if each.on and lockable(each.on, today)])
        lines = list(resolve(sent, gather(campus_id, sent, today)))
        first = list(compare(lines, list_stored(lines), today, may_change=may_change))
        places = _hold_registers(db, actor, campus_id, _written(first))
        # Nobody saves these registers any more until this is stored: what is there now counts.
        outlook = Outlook(list(compare(lines, list_stored(lines), today, may_change=may_change)))
        written = _written(outlook.lines)
        if (seen is not None and import_mark(outlook.lines) != seen) or not _keys(written) <= places.keys():
            raise ImportMoved
        for some in batches(written):
            _write(db, actor, some, places, change_reason)
        if written:
            _finish(db, actor, campus_id, written, places, change_reason)
    return outlook


def _ensure_imports(actor: Actor, campus_id: UUID) -> None:
    ensure_may(actor, Permission.ATTENDANCE_REPORT, campus_id, to_read=Permission.REGISTERS_READ)


def _written(lines: Sequence[Line]) -> list[Line]:
    return [line for line in lines if line.fate in (Fate.CREATED, Fate.CHANGED)]


def _keys(lines: Sequence[Line]) -> set[tuple[UUID, date]]:
    """Section and day of some lines."""
    return {(line.seat.section_id, line.sent.on) for line in lines if line.seat and line.sent.on}


def _hold_registers(db: Session, actor: Actor, campus_id: UUID, lines: Sequence[Line]) -> Places:
    """The registers of the lines, made where there are none and locked until the transaction ends."""
    places: Places = {}
    for some in batches(sorted(_keys(lines))):
        asked = (
            func.unnest(
                cast([new_id() for _ in some], ARRAY(Uuid)),
                cast([section_id for section_id, _ in some], ARRAY(Uuid)),
                cast([day for _, day in some], ARRAY(Date)),
            )
            .table_valued("id", "section_id", "date")
            .render_derived()
        )
        made = select(
            asked.c.id,
            literal(campus_id, Uuid),
            asked.c.section_id,
            asked.c.date,
            literal(WHOLE_DAY, SmallInteger),
            literal(actor.user_id, Uuid),
            literal(clock.now(), DateTime(timezone=True)),
            literal(1, Integer),
            literal(False, Boolean),
        )
        columns = [
            "id",
            "campus_id",
            "section_id",
            "date",
            "period",
            "taken_by",
            "taken_at",
            "version",
            "is_taken",
        ]
        db.execute(
            insert(Register)
            .from_select(columns, made, include_defaults=False)
            .on_conflict_do_nothing(index_elements=["section_id", "date", "period"])
        )
        held = db.execute(
            select(Register.id, Register.section_id, Register.date)
            .join(asked, and_(asked.c.section_id == Register.section_id, asked.c.date == Register.date))
            .where(Register.period == WHOLE_DAY)
            .order_by(Register.section_id, Register.date)
            .with_for_update(of=Register)
        )
        places |= {(section_id, day): key for key, section_id, day in held}
    return places


def _write(db: Session, actor: Actor, lines: Sequence[Line], places: Places, reason: str | None) -> None:
    """The marks in one statement, and their history in another."""
    rows = []
    for line in lines:
        mark = meant(line)
        if line.seat is None or line.sent.on is None or mark is None:
            continue
        row = {
            "id": new_id(),
            "register_id": places[line.seat.section_id, line.sent.on],
            "student_id": line.seat.student_id,
            "date": line.sent.on,
            "version": line.now.version + 1 if line.now else 1,
        }
        rows.append((row, mark, line.now))
    _store_marks(db, [row | asdict(mark) | {"status": mark.status.value} for row, mark, _ in rows])
    now = clock.now()
    history = [
        row
        | {
            "id": new_id(),
            "period": WHOLE_DAY,
            "old": plain_mark(before.mark) if before else None,
            "new": plain_mark(mark),
            "reason": reason if before else None,
            "source": Source.IMPORT,
            "said_at": None,
            "changed_by": actor.user_id,
            "changed_at": now,
        }
        for row, mark, before in rows
        # As where a register is finished: that somebody new was simply there, the register says.
        if before or mark != _SIMPLY_THERE
    ]
    if history:
        db.execute(insert(AttendanceChange), history)


def _store_marks(db: Session, rows: Sequence[dict[str, Any]]) -> None:
    kinds = {
        "id": Uuid,
        "register_id": Uuid,
        "student_id": Uuid,
        "date": Date,
        "version": SmallInteger,
        "status": String,
        "late_minutes": SmallInteger,
        "left_at": Time,
        "remarks": String,
    }
    lines = (
        func.unnest(*(cast([row[name] for row in rows], ARRAY(kind)) for name, kind in kinds.items()))
        .table_valued(*kinds)
        .render_derived()
    )
    stored = insert(Attendance).from_select(
        [*kinds, "period"], select(*lines.c, literal(WHOLE_DAY, SmallInteger)), include_defaults=False
    )
    taken_over = ("register_id", "status", "late_minutes", "left_at", "remarks", "version")
    db.execute(
        stored.on_conflict_do_update(
            index_elements=["student_id", "date", "period"],
            set_={name: stored.excluded[name] for name in taken_over},
        )
    )


def _finish(
    db: Session,
    actor: Actor,
    campus_id: UUID,
    written: Sequence[Line],
    places: Places,
    reason: str | None,
) -> None:
    """The registers count now; those that did before are signed as corrected. One entry tells of all of them."""
    now = clock.now()
    keys = {places[key] for key in _keys(written)}
    db.execute(
        update(Register)
        .where(among(Register.id, keys))
        .values(
            version=Register.version + 1,
            corrected_by=case((Register.is_taken, actor.user_id), else_=Register.corrected_by),
            corrected_at=case((Register.is_taken, now), else_=Register.corrected_at),
            taken_by=case((Register.is_taken, Register.taken_by), else_=actor.user_id),
            taken_at=case((Register.is_taken, Register.taken_at), else_=now),
            is_taken=True,
        )
        .execution_options(synchronize_session=False)
    )
    days = [line.sent.on for line in written if line.sent.on]
    record(
        actor,
        "register.imported",
        "campus",
        campus_id,
        campus_id=campus_id,
        new={
            "registers": len(keys),
            "created": sum(line.fate is Fate.CREATED for line in written),
            "changed": sum(line.fate is Fate.CHANGED for line in written),
            "from": min(days),
            "to": max(days),
            "reason": reason,
        },
    )
