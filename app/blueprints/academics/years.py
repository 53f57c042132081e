"""School years and their terms."""

from __future__ import annotations

from uuid import UUID

from flask import url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from app.blueprints.academics.area import (
    blueprint,
    campus_code,
    get_place,
    load_to_edit,
    place_to_edit,
    trail,
)
from app.blueprints.academics.forms import TermForm, YearForm
from app.domain.academics.queries import get_term, get_year, list_terms, list_years
from app.domain.academics.services import (
    add_term,
    add_year,
    change_term,
    change_year,
    remove_term,
    remove_year,
)
from app.domain.kernel.access import Permission
from app.web.access import current_actor, requires
from app.web.editing import Crumbs, Editing, Removal, edited, removed
from app.web.headers import keepable
from app.web.htmx import render_page
from app.web.i18n import digits
from app.web.once import creates


def _list(campus_id: UUID) -> str:
    return url_for("academics.years", campus=campus_code(campus_id))


def _crumbs(here: str) -> Crumbs:
    return trail((gettext("School years"), here))


@blueprint.route("/years/")
@requires(Permission.ACADEMICS_READ)
@keepable
def years() -> Response:
    """The school years of a campus, each with its terms."""
    place = get_place()
    return render_page(
        "academics/years.html",
        place=place,
        years=list_years(place.campus.id),
        terms=list_terms(place.campus.id),
    )


@blueprint.route("/years/new", methods=["GET", "POST"])
@requires(Permission.ACADEMICS_EDIT)
@creates
def add_year_page() -> Response:
    """Add a school year."""
    campus = place_to_edit().campus
    here = url_for("academics.years", campus=campus.code)
    return edited(
        Editing(
            title=gettext("Add a school year"),
            act=gettext("Add the school year"),
            done=gettext("The school year is added."),
            crumbs=_crumbs(here),
            back=here,
            form=YearForm,
            save=lambda form: add_year(current_actor(), campus.id, form.details()),
            onward=lambda _: here,
        )
    )


@blueprint.route("/years/<uuid:year_id>/edit", methods=["GET", "POST"])
@requires(Permission.ACADEMICS_EDIT)
def edit_year(year_id: UUID) -> Response:
    """Change a school year, or make it the current one."""
    actor = current_actor()
    here = _list(load_to_edit(get_year, year_id).campus_id)
    return edited(
        Editing(
            title=gettext("Edit the school year"),
            act=gettext("Save the school year"),
            done=gettext("The school year is saved."),
            crumbs=_crumbs(here),
            back=here,
            form=YearForm,
            read=lambda: get_year(actor, year_id),
            save=lambda form: change_year(actor, year_id, form.version.number, form.details()),
            onward=lambda _: here,
        )
    )


@blueprint.route("/years/<uuid:year_id>/remove", methods=["GET", "POST"])
@requires(Permission.ACADEMICS_EDIT)
def remove_year_page(year_id: UUID) -> Response:
    """Ask, then remove a school year nothing belongs to."""
    year = load_to_edit(get_year, year_id)
    here = _list(year.campus_id)
    return removed(
        Removal(
            title=gettext("Remove the school year %(name)s?", name=digits(year.name)),
            text=gettext("A school year can be removed only while no section and no term belongs to it."),
            act=gettext("Remove the school year"),
            done=gettext("The school year is removed."),
            crumbs=_crumbs(here),
            back=here,
            remove=lambda: remove_year(current_actor(), year_id),
            onward=here,
        )
    )


@blueprint.route("/years/<uuid:year_id>/terms/new", methods=["GET", "POST"])
@requires(Permission.ACADEMICS_EDIT)
@creates
def add_term_page(year_id: UUID) -> Response:
    """Add a term to a school year."""
    here = _list(load_to_edit(get_year, year_id).campus_id)
    return edited(
        Editing(
            title=gettext("Add a term"),
            act=gettext("Add the term"),
            done=gettext("The term is added."),
            crumbs=_crumbs(here),
            back=here,
            form=TermForm,
            save=lambda form: add_term(current_actor(), year_id, form.details()),
            onward=lambda _: here,
        )
    )


@blueprint.route("/terms/<uuid:term_id>/edit", methods=["GET", "POST"])
@requires(Permission.ACADEMICS_EDIT)
def edit_term(term_id: UUID) -> Response:
    """Change a term."""
    actor = current_actor()
    here = _list(load_to_edit(get_term, term_id).campus_id)
    return edited(
        Editing(
            title=gettext("Edit the term"),
            act=gettext("Save the term"),
            done=gettext("The term is saved."),
            crumbs=_crumbs(here),
            back=here,
            form=TermForm,
            read=lambda: get_term(actor, term_id),
            save=lambda form: change_term(actor, term_id, form.version.number, form.details()),
            onward=lambda _: here,
        )
    )


@blueprint.route("/terms/<uuid:term_id>/remove", methods=["GET", "POST"])
@requires(Permission.ACADEMICS_EDIT)
def remove_term_page(term_id: UUID) -> Response:
    """Ask, then remove a term."""
    here = _list(load_to_edit(get_term, term_id).campus_id)
    return removed(
        Removal(
            title=gettext("Remove this term?"),
            text=gettext("The school year stays as it is; only the term goes."),
            act=gettext("Remove the term"),
            done=gettext("The term is removed."),
            crumbs=_crumbs(here),
            back=here,
            remove=lambda: remove_term(current_actor(), term_id),
            onward=here,
        )
    )
