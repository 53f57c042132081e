"""Icons without a request: a page carries the drawings it uses, each once.

A sprite in a file of its own shared the line with the style sheet, and a slow phone waited for both before it
painted anything.
"""

from __future__ import annotations

import re
from functools import cache

from flask import Flask, g
from markupsafe import Markup

from app.web.htmx import is_partial
from app.web.urls import STATIC

_SYMBOL = re.compile(r'<symbol id="([a-z-]+)" viewBox="([^"]+)">(.*?)</symbol>', re.DOTALL)


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


def drawing(name: str, classes: str = "") -> Markup:
    """An icon as an `svg` element. On a page it points to the drawing at the page's end; a part that is put into
    a page brings its own. Raises KeyError for an icon that does not exist."""
    marked = Markup(' class="{}"').format(classes) if classes else Markup("")
    box, shapes = _drawings()[name]
    if is_partial():
        return Markup('<svg{} viewBox="{}" aria-hidden="true">{}</svg>').format(marked, box, shapes)
    if "icons" not in g:
        g.icons = {}
    g.icons[name] = True
    return Markup('<svg{} aria-hidden="true"><use href="#i-{}"/></svg>').format(marked, name)


def drawings_used() -> Markup:
    """What the icons of this page point to. The last thing in its body, when all of them are known."""
    symbols = Markup("").join(
        Markup('<symbol id="i-{}" viewBox="{}">{}</symbol>').format(name, *_drawings()[name])
        for name in g.get("icons", ())
    )
    return Markup('<svg class="vh" aria-hidden="true">{}</svg>').format(symbols) if symbols else symbols


def init_icons(app: Flask) -> None:
    """Give templates the drawings."""
    app.jinja_env.globals.update(drawing=drawing, drawings_used=drawings_used)
