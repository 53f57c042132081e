"""Tables as CSV files that a spreadsheet opens without running what somebody typed into a form."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextvars import Context

from flask import Flask

from app.uow import read_as, reader

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def safe_cell(value: object) -> str:
    """A value as the text of a cell. What a spreadsheet would take for a formula begins with an apostrophe."""
    text = "" if value is None else str(value)
    # Some programs skip what nobody sees and find the sign behind it.
    bare = text.lstrip(" \u00a0\u200b\u200e\u200f\ufeff\0")
    return f"'{text}" if text.startswith(_FORMULA) or bare.startswith(_FORMULA) else text


def csv_lines(rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """Rows as the lines of a file, one at a time, with the mark by which spreadsheets know UTF-8."""
    yield "\ufeff"
    for row in rows:
        line = io.StringIO()
        csv.writer(line).writerow([safe_cell(cell) for cell in row])
        yield line.getvalue()


def after_request(app: Flask, make: Callable[[], Iterable[str]]) -> Iterator[str]:
    """The lines of `make`, which leave while the request ends and after it.

    They are made in a context of their own, with a database session of its own that ends with them, also where
    the reader goes away in the middle. It reads what the request's own session reads and no more.
    """
    scope = reader()

    def lines() -> Generator[str, None, None]:
        with app.app_context():
            read_as(scope)
            yield from make()

    return _apart(lines())


def _apart(made: Generator[str, None, None]) -> Iterator[str]:
    apart = Context()
    try:
        while (line := apart.run(next, made, None)) is not None:
            yield line
    finally:
        apart.run(made.close)
