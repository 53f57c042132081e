"""What waits for the class teacher's answer, many at once, and taking an answer back."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, abort, flash, request, url_for
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response as BaseResponse

from app.domain.attendance.leave.queries import (
    MOST_LISTED,
    count_waiting,
    get_answerable,
    list_answered,
    list_waiting,
)
from app.domain.attendance.leave.rules import UNDO_FOR, may_undo
from app.domain.attendance.leave.services import answer_leave, undo_answers
from app.domain.attendance.leave.types import Answered
from app.domain.kernel import clock
from app.domain.kernel.access import Permission
from app.domain.kernel.dates import day_bounds
from app.domain.kernel.errors import Conflict, NotFound, Refused
from app.domain.kernel.texts import clean_line
from app.web.access import current_actor, requires
from app.web.errors import message_of
from app.web.files import send_wanted_size
from app.web.htmx import render_page, see_other
from app.web.i18n import digits

blueprint = Blueprint("leave", __name__, url_prefix="/attendance/leave")

WORD_LENGTH = 300


def _page(problem: str = "", typed: str = "", chosen: frozenset[str] = frozenset()) -> Response:
    actor, now = current_actor(), clock.now()
    waiting = list_waiting(actor)
    answered = list_answered(actor, day_bounds(clock.today())[0])
    mine = [
        each for each in answered if each.answered_by_id == actor.user_id and may_undo(each.answered_at, now)
    ]
    return render_page(
        "leave/waiting.html",
        waiting=waiting,
        number=count_waiting(actor) if len(waiting) == MOST_LISTED else len(waiting),
        answered=answered,
        mine={each.id for each in mine},
        minutes=int(UNDO_FOR.total_seconds() // 60),
        problem=problem,
        typed=typed,
        chosen=chosen,
        status=422 if problem else 200,
    )


@blueprint.route("/")
@requires(Permission.LEAVE_ANSWER)
def waiting() -> Response:
    """What waits for the reader's answer, and what was answered today."""
    return _page()


@blueprint.route("/answer", methods=["POST"])
@requires(Permission.LEAVE_ANSWER)
def answer() -> BaseResponse:
    """Approve or decline the one whose button was pressed, or all that are chosen."""
    act, _, one = request.form.get("act", "").partition(" ")
    picked = [one] if one else request.form.getlist("case")
    typed = request.form.get("word", "")
    if act not in ("approve", "decline"):
        abort(400)
    try:
        word = clean_line(typed, WORD_LENGTH)
        done = answer_leave(current_actor(), _versions(picked), approve=act == "approve", word=word)
    except Refused as error:
        return _page(str(message_of(error)), typed.replace("\x00", ""), frozenset(picked))
    _say(done, is_chosen=bool(picked))
    return see_other(url_for("leave.waiting"))


def _versions(picked: list[str]) -> dict[UUID, int]:
    """The cases named and the versions that were seen. 400 where the form was tampered with."""
    found = {}
    for each in picked[:MOST_LISTED]:
        key, _, version = each.partition(":")
        try:
            found[UUID(key)] = int(version[:9])
        except ValueError:
            abort(400)
    return found


def _say(done: Answered, *, is_chosen: bool) -> None:
    number = len(done.done)
    if not is_chosen:
        flash(gettext("Choose the requests first."), "warn")
    if number:
        flash(ngettext("%(count)s answered.", "%(count)s answered.", number, count=digits(number)), "ok")
    if done.passed_over:
        flash(gettext("Some were changed or answered meanwhile. Look at them again."), "warn")
    if done.left:
        flash(gettext("Some days could not be made excused: their register takes no change."), "warn")


@blueprint.route("/undo", methods=["POST"])
@requires(Permission.LEAVE_ANSWER)
def undo() -> BaseResponse:
    """Take answers back."""
    try:
        keys = {UUID(each) for each in request.form.getlist("case")[:MOST_LISTED]}
    except ValueError:
        abort(400)
    try:
        number = undo_answers(current_actor(), keys)
    except Conflict as error:
        flash(message_of(error), "bad")
    else:
        if number:
            flash(gettext("Taken back. They wait for an answer again."), "ok")
    return see_other(url_for("leave.waiting"))


@blueprint.route("/<uuid:case_id>/paper")
@requires(Permission.LEAVE_ANSWER)
def paper(case_id: UUID) -> Response:
    """The paper of a case."""
    case = get_answerable(current_actor(), case_id)
    if case.file is None:
        raise NotFound
    return send_wanted_size(case.file)
