"""The pages of the application form."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, Field, FileField, RadioField, SelectChoice
from wtforms.validators import ValidationError

from app.blueprints.apply.words import ANSWER_WORDS, DOCUMENT_WORDS, GENDER_WORDS, RELATIONSHIP_WORDS
from app.domain.admissions.districts import district_choices
from app.domain.admissions.rules import STEP_FIELDS, answers_of, check_birth_date
from app.domain.admissions.types import ApplicationView, DocumentKind, OpenClass, QuotaTerms, Step
from app.domain.kernel.dates import local_day
from app.domain.kernel.errors import InvalidValue, Refused
from app.domain.kernel.identity import check_birth_registration
from app.domain.people.types import Gender, Relationship
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
    PhoneField,
    Required,
    TextField,
)
from app.web.i18n import current_locale, digits, local_plain


class PickField(RadioField):
    """One of a few, all of them in view."""

    def pre_validate(self, form: Any) -> None:
        """One of the choices, and nothing else."""
        if self.data not in {str(value) for value, *_ in self.iter_choices()}:
            raise ValidationError(_l("Choose one of the answers offered."))


def _birth_number(form: Form, field: Field) -> None:
    """17 digits, or the old 16."""
    try:
        field.data = check_birth_registration(field.data or "").value
    except InvalidValue as error:
        raise ValidationError(message_of(error)) from error


class ChildForm(Form):
    """Who is to come to school, and into which class."""

    seat = KeyField(ANSWER_WORDS["seat"], [Required(_l("Choose the class."))])
    child_name_bn = NameField(
        ANSWER_WORDS["child_name_bn"],
        [Required(_l("Write the child's name in Bangla."))],
        script="BENGALI",
        render_kw={"lang": "bn", "dir": "ltr", "autocomplete": "off"},
    )
    child_name_en = NameField(
        ANSWER_WORDS["child_name_en"],
        [Required(_l("Write the child's name in English letters."))],
        script="LATIN",
        render_kw={"lang": "en", "dir": "ltr", "autocomplete": "off"},
    )
    child_name_ar = NameField(
        ANSWER_WORDS["child_name_ar"],
        script="ARABIC",
        render_kw={"lang": "ar", "dir": "rtl", "autocomplete": "off"},
    )
    born_on = DayField(ANSWER_WORDS["born_on"], [Required(_l("Enter the date of birth."))])
    gender = PickField(
        ANSWER_WORDS["gender"], choices=[SelectChoice(key.value, word) for key, word in GENDER_WORDS.items()]
    )
    birth_registration_no = LineField(
        ANSWER_WORDS["birth_registration_no"],
        [Required(_l("Enter the birth registration number.")), _birth_number],
        max_length=40,
        render_kw={"inputmode": "numeric", "autocomplete": "off", "dir": "ltr"},
    )

    def validate_born_on(self, field: DayField) -> None:
        """A day on which a pupil can have been born."""
        if field.data:
            try:
                check_birth_date(field.data, local_day(datetime.now(UTC)))
            except Refused as error:
                raise ValidationError(message_of(error)) from error

    def offer(self, places: Sequence[OpenClass]) -> None:
        """Let the reader choose among the classes that are open now."""
        campuses = len({place.campus_id for place in places}) > 1
        years = len({place.year_name for place in places}) > 1
        self.seat.choices = [SelectChoice("", gettext("Choose a class"))] + [
            SelectChoice(str(place.seat_id), _place_label(place, campus=campuses, year=years))
            for place in places
        ]


def _place_label(place: OpenClass, *, campus: bool, year: bool) -> str:
    locale = current_locale()
    parts = [place.class_name.in_(locale)[0]]
    if campus:
        parts.append(place.campus_name.in_(locale)[0])
    if year:
        parts.append(digits(place.year_name))
    return " · ".join(parts)


class GuardianForm(Form):
    """Who answers for the child."""

    guardian_name = NameField(
        ANSWER_WORDS["guardian_name"],
        [Required(_l("Write the guardian's name."))],
        render_kw={"autocomplete": "name"},
    )
    relationship = PickField(
        ANSWER_WORDS["relationship"],
        choices=[SelectChoice(key.value, word) for key, word in RELATIONSHIP_WORDS.items()],
    )
    phone = PhoneField(
        ANSWER_WORDS["phone"],
        [Required(_l("Enter a mobile number."))],
        render_kw={"autocomplete": "tel", "inputmode": "tel", "dir": "ltr"},
    )
    email = EmailField(
        ANSWER_WORDS["email"], render_kw={"autocomplete": "email", "inputmode": "email", "dir": "ltr"}
    )


class AddressForm(Form):
    """Where the child lives, and where it learned until now."""

    address = TextField(
        ANSWER_WORDS["address"],
        [Required(_l("Write the address."))],
        max_length=500,
        render_kw={"rows": 3, "autocomplete": "street-address"},
    )
    district = ChoiceField(ANSWER_WORDS["district"], [Required(_l("Choose the district."))])
    previous_school = LineField(ANSWER_WORDS["previous_school"], max_length=200)
    previous_class = LineField(ANSWER_WORDS["previous_class"], max_length=60)
    quota_ids = ChoicesField(ANSWER_WORDS["quota_ids"], coerce=str)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.district.choices = [
            SelectChoice("", gettext("Choose a district")),
            *(SelectChoice(*choice) for choice in district_choices(current_locale())),
        ]

    def offer(self, quotas: Sequence[QuotaTerms]) -> None:
        """Let the family say which quotas of its cycle the child belongs to."""
        self.quota_ids.choices = [(str(quota.id), local_plain(quota.name)) for quota in quotas]


def documents_form(asked: Iterable[DocumentKind]) -> Form:
    """The papers that the application asks for. Each may be sent now, later, or again."""
    fields = {kind.value: FileField(DOCUMENT_WORDS[kind]) for kind in asked}
    made: type[Form] = type("DocumentsForm", (Form,), fields)
    return made()


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


STEP_FORMS: dict[Step, type[Form]] = {
    Step.CHILD: ChildForm,
    Step.GUARDIAN: GuardianForm,
    Step.ADDRESS: AddressForm,
}


def bind(step: Step, application: ApplicationView, places: Sequence[OpenClass], seat: str) -> Form:
    """The form of one page, with what is typed now, or else with what is saved."""
    saved = answers_of(application) | {"seat": seat}
    form = STEP_FORMS[step](data={name: saved[name] for name in STEP_FIELDS[step]})
    if isinstance(form, ChildForm):
        form.offer(places)
    if isinstance(form, AddressForm):
        form.offer(next((p.terms.quotas for p in places if p.cycle_id == application.cycle_id), ()))
    return form


def answers_in(form: Form, step: Step) -> dict[str, Any]:
    """What was typed and is in order, as the domain takes it."""
    return {name: _value(form[name]) for name in STEP_FIELDS[step] if not form[name].errors}


def _value(field: Field) -> Any:
    if isinstance(field, KeyField):
        return field.key
    if isinstance(field, ChoicesField):
        return [UUID(key) for key in field.data or ()]
    if field.name == "gender":
        return Gender(field.data) if field.data else None
    if field.name == "relationship":
        return Relationship(field.data) if field.data else None
    return field.data or None


__all__ = ["STEP_FORMS", "FindForm", "ReviewForm", "answers_in", "bind", "documents_form"]
