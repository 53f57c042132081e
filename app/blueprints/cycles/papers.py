"""The kinds of papers of a campus: those of the product, and those it has added in its own words."""

from __future__ import annotations

from uuid import UUID

from flask import abort, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from app.blueprints.cycles.forms import PaperForm
from app.blueprints.cycles.views import blueprint, inside, own_papers_of, to_edit
from app.blueprints.cycles.words import TAKES_WORDS
from app.domain.admissions.cycles.types import CycleView
from app.domain.admissions.papers.services import add_paper_kind, change_paper_kind, remove_paper_kind
from app.domain.admissions.papers.types import PaperKindView
from app.domain.kernel.access import Permission
from app.web.access import current_actor, requires
from app.web.admission import PAPER_WORDS
from app.web.editing import Crumbs, Editing, Removal, edited, removed
from app.web.htmx import render_page
from app.web.i18n import local_plain
from app.web.once import creates


def _here(cycle_id: UUID) -> str:
    return url_for("cycles.papers", cycle_id=cycle_id)


def _crumbs(found: CycleView) -> Crumbs:
    return [*inside(found), (gettext("Kinds of papers"), _here(found.id))]


def _paper_of(found: CycleView, paper_id: UUID) -> PaperKindView:
    return next((each for each in own_papers_of(found) if each.id == paper_id), None) or abort(404)


@blueprint.route("/<uuid:cycle_id>/papers")
@requires(Permission.CYCLES_EDIT)
def papers(cycle_id: UUID) -> Response:
    """The kinds of papers that cycles of the campus can ask for."""
    found = to_edit(cycle_id)
    return render_page(
        "cycles/papers.html",
        crumbs_before=inside(found),
        cycle=found,
        own=own_papers_of(found),
        built_in=list(PAPER_WORDS.values()),
        takes=TAKES_WORDS,
    )


@blueprint.route("/<uuid:cycle_id>/papers/new", methods=["GET", "POST"])
@requires(Permission.CYCLES_EDIT)
@creates
def add_paper(cycle_id: UUID) -> Response:
    """Add a kind of paper."""
    found = to_edit(cycle_id)
    return edited(
        Editing(
            title=gettext("Add a paper"),
            act=gettext("Save"),
            done=gettext("The paper is saved."),
            crumbs=_crumbs(found),
            back=_here(cycle_id),
            form=PaperForm,
            save=lambda form: add_paper_kind(current_actor(), found.campus_id, form.details()),
            onward=lambda _: _here(cycle_id),
        )
    )


@blueprint.route("/<uuid:cycle_id>/papers/<uuid:paper_id>/edit", methods=["GET", "POST"])
@requires(Permission.CYCLES_EDIT)
def edit_paper(cycle_id: UUID, paper_id: UUID) -> Response:
    """Name a kind of paper otherwise, or take other files."""
    found, actor = to_edit(cycle_id), current_actor()
    return edited(
        Editing(
            title=local_plain(_paper_of(found, paper_id).details.name),
            act=gettext("Save"),
            done=gettext("The paper is saved."),
            crumbs=_crumbs(found),
            back=_here(cycle_id),
            form=PaperForm,
            read=lambda: _paper_of(found, paper_id),
            save=lambda form: change_paper_kind(actor, paper_id, form.version.number, form.details()),
            onward=lambda _: _here(cycle_id),
        )
    )


@blueprint.route("/<uuid:cycle_id>/papers/<uuid:paper_id>/remove", methods=["GET", "POST"])
@requires(Permission.CYCLES_EDIT)
def remove_paper(cycle_id: UUID, paper_id: UUID) -> Response:
    """Ask, then forget a kind of paper that nothing asks for."""
    found = to_edit(cycle_id)
    name = local_plain(_paper_of(found, paper_id).details.name)
    return removed(
        Removal(
            title=gettext("Remove the paper “%(name)s”?", name=name),
            text=gettext("Where a cycle asks for it, or a family has sent it, it stays."),
            act=gettext("Remove"),
            done=gettext("The paper is removed."),
            crumbs=_crumbs(found),
            back=_here(cycle_id),
            remove=lambda: remove_paper_kind(current_actor(), paper_id),
            onward=_here(cycle_id),
        )
    )
