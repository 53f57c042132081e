"""A workbook that is given away holds what was there: text as text, numbers as numbers, and nothing that runs."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.integrations.tables import Limits, write_workbook, writing
from app.integrations.tables.workbook import read_workbook

_LIMITS = {**vars(Limits()), "cell": 40_000}
AT = datetime(2026, 11, 21, 6, 0, tzinfo=UTC)


def written(rows: Iterable[Sequence[object]], title: str = "Marks", *, to_left: bool = False) -> bytes:
    """The bytes of a workbook of these rows."""
    with write_workbook(rows, title=title, right_to_left=to_left, made_at=AT) as file:
        return file.read()


def read(data: bytes, sheet: str | None = None) -> list[tuple[int, list[str]]]:
    """Its rows."""
    found: list[tuple[int, list[str]]] = read_workbook(data, _LIMITS, sheet)["rows"]
    return found


def part(data: bytes, name: str) -> str:
    """One part of it."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read(f"xl/{name}.xml").decode()


SHEET = "worksheets/sheet1"
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\r\0\ufffe\uffff"), max_size=12)
NUMBERS = st.integers(-(10**15) + 1, 10**15 - 1) | st.decimals(-9999, 9999, places=2).map(
    lambda each: each + 0
)
DAYS = st.dates(date(1900, 3, 1), date(9998, 1, 1))


def _seen(value: object) -> str:
    match value:
        case date():
            return value.isoformat()
        case Decimal():
            text = f"{value.normalize() + 0:f}"
            return text if value else "0"
    return str(value)


@settings(max_examples=25)
@given(st.lists(st.lists(TEXTS | NUMBERS | DAYS, min_size=1, max_size=4), min_size=1, max_size=5))
def test_rows_are_read_back_as_they_were_written(rows: list[list[object]]) -> None:
    expected = []
    for line, row in enumerate(rows, start=1):
        cells = [_seen(value) for value in row]
        while cells and not cells[-1]:
            cells.pop()
        if cells:
            expected.append((line, cells))
    data = written(rows)
    assert (read(data) if expected else []) == expected
    assert "<f>" not in part(data, SHEET)


@pytest.mark.parametrize(
    "sign", ["=1+1", "+8801712345678", "-1", "@SUM(A1)", "'x", "\t=1", "http://x.example"]
)
def test_what_looks_like_a_formula_stays_text_also_when_it_is_touched(sign: str) -> None:
    data = written([["Head"], [sign], [7]])
    assert read(data) == [(1, ["Head"]), (2, [sign]), (3, ["7"])]
    cells = part(data, SHEET)
    assert "<f>" not in cells and "hyperlink" not in cells
    if sign[0] in "=+-@'":
        style = int(re.findall(r'<c r="A2" s="(\d+)" t="inlineStr"', cells)[0])
        styles = re.findall(r"<xf [^>]*>", part(data, "styles").partition("<cellXfs")[2])
        assert 'quotePrefix="1"' in styles[style]


def test_phones_and_long_numbers_are_text_and_marks_and_days_are_not() -> None:
    data = written([["a"], ["01712345678", 10**16, Decimal("13.50"), date(2026, 11, 21), True, None]])
    cells = part(data, SHEET)
    assert [*re.findall(r'<c r="(\w)2"[^>]*t="inlineStr"', cells)] == ["A", "B", "E"]
    assert read(data)[1][1] == ["01712345678", "10000000000000000", "13.5", "2026-11-21", "True"]


def test_a_sheet_has_its_header_in_sight_and_columns_that_fit() -> None:
    data = written([["Name", "n"], ["x" * 30, 5], ["y" * 90, 7]])
    cells = part(data, SHEET)
    assert 'state="frozen"' in cells and 'ySplit="1"' in cells and "rightToLeft" not in cells
    assert [float(each) for each in re.findall(r'width="([\d.]+)"', cells)] == pytest.approx(
        [50.7, 8.7], abs=0.1
    )
    assert "<b/>" in part(data, "styles")
    assert 'rightToLeft="1"' in part(written([["اسم"]], to_left=True), SHEET)
    assert "frozen" not in part(written([["One"], [1], [], ["Two"], [2]]), SHEET), "no header stands for both"


@pytest.mark.parametrize("title", ["", "'", "[a]:b*?/\\c", "x" * 80, "ভর্তি: ৭ম", "History"])
def test_any_title_becomes_the_name_of_a_sheet(title: str) -> None:
    assert read(written([["a"]], title)) == [(1, ["a"])]


def test_what_a_sheet_does_not_hold_stands_on_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "MOST_ROWS", 3)
    data = written([["Head"], *([n] for n in range(1, 5))])
    assert read(data) == [(1, ["Head"]), (2, ["1"]), (3, ["2"])]
    assert read(data, "Marks 2") == [(1, ["Head"]), (2, ["3"]), (3, ["4"])]


def test_what_no_file_can_hold_is_left_out() -> None:
    assert read(written([["a\0b\ufffe\uffffc\x07"]])) == [(1, ["abc\x07"])]


def test_a_text_longer_than_a_cell_ends_in_an_ellipsis() -> None:
    ((_, (text,)),) = read(written([["x" * 40_000]]))
    assert len(text) == writing.MOST_TEXT and text.endswith("x…")
