"""The process that reads one sheet of a workbook: limits and the file come in, rows go out as JSON.

It is started by `reading.read_table`, imports nothing of the application, and may use little of the machine. What it
reads is hostile until it is read:

- the sizes that the zip file declares are added up before anything is unpacked, and no part gives more than it declared
- a part of XML with a document type is refused at once, so that there is no entity and nothing to expand or to fetch
- formulas, macros, links and pictures are not looked at; of a formula the result counts that was saved with it
- each limit is kept while the sheet is read, not afterwards
"""

from __future__ import annotations

import io
import json
import re
import resource
import struct
import sys
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation
from typing import Any, Final
from xml.parsers import expat  # nosec B407  # every document type is refused, see `_parse`

_MEMORY: Final = 512 * 1024**2
_CPU_SECONDS: Final = 8
_MOST_PARTS: Final = 2_000
_PIECE: Final = 64 * 1024
_LAST_COLUMN: Final = 16_384
_LAST_LINE: Final = 1_048_576
"""What a sheet can have. What a file claims to stand further out is nowhere."""

_UNREADABLE: Final = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    expat.ExpatError,
    EOFError,
    LookupError,
    OSError,
    OverflowError,
    RuntimeError,
    ValueError,
)
"""What the standard library raises on files that are not, or not quite, what they say."""

_PACKED: Final = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_PLACE: Final = re.compile(r"\$?([A-Z]{1,4})\$?([0-9]{1,8})")
_ESCAPED: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")
"""How a character that XML does not allow is written in a cell."""


class Unreadable(Exception):
    """Why the workbook is not read: a value of `types.Problem`, and what is told besides."""

    def __init__(self, problem: str, **told: str | int) -> None:
        super().__init__(problem)
        self.problem = problem
        self.told = told


def cell_name(column: int, line: int) -> str:
    """What a spreadsheet calls a cell, such as B7: both are counted from 1."""
    name = ""
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return f"{name}{line}"


def read_workbook(data: bytes, limits: Mapping[str, int], wanted: str | None = None) -> dict[str, Any]:
    """Return the rows of one sheet and what is told of it. Raises Unreadable."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check_parts(archive, limits)
            return _read(archive, limits, wanted)
    except _UNREADABLE as error:
        raise Unreadable("broken") from error


def _check_parts(archive: zipfile.ZipFile, limits: Mapping[str, int]) -> None:
    parts = archive.infolist()
    names = {part.filename for part in parts}
    if len(parts) > _MOST_PARTS or len(names) < len(parts):
        raise Unreadable("broken")
    if any(part.flag_bits & 0x1 for part in parts):
        raise Unreadable("locked")
    # zipfile gives no more of a part than it declares, so that the sum is a bound and not only a claim.
    if sum(part.file_size for part in parts) > limits["unpacked"]:
        raise Unreadable("big")
    if any(part.compress_type not in _PACKED for part in parts):
        raise Unreadable("broken")
    if any(name.casefold().endswith("vbaproject.bin") for name in names):
        raise Unreadable("macros")
    if "[Content_Types].xml" not in names or not any(name.startswith("xl/") for name in names):
        raise Unreadable("kind")
    if "xl/workbook.bin" in names:
        raise Unreadable("kind")


# --- XML


def _parse(
    archive: zipfile.ZipFile,
    part: str,
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None] | None = None,
    text: Callable[[str], None] | None = None,
) -> None:
    """Read a part piece by piece. The handlers are told names without their prefix."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse
    parser.EntityDeclHandler = _refuse
    parser.StartElementHandler = lambda name, attributes: start(name.rpartition(":")[2], attributes)
    if end is not None:
        parser.EndElementHandler = lambda name: end(name.rpartition(":")[2])
    if text is not None:
        parser.CharacterDataHandler = text
    with archive.open(part) as stream:
        while piece := stream.read(_PIECE):
            parser.Parse(piece, False)
        parser.Parse(b"", True)


