"""The fee of an application: the list of a day, one application's payments, the second person."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse

from app.blueprints.fees.forms import CancelForm, FeeForm
from app.domain.admissions.fees.queries import find_case, get_case, get_fee, list_day, list_waiting
from app.domain.admissions.fees.rules import totals_of
from app.domain.admissions.fees.services import cancel_fee, confirm_fee, record_fee
from app.domain.admissions.fees.types import FeeCase, FeeMethod
from app.domain.files.queries import list_files
from app.domain.files.types import UploadRefused
from app.domain.kernel import clock
from app.domain.kernel.access import Permission
from app.domain.kernel.errors import Conflict, NotFound, Refused
from app.web.access import current_actor, requires
from app.web.entry import FEE_METHOD_WORDS, FEE_STATE_WORDS
from app.web.errors import message_of
from app.web.files import send_wanted_size
from app.web.forms import submitted
from app.web.htmx import render_page, see_other
from app.web.once import creates

blueprint = Blueprint("fees", __name__, url_prefix="/admissions/fees")

_WORDS: dict[str, Any] = {"method_words": FEE_METHOD_WORDS, "state_words": FEE_STATE_WORDS}


def _day() -> date:
    """The day in the address, or today."""
    try:
        asked = date.fromisoformat(request.args.get("day", ""))
    except ValueError:
        return clock.today()
    return asked if 2000 <= asked.year < 2100 else clock.today()


@blueprint.route("/")
@requires(Permission.FEES_RECORD)
def day() -> BaseResponse:
    """What was recorded on a day with its totals, what waits for a second person, and finding an application."""
    actor, wanted = current_actor(), request.args.get("q", "")[:40].replace("\0", "")
    case = find_case(actor, wanted) if wanted else None
    if case:
        return see_other(url_for("fees.case", application_id=case.application_id))
    shown = _day()
    lines = list_day(actor, shown)
    return render_page(
        "fees/day.html",
        shown=shown,
        today=clock.today(),
        query=wanted,
        lines=lines,
        totals=totals_of(line.fee for line in lines),
        waiting=list_waiting(actor),
        **_WORDS,
    )


@blueprint.route("/<uuid:application_id>", methods=["GET", "POST"])
@requires(Permission.FEES_RECORD)
@creates
def case(application_id: UUID) -> BaseResponse:
    """The payments of one application, and recording one."""
    found, form = get_case(current_actor(), application_id), FeeForm()
    if submitted(form):
        try:
            record_fee(
                current_actor(),
                application_id,
                FeeMethod(form.method.data),
                number=form.number.data or "",
                reason=form.reason.data or "",
                slip=form.photograph(),
            )
        except UploadRefused as error:
            form.slip.errors = [*form.slip.errors, message_of(error)]
        except Refused as error:
            form.put_refusal(error)
        else:
            flash(gettext("Recorded. It counts once somebody else has confirmed it."), "ok")
            return see_other(url_for("fees.case", application_id=application_id))
    return _case_page(found, form)


def _case_page(found: FeeCase, form: FeeForm) -> Response:
    actor = current_actor()
    return render_page(
        "fees/case.html",
        case=found,
        form=form,
        may_confirm=actor.may(Permission.FEES_CONFIRM, found.campus_id),
        me=actor.user_id,
        may_open=actor.may(Permission.APPLICATIONS_READ, found.campus_id),
        status=422 if form.problems else 200,
        **_WORDS,
    )


@blueprint.route("/payments/<uuid:fee_id>/slip")
@requires(Permission.FEES_RECORD)
def slip(fee_id: UUID) -> Response:
    """The photograph of a bank slip."""
    fee = get_fee(current_actor(), fee_id)
    file = list_files([fee.file_id]).get(fee.file_id) if fee.file_id else None
    if file is None:
        raise NotFound
    return send_wanted_size(file)


@blueprint.route("/payments/<uuid:fee_id>/confirm", methods=["POST"])
@requires(Permission.FEES_CONFIRM)
def confirm(fee_id: UUID) -> BaseResponse:
    """Be the second person."""
    fee = get_fee(current_actor(), fee_id, Permission.FEES_CONFIRM)
    try:
        confirm_fee(current_actor(), fee_id)
    except (Refused, Conflict) as error:
        flash(message_of(error), "bad")
    else:
        flash(gettext("Confirmed."), "ok")
    return see_other(url_for("fees.case", application_id=fee.application_id))


@blueprint.route("/payments/<uuid:fee_id>/cancel", methods=["GET", "POST"])
@requires(Permission.FEES_CONFIRM)
def cancel(fee_id: UUID) -> BaseResponse:
    """Ask for the reason, then say that a payment does not count."""
    fee, form = get_fee(current_actor(), fee_id, Permission.FEES_CONFIRM), CancelForm()
    here = url_for("fees.case", application_id=fee.application_id)
    if submitted(form):
        cancel_fee(current_actor(), fee_id, form.reason.data or "")
        flash(gettext("Cancelled. It stays in the list with its reason."), "ok")
        return see_other(here)
    return render_page(
        "fees/cancel.html", fee=fee, form=form, here=here, status=422 if form.problems else 200, **_WORDS
    )
