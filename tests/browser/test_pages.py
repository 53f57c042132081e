"""What holds on every main page in every language: axe, reflow, text spacing, light and dark."""

from __future__ import annotations

import pytest
from flask import Flask

from ops.browse.chromium import Device
from tests.browser.conftest import Visit
from tests.browser.places import furnish, main_pages

LANGUAGES = ("bn", "ar", "en")
NARROW = Device("narrow", 320, 640, is_touched=True)

_GROUND = """[document.body, document.documentElement].map((e) => getComputedStyle(e).backgroundColor)
    .find((ground) => ground.startsWith("rgb("))"""


@pytest.mark.parametrize("lang", LANGUAGES)
def test_axe_finds_nothing_to_mend(visit: Visit, real_app: Flask, lang: str) -> None:
    found, faults = furnish(real_app), list[str]()
    for look in main_pages(lang, found):
        visitor = visit(look.device)
        if look.member:
            visitor.enter(real_app, look.member, lang)
        for path in look.paths:
            visitor.page.goto(path)
            visitor.speaks(lang)
            faults += visitor.sticking_out() + visitor.barriers()
    assert not faults, "\n".join(faults)


def test_the_dark_pages_are_dark_and_readable(visit: Visit, real_app: Flask) -> None:
    found, faults = furnish(real_app), list[str]()
    for look in main_pages("en", found):
        visitor = visit(look.device, color_scheme="dark")
        if look.member:
            visitor.enter(real_app, look.member, "en")
        for path in look.paths:
            visitor.page.goto(path)
            ground = visitor.page.evaluate(_GROUND)
            assert max(int(part) for part in ground[4:-1].split(",")) < 80, f"{path} stands on {ground}"
            faults += visitor.barriers("color-contrast")
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_nothing_scrolls_sideways_at_320_px(visit: Visit, real_app: Flask, lang: str) -> None:
    found, faults = furnish(real_app), list[str]()
    for look in main_pages(lang, found):
        visitor = visit(NARROW)
        if look.member:
            visitor.enter(real_app, look.member, lang)
        for path in look.paths:
            visitor.page.goto(path)
            faults += visitor.sticking_out() + visitor.cut_off()
    assert not faults, "\n".join(faults)