def _refuse(*_: object) -> None:
    raise Unreadable("broken")


def _is_on(value: str | None) -> bool:
    return value in ("1", "true", "on")


# --- the parts around the sheet


def _read(archive: zipfile.ZipFile, limits: Mapping[str, int], wanted: str | None) -> dict[str, Any]:
    book = next(
        (target for kind, target in _relations(archive, "").values() if kind == "officeDocument"),
        "xl/workbook.xml",
    )
    if any("macro" in kind.casefold() for kind in _content_types(archive)):
        raise Unreadable("macros")
    sheets, since_1904 = _sheets(archive, book)
    name, part = _choose(sheets, wanted)
    links = dict(_relations(archive, book).values())
    present = set(archive.namelist())
    strings = _strings(archive, links.get("sharedStrings", ""), present)
    formats = _formats(archive, links.get("styles", ""), present)
    sheet = _Sheet(limits, strings, formats, since_1904)
    _parse(archive, part, sheet.start, sheet.end, sheet.text)
    if not sheet.rows:
        raise Unreadable("empty")
    return sheet.found() | {"sheet": name, "sheets": len(sheets)}


def _content_types(archive: zipfile.ZipFile) -> list[str]:
    found: list[str] = []
    _parse(
        archive,
        "[Content_Types].xml",
        lambda _, attributes: found.append(attributes.get("ContentType", "")),
    )
    return found


def _relations(archive: zipfile.ZipFile, part: str) -> dict[str, tuple[str, str]]:
    """Key -> (kind, part it leads to) of a part; a link that leads outside is none."""
    folder, _, name = part.rpartition("/")
    rels = f"{folder}/_rels/{name}.rels" if folder else f"_rels/{name}.rels"
    found: dict[str, tuple[str, str]] = {}

    def start(tag: str, attributes: dict[str, str]) -> None:
        if tag == "Relationship" and attributes.get("TargetMode") != "External":
            target = attributes.get("Target", "")
            steps: list[str] = [] if target.startswith("/") else folder.split("/") if folder else []
            for step in target.split("/"):
                if step == "..":
                    steps = steps[:-1]
                elif step not in ("", "."):
                    steps.append(step)
            kind = attributes.get("Type", "").rpartition("/")[2]
            found[attributes.get("Id", "")] = (kind, "/".join(steps))

    if rels in archive.namelist():
        _parse(archive, rels, start)
    return found


def _sheets(archive: zipfile.ZipFile, book: str) -> tuple[list[tuple[str, bool, str]], bool]:
    """(name, whether it is shown, part) of each sheet of cells, and whether days are counted from 1904."""
    links = _relations(archive, book)
    found: list[tuple[str, bool, str]] = []
    since_1904 = False

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal since_1904
        if tag == "workbookPr":
            since_1904 = _is_on(attributes.get("date1904"))
        elif tag == "sheet":
            key = next((value for name, value in attributes.items() if name.endswith(":id")), "")
            kind, part = links.get(key, ("", ""))
            if kind == "worksheet":
                found.append(
                    (attributes.get("name", ""), attributes.get("state", "visible") == "visible", part)
                )

    _parse(archive, book, start)
    if not found:
        raise Unreadable("broken")
    return found, since_1904


def _choose(sheets: list[tuple[str, bool, str]], wanted: str | None) -> tuple[str, str]:
    if wanted is not None:
        for name, _, part in sheets:
            if name.strip().casefold() == wanted.strip().casefold():
                return name, part
        raise Unreadable("sheet", sheet=wanted[:60])
    name, _, part = next((each for each in sheets if each[1]), sheets[0])
    return name, part


