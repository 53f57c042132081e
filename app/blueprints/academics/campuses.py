"""The overview of a campus, and the campuses themselves."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from flask import url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from app.blueprints.academics.area import blueprint, find_place, trail
from app.blueprints.academics.forms import CampusForm
from app.domain.academics.policies import ensure_may
from app.domain.academics.queries import (
    CampusView,
    count_structure,
    day_verdict,
    find_current_year,
    get_campus,
    list_campuses,
)
from app.domain.academics.services import add_campus, change_campus
from app.domain.kernel.access import ALL, Permission
from app.domain.kernel.dates import local_day
from app.domain.kernel.errors import Forbidden
from app.web.access import current_actor, requires
from app.web.editing import Crumbs, Editing, edited
from app.web.headers import keepable
from app.web.htmx import render_page
from app.web.i18n import local
from app.web.once import creates


@blueprint.route("/")
@requires(Permission.ACADEMICS_READ)
@keepable
def overview() -> Response:
    """The campus in figures, and whether today is a school day."""
    place = find_place()
    if place is None:
        return render_page("academics/no_campus.html", may_open=_may_open())
    year = find_current_year(place.campus.id)
    return render_page(
        "academics/overview.html",
        place=place,
        year=year,
        counts=count_structure(place.campus.id, year.id if year else None),
        today=day_verdict(place.campus.id, local_day(datetime.now(UTC))),
    )


def _may_open() -> bool:
    return current_actor().campuses_for(Permission.CAMPUSES_EDIT) is ALL


def _crumbs(*more: tuple[object, str | None]) -> Crumbs:
    return trail((gettext("Campuses"), url_for("academics.campuses")), *more)


@blueprint.route("/campuses/")
@requires(Permission.ACADEMICS_READ)
@keepable
def campuses() -> Response:
    """The campuses the reader belongs to."""
    return render_page(
        "academics/campuses.html", campuses=list_campuses(current_actor()), may_open=_may_open()
    )


@blueprint.route("/campuses/<uuid:campus_id>")
@requires(Permission.ACADEMICS_READ)
@keepable
def campus(campus_id: UUID) -> Response:
    """One campus with its address and rest days."""
    actor = current_actor()
    return render_page(
        "academics/campus.html",
        campus=get_campus(actor, campus_id),
        may_edit=actor.may(Permission.CAMPUSES_EDIT, campus_id),
        crumbs_before=_crumbs(),
    )


@blueprint.route("/campuses/new", methods=["GET", "POST"])
@requires(Permission.CAMPUSES_EDIT)
@creates
def add_campus_page() -> Response:
    """Open a campus."""
    if not _may_open():
        raise Forbidden
    return edited(
        Editing(
            title=gettext("Open a campus"),
            act=gettext("Open the campus"),
            done=gettext("The campus is open."),
            crumbs=_crumbs(),
            back=url_for("academics.campuses"),
            form=CampusForm,
            save=lambda form: add_campus(current_actor(), form.details()),
            onward=lambda key: url_for("academics.campus", campus_id=key),
        )
    )


@blueprint.route("/campuses/<uuid:campus_id>/edit", methods=["GET", "POST"])
@requires(Permission.CAMPUSES_EDIT)
def edit_campus(campus_id: UUID) -> Response:
    """Change a campus and its rest days."""
    actor = current_actor()
    ensure_may(actor, Permission.CAMPUSES_EDIT, campus_id, to_read=Permission.ACADEMICS_READ)

    def read() -> CampusView:
        return get_campus(actor, campus_id)

    here = url_for("academics.campus", campus_id=campus_id)
    return edited(
        Editing(
            title=gettext("Edit the campus"),
            act=gettext("Save the campus"),
            done=gettext("The campus is saved."),
            crumbs=_crumbs((local(read().name), here)),
            back=here,
            form=CampusForm,
            read=read,
            save=lambda form: change_campus(actor, campus_id, form.version.number, form.details()),
            onward=lambda _: here,
        )
    )
