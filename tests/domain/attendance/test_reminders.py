"""Teachers whose register is not taken are reminded once within the hour, and by themselves at the campus's hour."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from app.domain.academics.timetable.services import name_substitute
from app.domain.attendance.reports.queries import get_board
from app.domain.attendance.reports.services import remind, remind_due
from app.domain.attendance.reports.types import NothingToRemind
from app.domain.kernel import clock
from app.domain.kernel.errors import NotFound
from app.domain.kernel.texts import LocalText
from app.domain.outbox.models import OutboxMessage
from app.uow import session
from tests.domain.attendance.test_months import SUNDAY, register
from tests.domain.attendance.test_reports import close
from tests.support.cast import Cast


def link(section_id: object) -> str:
    return f"http://localhost/{section_id}"


def letters() -> list[tuple[str, str]]:
    rows = session().execute(
        select(OutboxMessage.recipient, OutboxMessage.body).where(OutboxMessage.kind == "register.reminder")
    )
    return [(to, body) for to, body in rows]


def at(hour: int, minute: int = 0) -> datetime:
    """A time of the day in Dhaka."""
    return datetime(2026, 11, 22, hour - 6, minute, tzinfo=UTC)


def test_one_press_reminds_each_teacher_once_within_the_hour(cast: Cast) -> None:
    assert remind(cast.amina.actor, cast.campus, link) == 1
    [(to, body)] = letters()
    assert to == "bashir@smart-academy.example" and str(cast.section_7a) in body
    with pytest.raises(NothingToRemind):
        remind(cast.amina.actor, cast.campus, link, section_id=cast.section_7a)
    with clock.stopped_at(at(9, 1)):
        assert remind(cast.amina.actor, cast.campus, link, section_id=cast.section_7a) == 1
    with pytest.raises(NotFound):
        remind(cast.bashir.actor, cast.campus, link)


def test_whoever_stands_in_is_reminded_instead(cast: Cast) -> None:
    name_substitute(cast.amina.actor, cast.section_7a, SUNDAY, 0, cast.farida.staff_id)
    line = get_board(cast.amina.actor, cast.campus, SUNDAY).lines[1]
    assert line.substitute == LocalText("Farida Yasmin", "ফরিদা ইয়াসমিন")
    assert remind(cast.amina.actor, cast.campus, link) == 1
    assert [to for to, _ in letters()] == ["farida@smart-academy.example"]


def test_nobody_is_reminded_of_what_is_taken_or_closed(cast: Cast) -> None:
    register(SUNDAY)
    with pytest.raises(NothingToRemind):
        remind(cast.amina.actor, cast.campus, link)
    register(SUNDAY, cast.section_6a, is_taken=False)
    close(cast, SUNDAY)
    with clock.stopped_at(at(10, 5)):
        assert remind_due(link) == 1
    assert [to for to, _ in letters()] == ["gias@smart-academy.example"], "the other campus is open"


def test_at_its_hour_a_campus_reminds_by_itself_and_once(cast: Cast) -> None:
    counts = []
    for moment in (at(9, 55), at(10, 1), at(10, 6), at(11, 30), at(16)):
        with clock.stopped_at(moment):
            counts.append(remind_due(link))
    assert counts == [0, 2, 0, 0, 0], "Bashir of 7A, and Gias of the other campus"
