"""A table that was sent is read as a person sees it, and one that means ill is one sentence."""

from __future__ import annotations

import io
import struct
import zipfile
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.integrations.tables import BrokenTable, Limits, Problem, as_text, read_table, read_text, reading
from app.integrations.tables.workbook import Unreadable, read_workbook
from tests.support.workbooks import MACROS, number, packed, parts, row, sheet, workbook

FEW = Limits(rows=100, columns=8, cell=200)
_AS_ASKED = {
    "bytes": 5_000_000,
    "unpacked": 2_000_000,
    "rows": 100,
    "columns": 8,
    "cell": 200,
    "text": 50_000,
}


def rows_of(data: bytes, **asked: Any) -> list[tuple[int, list[str]]]:
    """The rows of a workbook, read here and not in a process of its own."""
    found: list[tuple[int, list[str]]] = read_workbook(data, _AS_ASKED, **asked)["rows"]
    return found


def shown(value: str, *, code: str = "", **more: Any) -> str:
    """What a person sees of a number in a format."""
    data = workbook(number(value, style=1 if code else 0), formats=(code,) if code else (), **more)
    return rows_of(data)[0][1][0]


# --- workbooks as people make them


def test_a_workbook_is_read_in_a_process_of_its_own() -> None:
    table = read_table(workbook(row(1, "নাম", "a") + row(4, "", "=1+1"), sheets={"Other": "visible"}), FEW)
    assert [(each.line, each.cells) for each in table.rows] == [(1, ("নাম", "a")), (4, ("", "=1+1"))]
    assert (table.sheet, table.sheets) == ("Sheet1", 2)
    with pytest.raises(BrokenTable) as error:
        read_table(workbook(row(101, "too far down")), FEW)
    assert (error.value.problem, error.value.told) == (Problem.MANY, {"most": 100})


@pytest.mark.parametrize(
    ("value", "code", "seen"),
    [
        ("4", "", "4"),
        ("4.0", "", "4"),
        ("13.5", "", "13.5"),
        ("13.299999999999999", "", "13.3"),
        ("0.30000000000000004", "", "0.3"),
        ("1E3", "", "1000"),
        ("-2.50", "", "-2.5"),
        ("13.456", "0.00", "13.46"),
        ("4", "0.0", "4.0"),
        ("4.5", "0.##", "4.5"),
        ("1234567.5", "#,##0.00", "1234567.50"),
        ("1711234567", "00000000000", "01711234567"),
        ("0.5", "0%", "50%"),
        ("5", "0.0&quot; of ten&quot;", "5.0"),
        ("1.5", "0.00E+00", "1.5"),
        ("46347", "dd/mm/yyyy", "2026-11-21"),
        ("46347.5", "d-mmm-yy h:mm", "2026-11-21 12:00"),
        ("46347.5", "[$-5000445]dd mmmm yyyy", "2026-11-21"),
        ("0.4375", "h:mm AM/PM", "10:30"),
        ("1.25", "[h]:mm", "30:00"),
        ("46347", "&quot;day &quot;0", "46347"),
        ("46347", "General", "46347"),
        ("59", "yyyy-mm-dd", "1900-02-28"),
        ("61", "yyyy-mm-dd", "1900-03-01"),
    ],
)
def test_a_number_is_read_as_it_is_seen(value: str, code: str, seen: str) -> None:
    assert shown(value, code=code) == seen


def test_days_may_be_counted_from_another_year() -> None:
    assert shown("44885", code="yyyy-mm-dd", since_1904=True) == "2026-11-21"


def test_a_number_that_the_spreadsheet_has_lost_digits_of_is_not_believed() -> None:
    with pytest.raises(Unreadable, match="precise") as error:
        shown("19950112345678900")
    assert error.value.told == {"cell": "A1"}


