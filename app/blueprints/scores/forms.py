"""Forms of scores. Each makes the value its service takes; the sheet of marks is read by hand, for it differs from
part to part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, cast
from uuid import UUID

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import StringField, ValidationError
from wtforms.widgets import TextInput

from app.blueprints.scores.words import KIND_WORDS, plain_mark, tie_words
from app.domain.admissions.scores.rules import (
    MOST_ROWS,
    is_away,
    parse_criteria,
    parse_mark,
    parse_tie,
    read_rows,
)
from app.domain.admissions.scores.types import (
    Answer,
    Criterion,
    ImportRow,
    MarkError,
    PartDetails,
    PartKind,
    PartView,
    SentMark,
    SlotDetails,
    SlotView,
    TieBy,
    TieOrder,
    TieRule,
)
from app.domain.kernel.dates import DHAKA, to_local
from app.domain.kernel.errors import N_, InvalidValue
from app.domain.kernel.texts import LocalText
from app.integrations.tables import Limits, Problem, Table, as_text
from app.web.editing import EditForm
from app.web.errors import message_of
from app.web.forms import (
    ChoiceField,
    ChoicesField,
    DayField,
    KeyField,
    LocalTextField,
    NumberField,
    Required,
    TextField,
    TimeField,
)
from app.web.i18n import clock, day, digits, local_plain
from app.web.tables import TableForm, UnreadableTable

_DECIMAL = {"inputmode": "decimal", "autocomplete": "off"}
_NUMERIC = {"inputmode": "numeric", "autocomplete": "off"}
_MOST = Decimal("9999")
_LONGEST = 60
"""Characters of a cell that may still be a reference or a mark."""


def _printable(text: str) -> str:
    return "".join(char for char in text if char.isprintable())


class MarkField(StringField):
    """A number with up to two decimals in any digits; `value` is what it says."""

    widget = TextInput()

    def process_data(self, value: Decimal | None) -> None:
        """Show a stored number as people type it."""
        self.data = plain_mark(value)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take what was typed; it is understood when it is checked."""
        self.data = _printable(valuelist[0]) if valuelist else ""

    def pre_validate(self, form: Any) -> None:
        """A number that a mark could be."""
        try:
            parse_mark(self.data or "", _MOST)
        except MarkError as error:
            raise ValidationError(message_of(error)) from error

    @property
    def value(self) -> Decimal | None:
        """The number; None where nothing was typed."""
        return parse_mark(self.data or "")


class CriteriaField(TextField):
    """A rubric, one criterion a line."""

    def process_data(self, value: tuple[Criterion, ...] | None) -> None:
        """Show a stored rubric as it is typed."""
        self.data = "\n".join(f"{each.name}: {plain_mark(each.most)}" for each in value or ())

    def pre_validate(self, form: Any) -> None:
        """Lines of a name and its most marks."""
        super().pre_validate(form)
        try:
            parse_criteria(self.data or "")
        except InvalidValue as error:
            raise ValidationError(message_of(error)) from error


class PartForm(EditForm):
    """A part of the score of a class."""

    name = LocalTextField(
        _l("Name"), [Required(_l("Give the name in one language at least."))], max_length=80
    )
    kind = ChoiceField(_l("Kind"))
    full_marks = MarkField(_l("Full marks"), render_kw=_DECIMAL)
    weight = MarkField(_l("Weight"), [Required(_l("Give the weight."))], render_kw=_DECIMAL)
    pass_mark = MarkField(_l("Pass mark"), render_kw=_DECIMAL)
    apart = MarkField(_l("Largest difference between two who mark"), render_kw=_DECIMAL)
    position = NumberField(_l("Order among the parts"), least=1, most=50, render_kw=_NUMERIC)
    criteria = CriteriaField(_l("Rubric"), render_kw={"rows": 4})

    hints = {
        "full_marks": _l("Left empty where there is a rubric: then they are its sum."),
        "weight": _l("The points that full marks bring to the score. Weights of 100 together make percent."),
        "pass_mark": _l("Who has less gets no place in the list."),
        "apart": _l("Marks that lie further apart are looked at a third time."),
        "criteria": _l("One criterion a line: name, colon, most marks. Such as: Reading aloud: 10"),
    }
    optional = frozenset({"full_marks", "pass_mark", "apart", "position", "criteria"})

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.kind.choices = list(KIND_WORDS.items())

    def details(self) -> PartDetails:
        """What was typed."""
        criteria = parse_criteria(self.criteria.data or "")
        total = sum((each.most for each in criteria), Decimal(0))
        return PartDetails(
            name=self.name.data,
            kind=PartKind(self.kind.data),
            full_marks=total if criteria else self.full_marks.value or Decimal(0),
            weight=self.weight.value or Decimal(0),
            pass_mark=self.pass_mark.value,
            apart=self.apart.value,
            position=self.position.number or 1,
            criteria=criteria,
        )


