"""After the cut-off a family is told of an absence once, and told again only where that became wrong."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from app.domain.academics.models import CalendarEntry
from app.domain.academics.types import DayKind
from app.domain.attendance.leave.services import ask_for_leave
from app.domain.attendance.leave.types import LeaveReason, Span
from app.domain.attendance.models import Register
from app.domain.attendance.notices.letters import text_of
from app.domain.attendance.notices.models import AbsenceNotice
from app.domain.attendance.notices.services import choose_way, tell_families
from app.domain.attendance.notices.types import NoAddress, Told, Word
from app.domain.attendance.services import save_register
from app.domain.attendance.types import AttendanceStatus
from app.domain.kernel import clock
from app.domain.kernel.segments import count_segments, fold_for_sms
from app.domain.kernel.texts import LocalText
from app.domain.outbox.models import OutboxMessage
from app.domain.outbox.types import Channel, MessageStatus
from app.uow import session, transaction
from tests.support.cast import CAST, Cast

SUNDAY = date(2026, 11, 22)
PRESENT, ABSENT, LATE, EXCUSED = AttendanceStatus


@pytest.fixture
def noon() -> Iterator[None]:
    """It is 10:30, past the hour from which families are told."""
    with clock.stopped_at(datetime(2026, 11, 22, 4, 30, tzinfo=UTC)):
        yield


def link(locale: str) -> str:
    return f"https://school.example/{locale}"


def mark(status: AttendanceStatus, day: date = SUNDAY) -> None:
    row = session().execute(
        select(Register.version).where(Register.section_id == CAST.section_7a, Register.date == day)
    )
    version = row.scalar_one_or_none() or 0
    save_register(
        CAST.bashir.actor,
        CAST.section_7a,
        day,
        version=version,
        chosen={CAST.rafi_student: status},
        reason="a paper",
    )


def sent() -> None:
    """What waits leaves."""
    with transaction() as db:
        db.execute(
            update(OutboxMessage)
            .where(OutboxMessage.status == MessageStatus.PENDING)
            .values(status=MessageStatus.SENT)
        )


def messages() -> list[OutboxMessage]:
    return list(
        session().scalars(
            select(OutboxMessage)
            .where(OutboxMessage.kind.like("absence.%"), OutboxMessage.status != MessageStatus.DROPPED)
            .order_by(OutboxMessage.id)
        )
    )


@pytest.mark.usefixtures("cast")
def test_nobody_is_told_before_the_cut_off() -> None:
    mark(ABSENT)
    assert tell_families(link) == Told()


@pytest.mark.usefixtures("cast", "noon")
def test_a_family_is_told_once_however_often_the_job_runs() -> None:
    mark(ABSENT)
    assert [tell_families(link) for _ in range(3)] == [Told(1, 0), Told(), Told()]
    [message] = messages()
    assert (message.channel, message.recipient, message.locale) == (Channel.SMS, CAST.dalia.phone, "bn")
    assert "রাফি হাসান" in message.body
    sent()
    for status in (ABSENT, PRESENT, LATE):
        mark(status)
        tell_families(link)
    assert [message.kind for message in messages()] == ["absence.told", "absence.righted"]
    sent()
    mark(ABSENT)
    tell_families(link)
    assert messages()[-1].kind == "absence.told"


@pytest.mark.usefixtures("cast", "noon")
def test_what_is_put_right_before_it_left_is_never_read() -> None:
    mark(ABSENT)
    tell_families(link)
    mark(PRESENT)
    assert tell_families(link) == Told()
    assert messages() == []
    mark(ABSENT)
    assert tell_families(link) == Told(1, 0)
    assert len(messages()) == 1


@pytest.mark.usefixtures("noon")
def test_who_announced_it_is_not_told(cast: Cast) -> None:
    mark(ABSENT)
    ask_for_leave(cast.dalia.actor, [cast.rafi_student], Span(SUNDAY, SUNDAY), LeaveReason.ILL)
    assert tell_families(link) == Told()
    mark(EXCUSED)
    assert tell_families(link) == Told()


@pytest.mark.usefixtures("noon")
def test_who_announced_it_since_is_not_asked_again(cast: Cast) -> None:
    mark(ABSENT)
    tell_families(link)
    sent()
    ask_for_leave(cast.dalia.actor, [cast.rafi_student], Span(SUNDAY, SUNDAY), LeaveReason.ILL)
    mark(PRESENT)
    assert tell_families(link) == Told(0, 1)
    mark(ABSENT)
    assert tell_families(link) == Told()
    assert [message.kind for message in messages()] == ["absence.told"], "taken back before it left"
    mark(PRESENT)
    tell_families(link)
    sent()
    mark(ABSENT)
    assert tell_families(link) == Told()
    assert len(messages()) == 2


@pytest.mark.usefixtures("noon")
def test_excusing_a_told_absence_later_puts_it_right(cast: Cast) -> None:
    mark(ABSENT)
    tell_families(link)
    sent()
    with clock.stopped_at(clock.now() + timedelta(days=3)):
        mark(EXCUSED)
        assert tell_families(link) == Told(0, 1)
        assert tell_families(link) == Told()


@pytest.mark.usefixtures("noon")
def test_neither_yesterday_nor_a_day_that_became_a_holiday_is_told(cast: Cast) -> None:
    mark(ABSENT, SUNDAY - timedelta(3))
    mark(ABSENT)
    with transaction() as db:
        db.add(
            CalendarEntry(
                campus_id=cast.campus,
                starts_on=SUNDAY,
                ends_on=SUNDAY,
                kind=DayKind.HOLIDAY,
                name=LocalText("Storm"),
            )
        )
    assert tell_families(link) == Told()


@pytest.mark.usefixtures("noon")
def test_a_guardian_chooses_the_way(cast: Cast) -> None:
    choose_way(cast.ehsan.actor, Channel.MAIL)
    choose_way(cast.ehsan.actor, Channel.MAIL)
    with pytest.raises(NoAddress):
        choose_way(cast.dalia.actor, Channel.MAIL)
    save_register(cast.bashir.actor, cast.section_7a, SUNDAY, version=0, chosen={cast.tasnim_student: ABSENT})
    tell_families(link)
    [letter] = messages()
    assert (letter.channel, letter.recipient) == (Channel.MAIL, cast.ehsan.email)
    assert "https://school.example/bn" in letter.body


@pytest.mark.parametrize("word", [Word.ABSENT, Word.NOT_ABSENT])
@pytest.mark.parametrize(
    ("locale", "name"), [("en", "Raiyan Hossain"), ("bn", "রাইয়ান হোসেন"), ("ar", "ريان حسين")]
)
@pytest.mark.usefixtures("cast")
def test_every_text_fits_into_one_part(locale: str, name: str, word: Word) -> None:
    text = text_of(word, name, SUNDAY, locale)
    assert name in text
    assert count_segments(fold_for_sms(text)).parts == 1


def test_two_jobs_at_once_tell_once(real_app: Flask) -> None:
    together = Barrier(3)
    moment = datetime(2026, 11, 22, 4, 30, tzinfo=UTC)

    def one(_: int) -> int:
        with real_app.app_context():
            together.wait()
            return tell_families(link).absent

    with clock.stopped_at(moment):
        with real_app.app_context():
            mark(ABSENT)
        with ThreadPoolExecutor(3) as pool:
            assert sorted(pool.map(one, range(3))) == [0, 0, 1]
    with real_app.app_context():
        assert session().scalar(select(func.count()).select_from(AbsenceNotice)) == 1
        assert len(messages()) == 1
