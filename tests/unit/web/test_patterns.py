"""Pieces of a page with gaps: whatever stands in a gap is text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup, escape

from app.web.patterns import Pattern, fill

TILE = Pattern(Markup('<li id="p§k"><b>§n</b>§x</li>'))


@given(st.text(), st.text())
def test_words_are_escaped_once_and_what_is_safe_is_left(key: str, name: str) -> None:
    said = Markup("<i>late</i>")
    drawn = fill([(TILE, {"k": key, "n": name, "x": said})])
    assert isinstance(drawn, Markup)
    assert drawn == f'<li id="p{escape(key)}"><b>{escape(name)}</b><i>late</i></li>'


def test_a_mark_that_somebody_typed_is_a_word_like_any_other() -> None:
    rows = [(TILE, {"k": "1", "n": "§x§k", "x": "<"}), (TILE, {"k": "2", "n": "Rafi", "x": ""})]
    assert fill(rows) == '<li id="p1"><b>§x§k</b>&lt;</li><li id="p2"><b>Rafi</b></li>'


def test_nothing_is_drawn_of_nobody() -> None:
    assert fill([]) == ""
