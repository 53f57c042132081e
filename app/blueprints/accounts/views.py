"""Signing in and out, choosing a password, the language of an account."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, abort, flash, request, session, url_for
from flask_babel import gettext, ngettext
from flask_login import logout_user
from werkzeug.wrappers import Response

from app.blueprints.accounts.entering import go_on
from app.blueprints.accounts.forms import LanguageForm, PasswordForm, SignInForm
from app.domain.academics.queries import list_campuses
from app.domain.accounts.addresses import find_waiting_email
from app.domain.accounts.factors.rules import needs_second_factor
from app.domain.accounts.factors.services import begin_sign_in
from app.domain.accounts.numbers import find_waiting_phone
from app.domain.accounts.queries import find_account, list_open_sessions
from app.domain.accounts.rules import describe_device
from app.domain.accounts.services import end_other_sessions, end_session, redeem_link, try_link
from app.domain.accounts.services import sign_out as close_session
from app.domain.accounts.services import switch_language as remember_language
from app.domain.kernel.access import Permission
from app.domain.kernel.digits import to_local_digits
from app.domain.kernel.errors import Refused
from app.web.access import (
    client_address,
    current_actor,
    find_current_actor,
    public,
    requires,
    safe_next,
)
from app.web.browsers import browser_mark
from app.web.forms import submitted
from app.web.headers import fresh_session
from app.web.htmx import render_page, see_other
from app.web.i18n import current_locale, remember_locale
from app.web.navigation import ROLE_WORDS
from app.web.proof import before_second_factor, is_required

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
            begun = begin_sign_in(
                form.identifier.data or "",
                form.password.data or "",
                keep=bool(form.keep.data),
                ip=client_address(),
                user_agent=request.user_agent.string,
                device=browser_mark(),
            )
        except Refused as error:
            form.put_refusal(error)
        else:
            return go_on(begun, lang, onward)
    return render_page("accounts/sign_in.html", form=form, status=422 if form.problems else 200)


@blueprint.route("/sign-out", methods=["POST"])
@requires(Permission.PORTAL_ENTER)
@before_second_factor
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
    link = try_link(token, ip=client_address(), user_agent=request.user_agent.string)
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
@before_second_factor
def switch_language() -> Response:
    """Change the language of the portal and come back to the same page."""
    form = LanguageForm()
    if not submitted(form):
        abort(400)
    remember_language(current_actor(), form.locale.data)
    remember_locale(form.locale.data)
    session.modified = True
    return see_other(safe_next(request.form.get("next")) or url_for("home.index"))


@blueprint.route("/account/")
@requires(Permission.ACCOUNT_MANAGE)
def account() -> Response:
    """Who is signed in, as what, in which language, and on which devices."""
    actor = current_actor()
    mine = find_account(actor.user_id) if actor.user_id else None
    if mine is None:
        abort(404)
    devices = [
        (line, *describe_device(line.user_agent), line.id == actor.session_id)
        for line in list_open_sessions(mine.user_id)
    ]
    return render_page(
        "accounts/account.html",
        account=mine,
        waiting_email=find_waiting_email(mine.user_id),
        waiting_phone=find_waiting_phone(mine.user_id),
        roles=[(ROLE_WORDS[grant.role], grant.campus_id) for grant in mine.grants],
        campuses={campus.id: campus.name for campus in list_campuses(actor, Permission.PORTAL_ENTER)},
        devices=devices,
        others=sum(not current for *_, current in devices),
        not_asked=needs_second_factor(actor.roles) and not is_required(),
    )


@blueprint.route("/account/devices/sign-out-others", methods=["POST"])
@requires(Permission.ACCOUNT_MANAGE)
def sign_out_others() -> Response:
    """End every session of this account but this one, at once."""
    ended = end_other_sessions(current_actor())
    flash(
        ngettext(
            "Signed out on %(devices)s device.",
            "Signed out on %(devices)s devices.",
            ended,
            devices=to_local_digits(str(ended), current_locale()),
        )
        if ended
        else gettext("You are signed in on this device only."),
        "ok",
    )
    return see_other(url_for("accounts.account"))


@blueprint.route("/account/devices/<uuid:session_id>/sign-out", methods=["POST"])
@requires(Permission.ACCOUNT_MANAGE)
def sign_out_device(session_id: UUID) -> Response:
    """End the session of one other device at once."""
    actor = current_actor()
    if session_id == actor.session_id or not end_session(actor, session_id):
        abort(404)
    flash(gettext("That device is signed out."), "ok")
    return see_other(url_for("accounts.account"))
