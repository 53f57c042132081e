"""A view loads, binds, calls one service and answers: it fits on a screen."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

BLUEPRINTS = Path(__file__).resolve().parents[2] / "app" / "blueprints"
MOST_LINES = 25


def views(path: Path) -> list[ast.FunctionDef]:
    """The functions of a file that answer an address."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef) and any(
            "route(" in ast.unparse(mark) for mark in node.decorator_list
        ):
            found.append(node)
    return found


@pytest.mark.parametrize(
    "path", sorted(BLUEPRINTS.rglob("*.py")), ids=lambda path: path.relative_to(BLUEPRINTS).as_posix()
)
def test_views_are_short(path: Path) -> None:
    long = {view.name: (view.end_lineno or 0) - view.lineno + 1 for view in views(path)}
    assert {name: lines for name, lines in long.items() if lines > MOST_LINES} == {}
