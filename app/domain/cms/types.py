"""Enums, view objects and errors of the cms feature."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from app.domain.kernel.errors import N_, Refused
from app.domain.kernel.texts import LocalText


class ArticleKind(StrEnum):
    """What the public reads: pages that stand, notices that have a day."""

    PAGE = "page"
    NOTICE = "notice"


@dataclass(frozen=True, slots=True)
class Headline:
    """A published page or notice in a list."""

    kind: ArticleKind
    slug: str
    title: LocalText
    content: LocalText
    published_at: datetime


@dataclass(frozen=True, slots=True)
class Article:
    """A page or notice as an editor opens it. `campus_id` is None for pages and for notices to everybody."""

    id: UUID
    kind: ArticleKind
    slug: str
    title: LocalText
    content: LocalText
    is_published: bool
    published_at: datetime | None
    updated_at: datetime
    version: int
    campus_id: UUID | None = None

    @property
    def missing(self) -> tuple[str, ...]:
        """The languages in which the title or the text is still to be written."""
        return tuple(
            locale
            for locale in ("bn", "en", "ar")
            if self.title.is_missing(locale) or self.content.is_missing(locale)
        )


class SlugTaken(Refused):
    """Another page or notice has this address."""

    field = "slug"
    message = N_("Another one has this address already. Choose a different address.")


class SlugRefused(Refused):
    """The address holds something else than small letters, digits and hyphens."""

    field = "slug"
    message = N_("Write the address in small English letters, digits and hyphens, such as sports-day-2027.")


class NothingWritten(Refused):
    """No language has both a title and a text."""

    message = N_("Write a title and a text in one language at least.")


class HalfWritten(Refused):
    """A language has a text without a title, or a title without a text."""

    message = N_("Write both the title and the text in this language, or leave both empty.")


class NothingLeft(Refused):
    """After cleaning, nothing of the text remains."""

    message = N_(
        "Nothing is left of this text once what may not stand on a page is taken out. Write it anew."
    )


class TooLong(Refused):
    """A text is longer than a page may be."""

    message = N_("This text is too long for one page: at most %(most)s characters.")
