"""Who may ask for a route. Every route says so, or it does not answer.

`@requires(Permission.X)` for people who are signed in and may do X somewhere, `@public` for everybody.
What lies outside the reader's scope is 404 and decided by the queries; what lies inside it but is not
theirs to do is 403 and decided here.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from ipaddress import ip_address
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

from flask import Flask, Response, abort, current_app, g, request, session, url_for
from flask_login import UserMixin, current_user, login_user
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response as BaseResponse

from app.domain.accounts.queries import find_actor_by_session
from app.domain.accounts.rules import SEEN_EVERY
from app.domain.accounts.services import note_use
from app.domain.kernel.access import Actor, Permission
from app.extensions import login_manager
from app.uow import begin_request
from app.uow import session as database_session
from app.web.htmx import see_other
from app.web.i18n import current_locale, remember_locale

log = logging.getLogger(__name__)

View = TypeVar("View", bound=Callable[..., Any])

PUBLIC = "public"


def requires(permission: Permission) -> Callable[[View], View]:
    """Only people who hold `permission` at some campus may ask for this route."""

    def mark(view: View) -> View:
        view.__dict__["access"] = permission
        return view

    return mark


def public(view: View) -> View:
    """Everybody may ask for this route."""
    view.__dict__["access"] = PUBLIC
    return view


def declared_access(endpoint: str) -> Permission | str | None:
    """What a route declares: a permission, PUBLIC, or None where it declares nothing."""
    view = current_app.view_functions.get(endpoint)
    return cast("Permission | str | None", getattr(view, "access", None))


class SignedIn(UserMixin):
    """What Flask-Login keeps of a signed-in person: the actor and the token of the session."""

    def __init__(self, actor: Actor, token: str) -> None:
        self.actor = actor
        self.token = token

    def get_id(self) -> str:
        """The session token, so that signing out ends this device and no other."""
        return self.token

    @classmethod
    def from_token(cls, token: str) -> SignedIn | None:
        """Whoever holds this token now, or None."""
        actor = find_actor_by_session(
            token, ip=client_address(), user_agent=request.user_agent.string or None
        )
        return cls(actor, token) if actor else None


def enter(signed_in: SignedIn) -> None:
    """Keep a person signed in to this browser. The cookie holds the session's token, and their language for the
    page that says that the database is away."""
    login_user(signed_in)
    remember_locale(signed_in.actor.locale)
    for name in ("_id", "_fresh"):
        session.pop(name, None)


def client_address() -> str | None:
    """The address of the reader, as the trusted proxy reports it; None where that is no address.

    Behind a Unix socket there is none, and what a proxy passes on is whatever it was sent.
    """
    text = (request.remote_addr or "").partition("%")[0]
    try:
        return str(ip_address(text))
    except ValueError:
        return None


@login_manager.user_loader  # type: ignore[untyped-decorator]  # Flask-Login carries no types
def _load(token: str) -> SignedIn | None:
    return SignedIn.from_token(token)


def find_current_actor() -> Actor | None:
    """Who is signed in, or None."""
    if "reader" not in g:
        g.reader = current_user.actor if current_user.is_authenticated else None
    return cast("Actor | None", g.reader)


def settle_reader() -> None:
    """For error pages: whoever the database cannot name now is nobody, and keeps the session for later."""
    if "reader" in g:
        return
    try:
        if not g.get("no_connection"):
            find_current_actor()
            return
    except SQLAlchemyError:
        database_session().rollback()
    g.reader, g._login_user = None, login_manager.anonymous_user()


def current_actor() -> Actor:
    """Who is signed in. For views behind @requires."""
    actor = find_current_actor()
    if actor is None:
        abort(401)
    return actor


def safe_next(target: str | None) -> str | None:
    """A place on this site to go on to after signing in; anything that could leave the site is None."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return None
    parts = urlsplit(target)
    if parts.scheme or parts.netloc or any(ord(char) < 33 or char == "\\" for char in target):
        return None
    return target


def _ask_to_sign_in() -> BaseResponse:
    wanted = request.full_path.rstrip("?") if request.method == "GET" else None
    return see_other(url_for("accounts.sign_in", lang=current_locale(), next=wanted))


def init_access(app: Flask) -> None:
    """Check every request against what its route declares."""
    login_manager.init_app(app)
    # The session is a row that can be revoked, and a phone's address changes on the way to school: a digest of
    # address and browser protects nothing here and would travel with every request.
    login_manager.session_protection = None

    @app.before_request
    def _check() -> BaseResponse | None:
        needed = declared_access(request.endpoint) if request.endpoint else None
        begin_request(is_public=needed == PUBLIC)
        if request.endpoint is None or request.endpoint == "static":
            return None  # no such address: the router answers 404 or 405
        if needed == PUBLIC:
            return None
        if needed is None:
            abort(403)
        actor = find_current_actor()
        if actor is None:
            # The browser's session stays as it is: this may be a request that left with the token from before a
            # renewal, and what it is answered with must not put out the new one.
            return _ask_to_sign_in()
        if not actor.may(cast(Permission, needed)):
            abort(403)
        g.actor = actor
        return None

    app.after_request(_note_use)


def not_in_use() -> None:
    """A page that asks by itself says nothing about whether somebody sits before it: the session stays as idle."""
    g.by_itself = True


def _note_use(response: Response) -> Response:
    """Write down that this device is in use, once in five minutes and when the page is made.

    The page that asked is answered whatever happens to that line: the next one tries again.
    """
    actor = g.get("reader")
    if actor is None or actor.session_id is None or actor.seen_at is None or g.get("by_itself"):
        return response
    if response.status_code >= 500:
        return response
    # The real time: a replay may stop the school's clock, but not the database's.
    if datetime.now(UTC) - actor.seen_at > SEEN_EVERY:
        try:
            note_use(actor.session_id)
        except SQLAlchemyError:
            log.warning("the use of a session could not be noted", exc_info=True)
    return response
