"""What every way of signing in ends with."""

from __future__ import annotations

from flask import abort, session, url_for
from werkzeug.wrappers import Response

from app.domain.accounts.factors.services import Begun
from app.domain.accounts.services import sign_out as close_session
from app.web.access import SignedIn, enter, find_current_actor
from app.web.browsers import browser_mark, mark_browser
from app.web.headers import fresh_session
from app.web.htmx import see_other

HALF_OPEN = "half"
"""Where the browser's signed cookie keeps the token of a sign-in that waits for its second step."""


def go_on(begun: Begun, lang: str, onward: str) -> Response:
    """Enter after the right password, or ask for the second step where the account has one."""
    if begun.token:
        return enter_anew(begun.token, onward)
    session[HALF_OPEN] = begun.half_open
    return see_other(url_for("accounts.second_step", lang=lang, next=onward))


def enter_anew(token: str, onward: str) -> Response:
    """End what this browser was signed in with before, start its session anew and go on."""
    before = find_current_actor()
    if before is not None:
        close_session(before)
    fresh_session()
    signed_in = SignedIn.from_token(token)
    if signed_in is None:
        abort(403)
    enter(signed_in)
    return mark_browser(see_other(onward), browser_mark())
