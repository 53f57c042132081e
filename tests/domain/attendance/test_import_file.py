"""Registers of the past: what the dry run says is what happens, and a second run changes nothing."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest
from sqlalchemy import select

from app.domain.attendance.importing.rules import import_mark, read_table
from app.domain.attendance.importing.services import import_file, look_at_file
from app.domain.attendance.importing.types import ChangeNeedsReason, Fate, ImportMoved, Sent
from app.domain.attendance.models import Attendance, AttendanceChange, Register
from app.domain.attendance.services import save_register
from app.domain.attendance.sheets.queries import get_month_state
from app.domain.attendance.sheets.services import lock_month, unlock_month
from app.domain.attendance.sheets.types import MonthNotOver
from app.domain.attendance.types import AttendanceStatus, MonthLocked, Source
from app.domain.audit.models import AuditEntry
from app.domain.kernel import clock
from app.domain.kernel.errors import Forbidden, NotFound
from app.uow import session
from tests.domain.attendance.test_months import register
from tests.support.cast import Cast
from tests.support.queries import QueryCounter

PRESENT, ABSENT, LATE, EXCUSED = AttendanceStatus
DAY = date(2026, 10, 18)


def file(*rows: str) -> list[Sent]:
    head = "date,section,roll,status,minutes,remark"
    return read_table(enumerate([row.split(",") for row in (head, *rows)], start=1))


FILE = (
    "2026-10-18,7-A,1,late,10,rain",
    "2026-10-18,7-A,2,absent",
    "2026-10-19,7-A,1,P",
    "2026-10-19,7-A,9,P",
)


def stored() -> dict[tuple[date, UUID], AttendanceStatus]:
    rows = session().execute(select(Attendance.date, Attendance.student_id, Attendance.status))
    return {(day, student): status for day, student, status in rows}


def test_a_file_is_looked_at_stored_once_and_told(cast: Cast) -> None:
    look = look_at_file(cast.amina.actor, cast.campus, file(*FILE), may_change=False)
    assert [line.fate for line in look.lines] == [Fate.CREATED] * 3 + [Fate.REFUSED]
    assert not stored()
    done = import_file(cast.amina.actor, cast.campus, file(*FILE), seen=import_mark(look.lines))
    assert done.writes == 3
    assert stored() == {
        (DAY, cast.rafi_student): LATE,
        (DAY, cast.tasnim_student): ABSENT,
        (date(2026, 10, 19), cast.rafi_student): PRESENT,
    }
    registers = session().scalars(select(Register)).all()
    assert len(registers) == 2
    assert all(each.is_taken and each.taken_by == cast.amina.user_id for each in registers)
    changes = session().scalars(select(AttendanceChange)).all()
    assert {each.source for each in changes} == {Source.IMPORT}
    again = import_file(cast.amina.actor, cast.campus, file(*FILE), change_reason="paper")
    assert again.writes == 0
    entries = session().scalars(select(AuditEntry).where(AuditEntry.action == "register.imported")).all()
    assert [(entry.new_data or {})["created"] for entry in entries] == [3]


def test_what_is_stored_is_changed_for_a_reason_only(cast: Cast) -> None:
    with clock.stopped_at(clock.now().replace(month=10, day=18)):
        chosen = {cast.rafi_student: PRESENT, cast.tasnim_student: ABSENT}
        save_register(cast.bashir.actor, cast.section_7a, DAY, version=0, chosen=chosen)
    kept = import_file(cast.amina.actor, cast.campus, file(*FILE))
    assert [line.fate for line in kept.lines[:2]] == [Fate.KEPT, Fate.SAME]
    with pytest.raises(ChangeNeedsReason):
        import_file(cast.amina.actor, cast.campus, file(*FILE), change_reason=" ")
    changed = import_file(cast.amina.actor, cast.campus, file(*FILE), change_reason="paper register")
    assert changed.count(Fate.CHANGED) == 1
    assert stored()[DAY, cast.rafi_student] is LATE
    told = session().scalars(select(AttendanceChange).where(AttendanceChange.reason.is_not(None))).one()
    assert (told.old, told.new["minutes"], told.version) == ({"status": "present"}, 10, 2)


def test_nothing_happens_that_was_not_looked_at(cast: Cast) -> None:
    look = look_at_file(cast.amina.actor, cast.campus, file(*FILE), may_change=False)
    import_file(cast.amina.actor, cast.campus, file(FILE[0]))
    with pytest.raises(ImportMoved):
        import_file(cast.amina.actor, cast.campus, file(*FILE), seen=import_mark(look.lines))
    assert len(stored()) == 1


def test_neither_a_day_of_lessons_nor_today_is_taken_from_a_file(cast: Cast) -> None:
    register(DAY, period=1)
    today = register(clock.today(), is_taken=False)
    done = import_file(cast.amina.actor, cast.campus, file(*FILE[1:3], "2026-11-22,7-A,1,P"))
    assert [line.fate for line in done.lines] == [Fate.REFUSED, Fate.CREATED, Fate.REFUSED]
    assert not session().get_one(Register, today).is_taken


def test_only_the_office_imports_and_locks(cast: Cast) -> None:
    for actor, error in ((cast.bashir.actor, Forbidden), (cast.gias.actor, NotFound)):
        with pytest.raises(error):
            look_at_file(actor, cast.campus, file(*FILE), may_change=False)
        with pytest.raises(error):
            lock_month(actor, cast.campus, DAY, reason="done")


def test_a_locked_month_keeps_its_registers(cast: Cast) -> None:
    with pytest.raises(MonthNotOver):
        lock_month(cast.amina.actor, cast.campus, date(2026, 11, 1), reason="done")
    lock_month(cast.amina.actor, cast.campus, DAY, reason="sent to the board")
    lock_month(cast.amina.actor, cast.campus, DAY, reason="twice")
    look = look_at_file(cast.amina.actor, cast.campus, file(*FILE), may_change=False)
    assert look.writes == 0
    chosen = {cast.rafi_student: PRESENT, cast.tasnim_student: PRESENT}
    with pytest.raises(MonthLocked):
        save_register(cast.bashir.actor, cast.section_7a, DAY, version=0, chosen=chosen)
    state = get_month_state(cast.campus, DAY, clock.today())
    assert state.locked and state.locked.names[0] == "Amina Rahman"
    unlock_month(cast.amina.actor, cast.campus, DAY, reason="a mistake")
    acts = select(AuditEntry.action).where(AuditEntry.action.like("register.month_%")).order_by(AuditEntry.id)
    assert session().scalars(acts).all() == ["register.month_locked", "register.month_unlocked"]
    assert import_file(cast.amina.actor, cast.campus, file(*FILE)).writes == 3


def test_a_month_tells_which_registers_are_missing(cast: Cast) -> None:
    import_file(cast.amina.actor, cast.campus, file(*FILE))
    state = get_month_state(cast.campus, DAY, clock.today())
    seven = next(each for each in state.sections if each.id == cast.section_7a)
    assert seven.taken == 2
    assert DAY not in seven.missing and date(2026, 10, 20) in seven.missing
    assert date(2026, 10, 23) not in seven.missing  # a Friday


def test_a_thousand_lines_need_no_more_statements_than_four(cast: Cast, queries: QueryCounter) -> None:
    days = [
        f"2026-{month:02}-{day:02},7-A,{roll},P"
        for month in range(2, 10)
        for day in range(1, 29)
        for roll in (1, 2)
    ]
    with queries.counted() as few:
        import_file(cast.amina.actor, cast.campus, file(*FILE))
    with queries.counted() as many:
        done = import_file(cast.amina.actor, cast.campus, file(*days))
    assert done.writes > 300
    assert len(many) <= len(few)
