"""Pure rules of pages and notices: their addresses, their texts, when they are to be seen."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, time

from app.domain.cms.types import HalfWritten, NothingLeft, NothingWritten, SlugRefused, TooLong
from app.domain.kernel.dates import DHAKA
from app.domain.kernel.locales import LOCALES
from app.domain.kernel.richtext import html_of_typed
from app.domain.kernel.texts import LocalText, clean_line, clean_text

TITLE_LENGTH = 200
CONTENT_LENGTH = 20_000
SLUG_LENGTH = 80

_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


def check_slug(typed: str) -> str:
    """The address of a page as it is stored. Raises SlugRefused."""
    slug = typed.strip().lower()
    if not _SLUG.fullmatch(slug) or len(slug) > SLUG_LENGTH:
        raise SlugRefused
    return slug


def suggest_slug(title: LocalText, day: date) -> str:
    """An address made of the English title, or of the day where there is none."""
    plain = unicodedata.normalize("NFKD", title.en).encode("ascii", "ignore").decode().lower()
    words = re.findall(r"[a-z0-9]+", plain)
    slug = "-".join(words)[:60].rstrip("-")
    return slug or f"notice-{day:%Y-%m-%d}"


def check_texts(title: LocalText, content: LocalText) -> tuple[LocalText, LocalText]:
    """Title and text as they are stored: cleaned, each language whole or absent.

    Raises HalfWritten and NothingLeft naming the field (`title_bn`, `content_bn`), NothingWritten, TooLong,
    TextError.
    """
    titles = LocalText(*(clean_line(getattr(title, locale), TITLE_LENGTH) for locale in LOCALES))
    contents = LocalText(*(_clean(getattr(content, locale), locale) for locale in LOCALES))
    for locale in LOCALES:
        if bool(getattr(titles, locale)) != bool(getattr(contents, locale)):
            part = "content" if getattr(titles, locale) else "title"
            raise HalfWritten(field=f"{part}_{locale}")
    if not titles:
        raise NothingWritten
    return titles, contents


def _clean(typed: str, locale: str) -> str:
    field = f"content_{locale}"
    if len(typed) > CONTENT_LENGTH:
        raise TooLong(field=field, most=CONTENT_LENGTH)
    cleaned = html_of_typed(clean_text(typed))
    if typed.strip() and not cleaned:
        raise NothingLeft(field=field)
    if len(cleaned) > 2 * CONTENT_LENGTH:
        raise TooLong(field=field, most=CONTENT_LENGTH)
    return cleaned


def publication_moment(on: date | None, now: datetime) -> datetime:
    """When something appears: at once, or as the given day begins in Dhaka. A past day only dates it back."""
    if on is None or on == now.astimezone(DHAKA).date():
        return now
    return datetime.combine(on, time(), DHAKA)


def is_visible(*, is_published: bool, published_at: datetime | None, now: datetime) -> bool:
    """Whether the public sees it now."""
    return is_published and published_at is not None and published_at <= now
