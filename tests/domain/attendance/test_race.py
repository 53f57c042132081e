"""Two teachers who finish the same register at the same moment."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

from flask import Flask
from sqlalchemy import func, select

from app.domain.attendance.models import Attendance, Register
from app.domain.attendance.reports.queries import count_wrong_months
from app.domain.attendance.services import save_register
from app.domain.attendance.types import AttendanceStatus, RegisterStale
from app.domain.audit.models import AuditEntry
from app.uow import session
from tests.domain.attendance.test_months import bits, register, say
from tests.domain.attendance.test_registers import SUNDAY
from tests.support.cast import CAST

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
