"""The base of all forms: shape and language of what was typed, kept whatever happens.

A form only asks: is this a phone number, a date, one of these. Whether the school agrees is for the
services, whose refusals `put_refusal` writes next to the field they name.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from datetime import date, time
from typing import Any
from uuid import UUID

from flask import g, request
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import (
    Field,
    FileField,
    HiddenField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, StopValidation, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget, TextInput

from app.domain.kernel.dates import DateError, parse_day_month_year
from app.domain.kernel.digits import to_ascii_digits
from app.domain.kernel.errors import InvalidValue, Refused
from app.domain.kernel.names import clean_name
from app.domain.kernel.phones import format_mobile, normalise_mobile
from app.domain.kernel.texts import LocalText, clean_line, clean_text
from app.domain.limits.types import TooMany
from app.web.errors import message_of
from app.web.i18n import LOCALES

_WORD = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_EMAIL = re.compile(rf"(?=[^@]{{1,64}}@){_WORD}(?:\.{_WORD})*@{_LABEL}(?:\.{_LABEL})+")
_TIME = re.compile(r"([01]?[0-9]|2[0-3])[:.]([0-5][0-9])")
_WHOLE_NUMBER = re.compile(r"-?[0-9]{1,9}")
_MARKUP = frozenset("<>{}\\")


_UNSHOWABLE = dict.fromkeys((*range(9), 11, *range(14, 32), *range(127, 160)))


def _shown(text: str) -> str:
    return text.translate(_UNSHOWABLE)


class Form(FlaskForm):
    """A form of this application. The CSRF token is checked for every request before any form is read."""

    class Meta:
        csrf = False
        locales = False

        def wrap_formdata(self, form: Any, formdata: Any) -> Any:
            """What was sent as a form. Flask-WTF would take JSON too, whose values need not be texts."""
            return None if request.is_json else super().wrap_formdata(form, formdata)  # type: ignore[misc]  # WTForms carries no types

        def render_field(self, field: Field, render_kw: dict[str, Any]) -> Any:
            return super().render_field(field, render_kw)  # type: ignore[misc]  # WTForms carries no types

    form_errors: list[str]

    def validate(self, extra_validators: Any = None) -> bool:
        """Check every field, and that no single field was sent twice."""
        valid = super().validate(extra_validators)
        valid = self._each_sent_once() and bool(valid)
        if not valid:
            self._drop_the_unshowable()
        return valid

    def _drop_the_unshowable(self) -> None:
        """What was typed is shown again, but for characters no page may hold."""
        for field in self:
            for name in ("data", "typed"):
                value = getattr(field, name, None)
                match value:
                    case str():
                        setattr(field, name, _shown(value))
                    case tuple():
                        setattr(field, name, tuple(_shown(part) for part in value))
                    case dict():
                        setattr(field, name, {key: _shown(part) for key, part in value.items()})

    def _each_sent_once(self) -> bool:
        once = True
        for field in self:
            if isinstance(field, SelectMultipleField):
                continue
            names = getattr(field, "part_names", None) or getattr(field, "language_names", [field.name])
            if any(len(request.form.getlist(name)) > 1 for name in names):
                field.errors = [*field.errors, _l("This answer was sent twice. Give it once.")]
                once = False
        return once

    def put_refusal(self, error: Refused) -> None:
        """Write what a service refused next to the field it names, or at the top of the form."""
        if isinstance(error, TooMany):
            g.retry_after = error.seconds  # the answer becomes a 429, see app/web/errors.py
        field = getattr(self, error.field, None) if error.field else None
        if isinstance(field, Field):
            field.errors = [*field.errors, message_of(error)]
        else:
            self.form_errors = [*self.form_errors, message_of(error)]

    @property
    def problems(self) -> list[tuple[str | None, str]]:
        """(id of the control, message) of everything that is wrong, in the order of the form."""
        found: list[tuple[str | None, str]] = [(None, str(message)) for message in self.form_errors]
        for field in self:
            found += [(getattr(field, "focus_id", field.id), str(message)) for message in field.errors]
        return found


def submitted(form: Form) -> bool:
    """Whether the form was sent and is in order."""
    return bool(form.is_submitted() and form.validate())


class Required(InputRequired):
    """Something must be typed. The message says what, in the words of the field."""

    def __init__(self, message: Any) -> None:
        super().__init__(message)

    def __call__(self, form: Any, field: Field) -> None:
        if field.raw_data and isinstance(field.raw_data[0], str) and field.raw_data[0].strip():
            return
        field.errors = []
        raise StopValidation(str(self.message))


def _understood(field: Field, parse: Callable[[str], Any]) -> None:
    """Put what `parse` makes of the typed text into the field, or say in its words what is wrong."""
    try:
        field.data = parse(field.data or "")
    except InvalidValue as error:
        raise ValidationError(message_of(error)) from error


def _showable(data: str | None) -> str:
    """What was typed as a page can hold it: a NUL is refused, and no HTML document may show it again."""
    return str(data or "").replace("\x00", "")


class LineField(StringField):
    """One line of text: trimmed, white space folded, without markup or control characters."""

    def __init__(
        self,
        label: Any,
        validators: Sequence[Any] = (),
        *,
        max_length: int = 200,
        min_length: int = 0,
        markup: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(label, list(validators), **kwargs)
        self.max_length = max_length
        self.min_length = min_length
        self.allows_markup = markup

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take what was typed; it is cleaned when it is checked, and kept as typed where it is refused."""
        self.data = valuelist[0] if valuelist else ""

    def _value(self) -> str:
        return _showable(self.data)

    def pre_validate(self, form: Any) -> None:
        """Length in characters, and nothing that does not belong on one line of text."""
        _understood(self, lambda text: clean_line(text, self.max_length))
        value = self.data or ""
        if value and len(value) < self.min_length:
            raise ValidationError(
                _l("This is too short. Write at least %(least)s characters.", least=self.min_length)
            )
        if not self.allows_markup and _MARKUP & set(value):
            raise ValidationError(_l("Leave out the signs < > { } and \\."))


