"""What a campus has decided about attendance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from app.blueprints.attendance.forms import RulesForm
from app.blueprints.attendance.views import blueprint
from app.domain.academics.queries import get_campus
from app.domain.attendance.queries import get_rules
from app.domain.attendance.services import save_rules
from app.domain.attendance.types import AttendanceRules
from app.domain.kernel.access import Permission
from app.web.access import current_actor, requires
from app.web.editing import Editing, edited
from app.web.i18n import local


@dataclass(frozen=True)
class _Record:
    """The rules as the form takes them."""

    version: int
    details: AttendanceRules


def _read(campus_id: UUID) -> _Record:
    rules = get_rules(campus_id)
    return _Record(rules.version, rules)


@blueprint.route("/campuses/<uuid:campus_id>/rules/", methods=["GET", "POST"])
@requires(Permission.ATTENDANCE_REPORT)
def rules(campus_id: UUID) -> Response:
    """When registers are due, whether families are told, and when a family is spoken to."""
    actor = current_actor()
    campus = get_campus(actor, campus_id, Permission.ATTENDANCE_REPORT)
    back = url_for(".registers", campus=campus.code)

    def save(form: Any) -> None:
        save_rules(actor, campus_id, form.details())

    return edited(
        Editing(
            title=gettext("Rules of attendance: %(name)s", name=local(campus.name)),
            act=gettext("Save"),
            done=gettext("Saved."),
            crumbs=[(gettext("Registers"), back)],
            back=back,
            form=RulesForm,
            save=save,
            onward=lambda _: back,
            read=lambda: _read(campus_id),
        )
    )
