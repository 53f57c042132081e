"""One pupil in one register: all that can be said, and how it came to be said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from flask import url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from app.blueprints.attendance.forms import MarkForm
from app.blueprints.attendance.views import blueprint, period_asked
from app.domain.attendance.policies import ensure_may_take
from app.domain.attendance.queries import RegisterView, get_register, list_changes
from app.domain.attendance.rules import needs_reason
from app.domain.attendance.services import save_mark
from app.domain.attendance.types import AttendanceStatus, Change, Mark, Pupil
from app.domain.kernel import clock
from app.domain.kernel.access import Actor, Permission
from app.domain.kernel.errors import NotFound
from app.domain.kernel.names import name_in
from app.web.access import current_actor, requires
from app.web.editing import Editing, edited
from app.web.i18n import current_locale, local


@dataclass(frozen=True)
class _Record:
    """The mark as the form takes it."""

    version: int
    details: Mark


@dataclass(frozen=True, kw_only=True)
class _Screen(Editing):
    """The screen of a mark shows its history under the form."""

    changes: list[Change]


def _find(view: RegisterView, key: str) -> Pupil:
    pupil = next((each for each in view.pupils if each.key == key), None)
    if pupil is None:
        raise NotFound
    return pupil


def _record(section_id: UUID, on: date, key: str, period: int) -> _Record:
    """What is stored of the pupil now; of whom nothing is, that they are here."""
    view = get_register(current_actor(), section_id, on, today=clock.today(), period=period)
    pupil = _find(view, key)
    status = pupil.status or AttendanceStatus.PRESENT
    return _Record(pupil.version, Mark(status, pupil.late_minutes, pupil.left_at, pupil.remarks))


@blueprint.route("/registers/<uuid:section_id>/<date:on>/pupils/<string:key>/", methods=["GET", "POST"])
@requires(Permission.REGISTERS_READ)
def pupil(section_id: UUID, on: date, key: str) -> Response:
    """Everything about one pupil's mark on a form of its own, with or without script."""
    actor, period = current_actor(), period_asked()
    view = get_register(actor, section_id, on, today=clock.today(), period=period)
    ensure_may_take(actor, view.section.campus_id, is_own=view.section.is_own)
    return edited(_screen(actor, view, key))


def _screen(actor: Actor, view: RegisterView, key: str) -> _Screen:
    section_id, on, period = view.section.id, view.on, view.period
    found = _find(view, key)
    taken = view.row is not None and view.row.is_taken
    back = url_for(".register", section_id=section_id, on=on, period=period or None)

    def save(form: Any) -> None:
        reason = form.reason.data if "reason" in form else None
        base = form.version.number
        save_mark(actor, section_id, on, key, form.details(), base=base, period=period, reason=reason)

    return _Screen(
        title=name_in(current_locale(), *found.names)[0],
        act=gettext("Save"),
        done=gettext("Saved."),
        crumbs=[(gettext("Registers"), url_for(".registers")), (_section_name(view), back)],
        back=back,
        form=partial(MarkForm, asks_why=needs_reason(on, clock.today(), is_taken=taken)),
        save=save,
        onward=lambda _: back,
        read=lambda: _record(section_id, on, key, period),
        template="attendance/pupil.html",
        changes=list_changes(found.student_id, on, period),
    )


def _section_name(view: RegisterView) -> str:
    section = view.section
    name: str = gettext(
        "%(class_name)s, section %(section)s",
        class_name=local(section.class_name),
        section=local(section.name),
    )
    return name
