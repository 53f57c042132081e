"""A cycle in numbers, as a page and as a table for a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from flask import Response
from flask_babel import gettext

from app.blueprints.entry.views import blueprint, crumbs_of
from app.blueprints.entry.words import LEG_WORDS, REACH_WORDS, STOP_WORDS
from app.domain.admissions.cycles.queries import get_cycle
from app.domain.admissions.cycles.types import CycleView
from app.domain.admissions.numbers.queries import read_numbers
from app.domain.admissions.numbers.types import CycleNumbers
from app.domain.admissions.rankings.queries import list_quota_seats
from app.domain.kernel.access import Permission
from app.web.access import current_actor, requires
from app.web.htmx import render_page
from app.web.i18n import local_plain
from app.web.spreadsheet import send_table
from app.web.words import status_label


@blueprint.route("/cycles/<uuid:cycle_id>/numbers")
@requires(Permission.APPLICATIONS_READ)
def numbers(cycle_id: UUID) -> Response:
    """How far families come, how long each step takes, which seats are filled."""
    cycle = get_cycle(current_actor(), cycle_id)
    return render_page(
        "entry/numbers.html",
        cycle=cycle,
        crumbs=crumbs_of(cycle, gettext("Numbers")),
        found=read_numbers(cycle),
        quota_seats=_quota_seats(cycle),
        class_names={each.class_id: each.name for each in cycle.classes},
        reach_words=REACH_WORDS,
        stop_words=STOP_WORDS,
        leg_words=LEG_WORDS,
    )


def _quota_seats(cycle: CycleView) -> dict[UUID, dict[UUID, int]]:
    """The seats of each quota in each class."""
    if sum(quota.details.percent for quota in cycle.quotas) > 100:
        return {}
    found = list_quota_seats(cycle.id)
    return {each.class_id: found[each.id] for each in cycle.classes}


@blueprint.route("/cycles/<uuid:cycle_id>/numbers.xlsx", defaults={"suffix": "xlsx"})
@blueprint.route("/cycles/<uuid:cycle_id>/numbers.csv", defaults={"suffix": "csv"})
@requires(Permission.APPLICATIONS_READ)
def numbers_file(cycle_id: UUID, suffix: str) -> Response:
    """The same as a file for a spreadsheet."""
    cycle = get_cycle(current_actor(), cycle_id)
    name = f"{gettext('The cycle in numbers')} {cycle.year_name}"
    return send_table(suffix, name, _rows(cycle, read_numbers(cycle)))


def _rows(cycle: CycleView, found: CycleNumbers) -> Iterator[tuple[Any, ...]]:
    yield (gettext("How far families come"), gettext("Applications"))
    yield from ((REACH_WORDS[step], number) for step, number in found.reached.items())
    yield from ((status_label(state.value), number) for state, number in found.ever.items())
    yield ()
    yield (gettext("Where families stop in the form"), gettext("Applications"))
    yield from ((STOP_WORDS[step], number) for step, number in found.stopped.items())
    yield ()
    yield (gettext("Days for each step"), gettext("Half within"), gettext("Nine of ten within"))
    yield from ((LEG_WORDS[leg.leg], round(leg.half, 1), round(leg.nine_of_ten, 1)) for leg in found.legs)
    yield ()
    yield (
        gettext("Class"),
        gettext("Seats"),
        gettext("Sent"),
        status_label("offered"),
        status_label("accepted"),
        status_label("enrolled"),
        gettext("Free"),
        *(local_plain(quota.details.name) for quota in cycle.quotas),
    )
    names = {each.class_id: each.name for each in cycle.classes}
    for fill in found.classes:
        held = (fill.claims.get(quota.id, 0) for quota in cycle.quotas)
        own = (fill.seats, fill.sent, fill.offered, fill.accepted, fill.enrolled, fill.free)
        yield (local_plain(names[fill.class_id]), *own, *held)
    yield ()
    yield (gettext("Week from"), gettext("Begun"), gettext("Sent"))
    yield from ((week.begins_on, week.begun, week.sent) for week in found.weeks)
