"""What somebody typed is never run by a spreadsheet."""

from __future__ import annotations

import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.web.spreadsheet import csv_lines, safe_cell


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r", "\n", " =", "\u200e=", "\ufeff@"])
def test_a_cell_that_would_be_a_formula_begins_with_an_apostrophe(sign: str) -> None:
    assert safe_cell(f"{sign}HYPERLINK(1)") == f"'{sign}HYPERLINK(1)"


def test_other_cells_stay_as_they_are() -> None:
    assert [safe_cell(value) for value in ("রহিম", 7, None, "a=b", "")] == ["রহিম", "7", "", "a=b", ""]


@given(st.lists(st.text(), min_size=1, max_size=4))
def test_a_row_is_read_back_as_it_was_written(cells: list[str]) -> None:
    start, line = csv_lines([cells])
    assert start == "\ufeff"
    (row,) = csv.reader([line], strict=True) if "\n" not in line[:-2] and "\r" not in line[:-2] else [None]
    if row is not None:
        assert row == [safe_cell(cell) for cell in cells]
    assert not any(safe_cell(cell).startswith(("=", "+", "-", "@", "\t", "\r")) for cell in cells)
