"""Two teachers who finish the same register at the same moment."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from flask import Flask
from sqlalchemy import func, select

from app.domain.attendance.models import Attendance, Register
from app.domain.attendance.services import save_register
from app.domain.attendance.types import AttendanceStatus, RegisterStale
from app.domain.audit.models import AuditEntry
from app.uow import session
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
