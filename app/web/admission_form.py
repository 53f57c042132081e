"""The application form as it is asked and read, by the family, in the builder's preview and at the office.

What is asked, the form's definition says; how each question looks and what may be typed into it stands here once.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from flask import request
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from markupsafe import Markup, escape
from wtforms import Field, RadioField, SelectChoice
from wtforms.validators import ValidationError

from app.domain.admissions.districts import district_choices, district_name
from app.domain.admissions.forms.rules import (
    LONGEST_LINE,
    LONGEST_TEXT,
    MOST_NUMBER,
    NO,
    YES,
    asked_keys,
    sources_on,
)
from app.domain.admissions.forms.types import FieldKind, FormDefinition, FormField, FormPage
from app.domain.admissions.rules import check_birth_date
from app.domain.admissions.types import OpenClass, QuotaTerms, Step
from app.domain.kernel.dates import local_day
from app.domain.kernel.errors import InvalidValue, Refused
from app.domain.kernel.identity import CheckedNumber, check_birth_registration, check_nid
from app.domain.kernel.phones import format_mobile
from app.domain.kernel.texts import LocalText
from app.domain.people.types import Gender, Relationship
from app.web.admission import PAPER_WORDS, SHIFT_WORDS
from app.web.errors import message_of
from app.web.forms import (
    ChoiceField,
    ChoicesField,
    DayField,
    EmailField,
    Form,
    KeyField,
    LineField,
    NameField,
    NumberField,
    PhoneField,
    Required,
    TextField,
)
from app.web.i18n import current_locale, day, digits, local, local_plain

STEP_WORDS: dict[str, object] = {
    Step.CHILD.value: _l("The child"),
    Step.GUARDIAN.value: _l("Guardian"),
    Step.ADDRESS.value: _l("Address and school"),
    Step.DOCUMENTS.value: _l("Documents"),
    Step.REVIEW.value: _l("Check and send"),
}

GENDER_WORDS: dict[Gender, object] = {Gender.FEMALE: _l("Girl"), Gender.MALE: _l("Boy")}

RELATIONSHIP_WORDS: dict[Relationship, object] = {
    Relationship.MOTHER: _l("Mother"),
    Relationship.FATHER: _l("Father"),
    Relationship.GUARDIAN: _l("Another guardian"),
}

ANSWER_WORDS: dict[str, object] = {
    "seat": _l("Class"),
    "shift": _l("Shift"),
    "child_name_bn": _l("Name in Bangla"),
    "child_name_en": _l("Name in English"),
    "child_name_ar": _l("Name in Arabic"),
    "born_on": _l("Date of birth"),
    "gender": _l("Boy or girl"),
    "birth_registration_no": _l("Birth registration number"),
    "guardian_name": _l("Name of the guardian"),
    "relationship": _l("Relationship to the child"),
    "phone": _l("Mobile number"),
    "email": _l("E-mail address"),
    "address": _l("Address"),
    "district": _l("District"),
    "previous_school": _l("Previous school"),
    "previous_class": _l("Class there"),
    "quota_ids": _l("Quotas"),
} | dict(PAPER_WORDS)

_HINTS: dict[str, object] = {
    "child_name_bn": _l("As it stands on the birth certificate"),
    "child_name_en": _l("In English letters, as on the birth certificate"),
    "birth_registration_no": _l("The number of 17 digits on the birth certificate"),
    "guardian_name": _l("The mother, the father or whoever else answers for the child"),
    "phone": _l("We call you here. You see with it how far the application is."),
    "email": _l("We send you a link to go on, the reference and every decision."),
    "address": _l("House, road, village or quarter, post office"),
    "quota_ids": _l("Tick only what you can prove: each one asks for a paper on the next page."),
    "shift": _l("Only where the class has more than one."),
}

YES_NO_WORDS: dict[str, object] = {YES: _l("Yes"), NO: _l("No")}

_NUMERIC = {"inputmode": "numeric", "autocomplete": "off", "dir": "ltr"}
_BAR = "|"
"""Parts the answers for the script; no answer that is offered has it."""
_RADIOS = 5
"""So many answers are shown side by side; more are a list."""


def label_of(field: FormField) -> Any:
    """A field's label for the reader: the school's words, or else ours."""
    return local(field.label) if field.label else ANSWER_WORDS[field.key]


def plain_label(field: FormField) -> str:
    """A field's label as plain words, for sentences."""
    return local_plain(field.label) if field.label else str(ANSWER_WORDS[field.key])


