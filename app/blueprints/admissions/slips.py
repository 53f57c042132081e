"""Slips of an application at the officer's desk, in the family's language."""

from __future__ import annotations

from uuid import UUID

from flask import Response, abort, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.blueprints.admissions.views import blueprint
from app.domain.admissions.queries import get_application
from app.domain.admissions.slips.queries import find_slip
from app.domain.admissions.slips.services import issue_slip
from app.domain.admissions.slips.types import SlipKind
from app.domain.kernel.access import Permission
from app.web.access import current_actor, requires
from app.web.htmx import see_other
from app.web.slips import send_slip


@blueprint.route("/<uuid:application_id>/slips", methods=["POST"])
@requires(Permission.APPLICATIONS_READ)
def print_slip(application_id: UUID) -> BaseResponse:
    """Issue a slip for a family at the counter, and go on to it."""
    application = get_application(current_actor(), application_id)
    kind = next((each for each in SlipKind if each.value == request.form.get("kind")), None) or abort(422)
    slip = issue_slip(current_actor(), application, kind)
    return see_other(url_for("admissions.slip", application_id=application_id, code=slip.code))


@blueprint.route("/<uuid:application_id>/slips/<string:code>")
@requires(Permission.APPLICATIONS_READ)
def slip(application_id: UUID, code: str) -> BaseResponse | Response:
    """A slip as PDF. One that no longer says what is so leads to the record."""
    application = get_application(current_actor(), application_id)
    found = find_slip(application, code)
    if found is None:
        return see_other(url_for("admissions.record", application_id=application_id))
    return send_slip(application, found, application.locale)
