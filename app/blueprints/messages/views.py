"""The words of letters and texts to families that apply, message by message and language by language."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse

from app.blueprints.messages.pages import CHANNEL_WORDS, crumbs, listed_messages, message_of_address, writing
from app.domain.academics.queries import list_campuses
from app.domain.admissions.messages.queries import find_own_words, list_changed
from app.domain.admissions.messages.services import forget_words
from app.domain.kernel.access import Permission
from app.web.access import current_actor, requires
from app.web.editing import Removal, edited, removed
from app.web.htmx import render_page
from app.web.i18n import local_plain

blueprint = Blueprint("messages", __name__, url_prefix="/admissions/messages")

_ADDRESS = "/<uuid:campus_id>/<string:kind>/<string:channel>/<string:locale>"


@blueprint.route("/")
@requires(Permission.MESSAGES_EDIT)
def index() -> Response:
    """Every message of a campus, and which are in its own words."""
    campuses = list_campuses(current_actor(), Permission.MESSAGES_EDIT)
    wanted = request.args.get("campus")
    campus = next((each for each in campuses if str(each.id) == wanted), campuses[0] if campuses else None)
    return render_page(
        "messages/index.html",
        places=[
            (
                local_plain(each.details.name),
                url_for("messages.index", campus=each.id),
                each is campus,
                None,
            )
            for each in campuses
        ],
        campus=campus,
        kinds=listed_messages(),
        changed=list_changed(campus.id) if campus else set(),
        channels=CHANNEL_WORDS,
    )


@blueprint.route(_ADDRESS, methods=["GET", "POST"])
@requires(Permission.MESSAGES_EDIT)
def message(campus_id: UUID, kind: str, channel: str, locale: str) -> BaseResponse:
    """The words of one message, with a preview; while they are typed it follows."""
    page = writing(campus_id, *message_of_address(kind, channel, locale))
    if request.form.get("do") == "preview":
        form = page.form()
        form.validate()
        return render_page("messages/edit.html", "preview", page=page, form=form)
    return edited(page)


@blueprint.route(f"{_ADDRESS}/reset", methods=["GET", "POST"])
@requires(Permission.MESSAGES_EDIT)
def reset(campus_id: UUID, kind: str, channel: str, locale: str) -> BaseResponse:
    """Ask, and go back to the words we bring."""
    page = writing(campus_id, *message_of_address(kind, channel, locale))
    own = find_own_words(campus_id, kind, page.channel, locale)
    return removed(
        Removal(
            title=gettext("Use the standard text again?"),
            text=gettext("What the school wrote for this message is given up; it stays in the audit log."),
            act=gettext("Use the standard text"),
            done=gettext("The message leaves in the standard text again."),
            crumbs=crumbs(campus_id),
            back=request.path.removesuffix("/reset"),
            remove=lambda: forget_words(
                current_actor(), campus_id, kind, page.channel, locale, own.version if own else None
            ),
            onward=url_for("messages.index", campus=campus_id),
        )
    )
