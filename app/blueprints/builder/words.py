"""The words of the builder: kinds of fields, and what keeps a form from being published."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from app.domain.admissions.forms.types import FieldKind, Lack
from app.domain.kernel.errors import N_

KIND_WORDS: dict[FieldKind, object] = {
    FieldKind.LINE: _l("One line of text"),
    FieldKind.TEXT: _l("Several lines of text"),
    FieldKind.NUMBER: _l("A whole number"),
    FieldKind.DATE: _l("A date"),
    FieldKind.YES_NO: _l("Yes or no"),
    FieldKind.ONE: _l("One of several answers"),
    FieldKind.SEVERAL: _l("Any of several answers"),
    FieldKind.PHONE: _l("A mobile number"),
    FieldKind.NID: _l("A national identity number"),
    FieldKind.BIRTH_REGISTRATION: _l("A birth registration number"),
}

LACK_WORDS: dict[Lack, str] = {
    Lack.TITLE: N_("The title of the page “%(name)s” is missing in: %(languages)s."),
    Lack.LABEL: N_("“%(name)s” is missing in: %(languages)s."),
    Lack.CHOICES: N_("“%(name)s” needs at least two answers to choose from."),
    Lack.EMPTY_PAGE: N_("The page “%(name)s” asks nothing."),
    Lack.CONDITION_LATER: N_("“%(name)s” depends on a question that comes after it."),
    Lack.CONDITION_OFFICE: N_("“%(name)s” depends on a question that only the office sees."),
    Lack.CONDITION_VALUES: N_("“%(name)s” depends on an answer that is no longer offered."),
}
