"""Concerns: the lists, one concern with its days and history, and what is done about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Response, flash, request, url_for
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response as BaseResponse

from app.blueprints.board.area import Items, area_tabs, blueprint, find_place
from app.blueprints.board.forms import CloseForm, GiveForm, NoteForm
from app.blueprints.board.words import ACT_WORDS, KIND_WORDS, OUTCOME_WORDS, told
from app.domain.academics.queries import get_campus
from app.domain.attendance.concerns.policies import concerns_reached, may_settle
from app.domain.attendance.concerns.queries import count_concerns, get_concern, list_concerns, list_history
from app.domain.attendance.concerns.services import candidates, close, give, look, note
from app.domain.attendance.concerns.types import PAGE_SIZE, ConcernList, ConcernView, Outcome
from app.domain.kernel.access import Actor, Permission
from app.domain.kernel.errors import Conflict, Refused
from app.domain.kernel.paging import page_number
from app.domain.people.queries import list_guardians_of
from app.web.access import current_actor, requires
from app.web.errors import message_of
from app.web.forms import Form, submitted
from app.web.htmx import render_page, see_other
from app.web.i18n import digits, local_plain
from app.web.once import creates

_WORDS: dict[str, Any] = {
    "kind_words": KIND_WORDS,
    "outcome_words": OUTCOME_WORDS,
    "act_words": ACT_WORDS,
    "told": told,
}


@blueprint.route("/concerns/")
@requires(Permission.REGISTERS_READ)
def concerns() -> Response:
    """The concerns the reader sees: their own, all that are open, those that are closed."""
    actor = current_actor()
    reached, page = concerns_reached(actor), page_number(request.args.get("page"))
    counts = count_concerns(reached, actor.user_id)
    shown = _shown(counts)
    return render_page(
        "board/concerns.html",
        tabs=area_tabs(actor, None),
        place=find_place(actor) if actor.may(Permission.ATTENDANCE_REPORT) else None,
        lines=list_concerns(reached, shown, actor.user_id, page=page),
        chips=_chips(counts, shown),
        shown=shown,
        page=page,
        paged=lambda number: url_for("board.concerns", show=shown.value, page=number),
        pages=-(-counts[shown] // PAGE_SIZE),
        **_WORDS,
    )


def _shown(counts: dict[ConcernList, int]) -> ConcernList:
    """What is asked for; else one's own, where there are any."""
    default = ConcernList.MINE if counts[ConcernList.MINE] else ConcernList.OPEN
    return next((each for each in ConcernList if each.value == request.args.get("show")), default)


def _chips(counts: dict[ConcernList, int], shown: ConcernList) -> Items:
    words = {
        ConcernList.MINE: gettext("Mine"),
        ConcernList.OPEN: gettext("Still open"),
        ConcernList.CLOSED: gettext("Closed"),
    }
    return [
        (words[each], url_for("board.concerns", show=each.value), each is shown, counts[each])
        for each in ConcernList
    ]


@blueprint.route("/concerns/look/<uuid:campus_id>", methods=["POST"])
@requires(Permission.ATTENDANCE_REPORT)
def look_now(campus_id: UUID) -> BaseResponse:
    """Look through the days of a campus now and not only at night."""
    actor = current_actor()
    campus = get_campus(actor, campus_id, Permission.ATTENDANCE_REPORT)
    number = look(actor, campus_id)
    flash(
        ngettext(
            "%(concerns)s concern was opened.",
            "%(concerns)s concerns were opened.",
            number,
            concerns=digits(number),
        )
        if number
        else gettext("Nothing new was found."),
        "ok",
    )
    return see_other(url_for("board.concerns", show="open", campus=campus.details.code))


@blueprint.route("/concerns/<uuid:concern_id>")
@requires(Permission.REGISTERS_READ)
def concern(concern_id: UUID) -> Response:
    """A concern with the days that show it, whom to call, and what was done."""
    actor = current_actor()
    return _page(actor, get_concern(concerns_reached(actor), concern_id))


def _page(actor: Actor, found: ConcernView, sent: Form | None = None) -> Response:
    forms = {
        kind: sent if isinstance(sent, kind) else kind(formdata=None)
        for kind in (NoteForm, GiveForm, CloseForm)
    }
    _offer(forms[GiveForm], found)
    return render_page(
        "board/concern.html",
        tabs=area_tabs(actor, None),
        concern=found,
        history=list_history(found.id),
        guardians=list_guardians_of(found.student_id),
        may_settle=may_settle(actor, found.campus_id, found.owner_id),
        may_open=actor.may(Permission.STUDENTS_READ, found.campus_id),
        note_form=forms[NoteForm],
        give_form=forms[GiveForm],
        close_form=forms[CloseForm],
        problems=sent.problems if sent else [],
        status=422 if sent else 200,
        **_WORDS,
    )


def _offer(form: Form, found: ConcernView) -> None:
    people = candidates(found.campus_id)
    form["owner"].choices = [(str(key), local_plain(name)) for key, name in people]
    if form["owner"].data is None and found.owner_id:
        form["owner"].data = str(found.owner_id)


def _done(concern_id: UUID, form: Form, act: Callable[[Actor], None], words: str) -> BaseResponse:
    """Do it and go back to the concern, or show it with what is wrong."""
    actor = current_actor()
    found = get_concern(concerns_reached(actor), concern_id)
    if isinstance(form, GiveForm):
        _offer(form, found)
    if submitted(form):
        try:
            act(actor)
        except Refused as error:
            form.put_refusal(error)
        except Conflict as error:
            flash(message_of(error), "info")
            return see_other(url_for("board.concern", concern_id=concern_id))
        else:
            flash(words, "ok")
            return see_other(url_for("board.concern", concern_id=concern_id))
    return _page(actor, found, form)


@blueprint.route("/concerns/<uuid:concern_id>/note", methods=["POST"])
@requires(Permission.REGISTERS_READ)
@creates
def note_concern(concern_id: UUID) -> BaseResponse:
    """Write down what was said or done."""
    form = NoteForm()
    return _done(
        concern_id, form, lambda actor: note(actor, concern_id, form.words.data or ""), gettext("Noted.")
    )


@blueprint.route("/concerns/<uuid:concern_id>/give", methods=["POST"])
@requires(Permission.REGISTERS_READ)
def give_concern(concern_id: UUID) -> BaseResponse:
    """Give a concern to somebody else."""
    form = GiveForm()
    return _done(
        concern_id, form, lambda actor: give(actor, concern_id, UUID(form.owner.data)), gettext("Given.")
    )


@blueprint.route("/concerns/<uuid:concern_id>/close", methods=["POST"])
@requires(Permission.REGISTERS_READ)
def close_concern(concern_id: UUID) -> BaseResponse:
    """Say what came of it."""
    form = CloseForm()
    return _done(
        concern_id,
        form,
        lambda actor: close(actor, concern_id, Outcome(form.outcome.data), form.last_words.data or ""),
        gettext("Closed. It opens again by itself when it happens again."),
    )
