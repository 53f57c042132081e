"""What watches over the installation asks. Whether the process lives is `/healthz`, on the public site."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from flask import Blueprint, Response, abort, jsonify, make_response, request
from prometheus_client import CONTENT_TYPE_LATEST

from app.domain.kernel import clock
from app.web.access import public
from app.web.metrics import is_local, render_metrics
from app.web.readiness import look
from app.web.school import current_school
from app.web.urls import absolute_url

blueprint = Blueprint("vitals", __name__)


@blueprint.route("/readyz")
@public
def readyz() -> Response:
    """Whether requests can be served: 503 where not. Says which part is at fault and nothing about it."""
    found = look()
    return make_response(jsonify(found.as_words()), 200 if found.ready else 503)


@blueprint.route("/.well-known/security.txt")
@public
def security_txt() -> Response:
    """Where to tell us about a hole (RFC 9116). It expires in half a year from today, and is written anew daily."""
    expires = datetime.combine(clock.today() + timedelta(182), time(), UTC)
    lines = [
        f"Contact: mailto:{current_school().email}",
        f"Expires: {expires:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: bn, en, ar",
        f"Canonical: {absolute_url('vitals.security_txt')}",
    ]
    return make_response(("\n".join(lines) + "\n", {"Content-Type": "text/plain; charset=utf-8"}))


@blueprint.route("/metrics")
@public
def metrics() -> Response:
    """Figures for Prometheus, to programs on this machine. For everybody else there is no such address."""
    if not is_local(request):
        abort(404)
    return make_response((render_metrics(), {"Content-Type": CONTENT_TYPE_LATEST}))