def label_by(form: FormDefinition, key: str) -> str:
    """The label of a field or paper by its key, as plain words."""
    field = form.field(key)
    return plain_label(field) if field else str(ANSWER_WORDS.get(key) or PAPER_WORDS[key])


def title_of(form: FormDefinition, step: str) -> Any:
    """The title of a page for the reader."""
    page = form.page(step)
    return local(page.title) if page and page.title else STEP_WORDS.get(step, step)


def control_of(field: FormField) -> str:
    """The name of a field's control. The school's own begin alike, so that none is taken for one of ours."""
    return field.key if field.is_core else f"own_{field.key}"


# --- the controls


class PickField(RadioField):
    """One of a few, all of them in view."""

    def pre_validate(self, form: Any) -> None:
        """One of the choices, and nothing else."""
        if self.data not in {str(value) for value, *_ in self.iter_choices()}:
            raise ValidationError(_l("Choose one of the answers offered."))


def _number_checked(check: Callable[[str], CheckedNumber]) -> Callable[[Form, Field], None]:
    def understand(_: Form, field: Field) -> None:
        if not field.data:
            return
        try:
            field.data = check(field.data).value
        except InvalidValue as error:
            raise ValidationError(message_of(error)) from error

    return understand


def _birthday(_: Form, field: DayField) -> None:
    """A day on which a pupil can have been born."""
    if field.data:
        try:
            check_birth_date(field.data, local_day(datetime.now(UTC)))
        except Refused as error:
            raise ValidationError(message_of(error)) from error


_MISSING: dict[str, object] = {
    "seat": _l("Choose the class."),
    "shift": _l("Choose the shift."),
    "child_name_bn": _l("Write the child's name in Bangla."),
    "child_name_en": _l("Write the child's name in English letters."),
    "born_on": _l("Enter the date of birth."),
    "birth_registration_no": _l("Enter the birth registration number."),
    "guardian_name": _l("Write the guardian's name."),
    "phone": _l("Enter a mobile number."),
    "address": _l("Write the address."),
    "district": _l("Choose the district."),
}
_UNANSWERED = _l("Answer this question.")


def _name(script: str, lang: str, way: str) -> Callable[[FormField, list[Any]], Any]:
    return lambda field, checks: NameField(
        label_of(field),
        checks,
        script=script,
        render_kw={"lang": lang, "dir": way, "autocomplete": "off"},
    )


def _picks(words: Mapping[Any, object]) -> Callable[[FormField, list[Any]], Any]:
    choices = [SelectChoice(key.value, word) for key, word in words.items()]
    return lambda field, checks: PickField(label_of(field), choices=choices)


def _districts(field: FormField, checks: list[Any]) -> Any:
    choices = [SelectChoice(*choice) for choice in district_choices(current_locale())]
    return ChoiceField(
        label_of(field), checks, choices=[SelectChoice("", gettext("Choose a district")), *choices]
    )


