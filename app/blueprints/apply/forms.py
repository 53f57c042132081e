"""The pages of the application form whose questions no school changes, and the one that finds an application."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, FileField

from app.blueprints.apply.words import DOCUMENT_WORDS
from app.domain.admissions.types import DocumentKind
from app.web.admission import files_taken
from app.web.forms import Form, LineField, PhoneField, Required


def documents_form(asked: Iterable[DocumentKind]) -> Form:
    """The papers that the application asks for. Each may be sent now, later, or again."""
    fields = {kind.value: _paper_field(kind) for kind in asked}
    made: type[Form] = type("DocumentsForm", (Form,), fields)
    return made()


def _paper_field(kind: DocumentKind) -> FileField:
    """The control of a paper, with the files it may be: in words, and for the chooser of the phone."""
    words, accept = files_taken(kind)
    return FileField(DOCUMENT_WORDS[kind], description=words, render_kw={"accept": accept})


class ReviewForm(Form):
    """The family stands by its answers."""

    consent = BooleanField(
        _l("These answers are right, and the school may keep them to decide on the application.")
    )


class FindForm(Form):
    """Reference and phone, which only the family has together."""

    reference = LineField(
        _l("Reference"),
        [Required(_l("Enter the reference."))],
        max_length=40,
        render_kw={"autocomplete": "off", "dir": "ltr", "spellcheck": "false"},
    )
    phone = PhoneField(
        _l("The guardian's mobile number"),
        [Required(_l("Enter a mobile number."))],
        render_kw={"autocomplete": "tel", "inputmode": "tel", "dir": "ltr"},
    )
