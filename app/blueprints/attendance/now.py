"""The way in: to the register of the section a teacher has now."""

from __future__ import annotations

from flask import url_for
from werkzeug.wrappers import Response

from app.blueprints.attendance.views import blueprint
from app.domain.academics.timetable.queries import section_now
from app.domain.kernel import clock
from app.domain.kernel.access import Permission
from app.web.access import current_actor, requires
from app.web.htmx import see_other


@blueprint.route("/")
@requires(Permission.REGISTERS_READ)
def now() -> Response:
    """Go to the register of the section the reader has now; who has none is shown the list."""
    found = section_now(current_actor(), clock.now())
    if found is None:
        return see_other(url_for(".registers"))
    return see_other(url_for(".register_today", section_id=found.section_id, period=found.period))