def test_texts_are_put_together_from_their_pieces() -> None:
    strings = (
        "<si><t>plain</t></si><si><r><t>of </t></r><r><t>two</t></r><rPh><t>aid</t></rPh></si>"
        "<si><t>line_x000a_end_x0000_</t></si>"
    )
    cells = "".join(f'<c t="s"><v>{index}</v></c>' for index in (0, 1, 2))
    others = '<c t="b"><v>1</v></c><c t="e"><v>#N/A</v></c><c t="d"><v>2026-11-21T00:00:00</v></c>'
    found = rows_of(workbook(f"<row>{cells}{others}</row>", strings=strings))
    assert found == [(1, ["plain", "of two", "line\nend", "TRUE", "#N/A", "2026-11-21"])]


def test_of_a_formula_the_saved_result_counts_and_one_without_is_told() -> None:
    kept = '<c r="A1"><f>6*7</f><v>42</v></c><c r="B1" t="str"><f>"a"</f><v></v></c>'
    kept += '<c r="C1" t="str"><f>x</f><v>=1</v></c>'
    assert rows_of(workbook(f'<row r="1">{kept}</row>')) == [(1, ["42", "", "=1"])]
    for value in ("", "<v/>"):
        with pytest.raises(Unreadable, match="formula") as error:
            rows_of(workbook(f'<row r="3"><c r="B3"><f>6*7</f>{value}</c></row>'))
        assert error.value.told == {"cell": "B3"}


def test_the_first_sheet_that_is_shown_is_read_unless_one_is_named() -> None:
    files = parts(row(1, "first"), sheets={"Marks": "visible", "Old": "hidden"})
    files["xl/workbook.xml"] = files["xl/workbook.xml"].replace('"visible"', '"veryHidden"', 1)
    assert read_workbook(packed(files), _AS_ASKED)["sheet"] == "Marks"
    assert rows_of(packed(files), wanted=" old") == [(1, ["of Old"])]
    with pytest.raises(Unreadable, match="sheet"):
        rows_of(packed(files), wanted="None such")


def test_what_is_hidden_is_read_and_told() -> None:
    files = parts()
    files["xl/worksheets/sheet1.xml"] = sheet(
        row(1, "a", "b", "c") + row(2, "d", more=' hidden="1"') + '<row r="3" hidden="1"/>',
        '<cols><col min="2" max="2" hidden="1"/><col min="4" max="16384" hidden="1"/></cols>',
    )
    found = read_workbook(packed(files), _AS_ASKED)
    assert (len(found["rows"]), found["hidden_rows"], found["hidden_columns"]) == (2, 1, 1)


def test_empty_cells_far_out_do_no_harm() -> None:
    far = '<row r="1"><c r="A1"><v>1</v></c><c r="XFD1" s="0"/></row><row r="1048576"><c r="A1048576"/></row>'
    assert rows_of(workbook(far)) == [(1, ["1"])]


# --- workbooks that mean ill


def bomb() -> bytes:
    """Some kilobytes that unpack to far more than is read."""
    files = parts()
    files["xl/worksheets/sheet1.xml"] = sheet(" " * 3_000_000)
    return packed(files)


def lying() -> bytes:
    """The same, but the zip file says it is small."""
    data = bytearray(bomb())
    size = struct.pack("<I", len(sheet(" " * 3_000_000)))
    return bytes(data).replace(size, struct.pack("<I", 500))


def with_text(part: str, old: str, new: str, rows: str = "") -> bytes:
    """A workbook with one text of a part replaced."""
    files = parts(rows or row(1, "a"))
    assert old in files[part]
    return packed({**files, part: files[part].replace(old, new, 1)})


