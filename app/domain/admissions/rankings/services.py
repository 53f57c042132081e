"""Writes of rankings."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import insert, select

from app.db import new_id
from app.domain.academics.policies import ensure_may
from app.domain.academics.types import Shift
from app.domain.admissions.models import AdmissionCycle, AdmissionSeat
from app.domain.admissions.rankings.models import AdmissionRank, AdmissionRanking
from app.domain.admissions.rankings.queries import list_applicants, promises_of
from app.domain.admissions.rankings.rules import is_order_of
from app.domain.admissions.rankings.standing import guard_order
from app.domain.admissions.rankings.types import NotRankable, Ranked, RankingTaken
from app.domain.admissions.types import Method
from app.domain.audit.services import plain, record
from app.domain.kernel import clock
from app.domain.kernel.access import Actor, Permission
from app.domain.kernel.errors import NotFound
from app.uow import transaction


def publish_ranking(
    actor: Actor, seat_id: UUID, shift: Shift | None, method: Method, order: Sequence[Ranked]
) -> UUID:
    """Put an order into force for a class, or for one shift of it, in place of the one before. Returns its key.

    `order` names applicants of the class, the first place first; whoever is not named gets no place. Raises
    NotFound, Forbidden, NotRankable, RankingTaken once seats were offered by the order in force, DrawDecides where
    another method than lot would take the place of a draw.
    """
    with transaction() as db:
        campus_id = db.scalar(
            select(AdmissionCycle.campus_id)
            .join(AdmissionSeat, AdmissionSeat.cycle_id == AdmissionCycle.id)
            .where(AdmissionSeat.id == seat_id)
            .with_for_update(of=AdmissionSeat)
        )
        if campus_id is None:
            raise NotFound
        ensure_may(actor, Permission.APPLICATIONS_DECIDE, campus_id, to_read=Permission.APPLICATIONS_READ)
        keys = [each.application_id for each in order]
        if not is_order_of(keys, {each.application_id for each in list_applicants(seat_id, shift)}):
            raise NotRankable
        if method is not Method.LOTTERY:
            guard_order(db, seat_id, shift)
        before = db.scalars(
            select(AdmissionRanking).where(
                AdmissionRanking.seat_id == seat_id, AdmissionRanking.shift.is_not_distinct_from(shift)
            )
        ).one_or_none()
        if before is not None:
            if before.opened_at is not None:
                raise RankingTaken
            db.delete(before)
            db.flush()
        drawn = promises_of(seat_id, shift) if method is Method.LOTTERY else None
        row = AdmissionRanking(
            campus_id=campus_id,
            seat_id=seat_id,
            shift=shift,
            method=method,
            published_at=clock.now(),
            published_by=actor.user_id,
            quota_seats=drawn,
        )
        db.add(row)
        db.flush()
        if order:
            db.execute(
                insert(AdmissionRank),
                [
                    {
                        "id": new_id(),
                        "ranking_id": row.id,
                        "application_id": each.application_id,
                        "rank": rank,
                        "working": plain(each.working),
                    }
                    for rank, each in enumerate(order, start=1)
                ],
            )
        record(
            actor,
            "admission_ranking.published",
            "admission_ranking",
            row.id,
            campus_id=campus_id,
            new={"method": method, "shift": shift, "order": keys},
        )
        return row.id
