"""`docs/security.md` is whole and true: every line and case once, every test it names there, a reason for the rest."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MAP = ROOT / "docs" / "security.md"
TABLES = {"The 64 lines": 64, "The 40 cases": 40}
_NODE = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
_REASON = re.compile(r"\*\*Not tried:\*\* (?:[^\s|<]+ ){3,}")


def rows(section: str) -> list[list[str]]:
    """The cells of the table under a heading."""
    found = MAP.read_text(encoding="utf-8").split(f"## {section}\n")
    assert len(found) == 2, f"one heading {section!r}"
    lines = found[1].partition("\n## ")[0].splitlines()
    cells = [[cell.strip() for cell in line.strip("| ").split(" | ")] for line in lines if "|" in line]
    return [row for row in cells if row[0].isdigit()]


@cache
def functions_of(path: str) -> set[str]:
    file = ROOT / path
    if not file.is_file():
        return set()
    body = ast.parse(file.read_text(encoding="utf-8")).body
    return {node.name for node in body if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize(("section", "number"), TABLES.items())
def test_every_line_is_there_once_with_a_test_or_a_reason(section: str, number: int) -> None:
    found = rows(section)
    assert [int(row[0]) for row in found] == list(range(1, number + 1))
    for row in found:
        assert len(row) == 4 and all(row), row[0]
        assert _NODE.search(row[3]) or _REASON.search(row[3] + " "), f"{row[0]} has no test and no reason"


def test_every_test_that_is_named_exists() -> None:
    named = set(_NODE.findall(MAP.read_text(encoding="utf-8")))
    assert len(named) > 100
    assert sorted((path, test) for path, test in named if test not in functions_of(path)) == []
    # Nothing that looks like a test is written in another way and overlooked.
    assert MAP.read_text(encoding="utf-8").count("::") == len(_NODE.findall(MAP.read_text(encoding="utf-8")))
