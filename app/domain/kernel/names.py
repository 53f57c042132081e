"""Names of people, in three scripts: cleaned, found however they are spelt, sorted, and put into a circle.

A person has one full name per script. It is kept as it was typed, because papers must match it letter for
letter; what makes it findable is a search key stored beside it.
domain rule: domain.md 6.3 (names) and 6.4 (search normalisation).
"""

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from app.domain.kernel.digits import TO_ASCII
from app.domain.kernel.locales import pick
from app.domain.kernel.texts import BIDI_OVERRIDES

MAX_QUERY_TOKENS: Final = 8
"""More words than this in one query are left out: no name has them, and each costs a look-up."""

MAX_TOKEN: Final = 64
"""Longer runs of letters are cut: no word of a name is this long."""

_ZWNJ_ZWJ: Final = "\u200c\u200d"
_HASANTA: Final = "\u09cd"
_NUKTA: Final = "\u09bc"
_VISARGA: Final = "\u0983"

# --- cleaning


class _Cleaning(dict[int, str | None]):
    """What to make of a character in a name, worked out when it is first met and then remembered."""

    def __missing__(self, code: int) -> str | None:
        char = chr(code)
        kind = unicodedata.category(char)
        if char.isspace():
            result: str | None = " "
        elif char in _ZWNJ_ZWJ:
            result = char  # they change how Bangla conjuncts look, so they are part of the name
        elif kind in ("Cc", "Cf", "Cs") or char in BIDI_OVERRIDES:
            result = None
        else:
            result = char
        self[code] = result
        return result


_cleaning: Final = _Cleaning()


def clean_name(text: str) -> str:
    """Return a name as it is kept: in NFC, single spaces, without control and invisible characters.

    ZWJ and ZWNJ stay, since Bangla spelling needs them. Never raises; the result may be empty.
    """
    words = unicodedata.normalize("NFC", text).translate(_cleaning).split()
    kept = " ".join(word for word in (word.strip(_ZWNJ_ZWJ) for word in words) if word)
    return unicodedata.normalize("NFC", kept)  # what was dropped may have stood between a letter and its mark


# --- searching

_ARABIC: Final[Mapping[int, str | None]] = {
    **dict.fromkeys([0x0640, 0x0670, *range(0x064B, 0x0660)]),  # tatweel, vowel signs and hamza marks go
    ord("ٱ"): "ا",
    ord("ى"): "ي",
    ord("ة"): "ه",
    ord("ک"): "ك",
    ord("ی"): "ي",
}
_BANGLA: Final[Mapping[int, str]] = {ord("ৰ"): "র", ord("ৱ"): "ব"}
_APOSTROPHES: Final = "'’‘ʼʻ`´"


class _Folding(dict[int, str | None]):
    """What a character becomes in a search key; all but letters, digits and their marks become a space."""

    def __init__(self) -> None:
        super().__init__()
        self.update({code: chr(digit) for code, digit in TO_ASCII.items()})
        self.update(dict.fromkeys(range(0x0300, 0x0370)))  # accents of Latin letters
        self.update(dict.fromkeys(map(ord, _APOSTROPHES)))  # Qur'an meets Quran
        self.update(_ARABIC)
        self.update(_BANGLA)

    def __missing__(self, code: int) -> str | None:
        kind = unicodedata.category(chr(code))
        result = None if kind == "Cf" else chr(code) if kind[0] in "LMN" else " "
        self[code] = result
        return result


_folding: Final = _Folding()

_LOOSE_BANGLA: Final = str.maketrans(
    {
        "ী": "ি",
        "ঈ": "ই",
        "ূ": "ু",
        "ঊ": "উ",
        "ণ": "ন",
        "শ": "স",
        "ষ": "স",
        "য": "জ",
        "ং": "ঙ",
        "ৎ": "ত" + _HASANTA,
        "ঁ": None,
        _VISARGA: None,
        _NUKTA: None,  # after ড় and ঢ় have become র; what is left is য়, which meets য
    }
)
_DOUBLED: Final = re.compile(r"([a-z])\1+")
_ARTICLE: Final = re.compile(r"^(?:ال)+(?=\w{3})")


def _spellings(*families: str) -> dict[str, str]:
    """Map every spelling of a family of spellings, written as ``kept: other other``, to the kept one."""
    table = {}
    for family in families:
        kept, others = family.split(":")
        table.update(dict.fromkeys(others.split(), kept))
    return table


# Whole words only, in their loose form (vowels and consonants already folded, no letter doubled).
_SPELLINGS: Final = _spellings(
    "md: mohd mohamad mohamed mohamod mohamud muhamad muhamed muhamod muhamud mohamet",
    "mst: most mosamat mosamot mosamut musamat musamot",
    "sk: sheikh shaikh shekh sheik shaik seikh",
    "syed: sayed said saiyed saied syid sayid saiyid",
    "hosain: husain hosein husein hosen husen",
    "chowdhury: choudhury chaudhury chowdhuri choudhuri chaudhuri chowdury choudury",
    "rahman: rohman rahaman rohoman",
    "akter: akhter aktar akhtar actar acter",
    "begum: begom",
    "uddin: udin",
    "মো: মোহামদ মোহাম্মদ মোহাম্মাদ মুহাম্মদ মুহাম্মাদ মোহামাদ মুহামদ",
    "মোছা: মোসা মোছাম্মত্ মোছাম্মাত্ মোসাম্মত্ মোসাম্মাত্ মুসাম্মত্ মুসাম্মাত্ মোছাম্মত মোসাম্মত মোসাম্মাত",
)


