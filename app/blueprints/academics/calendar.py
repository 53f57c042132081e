"""The calendar of a campus: a sheet for each month, the year as a list, and its entries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from uuid import UUID

from flask import Blueprint, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from app.blueprints.academics.area import blueprint as academics
from app.blueprints.academics.area import campus_code, get_place
from app.blueprints.academics.forms import KIND_WORDS, EntryForm
from app.domain.academics.policies import ensure_may
from app.domain.academics.queries import (
    EntryView,
    find_current_year,
    get_entry,
    list_calendar_entries,
)
from app.domain.academics.rules import covers, first_of_next_month, school_day, week_days, weeks_of_month
from app.domain.academics.services import add_entry, change_entry, remove_entry
from app.domain.academics.types import DayVerdict, EntryDetails
from app.domain.kernel.access import Permission
from app.domain.kernel.dates import YEARS, local_day
from app.domain.kernel.digits import to_ascii_digits
from app.web.access import current_actor, requires
from app.web.editing import Crumbs, Editing, Removal, edited, removed
from app.web.headers import keepable
from app.web.htmx import render_page
from app.web.once import creates

blueprint = Blueprint("calendar", __name__, url_prefix="/calendar")


@dataclass(frozen=True)
class Cell:
    """A day on a month's sheet."""

    verdict: DayVerdict
    entries: list[EntryDetails]
    in_month: bool


def _today() -> date:
    return local_day(datetime.now(UTC))


def _month_asked() -> date:
    """The first day of the month in `?month=2026-11`; this month where none is asked for."""
    asked = to_ascii_digits(request.args.get("month", "")).strip()
    try:
        first = date.fromisoformat(f"{asked}-01")
    except ValueError:
        return _today().replace(day=1)
    return first if first.year in YEARS else _today().replace(day=1)


@blueprint.route("/")
@requires(Permission.CALENDAR_READ)
@keepable
def month() -> Response:
    """A month of the campus: school days, rest days, holidays and events."""
    place, first = get_place(Permission.CALENDAR_READ), _month_asked()
    weeks = weeks_of_month(first.year, first.month)
    entries = list_calendar_entries(place.campus.id, weeks[0][0], weeks[-1][-1])
    return render_page(
        "academics/calendar.html",
        place=place,
        first=first,
        before=first - timedelta(1),
        after=first_of_next_month(first),
        today=_today(),
        week_days=week_days(),
        weeks=_sheet(first, weeks, place.campus.rest_days, [entry.details for entry in entries]),
        entries=[e for e in entries if _touches(e, first)],
        kinds=KIND_WORDS,
    )


def _touches(entry: EntryView, first: date) -> bool:
    return entry.details.starts_on < first_of_next_month(first) and entry.details.ends_on >= first


def _sheet(
    first: date, weeks: list[tuple[date, ...]], rest_days: tuple[int, ...], entries: list[EntryDetails]
) -> list[list[Cell]]:
    return [
        [
            Cell(
                school_day(day, rest_days, entries),
                [entry for entry in entries if covers(entry, day)],
                day.month == first.month,
            )
            for day in week
        ]
        for week in weeks
    ]


@blueprint.route("/year/")
@requires(Permission.CALENDAR_READ)
@keepable
def year() -> Response:
    """Everything the calendar says of the school year, month by month; made to be printed."""
    place = get_place(Permission.CALENDAR_READ)
    current = find_current_year(place.campus.id, _today())
    entries = list_calendar_entries(place.campus.id, current.starts_on, current.ends_on) if current else []
    months = groupby(entries, key=lambda entry: entry.details.starts_on.replace(day=1))
    return render_page(
        "academics/calendar_year.html",
        place=place,
        year=current,
        months=[(first, list(group)) for first, group in months],
        kinds=KIND_WORDS,
    )


def _month_url(campus_id: UUID, day: date) -> str:
    return url_for("academics.calendar.month", campus=campus_code(campus_id), month=f"{day:%Y-%m}")


def _crumbs(here: str) -> Crumbs:
    return [(gettext("Calendar"), here)]


def _load_to_edit(entry_id: UUID) -> EntryView:
    entry = get_entry(current_actor(), entry_id)
    _ensure_edits(entry.campus_id)
    return entry


def _ensure_edits(campus_id: UUID) -> None:
    ensure_may(current_actor(), Permission.CALENDAR_EDIT, campus_id, to_read=Permission.CALENDAR_READ)


@blueprint.route("/new", methods=["GET", "POST"])
@requires(Permission.CALENDAR_EDIT)
@creates
def add_entry_page() -> Response:
    """Write a holiday, an event or an extra school day into the calendar."""
    campus = get_place(Permission.CALENDAR_READ).campus
    _ensure_edits(campus.id)
    here = _month_url(campus.id, _month_asked())
    return edited(
        Editing(
            title=gettext("Add to the calendar"),
            act=gettext("Add to the calendar"),
            done=gettext("The calendar is saved."),
            crumbs=_crumbs(here),
            back=here,
            form=EntryForm,
            save=lambda form: (add_entry(current_actor(), campus.id, form.details()), form.details()),
            onward=lambda result: _month_url(campus.id, result[1].starts_on),
        )
    )


@blueprint.route("/<uuid:entry_id>/edit", methods=["GET", "POST"])
@requires(Permission.CALENDAR_EDIT)
def edit_entry(entry_id: UUID) -> Response:
    """Change an entry of the calendar."""
    actor, entry = current_actor(), _load_to_edit(entry_id)
    here = _month_url(entry.campus_id, entry.details.starts_on)
    return edited(
        Editing(
            title=gettext("Edit the entry"),
            act=gettext("Save the entry"),
            done=gettext("The calendar is saved."),
            crumbs=_crumbs(here),
            back=here,
            form=EntryForm,
            read=lambda: get_entry(actor, entry_id),
            save=lambda form: change_entry(actor, entry_id, form.version.number, form.details()),
            onward=lambda _: here,
        )
    )


@blueprint.route("/<uuid:entry_id>/remove", methods=["GET", "POST"])
@requires(Permission.CALENDAR_EDIT)
def remove_entry_page(entry_id: UUID) -> Response:
    """Ask, then take an entry out of the calendar."""
    entry = _load_to_edit(entry_id)
    here = _month_url(entry.campus_id, entry.details.starts_on)
    return removed(
        Removal(
            title=gettext("Remove this from the calendar?"),
            text=gettext("The days go back to what they were. Registers stay as they were taken."),
            act=gettext("Remove from the calendar"),
            done=gettext("The entry is out of the calendar."),
            crumbs=_crumbs(here),
            back=here,
            remove=lambda: remove_entry(current_actor(), entry_id),
            onward=here,
        )
    )


academics.register_blueprint(blueprint)
