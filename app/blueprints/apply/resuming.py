"""Coming back by a code on the family's phone, and taking over what a sibling's application said."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from flask import abort, flash, request, session, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as BaseResponse

from app.blueprints.apply.views import (
    blueprint,
    draft_link,
    family,
    own_draft,
    remember,
    step_url,
    today,
)
from app.domain.admissions.forms.queries import form_of
from app.domain.admissions.forms.resuming import (
    ask_family_code,
    confirm_family_code,
    list_applications_of,
    reopen_draft,
    take_over,
)
from app.domain.admissions.forms.rules import steps_of
from app.domain.kernel.errors import Refused
from app.domain.kernel.ids import new_token
from app.web.access import public
from app.web.errors import message_of
from app.web.forms import Form, LineField, PhoneField, Required, submitted
from app.web.htmx import render_page, see_other

_CODE = "family_code"
_PHONE = "family_phone"
_MINUTES = 30
"""So long a proven number opens its applications in this browser."""


class AskForm(Form):
    """The number on which the code is read."""

    phone = PhoneField(
        _l("The guardian's mobile number"),
        [Required(_l("Enter a mobile number."))],
        render_kw={"autocomplete": "tel", "inputmode": "tel", "dir": "ltr"},
    )


class CodeForm(Form):
    """The code that was texted."""

    code = LineField(
        _l("Code from the text message"),
        [Required(_l("Write the 6 digits that we sent."))],
        max_length=20,
        render_kw={"autocomplete": "one-time-code", "inputmode": "numeric", "dir": "ltr"},
    )


def _proven_phone() -> str | None:
    kept: Any = session.get(_PHONE)
    if not isinstance(kept, list) or len(kept) != 2 or kept[1] < datetime.now(UTC).timestamp():
        return None
    return str(kept[0])


@blueprint.route("/<lang:lang>/admissions/code", methods=["GET", "POST"])
@public
def ask_code(lang: str) -> BaseResponse:
    """Ask for the number and text it a code. Whether anybody applied with it is never said."""
    form = AskForm()
    if submitted(form):
        try:
            session[_CODE] = str(ask_family_code(family(), form.phone.data or ""))
        except Refused as error:
            form.put_refusal(error)
        else:
            return see_other(url_for("apply.enter_code", lang=lang))
    return render_page("apply/ask_code.html", form=form, status=422 if form.problems else 200)


@blueprint.route("/<lang:lang>/admissions/code/enter", methods=["GET", "POST"])
@public
def enter_code(lang: str) -> BaseResponse:
    """Take the code, and show what belongs to its number."""
    form = CodeForm()
    if _CODE not in session:
        return see_other(url_for("apply.ask_code", lang=lang))
    if submitted(form):
        try:
            phone = confirm_family_code(family(), UUID(session[_CODE]), form.code.data or "")
        except Refused as error:
            form.put_refusal(error)
        else:
            session.pop(_CODE)
            session[_PHONE] = [phone, int(datetime.now(UTC).timestamp()) + _MINUTES * 60]
            return see_other(url_for("apply.mine", lang=lang))
    return render_page("apply/enter_code.html", form=form, status=422 if form.problems else 200)


@blueprint.route("/<lang:lang>/admissions/mine")
@public
def mine(lang: str) -> BaseResponse:
    """The drafts and applications of a proven number."""
    phone = _proven_phone()
    if phone is None:
        return see_other(url_for("apply.ask_code", lang=lang))
    return render_page("apply/mine.html", phone=phone, applications=list_applications_of(phone))


@blueprint.route("/<lang:lang>/admissions/mine/<uuid:application_id>", methods=["POST"])
@public
def reopen(lang: str, application_id: UUID) -> BaseResponse:
    """Go on with a draft of the proven number by a link of its own, or to the page of what was sent."""
    phone = _proven_phone()
    if phone is None:
        return see_other(url_for("apply.ask_code", lang=lang))
    found = next((each for each in list_applications_of(phone) if each.id == application_id), None)
    if found is None:
        abort(404)
    if not found.is_draft:
        return see_other(remember(found))
    token = new_token()
    reopen_draft(family(), application_id, phone, token)
    return see_other(url_for("apply.resume", lang=lang, token=token))


@blueprint.route("/<lang:lang>/apply/<string:token>/same", methods=["POST"])
@public
def same(lang: str, token: str) -> BaseResponse:
    """Take over what an earlier application of this browser said."""
    application = own_draft(token)
    source = session.get("like", {}).get(str(application.id))
    step = request.form.get("step", "")
    if source and application.is_draft:
        try:
            take_over(family(), token, UUID(source), today(), draft_link(token))
        except Refused as error:
            flash(message_of(error), "warn")
        else:
            flash(gettext("Taken over. Look through it."), "ok")
    known = step in steps_of(form_of(application))
    return see_other(step_url(token, step) if known else url_for("apply.resume", lang=lang, token=token))
