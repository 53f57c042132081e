"""The board of today's registers, which keeps itself up to date, and reminders."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, flash, request, url_for
from flask_babel import ngettext
from werkzeug.wrappers import Response as BaseResponse

from app.blueprints.board.area import Place, area_tabs, blueprint, find_place
from app.domain.academics.queries import get_campus
from app.domain.attendance.reports.queries import get_board
from app.domain.attendance.reports.rules import hour_of
from app.domain.attendance.reports.services import remind as remind_teachers
from app.domain.kernel import clock
from app.domain.kernel.access import Permission
from app.domain.kernel.errors import NotFound, Refused
from app.web.access import current_actor, not_in_use, requires
from app.web.errors import message_of
from app.web.headers import keepable
from app.web.htmx import render_page, see_other
from app.web.i18n import digits
from app.web.urls import register_link

POLL_SECONDS = 20


def _context(place: Place) -> dict[str, Any]:
    board = get_board(current_actor(), place.campus.id, clock.today(), class_id=place.class_id)
    return {
        "place": place,
        "board": board,
        "poll_seconds": POLL_SECONDS,
        "this_hour": hour_of(clock.now()),
    }


@blueprint.route("/board/")
@requires(Permission.ATTENDANCE_REPORT)
@keepable
def board() -> Response:
    """Which registers are taken today, by whom and when, and which are not."""
    actor = current_actor()
    place = find_place(actor)
    return render_page(
        "board/board.html",
        tabs=area_tabs(actor, place),
        today=clock.today(),
        **(_context(place) if place else {"place": None}),
    )


@blueprint.route("/board/live")
@requires(Permission.ATTENDANCE_REPORT)
def live() -> Response:
    """The part of the board that changes; nothing while it is as the page that asks knows it."""
    not_in_use()
    place = find_place(current_actor())
    if place is None:
        raise NotFound
    context = _context(place)
    if request.args.get("since") == context["board"].mark:
        return Response(status=204)
    return render_page("board/_live.html", today=clock.today(), **context)


@blueprint.route("/board/<uuid:campus_id>/remind", methods=["POST"])
@requires(Permission.ATTENDANCE_REPORT)
def remind(campus_id: UUID) -> BaseResponse:
    """Write to the teachers whose register is not taken: to all of the campus, or to one."""
    actor = current_actor()
    campus = get_campus(actor, campus_id, Permission.ATTENDANCE_REPORT)
    try:
        number = remind_teachers(actor, campus_id, register_link, section_id=_section_asked())
    except Refused as error:
        flash(message_of(error), "info")
    else:
        flash(
            ngettext(
                "%(teachers)s teacher is reminded.",
                "%(teachers)s teachers are reminded.",
                number,
                teachers=digits(number),
            ),
            "ok",
        )
    return see_other(url_for("board.board", campus=campus.details.code))


def _section_asked() -> UUID | None:
    """The section whose button was pressed; None for that of all. Raises NotFound for what is no key."""
    asked = request.form.get("section", "")
    try:
        return UUID(asked) if asked else None
    except ValueError as error:
        raise NotFound from error
