"""Every template compiles, has a title where it is a page, and carries no bare text."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest
from flask import Flask

TEMPLATES = Path(__file__).resolve().parents[2] / "app" / "templates"
ALL = sorted(path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*.html"))

_TAG = re.compile(r"<[^>]*>", re.S)
# A block or macro that stands inside a tag of another template: attributes and classes, not text.
_ATTRIBUTES = re.compile(r"""[\w:-]+=("[^"]*"|'[^']*')""")
_INSIDE_A_TAG = re.compile(r"\{%-?\s*block \w+_(?:class|attributes|headers|url)\b.*?endblock\s*-?%\}", re.S)
_SPOKEN = re.compile(r'\b(?:alt|title|placeholder|aria-label)="([^"]*)"')
_WORD = re.compile(r"[^\W\d_]{2,}")
# Names of languages stand in their own language everywhere.
_OWN_NAMES = {"বাংলা", "English", "العربية"}


def literal_parts(app: Flask, name: str) -> str:
    """The template with every expression and statement replaced by a mark that is not a word."""
    source = (TEMPLATES / name).read_text(encoding="utf-8")
    source = re.sub(r"\{%-?\s*trans\b.*?endtrans\s*-?%\}", "0", source, flags=re.S)
    source = _INSIDE_A_TAG.sub("0", source)
    parts = []
    for _, kind, value in app.jinja_env.lex(source):
        if kind == "data":
            parts.append(value)
        elif kind in {"variable_begin", "block_begin"}:
            parts.append("0")
    return unescape("".join(parts))


@pytest.mark.parametrize("name", ALL)
def test_template_compiles(app: Flask, name: str) -> None:
    app.jinja_env.get_template(name)


@pytest.mark.parametrize("name", ALL)
def test_no_bare_text(app: Flask, name: str) -> None:
    text = literal_parts(app, name)
    spoken = " ".join(_SPOKEN.findall(text))
    words = set(_WORD.findall(_ATTRIBUTES.sub(" ", _TAG.sub(" ", text)))) | set(_WORD.findall(spoken))
    assert words - _OWN_NAMES == set()


@pytest.mark.parametrize(
    "name", [name for name in ALL if not name.startswith(("layouts/", "components/")) and "/_" not in name]
)
def test_page_has_a_title(name: str) -> None:
    source = (TEMPLATES / name).read_text(encoding="utf-8")
    assert re.search(r"\{%-?\s*block title\b", source)


@pytest.mark.parametrize("name", ALL)
def test_no_way_round_escaping(name: str) -> None:
    source = (TEMPLATES / name).read_text(encoding="utf-8")
    assert not re.search(r"\|\s*safe\b|autoescape\s+false", source)


def test_cells_of_a_table_that_becomes_cards_bring_the_words_of_their_column() -> None:
    cells = [
        (name, cell)
        for name in ALL
        for body in re.findall(
            r"\{% call cards\(.*?%\}(.*?)\{% endcall %\}",
            (TEMPLATES / name).read_text(encoding="utf-8"),
            re.S,
        )
        for cell in re.findall(r"<td\b[^>]*>", body)
    ]
    assert len(cells) > 40
    assert [(name, cell) for name, cell in cells if "data-of=" not in cell and "whole" not in cell] == []
