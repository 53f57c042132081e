"""Reading a table that somebody sent: what the bytes are decides, and never the name of the file.

CSV and pasted cells are read here. A workbook is a zip file of XML and is opened in a process of its own, see
`workbook.py`: whatever is in it costs at most that process.
"""

from __future__ import annotations

import csv
import io
import json
import logging
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from app.integrations.apart import EndedBadly, TookTooLong, run_apart
from app.integrations.tables.types import BrokenRecord, BrokenTable, Limits, Problem, Row, Table
from app.integrations.tables.workbook import cell_name

log = logging.getLogger(__name__)

SECONDS: Final = 15
"""20,000 rows of ten columns take one or two."""
_SCRIPT: Final = Path(__file__).resolve().parent / "workbook.py"

_ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_COMPOUND: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""What old workbooks begin with, and new ones that are locked with a password."""
_LOCKED: Final = "EncryptedPackage".encode("utf-16-le")
_OTHERS: Final = (
    b"%PDF",
    b"\xff\xd8\xff",
    b"\x89PNG",
    b"GIF8",
    b"{\\rtf",
    b"<",
    b"Rar!",
    b"7z\xbc\xaf",
    b"\x1f\x8b",
)
"""PDF, pictures, other documents and archives, and pages that call themselves spreadsheets."""
_UTF16: Final = (b"\xff\xfe", b"\xfe\xff")
_BOM: Final = "\ufeff"
_SEPARATORS: Final = ";,"


def read_table(data: bytes, limits: Limits, sheet: str | None = None) -> Table:
    """Return the rows of a file: of the first sheet that is shown, or of the one that is named.

    Raises BrokenTable.
    """
    if len(data) > limits.bytes:
        raise BrokenTable(Problem.BIG)
    if data.startswith(_ZIP):
        return _read_workbook(data, limits, sheet)
    if data.startswith(_COMPOUND):
        raise BrokenTable(Problem.LOCKED if _LOCKED in data else Problem.OLD)
    return read_text(_decoded(data), limits)


def read_text(text: str, limits: Limits) -> Table:
    """Return the rows of CSV or of pasted cells, parted by tabs, semicolons or commas. Raises BrokenTable."""
    if len(text) > limits.text:
        raise BrokenTable(Problem.BIG)
    text = text.removeprefix(_BOM)
    first, _, rest = text.partition("\n")
    said = first.strip().casefold()
    if len(said) == 5 and said.startswith("sep="):  # how spreadsheets are told the separator
        text, separator = "\n" + rest, first.strip()[4]
    else:
        line = next((line for line in text.splitlines() if line.strip()), "")
        separator = "\t" if "\t" in line else max(_SEPARATORS, key=line.count)
    rows = []
    try:
        for line_no, record in numbered_records(text, separator):
            if line_no > limits.rows:
                raise BrokenTable(Problem.MANY, most=limits.rows)
            rows.append(Row(line_no, _checked(line_no, record, limits)))
    except BrokenRecord as error:
        raise BrokenTable(Problem.BROKEN) from error
    if not rows:
        raise BrokenTable(Problem.EMPTY)
    return Table(tuple(rows))


def numbered_records(
    text: str, separator: str = ",", *, strict: bool = False
) -> Iterator[tuple[int, list[str]]]:
    """Yield the records of a CSV text that are not empty, each with the line it begins on.

    `strict` refuses quotes that do not close. Raises BrokenRecord.
    """
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=strict)
    line = 1
    try:
        for record in reader:
            if any(part.strip() for part in record):
                yield line, record
            line = reader.line_num + 1
    except csv.Error as error:
        raise BrokenRecord(line, str(error)) from None


def as_text(rows: Iterable[Row], columns: int, longest: int) -> str:
    """Return the first columns of rows as `read_text` reads them, each on the line of its number.

    What is longer than `longest` is cut, and a cell has one line. There are two columns at least, so that a tab
    says how they are parted.
    """
    text = io.StringIO()
    writer = csv.writer(text, delimiter="\t", lineterminator="\n")
    at = 1
    for row in rows:
        text.write("\n" * (row.line - at))
        cells = [" ".join(cell.split())[:longest] for cell in row.cells[:columns]]
        writer.writerow(cells + [""] * (columns - len(cells)))
        at = row.line + 1
    return text.getvalue()


def _checked(line: int, record: list[str], limits: Limits) -> tuple[str, ...]:
    while record and not record[-1]:
        record.pop()
    if len(record) > limits.columns:
        raise BrokenTable(Problem.WIDE, most=limits.columns)
    for column, cell in enumerate(record, start=1):
        if len(cell) > limits.cell:
            raise BrokenTable(Problem.LONG, cell=cell_name(column, line), most=limits.cell)
    return tuple(record)


def _decoded(data: bytes) -> str:
    if data.startswith(_OTHERS):
        raise BrokenTable(Problem.KIND)
    try:
        if data.startswith(_UTF16):
            return data.decode("utf-16")
        if b"\0" in data:
            raise BrokenTable(Problem.KIND)
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BrokenTable(Problem.LETTERS) from error


def _read_workbook(data: bytes, limits: Limits, sheet: str | None) -> Table:
    order = json.dumps({"limits": asdict(limits), "sheet": sheet}).encode()
    try:
        found: dict[str, Any] = json.loads(run_apart(_SCRIPT, order + b"\n" + data, SECONDS))
    except TookTooLong as error:
        raise BrokenTable(Problem.BIG) from error
    except (EndedBadly, ValueError) as error:
        log.error("a workbook could not be read", extra={"said": str(error)})
        raise BrokenTable(Problem.BROKEN) from error
    if "problem" in found:
        raise BrokenTable(Problem(found["problem"]), **found["told"])
    return Table(
        tuple(Row(line, tuple(cells)) for line, cells in found["rows"]),
        hidden_rows=found["hidden_rows"],
        hidden_columns=found["hidden_columns"],
        sheet=found["sheet"],
        sheets=found["sheets"],
    )
