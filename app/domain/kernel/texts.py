"""Text that people at the school type: cleaned on the way in, and kept in up to three languages."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Self

from app.domain.kernel.errors import N_, InvalidValue
from app.domain.kernel.locales import LOCALES, pick

BIDI_OVERRIDES: Final = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
"""Characters that reorder what follows, even beyond their own text: nobody types them in good faith."""

_REFUSED: Final = re.compile("[\x00\ud800-\udfff]")  # neither fits into a text column
_DROPPED: Final = re.compile(f"[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufeff{BIDI_OVERRIDES}]")
_NEW_LINE: Final = re.compile("\r\n|[\r\x85\u2028\u2029]")
_EMPTY_LINES: Final = re.compile(r"\n{3,}")


class TextError(InvalidValue):
    """A text cannot be kept. Codes: ``control`` (it holds a NUL or half a character) and ``too_long``."""

    messages = {
        "control": N_("This text has a character that cannot be saved. Type it again without it."),
        "too_long": N_("This text is too long: at most %(max)s characters."),
    }


def clean_line(text: str, max: int | None = None) -> str:
    """Return one line of typed text: in NFC, white space collapsed, control characters removed.

    Raises :class:`TextError`: ``control`` for a NUL, ``too_long`` beyond ``max`` characters after cleaning.
    """
    return _measured(" ".join(_clean(_NEW_LINE.sub("\n", text)).split()), max)


def clean_text(text: str, max: int | None = None) -> str:
    """Return typed text of several lines: in NFC, lines ended by ``\\n``, at most one empty line in a row.

    Raises :class:`TextError`: ``control`` for a NUL, ``too_long`` beyond ``max`` characters after cleaning.
    """
    whole = _clean(_NEW_LINE.sub("\n", text).replace("\t", " ")).strip()
    # Not by a pattern: looking for the end of a line behind every space takes hours for a megabyte of them.
    lines = "\n".join(line.rstrip() for line in whole.split("\n"))
    return _measured(_EMPTY_LINES.sub("\n\n", lines), max)


def _clean(text: str) -> str:
    if _REFUSED.search(text):
        raise TextError("control")
    return unicodedata.normalize("NFC", _DROPPED.sub("", text))


def _measured(text: str, limit: int | None) -> str:
    if limit is not None and len(text) > limit:
        raise TextError("too_long", max=limit)
    return text


@dataclass(frozen=True, slots=True)
class LocalText:
    """A text in English, Bangla and Arabic, as far as the school has written them; a missing one is empty."""

    en: str = ""
    bn: str = ""
    ar: str = ""

    def in_(self, locale: str) -> tuple[str, str]:
        """Return the text for a reader and the language it is really in, for the ``lang`` attribute.

        The two languages differ where the reader's own is missing; see :func:`is_missing`.
        """
        own: str = getattr(self, locale, "")
        return (own, locale) if own else pick(locale, self.to_dict())

    def is_missing(self, locale: str) -> bool:
        """Tell whether readers of a language see another one instead, which editors are shown as a mark."""
        return not getattr(self, locale)

    @property
    def missing(self) -> tuple[str, ...]:
        """The languages that are still to be written."""
        return tuple(locale for locale in LOCALES if self.is_missing(locale))

    def to_dict(self) -> dict[str, str]:
        """Return the languages that are there, as they are stored in one JSON column."""
        return {locale: text for locale in LOCALES if (text := getattr(self, locale))}

    @classmethod
    def from_dict(cls, texts: Mapping[str, str] | None) -> Self:
        """Return the value of a JSON column; ``None``, nulls and unknown languages count as empty."""
        if not texts:
            return cls()
        return cls(*(texts.get(locale) or "" for locale in LOCALES))

    def __bool__(self) -> bool:
        """Tell whether there is any text at all."""
        return bool(self.en or self.bn or self.ar)


def same_name(one: LocalText, other: LocalText) -> bool:
    """Whether readers could not tell two names apart: in one language they read the same, or neither says anything."""
    if not one or not other:
        return not one and not other
    theirs = other.to_dict()
    return any(_folded(text) == _folded(theirs.get(code, "")) for code, text in one.to_dict().items())


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())
