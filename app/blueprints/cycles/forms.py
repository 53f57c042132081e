"""Forms of the cycles area. Each makes the details value its service takes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any, cast
from uuid import UUID

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, StringField, ValidationError
from wtforms.widgets import TextInput

from app.blueprints.cycles.fields import SeatRowsField
from app.blueprints.cycles.words import TAKES_WORDS
from app.domain.academics.queries import ClassView
from app.domain.admissions.cycles.types import CycleDetails, QuotaDetails, SeatDetails
from app.domain.admissions.entry.types import SectionRule
from app.domain.admissions.papers.types import PaperDetails, PaperKindView, Takes
from app.domain.admissions.types import DocumentKind, Method, papers_in_order
from app.domain.kernel.digits import to_ascii_digits
from app.domain.kernel.texts import LocalText
from app.web.admission import METHOD_WORDS, PAPER_WORDS
from app.web.editing import EditForm
from app.web.entry import RULE_WORDS
from app.web.forms import (
    ChoiceField,
    ChoicesField,
    DayField,
    KeyField,
    LocalTextField,
    NumberField,
    Required,
)
from app.web.i18n import digits, local_plain

_PERCENT = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,2})?")
_NUMERIC = {"inputmode": "numeric", "autocomplete": "off"}
_SECTION_SEATS = 200
_AS_THE_CYCLE = _l("Left empty: as the cycle.")


def _day(field: DayField) -> date:
    return cast(date, field.data)  # `Required` has refused the form without it


def paper_choices(own: Iterable[PaperKindView]) -> list[tuple[str, Any]]:
    """The papers that can be asked for: those of the product, and what the campus has added."""
    return [
        *((str(kind), word) for kind, word in PAPER_WORDS.items()),
        *((each.kind.value, local_plain(each.details.name)) for each in own),
    ]


def _papers(field: ChoicesField) -> tuple[DocumentKind, ...]:
    return papers_in_order(field.data or ())  # the field has refused what was not offered


class PercentField(StringField):
    """A share of a hundred with up to two decimals, in any digits; `share` is what it says."""

    widget = TextInput()

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take what was typed; it is understood when it is checked."""
        self.data = valuelist[0] if valuelist else ""

    def pre_validate(self, form: Any) -> None:
        """More than nothing and at most a hundred."""
        if not self.data:
            return
        text = to_ascii_digits(self.data.strip()).replace("٫", ".").rstrip("%٪ ")
        if not _PERCENT.fullmatch(text) or not 0 < Decimal(text) <= 100:
            raise ValidationError(_l("Write a percentage above 0 and up to 100, such as 40 or 0.5."))
        self.data = text

    @property
    def share(self) -> Decimal:
        """The percentage."""
        return Decimal(self.data or "0")


class YearPlaceForm(EditForm):
    """The school year a cycle belongs to for good; asked first."""

    year_id = KeyField(_l("School year"), [Required(_l("Choose a school year."))])

    hints = {"year_id": _l("The year in which the children begin.")}

    def offer(self, years: Sequence[tuple[UUID, LocalText, str]]) -> None:
        """Let the office choose among these years."""
        self.year_id.choices = [
            ("", _l("Choose a school year")),
            *((str(key), f"{digits(name)} · {local_plain(campus)}") for key, campus, name in years),
        ]


class ClassPlaceForm(EditForm):
    """The class that is to take applications; asked first."""

    class_id = KeyField(_l("Class"), [Required(_l("Choose a class."))])


class NameForm(EditForm):
    """What tells an intake from the others of its year."""

    name = LocalTextField(_l("Name of this intake"), max_length=60)

    hints = {
        "name": _l("Only where the year has several, such as: Late intake. Left empty: the main intake."),
    }
    optional = frozenset({"name"})


class DaysForm(NameForm):
    """From when until when families can apply."""

    opens_on = DayField(_l("First day for applications"), [Required(_l("Give the first day."))])
    closes_on = DayField(_l("Last day for applications"), [Required(_l("Give the last day."))])


