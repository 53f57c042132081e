"""The outbox by state, the acts on a message, and the schedule."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, flash, url_for
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response as BaseResponse

from app.blueprints.jobs.forms import DropForm
from app.blueprints.jobs.pages import WORDS, outbox_context, schedule_lines, state_url
from app.domain.kernel.access import Permission
from app.domain.kernel.errors import NotFound
from app.domain.outbox.policies import ensure_reaches_all
from app.domain.outbox.queries import get_message, list_reasons
from app.domain.outbox.services import drop_message, let_go_on, retry_alike, retry_message
from app.domain.outbox.types import Channel, MessageStatus, NotSetAside
from app.web.access import current_actor, requires
from app.web.editing import Crumbs, Editing, edited
from app.web.headers import keepable
from app.web.htmx import is_partial, render_page, see_other
from app.web.i18n import digits

blueprint = Blueprint("jobs", __name__, url_prefix="/jobs")


def _set_aside() -> str:
    return state_url(MessageStatus.FAILED)


@blueprint.route("/")
@requires(Permission.JOBS_MANAGE)
@keepable
def overview() -> Response:
    """The outbox; as a part of the page without the schedule, which the part does not show."""
    context = outbox_context(current_actor())
    if not is_partial():
        context["schedule"] = schedule_lines()
    return render_page("jobs/overview.html", "live", **context)


@blueprint.route("/messages/<uuid:message_id>/retry", methods=["POST"])
@requires(Permission.JOBS_MANAGE)
def retry(message_id: UUID) -> BaseResponse:
    """Let one message that is set aside try again."""
    retry_message(current_actor(), message_id)
    flash(gettext("The message is tried again."), "ok")
    return see_other(_set_aside())


@blueprint.route("/messages/<uuid:message_id>/retry-alike")
@requires(Permission.JOBS_MANAGE)
def ask_retry_alike(message_id: UUID) -> Response:
    """Ask before every message with the same reason is tried again."""
    actor = current_actor()
    message = get_message(actor, message_id)
    if message.status is not MessageStatus.FAILED:
        raise NotSetAside
    wanted = (message.reason, message.channel)
    line = next((each for each in list_reasons(actor) if (each.reason, each.channel) == wanted), None)
    if line is None:
        raise NotSetAside
    return render_page("jobs/retry_alike.html", "ask", line=line, back=_set_aside(), **WORDS)


@blueprint.route("/messages/<uuid:message_id>/retry-alike", methods=["POST"])
@requires(Permission.JOBS_MANAGE)
def retry_all_alike(message_id: UUID) -> BaseResponse:
    """Let every message that is set aside for the same reason try again."""
    number = retry_alike(current_actor(), message_id)
    flash(
        ngettext(
            "%(messages)s message is tried again.",
            "%(messages)s messages are tried again.",
            number,
            messages=digits(number),
        ),
        "ok",
    )
    return see_other(_set_aside())


@blueprint.route("/messages/<uuid:message_id>/drop", methods=["GET", "POST"])
@requires(Permission.JOBS_MANAGE)
def drop(message_id: UUID) -> BaseResponse:
    """Drop a message, with the reason."""
    actor = current_actor()
    message = get_message(actor, message_id)
    crumbs: Crumbs = [(gettext("Outbox"), url_for("jobs.overview"))]
    return edited(
        Editing(
            title=gettext("Drop the message to %(recipient)s", recipient=message.recipient),
            act=gettext("Drop the message"),
            done=gettext("The message is dropped. Nobody will get it."),
            crumbs=crumbs,
            back=state_url(message.status),
            form=DropForm,
            save=lambda form: drop_message(actor, message_id, form.details()),
            onward=lambda _: state_url(message.status),
        )
    )


@blueprint.route("/channels/<string:channel>/go-on", methods=["POST"])
@requires(Permission.JOBS_MANAGE)
def go_on(channel: str) -> BaseResponse:
    """Let a held channel go on."""
    ensure_reaches_all(current_actor())
    found = next((each for each in Channel if each.value == channel), None)
    if found is None:
        raise NotFound
    let_go_on(current_actor(), found)
    flash(gettext("Sending goes on."), "ok")
    return see_other(url_for("jobs.overview"))
