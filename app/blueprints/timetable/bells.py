"""Bell times of a campus, a shift at a time."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from flask import url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from app.blueprints.timetable.area import blueprint, campus_code, shift_asked, trail, where
from app.blueprints.timetable.forms import BellForm, next_bell
from app.domain.academics.policies import ensure_may
from app.domain.academics.timetable.queries import BellView, get_bell, list_bells, list_shifts
from app.domain.academics.timetable.services import add_bell, change_bell, remove_bell
from app.domain.academics.types import Shift
from app.domain.kernel.access import Permission
from app.web.access import current_actor, requires
from app.web.admission import SHIFT_WORDS
from app.web.editing import Crumbs, Editing, Removal, edited, removed
from app.web.headers import keepable
from app.web.htmx import render_page
from app.web.once import creates


def _list_url(code: str, shift: Shift | None) -> str:
    return url_for("timetable.bells", campus=code, shift=shift.value if shift else "all")


def _crumbs(code: str, shift: Shift | None) -> Crumbs:
    return trail((gettext("Bell times"), _list_url(code, shift)))


@blueprint.route("/bell-times/")
@requires(Permission.ACADEMICS_READ)
@keepable
def bells() -> Response:
    """When the periods of a shift are."""
    place = where()
    shifts = list_shifts(place.campus.id)
    shift = shift_asked(shifts[0])
    return render_page(
        "timetable/bells.html",
        place=place,
        shift=shift,
        shifts=[(each, _list_url(place.campus.code, each)) for each in shifts],
        shift_words=SHIFT_WORDS,
        bells=list_bells(place.campus.id, shift),
    )


@blueprint.route("/bell-times/new", methods=["GET", "POST"])
@requires(Permission.ACADEMICS_EDIT)
@creates
def add_bell_page() -> Response:
    """Add a period: the form begins where the last one ends."""
    place = where(Permission.ACADEMICS_EDIT)
    campus, shift = place.campus, shift_asked(None)
    here = _list_url(campus.code, shift)
    return edited(
        Editing(
            title=gettext("Add a period"),
            act=gettext("Add the period"),
            done=gettext("The period is added."),
            crumbs=_crumbs(campus.code, shift),
            back=here,
            form=partial(BellForm, shift, data=next_bell(list_bells(campus.id, shift))),
            save=lambda form: add_bell(current_actor(), campus.id, form.details()),
            onward=lambda _: here,
        )
    )


def _to_edit(bell_id: UUID) -> BellView:
    found = get_bell(current_actor(), bell_id)
    ensure_may(current_actor(), Permission.ACADEMICS_EDIT, found.campus_id, to_read=Permission.ACADEMICS_READ)
    return found


@blueprint.route("/bell-times/<uuid:bell_id>/edit", methods=["GET", "POST"])
@requires(Permission.ACADEMICS_EDIT)
def edit_bell(bell_id: UUID) -> Response:
    """Change when a period is."""
    actor, found = current_actor(), _to_edit(bell_id)
    code, shift = campus_code(found.campus_id), found.details.shift
    here = _list_url(code, shift)
    return edited(
        Editing(
            title=gettext("Edit the period"),
            act=gettext("Save the period"),
            done=gettext("The period is saved."),
            crumbs=_crumbs(code, shift),
            back=here,
            form=partial(BellForm, shift),
            read=lambda: get_bell(actor, bell_id),
            save=lambda form: change_bell(actor, bell_id, form.version.number, form.details()),
            onward=lambda _: here,
        )
    )


@blueprint.route("/bell-times/<uuid:bell_id>/remove", methods=["GET", "POST"])
@requires(Permission.ACADEMICS_EDIT)
def remove_bell_page(bell_id: UUID) -> Response:
    """Ask, then take a period without lessons out of the day."""
    found = _to_edit(bell_id)
    code, shift = campus_code(found.campus_id), found.details.shift
    here = _list_url(code, shift)
    return removed(
        Removal(
            title=gettext("Remove this period?"),
            text=gettext("A period can be removed when no lesson of any section stands in it."),
            act=gettext("Remove the period"),
            done=gettext("The period is removed."),
            crumbs=_crumbs(code, shift),
            back=here,
            remove=lambda: remove_bell(current_actor(), bell_id),
            onward=here,
        )
    )
