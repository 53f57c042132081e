"""What is read of a table, how much of it, and why it cannot be read."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Problem(StrEnum):
    """Why a table is not read. What may be told besides: `cell`, `most`, `sheet`."""

    EMPTY = "empty"
    BIG = "big"
    """More bytes, packed or unpacked, or more text in all, or more work than a table is worth."""
    MANY = "many"
    """More rows than `most`."""
    WIDE = "wide"
    """More columns than `most`."""
    LONG = "long"
    """`cell` holds more than `most` characters."""
    LOCKED = "locked"
    """A password is asked for."""
    MACROS = "macros"
    OLD = "old"
    """A workbook as spreadsheets wrote it before 2007."""
    KIND = "kind"
    """Something else altogether."""
    BROKEN = "broken"
    """It says it is a workbook and is none, or contradicts itself."""
    LETTERS = "letters"
    """Text in an encoding that nobody named."""
    FORMULA = "formula"
    """`cell` holds a formula whose result was not saved with it."""
    PRECISE = "precise"
    """`cell` holds a number of so many digits that the spreadsheet has lost the last of them already."""
    SHEET = "sheet"
    """There is no sheet of the name `sheet`."""


class BrokenTable(Exception):
    """A table that is not read: nothing of it is used."""

    def __init__(self, problem: Problem, **told: str | int) -> None:
        super().__init__(problem.value)
        self.problem = problem
        self.told: dict[str, Any] = dict(told)


class BrokenRecord(Exception):
    """A record of CSV that cannot be told from the next one. It begins on `line`."""

    def __init__(self, line: int, why: str) -> None:
        super().__init__(why)
        self.line = line


@dataclass(frozen=True)
class Limits:
    """How much of a table is read. What has more is refused before it is expanded, and never cut."""

    bytes: int = 5 * 1024 * 1024
    unpacked: int = 40 * 1024 * 1024
    """Bytes of all parts of a workbook. 20,000 rows of ten columns have 12 million."""
    rows: int = 5_000
    columns: int = 60
    cell: int = 1_000
    """Characters."""
    text: int = 8_000_000
    """Characters of all cells together."""


@dataclass(frozen=True)
class Row:
    """A row that is not empty: its number, counted from 1 as the file counts, and its cells as a person sees them."""

    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """The rows of a file, of one sheet of a workbook, or of pasted cells."""

    rows: tuple[Row, ...]
    hidden_rows: int = 0
    """How many of the rows nobody sees who opens the file. They are read all the same."""
    hidden_columns: int = 0
    sheet: str = ""
    sheets: int = 1
    """How many sheets the workbook has; one of them is read."""
