"""The catalogues are complete, current, and keep every placeholder."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from ops.devtool.i18n import outdated_files

ROOT = Path(__file__).resolve().parents[2]
TRANSLATIONS = ROOT / "translations"
_HOLDER = re.compile(r"%\((\w+)\)[sd]")


def catalogue(lang: str) -> Catalog:
    with (TRANSLATIONS / lang / "LC_MESSAGES" / "messages.po").open("rb") as handle:
        return read_po(handle, locale=lang)


def test_catalogues_hold_the_messages_of_the_code() -> None:
    assert [path.name for path in outdated_files()] == [], "run ./dev i18n"


@pytest.mark.parametrize("lang", ["bn", "ar"])
def test_every_message_is_translated(lang: str) -> None:
    empty = []
    for message in catalogue(lang):
        forms = message.string if isinstance(message.string, tuple) else (message.string,)
        if message.id and (not all(forms) or message.fuzzy):
            empty.append(message.id)
    assert empty == []


@pytest.mark.parametrize("lang", ["bn", "ar"])
def test_placeholders_are_kept(lang: str) -> None:
    for message in catalogue(lang):
        if not message.id:
            continue
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        wanted = set(_HOLDER.findall(ids[-1]))
        forms = message.string if isinstance(message.string, tuple) else (message.string,)
        for form in forms:
            found = set(_HOLDER.findall(form))
            assert found <= wanted, f"{lang}: {form!r} has a placeholder that {message.id!r} has not"
            # The singular of a count may say "one" in words.
            if len(forms) == 1:
                assert found == wanted, f"{lang}: {form!r} lost a placeholder of {message.id!r}"


@pytest.mark.parametrize("lang", ["bn", "ar"])
def test_a_translation_is_in_its_own_script(lang: str) -> None:
    letters = re.compile(r"[ঀ-৿]" if lang == "bn" else r"[؀-ۿ]")
    for message in catalogue(lang):
        source = message.id[-1] if isinstance(message.id, tuple) else message.id
        if source and re.search(r"[A-Za-z]{2,}", _HOLDER.sub("", source)):
            forms = message.string if isinstance(message.string, tuple) else (message.string,)
            assert all(letters.search(form) for form in forms if form), message.id
