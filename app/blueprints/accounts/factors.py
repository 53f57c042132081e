"""Second factors: the second step of a sign-in, setting factors up, proving oneself again."""

from __future__ import annotations

import io
from uuid import UUID

import segno
from flask import abort, flash, make_response, request, session, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from app.blueprints.accounts.entering import HALF_OPEN, enter_anew
from app.blueprints.accounts.forms import CodeForm, NothingForm, PasskeyForm, SecondStepForm
from app.blueprints.accounts.views import blueprint
from app.domain.accounts.factors import services
from app.domain.accounts.factors.queries import find_factors, find_half_open, find_pending_secret
from app.domain.accounts.factors.rules import needs_second_factor, setup_address, spaced
from app.domain.accounts.factors.types import HalfOpenSpent
from app.domain.accounts.rules import describe_device
from app.domain.kernel.access import Permission
from app.domain.kernel.errors import Refused
from app.web.access import client_address, current_actor, public, requires, safe_next
from app.web.browsers import browser_mark
from app.web.errors import message_of
from app.web.forms import submitted
from app.web.htmx import render_page, see_other
from app.web.proof import (
    PASSKEY_TOKEN,
    PREFIX,
    ProofForm,
    before_second_factor,
    is_required,
    proof_page,
    proved,
    renew,
    requires_recent,
)
from app.web.school import current_school

# --- signing in


@blueprint.route("/<lang:lang>/sign-in/second-step", methods=["GET", "POST"])
@public
def second_step(lang: str) -> Response:
    """After the right password: a code, a recovery code or a passkey. No session is open before."""
    half_open: str = session.get(HALF_OPEN, "")
    user_id = find_half_open(half_open)
    onward = safe_next(request.args.get("next")) or url_for("home.index")
    form = SecondStepForm()
    if user_id is None:
        return _begin_again(lang, onward)
    if submitted(form):
        try:
            proof = form.proof(session.pop(PASSKEY_TOKEN, ""))
            address, browser = client_address(), request.user_agent.string
            token = services.finish_sign_in(
                half_open, proof, ip=address, user_agent=browser, device=browser_mark()
            )
        except HalfOpenSpent:
            return _begin_again(lang, onward)
        except Refused as error:
            form.put_refusal(error)
        else:
            return enter_anew(token, onward)
    status = 422 if form.problems else 200
    return render_page("accounts/second_step.html", form=form, factors=find_factors(user_id), status=status)


def _begin_again(lang: str, onward: str) -> Response:
    if session.pop(HALF_OPEN, None):
        flash(message_of(HalfOpenSpent()), "warn")
    return see_other(url_for("accounts.sign_in", lang=lang, next=onward))


@blueprint.route("/<lang:lang>/sign-in/passkey", methods=["GET", "POST"])
@public
def passkey_sign_in(lang: str) -> Response:
    """Sign in with a passkey alone, which asks its owner for a finger, a face or a PIN."""
    if services.passkey_party() is None:
        abort(404)
    form = PasskeyForm()
    if submitted(form):
        try:
            token = services.sign_in_by_passkey(
                form.passkey.data or "",
                session.pop(PASSKEY_TOKEN, ""),
                ip=client_address(),
                user_agent=request.user_agent.string,
                device=browser_mark(),
            )
        except Refused as error:
            form.put_refusal(error)
        else:
            return enter_anew(token, safe_next(request.args.get("next")) or url_for("home.index"))
    return render_page("accounts/passkey_sign_in.html", form=form, status=422 if form.problems else 200)


@blueprint.route("/<lang:lang>/sign-in/passkey/challenge", methods=["POST"])
@public
def passkey_question(lang: str) -> Response:
    """The question for a passkey at the door."""
    # A passkey alone asks its own question, also in a browser where a password waits for its second step.
    half_open = session.get(HALF_OPEN) if request.args.get("step") else None
    return _question(*services.ask_at_sign_in(half_open))


def _question(token: str, options: str) -> Response:
    session[PASSKEY_TOKEN] = token
    return make_response(options, {"Content-Type": "application/json"})


# --- what an account has


@blueprint.route("/account/second-factor/")
@requires(Permission.ACCOUNT_MANAGE)
@before_second_factor
def second_factor() -> Response:
    """The second factors of one's account, and where a new one is set up."""
    actor = current_actor()
    return render_page(
        "accounts/second_factor.html",
        factors=find_factors(_mine()),
        needed=needs_second_factor(actor.roles) and is_required(),
    )


def _mine() -> UUID:
    return current_actor().user_id or abort(404)


def _done(codes: list[str], message: str) -> Response:
    """Show new recovery codes in this one answer, which nobody keeps; else go back to the list."""
    renew()
    if codes:
        return render_page("accounts/recovery_codes.html", codes=codes)
    flash(message, "ok")
    return see_other(url_for("accounts.second_factor"))


@blueprint.route("/account/second-factor/app/begin", methods=["POST"])
@requires(Permission.ACCOUNT_MANAGE)
@before_second_factor
@requires_recent
def begin_app() -> Response:
    """Make a new secret and show it."""
    services.begin_app(current_actor())
    return see_other(url_for("accounts.set_up_app"))


