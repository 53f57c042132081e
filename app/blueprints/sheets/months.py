"""The months of a campus: what is missing in each, and their locks."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from itertools import groupby
from uuid import UUID

from flask import request, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from app.blueprints.sheets.forms import ReasonForm
from app.blueprints.sheets.views import blueprint
from app.domain.academics.queries import (
    CampusView,
    YearView,
    find_current_year,
    get_campus,
    list_campuses,
    list_years,
)
from app.domain.attendance.rules import month_bounds
from app.domain.attendance.sheets.queries import get_month_state, list_month_states
from app.domain.attendance.sheets.services import lock_month, unlock_month
from app.domain.attendance.sheets.types import MonthState, SectionMonth
from app.domain.kernel import clock
from app.domain.kernel.access import Permission
from app.domain.kernel.errors import NotFound
from app.domain.kernel.texts import LocalText
from app.web.access import current_actor, requires
from app.web.editing import Crumbs, Editing, edited
from app.web.htmx import render_page
from app.web.i18n import day

_REPORT = Permission.ATTENDANCE_REPORT


@blueprint.route("/months/")
@requires(_REPORT)
def months() -> Response:
    """The months of a year of one campus, with what is missing in each."""
    campuses = list_campuses(current_actor(), _REPORT)
    campus = _chosen(campuses, request.args.get("campus"))
    years = list_years(campus.id)
    year = _year(campus, years, request.args.get("year"))
    today = clock.today()
    states = list_month_states(campus.id, year.starts_on, year.ends_on, today) if year else []
    return render_page(
        "sheets/months.html", campuses=campuses, campus=campus, years=years, year=year, states=states
    )


def _chosen(campuses: list[CampusView], code: str | None) -> CampusView:
    found = next((each for each in campuses if not code or each.code == code), None)
    if found is None:
        raise NotFound
    return found


def _year(campus: CampusView, years: list[YearView], name: str | None) -> YearView | None:
    if name:
        found = next((each for each in years if each.name == name), None)
        if found is None:
            raise NotFound
        return found
    return find_current_year(campus.id)


@blueprint.route("/months/<uuid:campus_id>/<date:first>/")
@requires(_REPORT)
def month(campus_id: UUID, first: date) -> Response:
    """A month of a campus: the sections with their missing registers, the sheets, and the lock."""
    campus = get_campus(current_actor(), campus_id, _REPORT)
    state = get_month_state(campus_id, first, clock.today())
    return render_page(
        "sheets/month.html",
        campus=campus,
        state=state,
        classes=by_class(state.sections),
        crumbs=_crumbs(campus),
    )


def by_class(sections: Iterable[SectionMonth]) -> list[tuple[UUID, LocalText, list[SectionMonth]]]:
    """The sections under their classes, in the order they come in."""
    grouped = groupby(sections, key=lambda each: (each.class_id, each.class_name))
    return [(key, name, list(group)) for (key, name), group in grouped]


def _crumbs(campus: CampusView) -> Crumbs:
    return [
        (gettext("Registers"), url_for("attendance.registers")),
        (gettext("Registers by month"), url_for("sheets.months", campus=campus.code)),
    ]


@blueprint.route("/months/<uuid:campus_id>/<date:first>/lock/", methods=["GET", "POST"])
@requires(_REPORT)
def lock(campus_id: UUID, first: date) -> Response:
    """Ask why, then lock a month."""
    return _asked(
        campus_id, first, _l("Lock %(month)s"), _l("Lock the month"), _l("The month is locked."), lock_month
    )


@blueprint.route("/months/<uuid:campus_id>/<date:first>/unlock/", methods=["GET", "POST"])
@requires(_REPORT)
def unlock(campus_id: UUID, first: date) -> Response:
    """Ask why, then open a month again."""
    return _asked(
        campus_id,
        first,
        _l("Open %(month)s again"),
        _l("Open the month"),
        _l("The month is open."),
        unlock_month,
    )


def _asked(
    campus_id: UUID, first: date, title: object, act: object, done: object, save: Callable[..., None]
) -> Response:
    actor = current_actor()
    campus = get_campus(actor, campus_id, _REPORT)
    state: MonthState = get_month_state(campus_id, first, clock.today())
    month = day(state.first, "month")
    back = url_for("sheets.month", campus_id=campus_id, first=month_bounds(first)[0])
    return edited(
        Editing(
            title=str(title) % {"month": month},
            act=str(act),
            done=str(done),
            crumbs=[*_crumbs(campus), (month, back)],
            back=back,
            form=lambda **given: ReasonForm(state, **given),
            save=lambda form: save(actor, campus_id, first, reason=form.details()),
            onward=lambda _: back,
        )
    )
