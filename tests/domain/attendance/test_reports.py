"""The board, who is here, and reports over a span, as the calendar says now."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from uuid import UUID

import pytest

from app.domain.academics.models import CalendarEntry, Section
from app.domain.academics.timetable.services import add_bell, set_week
from app.domain.academics.timetable.types import BellDetails, LessonDetails, Slot
from app.domain.academics.types import DayKind, RegisterKind
from app.domain.attendance.reports.queries import (
    get_board,
    list_now,
    list_runs,
    report_by_month,
    report_by_pupil,
    report_by_section,
    report_by_subject,
)
from app.domain.attendance.reports.types import Asked, Sort, Where
from app.domain.attendance.types import AttendanceStatus
from app.domain.kernel import clock
from app.domain.kernel.access import SYSTEM
from app.domain.kernel.errors import NotFound
from app.domain.kernel.texts import LocalText
from app.uow import transaction
from tests.domain.attendance.test_months import SUNDAY, register, say
from tests.support.cast import Cast
from tests.support.queries import QueryCounter

PRESENT, ABSENT, LATE, EXCUSED = AttendanceStatus


def day(number: int, month: int = 11) -> date:
    return date(2026, month, number)


def take(on: date, marks: dict[UUID, AttendanceStatus], left: time | None = None) -> None:
    """The register of 7A on a day."""
    key = register(on)
    for child, status in marks.items():
        say(key, child, on, status, left=left if status in (PRESENT, LATE) else None)


def close(cast: Cast, on: date) -> None:
    """A holiday that was not one before."""
    with transaction() as db:
        db.add(
            CalendarEntry(
                campus_id=cast.campus, starts_on=on, ends_on=on, kind=DayKind.HOLIDAY, name=LocalText("Rain")
            )
        )


def keep_lessons(cast: Cast) -> None:
    """7A keeps its register in each of three lessons on Sunday, all of them maths with Bashir."""
    for number, hour in ((1, 8), (2, 9), (3, 10)):
        add_bell(SYSTEM, cast.campus, BellDetails(None, number, time(hour), time(hour, 45), LocalText()))
    lesson = LessonDetails(cast.maths, cast.bashir.staff_id)
    set_week(SYSTEM, cast.section_7a, {Slot(7, period): lesson for period in (1, 2, 3)})
    with transaction() as db:
        db.get_one(Section, cast.section_7a).register_kind = RegisterKind.PERIODS


def test_the_board_says_who_took_what_and_what_is_missing(cast: Cast) -> None:
    board = get_board(cast.amina.actor, cast.campus, SUNDAY)
    assert (board.taken, board.wanted) == (0, 2), "7B has no pupil"
    assert [line.is_missing for line in board.lines] == [True, True, False]
    key = register(SUNDAY)
    say(key, cast.rafi_student, SUNDAY, ABSENT)
    after = get_board(cast.amina.actor, cast.campus, SUNDAY)
    assert after.mark != board.mark
    assert after.mark == get_board(cast.amina.actor, cast.campus, SUNDAY).mark
    line = after.lines[1]
    assert line.taken and line.taken.counts.absent == 1 and not line.is_missing
    with pytest.raises(NotFound):
        get_board(cast.amina.actor, cast.other_campus, SUNDAY)


def test_a_register_of_a_lesson_is_a_register(cast: Cast) -> None:
    register(SUNDAY, period=2)
    board = get_board(cast.amina.actor, cast.campus, SUNDAY)
    assert board.periods == (2,) and board.taken == 1


def test_who_is_here_follows_the_latest_register(cast: Cast, queries: QueryCounter) -> None:
    take(SUNDAY, {cast.rafi_student: PRESENT, cast.tasnim_student: LATE})
    later = register(SUNDAY, period=3)
    say(later, cast.rafi_student, SUNDAY, ABSENT, period=3)
    with queries.at_most(2):
        sections = list_now(cast.amina.actor, cast.campus, SUNDAY)
    found = {each.student_id: each.where for section in sections for each in section.pupils}
    assert found == {
        cast.rumi_student: Where.UNKNOWN,
        cast.rafi_student: Where.AWAY,
        cast.tasnim_student: Where.HERE,
    }


def test_whoever_leaves_early_is_here_until_then(cast: Cast) -> None:
    take(SUNDAY, {cast.rafi_student: PRESENT}, left=time(12, 30))
    for hour, where in ((6, Where.HERE), (7, Where.GONE)):
        with clock.stopped_at(datetime(2026, 11, 22, hour, tzinfo=UTC)):
            rows = [each for part in list_now(cast.amina.actor, cast.campus, SUNDAY) for each in part.pupils]
        assert next(each.where for each in rows if each.student_id == cast.rafi_student) is where


def test_a_report_counts_the_school_days_of_any_span(cast: Cast, queries: QueryCounter) -> None:
    take(day(29, 10), {cast.rafi_student: ABSENT, cast.tasnim_student: PRESENT})
    take(day(1), {cast.rafi_student: ABSENT, cast.tasnim_student: LATE})
    take(day(2), {cast.rafi_student: PRESENT, cast.tasnim_student: EXCUSED})
    asked = Asked((cast.campus,), day(29, 10), day(30))
    with queries.at_most(4):
        rows, number = report_by_pupil(cast.amina.actor, asked, size=10)
    assert number == 2
    assert [(row.names[0], row.tally.share.attended, row.tally.share.taken) for row in rows] == [
        ("Rafi Hasan", 1, 3),
        ("Tasnim Kabir", 2, 3),
    ]
    assert rows[0].class_name.en == "Class Seven" and rows[0].roll_number == 1
    halves = report_by_month(cast.amina.actor, asked)
    assert [(each.key, each.pupils, each.tally.share.taken) for each in halves] == [
        (day(1, 10), 2, 2),
        (day(1), 2, 4),
    ]
    part = Asked((cast.campus,), day(2), day(2), sort=Sort.ABSENT)
    assert [row.tally.counts.recorded for row in report_by_pupil(cast.amina.actor, part)[0]] == [1, 1]
    below = Asked((cast.campus,), day(1, 10), day(30), below=50)
    assert [row.student_id for row in report_by_pupil(cast.amina.actor, below)[0]] == [cast.rafi_student]


def test_a_holiday_of_yesterday_is_out_of_every_number(cast: Cast) -> None:
    take(day(1), {cast.rafi_student: ABSENT})
    take(day(2), {cast.rafi_student: ABSENT})
    asked = Asked((cast.campus,), day(1), day(30))
    assert report_by_section(cast.amina.actor, asked)[0].tally.counts.absent == 2
    close(cast, day(2))
    assert report_by_section(cast.amina.actor, asked)[0].tally.counts.absent == 1
    runs = list_runs(cast.amina.actor, cast.campus, SUNDAY, least=1)
    assert [run.days for run in runs] == [(day(1),)]


def test_a_run_crosses_rest_days_and_months_and_ends_with_a_day_at_school(cast: Cast) -> None:
    both = (cast.rafi_student, cast.tasnim_student)
    take(day(28, 10), dict.fromkeys(both, ABSENT))
    take(day(29, 10), {cast.rafi_student: ABSENT, cast.tasnim_student: PRESENT})
    take(day(1), {cast.rafi_student: EXCUSED, cast.tasnim_student: ABSENT})
    take(day(2), dict.fromkeys(both, ABSENT))
    runs = list_runs(cast.amina.actor, cast.campus, SUNDAY, least=2)
    assert [(run.student_id, run.days) for run in runs] == [
        (cast.rafi_student, (day(28, 10), day(29, 10), day(2))),
        (cast.tasnim_student, (day(1), day(2))),
    ]
    take(day(3), {cast.rafi_student: LATE, cast.tasnim_student: ABSENT})
    assert [run.student_id for run in list_runs(cast.amina.actor, cast.campus, SUNDAY, least=2)] == [
        cast.tasnim_student
    ]


def test_a_subject_counts_the_lessons_taken_on_what_is_a_school_day_now(
    cast: Cast, queries: QueryCounter
) -> None:
    keep_lessons(cast)
    for on, period, rafi in (
        (day(15), 1, ABSENT),
        (day(15), 3, LATE),
        (SUNDAY, 2, EXCUSED),
        (SUNDAY, 7, ABSENT),
    ):
        key = register(on, period=period)
        say(key, cast.rafi_student, on, rafi, period=period)
        say(key, cast.tasnim_student, on, PRESENT, period=period)
    register(SUNDAY, period=3, is_taken=False)
    take(day(16), {cast.rafi_student: ABSENT})
    asked = Asked((cast.campus,), day(1), day(30))
    with queries.at_most(4):
        [found] = report_by_subject(cast.amina.actor, asked)
    assert (found.section_id, found.subject_id) == (cast.section_7a, cast.maths)
    assert (found.lessons, found.pupils) == (3, 2), "nothing stands in the seventh, and Monday has no lesson"
    counts = found.tally.counts
    assert (counts.present, counts.absent, counts.late, counts.excused) == (3, 1, 1, 1)
    close(cast, day(15))
    [found] = report_by_subject(cast.amina.actor, asked)
    assert (found.lessons, found.tally.share.attended, found.tally.share.taken) == (1, 1, 2)
    assert (
        report_by_subject(cast.amina.actor, Asked((cast.campus,), day(1), day(30), (cast.section_6a,))) == []
    )
