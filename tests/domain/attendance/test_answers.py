"""Whoever asked for leave is told of the answer once, as soon as nobody can take it back any more."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, update

from app.domain.attendance.leave.models import Leave
from app.domain.attendance.leave.services import answer_leave, ask_for_leave, undo_answers
from app.domain.attendance.leave.types import AnsweredCase, LeaveReason, Span
from app.domain.attendance.notices.answers import ANSWERED, tell_answers
from app.domain.attendance.notices.letters import answer_text
from app.domain.attendance.notices.services import choose_way
from app.domain.attendance.services import save_rules
from app.domain.attendance.types import AttendanceRules
from app.domain.kernel import clock
from app.domain.kernel.segments import count_segments, fold_for_sms
from app.domain.outbox.models import OutboxMessage
from app.domain.outbox.types import Channel
from app.domain.people.models import Person, StudentGuardian
from app.domain.people.types import Relationship
from app.uow import session
from tests.support.cast import CAST, Cast

MORNING = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
MONDAY = date(2026, 11, 23)
QUARTER = timedelta(minutes=16)


@contextmanager
def at(since: timedelta) -> Iterator[None]:
    """So long after nine in the morning."""
    with clock.stopped_at(MORNING + since):
        yield


@pytest.fixture(autouse=True)
def nine(cast: Cast) -> Iterator[None]:
    """It is nine in the morning of a Sunday."""
    with clock.stopped_at(MORNING):
        yield


def link(locale: str) -> str:
    return f"https://school.example/{locale}"


def answered(*, approve: bool, word: str = "") -> UUID:
    [one] = ask_for_leave(CAST.dalia.actor, [CAST.rafi_student], Span(MONDAY, MONDAY), LeaveReason.ILL)
    case = session().get(Leave, one.case_id)
    assert case is not None
    done = answer_leave(CAST.bashir.actor, {case.id: case.version}, approve=approve, word=word)
    assert done.done == (case.id,)
    return case.id


def told() -> list[OutboxMessage]:
    return list(session().scalars(select(OutboxMessage).where(OutboxMessage.kind == ANSWERED)))


def test_who_asked_is_told_once_and_not_before_the_answer_stands() -> None:
    answered(approve=True)
    assert tell_answers(link) == 0, "it can still be taken back"
    with at(QUARTER):
        assert [tell_answers(link) for _ in range(3)] == [1, 0, 0]
    [message] = told()
    assert (message.channel, message.recipient, message.locale) == (Channel.SMS, CAST.dalia.phone, "bn")
    assert message.campus_id == CAST.campus and "রাফি" in message.body


def test_who_shares_a_number_with_another_guardian_is_told_all_the_same() -> None:
    answered(approve=True)
    first = CAST.ehsan  # stands before Dalia where the school calls, with the same number
    session().execute(update(Person).where(Person.id == first.person_id).values(phone=CAST.dalia.phone))
    session().execute(
        update(StudentGuardian)
        .where(StudentGuardian.student_id == CAST.rafi_student)
        .values(is_primary=False)
    )
    session().add(
        StudentGuardian(
            student_id=CAST.rafi_student,
            guardian_id=first.guardian_id,
            relationship=Relationship.GUARDIAN,
            is_primary=True,
        )
    )
    session().flush()
    with at(QUARTER):
        assert tell_answers(link) == 1
    assert [message.recipient for message in told()] == [CAST.dalia.phone]


def test_an_answer_that_was_taken_back_is_told_to_nobody() -> None:
    case = answered(approve=True)
    assert undo_answers(CAST.bashir.actor, [case]) == 1
    with at(QUARTER):
        assert tell_answers(link) == 0
    assert told() == []


def test_a_mail_says_why_and_where_to_look_and_a_text_says_that_it_is_no() -> None:
    answered(approve=False, word="The examination is on that day.")
    session().execute(
        update(Person).where(Person.id == CAST.dalia.person_id).values(email="dalia@family.example")
    )
    choose_way(CAST.dalia.actor, Channel.MAIL)
    with at(QUARTER):
        assert tell_answers(link) == 1
    [message] = told()
    assert message.channel is Channel.MAIL
    assert "The examination is on that day." in message.body and "https://school.example/bn" in message.body


def test_where_a_campus_tells_nothing_the_answer_is_not_told_later_either() -> None:
    save_rules(CAST.hasan.actor, CAST.campus, AttendanceRules(tells_families=False))
    answered(approve=True)
    with at(QUARTER):
        assert tell_answers(link) == 0
        save_rules(CAST.hasan.actor, CAST.campus, AttendanceRules(tells_families=True, version=1))
        assert tell_answers(link) == 0


@pytest.mark.parametrize("locale", ["bn", "en", "ar"])
@pytest.mark.parametrize("is_approved", [True, False])
def test_a_text_is_one_part_however_long_the_name(locale: str, is_approved: bool) -> None:
    case = AnsweredCase(CAST.rafi_student, CAST.campus, None, Span(MONDAY, MONDAY), is_approved, "No.")
    names = {
        "bn": "সৈয়দা জান্নাতুল ফেরদৌস বিনতে চৌধুরী",
        "en": "Syeda Jannatul Ferdous Binte " * 3,
        "ar": "فاطمة الزهراء بنت عبد الله " * 2,
    }
    assert count_segments(fold_for_sms(answer_text(case, names[locale], locale))).parts == 1