class NewCycleForm(YearPlaceForm, DaysForm):
    """A cycle of a school year."""

    hints = {**YearPlaceForm.hints, **NameForm.hints}
    optional = NameForm.optional

    def __init__(self, years: Sequence[tuple[UUID, LocalText, str]], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.offer(years)

    def details(self) -> CycleDetails:
        """What was typed; it asks for the two papers that every school asks for, until somebody changes that."""
        usual = (DocumentKind.BIRTH_CERTIFICATE, DocumentKind.PHOTO)
        return CycleDetails(
            _day(self.opens_on), _day(self.closes_on), papers=usual, name=self.name.data or LocalText()
        )


class CopyForm(YearPlaceForm, NameForm):
    """The school year that a copy is for, and its name: that of its source until somebody changes it."""

    hints = {**YearPlaceForm.hints, **NameForm.hints}
    optional = NameForm.optional

    def __init__(self, years: Sequence[tuple[UUID, LocalText, str]], name: LocalText, **kwargs: Any) -> None:
        super().__init__(data={"name": name}, **kwargs)
        self.offer(years)


class TermsForm(DaysForm):
    """Days, method and fee of a cycle."""

    method = ChoiceField(_l("How the seats are given"))
    fee = NumberField(_l("Fee of the application, in taka"), least=0, most=100_000, render_kw=_NUMERIC)
    section_most = NumberField(
        _l("Most seats of a section"), least=1, most=_SECTION_SEATS, render_kw=_NUMERIC
    )
    offer_days = NumberField(_l("Days a family has to answer an offer"), least=1, most=90, render_kw=_NUMERIC)
    list_moves = BooleanField(_l("Offer a seat that falls free to the next on the waiting list by itself"))

    hints = {
        **NameForm.hints,
        "method": _l("Families read one sentence about it on the page where they begin."),
        "fee": _l("Write 0 where applying costs nothing."),
        "section_most": _l("From the policy of the year. A section above it is marked, not refused."),
        "offer_days": _l(
            "Counted from the day after the offer, to the end of the last day. Left empty: as it is."
        ),
    }
    optional = frozenset({"name", "section_most", "offer_days"})

    def __init__(self, kept: CycleDetails, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._kept = kept
        self.method.choices = [("", _l("Not decided yet")), *METHOD_WORDS.items()]

    def process(self, formdata: Any = None, obj: Any = None, data: Any = None, **kwargs: Any) -> None:
        """Show the fee as people type it."""
        super().process(formdata, obj, data, **kwargs)
        _show_whole(self.fee)

    def details(self) -> CycleDetails:
        """What was typed; the rest stays."""
        return replace(
            self._kept,
            opens_on=_day(self.opens_on),
            closes_on=_day(self.closes_on),
            method=Method(self.method.data) if self.method.data else None,
            fee=None if self.fee.number is None else Decimal(self.fee.number),
            section_most=self.section_most.number,
            offer_days=self.offer_days.number or self._kept.offer_days,
            list_moves=bool(self.list_moves.data),
            name=self.name.data or LocalText(),
        )


def _show_whole(fee: NumberField) -> None:
    """Show a stored fee as people type it."""
    stored: Any = fee.data
    if isinstance(stored, Decimal):
        fee.data = f"{stored:.0f}"


class RulesForm(EditForm):
    """The days on which ages are counted, and the papers of every child."""

    age_from_on = DayField(_l("Day on which the lowest age is counted"))
    age_to_on = DayField(_l("Day on which the highest age is counted"))
    papers = ChoicesField(_l("Papers of every child"), coerce=str)
    spare_papers = ChoicesField(_l("Papers that may be left out"), coerce=str)

    hints = {
        "age_from_on": _l("Left empty: the first day of the school year. The ages stand with each class."),
        "age_to_on": _l("Left empty: the first day of the school year."),
        "papers": _l("A class can ask for more, and a quota for what proves it."),
        "spare_papers": _l(
            "They are asked for where they stand, and an application can be sent without them."
        ),
    }
    optional = frozenset({"age_from_on", "age_to_on"})

    def __init__(self, own: Sequence[PaperKindView], kept: CycleDetails, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._kept = kept
        self.papers.choices = self.spare_papers.choices = paper_choices(own)

    def details(self) -> CycleDetails:
        """What was typed; the rest stays."""
        return replace(
            self._kept,
            age_from_on=self.age_from_on.data,
            age_to_on=self.age_to_on.data,
            papers=_papers(self.papers),
            spare_papers=_papers(self.spare_papers),
        )


class SeatsForm(EditForm):
    """Seats, ages and papers of a class, and what it does otherwise than its cycle."""

    parts = SeatRowsField(_l("Seats"))
    age_from_years = NumberField(_l("Lowest age: years"), most=30, render_kw=_NUMERIC)
    age_from_rest = NumberField(_l("and months"), most=11, render_kw=_NUMERIC)
    age_to_years = NumberField(_l("Highest age: years"), most=30, render_kw=_NUMERIC)
    age_to_rest = NumberField(_l("and months"), most=11, render_kw=_NUMERIC)
    papers = ChoicesField(_l("More papers for this class"), coerce=str)
    method = ChoiceField(_l("How the seats are given"))
    fee = NumberField(_l("Fee of the application, in taka"), least=0, most=100_000, render_kw=_NUMERIC)
    age_from_on = DayField(_l("Day on which the lowest age is counted"))
    age_to_on = DayField(_l("Day on which the highest age is counted"))
    section_rule = ChoiceField(_l("How sections are chosen"))

    hints = {
        "fee": _AS_THE_CYCLE,
        "age_from_on": _AS_THE_CYCLE,
        "age_to_on": _AS_THE_CYCLE,
        "section_rule": _l(
            "When children are enrolled. There another rule, or a section by hand, is possible."
        ),
        "parts": _l("One row for each section or shift. Leave the section empty where it is not known yet."),
        "age_from_years": _l("The child has completed it on the day the cycle names. Left empty: no bound."),
        "age_to_years": _l("The child has not passed it on the day the cycle names. Left empty: no bound."),
    }
    optional = frozenset(
        {
            "age_from_years",
            "age_from_rest",
            "age_to_years",
            "age_to_rest",
            "fee",
            "age_from_on",
            "age_to_on",
        }
    )

    def __init__(
        self, own: Sequence[PaperKindView] = (), obj: SeatDetails | None = None, **kwargs: Any
    ) -> None:
        super().__init__(obj=obj, **kwargs)
        self.papers.choices = paper_choices(own)
        self.method.choices = [("", _l("As the cycle")), *METHOD_WORDS.items()]
        self.section_rule.choices = list(RULE_WORDS.items())

    def process(self, formdata: Any = None, obj: Any = None, data: Any = None, **kwargs: Any) -> None:
        """Show months as years and months."""
        if isinstance(obj, SeatDetails):
            data = {
                "age_from_years": _whole(obj.age_from_months),
                "age_from_rest": _rest(obj.age_from_months),
                "age_to_years": _whole(obj.age_to_months),
                "age_to_rest": _rest(obj.age_to_months),
            } | (data or {})
        super().process(formdata, obj, data, **kwargs)
        _show_whole(self.fee)

    def details(self) -> SeatDetails:
        """What was typed."""
        return SeatDetails(
            parts=self.parts.parts,
            age_from_months=_together(self.age_from_years, self.age_from_rest),
            age_to_months=_together(self.age_to_years, self.age_to_rest),
            papers=_papers(self.papers),
            method=Method(self.method.data) if self.method.data else None,
            fee=None if self.fee.number is None else Decimal(self.fee.number),
            age_from_on=self.age_from_on.data,
            age_to_on=self.age_to_on.data,
            section_rule=SectionRule(self.section_rule.data or SectionRule.EVEN),
        )


def _whole(months: int | None) -> str:
    return "" if months is None else str(months // 12)


def _rest(months: int | None) -> str:
    return "" if months is None or months % 12 == 0 else str(months % 12)


def _together(years: NumberField, months: NumberField) -> int | None:
    if years.number is None and months.number is None:
        return None
    return (years.number or 0) * 12 + (months.number or 0)


class NewSeatsForm(ClassPlaceForm, SeatsForm):
    """A class with what it offers in the cycle."""

    def __init__(self, own: Sequence[PaperKindView], classes: Sequence[ClassView], **kwargs: Any) -> None:
        super().__init__(own, **kwargs)
        self.class_id.choices = [
            ("", _l("Choose a class")),
            *((str(each.id), local_plain(each.name)) for each in classes),
        ]


class QuotaForm(EditForm):
    """A quota."""

    name = LocalTextField(
        _l("Name"), [Required(_l("Write the name in one language at least."))], max_length=100
    )
    percent = PercentField(
        _l("Percent of the seats"), [Required(_l("Write the percentage."))], render_kw={"autocomplete": "off"}
    )
    papers = ChoicesField(_l("Papers that prove it"), coerce=str)
    relief_years = NumberField(
        _l("The child may be older by so many years"), least=0, most=20, render_kw=_NUMERIC
    )

    hints = {
        "name": _l("As families read it, such as: Brothers and sisters of pupils."),
        "percent": _l("Of the seats of every class. Up to two decimals, such as 0.5."),
        "relief_years": _l("Above the highest age of the class, such as 5 for special needs."),
    }
    optional = frozenset({"relief_years"})

    def __init__(self, own: Sequence[PaperKindView], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.papers.choices = paper_choices(own)

    def process(self, formdata: Any = None, obj: Any = None, data: Any = None, **kwargs: Any) -> None:
        """Show a stored share without its empty decimals, and months as years."""
        super().process(formdata, obj, data, **kwargs)
        stored: Any = self.percent.data
        if isinstance(stored, Decimal):
            text = f"{stored:f}"
            self.percent.data = text.rstrip("0").rstrip(".") if "." in text else text
        if isinstance(obj, QuotaDetails) and not self.relief_years.raw_data and obj.relief_months:
            self.relief_years.data = str(obj.relief_months // 12)

    def details(self) -> QuotaDetails:
        """What was typed."""
        return QuotaDetails(
            self.name.data, self.percent.share, _papers(self.papers), (self.relief_years.number or 0) * 12
        )


class PaperForm(EditForm):
    """A kind of paper that a campus adds."""

    name = LocalTextField(
        _l("Name"), [Required(_l("Write the name in one language at least."))], max_length=100
    )
    takes = ChoiceField(_l("Which files it may be"))

    hints = {"name": _l("As families read it, such as: Certificate of the Quran school.")}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.takes.choices = list(TAKES_WORDS.items())

    def details(self) -> PaperDetails:
        """What was typed."""
        return PaperDetails(self.name.data, Takes(self.takes.data or Takes.ANY))
