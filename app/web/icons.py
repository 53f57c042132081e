"""Icons without a request: a page carries the drawings it uses, each once.

A sprite in a file of its own shared the line with the style sheet, and a slow phone waited for both before it
painted anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import cast

from flask import Flask, g
from markupsafe import Markup

from app.web.htmx import is_partial
from app.web.urls import STATIC

_POINTED = re.compile(r'href="#i-([a-z-]+)"')
_SYMBOL = re.compile(r'<symbol id="([a-z-]+)" viewBox="([^"]+)">(.*?)</symbol>', re.DOTALL)


@dataclass(slots=True)
class _Used:
    """The icons of one answer: whether it is a part, and what a page must draw at its end."""

    is_partial: bool
    symbols: dict[str, Markup] = field(default_factory=dict)


@cache
def _drawings() -> dict[str, tuple[Markup, Markup]]:
    """(viewBox, shapes) of each icon in the sprite."""
    sprite = (STATIC / "img" / "icons.svg").read_text(encoding="utf-8")
    return {
        name: (Markup(box), Markup(re.sub(r">\s+<", "><", shapes.strip())))  # noqa: S704  # our own file
        for name, box, shapes in _SYMBOL.findall(sprite)
    }


def icon_names() -> tuple[str, ...]:
    """Every icon there is, in the order of the sprite."""
    return tuple(_drawings())


@cache
def _whole(name: str, classes: str) -> Markup:
    """The icon as an element that needs no other."""
    return Markup('<svg{} viewBox="{}" aria-hidden="true">{}</svg>').format(
        _marked(classes), *_drawings()[name]
    )


@cache
def _pointer(name: str, classes: str) -> Markup:
    """The icon as an element that points to the drawing at the page's end."""
    return Markup('<svg{} aria-hidden="true"><use href="#i-{}"/></svg>').format(_marked(classes), name)


@cache
def _symbol(name: str) -> Markup:
    """What `_pointer` points to."""
    return Markup('<symbol id="i-{}" viewBox="{}">{}</symbol>').format(name, *_drawings()[name])


def _marked(classes: str) -> Markup:
    return Markup(' class="{}"').format(classes) if classes else Markup("")


def drawing(name: str, classes: str = "") -> Markup:
    """An icon as an `svg` element. On a page it points to the drawing at the page's end; a part that is put into
    a page brings its own. Raises KeyError for an icon that does not exist."""
    used = _used()
    if used.is_partial:
        return _whole(name, classes)
    used.symbols[name] = _symbol(name)
    return _pointer(name, classes)


def _used() -> _Used:
    used = g.get("icons")
    if used is None:
        used = g.icons = _Used(is_partial())
    return cast(_Used, used)


def icons_in(text: str) -> tuple[str, ...]:
    """The icons to which a written part of a page points, for `note_icons`."""
    return tuple(dict.fromkeys(_POINTED.findall(text)))


def note_icons(names: Iterable[str]) -> None:
    """Draw these at the page's end too: it carries a part that was written for an earlier page."""
    symbols = _used().symbols
    for name in names:
        symbols[name] = _symbol(name)


def icon(name: str, flip: bool = False, spin: bool = False, back: bool = False) -> Markup:
    """An icon in a line of text. `flip`: mirrored where the page reads from the right; `back`: pointing the other
    way in either; `spin`: turning."""
    return drawing(name, _icon_classes(flip, spin, back))


def whole_icon(name: str) -> Markup:
    """An icon in a line of text that points nowhere: where one stands a hundred times on a page, a browser copies a
    hundred drawings to show what they point to."""
    return _whole(name, _icon_classes())


@cache
def _icon_classes(flip: bool = False, spin: bool = False, back: bool = False) -> str:
    return " ".join(
        ["i", *(word for word, wanted in (("flip", flip), ("spin", spin), ("back", back)) if wanted)]
    )


def drawings_used() -> Markup:
    """What the icons of this page point to. The last thing in its body, when all of them are known."""
    used = g.get("icons")
    if used is None or not used.symbols:
        return Markup("")
    return Markup('<svg class="vh" aria-hidden="true">{}</svg>').format(
        Markup("").join(used.symbols.values())
    )


def init_icons(app: Flask) -> None:
    """Give templates the drawings."""
    app.jinja_env.globals.update(
        drawing=drawing, drawn_icon=icon, whole_icon=whole_icon, drawings_used=drawings_used
    )