_CORE: dict[str, Callable[[FormField, list[Any]], Any]] = {
    "seat": lambda field, checks: KeyField(label_of(field), checks),
    "shift": lambda field, checks: ChoiceField(
        label_of(field),
        checks,
        choices=[
            SelectChoice("", gettext("Choose a shift")),
            *(SelectChoice(key.value, word) for key, word in SHIFT_WORDS.items()),
        ],
    ),
    "child_name_bn": _name("BENGALI", "bn", "ltr"),
    "child_name_en": _name("LATIN", "en", "ltr"),
    "child_name_ar": _name("ARABIC", "ar", "rtl"),
    "born_on": lambda field, checks: DayField(label_of(field), [*checks, _birthday]),
    "gender": _picks(GENDER_WORDS),
    "birth_registration_no": lambda field, checks: LineField(
        label_of(field),
        [*checks, _number_checked(check_birth_registration)],
        max_length=40,
        render_kw=_NUMERIC,
    ),
    "guardian_name": lambda field, checks: NameField(
        label_of(field), checks, render_kw={"autocomplete": "name"}
    ),
    "relationship": _picks(RELATIONSHIP_WORDS),
    "phone": lambda field, checks: PhoneField(
        label_of(field), checks, render_kw={"autocomplete": "tel", "inputmode": "tel", "dir": "ltr"}
    ),
    "email": lambda field, checks: EmailField(
        label_of(field), checks, render_kw={"autocomplete": "email", "inputmode": "email", "dir": "ltr"}
    ),
    "address": lambda field, checks: TextField(
        label_of(field), checks, max_length=500, render_kw={"rows": 3, "autocomplete": "street-address"}
    ),
    "district": _districts,
    "previous_school": lambda field, checks: LineField(label_of(field), checks, max_length=200),
    "previous_class": lambda field, checks: LineField(label_of(field), checks, max_length=60),
    "quota_ids": lambda field, checks: ChoicesField(label_of(field), checks, coerce=str),
}


def _offered(field: FormField) -> list[tuple[str, Any]]:
    if field.kind is FieldKind.YES_NO:
        return list(YES_NO_WORDS.items())
    return [(choice.key, choice.label) for choice in field.choices]


def _said(label: Any, *, plain: bool = False) -> Any:
    if isinstance(label, LocalText):
        return local_plain(label) if plain else local(label)
    return label


def _one_of(field: FormField, checks: list[Any]) -> Any:
    offered = _offered(field)
    if field.required and len(offered) <= _RADIOS:
        return PickField(label_of(field), choices=[SelectChoice(key, _said(word)) for key, word in offered])
    choices = [SelectChoice(key, _said(word, plain=True)) for key, word in offered]
    return ChoiceField(label_of(field), checks, choices=[SelectChoice("", gettext("Choose")), *choices])


def _identity(check: Callable[[str], CheckedNumber]) -> Callable[[FormField, list[Any]], Any]:
    return lambda field, checks: LineField(
        label_of(field), [*checks, _number_checked(check)], max_length=40, render_kw=_NUMERIC
    )


_OWN: dict[FieldKind, Callable[[FormField, list[Any]], Any]] = {
    FieldKind.LINE: lambda field, checks: LineField(label_of(field), checks, max_length=LONGEST_LINE),
    FieldKind.TEXT: lambda field, checks: TextField(
        label_of(field), checks, max_length=LONGEST_TEXT, render_kw={"rows": 3}
    ),
    FieldKind.NUMBER: lambda field, checks: NumberField(
        label_of(field), checks, most=MOST_NUMBER, render_kw=_NUMERIC
    ),
    FieldKind.DATE: lambda field, checks: DayField(label_of(field), checks),
    FieldKind.YES_NO: _one_of,
    FieldKind.ONE: _one_of,
    FieldKind.SEVERAL: lambda field, checks: ChoicesField(
        label_of(field),
        checks,
        coerce=str,
        choices=[SelectChoice(key, _said(word)) for key, word in _offered(field)],
    ),
    FieldKind.PHONE: lambda field, checks: PhoneField(
        label_of(field), checks, render_kw={"inputmode": "tel", "dir": "ltr"}
    ),
    FieldKind.NID: _identity(check_nid),
    FieldKind.BIRTH_REGISTRATION: _identity(check_birth_registration),
}


def control_for(field: FormField) -> Any:
    """The control of a field, not yet bound to a form."""
    # Where the class has one shift, this question does not count and is not checked at all.
    needed = field.required or field.key == "shift"
    checks = [Required(_MISSING.get(field.key, _UNANSWERED))] if needed else []
    return _CORE[field.key](field, checks) if field.is_core else _OWN[field.kind](field, checks)


# --- a page of them


@dataclass(frozen=True)
class Line:
    """A question on its page: its control, what stands under its label, and when it is asked."""

    field: Field
    hint: object
    optional: bool
    control: str = ""
    """The control that decides whether it is asked, where that stands on the same page."""
    values: str = ""
    """The answers with which it is, parted by bars."""


