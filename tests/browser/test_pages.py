"""What holds on every main page in every language: axe, light and dark, reflow, text spacing."""

from __future__ import annotations

import pytest
from flask import Flask

from ops.browse.chromium import Device
from tests.browser.conftest import Visit
from tests.browser.places import furnish, main_pages
from tests.support.visitor import Visitor

NARROW = Device("narrow", 320, 640, is_touched=True)

_GROUND = """[document.body, document.documentElement].map((e) => getComputedStyle(e).backgroundColor)
    .find((ground) => ground.startsWith("rgb("))"""

_SPOKEN = "[document.documentElement.lang, document.documentElement.dir]"

_SETTLED = """() => document.getAnimations().forEach((each) => {
    const {endTime} = each.effect.getComputedTiming();
    if (endTime === Infinity) each.cancel();
    else each.finish();
})"""
"""Not waited for: whether time passes on a page that nobody looks at is up to the browser."""


@pytest.mark.long
@pytest.mark.parametrize("lang", ["bn", "ar", "en"])
def test_every_main_page_is_for_everybody(visit: Visit, real_app: Flask, lang: str) -> None:
    """Each page is opened once and looked at in turn: as it came, in the dark, and on 320 px with wide letters."""
    found, faults = furnish(real_app), list[str]()
    for look in main_pages(lang, found):
        visitor = visit(look.device)
        if look.member:
            visitor.enter(real_app, look.member, lang)
        for path in look.paths:
            visitor.page.goto(path)
            spoken = [lang, "rtl" if lang == "ar" else "ltr"]
            if visitor.page.evaluate(_SPOKEN) != spoken:
                faults.append(f"{path} does not speak {lang}")
            faults += visitor.sticking_out() + visitor.barriers()
            if lang == "en":
                faults += _in_the_dark(visitor)
            with visitor.on(NARROW):
                faults += visitor.sticking_out() + visitor.cut_off()
    assert not faults, "\n".join(faults)


def _in_the_dark(visitor: Visitor) -> list[str]:
    visitor.page.emulate_media(color_scheme="dark")
    visitor.page.evaluate(_SETTLED)  # a colour on its way from light to dark is neither
    ground = visitor.page.evaluate(_GROUND)
    is_dark = max(int(part) for part in ground[4:-1].split(",")) < 80
    found = [] if is_dark else [f"{visitor.path} stands on {ground} in the dark"]
    found += visitor.illegible()
    visitor.page.emulate_media(color_scheme="light")
    return found