class TiesForm(EditForm):
    """What sets equal scores apart, up to four rules."""

    rule_1 = ChoiceField(_l("First"))
    rule_2 = ChoiceField(_l("Then"))
    rule_3 = ChoiceField(_l("After that"))
    rule_4 = ChoiceField(_l("At last"))

    hints = {
        "rule_4": _l("Where nothing differs, the lower reference comes first, so no two places are the same.")
    }

    def __init__(self, parts: list[PartView], obj: TieOrder | None = None, **kwargs: Any) -> None:
        rules = obj.rules if obj else ()
        kwargs.setdefault("data", {f"rule_{n}": rule.text for n, rule in enumerate(rules, start=1)})
        super().__init__(**kwargs)
        offered = [TieRule(TieBy.PART, part.id) for part in parts]
        offered += [TieRule(TieBy.EARLIER), TieRule(TieBy.YOUNGER), TieRule(TieBy.OLDER)]
        for each in self._rules:
            each.choices = [("", "–"), *((rule.text, tie_words(rule, parts)) for rule in offered)]
            each.data = each.data or ""

    @property
    def _rules(self) -> list[ChoiceField]:
        return [self.rule_1, self.rule_2, self.rule_3, self.rule_4]

    def details(self) -> list[TieRule]:
        """The rules that were chosen, in their order."""
        return [rule for each in self._rules if (rule := parse_tie(each.data or ""))]


@dataclass(frozen=True)
class Named:
    """Who marks a part, as its form shows them."""

    markers: list[str]
    third: list[str]


@dataclass(frozen=True)
class NamedView:
    """The same with its version."""

    version: int
    details: Named


