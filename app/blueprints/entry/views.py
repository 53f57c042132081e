"""Enrolling a whole class with a preview, and taking an enrolment back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, abort, flash, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse

from app.blueprints.entry.forms import UndoForm, picks_in
from app.domain.academics.policies import ensure_may
from app.domain.admissions.cycles.queries import get_cycle
from app.domain.admissions.cycles.types import CycleClass, CycleView
from app.domain.admissions.entry.queries import can_be_undone, plan_class
from app.domain.admissions.entry.rules import MOST_AT_ONCE
from app.domain.admissions.entry.services import enrol_several, undo_enrolment
from app.domain.admissions.entry.types import NothingToUndo, Outcome, SectionRule
from app.domain.admissions.queries import get_application, list_children_called
from app.domain.admissions.types import ApplicationStatus
from app.domain.kernel import clock
from app.domain.kernel.access import Permission
from app.domain.kernel.errors import Refused
from app.web.access import current_actor, requires
from app.web.admission import cycle_title
from app.web.entry import RULE_WORDS, point_words
from app.web.errors import message_of
from app.web.forms import submitted
from app.web.htmx import render_page, see_other
from app.web.i18n import local_plain
from app.web.urls import absolute_url, status_link

blueprint = Blueprint("entry", __name__, url_prefix="/admissions")


def invitation_link(locale: str, token: str) -> str:
    """The address at which a guardian chooses a password, for letters."""
    return absolute_url("accounts.choose_password", lang=locale, token=token)


# --- taking one back


@blueprint.route("/applications/<uuid:application_id>/undo", methods=["GET", "POST"])
@requires(Permission.APPLICATIONS_ENROL)
def undo(application_id: UUID) -> BaseResponse:
    """Ask for the reason, then take an enrolment back; where something depends on it, say what."""
    application = get_application(current_actor(), application_id, Permission.APPLICATIONS_ENROL)
    here = url_for("admissions.record", application_id=application_id)
    form = UndoForm(data={"version": application.version})
    if submitted(form):
        try:
            _undo(application_id, form)
        except Refused as error:
            form.put_refusal(error)
        else:
            flash(gettext("The enrolment is taken back, and the family is told."), "ok")
            return see_other(here)
    elif application.status is not ApplicationStatus.ENROLLED or not can_be_undone(application_id):
        raise NothingToUndo
    code = 422 if form.problems else 200
    return render_page("entry/undo.html", application=application, form=form, here=here, status=code)


def _undo(application_id: UUID, form: UndoForm) -> None:
    undo_enrolment(
        current_actor(),
        application_id,
        reason=form.reason.data or "",
        version=form.version.number,
        status_link=status_link,
    )


# --- a whole class


def crumbs_of(cycle: CycleView, name: str) -> list[tuple[str, str | None]]:
    """The way to a page below a cycle."""
    return [
        (gettext("Admissions"), url_for("admissions.queue")),
        (cycle_title(cycle), url_for("cycles.cycle", cycle_id=cycle.id)),
        (name, None),
    ]


def _class_of(cycle: CycleView, class_id: UUID) -> CycleClass:
    return next((each for each in cycle.classes if each.class_id == class_id), None) or abort(404)


def _rule(seats: CycleClass) -> SectionRule:
    """The rule that was asked for, else the one that the cycle has for the class."""
    typed = request.args.get("rule")
    return next((rule for rule in SectionRule if rule.value == typed), seats.details.section_rule)


@blueprint.route("/cycles/<uuid:cycle_id>/classes/<uuid:class_id>/enrol", methods=["GET", "POST"])
@requires(Permission.APPLICATIONS_ENROL)
def several(cycle_id: UUID, class_id: UUID) -> Response:
    """Everybody who can be enrolled into a class: section by rule or by hand, what is missing, and doing it."""
    actor = current_actor()
    cycle = get_cycle(actor, cycle_id)
    ensure_may(actor, Permission.APPLICATIONS_ENROL, cycle.campus_id, to_read=Permission.APPLICATIONS_READ)
    seats = _class_of(cycle, class_id)
    outcomes: list[Outcome] = []
    if request.method == "POST":
        picks = picks_in(request.form.getlist("pick"), request.form)
        outcomes = enrol_several(actor, picks, today=clock.today(), invitation_link=invitation_link)
    return _class_page(cycle, seats, outcomes)


def _class_page(cycle: CycleView, seats: CycleClass, outcomes: list[Outcome]) -> Response:
    rule = _rule(seats)
    there: dict[str, Any] = {"cycle_id": cycle.id, "class_id": seats.class_id}
    lines, sections = plan_class(current_actor(), cycle.id, seats.class_id, rule, clock.today())
    return render_page(
        "entry/several.html",
        seats=seats,
        lines=lines,
        sections=sections,
        most=MOST_AT_ONCE,
        done=_told(outcomes),
        rules=[
            (words, url_for("entry.several", rule=each.value, **there), each is rule, None)
            for each, words in RULE_WORDS.items()
        ],
        here=url_for("entry.several", rule=rule.value, **there),
        crumbs=crumbs_of(cycle, local_plain(seats.name)),
        point_words=point_words,
    )


def _told(outcomes: list[Outcome]) -> list[dict[str, Any]]:
    """Who was enrolled and who was not, and why not."""
    names = list_children_called(current_actor(), [each.application_id for each in outcomes])
    return [
        {
            "application_id": each.application_id,
            "name": names.get(each.application_id),
            "enrolled": each.enrolled,
            "why": message_of(each.error) if each.error else "",
        }
        for each in outcomes
    ]