def _fold(text: str) -> str:
    """Return the strict key of a text: what any keyboard and any font may make different is made the same."""
    text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    text = unicodedata.normalize("NFC", text.translate(_folding))
    return text.replace("অা", "আ").replace("ব" + _NUKTA, "র")


def _words(text: str) -> list[str]:
    """Return the strict keys of the words of a text, without stray marks."""
    words = (word.rstrip(_VISARGA)[:MAX_TOKEN] for word in _fold(text).split())
    return [word for word in words if any(char.isalnum() for char in word)]


@lru_cache(maxsize=8192)
def _loosen(word: str) -> str:
    """Return the loose key of a strict word, where like-sounding spellings meet; ``""`` if none is left."""
    if word.isascii():
        loose = _DOUBLED.sub(r"\1", word.replace("ee", "i").replace("oo", "u"))
    else:
        loose = word.replace("ড" + _NUKTA, "র").replace("ঢ" + _NUKTA, "র").translate(_LOOSE_BANGLA)
        loose = _ARTICLE.sub("", unicodedata.normalize("NFC", loose))
    loose = _SPELLINGS.get(loose, loose)
    return loose if loose == word else _loosen(loose)


def search_key(*texts: str | None) -> str:
    """Return the search key to store beside names: their unique words, strict and loose, parted by spaces.

    Give it every text the person should be found by. Words hold letters, their marks and digits only. The key
    of a key is the key itself.
    """
    tokens: dict[str, None] = {}
    for text in texts:
        for word in _words(text or ""):
            tokens[word] = None
            if loose := _loosen(word):
                tokens[loose] = None
    return " ".join(tokens)


def search_tokens(query: str) -> list[str]:
    """Return the words of a query in the loose form, to be looked for at the beginnings of words of a key.

    All of them must be found. They need no escaping in ``LIKE``, hold no quotes, and none is empty; the list
    is empty where the query holds no letter and no digit.
    """
    tokens = dict.fromkeys(loose for word in _words(query) if (loose := _loosen(word)))
    return list(tokens)[:MAX_QUERY_TOKENS]


def matches(key: str, query: str) -> bool:
    """Tell whether a search key answers a query: each word of the query begins a word of the key."""
    padded = f" {key}"
    return all(f" {token}" in padded for token in search_tokens(query))


# --- sorting

# As in a Bangla dictionary: ড় follows the last word in ড, ঢ় that in ঢ, য় that in য, ৎ that in ত.
_CONSONANTS: Final = "ক খ গ ঘ ঙ চ ছ জ ঝ ঞ ট ঠ ড ড় ঢ ঢ় ণ ত ৎ থ দ ধ ন প ফ ব ভ ম য য় র ল শ ষ স হ"
_BANGLA_ORDER: Final = f"অ আ ই ঈ উ ঊ ঋ এ ঐ ও ঔ ং ঃ ঁ {_CONSONANTS} া ি ী ু ূ ৃ ে ৈ ো ৌ ্"
_FIRST_PLACE: Final = 0xE000  # the private use area: above Latin and Arabic, in dictionary order
_PLACES: Final = {
    unicodedata.normalize("NFC", letter): chr(_FIRST_PLACE + place)
    for place, letter in enumerate(_BANGLA_ORDER.split())
}
_WITH_NUKTA: Final = {letter: place for letter, place in _PLACES.items() if len(letter) > 1}
_SINGLE: Final = {ord(letter): place for letter, place in _PLACES.items() if len(letter) == 1}


def sort_key(name: str) -> str:
    """Return a text whose plain code-point order is the dictionary order of names in each script.

    Store it in a column with ``COLLATE "C"``; it is for ordering only and not for showing. Latin names come
    first, then Arabic, then Bangla.
    """
    key = " ".join(_fold(name).split())
    for letter, place in _WITH_NUKTA.items():
        key = key.replace(letter, place)
    return key.translate(_SINGLE)


# --- showing


def name_in(locale: str, en: str | None, bn: str | None, ar: str | None) -> tuple[str, str]:
    """Return the name for a reader, and the language of the script it is in, for the ``lang`` attribute.

    Where a script is missing, ``bn`` and ``ar`` fall back to English first, ``en`` to Bangla.
    """
    return pick(locale, {"en": en or "", "bn": bn or "", "ar": ar or ""})


def script_of(text: str) -> str:
    """Return the language whose script most letters of a text are in: ``bn``, ``ar``, or else ``en``.

    It says which of the three names of a person a name from outside is. A text without letters is ``en``.
    """
    letters = [char for char in text if char.isalpha()]
    bangla = sum("\u0980" <= char <= "\u09ff" for char in letters)
    arabic = sum(
        "\u0600" <= char <= "\u06ff" or "\u0750" <= char <= "\u077f" or "\ufb50" <= char <= "\ufefc"
        for char in letters
    )
    if max(bangla, arabic) * 2 <= len(letters):
        return "en"
    return "bn" if bangla >= arabic else "ar"


def initial(name: str) -> str:
    """Return the first letter of a name as written: a whole cluster in Bangla (``শ্রা``), a capital in Latin.

    Empty where the name holds no letter and no digit.
    """
    name = unicodedata.normalize("NFC", name)
    start = next((at for at, char in enumerate(name) if char.isalnum()), None)
    if start is None:
        return ""
    end = start + 1
    while end < len(name) and end - start < 12:  # no cluster of real writing is longer
        joined = name[end].isalpha() and name[start:end].rstrip(_ZWNJ_ZWJ).endswith(_HASANTA)
        if not (joined or unicodedata.category(name[end])[0] == "M" or name[end] in _ZWNJ_ZWJ):
            break
        end += 1
    cluster = name[start:end].rstrip(_ZWNJ_ZWJ)
    return cluster[0].upper() + cluster[1:]
