"""Forms of the cms area."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from app.domain.cms.rules import CONTENT_LENGTH, SLUG_LENGTH, TITLE_LENGTH
from app.domain.cms.types import Article
from app.domain.kernel.richtext import typed_of_html
from app.domain.kernel.texts import LocalText
from app.web.forms import DayField, Form, KeyField, LineField, NumberField, Required, TextField

WRITING_ORDER = ("bn", "en", "ar")
"""The languages from left to right on an editor's screen: the one most families read comes first."""


def _title(label: Any, lang: str) -> LineField:
    way = "rtl" if lang == "ar" else "ltr"
    return LineField(label, max_length=TITLE_LENGTH, render_kw={"lang": lang, "dir": way})


def _content(label: Any, lang: str) -> TextField:
    way = "rtl" if lang == "ar" else "ltr"
    return TextField(label, max_length=CONTENT_LENGTH, render_kw={"lang": lang, "dir": way, "rows": 14})


class ArticleForm(Form):
    """Title and text in three languages, and the address."""

    title_bn = _title(_l("Title in Bangla"), "bn")
    content_bn = _content(_l("Text in Bangla"), "bn")
    title_en = _title(_l("Title in English"), "en")
    content_en = _content(_l("Text in English"), "en")
    title_ar = _title(_l("Title in Arabic"), "ar")
    content_ar = _content(_l("Text in Arabic"), "ar")
    slug = LineField(_l("Address"), max_length=SLUG_LENGTH, render_kw={"dir": "ltr", "autocomplete": "off"})
    version = NumberField(_l("Version"), least=0, most=999_999_999, default="0")

    @property
    def title(self) -> LocalText:
        """What was typed as title."""
        return LocalText(self.title_en.data or "", self.title_bn.data or "", self.title_ar.data or "")

    @property
    def content(self) -> LocalText:
        """What was typed as text."""
        return LocalText(self.content_en.data or "", self.content_bn.data or "", self.content_ar.data or "")

    @property
    def columns(self) -> list[tuple[str, Any, Any]]:
        """(language, title, text) in the order of the screen."""
        return [(lang, self[f"title_{lang}"], self[f"content_{lang}"]) for lang in WRITING_ORDER]

    def show(self, article: Article) -> None:
        """Fill the form with what is stored."""
        for lang in WRITING_ORDER:
            self[f"title_{lang}"].data = getattr(article.title, lang)
            self[f"content_{lang}"].data = typed_of_html(getattr(article.content, lang))
        self.slug.data = article.slug
        self.version.data = str(article.version)


class PageForm(ArticleForm):
    """A page: its address is chosen by the editor."""

    slug = LineField(
        _l("Address"),
        [Required(_l("Write the address of the page, such as rules."))],
        max_length=SLUG_LENGTH,
        render_kw={"dir": "ltr", "autocomplete": "off"},
    )


class NoticeForm(ArticleForm):
    """A notice: for one campus or for all."""

    campus_id = KeyField(_l("For whom"))

    def show(self, article: Article) -> None:
        """Fill the form with what is stored."""
        super().show(article)
        self.campus_id.data = str(article.campus_id or "")


class PublishForm(Form):
    """When something appears."""

    on = DayField(_l("Appears on"))