def _strings(archive: zipfile.ZipFile, part: str, present: set[str]) -> list[str]:
    """The texts that cells share: of a text in several fonts all its pieces, without the reading aids of Asian ones."""
    found: list[str] = []
    pieces: list[str] = []
    aids, inside = 0, False

    def start(tag: str, _: dict[str, str]) -> None:
        nonlocal aids, inside
        if tag == "si":
            pieces.clear()
        elif tag == "rPh":
            aids += 1
        elif tag == "t":
            inside = not aids

    def end(tag: str) -> None:
        nonlocal aids, inside
        if tag == "si":
            found.append(_plain("".join(pieces)))
        elif tag == "rPh":
            aids -= 1
        elif tag == "t":
            inside = False

    def text(piece: str) -> None:
        if inside:
            pieces.append(piece)

    if part in present:
        _parse(archive, part, start, end, text)
    return found


def _plain(text: str) -> str:
    """A text with its escaped characters; those that no text can hold are left out."""
    return _ESCAPED.sub(_unescaped, text) if "_x" in text else text


def _unescaped(match: re.Match[str]) -> str:
    char = chr(int(match[1], 16))
    return "" if char == "\0" or "\ud800" <= char <= "\udfff" else char


# --- how a number is shown


@dataclass(frozen=True)
class _Format:
    """How a number of a style is shown; `day` and `clock` of a moment, else digits."""

    day: bool = False
    clock: bool = False
    width: int = 0
    """Digits before the point, zeros before them."""
    least: int = 0
    """Decimals that are always shown."""
    most: int | None = None
    """None: as many as there are."""
    percent: bool = False


_GENERAL: Final = _Format()
_BUILT_IN: Final[Mapping[int, str]] = {
    1: "0",
    2: "0.00",
    3: "#,##0",
    4: "#,##0.00",
    9: "0%",
    10: "0.00%",
    **dict.fromkeys((14, 15, 16, 17, *range(27, 32), 36, *range(50, 59)), "yyyy-mm-dd"),
    **dict.fromkeys((18, 19, 20, 21, *range(32, 36), 45, 46, 47), "h:mm"),
    22: "yyyy-mm-dd h:mm",
    **dict.fromkeys((37, 38), "#,##0"),
    **dict.fromkeys((39, 40), "#,##0.00"),
}
_ASIDE: Final = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?![hms]+\])[^\]]*\]|am/pm|a/p', re.DOTALL)
"""What stands in a format for itself, or says a colour, a language or a condition."""
_DIGITS: Final = re.compile(r"([#0,?]*)(?:\.([#0?]*))?(%?)")


def _format_of(code: str) -> _Format:
    section = _ASIDE.sub("", code.casefold()).partition(";")[0].replace(" ", "")
    if "general" in section or "e+" in section or "e-" in section or "@" in section:
        return _GENERAL
    if any(letter in section for letter in "ydhms"):
        clock = "h" in section or "s" in section
        return _Format(day="y" in section or "d" in section or not clock, clock=clock)
    match = _DIGITS.fullmatch(section)
    if not match or match[1].endswith(",") or not section:
        return _GENERAL
    decimals = match[2] or ""
    width = 0 if "," in match[1] else match[1].count("0")
    return _Format(width=width, least=decimals.count("0"), most=len(decimals), percent=bool(match[3]))


def _formats(archive: zipfile.ZipFile, part: str, present: set[str]) -> list[_Format]:
    """The formats of numbers by the number of their style."""
    codes: dict[int, str] = dict(_BUILT_IN)
    styles: list[int] = []
    inside = False

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal inside
        if tag == "numFmt":
            codes[int(attributes["numFmtId"])] = attributes.get("formatCode", "")[:255]
        elif tag == "cellXfs":
            inside = True
        elif tag == "xf" and inside:
            styles.append(int(attributes.get("numFmtId", "0")))

    def end(tag: str) -> None:
        nonlocal inside
        if tag == "cellXfs":
            inside = False

    if part in present:
        _parse(archive, part, start, end)
    known = {key: _format_of(code) for key, code in codes.items()}
    return [known.get(key, _GENERAL) for key in styles]


