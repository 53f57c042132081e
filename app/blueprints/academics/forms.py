"""Forms of the academics area. Each makes the details value its service takes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, cast
from uuid import UUID

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField

from app.domain.academics.queries import ClassView, SubjectView, YearView
from app.domain.academics.rules import week_days
from app.domain.academics.types import (
    CampusDetails,
    ClassDetails,
    DayKind,
    EntryDetails,
    RegisterKind,
    SectionDetails,
    Shift,
    SubjectDetails,
    TermDetails,
    YearDetails,
)
from app.domain.kernel.dates import weekday_name
from app.domain.people.queries import StaffChoice
from app.web.admission import SHIFT_WORDS
from app.web.editing import EditForm
from app.web.forms import (
    ChoiceField,
    ChoicesField,
    DayField,
    EmailField,
    KeyField,
    LineField,
    LocalTextField,
    NumberField,
    PhoneField,
    Required,
)
from app.web.i18n import current_locale, local_plain

KIND_WORDS = {
    DayKind.HOLIDAY: _l("Holiday"),
    DayKind.EVENT: _l("Event"),
    DayKind.SCHOOL_DAY: _l("School day"),
}

REGISTER_WORDS = {
    RegisterKind.DAILY: _l("Once a day"),
    RegisterKind.PERIODS: _l("In every lesson"),
}

_NAME = _l("Write the name in one language at least.")
_ONE_LANGUAGE = _l("One language is enough; readers of the others see it until theirs is written.")
_CODE = {"dir": "ltr", "autocomplete": "off"}


def _day(field: DayField) -> date:
    return cast(date, field.data)  # `Required` has refused the form without it


class CampusForm(EditForm):
    """A campus."""

    name = LocalTextField(_l("Name"), [Required(_NAME)], max_length=100)
    code = LineField(_l("Code"), [Required(_l("Write a short code."))], max_length=12, render_kw=_CODE)
    address = LocalTextField(_l("Address"), max_length=200)
    phone = PhoneField(_l("Phone"), render_kw={"autocomplete": "off", "dir": "ltr"})
    email = EmailField(_l("E-mail"), render_kw={"autocomplete": "off", "dir": "ltr"})
    eiin = NumberField(
        _l("EIIN"), least=100000, most=999999, render_kw={"inputmode": "numeric", "autocomplete": "off"}
    )
    rest_days = ChoicesField(_l("Rest days"), coerce=str)

    hints = {
        "name": _ONE_LANGUAGE,
        "code": _l("A few letters that stay, such as MAIN."),
        "eiin": _l("The six digits of the education board"),
        "rest_days": _l("No registers on these days, unless the calendar makes a school day of one."),
    }
    optional = frozenset({"address", "phone", "email", "eiin"})

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.rest_days.choices = [(str(day), weekday_name(day - 1, current_locale())) for day in week_days()]

    def details(self) -> CampusDetails:
        """What was typed."""
        return CampusDetails(
            code=self.code.data,
            name=self.name.data,
            address=self.address.data,
            phone=self.phone.data or None,
            email=self.email.data or None,
            eiin=self.eiin.data or None,
            rest_days=tuple(sorted({int(day) for day in self.rest_days.data or ()})),
        )


class YearForm(EditForm):
    """A school year."""

    name = LineField(_l("Name"), [Required(_l("Write the name of the year, such as 2027."))], max_length=50)
    starts_on = DayField(_l("First day"), [Required(_l("Give the first day of the year."))])
    ends_on = DayField(_l("Last day"), [Required(_l("Give the last day of the year."))])
    is_current = BooleanField(_l("This is the current year"))

    hints = {"is_current": _l("Lists and registers open in the current year. A campus has one.")}

    def details(self) -> YearDetails:
        """What was typed."""
        return YearDetails(
            str(self.name.data), _day(self.starts_on), _day(self.ends_on), bool(self.is_current.data)
        )


class TermForm(EditForm):
    """A term of a school year."""

    name = LocalTextField(_l("Name"), [Required(_NAME)], max_length=60)
    starts_on = DayField(_l("First day"), [Required(_l("Give the first day of the term."))])
    ends_on = DayField(_l("Last day"), [Required(_l("Give the last day of the term."))])

    hints = {"name": _ONE_LANGUAGE}

    def details(self) -> TermDetails:
        """What was typed."""
        return TermDetails(self.name.data, _day(self.starts_on), _day(self.ends_on))


class ClassForm(EditForm):
    """A class."""

    name = LocalTextField(_l("Name"), [Required(_NAME)], max_length=60)
    code = LineField(_l("Code"), [Required(_l("Write a short code."))], max_length=12, render_kw=_CODE)
    level = NumberField(
        _l("Level"),
        [Required(_l("Write the level as a number."))],
        least=-5,
        most=12,
        render_kw={"autocomplete": "off", "dir": "ltr"},
    )

    hints = {
        "name": _ONE_LANGUAGE,
        "level": _l("Classes are listed by it: Play is -2, Nursery -1, KG 0, One 1, Twelve 12."),
    }

    def details(self) -> ClassDetails:
        """What was typed."""
        return ClassDetails(str(self.code.data), self.name.data, self.level.number or 0)


class SubjectForm(EditForm):
    """A subject."""

    name = LocalTextField(_l("Name"), [Required(_NAME)], max_length=100)
    code = LineField(
        _l("Code"), [Required(_l("Write the code of the subject."))], max_length=20, render_kw=_CODE
    )
    class_id = KeyField(_l("Class"))
    is_mandatory = BooleanField(_l("Every pupil takes it"), default=True)

    hints = {"name": _ONE_LANGUAGE, "code": _l("As the board numbers it, such as 109 for mathematics.")}

    def __init__(self, classes: Sequence[ClassView], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.class_id.choices = [
            ("", _l("Every class")),
            *((str(c.id), local_plain(c.name)) for c in classes),
        ]

    def details(self) -> SubjectDetails:
        """What was typed."""
        return SubjectDetails(
            str(self.code.data), self.name.data, self.class_id.key, bool(self.is_mandatory.data)
        )


class SectionPlaceForm(EditForm):
    """The year and the class a section belongs to for good; asked first."""

    academic_year_id = KeyField(_l("School year"), [Required(_l("Choose a school year."))])
    class_id = KeyField(_l("Class"), [Required(_l("Choose a class."))])


class SectionForm(EditForm):
    """What may change about a section."""

    name = LocalTextField(_l("Name"), [Required(_NAME)], max_length=60)
    code = LineField(_l("Code"), [Required(_l("Write a short code."))], max_length=20, render_kw=_CODE)
    capacity = NumberField(
        _l("Seats"),
        [Required(_l("Write how many pupils the section holds."))],
        least=1,
        most=200,
        default="40",
        render_kw={"inputmode": "numeric", "autocomplete": "off"},
    )
    shift = ChoiceField(_l("Shift"))
    class_teacher_id = KeyField(_l("Class teacher"))
    register_kind = ChoiceField(_l("The register is kept"))
    has_check_in = BooleanField(_l("Pupils may check themselves in"))

    hints = {
        "name": _ONE_LANGUAGE,
        "code": _l("A letter or a word, different from the others of the class."),
        "register_kind": _l("In every lesson it needs a timetable: who teaches a lesson takes its register."),
        "has_check_in": _l("With a code on the teacher's screen, for older classes."),
    }

    def __init__(self, staff: Iterable[StaffChoice], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.shift.choices = [("", _l("One shift for all")), *SHIFT_WORDS.items()]
        self.class_teacher_id.choices = [("", _l("Nobody yet")), *staff_choices(staff)]
        self.register_kind.choices = list(REGISTER_WORDS.items())

    def details(self) -> SectionDetails:
        """What was typed."""
        return SectionDetails(
            code=str(self.code.data),
            name=self.name.data,
            capacity=self.capacity.number or 0,
            shift=Shift(self.shift.data) if self.shift.data else None,
            class_teacher_id=self.class_teacher_id.key,
            register_kind=RegisterKind(self.register_kind.data),
            has_check_in=bool(self.has_check_in.data),
        )


class NewSectionForm(SectionPlaceForm, SectionForm):
    """A section with the class and the year it will stay in."""

    def __init__(
        self,
        years: Sequence[YearView],
        classes: Sequence[ClassView],
        staff: Iterable[StaffChoice],
        **kwargs: Any,
    ) -> None:
        super().__init__(staff=staff, **kwargs)
        self.academic_year_id.choices = [(str(year.id), year.name) for year in years]
        self.class_id.choices = [(str(c.id), local_plain(c.name)) for c in classes]


class AssignmentForm(EditForm):
    """A teacher for a subject of a section."""

    subject_id = KeyField(_l("Subject"), [Required(_l("Choose a subject."))])
    staff_id = KeyField(_l("Teacher"), [Required(_l("Choose a teacher."))])

    def __init__(self, subjects: Sequence[SubjectView], staff: Iterable[StaffChoice], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.subject_id.choices = [
            ("", _l("Choose a subject")),
            *((str(s.id), f"{s.details.code} {local_plain(s.details.name)}") for s in subjects),
        ]
        self.staff_id.choices = [("", _l("Choose a teacher")), *staff_choices(staff)]

    def details(self) -> tuple[UUID, UUID]:
        """Subject and teacher."""
        return _key(self.subject_id), _key(self.staff_id)


def _key(field: KeyField) -> UUID:
    return cast(UUID, field.key)  # `Required` has refused the form without it


class EntryForm(EditForm):
    """An entry of the calendar."""

    kind = ChoiceField(_l("What is it?"))
    name = LocalTextField(_l("Name"), [Required(_NAME)], max_length=120)
    starts_on = DayField(_l("First day"), [Required(_l("Give the first day."))])
    ends_on = DayField(_l("Last day"), [Required(_l("Give the last day. For one day, the same day again."))])

    hints = {
        "kind": _l("A holiday closes the school. An event does not. A school day opens it on a rest day."),
        "name": _ONE_LANGUAGE,
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.kind.choices = list(KIND_WORDS.items())

    def details(self) -> EntryDetails:
        """What was typed."""
        return EntryDetails(DayKind(self.kind.data), self.name.data, _day(self.starts_on), _day(self.ends_on))


def staff_choices(staff: Iterable[StaffChoice]) -> list[tuple[str, str]]:
    """Members of staff with their number, because two may share a name."""
    return [(str(member.id), f"{local_plain(member.name)} ({member.employee_id})") for member in staff]
