"""Pictures of pages in every width and language, and what a machine can find on them without taste.

Each page is opened once in each language and held at three widths. Beside the pictures a list is kept of what
sticks out, breaks letter by letter, is too small for a finger, or stands in another script than its page.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from flask import Flask
from playwright.sync_api import Browser, Error, Page

from app.domain.accounts.services import switch_language
from app.extensions import db
from ops.browse.chromium import LAPTOP, PHONE, TABLET, Device
from tests.support.cast import Member
from tests.support.visitor import Visitor

LANGUAGES = ("bn", "en", "ar")
DEVICES = (PHONE, TABLET, LAPTOP)
PAPER = Device("A4 between its margins", 688, 974, is_touched=False)
TALLEST = 6000
"""Pixels of a page that are photographed at most."""

_ALL_OF_IT = """() => Math.max(document.documentElement.scrollHeight, ...[...document.querySelectorAll("body *")]
    .filter((e) => e.scrollHeight > e.clientHeight + 8 && /auto|scroll/.test(getComputedStyle(e).overflowY))
    .map((e) => e.getBoundingClientRect().top + e.scrollHeight + 16))"""

_FAULTS = r"""(lang) => {
    const found = new Set();
    const seen = (e) =>
        e.offsetWidth > 2 && e.offsetHeight > 2 && !e.closest(".vh, .foot, [hidden], details:not([open]) > div");
    const say = (what, e, text) =>
        found.add(`${what}: ${text.trim().replace(/\s+/g, " ").slice(0, 60)}  <${e.localName} ${e.className}>`);
    const foreign = /\b(SMS|PDF|CSV|XLSX|NID|SHA|Smart Academy|English|https?:\S+|\S+@\S+)\b/g;
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node; (node = walker.nextNode());) {
        const e = node.parentElement, text = node.textContent.trim();
        if (!text || !seen(e) || e.closest("script, style, option, textarea")) continue;
        const range = document.createRange();
        range.selectNodeContents(node);
        const lines = new Set([...range.getClientRects()].map((r) => Math.round(r.top))).size;
        const words = text.split(/[\s-]+/).length;
        if (lines > words && !/[0-9a-f]{16}|https?:/.test(text)) say(`${lines} lines of ${words} words`, e, text);
        if (e.closest("bdi, code, kbd, [lang]:not(html), input, .num")) continue;
        if (lang !== "en" && /[A-Za-z]{3}/.test(text.replace(foreign, ""))) say("latin words", e, text);
        if (lang === "bn" && /[0-9]/.test(text)) say("digits not Bangla", e, text);
        if (lang !== "bn" && /[০-৯]/.test(text)) say("digits Bangla", e, text);
    }
    const inline = ".crumbs, p, dd, td, th, li:not(.row):not(.acts), small, .skip, label, .note, .oops, legend";
    for (const e of document.querySelectorAll("a, button, select, summary, input:not([type=hidden]), textarea")) {
        if (!seen(e) || e.closest(inline) && !e.matches(".btn")) continue;
        const box = (e.closest("label") || e).getBoundingClientRect();
        if (box.height && box.height < 43.5) say(`only ${Math.round(box.height)} px high`, e, e.textContent || e.name);
    }
    return [...found];
}"""


class Camera:
    """Takes the pictures of one scene. `folder` gets the pictures and a list of findings."""

    def __init__(self, browser: Browser, url: str, app: Flask, folder: Path, scene: str) -> None:
        self.browser, self.url, self.app, self.folder, self.scene = browser, url, app, folder, scene
        self.visitors: dict[str, Visitor] = {}
        self.taken = 0

    def visitor(self, who: Member | str, lang: str) -> Visitor:
        """The browser of a member of the cast, or of somebody who is not signed in, by a name of one's own."""
        name = who if isinstance(who, str) else who.nick
        is_new = name not in self.visitors
        if is_new:
            self.visitors[name] = Visitor(self.browser, self.url, PHONE)
        visitor = self.visitors[name]
        if isinstance(who, Member):
            if is_new:
                visitor.enter(self.app, who, lang)
            with self.app.app_context():
                switch_language(who.actor, lang)
                db.session.remove()
        return visitor

    def take(
        self,
        name: str,
        path: str,
        who: Member | str = "somebody",
        act: Callable[[Page, str], object] | None = None,
        languages: Iterable[str] = LANGUAGES,
        *,
        on_paper: bool = False,
    ) -> None:
        """Open an address (`{lang}` in it is the language), do something there if asked, and take all its pictures.

        In Bangla also in the dark, and `on_paper` as it comes out of a printer.
        """
        self.taken += 1
        for lang in languages:
            visitor = self.visitor(who, lang)
            page = visitor.page
            page.set_viewport_size({"width": LAPTOP.width, "height": LAPTOP.height})
            page.goto(path.format(lang=lang))
            try:
                if act:
                    act(page, lang)
            except Error as error:
                self._note(name, lang, None, [f"the act failed: {str(error)[:200]}"])
            for device in DEVICES:
                self._hold(visitor, device, name, lang)
            if lang == "bn":
                self._once_more(page, PHONE, name, lang, "dark", color_scheme="dark")
            if on_paper:
                self._once_more(page, PAPER, name, lang, "print", media="print")

    def _once_more(self, page: Page, device: Device, name: str, lang: str, how: str, **media: Any) -> None:
        page.emulate_media(**media)
        self._shoot(page, device, self._target(name, lang, f"{device.width}-{how}"))
        page.emulate_media(media="screen", color_scheme="light")

    def _shoot(self, page: Page, device: Device, target: Path) -> None:
        """The whole page as on this device: the screen is made as high as it, so that no bar lies over its middle."""
        page.set_viewport_size({"width": device.width, "height": device.height})
        height = min(max(page.evaluate(_ALL_OF_IT), device.height), TALLEST)
        page.set_viewport_size({"width": device.width, "height": int(height)})
        page.screenshot(path=target, animations="disabled")

    def _target(self, name: str, lang: str, width: object) -> Path:
        return self.folder / f"{self.scene}-{self.taken:02}-{name}.{lang}-{width}.png"

    def _hold(self, visitor: Visitor, device: Device, name: str, lang: str) -> None:
        page = visitor.page
        page.set_viewport_size({"width": device.width, "height": device.height})
        found = visitor.sticking_out() + page.evaluate(_FAULTS, lang)
        self._note(name, lang, device, found + visitor.faults)
        visitor.faults.clear()
        self._shoot(page, device, self._target(name, lang, device.width))

    def _note(self, name: str, lang: str, device: Device | None, found: list[str]) -> None:
        where = f"{self.scene} {name} {lang} {device.width if device else ''}"
        with (self.folder / f"{self.scene}-findings.txt").open("a") as report:
            report.writelines(f"{where}: {each}\n" for each in found)

    def close(self) -> None:
        """Close every browser."""
        for visitor in self.visitors.values():
            with contextlib.suppress(Error):
                visitor.context.close()