_KEPT: Final = 15
_EXACT: Final = Context(prec=_KEPT, rounding=ROUND_HALF_UP)
"""A spreadsheet keeps fifteen digits of a number; what a file says beyond them is how the machine counts."""
_WIDE: Final = Context(prec=40, rounding=ROUND_HALF_UP)
_FEW: Final = Decimal("1e-12")
_LAST_DAY: Final = 2_958_465
"""The last day of the year 9999, counted as spreadsheets count."""


class _TooManyDigits(Exception):
    """A number of more digits than a spreadsheet keeps."""


def _number(text: str, shown: _Format, *, since_1904: bool) -> str:
    """A number as a person sees it, in 0-9, without the marks between thousands. Raises ValueError, _TooManyDigits."""
    if len(text) > 60:
        raise ValueError("no number")
    try:
        value = Decimal(text)
    except InvalidOperation as error:
        raise ValueError("no number") from error
    if not value.is_finite():
        raise ValueError("no number")
    if value and value.adjusted() >= _KEPT:
        raise _TooManyDigits
    if (shown.day or shown.clock) and 0 <= value <= _LAST_DAY:
        return _moment(value, shown, since_1904=since_1904)
    value = _EXACT.plus(value)
    if shown.percent:
        value *= 100
    places = Decimal(1).scaleb(-shown.most) if shown.most is not None else _FEW
    return _digits(value.quantize(max(places, _FEW), context=_WIDE), shown) + ("%" if shown.percent else "")


def _digits(value: Decimal, shown: _Format) -> str:
    whole, _, decimals = f"{abs(value):f}".partition(".")
    decimals = decimals.rstrip("0").ljust(shown.least, "0")
    sign = "-" if value < 0 else ""
    return sign + whole.zfill(shown.width) + (f".{decimals}" if decimals else "")


def _moment(value: Decimal, shown: _Format, *, since_1904: bool) -> str:
    """A day as 2026-01-31, a time as 14:05, seconds where there are any. Days that never were are none."""
    seconds = int((value * 86_400).quantize(Decimal(1), context=_WIDE))
    days, rest = divmod(seconds, 86_400)
    if not shown.day:
        days, rest = 0, seconds
    clock = f"{rest // 3600:02d}:{rest // 60 % 60:02d}" + (f":{rest % 60:02d}" if rest % 60 else "")
    if not shown.day:
        return clock
    # 29 February 1900 is counted, and was not.
    first = date(1904, 1, 1) if since_1904 else date(1899, 12, 30 if days > 60 else 31)
    day = (first + timedelta(days)).isoformat()
    return f"{day} {clock}" if shown.clock and rest else day


# --- the sheet


