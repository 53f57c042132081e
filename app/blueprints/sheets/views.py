"""The sheet of a month: of a section for whoever reads its register, of a class for the office."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final
from uuid import UUID

from flask import Blueprint, abort, request
from flask_babel import force_locale, gettext
from werkzeug.wrappers import Response

from app.blueprints.sheets.paper import document, section_name, table_rows
from app.domain.attendance.sheets.queries import get_section_sheet, list_class_sheets
from app.domain.attendance.sheets.types import MonthSheet
from app.domain.kernel import clock
from app.domain.kernel.access import Permission
from app.domain.kernel.dates import format_date
from app.domain.kernel.errors import NotFound
from app.integrations.pdf import NotSet, typeset
from app.web.access import current_actor, requires
from app.web.files import disposition
from app.web.i18n import LOCALES, current_locale
from app.web.spreadsheet import send_table
from app.web.urls import month_asked

blueprint = Blueprint("sheets", __name__, url_prefix="/attendance")

_MOST_DATA: Final = 2 * 1024 * 1024
"""Bytes: a class of thirty full sections has half of it, and is set in two seconds."""


@blueprint.route("/registers/<uuid:section_id>/month.pdf", defaults={"suffix": "pdf"})
@blueprint.route("/registers/<uuid:section_id>/month.xlsx", defaults={"suffix": "xlsx"})
@blueprint.route("/registers/<uuid:section_id>/month.csv", defaults={"suffix": "csv"})
@requires(Permission.REGISTERS_READ)
def of_section(section_id: UUID, suffix: str) -> Response:
    """The sheet of one section."""
    return _send([get_section_sheet(current_actor(), section_id, _month())], suffix)


@blueprint.route("/classes/<uuid:class_id>/month.pdf", defaults={"suffix": "pdf"})
@blueprint.route("/classes/<uuid:class_id>/month.xlsx", defaults={"suffix": "xlsx"})
@blueprint.route("/classes/<uuid:class_id>/month.csv", defaults={"suffix": "csv"})
@requires(Permission.ATTENDANCE_REPORT)
def of_class(class_id: UUID, suffix: str) -> Response:
    """The sheets of all sections of a class, one after the other."""
    return _send(list_class_sheets(current_actor(), class_id, _month()), suffix)


def _month() -> date:
    return month_asked(request.args.get("month"), clock.today())


def _send(sheets: Sequence[MonthSheet], suffix: str) -> Response:
    """The sheets as the file that was asked for, in the reader's language or in the one of `?lang=`."""
    if not sheets:
        raise NotFound
    asked = request.args.get("lang")
    locale = asked if asked in LOCALES else current_locale()
    with force_locale(locale):
        name = _name(sheets, locale)
        if suffix != "pdf":
            return send_table(suffix, name, table_rows(sheets, locale), on_one_sheet=True)
        try:
            pdf = typeset("month", document(sheets, locale, clock.now()), clock.now(), most_in=_MOST_DATA)
        except NotSet:
            abort(503)
    response = Response(pdf, content_type="application/pdf")
    # In the browser, which prints it; saved under its name.
    response.headers["Content-Disposition"] = disposition("inline", f"{name}.pdf")
    response.headers["Cache-Control"] = "no-store"
    return response


def _name(sheets: Sequence[MonthSheet], locale: str) -> str:
    first = sheets[0]
    whose = section_name(first, locale) if len(sheets) == 1 else first.section.class_name.in_(locale)[0]
    month = format_date(first.first, locale, "month")
    return f"{gettext('Attendance register')} {whose} {month}"
