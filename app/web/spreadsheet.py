"""Tables as files, workbooks or CSV, that a spreadsheet opens without running what somebody typed into a form.

A view that gives a table away has two addresses and says which one was asked for::

    @blueprint.route("/numbers.xlsx", defaults={"suffix": "xlsx"})
    @blueprint.route("/numbers.csv", defaults={"suffix": "csv"})

and ends in `send_table`. `table_links` of `components/tables.html` offers both.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextvars import Context
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar

from flask import Flask, Response, current_app

from app.domain.kernel import clock
from app.integrations.tables import write_workbook
from app.uow import read_as, reader
from app.web.files import disposition
from app.web.i18n import direction

Piece = TypeVar("Piece", str, bytes)
_AT_ONCE = 64 * 1024

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


class TableFile(StrEnum):
    """The two files a table is given away as."""

    XLSX = "xlsx"
    CSV = "csv"

    @classmethod
    def asked(cls, suffix: str | None) -> TableFile:
        """The one that was asked for; CSV where nothing known was."""
        return cls.XLSX if suffix == cls.XLSX else cls.CSV


_TYPES = {
    TableFile.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    TableFile.CSV: "text/csv",
}


def send_table(
    kind: str | None, name: str, rows: Iterable[Sequence[object]], *, on_one_sheet: bool = False
) -> Response:
    """Rows as the file that was asked for, called `name` and a suffix; the first row is the header.

    Numbers and days are handed over as such, and what only looks like a number as text. `on_one_sheet`: a workbook
    is printed as wide as a sheet of A4 on its side.
    """
    suffix = TableFile.asked(kind)
    if suffix is TableFile.CSV:
        return _answer(suffix, name, "".join(csv_lines(rows)))
    to_left = direction() == "rtl"
    made = _workbook(name, rows, right_to_left=to_left, on_one_sheet=on_one_sheet)
    return _answer(suffix, name, b"".join(made))


def stream_table(kind: str | None, name: str, make: Callable[[], Iterable[Sequence[object]]]) -> Response:
    """The same for more rows than a worker should hold: `make` reads them while the file leaves."""
    suffix, to_left = TableFile.asked(kind), direction() == "rtl"
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # a proxy is typed as what it stands for
    if suffix is TableFile.CSV:
        return _answer(suffix, name, after_request(app, lambda: csv_lines(make())))
    return _answer(suffix, name, after_request(app, lambda: _workbook(name, make(), right_to_left=to_left)))


def _answer(suffix: TableFile, name: str, body: str | bytes | Iterator[str] | Iterator[bytes]) -> Response:
    return Response(
        body,
        mimetype=_TYPES[suffix],
        headers={
            "Content-Disposition": disposition("attachment", f"{name}.{suffix}"),
            "Cache-Control": "no-store",
        },
    )


def _workbook(
    name: str, rows: Iterable[Sequence[object]], *, right_to_left: bool, on_one_sheet: bool = False
) -> Iterator[bytes]:
    with write_workbook(
        rows, title=name, right_to_left=right_to_left, made_at=clock.now(), on_one_sheet=on_one_sheet
    ) as file:
        while piece := file.read(_AT_ONCE):
            yield piece


def safe_cell(value: object) -> str:
    """A value as the text of a cell. What a spreadsheet would take for a formula begins with an apostrophe."""
    match value:
        case None:
            return ""
        case Decimal():
            return _plain(value)
        case int() | float() if not isinstance(value, bool):
            return str(value)
        case date():
            return value.isoformat()
    text = str(value)
    # Some programs skip what nobody sees and find the sign behind it.
    bare = text.lstrip(" \u00a0\u200b\u200e\u200f\ufeff\0")
    return f"'{text}" if text.startswith(_FORMULA) or bare.startswith(_FORMULA) else text


def _plain(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def csv_lines(rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """Rows as the lines of a file, one at a time, with the mark by which spreadsheets know UTF-8."""
    yield "\ufeff"
    for row in rows:
        line = io.StringIO()
        csv.writer(line).writerow([safe_cell(cell) for cell in row])
        yield line.getvalue()


def after_request(app: Flask, make: Callable[[], Iterable[Piece]]) -> Iterator[Piece]:
    """The pieces of `make`, which leave while the request ends and after it.

    They are made in a context of their own, with a database session of its own that ends with them, also where
    the reader goes away in the middle. It reads what the request's own session reads and no more.
    """
    scope = reader()

    def pieces() -> Generator[Piece, None, None]:
        with app.app_context():
            read_as(scope)
            yield from make()

    return _apart(pieces())


def _apart(made: Generator[Piece, None, None]) -> Iterator[Piece]:
    apart = Context()
    try:
        while (piece := apart.run(next, made, None)) is not None:
            yield piece
    finally:
        apart.run(made.close)