class _Sheet:
    """What is gathered of a sheet while it is read."""

    def __init__(
        self, limits: Mapping[str, int], strings: list[str], formats: list[_Format], since_1904: bool
    ) -> None:
        self.rows: list[tuple[int, list[str]]] = []
        self._limits, self._strings, self._formats, self._since_1904 = limits, strings, formats, since_1904
        self._hidden: list[tuple[int, int]] = []
        self._hidden_rows = 0
        self._in_rows = False
        self._line = self._column = self._widest = self._sum = 0
        self._is_hidden = False
        self._cells: list[str] = []
        self._kind = "n"
        self._style = 0
        self._value: str | None = None
        self._is_formula = False
        self._aids = 0
        self._pieces: list[str] | None = None

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        if not self._in_rows:
            if tag == "sheetData":
                self._in_rows = True
            elif tag == "col" and _is_on(attributes.get("hidden")):
                self._hidden.append((int(attributes["min"]), int(attributes["max"])))
        elif tag == "c":
            self._begin_cell(attributes)
        elif tag == "v" or (tag == "t" and not self._aids):
            self._pieces = []
        elif tag == "f":
            self._is_formula = True
        elif tag == "row":
            self._begin_row(attributes)
        elif tag == "rPh":
            self._aids += 1

    def text(self, piece: str) -> None:
        """Text of the element."""
        if self._pieces is not None:
            self._pieces.append(piece)

    def end(self, tag: str) -> None:
        """An element ends."""
        if not self._in_rows:
            return
        if tag in ("v", "t") and self._pieces is not None:
            self._value = (self._value or "") + "".join(self._pieces)
            self._pieces = None
        elif tag == "c":
            self._end_cell()
        elif tag == "row":
            self._end_row()
        elif tag == "rPh":
            self._aids -= 1
        elif tag == "sheetData":
            self._in_rows = False

    def found(self) -> dict[str, Any]:
        """Everything that was read."""
        hidden = sum(
            max(0, min(last, self._widest) - first + 1)
            for first, last in self._hidden
            if first <= self._widest
        )
        return {"rows": self.rows, "hidden_rows": self._hidden_rows, "hidden_columns": hidden}

    def _begin_row(self, attributes: dict[str, str]) -> None:
        line = int(attributes.get("r", self._line + 1))
        if line <= self._line or line > _LAST_LINE:
            raise Unreadable("broken")
        self._line, self._column, self._cells = line, 0, []
        self._is_hidden = _is_on(attributes.get("hidden"))

    def _end_row(self) -> None:
        if self._cells:
            self.rows.append((self._line, self._cells))
            self._hidden_rows += self._is_hidden
            self._widest = max(self._widest, len(self._cells))
        self._cells = []

    def _begin_cell(self, attributes: dict[str, str]) -> None:
        column = self._column + 1
        if "r" in attributes:
            match = _PLACE.fullmatch(attributes["r"])
            if not match or int(match[2]) != self._line:
                raise Unreadable("broken")
            column = 0
            for letter in match[1]:
                column = column * 26 + ord(letter) - 64
        if column <= self._column or column > _LAST_COLUMN:
            raise Unreadable("broken")
        self._column = column
        self._kind, self._style = attributes.get("t", "n"), int(attributes.get("s", "0"))
        self._value, self._is_formula, self._pieces = None, False, None

    def _end_cell(self) -> None:
        if self._is_formula and not self._value and self._kind != "str":
            raise Unreadable("formula", cell=self._place)
        shown = self._shown(self._value) if self._value else ""
        if not shown:
            return
        if self._line > self._limits["rows"]:
            raise Unreadable("many", most=self._limits["rows"])
        if self._column > self._limits["columns"]:
            raise Unreadable("wide", most=self._limits["columns"])
        if len(shown) > self._limits["cell"]:
            raise Unreadable("long", cell=self._place, most=self._limits["cell"])
        self._sum += len(shown)
        if self._sum > self._limits["text"]:
            raise Unreadable("big")
        self._cells += [""] * (self._column - len(self._cells) - 1)
        self._cells.append(shown)

    @property
    def _place(self) -> str:
        return cell_name(self._column, self._line)

    def _shown(self, value: str) -> str:
        match self._kind:
            case "s":
                index = int(value)
                if index < 0:
                    raise Unreadable("broken")
                return self._strings[index]
            case "n":
                shown = self._formats[self._style] if self._style < len(self._formats) else _GENERAL
                try:
                    return _number(value.strip(), shown, since_1904=self._since_1904)
                except _TooManyDigits as error:
                    raise Unreadable("precise", cell=self._place) from error
            case "b":
                return "TRUE" if value.strip() == "1" else "FALSE"
            case "d":
                return value.strip().removesuffix("T00:00:00").replace("T", " ")
            case _:  # a text of its own, the text a formula came to, or the name of its error
                return _plain(value)


def main() -> None:
    """Read the workbook that comes in, within the memory and time of this process."""
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_SECONDS, _CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # it writes no file
    resource.setrlimit(resource.RLIMIT_NOFILE, (16, 16))
    order = json.loads(sys.stdin.buffer.readline())
    try:
        found = read_workbook(sys.stdin.buffer.read(), order["limits"], order["sheet"])
    except Unreadable as error:
        found = {"problem": error.problem, "told": error.told}
    except MemoryError:
        found = {"problem": "big", "told": {}}
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main()
