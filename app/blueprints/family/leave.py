"""Families announce, ask for and explain absences, and say how they want to be told of one."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from flask import Response, flash, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse

from app.blueprints.family.area import blueprint
from app.blueprints.family.forms import AskForm, ShortenForm, WayForm
from app.domain.attendance.leave.families import get_family_case, list_family_cases
from app.domain.attendance.leave.rules import may_take_back
from app.domain.attendance.leave.services import ask_for_leave, shorten_leave, withdraw_leave
from app.domain.attendance.leave.types import Asked, LeaveBegun, LeaveReason, LeaveThere
from app.domain.attendance.notices.queries import find_way
from app.domain.attendance.notices.services import choose_way
from app.domain.attendance.queries import list_students_of
from app.domain.files.types import UploadRefused
from app.domain.kernel import clock
from app.domain.kernel.access import Permission
from app.domain.kernel.errors import Refused
from app.domain.outbox.types import Channel
from app.domain.people.types import StudentStatus
from app.web.access import current_actor, requires
from app.web.errors import message_of
from app.web.forms import submitted
from app.web.htmx import render_page, see_other
from app.web.once import creates


def _day_asked(name: str, default: date) -> date:
    """A day in the address, or the default."""
    try:
        return date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return default


def _form() -> AskForm:
    """The form for the actor's children, filled in with what the address names."""
    offered = [
        each
        for each in list_students_of(current_actor())
        if each.relationship is not None and each.status is StudentStatus.ACTIVE
    ]
    asked = request.args.get("child") or (str(offered[0].student_id) if len(offered) == 1 else "")
    first = _day_asked("first", clock.today())
    return AskForm(
        offered,
        data={
            "children": [asked],
            "reason": LeaveReason.ILL.value,
            "first": first,
            "last": _day_asked("last", first),
        },
    )


@blueprint.route("/family/leave/ask/", methods=["GET", "POST"])
@requires(Permission.LEAVE_ASK)
@creates
def ask() -> BaseResponse:
    """Announce or explain an absence, or ask for leave, for one or several of the own children."""
    form = _form()
    if submitted(form):
        try:
            asked = ask_for_leave(
                current_actor(), form.chosen, form.span, form.why, form.words.data or "", form.photograph()
            )
        except UploadRefused as error:
            form.paper.errors = [*form.paper.errors, message_of(error)]
        except Refused as error:
            form.put_refusal(error)
        except LeaveThere as error:
            return _ask_page(form, there=error)
        else:
            return _asked(asked)
    return _ask_page(form)


def _ask_page(form: AskForm, there: LeaveThere | None = None) -> Response:
    status = 409 if there else 422 if form.problems else 200
    said = message_of(there) if there else ""
    return render_page("family/ask.html", form=form, there=there, said=said, status=status)


def _asked(asked: list[Asked]) -> BaseResponse:
    if any(each.is_merged for each in asked):
        flash(gettext("Sent. It is one with what you had asked for before."), "ok")
    else:
        flash(gettext("Sent. The class teacher reads it."), "ok")
    return see_other(url_for("family.leaves"))


@blueprint.route("/family/leave/")
@requires(Permission.LEAVE_ASK)
def leaves() -> Response:
    """What was asked for the own children, and what came of it."""
    return render_page("family/leaves.html", cases=list_family_cases(current_actor(), clock.today()))


@blueprint.route("/family/leave/<uuid:case_id>/")
@requires(Permission.LEAVE_ASK)
def leave(case_id: UUID) -> Response:
    """One case, with the ways to change it while it is still the family's."""
    return _case_page(case_id)


def _case_page(case_id: UUID, **context: Any) -> Response:
    case = get_family_case(current_actor(), case_id)
    may = may_take_back(case.state, case.span.first, clock.today())
    form = ShortenForm(case.span) if may and case.span.first < case.span.last else None
    return render_page("family/leave.html", case=case, may=may, form=form, **context)


@blueprint.route("/family/leave/<uuid:case_id>/withdraw", methods=["POST"])
@requires(Permission.LEAVE_ASK)
def withdraw(case_id: UUID) -> BaseResponse:
    """Take a request back."""
    try:
        withdraw_leave(current_actor(), case_id)
    except LeaveBegun as error:
        flash(message_of(error), "bad")
    else:
        flash(gettext("Withdrawn."), "ok")
    return see_other(url_for("family.leave", case_id=case_id))


@blueprint.route("/family/leave/<uuid:case_id>/shorten", methods=["POST"])
@requires(Permission.LEAVE_ASK)
def shorten(case_id: UUID) -> BaseResponse:
    """End a request earlier than asked."""
    case = get_family_case(current_actor(), case_id)
    form = ShortenForm(case.span)
    if not submitted(form):
        return _case_page(case_id, status=422)
    try:
        shorten_leave(current_actor(), case_id, form.wanted)
    except (Refused, LeaveBegun) as error:
        flash(message_of(error), "bad")
    else:
        flash(gettext("The last day is changed."), "ok")
    return see_other(url_for("family.leave", case_id=case_id))


@blueprint.route("/family/notices/", methods=["GET", "POST"])
@requires(Permission.LEAVE_ASK)
def notices() -> BaseResponse:
    """How the school tells a guardian of an absence."""
    way = find_way(current_actor())
    form = WayForm(way.phone, way.email, data={"channel": way.channel.value if way.channel else ""})
    if submitted(form):
        choose_way(current_actor(), Channel(form.channel.data))
        flash(gettext("Saved."), "ok")
        return see_other(url_for("family.children"))
    return render_page("family/notices.html", form=form, way=way, status=422 if form.problems else 200)
