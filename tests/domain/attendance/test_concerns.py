"""Concerns are found once, owned, noted, closed with an outcome, and open again when it happens again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from app.domain.attendance.concerns.policies import concerns_reached
from app.domain.attendance.concerns.queries import count_concerns, get_concern, list_concerns, list_history
from app.domain.attendance.concerns.services import close, give, look, note
from app.domain.attendance.concerns.types import (
    ConcernAct,
    ConcernClosed,
    ConcernKind,
    ConcernList,
    ConcernView,
    NothingNoted,
    Outcome,
    OwnerUnknown,
)
from app.domain.attendance.types import AttendanceStatus
from app.domain.kernel import clock
from app.domain.kernel.errors import Forbidden, NotFound
from tests.domain.attendance.test_months import SUNDAY
from tests.domain.attendance.test_reports import day, take
from tests.support.cast import Cast, Member

PRESENT, ABSENT, LATE, EXCUSED = AttendanceStatus


def open_of(member: Member, wanted: ConcernList = ConcernList.OPEN) -> list[ConcernView]:
    return list_concerns(concerns_reached(member.actor), wanted, member.user_id)


@pytest.fixture
def concern(cast: Cast) -> UUID:
    """Rafi has missed three days in a row."""
    for number in (17, 18, 19):
        take(day(number), {cast.rafi_student: ABSENT, cast.tasnim_student: PRESENT})
    assert look(cast.amina.actor, cast.campus) == 1
    return open_of(cast.amina)[0].id


def test_it_is_found_once_and_belongs_to_the_class_teacher(cast: Cast, concern: UUID) -> None:
    assert look(cast.amina.actor, cast.campus) == 0
    found = get_concern(concerns_reached(cast.bashir.actor), concern)
    assert (found.kind, found.days) == (ConcernKind.RUN, (day(17), day(18), day(19)))
    assert found.owner_id == cast.bashir.user_id
    assert count_concerns(concerns_reached(cast.bashir.actor), cast.bashir.user_id) == {
        ConcernList.MINE: 1,
        ConcernList.OPEN: 1,
        ConcernList.CLOSED: 0,
    }
    for stranger in (cast.gias, cast.dalia):
        with pytest.raises(NotFound):
            get_concern(concerns_reached(stranger.actor), concern)
    with pytest.raises(NotFound):
        look(cast.bashir.actor, cast.campus)


def test_it_is_given_noted_and_closed_with_an_outcome(cast: Cast, concern: UUID) -> None:
    with pytest.raises(NothingNoted):
        note(cast.bashir.actor, concern, "  ")
    note(cast.bashir.actor, concern, "Called the mother")
    with pytest.raises(OwnerUnknown):
        give(cast.amina.actor, concern, cast.chandra.user_id)
    give(cast.amina.actor, concern, cast.amina.user_id)
    with pytest.raises(Forbidden):
        close(cast.bashir.actor, concern, Outcome.TALKED, "")
    close(cast.amina.actor, concern, Outcome.ILLNESS, "Fever")
    with pytest.raises(ConcernClosed):
        close(cast.amina.actor, concern, Outcome.TALKED, "")
    acts = [(line.act, line.words, line.outcome) for line in list_history(concern)]
    assert acts == [
        (ConcernAct.CLOSED, "Fever", Outcome.ILLNESS),
        (ConcernAct.GIVEN, "", None),
        (ConcernAct.NOTED, "Called the mother", None),
        (ConcernAct.FOUND, "", None),
    ]


def test_it_opens_again_when_it_happens_again(cast: Cast, concern: UUID) -> None:
    close(cast.bashir.actor, concern, Outcome.TALKED, "")
    assert look(cast.amina.actor, cast.campus) == 0 and open_of(cast.amina) == []
    later = SUNDAY + timedelta(1)
    with clock.stopped_at(datetime(2026, 11, 23, 8, tzinfo=UTC)):
        take(later, {cast.rafi_student: ABSENT})
        assert look(cast.amina.actor, cast.campus) == 1
    again = open_of(cast.amina)[0]
    assert again.id == concern and again.days[-1] == later and again.outcome is None
    assert list_history(concern)[0].act is ConcernAct.FOUND_AGAIN
