"""Draws as two officers hold them, made by the services."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from uuid import UUID

from sqlalchemy import insert, update

from app.db import new_id
from app.domain.admissions.lottery.services import announce_draw, draw_seats, fix_list
from app.domain.admissions.lottery.types import Announcement
from app.domain.admissions.models import AdmissionCycle, AdmissionQuota, Application
from app.domain.admissions.types import ApplicationStatus, CycleState, Method
from app.domain.kernel import clock
from app.domain.kernel.texts import LocalText
from app.uow import session
from tests.support.applications import seat_of
from tests.support.cast import CAST, key

KNOWN_ON = date(2026, 12, 6)
SOURCE = LocalText("DSEX of 6 December, two decimals", "৬ ডিসেম্বরের ডিএসইএক্স, দুই দশমিক")
NEAR, OWN = key("quota near"), key("quota own")


def page_of(locale: str, draw_id: UUID) -> str:
    """An address for letters in tests."""
    return f"http://localhost/{locale}/draws/{draw_id}"


def ready_for_a_draw(*, quotas: bool = True) -> UUID:
    """The class seven of the cast, closed, its seats given by lot: 40, of them 16 near and 4 own. Returns its key."""
    db = session()
    db.execute(
        update(AdmissionCycle)
        .where(AdmissionCycle.id == CAST.cycle)
        .values(method=Method.LOTTERY, state=CycleState.CLOSED)
    )
    if quotas:
        for quota, name, percent in ((NEAR, "Neighbours", 40), (OWN, "Children of staff", 10)):
            db.add(
                AdmissionQuota(
                    id=quota, cycle_id=CAST.cycle, name=LocalText(name, f"কোটা {percent}"), percent=percent
                )
            )
    db.commit()  # what a refused service takes back is its own
    return seat_of(CAST.class_7)


def applicants(count: int, *, first: int = 1) -> list[UUID]:
    """So many applications that nobody needs to write to; every third claims a quota. Returns their keys."""
    keys = [new_id() for _ in range(count)]
    session().execute(
        insert(Application),
        [
            {
                "id": each,
                "campus_id": CAST.campus,
                "cycle_id": CAST.cycle,
                "class_id": CAST.class_7,
                "reference": f"SA26-{number:05}-0",
                "token_hash": f"applicant {number}",
                "status": ApplicationStatus.UNDER_REVIEW,
                "child_name_en": f"Child {number}",
                "quota_ids": [NEAR] if number % 3 == 0 else [OWN, NEAR] if number % 50 == 1 else [],
                "submitted_at": datetime(2026, 11, 1, tzinfo=UTC),
            }
            for number, each in enumerate(keys, start=first)
        ],
    )
    session().commit()
    return keys


@contextmanager
def on_the_day() -> Iterator[None]:
    """The evening on which the value has become known."""
    with clock.stopped_at(datetime(2026, 12, 6, 11, 0, tzinfo=UTC)):
        yield


def announced(seat: UUID) -> UUID:
    """A list that Farida has fixed and announced."""
    draw_id = fix_list(CAST.farida.actor, seat, None)
    announce_draw(CAST.farida.actor, draw_id, 1, Announcement(SOURCE, KNOWN_ON), page_of)
    return draw_id


def draw_now(draw_id: UUID, value: str = "5123.45") -> None:
    """Amina holds a draw on its day."""
    with on_the_day():
        draw_seats(CAST.amina.actor, draw_id, value, page_of)


def held(seat: UUID) -> UUID:
    """A draw that Farida has announced and Amina has held."""
    draw_id = announced(seat)
    draw_now(draw_id)
    return draw_id
