"""The field of a class's seats: one row a section or shift, with rows to spare."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import Field, ValidationError
from wtforms.widgets import TextInput

from app.domain.academics.types import Shift
from app.domain.admissions.cycles.types import SeatPart
from app.domain.kernel.digits import to_ascii_digits
from app.domain.kernel.errors import InvalidValue
from app.domain.kernel.texts import clean_line
from app.web.admission import SHIFT_WORDS
from app.web.errors import message_of

_SPARE: Final = 2
_LEAST_ROWS: Final = 4
_MOST_ROWS: Final = 24
_MOST_SEATS: Final = 1000
_PARTS: Final = ("section", "shift", "seats")
_MARKUP: Final = frozenset("<>{}\\")


@dataclass
class Row:
    """What stands in one row, as it was typed."""

    section: str = ""
    shift: str = ""
    seats: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether nobody wrote anything into it."""
        return not (self.section.strip() or self.seats.strip())


class SeatRowsField(Field):
    """The seats of a class, section by section; `parts` holds them once they are understood."""

    widget = TextInput()

    def __init__(self, label: Any, validators: Sequence[Any] = (), **kwargs: Any) -> None:
        super().__init__(label, list(validators), **kwargs)
        self.typed: tuple[str, ...] = ()
        self.shifts = SHIFT_WORDS
        self.parts: tuple[SeatPart, ...] = ()
        self.bad_rows: set[int] = set()
        self.focus_id = f"{self.id}-0-section"

    @property
    def rows(self) -> list[Row]:
        """The rows as they were typed; `typed` holds them one control after the other."""
        return [Row(*self.typed[at : at + 3]) for at in range(0, len(self.typed), 3)]

    @property
    def part_names(self) -> list[str]:
        """Names of every control, so that none is sent twice."""
        return [self.control(number, part) for number in range(_MOST_ROWS) for part in _PARTS]

    def control(self, number: int, part: str) -> str:
        """The name of one control."""
        return f"{self.name}-{number}-{part}"

    def process(
        self, formdata: MultiDict[str, str] | None, data: Any = None, extra_filters: Any = None
    ) -> None:
        """Read the rows."""
        self.process_errors: list[Any] = []
        self.raw_data = None
        parts = data if isinstance(data, tuple) else ()
        rows = [Row(part.section, part.shift or "", str(part.seats)) for part in parts]
        if formdata is not None and any(name in formdata for name in self.part_names):
            self.raw_data = ["sent"]
            rows = [
                Row(*(formdata.get(self.control(number, part), "") for part in _PARTS))
                for number in range(_MOST_ROWS)
                if self.control(number, "seats") in formdata
            ]
        missing = max(_SPARE - sum(row.is_empty for row in rows), _LEAST_ROWS - len(rows), 0)
        rows += [Row() for _ in range(min(missing, _MOST_ROWS - len(rows)))]
        self.typed = tuple(part for row in rows for part in (row.section, row.shift, row.seats))
        self.parts = parts
        self.data = self._value()

    def _value(self) -> str:
        return "; ".join(
            " ".join(word for word in (row.section, row.shift, row.seats) if word)
            for row in self.rows
            if not row.is_empty
        )

    def pre_validate(self, form: Any) -> None:
        """Every row that is not empty has its seats, and no two are the same."""
        if self.raw_data is None:
            return
        found: list[SeatPart] = []
        for number, row in enumerate(self.rows):
            if row.is_empty:
                continue
            try:
                part = _understood(row)
                if any((each.section, each.shift) == (part.section, part.shift) for each in found):
                    raise ValidationError(_l("Two rows are for the same section and shift."))
                found.append(part)
            except ValidationError as error:
                self._refuse(number, error)
        if not self.bad_rows:
            self.parts = tuple(found)

    def _refuse(self, number: int, error: ValidationError) -> None:
        if not self.bad_rows:
            self.focus_id = f"{self.id}-{number}-section"
        self.bad_rows.add(number)
        refused: Any = self
        message = str(error)
        if message not in refused.errors:
            refused.errors = [*refused.errors, message]


def _understood(row: Row) -> SeatPart:
    try:
        section = clean_line(row.section, 20)
    except InvalidValue as error:
        raise ValidationError(message_of(error)) from error
    if _MARKUP & set(section):
        raise ValidationError(_l("Leave out the signs < > { } and \\."))
    if row.shift not in {"", *Shift}:
        raise ValidationError(_l("Choose one of the answers offered."))
    seats = to_ascii_digits(row.seats.strip())
    if not (seats.isascii() and seats.isdigit() and len(seats) < 5 and 1 <= int(seats) <= _MOST_SEATS):
        raise ValidationError(_l("Write for every section how many seats it has, from 1 to 1000."))
    return SeatPart(section, Shift(row.shift) if row.shift else None, int(seats))
