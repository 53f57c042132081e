"""What may be left out of a second look at a page, see `tests/support/axe.py`: nothing but what is said on it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page

from tests.support.axe import SKELETON, are_legible, is_known, note_clean, note_legible, violations

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
    skeleton, kinds, _ = page.evaluate(SKELETON)
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


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        ("color: #222", "color: #bbb"),
        ("background: #eee", "background: #444"),
        ("background: #444", "background: #444; opacity: .3"),
        ("</style>", "main { opacity: .3 }</style>"),
        ("</style>", ".bar { background: #eee; color: #bbb }</style>"),
    ],
)
def test_colours_that_axe_would_object_to_are_not_those_it_has_seen(
    page: Page, was: str, becomes: str
) -> None:
    assert was in PAGE
    page.set_content(PAGE)
    assert violations(page, "color-contrast") == []
    note_legible(page.evaluate(SKELETON)[2])
    assert are_legible(page.evaluate(SKELETON)[2])
    page.set_content(PAGE.replace(was, becomes))
    assert violations(page, "color-contrast") and not are_legible(page.evaluate(SKELETON)[2])


@pytest.mark.parametrize(
    "unjudged",
    [
        "<button class=faint disabled>Pay</button>",
        '<p class=faint aria-hidden="true">Pay</p>',
        "<p class=faint>›</p>",
        "<label class=faint>Pay <input disabled></label>",
    ],
)
def test_what_axe_does_not_judge_makes_no_colour_legible(page: Page, unjudged: str) -> None:
    faint = "<style>.faint { color: #c1c2c3; background: #fff; border: 0; font: 16px serif }</style>"

    def colours(html: str) -> list[str]:
        page.set_content(f"{PAGE}{faint}{html}")
        return [each for each in page.evaluate(SKELETON)[2] if "193, 194, 195" in each]

    found = colours(unjudged)
    assert found
    note_legible(found)
    judged = colours(re.sub(' disabled| aria-hidden="true"', "", unjudged).replace("›", "Pay"))
    assert violations(page, "color-contrast") and not are_legible(judged)