class MarkersForm(EditForm):
    """Who marks a part."""

    markers = ChoicesField(_l("Mark every child"), coerce=str)
    third = ChoicesField(_l("Look a third time"), coerce=str)

    hints = {
        "markers": _l(
            "They see no mark of another before they have given their own. Without anybody the office enters the marks."
        ),
        "third": _l("They mark only those whose marks differ too much."),
    }

    def __init__(self, people: Sequence[tuple[UUID, LocalText]], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        choices = [(str(key), local_plain(name)) for key, name in people]
        self.markers.choices = self.third.choices = choices

    def details(self) -> Named:
        """Who was ticked."""
        return Named(list(self.markers.data or ()), list(self.third.data or ()))


class SlotForm(EditForm):
    """A time and place."""

    on = DayField(_l("Day"), [Required(_l("Give the day."))])
    starts = TimeField(_l("Begins"), [Required(_l("Give the time."))])
    ends = TimeField(_l("Ends"), [Required(_l("Give the time."))])
    place = LocalTextField(
        _l("Place"), [Required(_l("Say where it is, in one language at least."))], max_length=120
    )
    seats = NumberField(
        _l("Seats"), [Required(_l("Say how many seats there are."))], least=1, most=2000, render_kw=_NUMERIC
    )

    hints = {"place": _l("Building and room, as the family finds it.")}

    def process(self, formdata: Any = None, obj: Any = None, data: Any = None, **kwargs: Any) -> None:
        """Show the moments as a day and two times."""
        if isinstance(obj, SlotDetails):
            starts, ends = to_local(obj.starts_at), to_local(obj.ends_at)
            data = {"on": starts.date(), "starts": starts.time(), "ends": ends.time()} | (data or {})
        super().process(formdata, obj, data, **kwargs)

    def details(self) -> SlotDetails:
        """What was typed."""
        on = cast(date, self.on.data)  # `Required` has refused the form without it
        starts, ends = (
            datetime.combine(on, each.time, tzinfo=DHAKA).astimezone(UTC) for each in (self.starts, self.ends)
        )
        return SlotDetails(starts, ends, self.place.data, self.seats.number or 0)


class MoveForm(EditForm):
    """The slot and seat of one child."""

    slot_id = KeyField(_l("Time and place"), [Required(_l("Choose a time and place."))])
    seat = NumberField(_l("Seat"), least=1, most=2000, render_kw=_NUMERIC)

    hints = {"seat": _l("Left empty: the first free one.")}
    optional = frozenset({"seat"})

    def __init__(self, slots: Sequence[SlotView], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.slot_id.choices = [
            ("", _l("Choose a time and place")),
            *((str(each.id), _slot(each)) for each in slots),
        ]

    def process(self, formdata: Any = None, obj: Any = None, data: Any = None, **kwargs: Any) -> None:
        """Show the seat as it is typed."""
        super().process(formdata, obj, data, **kwargs)
        stored: Any = self.seat.data
        if isinstance(stored, int):
            self.seat.data = str(stored)


def _slot(slot: SlotView) -> str:
    details = slot.details
    return str(
        gettext(
            "%(day)s, %(time)s, %(place)s (%(taken)s of %(seats)s taken)",
            day=day(details.starts_at, "short"),
            time=clock(details.starts_at),
            place=local_plain(details.place),
            taken=digits(slot.taken),
            seats=digits(details.seats),
        )
    )


class ImportForm(TableForm):
    """A file of marks, or cells pasted from a spreadsheet."""

    hints = {
        "text": _l("Two columns: reference and mark. AB stands for absent."),
    }
    limits = Limits(rows=MOST_ROWS)

    def read(self, full_marks: Decimal) -> tuple[Table, list[ImportRow]]:
        """What was sent, and what can be made of each line. Raises UnreadableTable."""
        table = self.table()
        rows = read_rows(((row.line, row.cells) for row in table.rows), full_marks)
        if not rows:
            raise UnreadableTable(Problem.EMPTY)
        return table, rows


def cells_again(table: Table) -> str:
    """The two columns of a table as cells to paste, each on its line: what the second press sends."""
    return as_text(table.rows, columns=2, longest=_LONGEST)


# --- the sheet of marks


@dataclass
class SentSheet:
    """The marks of a page as they arrived."""

    typed: dict[str, str] = field(default_factory=dict)
    """What stands in each control, by its name."""
    marks: list[SentMark] = field(default_factory=list)
    wrong: dict[UUID, str] = field(default_factory=dict)
    """Applicants whose mark cannot be understood, and why."""
    stale: frozenset[UUID] = frozenset()
    """Applicants whose mark somebody has changed since the page was opened."""


def read_sheet(form: MultiDict[str, str], part: PartView) -> SentSheet:
    """Understand a sent page. Whatever is wrong is named; the rest is kept as typed."""
    sent = SentSheet(
        {name: _printable(value)[:_LONGEST] for name, value in form.items() if name[:2] in ("m-", "a-", "v-")}
    )
    for name, version in sent.typed.items():
        if not name.startswith("v-"):
            continue
        try:
            key = UUID(name[2:])
        except ValueError:
            continue
        number = int(version) if version.isascii() and version.isdigit() else 0
        try:
            sent.marks.append(SentMark(key, number, _answer(sent.typed, key, part)))
        except InvalidValue as error:
            sent.wrong[key] = message_of(error)
    return sent


class SheetError(InvalidValue):
    """A line of the sheet contradicts itself. Codes: ``both``, ``some``."""

    messages = {
        "both": N_("Give a mark or say that the child was absent, not both."),
        "some": N_("Give a mark for every criterion."),
    }


def _answer(typed: dict[str, str], key: UUID, part: PartView) -> Answer | None:
    """Raises MarkError, SheetError."""
    criteria = part.details.criteria
    names = [f"m-{key}-{n}" for n in range(len(criteria))] if criteria else [f"m-{key}"]
    cells = [typed.get(name, "") for name in names]
    absent = f"a-{key}" in typed or any(is_away(cell) for cell in cells)
    mosts = [each.most for each in criteria] if criteria else [part.details.full_marks]
    marks = [
        None if is_away(cell) else parse_mark(cell, most) for cell, most in zip(cells, mosts, strict=True)
    ]
    given = [mark for mark in marks if mark is not None]
    if absent:
        if given:
            raise SheetError("both")
        return Answer(None, absent=True)
    if not given:
        return None
    if len(given) < len(marks):
        raise SheetError("some")
    return Answer(sum(given, Decimal(0)), points=tuple(given) if criteria else ())
