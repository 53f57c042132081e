"""Headers of every answer: content policy, caching by page class, CSRF token, entity tags."""

from __future__ import annotations

import hashlib
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from functools import wraps
from typing import TYPE_CHECKING, Any

from flask import Flask, Response, current_app, g, request, session
from flask.sessions import SecureCookieSessionInterface
from flask_wtf.csrf import CSRFProtect, generate_csrf
from itsdangerous import URLSafeTimedSerializer
from markupsafe import Markup

from app.domain.kernel.ids import new_token
from app.web.htmx import is_partial

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.sessions import SessionMixin

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; manifest-src 'self'; worker-src 'self'; "
    "frame-ancestors 'none'; base-uri 'none'; object-src 'none'"
)

SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
}


PART_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
}
"""For style sheets, scripts and parts of pages, which only our own pages ask for. They load nothing themselves, so
nothing is what they may load; what only documents obey would be dead weight on a phone's line."""


def security_headers(*, https: bool) -> dict[str, str]:
    """The headers that do not depend on the page."""
    headers = dict(SECURITY_HEADERS)
    headers["Content-Security-Policy"] = _POLICY + ("; upgrade-insecure-requests" if https else "")
    if https:
        headers["Strict-Transport-Security"] = "max-age=63072000; includeSubDomains; preload"
    return headers


# The token stands in the page as this mark until the page is finished: the entity tag is made of what
# the reader sees, and each answer carries the token under a new mask, so that compression (BREACH)
# tells nothing about it. The mark is unknowable, so no stored text can ask for the token.
_MARK = f"csrf-{secrets.token_hex(16)}"
_MARK_BYTES = _MARK.encode()


def csrf_token() -> str:
    """What templates write where the token of this answer will stand."""
    g.csrf_used = True
    return _MARK


def csrf_field() -> Markup:
    """The hidden field of every form that posts."""
    return Markup('<input type="hidden" name="csrf_token" value="{}">').format(csrf_token())


ONCE_FIELD = "once"
_ONCE_MARK = f"once-{secrets.token_hex(16)}"


def once_field() -> Markup:
    """The hidden field of every form that creates something: a key of its own, see app/web/once.py."""
    g.once_used = True
    return Markup('<input type="hidden" name="{}" value="{}">').format(ONCE_FIELD, _ONCE_MARK)


def _with_keys(body: bytes) -> bytes:
    """Each mark becomes a key of 22 characters, so that two forms of a page have two."""
    first, *rest = body.split(_ONCE_MARK.encode())
    return b"".join([first, *(new_token(16).encode() + part for part in rest)])


def creates_something() -> bool:
    """Whether the route that is asked for is marked with `creates` of app/web/once.py."""
    view = current_app.view_functions.get(request.endpoint or "")
    return bool(getattr(view, "creates", False))


def _signer() -> URLSafeTimedSerializer:
    """Flask-WTF's own signer: it made the token and will check it."""
    return URLSafeTimedSerializer(current_app.secret_key or "", salt="wtf-csrf-token")


def _mask() -> str:
    """54 characters for the secret of Flask-WTF's token, other ones each time.

    The secret alone travels and not its signature, which the mask would make as long again: it stands on
    every page and in every form that is sent.
    """
    field = current_app.config["WTF_CSRF_FIELD_NAME"]
    if field not in session:
        generate_csrf()
    secret = bytes.fromhex(session[field])
    pad = secrets.token_bytes(len(secret))
    mixed = pad + bytes(a ^ b for a, b in zip(secret, pad, strict=True))
    return urlsafe_b64encode(mixed).decode().rstrip("=")


def _unmask(masked: str) -> str | None:
    """Flask-WTF's token again, or None where this is none of ours."""
    try:
        both = urlsafe_b64decode(masked + "=" * (-len(masked) % 4))
    except ValueError:
        return None
    half = len(both) // 2
    secret = bytes(a ^ b for a, b in zip(both[:half], both[half : half * 2], strict=True))
    return str(_signer().dumps(secret.hex()))


