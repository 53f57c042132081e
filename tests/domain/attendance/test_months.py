"""The database keeps each child's months: whatever is stored, in whatever order, they equal a recount."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from random import Random
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import Connection, delete, select, text, update

from app.db import new_id
from app.domain.attendance.models import Attendance, Register
from app.domain.attendance.reports.models import AttendanceMonth
from app.domain.attendance.reports.queries import count_wrong_months
from app.domain.attendance.reports.services import mend_months
from app.domain.attendance.rules import day_state, left_early
from app.domain.attendance.types import AttendanceStatus, Mark
from app.domain.kernel import clock
from app.scope import Scope
from app.uow import session, transaction
from tests.support.cast import CAST, Cast

PRESENT, ABSENT, LATE, EXCUSED = AttendanceStatus
SUNDAY = date(2026, 11, 22)
CHILDREN = (CAST.rafi_student, CAST.tasnim_student, CAST.rumi_student)
SECTIONS = (CAST.section_7a, CAST.section_6a)


def register(on: date, section: UUID = CAST.section_7a, period: int = 0, *, is_taken: bool = True) -> UUID:
    """A register without lines."""
    key = new_id()
    with transaction() as db:
        db.add(
            Register(
                id=key,
                campus_id=CAST.campus,
                section_id=section,
                date=on,
                period=period,
                is_taken=is_taken,
                taken_by=CAST.bashir.user_id,
                taken_at=clock.now(),
            )
        )
    return key


def say(
    key: UUID, child: UUID, on: date, status: AttendanceStatus, period: int = 0, left: time | None = None
) -> None:
    """One line."""
    with transaction() as db:
        db.add(
            Attendance(register_id=key, student_id=child, date=on, period=period, status=status, left_at=left)
        )


def bits(child: UUID = CAST.rafi_student) -> dict[str, list[int]]:
    """The days of a child's month, by state."""
    session().expire_all()
    row = session().scalars(select(AttendanceMonth).where(AttendanceMonth.student_id == child)).one_or_none()
    if row is None:
        return {}
    found = {
        name: [day for day in range(1, 32) if getattr(row, name) >> (day - 1) & 1]
        for name in ("present", "absent", "late", "excused", "left_early")
    }
    return {name: days for name, days in found.items() if days}


def test_a_day_stands_in_its_month_once_its_register_is_taken(cast: Cast) -> None:
    key = register(SUNDAY, is_taken=False)
    say(key, cast.rafi_student, SUNDAY, ABSENT)
    assert bits() == {}, "nobody has finished it"
    with transaction() as db:
        db.execute(update(Register).where(Register.id == key).values(is_taken=True))
    assert bits() == {"absent": [22]}
    with transaction() as db:
        db.execute(update(Attendance).values(status=PRESENT, left_at=time(12, 30)))
    assert bits() == {"present": [22], "left_early": [22]}
    with transaction() as db:
        db.execute(delete(Register).where(Register.id == key))
    assert bits() == {}


def test_a_child_who_changes_the_section_takes_the_day_along(cast: Cast) -> None:
    first, second = register(SUNDAY), register(SUNDAY, cast.section_6a)
    say(first, cast.rafi_student, SUNDAY, ABSENT)
    with transaction() as db:
        db.execute(update(Attendance).values(register_id=second))
    row = session().scalars(select(AttendanceMonth)).one()
    assert (row.section_id, row.absent) == (cast.section_6a, 1 << 21)
    assert count_wrong_months() == 0


@pytest.mark.parametrize("seed", range(6))
def test_the_months_equal_a_recount_whatever_happens(cast: Cast, seed: int) -> None:
    rng = Random(seed)  # noqa: S311  # a story that can be told again, not a secret
    days = [SUNDAY + timedelta(rng.randrange(-40, 12)) for _ in range(6)]
    for _ in range(70):
        _one_act(rng, days)
    assert count_wrong_months() == 0


