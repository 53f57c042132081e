"""Families that have sent an application, by the dozen: put into the table, since only what follows is looked at."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import update

from app.domain.admissions.models import AdmissionCycle, AdmissionSeat, Application
from app.domain.admissions.types import ApplicationStatus, Method
from app.domain.kernel.ids import hash_token
from app.domain.kernel.references import make_reference
from app.uow import session, transaction
from tests.support.applications import seat_of
from tests.support.cast import CAST

MADE = datetime(2026, 11, 20, 4, tzinfo=UTC)
"""Ten in the morning in Dhaka: when seats are offered in tests."""
AFTER = datetime(2026, 11, 27, 18, tzinfo=UTC)
"""Midnight seven days later: the first moment at which an offer is over."""


def families(number: int, *, claims: Iterable[UUID] = (), **changes: Any) -> list[UUID]:
    """So many applications for class 7, sent one minute after the other. Returns their keys in that order."""
    db = session()
    already = db.query(Application).count()
    rows = [
        Application(
            **{
                "campus_id": CAST.campus,
                "cycle_id": CAST.cycle,
                "class_id": CAST.class_7,
                "reference": make_reference(2026, 5000 + each),
                "token_hash": hash_token(f"family {each}"),
                "locale": "bn",
                "status": ApplicationStatus.SUBMITTED,
                "child_name_en": f"Child {each}",
                "child_name_bn": f"শিশু {each}",
                "born_on": date(2014, 3, 14),
                "guardian_name_en": "Somebody",
                "phone": f"+88018110{each:05}",
                "submitted_at": MADE - timedelta(days=5) + timedelta(minutes=each),
                "quota_ids": list(claims),
            }
            | changes
        )
        for each in range(already, already + number)
    ]
    with transaction():
        db.add_all(rows)
        db.flush()
        return [row.id for row in rows]


def give_seats_by_time(seats: int) -> UUID:
    """Let class 7 have so many seats, given in the order of sending. Returns the key of its seats."""
    with transaction() as db:
        db.execute(update(AdmissionSeat).where(AdmissionSeat.class_id == CAST.class_7).values(seats=seats))
        db.execute(
            update(AdmissionCycle).where(AdmissionCycle.id == CAST.cycle).values(method=Method.FIRST_COME)
        )
    return seat_of(CAST.class_7)


def status_of(application_id: UUID) -> ApplicationStatus:
    """How an application stands now."""
    row = session().get_one(Application, application_id, populate_existing=True)
    return row.status