@blueprint.route("/account/second-factor/app", methods=["GET", "POST"])
@requires(Permission.ACCOUNT_MANAGE)
@before_second_factor
@requires_recent
def set_up_app() -> Response:
    """Show the waiting secret as a picture and as text, and take its first code."""
    pending = find_pending_secret(_mine())
    if pending is None:
        return see_other(url_for("accounts.second_factor"))
    form = CodeForm()
    if submitted(form):
        try:
            codes = services.confirm_app(current_actor(), form.code.data or "")
        except Refused as error:
            form.put_refusal(error)
        else:
            return _done(codes, gettext("The authenticator app is set up."))
    return render_page(
        "accounts/set_up_app.html",
        form=form,
        secret=spaced(services.unseal(pending[0])),
        status=422 if form.problems else 200,
    )


@blueprint.route("/account/second-factor/app/qr.svg")
@requires(Permission.ACCOUNT_MANAGE)
@before_second_factor
def app_picture() -> Response:
    """The waiting secret as a QR code."""
    pending = find_pending_secret(_mine())
    if pending is None:
        abort(404)
    address = setup_address(services.unseal(pending[0]), pending[1], current_school().name)
    picture = io.BytesIO()
    segno.make(address, micro=False).save(picture, kind="svg", scale=4, border=4, light="#fff", xmldecl=False)
    return make_response(picture.getvalue(), {"Content-Type": "image/svg+xml"})


@blueprint.route("/account/second-factor/app/remove", methods=["GET", "POST"])
@requires(Permission.ACCOUNT_MANAGE)
@before_second_factor
@requires_recent
def remove_app() -> Response:
    """Ask, and forget the authenticator app."""
    if find_factors(_mine()).app_since is None:
        abort(404)
    if submitted(NothingForm()):
        services.remove_app(current_actor())
        flash(gettext("The authenticator app is removed."), "ok")
        return see_other(url_for("accounts.second_factor"))
    return render_page("accounts/remove_factor.html", "confirm", name=None)


@blueprint.route("/account/second-factor/recovery-codes", methods=["POST"])
@requires(Permission.ACCOUNT_MANAGE)
@before_second_factor
@requires_recent
def renew_codes() -> Response:
    """Make ten new recovery codes and show them once."""
    return _done(services.renew_recovery_codes(current_actor()), "")


# --- passkeys


@blueprint.route("/account/second-factor/passkeys/add")
@requires(Permission.ACCOUNT_MANAGE)
@before_second_factor
@requires_recent
def new_passkey() -> Response:
    """The page from which the browser makes a passkey."""
    if services.passkey_party() is None:
        abort(404)
    return render_page("accounts/add_passkey.html", form=PasskeyForm())


@blueprint.route("/account/second-factor/passkeys/challenge", methods=["POST"])
@requires(Permission.ACCOUNT_MANAGE)
@before_second_factor
@requires_recent
def new_passkey_question() -> Response:
    """The question whose answer is a new passkey."""
    return _question(*services.ask_for_new_passkey(current_actor()))


@blueprint.route("/account/second-factor/passkeys", methods=["POST"])
@requires(Permission.ACCOUNT_MANAGE)
@before_second_factor
@requires_recent
def add_passkey() -> Response:
    """Keep the new passkey under a name."""
    form = PasskeyForm()
    if submitted(form):
        usual = " · ".join(filter(None, describe_device(request.user_agent.string))) or gettext("Passkey")
        try:
            codes = services.add_passkey(
                current_actor(),
                form.passkey.data or "",
                session.pop(PASSKEY_TOKEN, ""),
                form.name.data or "",
                usual,
            )
        except Refused as error:
            form.put_refusal(error)
        else:
            return _done(codes, gettext("The passkey is added."))
    return render_page("accounts/add_passkey.html", form=form, status=422)


@blueprint.route("/account/second-factor/passkeys/<uuid:passkey_id>/name", methods=["POST"])
@requires(Permission.ACCOUNT_MANAGE)
@before_second_factor
def rename_passkey(passkey_id: UUID) -> Response:
    """Call a passkey by another name."""
    form = PasskeyForm()
    if submitted(form):
        services.rename_passkey(current_actor(), passkey_id, form.name.data or "")
        flash(gettext("Saved."), "ok")
    return see_other(url_for("accounts.second_factor"))


@blueprint.route("/account/second-factor/passkeys/<uuid:passkey_id>/remove", methods=["GET", "POST"])
@requires(Permission.ACCOUNT_MANAGE)
@before_second_factor
@requires_recent
def remove_passkey(passkey_id: UUID) -> Response:
    """Ask, and forget a passkey."""
    found = next((key for key in find_factors(_mine()).passkeys if key.id == passkey_id), None)
    if found is None:
        abort(404)
    if submitted(NothingForm()):
        services.remove_passkey(current_actor(), passkey_id)
        flash(gettext("The passkey is removed."), "ok")
        return see_other(url_for("accounts.second_factor"))
    return render_page("accounts/remove_factor.html", "confirm", name=found.name)


# --- proving oneself again


@blueprint.route("/account/confirm", methods=["GET", "POST"])
@requires(Permission.ACCOUNT_MANAGE)
@before_second_factor
def confirm() -> Response:
    """Prove oneself, and go on to the page that asked for it."""
    form = ProofForm(prefix=PREFIX)
    onward = safe_next(request.values.get("next")) or url_for("accounts.account")
    if request.method == "POST" and proved(form):
        return see_other(onward)
    return proof_page(form, url_for("accounts.confirm"), [("next", onward)])


@blueprint.route("/account/confirm/challenge", methods=["POST"])
@requires(Permission.ACCOUNT_MANAGE)
@before_second_factor
def confirm_question() -> Response:
    """The question for a passkey that proves who is signed in."""
    return _question(*services.ask_to_confirm(current_actor()))
