"""Check-in by code: once, for the own section, and never over what the teacher has said."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, update

from app.domain.academics.models import Section
from app.domain.attendance.checkin.models import CheckinWindow
from app.domain.attendance.checkin.queries import get_own_state, get_screen
from app.domain.attendance.checkin.services import (
    check_in,
    close_window,
    open_window,
    record_missing,
    strike_out,
)
from app.domain.attendance.checkin.types import (
    AlreadyRecorded,
    CodeWrong,
    NotAllowedHere,
    NoWindow,
    WindowRuns,
)
from app.domain.attendance.leave.services import answer_leave, ask_for_leave
from app.domain.attendance.leave.types import LeaveReason, Span
from app.domain.attendance.models import Attendance, AttendanceChange, Register
from app.domain.attendance.services import save_register
from app.domain.attendance.types import AttendanceStatus, RegisterClosed, Source
from app.domain.kernel import clock
from app.domain.kernel.errors import Forbidden, NotFound
from app.domain.limits.types import TooMany
from app.uow import session, transaction
from tests.support.cast import Cast

PRESENT, ABSENT, LATE, EXCUSED = AttendanceStatus
TODAY = date(2026, 11, 22)


@pytest.fixture
def window(cast: Cast) -> UUID:
    """Check-in is allowed in 7A, and open since just now."""
    allow(cast.section_7a)
    return open_window(cast.bashir.actor, cast.section_7a, minutes=5)


def allow(section_id: UUID, yes: bool = True) -> None:
    with transaction() as db:
        db.execute(update(Section).where(Section.id == section_id).values(has_check_in=yes))


def code(cast: Cast, window: UUID) -> str:
    return get_screen(cast.bashir.actor, window, clock.now()).code or ""


def marks(cast: Cast) -> dict[UUID, AttendanceStatus]:
    rows = session().execute(select(Attendance.student_id, Attendance.status).where(Attendance.date == TODAY))
    return dict(rows.all())


def test_a_pupil_types_the_code_and_is_present(cast: Cast, window: UUID) -> None:
    check_in(cast.rafi.actor, code(cast, window))
    check_in(cast.rafi.actor, code(cast, window))
    assert marks(cast) == {cast.rafi_student: PRESENT}
    change = session().scalars(select(AttendanceChange)).one()
    assert (change.source, change.changed_by) == (Source.CHECK_IN, cast.rafi.user_id)
    screen = get_screen(cast.bashir.actor, window, clock.now())
    assert (screen.inside, screen.pupils, [roll for roll, _ in screen.missing]) == (1, 2, [2])
    assert get_own_state(cast.rafi.actor, clock.now()).arrived_at == clock.now()
    assert not session().scalars(select(Register.is_taken)).one()


def test_the_code_of_before_is_good_for_ten_seconds(cast: Cast, window: UUID) -> None:
    shown = code(cast, window)
    opened = clock.now()
    with clock.stopped_at(opened + timedelta(seconds=30)), pytest.raises(CodeWrong):
        check_in(cast.rafi.actor, shown)
    with clock.stopped_at(opened + timedelta(seconds=29)):
        check_in(cast.rafi.actor, shown)
    assert marks(cast) == {cast.rafi_student: PRESENT}


def test_what_the_teacher_says_stays(cast: Cast, window: UUID) -> None:
    chosen = {cast.rafi_student: ABSENT, cast.tasnim_student: PRESENT}
    save_register(cast.bashir.actor, cast.section_7a, TODAY, version=0, chosen=chosen)
    with pytest.raises(AlreadyRecorded):
        check_in(cast.rafi.actor, code(cast, window))
    assert marks(cast) == chosen
    assert get_screen(cast.bashir.actor, window, clock.now()).arrivals == ()


def test_who_is_struck_out_is_absent_and_stays_out(cast: Cast, window: UUID) -> None:
    check_in(cast.rafi.actor, code(cast, window))
    [entry] = get_screen(cast.bashir.actor, window, clock.now()).arrivals
    with pytest.raises(NotFound):
        strike_out(cast.gias.actor, window, entry.id)
    strike_out(cast.bashir.actor, window, entry.id)
    strike_out(cast.bashir.actor, window, entry.id)
    assert marks(cast) == {cast.rafi_student: ABSENT}
    check_in(cast.rafi.actor, code(cast, window))
    assert marks(cast) == {cast.rafi_student: ABSENT}


def test_striking_out_takes_nothing_back_that_the_teacher_said_since(cast: Cast, window: UUID) -> None:
    check_in(cast.rafi.actor, code(cast, window))
    chosen = {cast.rafi_student: LATE, cast.tasnim_student: PRESENT}
    save_register(cast.bashir.actor, cast.section_7a, TODAY, version=1, chosen=chosen)
    [entry] = get_screen(cast.bashir.actor, window, clock.now()).arrivals
    strike_out(cast.bashir.actor, window, entry.id)
    assert marks(cast)[cast.rafi_student] is LATE


def test_the_rest_is_absent_once_the_window_is_closed(cast: Cast, window: UUID) -> None:
    check_in(cast.rafi.actor, code(cast, window))
    with pytest.raises(WindowRuns):
        record_missing(cast.bashir.actor, window)
    close_window(cast.bashir.actor, window)
    assert record_missing(cast.bashir.actor, window).absent == 1
    assert record_missing(cast.bashir.actor, window).absent == 0
    assert marks(cast) == {cast.rafi_student: PRESENT, cast.tasnim_student: ABSENT}
    assert session().scalars(select(Register.is_taken)).one()


def test_guesses_are_counted_and_right_codes_are_not(cast: Cast, window: UUID) -> None:
    right = code(cast, window)
    wrong = "00000" if right != "00000" else "11111"
    for _ in range(8):
        with pytest.raises(CodeWrong):
            check_in(cast.rafi.actor, wrong)
    with pytest.raises(TooMany):
        check_in(cast.rafi.actor, right)
    assert marks(cast) == {}


def test_no_other_section_and_no_other_time(cast: Cast, window: UUID) -> None:
    with transaction() as db:
        db.execute(update(CheckinWindow).values(section_id=cast.section_7b))
    with pytest.raises(NoWindow):
        check_in(cast.rafi.actor, "12345")
    allow(cast.section_7a, yes=False)
    with pytest.raises(NotAllowedHere):
        open_window(cast.bashir.actor, cast.section_7a, minutes=5)
    with pytest.raises(Forbidden):
        open_window(cast.bashir.actor, cast.section_7b, minutes=5)
    allow(cast.section_7a)
    with clock.stopped_at(datetime(2026, 11, 20, 3, tzinfo=UTC)), pytest.raises(RegisterClosed):
        open_window(cast.bashir.actor, cast.section_7a, minutes=5)


def test_who_is_on_leave_is_excused_and_not_absent(cast: Cast, window: UUID) -> None:
    [asked] = ask_for_leave(cast.dalia.actor, [cast.rafi_student], Span(TODAY, TODAY), LeaveReason.ILL)
    answer_leave(cast.bashir.actor, {asked.case_id: 1}, approve=True)
    ask_for_leave(cast.ehsan.actor, [cast.tasnim_student], Span(TODAY, TODAY), LeaveReason.ILL)
    close_window(cast.bashir.actor, window)
    assert record_missing(cast.bashir.actor, window).absent == 1
    assert marks(cast) == {cast.rafi_student: EXCUSED, cast.tasnim_student: ABSENT}
