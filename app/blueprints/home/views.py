"""The first page after signing in."""

from __future__ import annotations

from flask import Blueprint, url_for
from werkzeug.wrappers import Response

from app.blueprints.home.cards import cards_for
from app.domain.kernel import clock
from app.domain.kernel.access import STAFF_ROLES, Permission
from app.web.access import current_actor, requires
from app.web.htmx import render_page, see_other

blueprint = Blueprint("home", __name__, url_prefix="/home")


@blueprint.route("/")
@requires(Permission.PORTAL_ENTER)
def index() -> Response:
    """What this person comes for: staff the matters of the day, a family its children."""
    actor, today = current_actor(), clock.today()
    if not actor.roles & STAFF_ROLES:
        if actor.may(Permission.FAMILY_READ):
            return see_other(url_for("family.children"))
        if actor.may(Permission.OWN_RECORD_READ):
            return see_other(url_for("family.my_record"))
    return render_page("home/index.html", actor=actor, today=today, cards=cards_for(actor, today))