_LAUGHS = "<!DOCTYPE x [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;&a;'>]>"
_OUTSIDE = "<!DOCTYPE x SYSTEM 'file:///etc/passwd'>"
SHEET = "xl/worksheets/sheet1.xml"
HOSTILE: dict[str, tuple[bytes, str]] = {
    "a bomb": (bomb(), "big"),
    "a bomb that lies": (lying(), "broken"),
    "entities": (with_text(SHEET, "<worksheet", f"{_LAUGHS}<worksheet"), "broken"),
    "a document type": (with_text(SHEET, "<worksheet", f"{_OUTSIDE}<worksheet"), "broken"),
    "entities beside": (with_text("xl/styles.xml", "<styleSheet", f"{_LAUGHS}<styleSheet"), "broken"),
    "entities in front": (with_text("[Content_Types].xml", "<Types", f"{_LAUGHS}<Types"), "broken"),
    "an unknown entity": (with_text(SHEET, "<t>a", "<t>&a;"), "broken"),
    "cut off": (workbook(row(1, "a"))[:-40], "broken"),
    "cut off inside": (with_text(SHEET, "</worksheet>", ""), "broken"),
    "no zip at all": (b"PK\x03\x04" + b"\0" * 500, "broken"),
    "macros": (packed({**parts(row(1, "a")), "xl/vbaProject.bin": b"x"}), "macros"),
    "macros by its kind": (workbook(row(1, "a"), kind=MACROS), "macros"),
    "a text document": (packed({"[Content_Types].xml": "<Types/>", "word/document.xml": "<w/>"}), "kind"),
    "an open document": (packed({"mimetype": "application/vnd.oasis.opendocument.spreadsheet"}), "kind"),
    "a binary workbook": (packed({**parts(), "xl/workbook.bin": b"x"}), "kind"),
    "another packing": (packed(parts(row(1, "a")), zipfile.ZIP_BZIP2), "broken"),
    "no sheet": (with_text("xl/workbook.xml", "<sheet ", "<shee "), "broken"),
    "a sheet outside": (
        with_text("xl/_rels/workbook.xml.rels", "worksheets/sheet1.xml", "../../../../etc/passwd"),
        "broken",
    ),
    "nothing": (workbook(), "empty"),
    "rows backwards": (workbook(row(2, "a") + row(1, "b")), "broken"),
    "cells backwards": (workbook('<row r="1"><c r="B1"/><c r="A1"/></row>'), "broken"),
    "a cell of another row": (workbook('<row r="1"><c r="B7"/></row>'), "broken"),
    "no such string": (workbook('<row r="1"><c t="s"><v>7</v></c></row>'), "broken"),
    "a string before the first": (workbook('<row><c t="s"><v>-1</v></c></row>', strings="<si/>"), "broken"),
    "no number": (workbook(number("NaN")), "broken"),
    "a number without end": (workbook(number("1E+999999999")), "precise"),
    "too many rows": (workbook("".join(row(line, "a") for line in range(1, 103))), "many"),
    "100,000 columns": (workbook(f'<row>{"<c><v>1</v></c>" * 30_000}</row>'), "wide"),
    "a column there is not": (workbook('<row r="1"><c r="AAAAA1"><v>1</v></c></row>'), "broken"),
    "a column beyond the last": (workbook('<row r="1"><c r="XFE1"/></row>'), "broken"),
    "a row beyond the last": (workbook('<row r="1048577"/>'), "broken"),
    "a cell without end": (workbook(row(1, "a", "b" * 201)), "long"),
    "one text a thousand times": (
        workbook("".join(f"<row>{'<c t=_s_><v>0</v></c>'.replace('_', chr(34)) * 8}</row>" for _ in range(99)),
                 strings=f"<si><t>{'x' * 200}</t></si>"),
        "big",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_broken_or_means_ill_says_so_and_gives_nothing(name: str) -> None:
    data, problem = HOSTILE[name]
    with pytest.raises(Unreadable) as error:
        rows_of(data)
    assert error.value.problem == problem
    Problem(error.value.problem)


def test_a_part_that_is_locked_is_not_asked_for() -> None:
    data = bytearray(workbook(row(1, "a")))
    for signature, at in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        start = data.find(signature)
        data[start + at] |= 1
    with pytest.raises(Unreadable, match="locked"):
        rows_of(bytes(data))


@settings(max_examples=60)
@given(st.data())
def test_a_workbook_with_any_bytes_changed_is_read_or_refused(data: st.DataObject) -> None:
    whole = bytearray(workbook(row(1, "a", "7") + number("3").replace('"1"', '"2"').replace("A1", "A2")))
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    try:
        rows_of(bytes(whole))
    except Unreadable as error:
        Problem(error.problem)


def test_a_process_that_dies_or_does_not_end_is_one_sentence(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    scripts = {
        "import os; os.abort()": "broken",
        "import os, signal; os.kill(os.getpid(), signal.SIGXCPU)": "big",
        "while True: pass": "big",
    }
    for code, problem in scripts.items():
        (tmp_path / "script.py").write_text(code)
        monkeypatch.setattr(reading, "_SCRIPT", tmp_path / "script.py")
        monkeypatch.setattr(reading, "SECONDS", 0.3)
        with pytest.raises(BrokenTable) as error:
            read_table(workbook(row(1, "a")), FEW)
        assert error.value.problem == problem


# --- other files, CSV, pasted cells


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", Problem.EMPTY),
        (b" \n,,\n", Problem.EMPTY),
        (b"%PDF-1.7", Problem.KIND),
        (b"\x89PNG\r\n", Problem.KIND),
        (b"<html><table>", Problem.KIND),
        (b"a\0b", Problem.KIND),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, Problem.OLD),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"),
            Problem.LOCKED,
        ),
        ("é".encode("latin-1"), Problem.LETTERS),
        (b"a\n" * 101, Problem.MANY),
        (b"," * 8 + b"a", Problem.WIDE),
        (b"a," + b"x" * 201, Problem.LONG),
        (b'"' + b"x" * 200_000, Problem.BROKEN),
        (b"x" * (FEW.bytes + 1), Problem.BIG),
    ],
)
def test_what_is_no_table_says_why(data: bytes, problem: Problem) -> None:
    with pytest.raises(BrokenTable) as error:
        read_table(data, FEW)
    assert error.value.problem == problem


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_text_is_read_with_the_lines_of_the_file(separator: str, encoding: str) -> None:
    text = 'নাম,নম্বর\r\n\r\n"a\nb",২\r\nc,\r\n'.replace(",", separator)
    table = read_table(text.encode(encoding), FEW)
    assert [(each.line, each.cells) for each in table.rows] == [
        (1, ("নাম", "নম্বর")),
        (3, ("a\nb", "২")),
        (5, ("c",)),
    ]


