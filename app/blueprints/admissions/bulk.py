"""Acts on many applications: choose, see what each will do, do it, and take it back for ten minutes."""

from __future__ import annotations

from uuid import UUID

from flask import Response, flash, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse

from app.blueprints.admissions.forms import BulkForm
from app.blueprints.admissions.pages import kept, queue_filter
from app.blueprints.admissions.views import blueprint
from app.blueprints.admissions.words import BULK_WORDS, WHY_NOT_WORDS
from app.domain.admissions.desk.queries import (
    get_batch,
    list_desk_cycles,
    list_filtered_ids,
    list_officers,
    preview,
)
from app.domain.admissions.desk.rules import MOST_AT_ONCE, may_undo
from app.domain.admissions.desk.services import carry_out, undo_batch
from app.domain.admissions.desk.types import Effect
from app.domain.kernel import clock
from app.domain.kernel.access import Permission
from app.domain.kernel.clock import today
from app.domain.kernel.errors import Conflict, Refused
from app.web.access import current_actor, requires
from app.web.errors import message_of
from app.web.forms import submitted
from app.web.htmx import render_page, see_other
from app.web.once import creates
from app.web.urls import status_link


def _form() -> BulkForm:
    form = BulkForm()
    form.offer(list_officers(current_actor()))
    return form


def _chosen() -> list[UUID]:
    """The applications that are ticked, or all of the filter in the address: one more than allowed at most."""
    actor = current_actor()
    if request.form.get("all"):
        wanted = queue_filter(actor, kept(), list_desk_cycles(actor, today()))
        return list_filtered_ids(actor, wanted, MOST_AT_ONCE + 1)
    return [key for key, _ in _rows()]


def _rows() -> list[tuple[UUID, int]]:
    """The rows of the form, each as key and the version that was seen; 0 where none was."""
    found: dict[UUID, int] = {}
    for text in request.form.getlist("row")[: MOST_AT_ONCE + 1]:
        key, _, version = text.partition(":")
        try:
            found[UUID(key)] = (
                int(version) if version.isascii() and version.isdigit() and len(version) < 9 else 0
            )
        except ValueError:
            continue
    return list(found.items())


@blueprint.route("/bulk", methods=["POST"])
@requires(Permission.APPLICATIONS_DECIDE)
def bulk() -> BaseResponse:
    """What is to be done to the applications that were chosen; once that is said, what it will do to each."""
    form, chosen = _form(), _chosen()
    effects: list[Effect] = []
    is_asked = "text" in request.form
    if is_asked and submitted(form):
        try:
            effects = preview(current_actor(), form.order(), chosen)
        except Refused as error:
            form.put_refusal(error)
    return _bulk_page(form, chosen, effects, is_refused=is_asked and bool(form.problems))


def _bulk_page(form: BulkForm, chosen: list[UUID], effects: list[Effect], *, is_refused: bool) -> Response:
    """The question first; whoever comes from the queue has not been asked for a reason yet."""
    return render_page(
        "admissions/bulk.html",
        form=form,
        chosen=chosen,
        will=[effect for effect in effects if effect.is_done],
        will_not=[effect for effect in effects if not effect.is_done],
        is_refused=is_refused,
        most=MOST_AT_ONCE,
        act_words=BULK_WORDS,
        why_not=WHY_NOT_WORDS,
        kept=kept(),
        status=422 if is_refused else 200,
    )


@blueprint.route("/bulk/do", methods=["POST"])
@requires(Permission.APPLICATIONS_DECIDE)
@creates
def do_bulk() -> BaseResponse:
    """Do what the preview showed."""
    form, rows = _form(), _rows()
    if submitted(form):
        try:
            batch_id = carry_out(current_actor(), form.order(), rows, status_link)
        except Refused as error:
            form.put_refusal(error)
        else:
            return see_other(url_for("admissions.batch", batch_id=batch_id))
    return _bulk_page(form, [key for key, _ in rows], [], is_refused=True)


@blueprint.route("/batches/<uuid:batch_id>")
@requires(Permission.APPLICATIONS_DECIDE)
def batch(batch_id: UUID) -> Response:
    """What an act on many did to each application, and the way back while there is one."""
    found = get_batch(current_actor(), batch_id)
    return render_page(
        "admissions/batch.html",
        batch=found,
        done=[line for line in found.lines if line.why_not is None],
        left=[line for line in found.lines if line.why_not],
        may_undo=found.undone_at is None and may_undo(found.at, clock.now()),
        act_words=BULK_WORDS,
        why_not=WHY_NOT_WORDS,
    )


@blueprint.route("/batches/<uuid:batch_id>/undo", methods=["POST"])
@requires(Permission.APPLICATIONS_DECIDE)
def undo(batch_id: UUID) -> BaseResponse:
    """Take an act on many back."""
    try:
        undo_batch(current_actor(), batch_id)
    except Conflict as error:
        flash(message_of(error), "warn")
    else:
        flash(gettext("Taken back."), "ok")
    return see_other(url_for("admissions.batch", batch_id=batch_id))
