"""A forgotten password, a changed one, a new e-mail address and a new mobile number."""

from __future__ import annotations

from flask import abort, flash, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from app.blueprints.accounts.forms import (
    ChangePasswordForm,
    ForgottenForm,
    NewEmailForm,
    NewPhoneForm,
    NothingForm,
    PhoneCodeForm,
)
from app.blueprints.accounts.views import blueprint
from app.domain.accounts.addresses import ask_for_new_email, confirm_new_email, find_open_change
from app.domain.accounts.numbers import ask_for_new_phone, confirm_new_phone, find_waiting_phone
from app.domain.accounts.resets import ask_for_reset
from app.domain.accounts.services import change_password as set_own_password
from app.domain.kernel.access import Permission
from app.domain.kernel.errors import Refused
from app.web.access import client_address, current_actor, public, requires
from app.web.forms import submitted
from app.web.htmx import render_page, see_other
from app.web.proof import requires_recent
from app.web.urls import email_link


@blueprint.route("/<lang:lang>/forgotten", methods=["GET", "POST"])
@public
def forgotten(lang: str) -> Response:
    """Ask for a link to a new password. The answer is the same for everybody."""
    form = ForgottenForm()
    if submitted(form):
        try:
            ask_for_reset(
                form.identifier.data or "", ip=client_address(), user_agent=request.user_agent.string
            )
        except Refused as error:
            form.put_refusal(error)
        else:
            return see_other(url_for("accounts.forgotten_sent", lang=lang))
    return render_page("accounts/forgotten.html", form=form, status=422 if form.problems else 200)


@blueprint.route("/<lang:lang>/forgotten/sent")
@public
def forgotten_sent(lang: str) -> Response:
    """What happens now, whoever asked."""
    return render_page("accounts/forgotten_sent.html")


@blueprint.route("/account/password", methods=["GET", "POST"])
@requires(Permission.ACCOUNT_MANAGE)
def change_password() -> Response:
    """Change one's own password; all other devices are signed out."""
    form = ChangePasswordForm()
    if submitted(form):
        try:
            set_own_password(current_actor(), form.current.data or "", form.password.data or "")
        except Refused as error:
            form.put_refusal(error)
        else:
            flash(gettext("Your password is changed, and your other devices are signed out."), "ok")
            return see_other(url_for("accounts.account"))
    return render_page("accounts/change_password.html", form=form, status=422 if form.problems else 200)


@blueprint.route("/account/email", methods=["GET", "POST"])
@requires(Permission.ACCOUNT_MANAGE)
def change_email() -> Response:
    """Ask for a new e-mail address; it counts once its mailbox has answered."""
    form = NewEmailForm()
    if submitted(form):
        try:
            ask_for_new_email(current_actor(), form.email.data or "", form.current.data or "", email_link)
        except Refused as error:
            form.put_refusal(error)
        else:
            flash(
                gettext("We have sent a link to the new address. Nothing changes before you press it."), "ok"
            )
            return see_other(url_for("accounts.account"))
    return render_page("accounts/change_email.html", form=form, status=422 if form.problems else 200)


@blueprint.route("/<lang:lang>/email/<string:token>", methods=["GET", "POST"])
@public
def confirm_email(lang: str, token: str) -> Response:
    """Let a new address count. Programs that open links in mail only look: a person presses the button."""
    change, form = find_open_change(token), NothingForm()
    if change is None:
        return render_page("accounts/email_link_spent.html", status=404)
    if submitted(form):
        try:
            confirm_new_email(token, ip=client_address(), user_agent=request.user_agent.string)
        except Refused as error:
            form.put_refusal(error)
        else:
            flash(gettext("Your new e-mail address counts from now on."), "ok")
            return see_other(url_for("accounts.sign_in", lang=change.locale))
    return render_page(
        "accounts/confirm_email.html", form=form, change=change, status=422 if form.problems else 200
    )


@blueprint.route("/account/phone", methods=["GET", "POST"])
@requires(Permission.ACCOUNT_MANAGE)
@requires_recent
def change_phone() -> Response:
    """Ask for a new mobile number; it counts once the code sent to it has come back."""
    form = NewPhoneForm()
    if submitted(form):
        try:
            ask_for_new_phone(current_actor(), form.phone.data or "")
        except Refused as error:
            form.put_refusal(error)
        else:
            return see_other(url_for("accounts.confirm_phone"))
    return render_page("accounts/change_phone.html", form=form, status=422 if form.problems else 200)


@blueprint.route("/account/phone/code", methods=["GET", "POST"])
@requires(Permission.ACCOUNT_MANAGE)
def confirm_phone() -> Response:
    """Take the code, and let the new number count."""
    actor, form = current_actor(), PhoneCodeForm()
    waiting = find_waiting_phone(actor.user_id or abort(404))
    if waiting is None:
        return see_other(url_for("accounts.change_phone"))
    if submitted(form):
        try:
            confirm_new_phone(actor, form.code.data or "")
        except Refused as error:
            form.put_refusal(error)
        else:
            flash(gettext("Your new mobile number counts from now on."), "ok")
            return see_other(url_for("accounts.account"))
    status = 422 if form.problems else 200
    return render_page("accounts/confirm_phone.html", form=form, phone=waiting, status=status)
