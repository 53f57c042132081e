"""The milestones of a cycle: the list, and one to add, change or remove."""

from __future__ import annotations

from uuid import UUID

from flask import Response, flash, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse

from app.blueprints.admissions.forms import MilestoneForm
from app.blueprints.admissions.views import blueprint
from app.domain.admissions.cycles.queries import get_cycle
from app.domain.admissions.desk.queries import get_milestone, list_milestones
from app.domain.admissions.desk.services import (
    add_milestone,
    add_usual_milestones,
    change_milestone,
    remove_milestone,
)
from app.domain.admissions.desk.types import Milestone, MilestoneDetails
from app.domain.kernel.access import Permission
from app.domain.kernel.errors import NotFound
from app.domain.kernel.texts import LocalText
from app.web.access import current_actor, requires
from app.web.admission import cycle_title
from app.web.editing import Crumbs, Editing, Removal, edited, removed
from app.web.htmx import render_page, see_other
from app.web.i18n import local_plain
from app.web.once import creates


def _list(cycle_id: UUID) -> str:
    return url_for("admissions.milestones_of", cycle_id=cycle_id)


def _crumbs(cycle_id: UUID) -> Crumbs:
    return [
        (gettext("Admissions"), url_for("admissions.queue")),
        (gettext("Milestones"), _list(cycle_id)),
    ]


def _one(cycle_id: UUID, milestone_id: UUID) -> Milestone:
    """A milestone of this cycle that the reader may change. Raises NotFound."""
    found = get_milestone(current_actor(), milestone_id, Permission.CYCLES_EDIT)
    if found.cycle_id != cycle_id:
        raise NotFound
    return found


@blueprint.route("/milestones/<uuid:cycle_id>")
@requires(Permission.APPLICATIONS_READ)
def milestones_of(cycle_id: UUID) -> Response:
    """The milestones of a cycle, in their order."""
    actor = current_actor()
    cycle = get_cycle(actor, cycle_id)
    return render_page(
        "admissions/milestones.html",
        cycle=cycle,
        name=cycle_title(cycle),
        milestones=list_milestones([cycle_id]),
        may_edit=actor.may(Permission.CYCLES_EDIT, cycle.campus_id),
    )


@blueprint.route("/milestones/<uuid:cycle_id>/usual", methods=["POST"])
@requires(Permission.CYCLES_EDIT)
def usual_milestones(cycle_id: UUID) -> BaseResponse:
    """Begin with the usual milestones."""
    get_cycle(current_actor(), cycle_id, Permission.CYCLES_EDIT)
    add_usual_milestones(current_actor(), cycle_id)
    flash(gettext("Saved."), "ok")
    return see_other(_list(cycle_id))


@blueprint.route("/milestones/<uuid:cycle_id>/new", methods=["GET", "POST"])
@requires(Permission.CYCLES_EDIT)
@creates
def new_milestone(cycle_id: UUID) -> BaseResponse:
    """Add a milestone."""
    get_cycle(current_actor(), cycle_id, Permission.CYCLES_EDIT)
    last = max((each.details.position for each in list_milestones([cycle_id])), default=0)
    return edited(
        Editing(
            title=gettext("Add a milestone"),
            act=gettext("Add a milestone"),
            done=gettext("Saved."),
            crumbs=_crumbs(cycle_id),
            back=_list(cycle_id),
            form=lambda obj=None, **given: MilestoneForm(
                obj=obj or MilestoneDetails(LocalText(), min(last + 1, 99)), **given
            ),
            save=lambda form: add_milestone(current_actor(), cycle_id, form.details()),
            onward=lambda _: _list(cycle_id),
        )
    )


@blueprint.route("/milestones/<uuid:cycle_id>/<uuid:milestone_id>", methods=["GET", "POST"])
@requires(Permission.CYCLES_EDIT)
def edit_milestone(cycle_id: UUID, milestone_id: UUID) -> BaseResponse:
    """Change the name or the place of a milestone."""
    found, actor = _one(cycle_id, milestone_id), current_actor()
    return edited(
        Editing(
            title=local_plain(found.details.name),
            act=gettext("Save"),
            done=gettext("Saved."),
            crumbs=_crumbs(cycle_id),
            back=_list(cycle_id),
            form=MilestoneForm,
            read=lambda: _one(cycle_id, milestone_id),
            save=lambda form: change_milestone(actor, milestone_id, form.details(), form.version.number),
            onward=lambda _: _list(cycle_id),
        )
    )


@blueprint.route("/milestones/<uuid:cycle_id>/<uuid:milestone_id>/remove", methods=["GET", "POST"])
@requires(Permission.CYCLES_EDIT)
def drop_milestone(cycle_id: UUID, milestone_id: UUID) -> BaseResponse:
    """Ask, then remove a milestone."""
    name = local_plain(_one(cycle_id, milestone_id).details.name)
    return removed(
        Removal(
            title=gettext("Remove the milestone “%(name)s”?", name=name),
            text=gettext("What was ticked of it goes too. Applications stay as they are."),
            act=gettext("Remove"),
            done=gettext("Saved."),
            crumbs=_crumbs(cycle_id),
            back=_list(cycle_id),
            remove=lambda: remove_milestone(current_actor(), milestone_id),
            onward=_list(cycle_id),
        )
    )