def test_a_file_may_name_its_separator() -> None:
    assert [(each.line, each.cells) for each in read_text("sep=|\na,b|c\n", FEW).rows] == [(2, ("a,b", "c"))]


@given(st.lists(st.lists(st.text("ab\",;\t\n '=নا\u200f", max_size=6), max_size=3), min_size=1, max_size=6))
def test_rows_sent_again_are_the_same_rows_on_the_same_lines(cells: list[list[str]]) -> None:
    many = Limits(columns=40)
    text = "\n".join("\t".join(f'"{cell.replace(chr(34), chr(34) * 2)}"' for cell in line) for line in cells)
    try:
        before = read_text(text + "\n", many).rows
    except BrokenTable as error:
        assert error.problem is Problem.EMPTY
        return
    tidy = [(each.line, [" ".join(cell.split()) for cell in each.cells]) for each in before]
    after = read_text(as_text(before, 40, 50), many).rows
    kept = [(line, cells) for line, cells in tidy if any(cells)]
    assert [(each.line, list(each.cells)) for each in after] == [(n, _trimmed(c)) for n, c in kept]


def _trimmed(cells: list[str]) -> list[str]:
    while cells and not cells[-1]:
        cells = cells[:-1]
    return cells


def test_no_part_of_a_zip_file_gives_more_than_it_declares() -> None:
    with zipfile.ZipFile(io.BytesIO(lying())) as archive, pytest.raises(zipfile.BadZipFile):
        assert len(archive.read(SHEET)) <= 500