class MaskedCSRFProtect(CSRFProtect):
    """Flask-WTF's protection over a token that looks different in every answer.

    Where the browser says that another site sent the form, not even the right token helps.
    """

    def _get_csrf_token(self) -> str | None:
        if request.headers.get("Sec-Fetch-Site") in {"cross-site", "same-site"}:
            return None
        masked = super()._get_csrf_token()
        return _unmask(masked) if masked else None


csrf = MaskedCSRFProtect()


def for_script() -> None:
    """This answer is read by our own script and is no document: it carries the few headers of a part of a page."""
    g.for_script = True


def keepable(view: Callable[..., Any]) -> Callable[..., Any]:
    """Mark a view whose page may be kept and asked about again (ETag, 304): no papers, notes or money on it."""

    @wraps(view)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        g.keepable = True
        return view(*args, **kwargs)

    return wrapper


def shareable(view: Callable[..., Any]) -> Callable[..., Any]:
    """Mark a public page that is the same for everybody: kept for a minute, by caches on the way too.

    Only the answer to somebody without any cookie is shared; it sets none itself.
    """

    @wraps(view)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        g.keepable = True
        g.shareable = not request.cookies
        return view(*args, **kwargs)

    return wrapper


def _is_empty_form(response: Response) -> bool:
    """Whether this is a form that creates, as it stands at first: nobody's data is on it.

    Going back shows it with the key it had, so that sending it again is no second act.
    """
    return bool(g.get("once_used")) and creates_something() and response.status_code == 200


class Sessions(SecureCookieSessionInterface):
    """Flask's sessions in a cookie, which may change while a form that creates is being filled in."""

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Keep the session; an empty form does not differ by it, and would be fetched anew, with a new key."""
        super().save_session(app, session, response)
        if _is_empty_form(response):
            response.headers["Vary"] = ", ".join(each for each in response.vary if each != "Cookie")


def _cache_control(response: Response) -> str:
    if _is_empty_form(response):
        return "private, no-cache"
    if not g.get("keepable") or response.status_code not in {200, 304}:
        return "no-store"
    if g.get("shareable") and not g.get("csrf_used"):
        return "public, max-age=60"
    return "private, no-cache"


def _finish_body(response: Response) -> None:
    """Tag the page by what is seen on it, then put the masked token in."""
    if response.is_streamed or response.direct_passthrough:
        return
    body = response.get_data()
    if (
        g.get("keepable")
        # Who comes anew gets a new key: the kept page's may be spent.
        and not g.get("once_used")
        and response.status_code == 200
        and request.method in {"GET", "HEAD"}
    ):
        tag = hashlib.blake2b(body.replace(_MARK_BYTES, b""), digest_size=9).hexdigest()
        # Weak: the compressed and the plain page are the same page.
        response.set_etag(tag, weak=True)
    if g.get("once_used"):
        body = _with_keys(body)
        response.set_data(body)
    if g.get("csrf_used"):
        response.set_data(body.replace(_MARK_BYTES, _mask().encode()))


def init_headers(app: Flask) -> None:
    """Give every answer its headers, whoever made it."""
    csrf.init_app(app)
    app.session_interface = Sessions()
    app.jinja_env.globals.update(csrf_token=csrf_token, csrf_field=csrf_field)
    # Flask-WTF puts its bare token into the context of every template, where it would hide ours.
    app.context_processor(lambda: {"csrf_token": csrf_token})
    fixed = security_headers(https=app.config["SETTINGS"].https)

    @app.after_request
    def _finish(response: Response) -> Response:
        is_part = g.get("for_script") or (is_partial() and "HX-Reselect" not in response.headers)
        for name, value in (PART_HEADERS if is_part else fixed).items():
            response.headers.setdefault(name, value)
        _finish_body(response)
        if "Cache-Control" not in response.headers:
            response.headers["Cache-Control"] = _cache_control(response)
        if request.method != "POST":
            response.vary.add("Cookie")
        if "ETag" in response.headers:
            response.make_conditional(request)
        if response.status_code == 304:
            # The browser shows what it kept, under the headers it kept with it: the others are only weight.
            for name in fixed:
                del response.headers[name]
        return response


def fresh_session() -> None:
    """Forget everything the browser's session held, before and after a sign-in: no fixed session, no old token."""
    session.clear()
    g.pop("reader", None)
    g.pop(current_app.config["WTF_CSRF_FIELD_NAME"], None)
