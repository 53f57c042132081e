"""What stands on the seats of a class, and so what may not change behind the back of families.

Whoever changes seats or quotas asks here inside their transaction, before they write. The class is locked first, as it
is by whoever fixes the list of a draw, publishes an order or offers a seat: of an editor and one of those at the same
moment the second waits, and then sees what the first has done. The cycle, where it is locked, comes before its classes.
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from app.domain.academics.queries import class_labels
from app.domain.academics.types import Shift
from app.domain.admissions.lottery.models import AdmissionDraw
from app.domain.admissions.lottery.types import DrawState
from app.domain.admissions.models import AdmissionSeat
from app.domain.admissions.offers.queries import count_held
from app.domain.admissions.rankings.models import AdmissionRanking
from app.domain.admissions.rankings.queries import get_pool
from app.domain.admissions.rankings.rules import check_quotas, check_seats, pool_sizes
from app.domain.admissions.rankings.types import DrawDecides, MethodStands, SeatsPromised, Standing
from app.domain.kernel.texts import LocalText


def guard_seats(db: Session, seat_id: UUID, parts: Iterable[tuple[Shift | None, int]]) -> None:
    """Let nobody else give seats of a class until the transaction ends, and refuse seats that break what was promised.

    `parts`: (shift, seats) as they are to be. Raises ListStands, SeatsPromised.
    """
    after = pool_sizes(parts)
    check_seats(_held_standing(db, AdmissionSeat.id == seat_id), after)
    # By hand a seat is given before any order is there.
    least = min(sum(count_held(seat_id, None).values()), get_pool(seat_id, None).seats)
    if sum(after.values()) < least:
        raise SeatsPromised(seats=least)


def guard_quotas(db: Session, cycle_id: UUID) -> None:
    """The same for the quotas of a cycle, which share the seats of all its classes.

    Raises ListStands, DrawnByQuotas, OfferedByQuotas.
    """
    check_quotas(_held_standing(db, AdmissionSeat.cycle_id == cycle_id))


def guard_method(db: Session, seat_ids: Iterable[UUID]) -> None:
    """Refuse that the seats of classes are given in another way once they are by this one. Raises MethodStands."""
    for each in _held_standing(db, AdmissionSeat.id.in_(list(seat_ids))):
        raise MethodStands(name=each.class_name)


def guard_order(db: Session, seat_id: UUID, shift: Shift | None) -> None:
    """Refuse another order where a draw stands. The class is locked by the caller. Raises DrawDecides."""
    number = db.scalar(
        select(AdmissionDraw.number).where(
            AdmissionDraw.seat_id == seat_id,
            AdmissionDraw.shift.is_not_distinct_from(shift),
            AdmissionDraw.state != DrawState.CANCELLED,
        )
    )
    if number is not None:
        raise DrawDecides(number=number)


def _held_standing(db: Session, which: ColumnElement[bool]) -> list[Standing]:
    """What stands on some classes, which are locked in the order of their keys."""
    rows = db.execute(
        select(AdmissionSeat.id, AdmissionSeat.class_id)
        .where(which)
        .order_by(AdmissionSeat.id)
        .with_for_update()
    )
    seats: dict[UUID, UUID] = {row[0]: row[1] for row in rows}
    draws = {
        (row.seat_id, row.shift): row
        for row in db.scalars(
            select(AdmissionDraw).where(
                AdmissionDraw.seat_id.in_(seats), AdmissionDraw.state != DrawState.CANCELLED
            ),
            execution_options={"populate_existing": True},
        )
    }
    orders = {
        (row.seat_id, row.shift): row
        for row in db.scalars(
            select(AdmissionRanking).where(
                AdmissionRanking.seat_id.in_(seats), AdmissionRanking.opened_at.is_not(None)
            ),
            execution_options={"populate_existing": True},
        )
    }
    places = draws.keys() | orders.keys()
    if not places:
        return []
    labels = class_labels({seats[seat_id] for seat_id, _ in places})
    return [
        _standing(draws.get(place), orders.get(place), place, labels[seats[place[0]]].name)
        for place in sorted(places, key=lambda each: (each[0], each[1] or ""))
    ]


def _standing(
    draw: AdmissionDraw | None,
    order: AdmissionRanking | None,
    place: tuple[UUID, Shift | None],
    name: LocalText,
) -> Standing:
    pool, held = get_pool(*place), sum(count_held(*place).values())
    # Until the drawn seats are offered, each of them is somebody's; then it is its holder's, or a quota's.
    drawn = draw.seats if draw is not None and order is None else 0
    return Standing(
        shift=place[1],
        class_name=name,
        draw=draw.number if draw is not None else None,
        is_given=draw is None or draw.state is DrawState.DRAWN,
        seats=pool.seats,
        promised=max(drawn, held, sum(seats for _, seats in pool.quotas)),
    )