@dataclass(frozen=True)
class Asked:
    """A page of questions bound to what is typed or saved."""

    form: Form
    lines: list[Line]
    fields: dict[str, FormField]
    """The questions that count with what is typed, by their keys: the others are neither checked nor kept."""

    @property
    def decides(self) -> bool:
        """Whether a question of this page depends on another of this page."""
        return any(line.control for line in self.lines)

    def given(self) -> dict[str, Any]:
        """What was typed and is in order, as the domain takes it, by the keys of the fields."""
        return {
            key: value_of(field, control)
            for key, field in self.fields.items()
            if not (control := self.form[control_of(field)]).errors
        }


def ask_page(
    form: FormDefinition,
    page: FormPage,
    saved: Mapping[str, Any],
    places: Sequence[OpenClass] = (),
    quotas: Sequence[QuotaTerms] = (),
    *,
    seat: str = "",
    every: bool = False,
) -> Asked:
    """One page of the form, with what is typed now, or else with what is saved.

    `saved` are the answers by the keys of the fields, `seat` the open class of the application. `every` asks all
    that families can ever be asked on the page, for a preview.
    """
    sources = sources_on(page)
    now = {**saved, **_typed(page, sources, places)} if request.method == "POST" else dict(saved)
    due = asked_keys(form, now)
    shifts = _shifts(places, now.get("seat"))
    counted = {
        field.key: field
        for field in page.asked
        if (every or field.key in due)
        and (field.key != "quota_ids" or quotas)
        and (field.key != "shift" or shifts or every)
    }
    shown = [field for field in page.asked if field.key in counted or _may_come(field, due, sources, places)]
    made: type[Form] = type("PageForm", (Form,), {control_of(field): control_for(field) for field in shown})
    bound = made(data={control_of(field): typed_back(field, saved, seat) for field in shown})
    _offer(bound, places, quotas)
    _forget_uncounted(bound, shown, counted)
    return Asked(bound, [_line(form, field, bound, sources, places) for field in shown], counted)


def _may_come(
    field: FormField, due: Collection[str], sources: Collection[str], places: Sequence[OpenClass]
) -> bool:
    """Whether an answer of the same page could call for a question: without a script it is shown from the start."""
    if field.key == "shift":
        return "seat" in sources and any(place.shifts for place in places)
    rule = field.condition
    return rule is not None and rule.field in sources and rule.field in due


def _typed(page: FormPage, sources: Collection[str], places: Sequence[OpenClass]) -> dict[str, Any]:
    """What is typed into the controls that decide about others."""
    found: dict[str, Any] = {}
    for field in page.asked:
        if field.key in sources:
            values = request.form.getlist(control_of(field))
            if field.key == "seat":
                values = [str(place.class_id) for place in places if str(place.seat_id) in values]
            found[field.key] = values
    return found


def _shifts(places: Sequence[OpenClass], class_id: Any) -> tuple[object, ...]:
    wanted = str(class_id[0] if isinstance(class_id, list) and class_id else class_id)
    return next((place.shifts for place in places if str(place.class_id) == wanted), ())


def typed_back(field: FormField, saved: Mapping[str, Any], seat: str = "") -> Any:
    """A saved answer as its control takes it."""
    value = seat if field.key == "seat" else saved.get(field.key)
    if field.kind is FieldKind.DATE and isinstance(value, str):
        return date.fromisoformat(value)
    if field.kind is FieldKind.NUMBER and value is not None:
        return str(value)
    return value


def _offer(form: Form, places: Sequence[OpenClass], quotas: Sequence[QuotaTerms]) -> None:
    """Let the reader choose among the classes that are open now, and the quotas of the cycle."""
    if "seat" in form:
        campuses = len({place.campus_id for place in places}) > 1
        years = len({place.year_name for place in places}) > 1
        intakes = len({place.cycle_name for place in places}) > 1
        form["seat"].choices = [SelectChoice("", gettext("Choose a class"))] + [
            SelectChoice(str(place.seat_id), _place_label(place, campus=campuses, year=years, intake=intakes))
            for place in places
        ]
    if "quota_ids" in form:
        form["quota_ids"].choices = [(str(quota.id), local_plain(quota.name)) for quota in quotas]


