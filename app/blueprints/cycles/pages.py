"""What the pages of cycles show, put together from what the domain gives."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from flask import url_for

from app.blueprints.cycles.words import POINT_WORDS
from app.domain.admissions.cycles.types import CycleView, Doubt, Lack, Point, Share
from app.domain.admissions.rankings.queries import list_quota_seats
from app.web.i18n import say

_WHERE = {
    Lack.CLASSES: "cycles.add_class_page",
    Doubt.PAPERS: "cycles.edit_rules",
}


def check_list(points: Iterable[Point], cycle: CycleView) -> list[tuple[str, str]]:
    """(what, address of the page that mends it) of everything that is missing or odd."""
    return [
        (say(POINT_WORDS[point.what], about=point.about, **dict(point.values)), _where(point, cycle))
        for point in points
    ]


def _where(point: Point, cycle: CycleView) -> str:
    classes = [each.id for each in cycle.classes if each.name == point.about]
    quotas = [each.id for each in cycle.quotas if each.details.name == point.about]
    if point.what in (Lack.SEATS, Doubt.AGE, Doubt.SECTION) and classes:
        return url_for("cycles.edit_class", cycle_id=cycle.id, seat_id=classes[0])
    if point.what is Doubt.QUOTA_PAPERS and quotas:
        return url_for("cycles.edit_quota", cycle_id=cycle.id, quota_id=quotas[0])
    return url_for(_WHERE.get(point.what, "cycles.edit"), cycle_id=cycle.id)


def shares_of(cycle: CycleView) -> dict[UUID, Share]:
    """How many seats of each class its quotas get."""
    if sum(quota.details.percent for quota in cycle.quotas) > 100:
        return {}
    found = list_quota_seats(cycle.id)
    return {
        each.id: Share(
            tuple(found[each.id][quota.id] for quota in cycle.quotas),
            each.seats - sum(found[each.id].values()),
        )
        for each in cycle.classes
    }
