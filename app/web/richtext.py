"""Showing what editors wrote: the only place where stored text becomes markup."""

from __future__ import annotations

from flask import Flask
from markupsafe import Markup, escape

from app.domain.kernel.richtext import clean_html, summary
from app.domain.kernel.texts import LocalText
from app.web.i18n import RIGHT_TO_LEFT, current_locale


def rich(value: LocalText | str | None) -> Markup:
    """Stored HTML, cleaned once more, in the reader's language; another language is marked as such."""
    if not value:
        return Markup("")
    if isinstance(value, str):
        return Markup(clean_html(value))  # noqa: S704  # cleaned in this line
    text, lang = value.in_(current_locale())
    cleaned = Markup(clean_html(text))  # noqa: S704  # cleaned in this line
    if lang == current_locale():
        return cleaned
    way = "rtl" if lang in RIGHT_TO_LEFT else "ltr"
    return Markup('<div class="flow" lang="{}" dir="{}">{}</div>').format(lang, way, cleaned)


def brief(value: LocalText, length: int = 140) -> Markup:
    """The first words of stored HTML as plain text, in the language its title is shown in."""
    text, lang = value.in_(current_locale())
    words = escape(summary(clean_html(text), length))
    if lang == current_locale():
        return words
    way = "rtl" if lang in RIGHT_TO_LEFT else "ltr"
    return Markup('<span lang="{}" dir="{}">{}</span>').format(lang, way, words)


def init_richtext(app: Flask) -> None:
    """Give templates the filters."""
    app.jinja_env.filters.update(rich=rich, brief=brief)
