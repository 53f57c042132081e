"""The public site and the address that says the server lives."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, redirect, request, url_for

from app.web.access import public
from app.web.htmx import render_page
from app.web.i18n import DEFAULT_LOCALE, LOCALES

blueprint = Blueprint("site", __name__)


@blueprint.route("/")
@public
def root() -> Response:
    """The site in the reader's language; Bangla where the browser does not ask for one of ours."""
    lang = request.accept_languages.best_match(list(LOCALES), default=DEFAULT_LOCALE)
    return redirect(url_for("site.home", lang=lang), 302)  # type: ignore[return-value]


@blueprint.route("/<lang:lang>/")
@public
def home(lang: str) -> Response:
    """The front door."""
    return render_page("site/home.html")


@blueprint.route("/healthz")
@public
def healthz() -> Response:
    """Whether the process answers."""
    return make_response(("ok\n", {"Content-Type": "text/plain; charset=utf-8"}))
