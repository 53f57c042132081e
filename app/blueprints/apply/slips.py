"""Slips of a sent application, for whoever has shown that it is theirs."""

from __future__ import annotations

from flask import Response, abort, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.blueprints.apply.views import blueprint, family, proven
from app.domain.admissions.slips.queries import find_slip
from app.domain.admissions.slips.services import issue_slip
from app.domain.admissions.slips.types import SlipKind
from app.web.access import public
from app.web.htmx import see_other
from app.web.slips import send_slip


@blueprint.route("/<lang:lang>/admissions/status/<string:reference>/slips", methods=["POST"])
@public
def print_slip(lang: str, reference: str) -> BaseResponse:
    """Issue a slip, and go on to it."""
    application = proven(reference) or abort(404)
    kind = next((each for each in SlipKind if each.value == request.form.get("kind")), None) or abort(422)
    slip = issue_slip(family(), application, kind)
    return see_other(url_for("apply.slip", lang=lang, reference=reference, code=slip.code))


@blueprint.route("/<lang:lang>/admissions/status/<string:reference>/slips/<string:code>")
@public
def slip(lang: str, reference: str, code: str) -> BaseResponse | Response:
    """A slip as PDF. One that no longer says what is so leads to the page that does."""
    application = proven(reference)
    found = find_slip(application, code) if application else None
    if application is None or found is None:
        return see_other(url_for("apply.status", lang=lang, reference=reference))
    return send_slip(application, found, lang)
