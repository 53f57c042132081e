"""Screens that make, change or remove one record: the same four steps for all of them.

A view says what is special about its record in an `Editing` or a `Removal` and returns `edited(...)` or
`removed(...)`. A refused form comes back with what was typed (422), a stale one with what is there now beside
it (409), a stored one goes on to the next page (303) with a toast.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from flask import flash
from flask_babel import gettext
from werkzeug.wrappers import Response
from wtforms import BooleanField, Field, HiddenField, SelectField, SelectMultipleField

from app.domain.kernel.errors import Refused, Stale
from app.web.errors import message_of
from app.web.forms import DayField, Form, LocalTextField, VersionField, submitted
from app.web.htmx import render_page, see_other
from app.web.i18n import day, in_language, local

Crumbs = list[tuple[Any, str | None]]


class EditForm(Form):
    """A form over a record that others may edit too."""

    version = VersionField()

    hints: ClassVar[Mapping[str, Any]] = {}
    """A hint under the label, by the name of the field."""
    optional: ClassVar[frozenset[str]] = frozenset()
    """Fields that may stay empty."""

    def details(self) -> Any:
        """What was typed, as the value the services take."""
        raise NotImplementedError


@dataclass(frozen=True)
class Editing:
    """One screen on which a record is made or changed."""

    title: str
    act: str
    """The words on the button."""
    done: str
    """The toast afterwards."""
    crumbs: Crumbs
    back: str
    form: Callable[..., EditForm]
    """Makes the form; called with `obj` and `formdata` of WTForms."""
    save: Callable[[Any], Any]
    """Calls the service with what the form holds."""
    onward: Callable[[Any], str]
    """Where to go afterwards, given what `save` returned."""
    read: Callable[[], Any] | None = None
    """Reads the record as it is now, with `version` and `details`; None for a new one."""
    template: str = "editing/form.html"


def edited(page: Editing) -> Response:
    """Answer the screen: the form, the form with what is wrong, what changed meanwhile, or the next page."""
    record = page.read() if page.read else None
    form = _bind(page, record)
    if submitted(form):
        try:
            result = page.save(form)
        except Stale:
            return _changed_meanwhile(page, form)
        except Refused as error:
            form.put_refusal(error)
        else:
            flash(page.done, "ok")
            return see_other(page.onward(result))
    return render_page(page.template, page=page, form=form, status=422 if form.problems else 200)


def _bind(page: Editing, record: Any) -> EditForm:
    form = page.form(obj=record.details if record else None)
    if record and not form.is_submitted():
        form.version.data = record.version
    return form


def _changed_meanwhile(page: Editing, form: EditForm) -> Response:
    """Both versions side by side, and the form as typed, which now saves over what the reader has seen."""
    record = page.read() if page.read else None
    now = page.form(obj=record.details, formdata=None) if record else form
    differing = [
        (field.label.text, said(there), said(field))
        for field, there in zip(form, now, strict=True)
        if not isinstance(field, HiddenField) and said(field) != said(there)
    ]
    form.version.data = record.version if record else None
    form.version.raw_data = None
    return render_page("editing/changed.html", page=page, form=form, differing=differing, status=409)


def said(field: Field) -> Any:
    """What a field says, as a person reads it."""
    match field:
        case LocalTextField():
            return tuple(in_language(text, code) for code, text in field.data.to_dict().items())
        case DayField():
            return (day(field.data),) if field.data else ()
        case BooleanField():
            return (gettext("Yes") if field.data else gettext("No"),)
        case SelectMultipleField():
            chosen = {str(value) for value in field.data or ()}
            return tuple(label for value, label, *_ in field.iter_choices() if str(value) in chosen)
        case SelectField():
            return tuple(label for value, label, *_ in field.iter_choices() if value == (field.data or ""))
        case _:
            text = field._value() if hasattr(field, "_value") else field.data
            return (str(text),) if text else ()


@dataclass(frozen=True)
class Removal:
    """One screen that asks before a record is removed."""

    title: str
    text: str
    """What goes and what stays."""
    act: str
    done: str
    crumbs: Crumbs
    back: str
    remove: Callable[[], None]
    onward: str


class RemovalForm(Form):
    """Nothing to fill in: sending it is the answer."""


def removed(page: Removal) -> Response:
    """Ask, then remove; where that is refused, say why."""
    form = RemovalForm()
    refusal = None
    if submitted(form):
        try:
            page.remove()
        except Refused as error:
            refusal = message_of(error)
        else:
            flash(page.done, "ok")
            return see_other(page.onward)
    return render_page(
        "editing/remove.html", "ask", page=page, refusal=refusal, status=422 if refusal else 200
    )


__all__ = ["Crumbs", "EditForm", "Editing", "Removal", "edited", "local", "removed", "said"]
