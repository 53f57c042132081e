"""A piece of a page that a template writes once and that stands there many times, each time with other words.

Forty tiles of a register are the page: to run through the template for each would cost more than all its statements,
and to join them as safe texts asks of each of their fifty parts once more whether it is safe.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from markupsafe import Markup, escape

MARK = "§"


class Pattern:
    """What a template wrote, with gaps: a `§` and one letter that says which word stands there."""

    __slots__ = ("_first", "_rest")

    def __init__(self, written: Markup) -> None:
        self._first, *rest = str(written).split(MARK)
        self._rest = [(part[0], part[1:]) for part in rest]

    def _filled(self, words: Mapping[str, str]) -> list[str]:
        safe = {letter: escape(word) for letter, word in words.items()}
        parts: list[str] = [self._first]
        for letter, part in self._rest:
            parts += (safe[letter], part)
        return parts


def fill(rows: Iterable[tuple[Pattern, Mapping[str, str]]]) -> Markup:
    """Each pattern with its words, one after the other. Words are escaped unless they are safe already."""
    parts: list[str] = []
    for pattern, words in rows:
        parts += pattern._filled(words)
    return Markup("".join(parts))  # noqa: S704  # what templates wrote, and words escaped above
