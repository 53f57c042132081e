"""A cycle in numbers: what is counted is what families and officers did."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import update

from app.domain.admissions.cycles.queries import get_cycle
from app.domain.admissions.entry.services import undo_enrolment
from app.domain.admissions.models import Application
from app.domain.admissions.numbers.queries import read_numbers
from app.domain.admissions.numbers.types import CycleNumbers, Leg, Reach, Week
from app.domain.admissions.queries import get_application
from app.domain.admissions.services import enrol_applicant, save_step, start_application
from app.domain.admissions.types import ApplicationStatus as S
from app.domain.admissions.types import Step
from app.domain.kernel import clock
from app.domain.kernel.access import visitor
from app.domain.kernel.ids import new_token
from app.uow import session
from tests.support.applications import (
    TODAY,
    child_answers,
    decided,
    draft,
    guardian_answers,
    link_to,
    sent,
)
from tests.support.cast import CAST, Cast
from tests.support.queries import QueryCounter

MONDAY = datetime(2026, 11, 9, 6, tzinfo=UTC)


def numbers() -> CycleNumbers:
    return read_numbers(get_cycle(CAST.farida.actor, CAST.cycle))


def begin(*steps: Step) -> None:
    """A draft with the answers of some pages."""
    token, family = new_token(), visitor("bn")
    start_application(family, token, "bn", TODAY)
    answers = {Step.CHILD: child_answers(), Step.GUARDIAN: guardian_answers()}
    for step in steps:
        save_step(family, token, step, answers[step], TODAY)


def test_an_empty_cycle_is_counted_without_a_fault(cast: Cast) -> None:
    found = numbers()
    assert (found.begun, found.legs, found.weeks) == (0, (), ())
    assert [fill.free for fill in found.classes] == [fill.seats for fill in found.classes]


def test_where_families_stop_is_read_off_their_answers(cast: Cast) -> None:
    begin()
    begin(Step.CHILD)
    begin(Step.CHILD, Step.GUARDIAN)
    draft(papers=False)
    draft()
    sent()
    found = numbers()
    assert list(found.stopped.values()) == [1, 1, 1, 1, 1]
    assert list(found.reached.values()) == [6, 5, 4, 3, 2, 1]
    assert Reach.SENT not in found.stopped


def test_seats_are_held_by_offers_answers_and_pupils_and_free_again_when_taken_back(cast: Cast) -> None:
    offered = decided()
    decided(S.REJECTED, phone="+8801911111111")
    enrol_applicant(
        cast.farida.actor,
        offered.id,
        cast.section_7a,
        version=offered.version,
        today=TODAY,
        invitation_link=link_to,
    )
    fill = next(each for each in numbers().classes if each.class_id == cast.class_7)
    assert (fill.sent, fill.enrolled, fill.free) == (2, 1, 39)
    assert {key: number for key, number in numbers().ever.items() if number} == {
        S.OFFERED: 1,
        S.ENROLLED: 1,
        S.REJECTED: 1,
    }
    now = get_application(cast.farida.actor, offered.id)
    undo_enrolment(cast.farida.actor, now.id, reason="x", version=now.version, status_link=link_to)
    assert (numbers().ever[S.OFFERED], numbers().ever[S.ENROLLED]) == (1, 0)


def test_days_and_weeks_are_those_of_the_clock(cast: Cast) -> None:
    for days in (2, 4, 8):
        with clock.stopped_at(MONDAY):
            application = sent(phone=f"+88019111111{days:02d}")
        begun = MONDAY - timedelta(days=7)
        session().execute(
            update(Application).where(Application.id == application.id).values(created_at=begun)
        )
        from app.domain.admissions.services import decide_application

        with clock.stopped_at(MONDAY + timedelta(days=days)):
            decide_application(
                cast.farida.actor,
                application.id,
                S.OFFERED,
                reason="x",
                version=application.version,
                status_link=link_to,
            )
    found = numbers()
    legs = {leg.leg: (leg.number, round(leg.half, 1), round(leg.nine_of_ten, 1)) for leg in found.legs}
    assert legs[Leg.TO_SEND] == (3, 7.0, 7.0)
    assert legs[Leg.TO_OFFER] == (3, 4.0, 7.2)
    sunday = datetime(2026, 11, 1, tzinfo=UTC).date()
    assert found.weeks == (Week(sunday, 3, 0), Week(sunday + timedelta(7), 0, 3))


def test_more_applications_need_no_more_statements(cast: Cast, queries: QueryCounter) -> None:
    sent()
    with queries.counted() as few:
        numbers()
    for place in range(3):
        decided(phone=f"+880191111110{place}")
    with queries.counted() as more:
        numbers()
    assert len(more) == len(few)