class NameField(LineField):
    """A person's full name in one script, as papers write it."""

    def __init__(
        self, label: Any, validators: Sequence[Any] = (), *, script: str | None = None, **kwargs: Any
    ) -> None:
        super().__init__(label, validators, **kwargs)
        self.script = script

    def pre_validate(self, form: Any) -> None:
        """Letters of the script asked for, marks, spaces and the few signs names carry."""
        super().pre_validate(form)
        value = self.data = clean_name(self.data or "")
        if not value:
            return
        letters = [c for c in value if unicodedata.category(c)[0] == "L"]
        if not letters or any(not _belongs_in_name(char) for char in value):
            raise ValidationError(_l("Write the name in letters, as it stands on the birth certificate."))
        if self.script and not any(unicodedata.name(c, "").startswith(self.script) for c in letters):
            raise ValidationError(_WRONG_SCRIPT[self.script])


_WRONG_SCRIPT = {
    "BENGALI": _l("Write this name in Bangla letters."),
    "LATIN": _l("Write this name in English letters."),
    "ARABIC": _l("Write this name in Arabic letters."),
}


def _belongs_in_name(char: str) -> bool:
    return unicodedata.category(char)[0] in "LM" or char in " .'’-():,/‌‍ঃ"


class TextField(TextAreaField):
    """Several lines of text. Stored as typed, shown escaped."""

    def __init__(
        self, label: Any, validators: Sequence[Any] = (), *, max_length: int = 2000, **kwargs: Any
    ) -> None:
        super().__init__(label, list(validators), **kwargs)
        self.max_length = max_length

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take what was typed."""
        self.data = valuelist[0] if valuelist else ""

    def _value(self) -> str:
        return _showable(self.data)

    def pre_validate(self, form: Any) -> None:
        """Length, and no control characters."""
        _understood(self, lambda text: clean_text(text, self.max_length))


class PhoneField(StringField):
    """A Bangladeshi mobile number; `data` is E.164 once it is understood, what was typed until then."""

    widget = TextInput(input_type="tel")

    def process_data(self, value: str | None) -> None:
        """Show a stored number the way people write it."""
        self.data = format_mobile(value, "en") if value else value

    def process_formdata(self, valuelist: list[str]) -> None:
        """Understand any digits and separators."""
        self.data = valuelist[0].strip() if valuelist else ""
        self.typed = self.data

    def _value(self) -> str:
        return str(getattr(self, "typed", self.data) or "")

    def pre_validate(self, form: Any) -> None:
        """A number that can get an SMS."""
        if self.data:
            _understood(self, normalise_mobile)


class EmailField(StringField):
    """An e-mail address, kept in lower case."""

    widget = TextInput(input_type="email")

    def process_formdata(self, valuelist: list[str]) -> None:
        """Trim."""
        self.data = valuelist[0].strip() if valuelist else ""

    def pre_validate(self, form: Any) -> None:
        """A name of words parted by dots, and a host of two labels or more: what every mail server takes."""
        value = self.data or ""
        if not value:
            return
        # `=?` would begin an encoded word, which mail programs read as something else.
        if len(value) > 254 or "=?" in value or not _EMAIL.fullmatch(value):
            raise ValidationError(_l("Check the e-mail address. It looks like name@example.com."))
        self.data = value.lower()


class DayField(Field):
    """A date as three answers: day, month and year, in any digits."""

    widget = TextInput()

    def __init__(self, label: Any, validators: Sequence[Any] = (), **kwargs: Any) -> None:
        super().__init__(label, list(validators), **kwargs)
        self.typed: tuple[str, str, str] = ("", "", "")
        self.focus_id = f"{self.id}-d"
        self.bad_part: str | None = None

    @property
    def part_names(self) -> tuple[str, str, str]:
        """Names of the three controls."""
        return (f"{self.name}-d", f"{self.name}-m", f"{self.name}-y")

    def process(
        self, formdata: MultiDict[str, str] | None, data: Any = None, extra_filters: Any = None
    ) -> None:
        """Read the three controls."""
        self.process_errors: list[Any] = []
        self.data = data if isinstance(data, date) else self.object_default()
        self.raw_data = None
        if self.data:
            self.typed = (str(self.data.day), str(self.data.month), str(self.data.year))
        if formdata is not None and any(name in formdata for name in self.part_names):
            day, month, year = (formdata.get(name, "").strip() for name in self.part_names)
            self.typed = (day, month, year)
            self.raw_data = ["".join(self.typed)]
            self.data = None

    def object_default(self) -> date | None:
        """The value without a form."""
        default = self.default() if callable(self.default) else self.default
        return default if isinstance(default, date) else None

    def pre_validate(self, form: Any) -> None:
        """A day that exists. Empty is for `Required` to refuse."""
        if not any(self.typed) or self.raw_data is None:
            return
        try:
            self.data = parse_day_month_year(*self.typed)
        except DateError as error:
            self.bad_part = error.part
            self.focus_id = f"{self.id}-{(error.part or 'day')[0]}"
            raise ValidationError(message_of(error)) from error


class LocalTextField(Field):
    """One line of school-typed text in up to three languages; `data` is a LocalText.

    `Required` asks for one language at least. Shown by the macro `local_field`.
    """

    widget = TextInput()

    def __init__(
        self, label: Any, validators: Sequence[Any] = (), *, max_length: int = 200, **kwargs: Any
    ) -> None:
        super().__init__(label, list(validators), **kwargs)
        self.max_length = max_length
        self.typed: dict[str, str] = dict.fromkeys(LOCALES, "")
        self.bad_languages: set[str] = set()
        self.focus_id = f"{self.id}-{next(iter(LOCALES))}"

    @property
    def language_names(self) -> list[str]:
        """Names of the three controls."""
        return [f"{self.name}-{code}" for code in LOCALES]

    def process(
        self, formdata: MultiDict[str, str] | None, data: Any = None, extra_filters: Any = None
    ) -> None:
        """Read the three controls."""
        self.process_errors: list[Any] = []
        self.raw_data = None
        self.data = data if isinstance(data, LocalText) else LocalText()
        self.typed = {code: getattr(self.data, code) for code in LOCALES}
        if formdata is not None and any(name in formdata for name in self.language_names):
            self.typed = {code: formdata.get(f"{self.name}-{code}", "") for code in LOCALES}
            self.raw_data = ["".join(self.typed.values())]

    def pre_validate(self, form: Any) -> None:
        """Every language on one line, within its length, without markup."""
        if self.raw_data is None:
            return
        cleaned = {}
        for code, typed in self.typed.items():
            try:
                cleaned[code] = clean_line(typed, self.max_length)
            except InvalidValue as error:
                self._refuse(code, message_of(error))
                continue
            if _MARKUP & set(cleaned[code]):
                self._refuse(code, _l("Leave out the signs < > { } and \\."))
        if not self.bad_languages:
            self.data = LocalText(**cleaned)

    def _refuse(self, code: str, message: Any) -> None:
        if not self.bad_languages:
            self.focus_id = f"{self.id}-{code}"
        self.bad_languages.add(code)
        refused: Any = self
        if message not in refused.errors:
            refused.errors = [*refused.errors, message]


class ChoiceField(SelectField):
    """One of several; anything else is refused with the form."""

    def pre_validate(self, form: Any) -> None:
        """One of the choices, or nothing where nothing is a choice."""
        if self.data in {str(value) for value, *_ in self.iter_choices()}:
            return
        raise ValidationError(_l("Choose one of the answers offered."))


class KeyField(ChoiceField):
    """One of several records; `key` is the UUID chosen."""

    @property
    def key(self) -> UUID | None:
        """The record chosen, or None."""
        return UUID(self.data) if self.data else None


class ChoicesField(SelectMultipleField):
    """Any number of several, as checkboxes; anything else is refused with the form."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def pre_validate(self, form: Any) -> None:
        """Only choices that were offered."""
        offered = {value for value, *_ in self.iter_choices()}
        if not set(self.data or ()) <= offered:
            raise ValidationError(_l("Choose one of the answers offered."))


