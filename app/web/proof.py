"""Proof beyond a session: a second factor for those who must have one, and a fresh proof for what is grave.

`@requires_recent` asks whoever proved themselves too long ago for the password or a second factor, keeps what
they sent meanwhile, and goes on with it. A page with a form asks only when the form is sent.
`@before_second_factor` marks what somebody may do who still has to set one up.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, abort, current_app, g, request, session, url_for
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import HiddenField, PasswordField

from app.domain.accounts.factors.queries import find_factors
from app.domain.accounts.factors.rules import needs_second_factor
from app.domain.accounts.factors.services import passkey_party, prove
from app.domain.accounts.factors.types import Proof
from app.domain.accounts.services import renew_session
from app.domain.kernel.access import Actor
from app.domain.kernel.errors import Refused
from app.web.access import SignedIn, current_actor, enter
from app.web.forms import Form, LineField
from app.web.htmx import instead_of_page, render_page, see_other

View = TypeVar("View", bound=Callable[..., Any])

PREFIX = "proof-"
PASSKEY_TOKEN = "passkey"  # noqa: S105  # the name under which the browser keeps it
"""Where the browser's signed cookie keeps the token of the question its passkey was asked."""


def requires_recent(view: View) -> View:
    """Only for people who proved themselves within the last minutes; the others are asked to."""
    view.__dict__["recent"] = True
    return view


def before_second_factor(view: View) -> View:
    """Open to those who have to set up a second factor and have none yet."""
    view.__dict__["before_second_factor"] = True
    return view


def is_required() -> bool:
    """Whether this installation lets nobody change marks, money or people without a second factor."""
    return bool(current_app.config["SETTINGS"].second_factor == "required")


class AnswerField(HiddenField):
    """What a passkey answered. It is worth something once, so a refused form comes back without it."""

    def _value(self) -> str:
        return ""


class ProofForm(Form):
    """Password, code or passkey: one is enough. Its names have a prefix, because it travels with other forms."""

    password = PasswordField(_l("Password"), render_kw={"autocomplete": "current-password", "dir": "ltr"})
    code = LineField(
        _l("Code from the app"),
        max_length=20,
        render_kw={"autocomplete": "one-time-code", "inputmode": "numeric", "dir": "ltr"},
    )
    passkey = AnswerField()

    def proof(self) -> Proof:
        """What was brought."""
        return Proof(
            password=self.password.data or "",
            code=self.code.data or "",
            passkey=self.passkey.data or "",
            browser=session.pop(PASSKEY_TOKEN, ""),
        )


def proved(form: ProofForm) -> bool:
    """Whether the form was sent and proves who is signed in; else it says what is wrong.

    With the proof the session gets another token: a cookie that was copied before is worth nothing after it.
    """
    if not any(name.startswith(PREFIX) for name in request.form) or not form.validate():
        return False
    try:
        prove(current_actor(), form.proof())
    except Refused as error:
        form.put_refusal(error)
        return False
    renew()
    return True


def renew() -> None:
    """Give this browser's session another token, since it may do more from now on."""
    actor = current_actor()
    enter(SignedIn(actor, renew_session(actor)))


def proof_page(form: ProofForm, action: str, carried: list[tuple[str, str]]) -> Response:
    """Ask for a proof; `carried` is sent on with it."""
    response = render_page(
        "accounts/confirm.html",
        form=form,
        action=action,
        carried=carried,
        factors=find_factors(current_actor().user_id or abort(401)),
        status=422 if form.problems else 200,
    )
    return instead_of_page(response)


def _ask() -> Response | None:
    form = ProofForm(prefix=PREFIX)
    if request.method == "GET":
        wanted = request.full_path.rstrip("?")
        return proof_page(form, url_for("accounts.confirm"), [("next", wanted)])
    if proved(form):
        return None
    kept = [
        (name, value)
        for name, value in request.form.items(multi=True)
        if name != "csrf_token" and not name.startswith(PREFIX)
    ]
    here = request.full_path if request.query_string else request.path
    return proof_page(form, here, kept)


def _asks(actor: Actor, view: Callable[..., Any]) -> bool:
    if not getattr(view, "recent", False) or actor.proved_lately:
        return False
    # A form is filled in first and confirmed when it is sent.
    has_form = request.url_rule is not None and "POST" in (request.url_rule.methods or ())
    return request.method == "POST" or not has_form


def init_proof(app: Flask) -> None:
    """Check every request of somebody signed in; runs after the check of permissions."""
    app.jinja_env.globals["passkeys_possible"] = lambda: passkey_party() is not None

    @app.before_request
    def _check() -> Response | None:
        actor = g.get("actor")
        if actor is None or request.endpoint is None:
            return None
        view = current_app.view_functions[request.endpoint]
        lacks = not actor.has_second_factor and needs_second_factor(actor.roles) and is_required()
        if lacks and not getattr(view, "before_second_factor", False):
            return see_other(url_for("accounts.second_factor"))
        return _ask() if _asks(actor, view) else None
