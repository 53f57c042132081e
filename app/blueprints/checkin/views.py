"""Check-in: the teacher opens it and shows the code, pupils type it, the teacher sees who is in."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, request, url_for
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response

from app.blueprints.checkin.forms import CodeForm, OpenForm
from app.domain.academics.queries import get_section_day
from app.domain.attendance.checkin.queries import (
    find_open_window,
    get_own_state,
    get_screen,
)
from app.domain.attendance.checkin.services import (
    check_in,
    close_window,
    open_window,
    record_missing,
    strike_out,
)
from app.domain.attendance.checkin.types import AlreadyRecorded
from app.domain.kernel import clock
from app.domain.kernel.access import Permission
from app.domain.kernel.errors import Refused
from app.web.access import current_actor, requires
from app.web.errors import message_of
from app.web.forms import submitted
from app.web.htmx import is_partial, render_page, see_other
from app.web.i18n import digits

blueprint = Blueprint("checkin", __name__, url_prefix="/attendance/check-in")


@blueprint.route("/", methods=["GET", "POST"])
@requires(Permission.OWN_RECORD_READ)
def own() -> Response:
    """A pupil types the code of the own section."""
    actor, now = current_actor(), clock.now()
    form, status = CodeForm(), 200
    if submitted(form):
        try:
            check_in(actor, str(form.code.data))
            return see_other(url_for(".own"))
        except AlreadyRecorded as error:
            form.form_errors = [*form.form_errors, message_of(error)]
            status = 409
        except Refused as error:
            form.put_refusal(error)
    state = get_own_state(actor, now)
    return render_page(
        "checkin/own.html",
        form=form,
        state=state,
        status=status if status == 409 or not form.problems else 422,
    )


@blueprint.route("/<uuid:section_id>/", methods=["GET", "POST"])
@requires(Permission.REGISTERS_TAKE)
def section(section_id: UUID) -> Response:
    """Open check-in for a section, or go on to the window that is open."""
    actor, now = current_actor(), clock.now()
    section = get_section_day(actor, section_id, clock.today(), Permission.REGISTERS_READ)
    form = OpenForm()
    if submitted(form):
        try:
            return _to(open_window(actor, section_id, minutes=int(form.minutes.data)))
        except Refused as error:
            form.put_refusal(error)
    window_id = find_open_window(section_id, now)
    if window_id and request.method == "GET":
        return _to(window_id)
    return render_page(
        "checkin/open.html",
        section=section,
        form=form,
        status=422 if form.problems else 200,
    )


@blueprint.route("/windows/<uuid:window_id>/")
@requires(Permission.REGISTERS_TAKE)
def window(window_id: UUID) -> Response:
    """The code, large, and who is in: the page asks for itself again when the next code is due."""
    screen = get_screen(current_actor(), window_id, clock.now())
    return render_page("checkin/_live.html" if is_partial() else "checkin/window.html", screen=screen)


@blueprint.route("/windows/<uuid:window_id>/close/", methods=["POST"])
@requires(Permission.REGISTERS_TAKE)
def close(window_id: UUID) -> Response:
    """End a window at once."""
    close_window(current_actor(), window_id)
    return _to(window_id)


@blueprint.route("/windows/<uuid:window_id>/absent/", methods=["POST"])
@requires(Permission.REGISTERS_TAKE)
def absent(window_id: UUID) -> Response:
    """Record everybody of whom nothing is recorded as absent, and finish the register."""
    try:
        done = record_missing(current_actor(), window_id)
    except Refused as error:
        flash(message_of(error), "warn")
        return _to(window_id)
    words = ngettext(
        "Register finished. %(count)s pupil is absent.",
        "Register finished. %(count)s pupils are absent.",
        done.absent,
        count=digits(done.absent),
    )
    flash(str(words), "ok")
    period = done.period or None
    return see_other(url_for("attendance.register", section_id=done.section_id, on=done.on, period=period))


@blueprint.route("/windows/<uuid:window_id>/entries/<uuid:entry_id>/strike/", methods=["POST"])
@requires(Permission.REGISTERS_TAKE)
def strike(window_id: UUID, entry_id: UUID) -> Response:
    """Strike out a check-in of somebody who is not there."""
    try:
        strike_out(current_actor(), window_id, entry_id)
        flash(gettext("Struck out."), "ok")
    except Refused as error:
        flash(message_of(error), "warn")
    return _to(window_id)


def _to(window_id: UUID) -> Response:
    return see_other(url_for(".window", window_id=window_id))
