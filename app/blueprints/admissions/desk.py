"""What the desk adds to the record: saved filters, who looks after it, milestones, second applications, keys."""

from __future__ import annotations

from urllib.parse import urlencode
from uuid import UUID

from flask import Response, current_app, flash, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse
from wtforms import SelectChoice

from app.blueprints.admissions.forms import AssignForm, FilterForm, MergeForm, PairForm, TickForm
from app.blueprints.admissions.pages import here, kept, officers_at
from app.blueprints.admissions.pages import presence as others_here
from app.blueprints.admissions.views import blueprint
from app.blueprints.admissions.words import DOCUMENT_WORDS
from app.domain.admissions.desk.queries import list_officers, papers_to_move
from app.domain.admissions.desk.rules import may_merge
from app.domain.admissions.desk.services import (
    assign,
    merge_applications,
    remove_filter,
    save_filter,
    settle_pair,
    tick,
)
from app.domain.admissions.desk.types import PairState
from app.domain.admissions.queries import get_application
from app.domain.admissions.types import ApplicationView
from app.domain.kernel.access import Permission
from app.domain.kernel.errors import Conflict, Refused
from app.web.access import current_actor, not_in_use, requires
from app.web.errors import message_of
from app.web.forms import submitted
from app.web.htmx import render_page, see_other
from app.web.once import creates
from app.web.urls import status_link

_KEYS_COOKIE = "desk-keys"
_YEAR = 365 * 24 * 3600


def _queue() -> BaseResponse:
    return see_other(url_for("admissions.queue", **kept()))


@blueprint.route("/<uuid:application_id>/presence")
@requires(Permission.APPLICATIONS_READ)
def presence(application_id: UUID) -> Response:
    """Who else has an application open: a part of the record, or nothing where that is known already."""
    not_in_use()
    application = get_application(current_actor(), application_id)
    others = others_here(current_actor(), application)
    if request.args.get("was") == others["present_mark"]:
        return Response(status=204)
    return render_page("admissions/_presence.html", application=application, **others)


# --- saved filters


@blueprint.route("/filters", methods=["POST"])
@requires(Permission.APPLICATIONS_READ)
@creates
def keep_filter() -> BaseResponse:
    """Give the filter in the address a name."""
    form = FilterForm()
    if submitted(form):
        try:
            save_filter(current_actor(), form.name.data or "", urlencode(kept())[:500])
        except Refused as error:
            form.put_refusal(error)
        else:
            flash(gettext("The filter is saved."), "ok")
    for _, problem in form.problems:
        flash(problem, "warn")
    return _queue()


@blueprint.route("/filters/remove", methods=["POST"])
@requires(Permission.APPLICATIONS_READ)
def forget_filter() -> BaseResponse:
    """Forget a saved filter of the reader's own."""
    try:
        remove_filter(current_actor(), UUID(request.form.get("filter", "")))
    except ValueError:
        return _queue()
    flash(gettext("The filter is gone."), "ok")
    return _queue()


# --- who looks after it, and how far it is


@blueprint.route("/<uuid:application_id>/assign", methods=["POST"])
@requires(Permission.APPLICATIONS_DECIDE)
def assign_officer(application_id: UUID) -> BaseResponse:
    """Give an application to an officer, or to nobody."""
    actor = current_actor()
    application = get_application(actor, application_id, Permission.APPLICATIONS_DECIDE)
    form = AssignForm()
    form.offer(officers_at(list_officers(actor), application.campus_id))
    if submitted(form):
        assign(actor, application_id, actor.user_id if "me" in request.form else form.officer_id.key)
        flash(gettext("Saved."), "ok")
    for _, problem in form.problems:
        flash(problem, "warn")
    return see_other(here(application_id))


@blueprint.route("/<uuid:application_id>/milestones/<uuid:milestone_id>", methods=["POST"])
@requires(Permission.APPLICATIONS_DECIDE)
def tick_milestone(application_id: UUID, milestone_id: UUID) -> BaseResponse:
    """Say whether an application has reached a milestone."""
    get_application(current_actor(), application_id, Permission.APPLICATIONS_DECIDE)
    form = TickForm()
    if submitted(form):
        tick(current_actor(), application_id, milestone_id, reached=form.do.data == "on")
    return see_other(here(application_id) + "#milestones")


