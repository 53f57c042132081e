"""Two teachers who finish the same register at the same moment."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import OperationalError

from app.domain.attendance.importing.rules import read_table
from app.domain.attendance.importing.services import import_file
from app.domain.attendance.leave.services import answer_leave, ask_for_leave
from app.domain.attendance.leave.types import LeaveReason, LeaveThere, Span
from app.domain.attendance.models import Attendance, Register
from app.domain.attendance.reports.queries import count_wrong_months
from app.domain.attendance.services import save_register
from app.domain.attendance.sheets.services import lock_month
from app.domain.attendance.types import AttendanceStatus, RegisterStale
from app.domain.audit.models import AuditEntry
from app.uow import session, transaction
from tests.domain.attendance.test_months import bits, register, say
from tests.domain.attendance.test_registers import SUNDAY
from tests.support.cast import CAST
from tests.support.locks import until_somebody_waits

PRESENT, ABSENT, LATE, EXCUSED = AttendanceStatus


def _race(app: Flask, choices: list[AttendanceStatus]) -> list[str]:
    """Everybody takes the register of 7A at once, each with another status for Rafi."""
    together = Barrier(len(choices))

    def one(status: AttendanceStatus) -> str:
        with app.app_context():
            together.wait()
            try:
                saved = save_register(
                    CAST.amina.actor, CAST.section_7a, SUNDAY, version=0, chosen={CAST.rafi_student: status}
                )
            except RegisterStale:
                return "stale"
            return "taken" if saved.is_new else "same"

    with ThreadPoolExecutor(len(choices)) as pool:
        return sorted(pool.map(one, choices))


def test_one_takes_the_register_and_the_other_is_told(real_app: Flask) -> None:
    assert _race(real_app, [ABSENT, LATE, EXCUSED, PRESENT]) == ["stale", "stale", "stale", "taken"]
    with real_app.app_context():
        assert session().scalar(select(func.count()).select_from(Register)) == 1
        assert session().scalar(select(func.count()).select_from(Attendance)) == 1


def test_a_double_press_at_the_same_moment_does_it_once(real_app: Flask) -> None:
    assert _race(real_app, [ABSENT, ABSENT, ABSENT]) == ["same", "same", "taken"]
    with real_app.app_context():
        acts = select(func.count()).where(AuditEntry.action.like("register.%"))
        assert session().scalar(acts) == 1


def test_two_lessons_told_at_one_moment_make_one_day(real_app: Flask) -> None:
    """The first lesson says late, the second present: whoever is stored last has seen the other."""
    days = [date(2026, 11, number) for number in (1, 2, 3, 4, 8, 9, 10, 11)]
    with real_app.app_context():
        keys = {(on, period): register(on, period=period) for on in days for period in (1, 2)}
    together = Barrier(2)

    def tell(period: int) -> None:
        with real_app.app_context():
            for on in days:
                together.wait()
                status = LATE if period == 1 else PRESENT
                say(keys[on, period], CAST.rafi_student, on, status, period)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(tell, (1, 2)))
    with real_app.app_context():
        assert count_wrong_months() == 0
        assert bits() == {"late": [on.day for on in days]}


def test_the_lock_of_a_month_waits_for_saves_on_their_way(real_app: Flask) -> None:
    """And a save for a lock that is on its way."""
    day = date(2026, 10, 18)
    rows = [["date", "section", "roll", "status"], ["2026-10-19", "7-A", "1", "P"]]

    def save() -> None:
        save_register(CAST.amina.actor, CAST.section_7a, day, version=0, chosen={CAST.rafi_student: LATE})

    def load() -> None:
        import_file(CAST.amina.actor, CAST.campus, read_table(enumerate(rows, start=1)))

    def lock() -> None:
        lock_month(CAST.amina.actor, CAST.campus, day, reason="sent")

    def hurried(act: Callable[[], None]) -> None:
        with real_app.app_context(), transaction() as db:
            db.execute(text("SET LOCAL lock_timeout = 50"))
            act()

    for first, second in ((save, lock), (load, lock), (lock, save), (lock, load)):
        # Nothing of this is stored: each pair begins anew.
        with real_app.app_context(), transaction() as db, db.begin_nested() as act:
            first()
            with pytest.raises(OperationalError, match="lock timeout"):
                hurried(second)
            act.rollback()


def test_a_family_adds_to_a_request_while_the_teacher_answers(real_app: Flask) -> None:
    def ask(last: date) -> UUID:
        with real_app.app_context():
            span = Span(SUNDAY, last)
            return ask_for_leave(CAST.dalia.actor, [CAST.rafi_student], span, LeaveReason.ILL)[0].case_id

    case_id = ask(SUNDAY)
    with ThreadPoolExecutor(1) as pool, real_app.app_context():
        with transaction() as db:
            answer_leave(CAST.bashir.actor, {case_id: 1}, approve=True)
            waiting = pool.submit(ask, SUNDAY + timedelta(1))
            until_somebody_waits(db)
        with pytest.raises(LeaveThere):
            waiting.result()


def test_an_answer_for_two_days_and_a_register_that_is_finished_meanwhile(real_app: Flask) -> None:
    """The register is held by its teacher; the answer must not hold the child yet."""
    before = SUNDAY - timedelta(3)
    with real_app.app_context():
        [asked] = ask_for_leave(CAST.dalia.actor, [CAST.rafi_student], Span(before, SUNDAY), LeaveReason.ILL)
        for on in (before, SUNDAY):
            say(register(on), CAST.rafi_student, on, ABSENT)

    def answer() -> int:
        with real_app.app_context():
            return answer_leave(CAST.bashir.actor, {asked.case_id: 1}, approve=True).excused

    with ThreadPoolExecutor(1) as pool, real_app.app_context():
        with transaction() as db:
            db.execute(select(Register).where(Register.date == SUNDAY).with_for_update())
            waiting = pool.submit(answer)
            until_somebody_waits(db)
            db.execute(text("SET LOCAL lock_timeout = 50"))
            db.execute(update(Attendance).where(Attendance.date == SUNDAY).values(status=LATE))
        assert waiting.result() == 1
