"""Teachers whose register is not taken are reminded once within the hour, and by themselves at the campus's hour."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from app.domain.academics.timetable.services import name_substitute
from app.domain.attendance.reports.queries import get_board
from app.domain.attendance.reports.services import remind, remind_due
from app.domain.attendance.reports.types import BoardLine, NothingToRemind
from app.domain.kernel import clock
from app.domain.kernel.errors import NotFound
from app.domain.kernel.texts import LocalText
from app.domain.outbox.models import OutboxMessage
from app.uow import session
from tests.domain.attendance.test_months import SUNDAY, register
from tests.domain.attendance.test_reports import close, keep_lessons
from tests.support.cast import Cast
from tests.support.queries import QueryCounter


def link(section_id: object, period: int = 0) -> str:
    return f"http://localhost/{section_id}/{period}"


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


def test_the_teacher_of_a_lesson_that_is_over_and_not_taken_is_reminded(
    cast: Cast, queries: QueryCounter
) -> None:
    keep_lessons(cast)
    name_substitute(cast.amina.actor, cast.section_7a, SUNDAY, 2, cast.farida.staff_id)
    register(SUNDAY, cast.section_6a)

    def line() -> BoardLine:
        return get_board(cast.amina.actor, cast.campus, SUNDAY).lines[1]

    with clock.stopped_at(at(7, 30)):
        assert (line().done, line().wanted, line().to_take) == (0, 0, ()), "no lesson has begun"
    register(SUNDAY, period=1)
    with clock.stopped_at(at(9, 30)):
        assert (line().done, line().wanted, line().to_take) == (1, 2, ()), "the second still runs"
        with pytest.raises(NothingToRemind):
            remind(cast.amina.actor, cast.campus, link)
    with clock.stopped_at(at(10, 50)), queries.at_most(4):
        late = line()
    assert (late.done, late.wanted, late.to_take) == (1, 3, (2, 3))
    with clock.stopped_at(at(10, 50)):
        assert remind(cast.amina.actor, cast.campus, link, section_id=cast.section_7a) == 2
        assert not line().may_remind(at(10)), "nobody twice within the hour"
    found = dict(letters())
    assert set(found) == {"farida@smart-academy.example", "bashir@smart-academy.example"}
    assert f"{cast.section_7a}/2" in found["farida@smart-academy.example"]
    assert "lesson 3" in found["bashir@smart-academy.example"]