# --- second applications


@blueprint.route("/<uuid:application_id>/pairs/<uuid:other_id>", methods=["POST"])
@requires(Permission.APPLICATIONS_DECIDE)
def settle(application_id: UUID, other_id: UUID) -> BaseResponse:
    """Say what two applications are to each other."""
    get_application(current_actor(), application_id, Permission.APPLICATIONS_DECIDE)
    form = PairForm()
    if submitted(form):
        state = None if form.do.data == "open" else PairState(form.do.data)
        settle_pair(current_actor(), application_id, other_id, state)
        flash(gettext("Saved."), "ok")
    return see_other(here(application_id))


@blueprint.route("/<uuid:application_id>/merge/<uuid:other_id>", methods=["GET", "POST"])
@requires(Permission.APPLICATIONS_DECIDE)
def merge(application_id: UUID, other_id: UUID) -> BaseResponse:
    """Show two applications for one child beside each other, and let one end in the other."""
    both = [
        get_application(current_actor(), key, Permission.APPLICATIONS_DECIDE)
        for key in (application_id, other_id)
    ]
    form = MergeForm(data={"version": both[0].version, "other_version": both[1].version})
    form.keep.choices = [SelectChoice(str(each.id), each.reference) for each in both if _may_stay(each, both)]
    if submitted(form):
        try:
            return _merged(both, form)
        except Conflict as error:
            flash(message_of(error), "warn")
            return see_other(here(application_id))
    return _merge_page(both, form)


def _merge_page(both: list[ApplicationView], form: MergeForm) -> Response:
    application_id, other_id = both[0].id, both[1].id
    return render_page(
        "admissions/merge.html",
        both=both,
        form=form,
        keepable=[(value, label) for value, label, *_ in form.keep.iter_choices()],
        moving={each.id: _moving(each, both) for each in both},
        here=here(application_id),
        action=url_for("admissions.merge", application_id=application_id, other_id=other_id, **kept()),
        status=422 if form.problems else 200,
    )


def _moving(kept_one: ApplicationView, both: list[ApplicationView]) -> list[object]:
    """The papers that one of two would get from the other."""
    papers = papers_to_move(kept_one.id, _beside(kept_one, both).id)
    return [DOCUMENT_WORDS[paper.document_type] for paper in papers]


def _beside(one: ApplicationView, both: list[ApplicationView]) -> ApplicationView:
    return both[0] if one is both[1] else both[1]


def _may_stay(one: ApplicationView, both: list[ApplicationView]) -> bool:
    return may_merge(one.status, _beside(one, both).status)


def _merged(both: list[ApplicationView], form: MergeForm) -> BaseResponse:
    versions = {both[0].id: form.version.number or 0, both[1].id: form.other_version.number or 0}
    kept_one = next(each for each in both if each.id == form.keep.key)
    gone = _beside(kept_one, both)
    merge_applications(
        current_actor(), kept_one.id, gone.id, (versions[kept_one.id], versions[gone.id]), status_link
    )
    flash(gettext("Merged into %(reference)s", reference=kept_one.reference), "ok")
    return see_other(here(kept_one.id))


# --- keys


def keys_are_off() -> bool:
    """Whether this browser wants no one-letter keys (WCAG 2.1.4)."""
    return request.cookies.get(_KEYS_COOKIE) == "off"


@blueprint.app_context_processor
def _keys() -> dict[str, object]:
    return {"keys_are_off": keys_are_off}


@blueprint.route("/keys", methods=["GET", "POST"])
@requires(Permission.APPLICATIONS_READ)
def keys() -> BaseResponse:
    """The keys of the desk, and the switch that turns them off in this browser."""
    if request.method == "GET":
        return render_page("admissions/keys.html", "keys", is_off=keys_are_off())
    response = see_other(url_for("admissions.queue"))
    response.set_cookie(
        _KEYS_COOKIE,
        "off" if request.form.get("do") == "off" else "on",
        max_age=_YEAR,
        path=url_for("admissions.queue"),
        secure=current_app.config["SETTINGS"].https,
        httponly=True,
        samesite="Lax",
    )
    return response
