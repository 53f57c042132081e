"""The family's answer to an offer: accept or decline, each after asking once more."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from flask import flash, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse

from app.blueprints.apply.views import blueprint, family, proven
from app.domain.admissions.offers.queries import family_offer
from app.domain.admissions.offers.services import accept_offer, decline_offer
from app.domain.kernel.access import Actor
from app.domain.kernel.errors import Conflict
from app.web.access import public
from app.web.errors import message_of
from app.web.htmx import render_page, see_other


def _answer(
    lang: str, reference: str, act: Callable[[Actor, UUID], None], done: str, *, accepts: bool
) -> BaseResponse:
    """Ask, then answer; a second click says the same again, and one that comes too late says why."""
    application = proven(reference)
    if application is None:
        return see_other(url_for("apply.find", lang=lang, reference=reference[:40]))
    back = url_for("apply.status", lang=lang, reference=reference)
    if request.method == "POST":
        try:
            act(family(), application.id)
        except Conflict as error:
            flash(message_of(error), "warn")
        else:
            flash(done, "ok")
        return see_other(back)
    offer = family_offer(application.id)
    if not offer.can_answer:
        return see_other(back)  # where it says how the application stands
    return render_page(
        "apply/answer_offer.html",
        "question",
        application=application,
        offer=offer.offer,
        accepts=accepts,
        back_url=back,
    )


@blueprint.route("/<lang:lang>/admissions/status/<string:reference>/accept", methods=["GET", "POST"])
@public
def accept(lang: str, reference: str) -> BaseResponse:
    """Take the place."""
    return _answer(lang, reference, accept_offer, gettext("You have accepted the place."), accepts=True)


@blueprint.route("/<lang:lang>/admissions/status/<string:reference>/decline", methods=["GET", "POST"])
@public
def decline(lang: str, reference: str) -> BaseResponse:
    """Let the place go."""
    return _answer(lang, reference, decline_offer, gettext("You have declined the place."), accepts=False)
