"""The office's steps of a draw: fix the list, announce, hold, or cancel."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, abort, flash, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse

from app.blueprints.draws.forms import AnnounceForm, CancelForm, HoldForm
from app.blueprints.draws.views import blueprint
from app.blueprints.draws.words import STATE_WORDS
from app.domain.academics.policies import ensure_may
from app.domain.academics.types import Shift
from app.domain.admissions.lottery.queries import (
    get_draw,
    list_own_draws,
    list_undrawn,
    preview_list,
)
from app.domain.admissions.lottery.services import announce_draw, cancel_draw, draw_seats, fix_list
from app.domain.admissions.lottery.types import DrawState, DrawView
from app.domain.kernel import clock
from app.domain.kernel.access import Permission
from app.domain.kernel.errors import Conflict, Refused
from app.web.access import current_actor, requires
from app.web.admission import SHIFT_WORDS
from app.web.editing import Crumbs, Editing, RemovalForm, edited
from app.web.errors import message_of
from app.web.forms import submitted
from app.web.htmx import render_page, see_other
from app.web.i18n import digits
from app.web.once import creates
from app.web.urls import draw_link


def _crumbs(*more: tuple[Any, str | None]) -> Crumbs:
    return [
        (gettext("Admissions"), url_for("admissions.queue")),
        (gettext("Draws"), url_for("draws.office")),
        *more,
    ]


def _here(draw_id: UUID) -> str:
    return url_for("draws.steps", draw_id=draw_id)


def _name(draw: DrawView) -> str:
    return str(gettext("Draw %(number)s", number=digits(draw.number)))


def _to_decide(draw_id: UUID) -> DrawView:
    """A draw whose steps the reader may take. Raises NotFound, Forbidden."""
    found, actor = get_draw(current_actor(), draw_id), current_actor()
    ensure_may(actor, Permission.APPLICATIONS_DECIDE, found.campus_id, to_read=Permission.APPLICATIONS_READ)
    return found


@blueprint.route("/admissions/draws/")
@requires(Permission.APPLICATIONS_READ)
def office() -> Response:
    """The draws of the reader's campuses, and the classes that wait for one."""
    actor = current_actor()
    return render_page(
        "draws/office.html",
        draws=list_own_draws(actor),
        undrawn=list_undrawn(actor),
        may_decide=actor.may(Permission.APPLICATIONS_DECIDE),
        crumbs_before=_crumbs()[:1],
        states=STATE_WORDS,
        shifts=SHIFT_WORDS,
    )


@blueprint.route("/admissions/draws/classes/<uuid:seat_id>", methods=["GET", "POST"])
@requires(Permission.APPLICATIONS_DECIDE)
@creates
def fix(seat_id: UUID) -> BaseResponse:
    """What the list of a class would be, and the button that fixes it."""
    actor, shift = current_actor(), _shift_asked()
    preview, refusal = preview_list(actor, seat_id, shift), None
    if submitted(RemovalForm()):
        try:
            draw_id = fix_list(actor, seat_id, shift)
        except Refused as error:
            refusal = message_of(error)
        else:
            flash(gettext("The list is fixed and public. Announce now which value decides."), "ok")
            return see_other(_here(draw_id))
    return render_page(
        "draws/fix.html",
        preview=preview,
        refusal=refusal,
        crumbs_before=_crumbs(),
        shifts=SHIFT_WORDS,
        status=422 if refusal else 200,
    )


def _shift_asked() -> Shift | None:
    asked = request.args.get("shift", "")
    if not asked:
        return None
    return Shift(asked) if asked in {each.value for each in Shift} else abort(404)


@blueprint.route("/admissions/draws/<uuid:draw_id>")
@requires(Permission.APPLICATIONS_READ)
def steps(draw_id: UUID) -> Response:
    """How far a draw is, and its next step."""
    actor, found = current_actor(), get_draw(current_actor(), draw_id)
    return render_page(
        "draws/steps.html",
        draw=found,
        name=_name(found),
        crumbs_before=_crumbs(),
        may_decide=actor.may(Permission.APPLICATIONS_DECIDE, found.campus_id),
        is_own_list=actor.user_id == found.fixed_by,
        is_known=found.details.known_on is not None and clock.today() >= found.details.known_on,
        states=STATE_WORDS,
        shifts=SHIFT_WORDS,
    )


def _step(found: DrawView, title: str, act: str, done: str, **how: Any) -> BaseResponse:
    """The screen of one step: a form over the draw as the reader saw it."""
    try:
        return edited(
            Editing(
                title=title,
                act=act,
                done=done,
                crumbs=_crumbs((_name(found), _here(found.id))),
                back=_here(found.id),
                onward=lambda _: _here(found.id),
                **how,
            )
        )
    except Conflict as error:
        flash(message_of(error), "warn")
        return see_other(_here(found.id))


@blueprint.route("/admissions/draws/<uuid:draw_id>/announce", methods=["GET", "POST"])
@requires(Permission.APPLICATIONS_DECIDE)
def announce(draw_id: UUID) -> BaseResponse:
    """Say which value decides."""
    found, actor = _to_decide(draw_id), current_actor()
    return _step(
        found,
        gettext("Announce the draw"),
        gettext("Announce and write to the families"),
        gettext("The draw is announced. Every family has the number of its ticket."),
        form=AnnounceForm,
        read=lambda: get_draw(actor, draw_id),
        save=lambda form: announce_draw(actor, draw_id, form.version.number, form.details(), draw_link),
    )


@blueprint.route("/admissions/draws/<uuid:draw_id>/hold", methods=["GET", "POST"])
@requires(Permission.APPLICATIONS_DECIDE)
def hold(draw_id: UUID) -> BaseResponse:
    """Type the value that has become known, twice, and draw."""
    found, actor = _to_decide(draw_id), current_actor()
    if request.method == "GET" and found.state is not DrawState.ANNOUNCED:
        return see_other(_here(draw_id))
    return _step(
        found,
        gettext("Hold the draw"),
        gettext("Draw now"),
        gettext("The draw is held. Its result is public, and the order of the seats is in force."),
        form=HoldForm,
        save=lambda form: draw_seats(actor, draw_id, form.value.data or "", draw_link),
        template="draws/hold.html",
    )


@blueprint.route("/admissions/draws/<uuid:draw_id>/cancel", methods=["GET", "POST"])
@requires(Permission.APPLICATIONS_DECIDE)
def cancel(draw_id: UUID) -> BaseResponse:
    """End a draw before it is held, with a reason that everybody can read."""
    found, actor = _to_decide(draw_id), current_actor()
    return _step(
        found,
        gettext("Cancel the draw"),
        gettext("Cancel the draw"),
        gettext(
            "The draw is cancelled. It stays public with its reason, and families with a ticket are told."
        ),
        form=CancelForm,
        read=lambda: get_draw(actor, draw_id),
        save=lambda form: cancel_draw(actor, draw_id, form.version.number, form.details(), draw_link),
    )
