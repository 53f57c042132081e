"""Admission cycles: the list, one cycle on one page, its parts, copy, publish, close, delete, preview."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import partial
from typing import Any
from uuid import UUID

from flask import Blueprint, abort, flash, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from app.blueprints.cycles.forms import (
    CopyForm,
    NewCycleForm,
    NewSeatsForm,
    QuotaForm,
    RulesForm,
    SeatsForm,
    TermsForm,
)
from app.blueprints.cycles.pages import check_list, shares_of
from app.blueprints.cycles.words import STATE_WORDS
from app.domain.academics.policies import ensure_may
from app.domain.academics.queries import list_classes
from app.domain.admissions.cycles.queries import get_cycle, list_cycles, years_for_cycles
from app.domain.admissions.cycles.rules import age_rule, find_doubts, find_lacks, takes_applications
from app.domain.admissions.cycles.services import (
    add_class,
    add_cycle,
    add_quota,
    change_class,
    change_cycle,
    change_quota,
    close_cycle,
    copy_cycle,
    publish_cycle,
    remove_class,
    remove_cycle,
    remove_quota,
)
from app.domain.admissions.cycles.types import CycleClass, CycleQuota, CycleView, NotReady
from app.domain.admissions.papers.queries import list_paper_kinds
from app.domain.admissions.papers.types import PaperKindView
from app.domain.admissions.queries import list_places_of
from app.domain.kernel.access import Permission
from app.domain.kernel.dates import local_day
from app.domain.kernel.errors import Stale
from app.web.access import current_actor, requires
from app.web.admission import METHOD_WORDS, SHIFT_WORDS, cycle_title, cycle_words
from app.web.editing import Crumbs, EditForm, Editing, Removal, edited, removed
from app.web.entry import RULE_WORDS
from app.web.forms import submitted
from app.web.htmx import render_page, see_other
from app.web.i18n import local_plain
from app.web.once import creates

blueprint = Blueprint("cycles", __name__, url_prefix="/admissions/cycles")


def today() -> date:
    """The day it is at the school."""
    return local_day(datetime.now(UTC))


def _crumbs(*more: tuple[Any, str | None]) -> Crumbs:
    return [
        (gettext("Admissions"), url_for("admissions.queue")),
        (gettext("Admission cycles"), url_for("cycles.index")),
        *more,
    ]


def here(cycle_id: UUID) -> str:
    return url_for("cycles.cycle", cycle_id=cycle_id)


def inside(cycle: CycleView) -> Crumbs:
    return _crumbs((cycle_title(cycle), here(cycle.id)))


def own_papers_of(cycle: CycleView) -> list[PaperKindView]:
    """The kinds of papers that the campus of a cycle has added."""
    return list_paper_kinds(cycle.campus_id)


def to_edit(cycle_id: UUID) -> CycleView:
    """A cycle that the reader may change. Raises NotFound, Forbidden."""
    cycle = get_cycle(current_actor(), cycle_id)
    ensure_may(current_actor(), Permission.CYCLES_EDIT, cycle.campus_id, to_read=Permission.APPLICATIONS_READ)
    return cycle


@blueprint.route("/")
@requires(Permission.APPLICATIONS_READ)
def index() -> Response:
    """Every cycle of the reader's campuses, the latest first."""
    actor = current_actor()
    return render_page(
        "cycles/index.html",
        cycles=list_cycles(actor),
        may_edit=actor.may(Permission.CYCLES_EDIT),
        state_words=STATE_WORDS,
    )


@blueprint.route("/new", methods=["GET", "POST"])
@requires(Permission.CYCLES_EDIT)
@creates
def add() -> Response:
    """Begin a cycle as a draft."""
    years = years_for_cycles(current_actor())
    return edited(
        Editing(
            title=gettext("Begin a cycle"),
            act=gettext("Begin the cycle"),
            done=gettext("The cycle is there as a draft. Families do not see it yet."),
            crumbs=_crumbs(),
            back=url_for("cycles.index"),
            form=lambda **given: NewCycleForm(years, **given),
            save=lambda form: add_cycle(current_actor(), form.year_id.key, form.details()),
            onward=here,
        )
    )


