"""Forms of the people area."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from flask_babel import lazy_gettext as _l
from wtforms import Field, HiddenField, SelectChoice
from wtforms.validators import ValidationError

from app.domain.accounts.policies import GRANTABLE
from app.domain.kernel.dates import local_day
from app.domain.kernel.identity import IdentityError, check_birth_registration
from app.domain.people.queries import PersonRow
from app.domain.people.services import PersonFields
from app.domain.people.types import Gender, Relationship, StaffStatus, StudentStatus
from app.web.errors import message_of
from app.web.forms import (
    ChoiceField,
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
from app.web.i18n import LOCALES, day
from app.web.navigation import ROLE_WORDS
from app.web.words import STUDENT_WORDS

GENDER_WORDS = {Gender.FEMALE: _l("Girl or woman"), Gender.MALE: _l("Boy or man")}
RELATIONSHIP_WORDS = {
    Relationship.MOTHER: _l("Mother"),
    Relationship.FATHER: _l("Father"),
    Relationship.GUARDIAN: _l("Guardian"),
}
STAFF_WORDS = {StaffStatus.ACTIVE: _l("Works here"), StaffStatus.INACTIVE: _l("No longer works here")}


class BirthRegistrationField(LineField):
    """A birth registration number in any digits. What only looks odd is shown as a warning after saving."""

    def pre_validate(self, form: Any) -> None:
        """17 digits, or the 16 of old papers."""
        super().pre_validate(form)
        typed = str(self.data or "")
        if typed:
            try:
                self.data = check_birth_registration(typed).value
            except IdentityError as error:
                raise ValidationError(message_of(error)) from error


class VersionField(HiddenField):
    """The version of the record the form was filled from."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """A form that says no version was not filled from any."""
        self.data = valuelist[0] if valuelist else ""

    def pre_validate(self, form: Any) -> None:
        """A whole number. Only a machine could have changed it."""
        if not (str(self.data).isascii() and str(self.data).isdigit() and len(str(self.data)) < 9):
            raise ValidationError(_l("This form was damaged on its way. Open it again."))

    @property
    def number(self) -> int:
        """The version."""
        return int(str(self.data))


class PersonForm(Form):
    """What is the same for a student, a guardian and a member of staff."""

    name_en = NameField(_l("Full name in English letters"), script="LATIN", render_kw={"autocomplete": "off"})
    name_bn = NameField(
        _l("Full name in Bangla letters"), script="BENGALI", render_kw={"lang": "bn", "autocomplete": "off"}
    )
    name_ar = NameField(
        _l("Full name in Arabic letters"),
        script="ARABIC",
        render_kw={"lang": "ar", "dir": "rtl", "autocomplete": "off"},
    )
    phone = PhoneField(_l("Mobile number"), render_kw={"dir": "ltr", "autocomplete": "off"})
    email = EmailField(_l("E-mail address"), render_kw={"dir": "ltr", "autocomplete": "off"})
    address = TextField(_l("Address"), max_length=500, render_kw={"rows": 3})

    def validate(self, extra_validators: Any = None) -> bool:
        """At least one name, said at the first of the three."""
        valid = super().validate(extra_validators)
        names = (self.name_en, self.name_bn, self.name_ar)
        if not any((field.data or "").strip() or field.errors for field in names):
            self.name_en.errors = [_l("Write the full name in at least one script.")]
            return False
        return valid

    def person(self) -> PersonFields:
        """What the form says of the person."""
        fields = PersonFields(
            name_en=self.name_en.data,
            name_bn=self.name_bn.data,
            name_ar=self.name_ar.data,
            phone=self.phone.data,
            email=self.email.data,
            address=self.address.data,
        )
        if "born_on" in self:
            fields["born_on"] = self["born_on"].data
        if "gender" in self:
            fields["gender"] = Gender(self["gender"].data) if self["gender"].data else None
        return fields

    @staticmethod
    def values_of(person: PersonRow) -> dict[str, Any]:
        """What to fill the form with."""
        return {
            "name_en": person.names.en,
            "name_bn": person.names.bn,
            "name_ar": person.names.ar,
            "phone": person.phone,
            "email": person.email,
            "address": person.address,
            "born_on": person.born_on,
            "gender": person.gender.value if person.gender else "",
            "version": str(person.version),
        }


Choices = list[SelectChoice]
"""The answers to choose from, in the order they are offered."""


def offered(words: Mapping[Any, Any], *, first: Any = None) -> Choices:
    """Choices from a table of words; `first` is what stands on top and chooses nothing."""
    choices = [SelectChoice(str(value), word) for value, word in words.items()]
    return choices if first is None else [SelectChoice("", first), *choices]


class _StudentFields(PersonForm):
    born_on = DayField(_l("Date of birth"))
    gender = ChoiceField(_l("Gender"), choices=offered(GENDER_WORDS, first=_l("Not recorded")))
    birth_registration_no = BirthRegistrationField(
        _l("Birth registration number"),
        max_length=40,
        render_kw={"dir": "ltr", "inputmode": "numeric", "autocomplete": "off"},
    )
    previous_school = LineField(_l("Previous school"), max_length=200)
    admitted_on = DayField(_l("Admitted on"), [Required(_l("Write the day of admission."))])


def _school_day_now() -> date:
    return local_day(datetime.now(UTC))


class AddStudentForm(_StudentFields):
    """A new student."""

    campus_id = KeyField(_l("Campus"), [Required(_l("Choose the campus."))])
    admitted_on = DayField(
        _l("Admitted on"), [Required(_l("Write the day of admission."))], default=_school_day_now
    )

    def __init__(self, campuses: Choices, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.campus_id.choices = _with_question(campuses)


def _with_question(choices: Choices) -> Choices:
    """One choice is made already; among several nobody chooses by accident."""
    return choices if len(choices) == 1 else [SelectChoice("", _l("Choose")), *choices]


class EditStudentForm(_StudentFields):
    """A student to correct."""

    version = VersionField()


class StudentStatusForm(Form):
    """Where a student stands."""

    status = ChoiceField(
        _l("Status"), choices=offered({status: STUDENT_WORDS[status][2] for status in StudentStatus})
    )


class RelationshipForm(Form):
    """What a guardian is to a student."""

    guardian_id = HiddenField()
    relationship = ChoiceField(
        _l("Relationship to the student"),
        [Required(_l("Choose the relationship to the student."))],
        choices=offered(RELATIONSHIP_WORDS, first=_l("Choose")),
    )

    @property
    def guardian(self) -> UUID | None:
        """The guardian chosen, or None where that is no key."""
        try:
            return UUID(self.guardian_id.data or "")
        except ValueError:
            return None


class _GuardianFields(PersonForm):
    occupation = LineField(_l("Occupation"), max_length=100)


class AddGuardianForm(_GuardianFields):
    """A new guardian, of one student where the form was opened from there."""

    phone = PhoneField(
        _l("Mobile number"),
        [Required(_l("Write the mobile number. Guardians are recognised by it and sign in with it."))],
        render_kw={"dir": "ltr", "autocomplete": "off"},
    )
    relationship = ChoiceField(
        _l("Relationship to the student"),
        choices=offered(RELATIONSHIP_WORDS),
        default=Relationship.MOTHER.value,
    )


class EditGuardianForm(_GuardianFields):
    """A guardian to correct."""

    version = VersionField()


class _StaffFields(PersonForm):
    designation = LineField(_l("Position"), max_length=100)
    joined_on = DayField(_l("Joined on"))


class AddStaffForm(_StaffFields):
    """A new member of staff."""

    campus_id = KeyField(_l("Campus"), [Required(_l("Choose the campus."))])
    employee_id = LineField(_l("Employee number"), max_length=20, render_kw={"dir": "ltr"})

    def __init__(self, campuses: Choices, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.campus_id.choices = _with_question(campuses)


class EditStaffForm(_StaffFields):
    """A member of staff to correct."""

    version = VersionField()
    employee_id = LineField(
        _l("Employee number"),
        [Required(_l("Write the employee number."))],
        max_length=20,
        render_kw={"dir": "ltr"},
    )
    status = ChoiceField(_l("Status"), choices=offered(STAFF_WORDS))


class _RoleFields(Form):
    role = ChoiceField(
        _l("Role"),
        [Required(_l("Choose the role."))],
        choices=offered({role: ROLE_WORDS[role] for role in GRANTABLE}, first=_l("Choose")),
    )
    campus_id = KeyField(_l("At"))

    def __init__(self, campuses: Choices, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.campus_id.choices = campuses


class AddRoleForm(_RoleFields):
    """One more role of an account."""


class OpenAccountForm(_RoleFields):
    """The account of a member of staff."""

    email = EmailField(_l("E-mail address"), render_kw={"dir": "ltr", "autocomplete": "off"})
    phone = PhoneField(_l("Mobile number"), render_kw={"dir": "ltr", "autocomplete": "off"})
    locale = ChoiceField(_l("Language"), choices=offered(LOCALES), default="en")


class NothingForm(Form):
    """A confirmation: the button is the whole answer."""


def shown(field: Field) -> str:
    """What a field holds, as a person reads it, for the comparison of two versions."""
    if isinstance(field, DayField):
        return day(field.data) if isinstance(field.data, date) else ""
    if isinstance(field, ChoiceField):
        return next((str(choice.label) for choice in field.choices if choice.value == field.data), "")
    return str(field.data or "")


def differences(mine: Form, theirs: Form) -> list[tuple[Any, str, str]]:
    """(label, what is in my form, what is saved now) of every answer that differs."""
    return [
        (field.label.text, shown(field), shown(theirs[field.name]))
        for field in mine
        if not isinstance(field, HiddenField) and shown(field) != shown(theirs[field.name])
    ]
