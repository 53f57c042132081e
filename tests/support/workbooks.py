"""Workbooks as bytes, made by hand part by part, so that each can be as broken as a test needs it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

from werkzeug.test import TestResponse

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
MACROS = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"


def sheet(rows: str, columns: str = "") -> str:
    """A sheet around the XML of its rows."""
    return f'<worksheet xmlns="{_MAIN}">{columns}<sheetData>{rows}</sheetData></worksheet>'


def row(line: int, *cells: str, more: str = "") -> str:
    """A row of inline texts."""
    inside = "".join(
        f'<c r="{chr(65 + at)}{line}" t="inlineStr"><is><t>{cell}</t></is></c>'
        for at, cell in enumerate(cells)
    )
    return f'<row r="{line}"{more}>{inside}</row>'


def number(value: str, style: int = 0) -> str:
    """One row of one number in the style of that number."""
    return f'<row r="1"><c r="A1" s="{style}"><v>{value}</v></c></row>'


def parts(
    rows: str = "",
    *,
    strings: str = "",
    formats: tuple[str, ...] = (),
    sheets: Mapping[str, str] | None = None,
    kind: str = _KIND,
    since_1904: bool = False,
) -> dict[str, str]:
    """The parts of a workbook of one sheet. `formats` are the codes of the styles 1, 2 and so on.

    `sheets` are further ones, each with its state.
    """
    names = {"Sheet1": "visible", **(sheets or {})}
    listed = "".join(
        f'<sheet name="{name}" sheetId="{n}" state="{state}" r:id="rId{n}"/>'
        for n, (name, state) in enumerate(names.items(), start=1)
    )
    links = "".join(
        f'<Relationship Id="rId{n}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n in range(1, len(names) + 1)
    )
    codes = "".join(f'<numFmt numFmtId="{200 + n}" formatCode="{code}"/>' for n, code in enumerate(formats))
    styles = "".join(f'<xf numFmtId="{200 + n}"/>' for n in range(len(formats)))
    day_one = ' date1904="1"' if since_1904 else ""
    found = {
        "[Content_Types].xml": f'<Types><Override PartName="/xl/workbook.xml" ContentType="{kind}"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}"><Relationship Id="rId1" '
        f'Type="{_OFFICE}/officeDocument" Target="/xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><workbookPr{day_one}/>'
        f"<sheets>{listed}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}">{links}'
        f'<Relationship Id="s" Type="{_OFFICE}/sharedStrings" Target="sharedStrings.xml"/>'
        f'<Relationship Id="f" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>',
        "xl/sharedStrings.xml": f'<sst xmlns="{_MAIN}">{strings}</sst>',
        "xl/styles.xml": f'<styleSheet xmlns="{_MAIN}"><numFmts>{codes}</numFmts>'
        f'<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/>{styles}</cellXfs></styleSheet>',
    }
    for n, name in enumerate(names, start=1):
        found[f"xl/worksheets/sheet{n}.xml"] = sheet(rows) if n == 1 else sheet(row(1, f"of {name}"))
    return found


def packed(files: Mapping[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """The zip file of these parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def workbook(rows: str = "", **more: object) -> bytes:
    """A workbook as bytes; see `parts`."""
    return packed(parts(rows, **more))  # type: ignore[arg-type]  # handed on as it came


def words_of(answer: TestResponse) -> str:
    """What an answer says; of a workbook all its parts, of a document what stands in it beside its drawings."""
    data = answer.get_data()
    if data.startswith(b"%PDF-"):
        return data.decode("latin-1")
    if not data.startswith(b"PK"):
        return data.decode()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return "".join(archive.read(name).decode() for name in archive.namelist())