@blueprint.route("/<uuid:cycle_id>")
@requires(Permission.APPLICATIONS_READ)
def cycle(cycle_id: UUID) -> Response:
    """One cycle: its days and rules, classes, quotas, papers, and what is missing."""
    actor = current_actor()
    found = get_cycle(actor, cycle_id)
    return render_page(
        "cycles/cycle.html",
        cycle=found,
        name=cycle_title(found),
        crumbs_before=_crumbs(),
        may_edit=actor.may(Permission.CYCLES_EDIT, found.campus_id),
        is_open=takes_applications(
            found.state, found.details.opens_on, found.details.closes_on, datetime.now(UTC)
        ),
        lacks=check_list(find_lacks(found, today()), found),
        doubts=check_list(find_doubts(found), found),
        ages={each.id: age_rule(found.details, each.details, found.year_starts_on) for each in found.classes},
        shares=shares_of(found),
        methods=METHOD_WORDS,
        shifts=SHIFT_WORDS,
        rule_words=RULE_WORDS,
        state_words=STATE_WORDS,
        **cycle_words(),
    )


def _edit_details(found: CycleView, title: str, form: Callable[..., EditForm]) -> Response:
    actor, cycle_id = current_actor(), found.id
    return edited(
        Editing(
            title=title,
            act=gettext("Save the cycle"),
            done=gettext("The cycle is saved."),
            crumbs=inside(found),
            back=here(cycle_id),
            form=form,
            read=lambda: get_cycle(actor, cycle_id),
            save=lambda typed: change_cycle(actor, cycle_id, typed.version.number, typed.details()),
            onward=lambda _: here(cycle_id),
        )
    )


@blueprint.route("/<uuid:cycle_id>/edit", methods=["GET", "POST"])
@requires(Permission.CYCLES_EDIT)
def edit(cycle_id: UUID) -> Response:
    """Change days, method and fee."""
    found = to_edit(cycle_id)
    return _edit_details(found, gettext("Days, method and fee"), partial(TermsForm, found.details))


@blueprint.route("/<uuid:cycle_id>/rules", methods=["GET", "POST"])
@requires(Permission.CYCLES_EDIT)
def edit_rules(cycle_id: UUID) -> Response:
    """Change the days on which ages are counted, and the papers of every child."""
    found = to_edit(cycle_id)
    form = partial(RulesForm, own_papers_of(found), found.details)
    return _edit_details(found, gettext("Ages and papers"), form)


# --- classes


@blueprint.route("/<uuid:cycle_id>/classes/new", methods=["GET", "POST"])
@requires(Permission.CYCLES_EDIT)
@creates
def add_class_page(cycle_id: UUID) -> Response:
    """Let a class take applications."""
    found, actor = to_edit(cycle_id), current_actor()
    taken = {each.class_id for each in found.classes}
    classes = [each for each in list_classes(found.campus_id) if each.id not in taken]
    return edited(
        _part(
            found,
            gettext("Add a class"),
            partial(NewSeatsForm, own_papers_of(found), classes),
            lambda form: add_class(actor, cycle_id, form.class_id.key, form.details()),
        )
    )


def _part(found: CycleView, title: str, form: Any, save: Any, read: Any = None) -> Editing:
    """The screen on which a class or a quota of a cycle is made or changed."""
    return Editing(
        title=title,
        act=gettext("Save"),
        done=gettext("The cycle is saved."),
        crumbs=inside(found),
        back=here(found.id),
        form=form,
        read=read,
        save=save,
        onward=lambda _: here(found.id),
    )