def _one_act(rng: Random, days: list[date]) -> None:
    on, period, section = rng.choice(days), rng.choice((0, 0, 1, 2, 3)), rng.choice(SECTIONS)
    status, child = rng.choice(list(AttendanceStatus)), rng.choice(CHILDREN)
    left = time(12) if status in (PRESENT, LATE) and rng.random() < 0.3 else None
    of_day = (Register.section_id == section, Register.date == on, Register.period == period)
    of_child = (Attendance.student_id == child, Attendance.date == on, Attendance.period == period)
    with transaction() as db:
        key = db.scalar(select(Register.id).where(*of_day))
        match rng.randrange(6):
            case 0 if key:
                db.execute(delete(Register).where(Register.id == key))
            case 1 if key:
                db.execute(update(Register).where(Register.id == key).values(is_taken=rng.random() < 0.7))
            case 2:
                db.execute(delete(Attendance).where(*of_child))
            case _:
                key = key or register(on, section, period, is_taken=rng.random() < 0.7)
                if db.scalar(select(Attendance.id).where(*of_child)):
                    db.execute(
                        update(Attendance)
                        .where(*of_child)
                        .values(status=status, left_at=left, register_id=key)
                    )
                else:
                    say(key, child, on, status, period, left)


@pytest.mark.parametrize("seed", range(4))
def test_the_database_sees_a_day_of_lessons_as_the_rule_does(cast: Cast, seed: int) -> None:
    rng = Random(seed)  # noqa: S311  # a story that can be told again, not a secret
    expected: dict[str, list[int]] = {}
    for number in range(1, 25):
        on, marks = date(2026, 11, number), {}
        for period in rng.sample((0, 1, 2, 3, 4), rng.randrange(5)):
            status = rng.choice(list(AttendanceStatus))
            left = time(12) if status in (PRESENT, LATE) and rng.random() < 0.3 else None
            marks[period] = Mark(status, left_at=left)
            say(register(on, period=period), cast.rafi_student, on, status, period, left)
        whole = day_state(marks)
        if whole:
            expected.setdefault(whole.status.value, []).append(number)
        if left_early(marks):
            expected.setdefault("left_early", []).append(number)
    assert bits() == expected


def test_months_that_differ_are_told_and_mended(cast: Cast, app: Flask) -> None:
    say(register(SUNDAY), cast.rafi_student, SUNDAY, LATE)
    with transaction() as db:
        db.execute(update(AttendanceMonth).values(late=0, absent=7))
    assert count_wrong_months() == 2, "what is kept, and what is counted"
    told = app.test_cli_runner().invoke(args=["attendance", "check"])
    assert told.exit_code == 1 and "--mend" in told.output
    mend_months()
    assert count_wrong_months() == 0 and bits() == {"late": [22]}


def test_the_trigger_counts_also_for_somebody_whom_the_walls_hold(cast: Cast, connection: Connection) -> None:
    key = register(SUNDAY)
    connection.exec_driver_sql(Scope("member", cast.bashir.user_id, cast.bashir.person_id).statement)
    line = (str(new_id()), str(key), str(cast.rafi_student), SUNDAY)
    connection.exec_driver_sql(
        "INSERT INTO attendance (id, register_id, student_id, date, period, status)"
        " VALUES (%s, %s, %s, %s, 0, 'late')",
        line,
    )
    assert connection.scalar(text("SELECT late FROM attendance_months")) == 1 << 21
    assert connection.scalar(text("SELECT count(*) FROM attendance_months_counted")) == 1


def test_taken_at_is_not_asked(cast: Cast, connection: Connection) -> None:
    """A register that changes otherwise counts nothing anew."""
    key = register(SUNDAY)
    say(key, cast.rafi_student, SUNDAY, LATE)
    before = connection.scalar(text("SELECT xmin::text FROM attendance_months"))
    with transaction() as db:
        db.execute(update(Register).where(Register.id == key).values(corrected_at=datetime(2026, 11, 22, 9)))
    assert connection.scalar(text("SELECT xmin::text FROM attendance_months")) == before
