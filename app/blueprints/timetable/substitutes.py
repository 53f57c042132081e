"""Substitutes of a day: who is absent, what is to be covered, who has time, and one press to name them."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from flask import flash, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from app.blueprints.timetable.area import (
    blueprint,
    campus_code,
    day_asked,
    key_asked,
    trail,
    where,
)
from app.domain.academics.queries import get_section
from app.domain.academics.timetable.queries import get_cover, lessons_beside
from app.domain.academics.timetable.services import name_substitute, take_back_substitute
from app.domain.academics.timetable.types import AnotherNamed
from app.domain.kernel import clock
from app.domain.kernel.access import Permission
from app.domain.kernel.errors import Refused
from app.web.access import current_actor, requires
from app.web.errors import message_of
from app.web.htmx import render_page, see_other
from app.web.i18n import local_plain


@blueprint.route("/substitutes/")
@requires(Permission.SUBSTITUTES_EDIT)
def substitutes() -> Response:
    """Who stands in on a day; with an absent teacher, their lessons and who has time."""
    place = where(Permission.SUBSTITUTES_EDIT)
    on = day_asked(clock.today())
    return render_page(
        "timetable/substitutes.html",
        place=place,
        on=on,
        today=clock.today(),
        cover=get_cover(place.campus.id, on, key_asked(request.args.get("absent"))),
        crumbs_before=trail(),
    )


@blueprint.route("/substitutes/name", methods=["POST"])
@requires(Permission.SUBSTITUTES_EDIT)
def name() -> Response:
    """Name somebody for a lesson, or for a section for the whole day."""
    section_id, staff_id = (key_asked(request.form.get(each)) for each in ("section", "staff"))
    on, period = _day_sent(), _period_sent()
    if section_id is None or staff_id is None or on is None or period is None:
        raise Refused
    section = get_section(current_actor(), section_id)
    try:
        name_substitute(current_actor(), section_id, on, period, staff_id)
    except (Refused, AnotherNamed) as error:
        flash(message_of(error), "bad")
    else:
        flash(gettext("The substitute is named."), "ok")
        _warn(section.campus_id, on, section_id, period, staff_id)
    return _back(section.campus_id, on)


def _day_sent() -> date | None:
    try:
        return date.fromisoformat(request.form.get("on", ""))
    except ValueError:
        return None


def _period_sent() -> int | None:
    text = request.form.get("period", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 3 else None


def _warn(campus_id: UUID, on: date, section_id: UUID, period: int, staff_id: UUID) -> None:
    """Say where else the one who was named has a lesson then: it is stored all the same."""
    for lesson in lessons_beside(campus_id, on, section_id, period, staff_id):
        words = gettext(
            "%(teacher)s also has %(school_class)s, section %(section)s at this time.",
            teacher=local_plain(lesson.teacher) if lesson.teacher else "",
            school_class=local_plain(lesson.class_name),
            section=local_plain(lesson.section_name),
        )
        flash(words, "warn")


def _back(campus_id: UUID, on: date) -> Response:
    absent = key_asked(request.form.get("absent"))
    return see_other(url_for("timetable.substitutes", campus=campus_code(campus_id), on=on, absent=absent))


@blueprint.route("/substitutes/<uuid:substitute_id>/take-back", methods=["POST"])
@requires(Permission.SUBSTITUTES_EDIT)
def take_back(substitute_id: UUID) -> Response:
    """Undo a naming."""
    campus_id, on = take_back_substitute(current_actor(), substitute_id)
    flash(gettext("The substitute is taken back."), "ok")
    return _back(campus_id, on)
