"""What stands between the registers and a line that drops: the worker, and the page for all it has not kept."""

from __future__ import annotations

from flask import Response
from flask_babel import force_locale, gettext

from app.blueprints.attendance.views import blueprint
from app.web.access import public
from app.web.htmx import render_page
from app.web.i18n import LOCALES
from app.web.urls import STATIC, built_name


@blueprint.route("/worker.js")
@public
def worker() -> Response:
    """The script that keeps the registers of the day. From this address it answers for `/attendance/` alone."""
    answer = Response((STATIC / "build" / built_name("worker.js")).read_bytes(), mimetype="text/javascript")
    answer.headers["Cache-Control"] = "no-cache"
    return answer


def _said(locale: str) -> tuple[str, str, str, str]:
    with force_locale(locale):
        return (
            locale,
            gettext("No connection"),
            gettext(
                "This page was not kept on this device. Registers that were opened today open without a line too."
            ),
            gettext("To the registers"),
        )


@blueprint.route("/offline/")
@public
def offline() -> Response:
    """For every page the worker has not kept, in all languages: it does not know who will read it."""
    return render_page("attendance/offline.html", said=[_said(locale) for locale in LOCALES])
