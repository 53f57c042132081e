"""Registers: today's list, one register, the month of a section."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from flask import Blueprint, flash, request, url_for
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response

from app.blueprints.attendance.forms import SentRegister, read_register, stamp
from app.blueprints.attendance.shown import (
    by_campus,
    choose,
    find_disagreements,
    lesson_due,
    make_tiles,
    month_lines,
    shown_from,
)
from app.domain.attendance.policies import may_take
from app.domain.attendance.queries import (
    RegisterView,
    count_registers,
    get_month,
    get_register,
    list_registers,
)
from app.domain.attendance.rules import needs_reason, neighbour_months, roster_mark
from app.domain.attendance.services import save_sent_register
from app.domain.attendance.types import Openness, RegisterStale, Saved
from app.domain.kernel import clock
from app.domain.kernel.access import Permission
from app.domain.kernel.dates import to_local
from app.domain.kernel.digits import to_local_digits
from app.domain.kernel.errors import NotFound, Refused
from app.web.access import current_actor, requires
from app.web.errors import message_of
from app.web.headers import keepable
from app.web.htmx import render_page, see_other
from app.web.i18n import current_locale
from app.web.urls import month_asked

blueprint = Blueprint("attendance", __name__, url_prefix="/attendance")


@blueprint.route("/registers/")
@requires(Permission.REGISTERS_READ)
@keepable
def registers() -> Response:
    """Today's registers: a teacher's own sections, and for the office those of one campus."""
    actor, today = current_actor(), clock.today()
    campuses = count_registers(actor, today, today=today)
    chosen = choose(campuses, request.args.get("campus"), request.args.get("class"))
    cards = list_registers(actor, today, today=today, **chosen.keys)
    offices = {campus.id for campus in campuses}
    others = [card for card in cards if not card.section.is_own]
    return render_page(
        "attendance/registers.html",
        today=today,
        own=[card for card in cards if card.section.is_own],
        taught=by_campus(card for card in others if card.section.campus_id not in offices),
        listed=[card for card in others if chosen.holds(card)],
        campuses=campuses,
        chosen=chosen,
    )


@blueprint.route("/registers/<uuid:section_id>/", methods=["GET", "POST"])
@requires(Permission.REGISTERS_READ)
@keepable
def register_today(section_id: UUID) -> Response:
    """The register of a section today."""
    return _register(section_id, clock.today())


@blueprint.route("/registers/<uuid:section_id>/<date:on>/", methods=["GET", "POST"])
@requires(Permission.REGISTERS_READ)
@keepable
def register(section_id: UUID, on: date) -> Response:
    """The register of a section on a day."""
    return _register(section_id, on)


def period_asked() -> int:
    """The lesson asked for, 0 for the register of the whole day. Raises NotFound for what is no lesson."""
    text = request.args.get("period", "0")
    if not (text.isascii() and text.isdigit() and len(text) < 3):
        raise NotFound
    return int(text)


def _register(section_id: UUID, on: date) -> Response:
    if request.method == "GET":
        return _show(section_id, on, SentRegister())
    sent = read_register(request.form)
    if sent.problems:
        return _show(section_id, on, sent)
    try:
        saved = save_sent_register(
            current_actor(),
            section_id,
            on,
            version=sent.version,
            sent=sent.marks,
            period=period_asked(),
            reason=sent.reason,
        )
    except RegisterStale:
        return _show_both(section_id, on, sent)
    except Refused as error:
        sent.problems.append(message_of(error))
        return _show(section_id, on, sent)
    flash(_saved_words(saved), "ok")
    return see_other(url_for(".register", section_id=section_id, on=on, period=period_asked() or None))


def _view_of(section_id: UUID, on: date) -> RegisterView:
    return get_register(current_actor(), section_id, on, today=clock.today(), period=period_asked())


def _show(section_id: UUID, on: date, sent: SentRegister) -> Response:
    actor = current_actor()
    view = _view_of(section_id, on)
    due = None if view.period or view.row else lesson_due(view, to_local(clock.now()).time())
    if due:
        return see_other(url_for(".register", section_id=section_id, on=on, period=due))
    show = shown_from(request.args.get("show"))
    made = make_tiles(view, sent.marks, show)
    version = view.row.version if view.row else 0
    taken = view.row is not None and view.row.is_taken
    allowed = may_take(actor, view.section.campus_id, is_own=view.section.is_own)
    page = render_page(
        "attendance/register.html",
        view=view,
        period=view.period,
        taken=taken,
        is_live=allowed and view.openness is Openness.OPEN and on == clock.today(),
        asks_why=needs_reason(on, clock.today(), is_taken=taken),
        reason=sent.reason,
        made=made,
        show=show,
        stamp=stamp(version, made.answered),
        roster=roster_mark([pupil.key for pupil in view.pupils]),
        problems=[(None, problem) for problem in sent.problems],
        may_take=allowed,
        status=422 if sent.problems else 200,
    )
    return page


def _show_both(section_id: UUID, on: date, sent: SentRegister) -> Response:
    """The stored register beside the one that came too late, pupil by pupil."""
    view = _view_of(section_id, on)
    differ, agreed = find_disagreements(view, sent.marks)
    version = view.row.version if view.row else 0
    page = render_page(
        "attendance/register_conflict.html",
        view=view,
        differ=differ,
        agreed=agreed,
        reason=sent.reason,
        stamp=stamp(version, len(differ) + len(agreed)),
        status=409,
    )
    return page


def _saved_words(saved: Saved) -> str:
    if saved.unrecorded:
        words = ngettext(
            "Register saved. %(pupils)s pupil is not recorded yet.",
            "Register saved. %(pupils)s pupils are not recorded yet.",
            saved.unrecorded,
            pupils=to_local_digits(str(saved.unrecorded), current_locale()),
        )
    elif saved.is_new:
        words = gettext("Register finished.")
    else:
        words = gettext("Changes saved.") if saved.changes else gettext("Nothing had changed.")
    return str(words)


@blueprint.route("/registers/<uuid:section_id>/month/")
@requires(Permission.REGISTERS_READ)
@keepable
def month(section_id: UUID) -> Response:
    """A month of a section, pupils by days, made for paper too."""
    sheet = get_month(current_actor(), section_id, month_asked(request.args.get("month"), clock.today()))
    before, after = neighbour_months(sheet.first, sheet.section.year_starts_on, sheet.section.year_ends_on)
    return render_page(
        "attendance/month.html",
        sheet=sheet,
        lines=month_lines(sheet),
        today=clock.today(),
        before=before,
        after=after,
    )
