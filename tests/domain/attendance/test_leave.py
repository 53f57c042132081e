"""Families ask, the class teacher answers, and a register follows."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, update

from app.domain.attendance.leave import registers
from app.domain.attendance.leave.families import get_child_month, get_family_case, list_children
from app.domain.attendance.leave.models import Leave
from app.domain.attendance.leave.queries import (
    get_answerable,
    leave_on,
    list_waiting,
)
from app.domain.attendance.leave.services import (
    answer_leave,
    ask_for_leave,
    shorten_leave,
    undo_answers,
    withdraw_leave,
)
from app.domain.attendance.leave.types import (
    LeaveBegun,
    LeaveDay,
    LeaveReason,
    LeaveState,
    LeaveThere,
    NobodyChosen,
    NoSchoolThen,
    Span,
    TooLateToUndo,
    WordNeeded,
)
from app.domain.attendance.models import Attendance
from app.domain.attendance.queries import list_days_of
from app.domain.attendance.services import save_register
from app.domain.attendance.types import AttendanceStatus
from app.domain.files.models import StoredFile
from app.domain.kernel import clock
from app.domain.kernel.errors import Forbidden, NotFound
from app.domain.people.models import Student
from app.uow import session, transaction
from tests.domain.attendance.test_months import register, say
from tests.support.cast import Cast, Member
from tests.support.queries import QueryCounter
from tests.support.uploads import pdf

SUNDAY = date(2026, 11, 22)
PRESENT, ABSENT, LATE, EXCUSED = AttendanceStatus
ILL = LeaveReason.ILL


def asked(
    cast: Cast, first: date, last: date | None = None, reason: LeaveReason = ILL, words: str = ""
) -> UUID:
    [one] = ask_for_leave(cast.dalia.actor, [cast.rafi_student], Span(first, last or first), reason, words)
    return one.case_id


def approve(actor: Member, case_id: UUID, word: str = "") -> None:
    done = answer_leave(actor.actor, {case_id: case_of(case_id).version}, approve=True, word=word)
    assert done.done == (case_id,)


def case_of(case_id: UUID) -> Leave:
    row = session().get(Leave, case_id, populate_existing=True)
    assert row
    return row


def mark(cast: Cast, day: date, status: AttendanceStatus) -> None:
    save_register(cast.bashir.actor, cast.section_7a, day, version=0, chosen={cast.rafi_student: status})


def status_on(cast: Cast, day: date) -> AttendanceStatus:
    return list_days_of([cast.rafi_student], day, day)[cast.rafi_student][day].status


def test_one_request_for_two_children_is_two_cases_each_teacher_sees_their_own(cast: Cast) -> None:
    both = [cast.rafi_student, cast.rumi_student]
    ask_for_leave(cast.dalia.actor, both, Span(SUNDAY, SUNDAY + timedelta(1)), LeaveReason.FAMILY, "wedding")
    assert [case.student_id for case in list_waiting(cast.bashir.actor)] == [cast.rafi_student]
    assert len(list_waiting(cast.amina.actor)) == 2
    assert list_waiting(cast.gias.actor) == []
    assert leave_on(both, SUNDAY) == dict.fromkeys(both, LeaveDay(False, LeaveReason.FAMILY))
    assert leave_on(both, SUNDAY + timedelta(2)) == {}


def test_who_may_ask_answer_and_look(cast: Cast) -> None:
    case_id = asked(cast, SUNDAY)
    for child in (cast.tasnim_student, cast.sadia_student):
        with pytest.raises(NotFound):
            ask_for_leave(cast.dalia.actor, [child], Span(SUNDAY, SUNDAY), ILL)
    with pytest.raises(NobodyChosen):
        ask_for_leave(cast.dalia.actor, [], Span(SUNDAY, SUNDAY), ILL)
    for stranger in (cast.rafi, cast.bashir):
        with pytest.raises(Forbidden):
            ask_for_leave(stranger.actor, [cast.rafi_student], Span(SUNDAY, SUNDAY), ILL)
    assert get_family_case(cast.rafi.actor, case_id).state is LeaveState.ASKED
    with pytest.raises(NotFound):
        get_family_case(cast.ehsan.actor, case_id)
    with pytest.raises(NotFound):
        answer_leave(cast.gias.actor, {case_id: 1}, approve=True)
    with pytest.raises(NotFound):
        get_answerable(cast.gias.actor, case_id)
    with pytest.raises(Forbidden):
        answer_leave(cast.dalia.actor, {case_id: 1}, approve=True)


def test_days_join_over_a_weekend_and_what_is_approved_stands(cast: Cast) -> None:
    thursday = date(2026, 11, 26)
    first = asked(cast, thursday, words="fever")
    assert asked(cast, date(2026, 11, 29), words="still fever") == first
    row = case_of(first)
    assert (row.first_on, row.last_on, row.words) == (thursday, date(2026, 11, 29), "fever\nstill fever")
    approve(cast.bashir, first)
    with pytest.raises(LeaveThere) as caught:
        asked(cast, date(2026, 11, 29), date(2026, 12, 1))
    assert caught.value.case_id == first
    with pytest.raises(NoSchoolThen):
        asked(cast, date(2026, 12, 4), date(2026, 12, 5))


def test_the_family_takes_back_what_has_not_begun(cast: Cast) -> None:
    case_id = asked(cast, SUNDAY + timedelta(1), SUNDAY + timedelta(3))
    shorten_leave(cast.dalia.actor, case_id, SUNDAY + timedelta(2))
    assert leave_on([cast.rafi_student], SUNDAY + timedelta(3)) == {}
    withdraw_leave(cast.dalia.actor, case_id)
    withdraw_leave(cast.dalia.actor, case_id)
    assert case_of(case_id).state is LeaveState.WITHDRAWN
    begun = asked(cast, SUNDAY - timedelta(3), SUNDAY)
    with pytest.raises(LeaveBegun):
        withdraw_leave(cast.dalia.actor, begun)
    answered = asked(cast, SUNDAY + timedelta(2))
    approve(cast.bashir, answered)
    with pytest.raises(LeaveBegun):
        shorten_leave(cast.dalia.actor, answered, SUNDAY)


def test_a_run_of_absent_days_is_explained_once_and_becomes_excused(cast: Cast) -> None:
    thursday = date(2026, 11, 19)
    for day in (thursday - timedelta(2), thursday, SUNDAY):
        mark(cast, day, ABSENT)
    mark(cast, thursday - timedelta(1), PRESENT)
    card = next(each for each in list_children(cast.dalia.actor, SUNDAY) if each.week[0].mark)
    assert card.open_runs == (
        (Span(thursday - timedelta(2), thursday - timedelta(2)), 1),
        (Span(thursday, SUNDAY), 2),
    )
    case_id = asked(cast, thursday, SUNDAY)
    card = next(each for each in list_children(cast.dalia.actor, SUNDAY) if each.week[0].mark)
    assert len(card.open_runs) == 1
    approve(cast.bashir, case_id, "get well")
    assert (status_on(cast, thursday), status_on(cast, SUNDAY)) == (EXCUSED, EXCUSED)
    assert case_of(case_id).excused_days == [thursday, SUNDAY]
    assert status_on(cast, thursday - timedelta(2)) is ABSENT
    assert undo_answers(cast.bashir.actor, [case_id]) == 1
    assert (status_on(cast, thursday), case_of(case_id).state) == (ABSENT, LeaveState.ASKED)


def test_declining_needs_a_word_and_changes_no_register(cast: Cast) -> None:
    mark(cast, SUNDAY, ABSENT)
    case_id = asked(cast, SUNDAY)
    with pytest.raises(WordNeeded):
        answer_leave(cast.bashir.actor, {case_id: 1}, approve=False)
    answer_leave(cast.bashir.actor, {case_id: 1}, approve=False, word="Send the doctor's note.")
    assert status_on(cast, SUNDAY) is ABSENT
    assert leave_on([cast.rafi_student], SUNDAY) == {}
    again = asked(cast, SUNDAY, words="here it is")
    assert again != case_id


def test_an_answer_counts_for_what_was_seen_and_is_undone_for_a_quarter_of_an_hour(cast: Cast) -> None:
    case_id = asked(cast, SUNDAY + timedelta(1))
    asked(cast, SUNDAY + timedelta(2))
    assert answer_leave(cast.bashir.actor, {case_id: 1}, approve=True).passed_over == 1
    approve(cast.bashir, case_id)
    with pytest.raises(TooLateToUndo):
        undo_answers(cast.amina.actor, [case_id])
    with clock.stopped_at(clock.now() + timedelta(minutes=16)), pytest.raises(TooLateToUndo):
        undo_answers(cast.bashir.actor, [case_id])


def test_the_month_shows_leave_and_how_the_percentage_comes(cast: Cast, queries: QueryCounter) -> None:
    mark(cast, SUNDAY - timedelta(3), PRESENT)
    asked(cast, SUNDAY, SUNDAY + timedelta(1))
    with queries.at_most(8):
        sheet = get_child_month(cast.rafi.actor, None, SUNDAY.replace(day=1), SUNDAY)
    days = {day.verdict.day: day for week in sheet.weeks for day in week if day}
    leave = days[SUNDAY + timedelta(1)].leave
    assert leave
    assert leave.state is LeaveState.ASKED
    assert sheet.month.share.percent == 100
    assert sheet.year
    assert sheet.year.share.taken == 1


def test_one_statement_tells_a_register_of_leave(cast: Cast, queries: QueryCounter) -> None:
    asked(cast, SUNDAY)
    with queries.at_most(1):
        found = leave_on([cast.rafi_student, cast.rumi_student], SUNDAY)
    assert list(found) == [cast.rafi_student]


def test_who_asks_in_the_night_asks_for_the_schools_day(cast: Cast) -> None:
    with clock.stopped_at(datetime(2026, 11, 22, 19, 0, tzinfo=UTC)):  # after midnight in Dhaka
        case_id = asked(cast, SUNDAY)
        with pytest.raises(LeaveBegun):
            withdraw_leave(cast.dalia.actor, case_id)


def test_taking_an_answer_back_leaves_what_the_teacher_excused(cast: Cast) -> None:
    for period, status in ((1, ABSENT), (2, EXCUSED)):
        say(register(SUNDAY, period=period), cast.rafi_student, SUNDAY, status, period)
    case_id = asked(cast, SUNDAY)
    approve(cast.bashir, case_id)
    undo_answers(cast.bashir.actor, [case_id])
    told = select(Attendance.period, Attendance.status).order_by(Attendance.period)
    assert [tuple(row) for row in session().execute(told)] == [(1, ABSENT), (2, EXCUSED)]


def test_a_day_that_did_not_change_is_not_noted(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """The mark has become another one just before the register was held."""
    mark(cast, SUNDAY, ABSENT)
    case_id = asked(cast, SUNDAY)
    monkeypatch.setattr(registers, "store_marks", lambda *_, **__: 0)
    approve(cast.bashir, case_id)
    assert case_of(case_id).excused_days == []


def test_a_paper_stays_and_each_campus_has_its_own(cast: Cast) -> None:
    with transaction() as db:
        db.execute(update(Student).where(Student.id == cast.rumi_student).values(campus_id=cast.other_campus))

    def send(first: date, *children: UUID) -> list[StoredFile | None]:
        """The papers of the cases after one more request with a paper."""
        span = Span(first, first)
        done = ask_for_leave(cast.dalia.actor, children, span, ILL, paper=(pdf(), "note.pdf"))
        return [session().get(StoredFile, case_of(each.case_id).file_id) for each in done]

    papers = send(SUNDAY, cast.rafi_student, cast.rumi_student)
    assert [paper and paper.campus_id for paper in papers] == [cast.campus, cast.other_campus]
    assert send(SUNDAY + timedelta(1), cast.rafi_student) == papers[:1]
