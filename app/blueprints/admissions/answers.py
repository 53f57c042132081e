"""The answers to a school's own questions on the officer's side, and the form for those of the office itself."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any
from uuid import UUID

from flask import Blueprint, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from app.domain.admissions.forms.queries import form_of
from app.domain.admissions.forms.rules import asked_keys
from app.domain.admissions.forms.services import save_office_answers
from app.domain.admissions.forms.types import FormField
from app.domain.admissions.policies import may_decide
from app.domain.admissions.queries import get_application
from app.domain.admissions.rules import answers_of
from app.domain.admissions.types import ApplicationView
from app.domain.kernel.access import Actor, Permission
from app.web.access import current_actor, requires
from app.web.admission_form import (
    control_for,
    control_of,
    label_of,
    office_fields,
    own_answer,
    typed_back,
    value_of,
)
from app.web.editing import EditForm, Editing, edited
from app.web.htmx import see_other
from app.web.i18n import local


def answers_card(actor: Actor, application: ApplicationView) -> dict[str, Any]:
    """(label, answer, whether only the office knows it) of every own question that this application was asked."""
    form, answers = form_of(application), answers_of(application)
    due = asked_keys(form, answers, office=True)
    lines = [
        (label_of(field), own_answer(field, answers.get(field.key)), field.office_only)
        for field in form.fields
        if not field.is_core and field.key in due
    ]
    may = bool(office_fields(form, answers)) and may_decide(actor, application)
    return {"own_answers": lines, "may_answer": may}


def add_answers(blueprint: Blueprint) -> None:
    """Put the page on which the office answers its own questions into the area."""
    blueprint.add_url_rule("/<uuid:application_id>/answers", view_func=answers, methods=["GET", "POST"])


@requires(Permission.APPLICATIONS_DECIDE)
def answers(application_id: UUID) -> Response:
    """The questions that families never see."""
    actor = current_actor()
    application = get_application(actor, application_id, Permission.APPLICATIONS_DECIDE)
    fields = office_fields(form_of(application), answers_of(application))
    if not fields:
        return see_other(_record(application_id))

    def save(typed: Any) -> None:
        given = {field.key: value_of(field, typed[control_of(field)]) for field in fields}
        save_office_answers(actor, application_id, typed.version.number, given)

    return edited(_screen(application, fields, save, lambda: _now(actor, application_id, fields)))


def _record(application_id: UUID) -> str:
    return url_for("admissions.record", application_id=application_id)


def _screen(application: ApplicationView, fields: list[FormField], save: Any, read: Any) -> Editing:
    here = _record(application.id)
    return Editing(
        title=gettext("Answers of the office"),
        act=gettext("Save"),
        done=gettext("Saved."),
        crumbs=[(gettext("Admissions"), url_for("admissions.queue")), (application.reference, here)],
        back=here,
        form=_office_form(fields),
        save=save,
        read=read,
        onward=lambda _: here,
    )


def _office_form(fields: list[FormField]) -> Any:
    """The form of these questions."""
    return type(
        "OfficeForm",
        (EditForm,),
        {control_of(field): control_for(field) for field in fields}
        | {
            "optional": frozenset(control_of(field) for field in fields if not field.required),
            "hints": {control_of(field): local(field.help) for field in fields if field.help},
        },
    )


def _now(actor: Actor, application_id: UUID, fields: list[FormField]) -> SimpleNamespace:
    found = get_application(actor, application_id, Permission.APPLICATIONS_DECIDE)
    saved = answers_of(found)
    details = SimpleNamespace(**{control_of(field): typed_back(field, saved) for field in fields})
    return SimpleNamespace(version=found.version, details=details)
