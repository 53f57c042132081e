"""Reads of a cycle in numbers: five statements, whatever the number of applications."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, case, exists, func, literal, or_, select, union_all

from app.domain.admissions.cycles.types import CycleView
from app.domain.admissions.models import Application, ApplicationDocument, ApplicationEvent
from app.domain.admissions.numbers.rules import (
    HOLDS,
    count_ever,
    count_reached,
    count_stopped,
    fill_of,
)
from app.domain.admissions.numbers.types import Count, CycleNumbers, Leg, LegDays, Reach, Week
from app.domain.admissions.types import ApplicationStatus, EventKind
from app.domain.kernel.dates import DHAKA
from app.uow import session

_DAY = 86_400


def read_numbers(cycle: CycleView) -> CycleNumbers:
    """The numbers of a cycle that the caller has found."""
    counts = _count(cycle.id)
    claims = _count_claims(cycle.id)
    return CycleNumbers(
        reached=count_reached(counts),
        stopped=count_stopped(counts),
        ever=count_ever(counts, _count_decided(cycle.id)),
        legs=_measure_legs(cycle.id),
        weeks=_count_weeks(cycle.id),
        classes=tuple(
            fill_of(each.class_id, each.seats, counts, claims.get(each.class_id, {}))
            for each in cycle.classes
        ),
    )


def _reach() -> ColumnElement[str]:
    """The furthest page with an answer. It is read off the answers, so it holds for every draft there ever was."""
    has_paper = exists().where(ApplicationDocument.application_id == Application.id)
    named = or_(
        Application.class_id.is_not(None),
        Application.born_on.is_not(None),
        func.coalesce(Application.child_name_bn, Application.child_name_en).is_not(None),
    )
    return case(
        (Application.submitted_at.is_not(None), Reach.SENT.value),
        (has_paper, Reach.DOCUMENTS.value),
        (Application.address.is_not(None), Reach.ADDRESS.value),
        (Application.phone.is_not(None), Reach.GUARDIAN.value),
        (named, Reach.CHILD.value),
        else_=Reach.BEGUN.value,
    )


def _count(cycle_id: UUID) -> list[Count]:
    # The label is grouped by, so that PostgreSQL sees one expression and not two with parameters of their own.
    own = (
        select(Application.class_id, _reach().label("reach"), Application.status)
        .where(Application.cycle_id == cycle_id)
        .subquery()
    )
    rows = session().execute(select(*own.c, func.count()).group_by(*own.c))
    return [Count(row[0], Reach(row[1]), row[2], row[3]) for row in rows]


def _count_decided(cycle_id: UUID) -> dict[ApplicationStatus, int]:
    rows = session().execute(
        select(ApplicationEvent.to_status, func.count(ApplicationEvent.application_id.distinct()))
        .join(Application, Application.id == ApplicationEvent.application_id)
        .where(Application.cycle_id == cycle_id, ApplicationEvent.to_status.is_not(None))
        .group_by(ApplicationEvent.to_status)
    )
    return {row[0]: row[1] for row in rows if row[0]}


def _first(*conditions: ColumnElement[bool]) -> Any:
    return func.min(ApplicationEvent.at).filter(*conditions)


def _measure_legs(cycle_id: UUID) -> tuple[LegDays, ...]:
    """Median and ninth decile of the days between steps, over the applications that made both."""
    kind, to = ApplicationEvent.kind, ApplicationEvent.to_status
    at = (
        select(
            Application.created_at.label("begun"),
            Application.submitted_at.label("sent"),
            _first(kind == EventKind.DECIDED).label("looked"),
            _first(to == ApplicationStatus.OFFERED).label("offered"),
            _first(to == ApplicationStatus.ACCEPTED).label("accepted"),
            _first(to == ApplicationStatus.ENROLLED).label("enrolled"),
        )
        .outerjoin(ApplicationEvent, ApplicationEvent.application_id == Application.id)
        .where(Application.cycle_id == cycle_id)
        .group_by(Application.id)
        .subquery()
    )
    ways = {
        Leg.TO_SEND: (at.c.begun, at.c.sent),
        Leg.TO_LOOK: (at.c.sent, at.c.looked),
        Leg.TO_OFFER: (at.c.sent, at.c.offered),
        Leg.TO_ACCEPT: (at.c.offered, at.c.accepted),
        Leg.TO_ENROL: (func.coalesce(at.c.accepted, at.c.offered), at.c.enrolled),
    }
    columns: list[Any] = []
    for begins, ends in ways.values():
        days = func.extract("epoch", ends - begins) / _DAY
        columns.append(func.count(days))
        columns += [func.percentile_cont(part).within_group(days) for part in (0.5, 0.9)]
    found = session().execute(select(*columns)).one()
    legs = []
    for place, leg in enumerate(ways):
        number, half, nine = found[place * 3 : place * 3 + 3]
        if number:
            legs.append(LegDays(leg, number, max(0.0, float(half)), max(0.0, float(nine))))
    return tuple(legs)


def _sunday(moment: Any) -> Any:
    """The Sunday on which the school's week of a moment begins."""
    local = func.timezone(str(DHAKA), moment) + timedelta(days=1)
    return func.date_trunc("week", local) - timedelta(days=1)


def _count_weeks(cycle_id: UUID) -> tuple[Week, ...]:
    of_cycle = Application.cycle_id == cycle_id
    moments = union_all(
        select(Application.created_at.label("at"), literal(0).label("sent")).where(of_cycle),
        select(Application.submitted_at, literal(1)).where(of_cycle, Application.submitted_at.is_not(None)),
    ).subquery()
    weeks = select(_sunday(moments.c.at).label("week"), moments.c.sent).subquery()
    rows = session().execute(
        select(weeks.c.week, func.count() - func.sum(weeks.c.sent), func.sum(weeks.c.sent))
        .group_by(weeks.c.week)
        .order_by(weeks.c.week)
    )
    return tuple(Week(_date(row[0]), int(row[1]), int(row[2])) for row in rows)


def _date(value: Any) -> date:
    found: date = value.date()
    return found


def _count_claims(cycle_id: UUID) -> dict[UUID, dict[UUID, int]]:
    """How many of those who hold a seat claim each quota, by class."""
    claims = (
        select(Application.class_id, func.unnest(Application.quota_ids).label("quota_id"))
        .where(Application.cycle_id == cycle_id, Application.status.in_(HOLDS))
        .subquery()
    )
    rows = session().execute(select(*claims.c, func.count()).group_by(*claims.c))
    found: dict[UUID, dict[UUID, int]] = {}
    for row in rows:
        found.setdefault(row[0], {})[row[1]] = row[2]
    return found