class VersionField(HiddenField):
    """The version of the record when its form was opened, so that nobody overwrites what they have not seen."""

    @property
    def number(self) -> int:
        """The version; 0, which no record has, where it was lost or tampered with."""
        text = str(self.data or "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0


class TimeField(StringField):
    """A time of day, in any digits where no browser helps; `time` is what it says."""

    widget = TextInput(input_type="time")

    def process_data(self, value: time | None) -> None:
        """Show a stored time."""
        self.data = value.strftime("%H:%M") if value else ""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Fold digits to ASCII."""
        self.data = to_ascii_digits(_shown(valuelist[0]).strip()) if valuelist else ""

    def pre_validate(self, form: Any) -> None:
        """Hours and minutes of a day."""
        if self.data and not _TIME.fullmatch(self.data):
            raise ValidationError(_l("Write a time such as 09:30."))

    @property
    def time(self) -> time:
        """The time of day; midnight where none was typed, which `Required` refuses."""
        found = _TIME.fullmatch(self.data or "")
        return time(int(found[1]), int(found[2])) if found else time()


class NumberField(StringField):
    """A whole number in any digits."""

    widget = TextInput()

    def __init__(
        self, label: Any, validators: Sequence[Any] = (), *, least: int = 0, most: int = 9999, **kwargs: Any
    ) -> None:
        super().__init__(label, list(validators), **kwargs)
        self.least = least
        self.most = most

    def process_formdata(self, valuelist: list[str]) -> None:
        """Fold digits to ASCII."""
        self.data = to_ascii_digits(valuelist[0].strip()) if valuelist else ""

    def pre_validate(self, form: Any) -> None:
        """A whole number within its bounds."""
        if self.data in ("", None):
            return
        text = str(self.data)
        if not _WHOLE_NUMBER.fullmatch(text):
            raise ValidationError(_l("Write a whole number."))
        if not self.least <= int(text) <= self.most:
            raise ValidationError(
                _l("Write a number from %(least)s to %(most)s.", least=self.least, most=self.most)
            )

    @property
    def number(self) -> int | None:
        """The number, or None where nothing was typed."""
        return int(self.data) if self.data not in ("", None) else None


__all__ = [
    "ChoiceField",
    "ChoicesField",
    "DayField",
    "EmailField",
    "FileField",
    "Form",
    "KeyField",
    "LineField",
    "LocalTextField",
    "NameField",
    "NumberField",
    "PhoneField",
    "Required",
    "TextField",
    "TimeField",
    "VersionField",
    "submitted",
]