def _class_of(found: CycleView, seat_id: UUID) -> CycleClass:
    return next((each for each in found.classes if each.id == seat_id), None) or abort(404)


def _quota_of(found: CycleView, quota_id: UUID) -> CycleQuota:
    return next((each for each in found.quotas if each.id == quota_id), None) or abort(404)


@blueprint.route("/<uuid:cycle_id>/classes/<uuid:seat_id>/edit", methods=["GET", "POST"])
@requires(Permission.CYCLES_EDIT)
def edit_class(cycle_id: UUID, seat_id: UUID) -> Response:
    """Change what is decided for one class: seats, ages, papers, and what it does otherwise than its cycle."""
    found, actor = to_edit(cycle_id), current_actor()
    return edited(
        _part(
            found,
            local_plain(_class_of(found, seat_id).name),
            partial(SeatsForm, own_papers_of(found)),
            lambda form: change_class(actor, cycle_id, seat_id, form.version.number, form.details()),
            lambda: _class_of(get_cycle(actor, cycle_id), seat_id),
        )
    )


@blueprint.route("/<uuid:cycle_id>/classes/<uuid:seat_id>/remove", methods=["GET", "POST"])
@requires(Permission.CYCLES_EDIT)
def remove_class_page(cycle_id: UUID, seat_id: UUID) -> Response:
    """Ask, then take a class out of the cycle."""
    found = to_edit(cycle_id)
    name = local_plain(_class_of(found, seat_id).name)
    return removed(
        Removal(
            title=gettext("Take %(name)s out of the cycle?", name=name),
            text=gettext(
                "Families can then no longer apply for it. Where one has applied already, it stays."
            ),
            act=gettext("Take it out"),
            done=gettext("The cycle is saved."),
            crumbs=inside(found),
            back=here(cycle_id),
            remove=lambda: remove_class(current_actor(), cycle_id, seat_id),
            onward=here(cycle_id),
        )
    )


# --- quotas


@blueprint.route("/<uuid:cycle_id>/quotas/new", methods=["GET", "POST"])
@requires(Permission.CYCLES_EDIT)
@creates
def add_quota_page(cycle_id: UUID) -> Response:
    """Keep a share of the seats for some children."""
    found = to_edit(cycle_id)
    return edited(
        _part(
            found,
            gettext("Add a quota"),
            partial(QuotaForm, own_papers_of(found)),
            lambda form: add_quota(current_actor(), cycle_id, form.details()),
        )
    )


@blueprint.route("/<uuid:cycle_id>/quotas/<uuid:quota_id>/edit", methods=["GET", "POST"])
@requires(Permission.CYCLES_EDIT)
def edit_quota(cycle_id: UUID, quota_id: UUID) -> Response:
    """Change a quota."""
    found, actor = to_edit(cycle_id), current_actor()
    return edited(
        _part(
            found,
            local_plain(_quota_of(found, quota_id).details.name),
            partial(QuotaForm, own_papers_of(found)),
            lambda form: change_quota(actor, cycle_id, quota_id, form.version.number, form.details()),
            lambda: _quota_of(get_cycle(actor, cycle_id), quota_id),
        )
    )


@blueprint.route("/<uuid:cycle_id>/quotas/<uuid:quota_id>/remove", methods=["GET", "POST"])
@requires(Permission.CYCLES_EDIT)
def remove_quota_page(cycle_id: UUID, quota_id: UUID) -> Response:
    """Ask, then take a quota out of the cycle."""
    found = to_edit(cycle_id)
    name = local_plain(_quota_of(found, quota_id).details.name)
    return removed(
        Removal(
            title=gettext("Take the quota “%(name)s” out of the cycle?", name=name),
            text=gettext("Its seats go to everybody. Where a family claims it already, it stays."),
            act=gettext("Take it out"),
            done=gettext("The cycle is saved."),
            crumbs=inside(found),
            back=here(cycle_id),
            remove=lambda: remove_quota(current_actor(), cycle_id, quota_id),
            onward=here(cycle_id),
        )
    )


