"""Errors as pages: what is so, that nothing was lost, and what to do next, in the reader's language."""

from __future__ import annotations

import logging
import secrets

from flask import Flask, Response, g, make_response, render_template, request
from flask_babel import gettext, ngettext
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, PendingRollbackError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from app.domain.files.types import FilesFull, FilesUnavailable
from app.domain.kernel.digits import to_local_digits
from app.domain.kernel.errors import Conflict, DomainError, Forbidden, NotFound
from app.domain.limits.rules import wait_in_words
from app.domain.limits.types import TooMany
from app.uow import session
from app.web.access import settle_reader
from app.web.htmx import is_partial, retarget_to_message
from app.web.i18n import current_locale, say

log = logging.getLogger(__name__)


_LATER = 60
DATABASE_AWAY = 10
"""Seconds after which it is worth asking again: a restart takes two or three."""


def message_of(error: DomainError) -> str:
    """What a typed error of the domain says to the reader."""
    if isinstance(error, TooMany):
        return f"{gettext('There were too many tries.')} {_when_again(error.seconds)}"
    return say(error.message, **error.params)


def _when_again(seconds: int) -> str:
    unit, number = wait_in_words(seconds)
    shown = to_local_digits(str(number), current_locale())
    if unit == "seconds":
        return str(
            ngettext(
                "Wait %(seconds)s second and try again.",
                "Wait %(seconds)s seconds and try again.",
                number,
                seconds=shown,
            )
        )
    return str(
        ngettext(
            "Wait %(minutes)s minute and try again.",
            "Wait %(minutes)s minutes and try again.",
            number,
            minutes=shown,
        )
    )


def _words(code: int) -> tuple[str, str]:
    match code:
        case 400:
            return gettext("This page could not be sent"), gettext(
                "It was open for a long time or came from somewhere else. Go back, load the page again and send it"
                " once more. Nothing you saved is lost."
            )
        case 401 | 403:
            return gettext("This is not open to you"), gettext(
                "Your account may not do this. If it should, ask the school office."
            )
        case 404:
            return gettext("We cannot find this page"), gettext(
                "The link may be old, or a letter in the address may be missing. Nothing you saved is lost."
            )
        case 405:
            return gettext("This address works differently"), gettext(
                "Go back to the page you came from and use its buttons."
            )
        case 409:
            return gettext("This has changed in the meantime"), gettext(
                "What you opened has changed in the meantime. Load the page again to see how it is now."
            )
        case 413:
            return gettext("This is too large to send"), gettext(
                "A file may have up to 5 MB. Choose a smaller picture or take it again with less detail."
            )
        case 422:
            return gettext("This was not stored"), gettext("Check what was typed and send it again.")
        case 429:
            return gettext("One moment, please"), gettext(
                "There were many requests from your connection. Wait a minute and try again."
            )
        case 503:
            return gettext("We are busy for a moment"), gettext(
                "Try again in a minute. What you saved before is safe."
            )
        case 507:
            return gettext("There is no room for files now"), gettext(
                "We know of it. Try again later; what you saved before is safe."
            )
        case _:
            return gettext("Something went wrong on our side"), gettext(
                "It is not your fault, and what you saved before is safe. Try again in a little while."
            )


def status_of(error: FilesUnavailable) -> int:
    """What a storage that cannot help now is in numbers: full, or away."""
    return 507 if isinstance(error, FilesFull) else 503


_AWAY = (OperationalError, InterfaceError, PendingRollbackError, PoolTimeout)
_SECRETS = frozenset({"code", "current", "passkey", "password", "recovery_code"})
"""Fields of the forms of accounts, and of the proof that travels with others: never written into a page."""


def _is_away(error: Exception) -> bool:
    """Whether PostgreSQL could not answer at all, which passes, or answered that our statement is wrong."""
    return isinstance(error, _AWAY) or (isinstance(error, DBAPIError) and error.connection_invalidated)


def _carried() -> list[tuple[str, str]] | None:
    """What was typed into the form that could not be stored, to be sent once more; None where none was sent.

    Only of a form that came from our own page: another's would be sent with the reader's token.
    """
    if request.method != "POST" or not g.get("csrf_valid") or not request.form:
        return None
    is_account = request.blueprint == "accounts"
    return [
        (name, value)
        for name, value in request.form.items(multi=True)
        if name != "csrf_token"
        and not name.startswith("proof-")
        and not (name == "password" or (is_account and name in _SECRETS))
    ]


def error_page(code: int, *, text: str | None = None, support_code: str | None = None) -> Response:
    """The page, or the message for the page's message region, of an error."""
    settle_reader()
    title, usual = _words(code)
    template = "errors/_message.html" if is_partial() else "errors/error.html"
    body = render_template(
        template,
        code=code,
        title=title,
        text=text or usual,
        support_code=support_code,
        carried=_carried() if code == 503 else None,
    )
    response = make_response(body, code)
    if code == 429:
        response.headers["Retry-After"] = str(g.get("retry_after", _LATER))
    return retarget_to_message(response)


def init_errors(app: Flask) -> None:
    """Turn every error into a page."""

    @app.errorhandler(DomainError)
    def _domain(error: DomainError) -> Response:
        match error:
            case NotFound():
                return error_page(404)
            case Forbidden():
                return error_page(403)
            case TooMany():
                g.retry_after = error.seconds
                return error_page(429, text=message_of(error))
            case FilesUnavailable():
                return error_page(status_of(error), text=message_of(error))
            case Conflict():
                return error_page(409, text=message_of(error))
            case _:
                return error_page(422, text=message_of(error))

    @app.after_request
    def _say_when_again(response: Response) -> Response:
        """A form that is shown again because there were too many tries is 429, with the time. What passes by itself
        says when to come again, also where a form says it."""
        if "retry_after" in g and response.status_code == 422:
            response.status_code = 429
            response.headers["Retry-After"] = str(g.retry_after)
        if response.status_code in {503, 507}:
            response.headers.setdefault("Retry-After", str(g.get("retry_after", _LATER)))
        return response

    @app.errorhandler(CSRFError)
    def _csrf(error: CSRFError) -> Response:
        return error_page(400)

    @app.errorhandler(HTTPException)
    def _http(error: HTTPException) -> Response:
        return error_page(error.code or 500)

    def _database_away(error: Exception) -> Response:
        log.error("database unreachable", extra={"error": str(error)})
        session().rollback()
        g.retry_after = DATABASE_AWAY
        # The page that says so does not wait for a connection again.
        g.no_connection = isinstance(error, PoolTimeout)
        return error_page(503)

    for kind in _AWAY:
        app.register_error_handler(kind, _database_away)

    @app.errorhandler(Exception)
    def _unexpected(error: Exception) -> Response:
        if _is_away(error):
            return _database_away(error)
        support_code = secrets.token_hex(3).upper()
        log.exception("unexpected error", extra={"support_code": support_code})
        if isinstance(error, DBAPIError):
            session().rollback()
        return error_page(500, support_code=support_code)
