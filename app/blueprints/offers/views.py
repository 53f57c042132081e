"""Seats and offers: the seats of a cycle, one class with its offers and waiting list, the acts of the officer."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, abort, flash, request, url_for
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response

from app.domain.academics.policies import ensure_may
from app.domain.academics.types import Shift
from app.domain.admissions.cycles.queries import get_cycle
from app.domain.admissions.offers.queries import (
    find_pool,
    list_offers,
    list_pools,
    list_waiting,
    plan_offers,
)
from app.domain.admissions.offers.services import offer_free_seats, publish_by_time
from app.domain.admissions.offers.types import PoolLine
from app.domain.admissions.types import Method
from app.domain.kernel import clock
from app.domain.kernel.access import Permission
from app.domain.kernel.errors import Refused, Stale
from app.web.access import current_actor, requires
from app.web.admission import METHOD_WORDS, SHIFT_WORDS, cycle_title
from app.web.editing import Crumbs
from app.web.errors import message_of
from app.web.htmx import render_page, see_other
from app.web.i18n import digits, local_plain
from app.web.offers import OFFER_WORDS, working_words
from app.web.urls import status_link

blueprint = Blueprint("offers", __name__, url_prefix="/admissions/seats")


def _shift() -> Shift | None:
    """The shift in the address. 404 for one that does not exist."""
    text = request.args.get("shift")
    return next((each for each in Shift if each.value == text), None) or abort(404) if text else None


def _name(pool: PoolLine) -> str:
    name = local_plain(pool.class_name)
    return f"{name} · {SHIFT_WORDS[pool.shift]}" if pool.shift else name


def _here(pool: PoolLine, endpoint: str = "offers.pool") -> str:
    return url_for(endpoint, seat_id=pool.seat_id, shift=pool.shift.value if pool.shift else None)


def _crumbs(cycle_id: UUID) -> Crumbs:
    cycle = get_cycle(current_actor(), cycle_id)
    return [
        (gettext("Admissions"), url_for("admissions.queue")),
        (gettext("Admission cycles"), url_for("cycles.index")),
        (cycle_title(cycle), url_for("cycles.cycle", cycle_id=cycle_id)),
        (gettext("Seats and offers"), url_for("offers.pools", cycle_id=cycle_id)),
    ]


def _to_act(seat_id: UUID) -> PoolLine:
    """Seats that the reader gives. Raises NotFound, Forbidden."""
    pool = find_pool(current_actor(), seat_id, _shift())
    permission = Permission.APPLICATIONS_DECIDE
    ensure_may(current_actor(), permission, pool.campus_id, to_read=Permission.APPLICATIONS_READ)
    return pool


def _page(template: str, pool: PoolLine, block: str | None = None, **more: Any) -> Response:
    return render_page(
        template,
        block,
        pool=pool,
        name=_name(pool),
        here=_here(pool),
        crumbs_before=_crumbs(pool.cycle_id),
        url_of=lambda endpoint: _here(pool, endpoint),
        methods=METHOD_WORDS,
        offer_words=OFFER_WORDS,
        **more,
    )


@blueprint.route("/cycles/<uuid:cycle_id>")
@requires(Permission.APPLICATIONS_READ)
def pools(cycle_id: UUID) -> Response:
    """The seats of every class of a cycle: how many are held, free and waited for."""
    crumbs = _crumbs(cycle_id)
    lines = list_pools(cycle_id)
    return render_page(
        "offers/pools.html",
        crumbs=[*crumbs[:-1], (crumbs[-1][0], None)],
        pools=[(pool, _name(pool), _here(pool)) for pool in lines],
        waiting={
            pool.ranking.id: len(list_waiting(pool.ranking)) for pool in lines if pool.ranking is not None
        },
    )


@blueprint.route("/<uuid:seat_id>")
@requires(Permission.APPLICATIONS_READ)
def pool(seat_id: UUID) -> Response:
    """The seats of one class or shift: offers, answers, the waiting list with how each place came about."""
    actor = current_actor()
    found = find_pool(actor, seat_id, _shift())
    waiting = list_waiting(found.ranking) if found.ranking else []
    return _page(
        "offers/pool.html",
        found,
        offers=list_offers(found.seat_id, found.shift),
        waiting=[(number, line, working_words(line.working)) for number, line in enumerate(waiting, 1)],
        may_act=actor.may(Permission.APPLICATIONS_DECIDE, found.campus_id),
        by_time=found.method is Method.FIRST_COME and not (found.ranking and found.ranking.opened_at),
    )


@blueprint.route("/<uuid:seat_id>/order", methods=["GET", "POST"])
@requires(Permission.APPLICATIONS_DECIDE)
def order(seat_id: UUID) -> Response:
    """Ask, then put the order by time of sending into force."""
    found, refusal = _to_act(seat_id), None
    if request.method == "POST":
        try:
            publish_by_time(current_actor(), seat_id, found.shift)
        except Refused as error:
            refusal = message_of(error)
        else:
            flash(gettext("The order is published."), "ok")
            return see_other(_here(found))
    return _page("offers/order.html", found, "question", refusal=refusal, status=422 if refusal else 200)


@blueprint.route("/<uuid:seat_id>/offer", methods=["GET", "POST"])
@requires(Permission.APPLICATIONS_DECIDE)
def offer(seat_id: UUID) -> Response:
    """Say who gets what until when and who waits, then offer the free seats."""
    found = _to_act(seat_id)
    ranking, stale = found.ranking or abort(404), False
    if request.method == "POST":
        try:
            number = offer_free_seats(
                current_actor(), ranking.id, seen=request.form.get("seen", ""), status_link=status_link
            )
        except Stale:
            stale = True
        else:
            flash(_offered(number), "ok")
            return see_other(_here(found))
    plan = plan_offers(ranking, clock.now())
    return _page("offers/offer.html", found, plan=plan, stale=stale, status=409 if stale else 200)


def _offered(number: int) -> str:
    if not number:
        return str(gettext("There was no seat left to offer."))
    return str(
        ngettext(
            "%(count)s seat is offered, and the families are told.",
            "%(count)s seats are offered, and the families are told.",
            number,
            count=digits(number),
        )
    )