# --- the whole cycle


@blueprint.route("/<uuid:cycle_id>/copy", methods=["GET", "POST"])
@requires(Permission.CYCLES_EDIT)
@creates
def copy(cycle_id: UUID) -> Response:
    """Begin a cycle for another year as this one was."""
    found = to_edit(cycle_id)
    years = years_for_cycles(current_actor(), found.campus_id)
    return edited(
        Editing(
            title=gettext("Copy the cycle"),
            act=gettext("Copy the cycle"),
            done=gettext("The copy is there as a draft, its days moved to the new year. Look through them."),
            crumbs=inside(found),
            back=here(cycle_id),
            form=lambda **given: CopyForm(years, found.details.name, **given),
            save=lambda form: copy_cycle(current_actor(), cycle_id, form.year_id.key, form.name.data),
            onward=here,
        )
    )


@blueprint.route("/<uuid:cycle_id>/publish", methods=["GET", "POST"])
@requires(Permission.CYCLES_EDIT)
def publish(cycle_id: UUID) -> Response:
    """The check list, and the button that shows the cycle to families."""
    found, form = to_edit(cycle_id), EditForm()
    stale = False
    if submitted(form):
        try:
            publish_cycle(current_actor(), cycle_id, form.version.number)
        except NotReady:
            pass  # the list below says what is missing
        except Stale:
            stale = True
        else:
            flash(gettext("The cycle is published."), "ok")
            return see_other(here(cycle_id))
    return _publish_page(to_edit(cycle_id) if request.method == "POST" else found, stale=stale)


def _publish_page(found: CycleView, *, stale: bool) -> Response:
    lacks = check_list(find_lacks(found, today()), found)
    refused = request.method == "POST"
    return render_page(
        "cycles/publish.html",
        cycle=found,
        crumbs=inside(found),
        lacks=lacks,
        doubts=check_list(find_doubts(found), found),
        stale=stale,
        status=(409 if stale else 422) if refused else 200,
    )


@blueprint.route("/<uuid:cycle_id>/close", methods=["GET", "POST"])
@requires(Permission.CYCLES_EDIT)
def close(cycle_id: UUID) -> Response:
    """Ask, then take no more applications."""
    found = to_edit(cycle_id)
    return removed(
        Removal(
            title=gettext("Close the cycle?"),
            text=gettext(
                "Families can begin and send no more applications. What was sent stays in the queue."
            ),
            act=gettext("Close the cycle"),
            done=gettext("The cycle is closed."),
            crumbs=inside(found),
            back=here(cycle_id),
            remove=lambda: close_cycle(current_actor(), cycle_id),
            onward=here(cycle_id),
        )
    )


@blueprint.route("/<uuid:cycle_id>/remove", methods=["GET", "POST"])
@requires(Permission.CYCLES_EDIT)
def remove(cycle_id: UUID) -> Response:
    """Ask, then delete a draft."""
    found = to_edit(cycle_id)
    return removed(
        Removal(
            title=gettext("Delete the draft?"),
            text=gettext("Its classes and quotas go with it. Families have never seen it."),
            act=gettext("Delete the draft"),
            done=gettext("The draft is deleted."),
            crumbs=inside(found),
            back=here(cycle_id),
            remove=lambda: remove_cycle(current_actor(), cycle_id),
            onward=url_for("cycles.index"),
        )
    )


@blueprint.route("/<uuid:cycle_id>/preview")
@requires(Permission.APPLICATIONS_READ)
def preview(cycle_id: UUID) -> Response:
    """What families will read of the cycle."""
    found = get_cycle(current_actor(), cycle_id)
    return render_page(
        "cycles/preview.html",
        cycle=found,
        crumbs=inside(found),
        classes=list_places_of(cycle_id),
        today=today(),
        **cycle_words(),
    )
