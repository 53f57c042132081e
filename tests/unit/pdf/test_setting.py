"""Documents come out shaped, hold what was typed as text, read nothing of the machine, and are always the same."""

from __future__ import annotations

import io
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from app.integrations.pdf import NotSet, setting, typeset

AT = datetime(2026, 11, 21, 6, 0, tzinfo=UTC)
PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"><path d="M0 0h8v8H0z"/></svg>'


def data(words: str = "", *, lang: str = "en", **changes: Any) -> dict[str, Any]:
    """A slip that says almost nothing besides `words`."""
    return {
        "lang": lang,
        "school": "S",
        "campus": "",
        "title": "T",
        "reference": "",
        "intro": [words],
        "card": [],
        "facts": [],
        "points_title": "",
        "points": [],
        "check": {"words": "", "code": "C", "address": "", "issued": "", "picture": PICTURE},
    } | changes


def drawn(pdf: bytes) -> dict[str, list[bytes]]:
    """The glyphs of the first page in the order in which they are drawn, by font."""
    found: dict[str, list[bytes]] = {}
    with pikepdf.open(io.BytesIO(pdf)) as document:
        page = document.pages[0]
        names = {
            key: str(font["/BaseFont"]).partition("+")[2] for key, font in page["/Resources"]["/Font"].items()
        }
        font = ""
        for operands, operator in pikepdf.parse_content_stream(page):
            if str(operator) == "Tf":
                font = names[str(operands[0])]
            elif str(operator) in {"Tj", "TJ"}:
                parts = operands[0] if str(operator) == "TJ" else [operands[0]]
                text = b"".join(bytes(part) for part in parts if isinstance(part, pikepdf.String))
                found.setdefault(font, []).extend(text[at : at + 2] for at in range(0, len(text), 2))
    return found


def glyphs(words: str, lang: str, family: str) -> list[bytes]:
    """What a font of `family` draws of these words."""
    fonts = drawn(typeset("slip", data(words, lang=lang), AT))
    return [glyph for font, all_ in fonts.items() if font.startswith(family) for glyph in all_]


def test_bangla_is_shaped() -> None:
    family = "NotoSansBengali"
    base = len(glyphs("ক", "bn", family))
    # ক্ষ is one sign of three letters; the reph of র্ক stands above it; ি is drawn before the letter it follows.
    assert len(glyphs("ক্ষ", "bn", family)) == base
    assert len(glyphs("র্ক", "bn", family)) == base + 1
    assert len(glyphs("য়", "bn", family)) <= base + 1
    ki_ka, ka_ki = glyphs("কিক", "bn", family), glyphs("ককি", "bn", family)
    assert len(ki_ka) == len(ka_ki) == base + 2 and ki_ka != ka_ki


def test_arabic_letters_join_and_run_from_right_to_left() -> None:
    family = "NotoNaskhArabic"
    assert len(set(glyphs("سس", "ar", family))) > len(set(glyphs("س س", "ar", family)) - {b"\x00\x03"}) - 1
    assert len(glyphs("لا", "ar", family)) < len(glyphs("ل ا", "ar", family))


@pytest.mark.parametrize(
    "typed", ['#read("/etc/passwd")', "*a* _b_ $x$ `c` <d> @e", '#import "@preview/a:1.0.0"', '"; #panic()\\']
)
def test_what_was_typed_is_only_text(typed: str) -> None:
    plain = drawn(typeset("slip", data("x" * len(typed)), AT))
    shown = drawn(typeset("slip", data(typed), AT))
    assert sum(map(len, shown.values())) == sum(map(len, plain.values()))


def test_the_same_slip_has_the_same_bytes_and_our_fonts_only() -> None:
    slip = data("নাম الاسم Name", facts=[{"label": "a", "text": "b", "ltr": True}])
    first = typeset("slip", slip, AT)
    assert first == typeset("slip", slip, AT)
    assert len(first) < 60_000
    families = {font.partition("-")[0] for font in drawn(first)}
    assert families == {"NotoSans", "NotoSansBengali", "NotoNaskhArabic"}


@pytest.mark.parametrize(
    "template",
    [
        '#read("/etc/passwd")',
        '#read("../setter.py")',
        '#read("../../../../../../etc/passwd")',
        '#import "@preview/example:0.1.0": *',
        "#while true {}",
        '#range(100000000).map(str).join("")',
    ],
)
def test_a_template_reaches_nothing_beyond_its_folder_and_ends(
    template: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(setting._SETTER, tmp_path / "setter.py")
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "bad.typ").write_text(template)
    monkeypatch.setattr(setting, "_SETTER", tmp_path / "setter.py")
    monkeypatch.setattr(setting, "SECONDS", 1)
    with pytest.raises(NotSet):
        typeset("bad", {}, AT)


def test_too_much_text_is_refused_before_anything_runs() -> None:
    with pytest.raises(NotSet):
        typeset("slip", data("x" * setting.MOST_IN), AT)
