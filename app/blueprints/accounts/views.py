"""Signing in and out, choosing a password, the language of an account."""

from __future__ import annotations

from flask import Blueprint, abort, flash, request, session, url_for
from flask_babel import gettext
from flask_login import login_user, logout_user
from werkzeug.wrappers import Response

from app.blueprints.accounts.forms import LanguageForm, PasswordForm, SignInForm
from app.domain.accounts.queries import find_open_link
from app.domain.accounts.services import redeem_link
from app.domain.accounts.services import sign_in as open_account
from app.domain.accounts.services import sign_out as close_session
from app.domain.accounts.services import switch_language as remember_language
from app.domain.kernel.access import Permission
from app.domain.kernel.errors import Refused
from app.web.access import (
    SignedIn,
    client_address,
    current_actor,
    find_current_actor,
    public,
    requires,
    safe_next,
)
from app.web.forms import submitted
from app.web.headers import fresh_session
from app.web.htmx import render_page, see_other

blueprint = Blueprint("accounts", __name__)


@blueprint.route("/<lang:lang>/sign-in", methods=["GET", "POST"])
@public
def sign_in(lang: str) -> Response:
    """Sign in by e-mail or phone number and password."""
    form = SignInForm()
    onward = safe_next(request.args.get("next")) or url_for("home.index")
    if request.method == "GET" and find_current_actor():
        return see_other(onward)
    if submitted(form):
        try:
            token = open_account(
                form.identifier.data or "",
                form.password.data or "",
                keep=bool(form.keep.data),
                ip=client_address(),
                user_agent=request.user_agent.string,
            )
        except Refused as error:
            form.put_refusal(error)
        else:
            return _enter(token, onward)
    return render_page("accounts/sign_in.html", form=form, status=422 if form.problems else 200)


def _enter(token: str, onward: str) -> Response:
    """Start this browser's session anew and go on."""
    fresh_session()
    signed_in = SignedIn.from_token(token)
    if signed_in is None:
        abort(403)
    login_user(signed_in)
    return see_other(onward)


@blueprint.route("/sign-out", methods=["POST"])
@requires(Permission.PORTAL_ENTER)
def sign_out() -> Response:
    """End this device's session at once."""
    actor = current_actor()
    close_session(actor)
    logout_user()
    fresh_session()
    flash(gettext("You are signed out."), "ok")
    response = see_other(url_for("accounts.sign_in", lang=actor.locale))
    # What the browser kept of the portal goes with the session.
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


@blueprint.route("/<lang:lang>/password/<string:token>", methods=["GET", "POST"])
@public
def choose_password(lang: str, token: str) -> Response:
    """Set a password by a one-time link."""
    form = PasswordForm()
    link = find_open_link(token)
    if link is None:
        return render_page("accounts/link_spent.html", status=404)
    if submitted(form):
        try:
            redeem_link(
                token, form.password.data or "", ip=client_address(), user_agent=request.user_agent.string
            )
        except Refused as error:
            form.put_refusal(error)
        else:
            flash(gettext("Your password is set. Sign in with it now."), "ok")
            return see_other(url_for("accounts.sign_in", lang=link.locale))
    return render_page(
        "accounts/choose_password.html", form=form, link=link, status=422 if form.problems else 200
    )


@blueprint.route("/account/language", methods=["POST"])
@requires(Permission.PORTAL_ENTER)
def switch_language() -> Response:
    """Change the language of the portal and come back to the same page."""
    form = LanguageForm()
    if not submitted(form):
        abort(400)
    remember_language(current_actor(), form.locale.data)
    session.modified = True
    return see_other(safe_next(request.form.get("next")) or url_for("home.index"))


@blueprint.route("/account/")
@requires(Permission.PORTAL_ENTER)
def account() -> Response:
    """Who is signed in, and as what."""
    return render_page("accounts/account.html", actor=current_actor())
