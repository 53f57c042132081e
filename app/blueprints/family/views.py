"""What a guardian sees of the own children, and a student of the own record. Never kept by the browser."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import request, url_for
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from app.blueprints.family.area import blueprint
from app.domain.attendance.leave.families import get_child_month, list_children
from app.domain.attendance.queries import get_child_record
from app.domain.attendance.rules import neighbour_months
from app.domain.kernel import clock
from app.domain.kernel.access import Permission
from app.domain.people.types import Gender, Relationship
from app.web.access import current_actor, requires
from app.web.htmx import render_page
from app.web.urls import month_asked

GENDER_WORDS = {Gender.MALE: _l("Boy"), Gender.FEMALE: _l("Girl")}
RELATIONSHIP_WORDS = {
    Relationship.MOTHER: _l("Mother"),
    Relationship.FATHER: _l("Father"),
    Relationship.GUARDIAN: _l("Guardian"),
}


@blueprint.route("/family/")
@requires(Permission.FAMILY_READ)
def children() -> Response:
    """One card a child: today, this week, the way to the month."""
    actor, today = current_actor(), clock.today()
    return render_page("family/children.html", actor=actor, today=today, cards=list_children(actor, today))


@blueprint.route("/family/<uuid:student_id>/")
@requires(Permission.FAMILY_READ)
def month(student_id: UUID) -> Response:
    """The month of a child."""
    return _month(student_id)


@blueprint.route("/family/<uuid:student_id>/record/")
@requires(Permission.FAMILY_READ)
def record(student_id: UUID) -> Response:
    """The facts of a child's record."""
    return _record(student_id)


@blueprint.route("/my-record/")
@requires(Permission.OWN_RECORD_READ)
def my_record() -> Response:
    """The month of the student who reads."""
    return _month(None)


@blueprint.route("/my-record/record/")
@requires(Permission.OWN_RECORD_READ)
def my_facts() -> Response:
    """The facts of the reader's own record."""
    return _record(None)


def _month(student_id: UUID | None) -> Response:
    today = clock.today()
    sheet = get_child_month(current_actor(), student_id, month_asked(request.args.get("month"), today), today)
    before, after = neighbour_months(sheet.first, sheet.since, today)
    return render_page(
        "family/month.html",
        sheet=sheet,
        today=today,
        before=before,
        after=after,
        **_addresses(student_id),
    )


def _record(student_id: UUID | None) -> Response:
    return render_page(
        "family/record.html",
        record=get_child_record(current_actor(), student_id),
        genders=GENDER_WORDS,
        relationships=RELATIONSHIP_WORDS,
        **_addresses(student_id),
    )


def _addresses(student_id: UUID | None) -> dict[str, Any]:
    """Where the two pages of this record are: a child's, or the reader's own."""
    if student_id is None:
        return {"month_url": url_for(".my_record"), "record_url": url_for(".my_facts")}
    return {
        "month_url": url_for(".month", student_id=student_id),
        "record_url": url_for(".record", student_id=student_id),
    }
