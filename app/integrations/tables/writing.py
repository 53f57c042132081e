"""Writing a workbook: one row after the other into a file that is never whole in memory.

Every text is written as text, so that nothing somebody typed is a formula; numbers and days are numbers and days.
"""

from __future__ import annotations

import re
import tempfile
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import IO, Any, Final

MOST_ROWS: Final = 1_048_576
"""What a sheet holds; what comes after stands on further ones, under the same header."""
MOST_TEXT: Final = 32_767
"""Characters of a cell. What is longer ends in an ellipsis; CSV holds all of it."""
_MOST_DIGITS: Final = 10**15
_IN_MEMORY: Final = 2 * 1024 * 1024

_NAME: Final = re.compile(r"[\[\]:*?/\\\x00-\x1f]+")
_SHORT: Final = 255
"""A longer text in the format of text is shown as hashes by older programs."""
_NO_LETTERS: Final = {0: None, 0xFFFE: None, 0xFFFF: None}
"""What no XML can hold; other control characters are escaped."""
_NARROWEST: Final = 8
_NARROW: Final = 5
_A4: Final = 9
"""As spreadsheets number the sizes of paper."""
_WIDEST: Final = 50


class Shade(str):
    """Text of a cell that is narrow, stands in its middle, and is grey where `is_grey`."""

    is_grey: bool

    def __new__(cls, text: str, is_grey: bool) -> Shade:
        """The text with its look."""
        made = super().__new__(cls, text)
        made.is_grey = is_grey
        return made


def write_workbook(
    rows: Iterable[Sequence[object]],
    *,
    title: str,
    right_to_left: bool,
    made_at: datetime,
    on_one_sheet: bool = False,
) -> IO[bytes]:
    """Return an open file, at its beginning, with a workbook of one sheet called `title`.

    `on_one_sheet`: printed, it is as wide as a sheet of A4 on its side.

    The first row, and each one behind an empty one, is a header and bold; where there is one header it stays in
    sight. Ints, floats and Decimals become numbers unless a spreadsheet would lose digits of them, dates and
    datetimes without a zone become days and moments, None an empty cell, all else text.
    """
    import xlsxwriter  # only who wants a workbook pays for it

    file = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115  # the caller closes it
    book = xlsxwriter.Workbook(file, {"constant_memory": True})
    book.set_properties({"created": made_at.replace(tzinfo=None)})
    sheets = _Sheets(book, title, right_to_left=right_to_left, on_one_sheet=on_one_sheet)
    for row in rows:
        sheets.add(row)
    sheets.end()
    book.close()
    file.seek(0)
    return file


class _Sheets:
    """The sheets of a workbook that is being written: as a rule one."""

    def __init__(self, book: Any, title: str, *, right_to_left: bool, on_one_sheet: bool) -> None:
        self._book, self._right_to_left, self._on_one_sheet = book, right_to_left, on_one_sheet
        self._title = _NAME.sub(" ", title).strip(" '")[:25] or "1"
        self._head = book.add_format({"bold": True, "num_format": "@"})
        self._text = book.add_format({"num_format": "@"})
        self._typed = book.add_format({"num_format": "@", "quote_prefix": True})
        self._day = book.add_format({"num_format": "yyyy-mm-dd"})
        look = {"num_format": "@", "align": "center"}
        self._middle = book.add_format(look)
        self._grey = book.add_format(look | {"bg_color": "#E6E1E5", "font_color": "#5E5265"})
        self._moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        self._first: Sequence[object] = ()
        self._is_head = True
        self._begin()

    def add(self, row: Sequence[object]) -> None:
        """Write one row, on a new sheet where this one is full."""
        if not self._first:
            self._first = row
        if self._line == MOST_ROWS:
            self.end()
            self._begin()
            self._write(self._first, is_head=True)
        self._heads += self._is_head
        self._write(row, is_head=self._is_head)
        self._is_head = not row

    def end(self) -> None:
        """Give the columns their widths, which are known only now, and keep the one header in sight."""
        for column, width in enumerate(self._widths):
            wide = _NARROW if column in self._narrow else min(max(width + 2, _NARROWEST), _WIDEST)
            self._sheet.set_column(column, column, wide)
        if self._on_one_sheet:
            self._sheet.set_landscape()
            self._sheet.set_paper(_A4)
            self._sheet.fit_to_pages(1, 0)
            self._sheet.repeat_rows(0)
        if self._heads < 2:
            self._sheet.freeze_panes(1, 0)
        if self._right_to_left:
            self._sheet.right_to_left()

    def _begin(self) -> None:
        number = len(self._book.worksheets())
        self._sheet = self._book.add_worksheet(f"{self._title} {number + 1}" if number else self._title)
        self._line = self._heads = 0
        self._widths: list[int] = []
        self._narrow: set[int] = set()

    def _write(self, row: Sequence[object], *, is_head: bool) -> None:
        self._widths += [0] * (len(row) - len(self._widths))
        for column, value in enumerate(row):
            shown = self._cell(column, value, is_head=is_head)
            self._widths[column] = max(self._widths[column], _width(shown))
        self._line += 1

    def _cell(self, column: int, value: object, *, is_head: bool) -> str:
        """Write one cell; returns what it shows, for the width."""
        at = (self._line, column)
        match value:
            case Shade():
                return self._shade(at, value, is_head=is_head)
            case None | "":
                return ""
            case datetime() if value.tzinfo is None and value.year >= 1900:
                self._sheet.write_datetime(*at, value, self._moment)
                return "0000-00-00 00:00"
            case date() if not isinstance(value, datetime) and value.year >= 1900:
                self._sheet.write_datetime(*at, value, self._day)
                return "0000-00-00"
            case int() | float() | Decimal() if not isinstance(value, bool) and _is_kept(value):
                self._sheet.write_number(*at, value)
                return str(value)
        text = _writable(str(value))
        style = self._head if is_head else self._style(text)
        self._sheet.write_string(*at, text, style)
        return text

    def _shade(self, at: tuple[int, int], value: Shade, *, is_head: bool) -> str:
        self._narrow.add(at[1])
        text = _writable(value)
        style = self._head if is_head and not value.is_grey else self._grey if value.is_grey else self._middle
        if text:
            self._sheet.write_string(*at, text, style)
        elif value.is_grey:
            self._sheet.write_blank(*at, None, style)
        return text

    def _style(self, text: str) -> Any:
        """Text stays text also where somebody types Enter in its cell: a phone number, a reference, a sum."""
        if text.startswith(("=", "+", "-", "@", "'")):
            return self._typed
        return self._text if len(text) <= _SHORT else None


def _is_kept(value: float | Decimal) -> bool:
    """Whether a spreadsheet keeps every digit before the point."""
    return -_MOST_DIGITS < value < _MOST_DIGITS


def _writable(text: str) -> str:
    text = text.translate(_NO_LETTERS).encode("utf-8", "replace").decode()
    return text if len(text) <= MOST_TEXT else text[: MOST_TEXT - 1] + "…"


def _width(text: str) -> int:
    """How many letters wide the longest line of a text is: marks stand on other letters."""
    if text.isascii() and "\n" not in text:
        return len(text)
    return max(
        (sum(unicodedata.category(char)[0] != "M" for char in line) for line in text.splitlines()), default=0
    )
