"""The mark by which an account knows a browser again.

It is sent to the sign-in pages alone, so that it costs no other page a byte, and it opens nothing: without it a
browser is a new one, and the owner of the account is told.
"""

from __future__ import annotations

from flask import current_app, g, request
from werkzeug.wrappers import Response

from app.domain.kernel.ids import new_token
from app.web.i18n import LOCALES

_YEAR = 365 * 24 * 3600
_BYTES, _LENGTH = 24, 32


def _name() -> str:
    return "__Secure-sa-browser" if current_app.config["SETTINGS"].https else "sa-browser"


def browser_mark() -> str:
    """The mark this browser sent, or a new one: the same for the whole of a request."""
    if "browser_mark" not in g:
        sent = request.cookies.get(_name(), "")
        g.browser_mark = sent if len(sent) == _LENGTH else new_token(_BYTES)
    return str(g.browser_mark)


def mark_browser(response: Response, mark: str) -> Response:
    """Let the browser keep its mark for a year, in each language of the sign-in page."""
    for lang in LOCALES:
        response.set_cookie(
            _name(),
            mark,
            max_age=_YEAR,
            path=f"/{lang}/sign-in",
            secure=current_app.config["SETTINGS"].https,
            httponly=True,
            samesite="Lax",
        )
    return response