def _place_label(place: OpenClass, *, campus: bool, year: bool, intake: bool) -> str:
    locale = current_locale()
    parts = [place.class_name.in_(locale)[0]]
    if campus:
        parts.append(place.campus_name.in_(locale)[0])
    if year:
        parts.append(digits(place.year_name))
    if intake and place.cycle_name:
        parts.append(place.cycle_name.in_(locale)[0])
    return " · ".join(parts)


def _forget_uncounted(form: Form, shown: Iterable[FormField], counted: Collection[str]) -> None:
    """What was typed where nothing is asked is neither checked nor refused."""
    for field in shown:
        if field.key not in counted:
            control = form[control_of(field)]
            control.validate = lambda *_: True


def _line(
    form: FormDefinition,
    field: FormField,
    bound: Form,
    sources: Collection[str],
    places: Sequence[OpenClass],
) -> Line:
    hint = local(field.help) if field.help else _HINTS.get(field.key)
    control = bound[control_of(field)]
    optional = not field.required and field.key != "shift"
    if field.key == "shift" and "seat" in sources:
        return Line(control, hint, optional, "seat", _BAR.join(str(p.seat_id) for p in places if p.shifts))
    rule = field.condition
    source = form.field(rule.field) if rule else None
    if rule is None or source is None or rule.field not in sources:
        return Line(control, hint, optional)
    only = gettext(
        "Only if “%(question)s” is answered with: %(answers)s.",
        question=plain_label(source),
        answers=gettext(", ").join(answer_words(source, value, places) for value in rule.values),
    )
    values = rule.values
    if source.key == "seat":
        values = tuple(str(place.seat_id) for place in places if str(place.class_id) in rule.values)
    hint = Markup("{} {}").format(hint, only) if hint else only
    return Line(control, hint, optional, control_of(source), _BAR.join(values))


def value_of(field: FormField, control: Field) -> Any:
    """What a control holds, as the domain takes it."""
    match control:
        case KeyField():
            return control.key
        case NumberField():
            return control.number
        case ChoicesField() if field.is_core:
            return [UUID(key) for key in control.data or ()]
        case ChoicesField():
            return list(control.data or ())
    if field.key == "gender":
        return Gender(control.data) if control.data else None
    if field.key == "relationship":
        return Relationship(control.data) if control.data else None
    return control.data or None


def office_fields(form: FormDefinition, answers: Mapping[str, Any]) -> list[FormField]:
    """The questions that the office answers itself, as far as the other answers call for them."""
    due = asked_keys(form, answers, office=True)
    return [field for field in form.fields if field.office_only and field.key in due]


# --- answers as they are read


def answer_words(field: FormField, value: str, places: Sequence[OpenClass] = ()) -> str:
    """One of the answers that a field offers, as plain words."""
    words: dict[str, object] = {
        "gender": {str(key): word for key, word in GENDER_WORDS.items()},
        "relationship": {str(key): word for key, word in RELATIONSHIP_WORDS.items()},
        "shift": {str(key): word for key, word in SHIFT_WORDS.items()},
        "seat": {str(place.class_id): local_plain(place.class_name) for place in places},
    }
    known = words.get(field.key) if field.is_core else dict(_offered(field))
    if field.key == "district":
        return district_name(value, current_locale())[0]
    return str(_said(known.get(value, value), plain=True)) if isinstance(known, dict) else value


def own_answer(field: FormField, value: Any) -> object:
    """The answer to one of the school's own questions as it is read; empty where there is none."""
    if value is None or value == "":
        return ""
    match field.kind:
        case FieldKind.ONE | FieldKind.YES_NO:
            return _said(dict(_offered(field)).get(str(value), str(value)))
        case FieldKind.SEVERAL:
            words = dict(_offered(field))
            return escape(gettext(", ")).join(_said(words.get(key, key)) for key in value)
        case FieldKind.DATE:
            return day(date.fromisoformat(str(value)))
        case FieldKind.PHONE:
            return Markup("<bdi>{}</bdi>").format(format_mobile(str(value), current_locale()))
        case FieldKind.NUMBER:
            return digits(value)
        case FieldKind.NID | FieldKind.BIRTH_REGISTRATION:
            return Markup("<bdi>{}</bdi>").format(value)
        case _:
            return str(value)
