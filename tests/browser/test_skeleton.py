"""What may be left out of a second look at a page, see `tests/support/axe.py`: nothing but what is said on it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page

from tests.support.axe import SKELETON, is_known, note_clean, violations

PAGE = """<!doctype html><html lang="en" dir="ltr"><head><title>Fees</title><style>
    body { background: #fff; color: #222 } .note { background: #eee } .bar { background: #444; color: #fff; width: 9em }
</style></head><body><main><h1>Fees</h1><p class="note">Paid in <a href="/en/x">March</a> and May</p>
<label for="name">Name</label><input id="name"><label>Roll <input placeholder="Rafi"></label>
<p class="bar">Due</p>
<ul><li><a lang="en" aria-current="true">English</a></li><li><a lang="bn">বাংলা</a></li></ul>
<svg aria-label="Paid" role="img"></svg></main></body></html>"""

SAID_IN_BANGLA = {
    '<html lang="en"': '<html lang="bn"',
    "Fees": "বেতন",
    "Paid in": "দেওয়া হয়েছে",
    "March": "মার্চ মাসে",
    "/en/x": "/bn/x",
    ">Name<": ">নাম<",
    "Rafi": "রাফি",
    'aria-label="Paid"': 'aria-label="দেওয়া"',
    ' lang="en" aria-current="true"': ' lang="en"',
    ' lang="bn">বাংলা': ' lang="bn" aria-current="true">বাংলা',
    '"name"': '"other"',
}


@pytest.fixture
def page(browser: Browser) -> Page:
    """An empty page without a school behind it."""
    return browser.new_page()


def _skeleton(page: Page, html: str) -> str:
    page.set_content(html)
    skeleton, kinds = page.evaluate(SKELETON)
    assert "text" in kinds
    return str(skeleton)


def test_the_same_page_in_another_language_has_the_same_skeleton(page: Page) -> None:
    translated = PAGE
    for english, bangla in SAID_IN_BANGLA.items():
        assert english in translated
        translated = translated.replace(english, bangla)
    assert _skeleton(page, translated) == _skeleton(page, PAGE)


@pytest.mark.parametrize(
    ("was", "becomes", "rule"),
    [
        ('<label for="name">Name', '<label for="name"> ', "label"),
        ("<title>Fees", "<title>", "document-title"),
        ('aria-label="Paid"', 'aria-label=""', "svg-img-alt"),
        ("color: #222", "color: #bbb", "color-contrast"),
        ("background: #eee", "background: #444", "color-contrast"),
        ("<h1>Fees</h1>", "<h1>Fees</h1><h4>More</h4>", "heading-order"),
        ("<p class=", "<p role=checkbox class=", "aria-required-attr"),
    ],
)
def test_what_axe_would_find_shows_in_the_skeleton(page: Page, was: str, becomes: str, rule: str) -> None:
    before = _skeleton(page, PAGE)
    assert violations(page) == []
    assert was in PAGE
    assert _skeleton(page, PAGE.replace(was, becomes)) != before
    assert any(each.startswith(f"{rule}:") for each in violations(page))


def test_a_text_that_runs_out_of_its_ground_shows_in_the_skeleton(page: Page) -> None:
    before = _skeleton(page, PAGE)
    longer = PAGE.replace("Due", "Due&nbsp;on&nbsp;the&nbsp;first&nbsp;day&nbsp;of&nbsp;school")
    assert _skeleton(page, longer) != before


def test_a_page_is_known_where_axe_looked_at_every_text_of_it() -> None:
    note_clean(1, "skeleton", ["text", "sign"])
    assert is_known(1, "skeleton", ["text", "sign"]) and is_known(1, "skeleton", ["sign", "sign"])
    assert not is_known(1, "skeleton", ["text", "text"]), "a single sign was not judged"
    assert not is_known(2, "skeleton", ["text", "sign"]) and not is_known(1, "other", ["text", "sign"])
