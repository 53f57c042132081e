"""The first page after signing in."""

from __future__ import annotations

from flask import Blueprint
from werkzeug.wrappers import Response

from app.domain.kernel.access import Permission
from app.web.access import current_actor, requires
from app.web.htmx import render_page

blueprint = Blueprint("home", __name__, url_prefix="/home")


@blueprint.route("/")
@requires(Permission.PORTAL_ENTER)
def index() -> Response:
    """What this person comes for, by role."""
    return render_page("home/index.html", actor=current_actor())
