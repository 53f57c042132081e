"""Somebody with a browser: one context, one page, and nothing that goes wrong in it stays unnoticed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from time import time
from typing import Any

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, Response, WebError, expect

from app.domain.accounts.services import open_session, switch_language
from app.extensions import db
from ops.browse.chromium import Device
from tests.support.axe import (
    CONTRAST,
    SKELETON,
    TOLD_BY_WORDS,
    are_legible,
    is_known,
    note_clean,
    note_legible,
    violations,
)
from tests.support.cast import Member

expect.set_options(timeout=10_000)

# A page that is left while something is still on its way is no fault, nor is the browser's own line about
# a status that the test asked for.
_LEFT = "net::ERR_ABORTED"
_NO_LINE = re.compile(r"ERR_INTERNET_DISCONNECTED|Failed to fetch")
_STATUS_LINE = re.compile(r"^Failed to load resource: the server responded with a status of 4\d\d")

_STICKING_OUT = """() => {
    const room = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= room) return [];
    const scrolls = (e) =>
        e && e !== document.body && (getComputedStyle(e).overflowX !== "visible" || scrolls(e.parentElement));
    const out = [...document.querySelectorAll("body *")].filter((e) => {
        const box = e.getBoundingClientRect();
        return box.width && (box.right > room + 1 || box.left < -1) && !scrolls(e.parentElement) && !e.closest("svg");
    });
    const deepest = out.filter((e) => !out.some((other) => other !== e && e.contains(other)));
    return (deepest.length ? deepest : [document.body]).slice(0, 5).map((e) => e.outerHTML.slice(0, 160));
}"""

# A constructed style sheet is not inline style: the policy stays as it is.
_WIDE_SPACING = """() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: .12em !important;
        word-spacing: .16em !important } p { margin-block-end: 2em !important }`);
    document.adoptedStyleSheets = [sheet];
    return [...document.querySelectorAll("main *")].filter((e) => {
        const style = getComputedStyle(e);
        const hides = [style.overflowX, style.overflowY].some((o) => o === "hidden" || o === "clip");
        if (e.matches("input, select, textarea")) return false; // these scroll by themselves
        const seen = e.offsetWidth > 2 && e.offsetHeight > 2 && style.opacity !== "0" && !e.closest(".vh");
        return hides && seen && (e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 1);
    }).slice(0, 5).map((e) => e.outerHTML.slice(0, 160));
}"""


def session_cookie(app: Flask, member: Member, url: str, lang: str | None = None) -> Any:
    """The cookie of a member of the cast who has signed in; it outlives the browser, as "keep me signed in" does."""
    with app.app_context():
        if lang:
            switch_language(member.actor, lang)
        token = open_session(member.user_id, frozenset({member.role}), keep=False, ip=None, user_agent="test")
        db.session.remove()
    signer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert signer is not None
    value = str(signer.dumps({"_user_id": token, "_fresh": True}))
    expires = time() + 3600
    return {"name": app.config["SESSION_COOKIE_NAME"], "value": value, "url": url, "expires": expires}


class Visitor:
    """A person's browser. Faults are script errors, policy violations, failed requests and answers of 500."""

    def __init__(
        self, browser: Browser, url: str, device: Device, *, has_script: bool = True, **options: Any
    ) -> None:
        self.url = url
        self.device = device
        self.has_script = has_script
        self.faults: list[str] = []
        self.context = browser.new_context(
            base_url=url, java_script_enabled=has_script, **device.options(**options)
        )
        self.context.set_default_timeout(10_000)
        self.context.on("console", self._heard)
        self.context.on("weberror", self._broke)
        self.context.on("requestfailed", self._failed)
        self.context.on("response", self._answered)
        self.page: Page = self.context.new_page()

    def open(self, path: str, *, status: int = 200) -> Response:
        """Type an address."""
        response = self.page.goto(path)
        assert response is not None
        assert response.status == status, f"{path}: {response.status}, not {status}"
        return response

    def enter(self, app: Flask, member: Member, lang: str | None = None) -> None:
        """Be signed in as a member of the cast, reading this language, without the way through the door."""
        self.context.add_cookies([session_cookie(app, member, self.url, lang)])

    @contextmanager
    def on(self, device: Device) -> Iterator[None]:
        """Hold the open page as on the screen of another device for the length of the block."""
        own, self.device = self.device, device
        self.page.set_viewport_size({"width": device.width, "height": device.height})
        yield
        self.device = own
        self.page.set_viewport_size({"width": own.width, "height": own.height})

    @contextmanager
    def offline(self) -> Iterator[None]:
        """Without a line for the length of the block. That nothing gets through is then no fault."""
        before = len(self.faults)
        self.context.set_offline(True)
        yield
        self.context.set_offline(False)
        self.faults[before:] = [fault for fault in self.faults[before:] if not _NO_LINE.search(fault)]

    @property
    def path(self) -> str:
        """Where the page stands now, without the server."""
        return self.page.url.removeprefix(self.url)

    def see(self, text: str | re.Pattern[str], within: str = "main") -> None:
        """Wait until the text is there to read."""
        expect(self.page.locator(within).first).to_contain_text(text)

    def speaks(self, lang: str) -> None:
        """The page is in this language and runs in its direction."""
        html = self.page.locator("html")
        expect(html).to_have_attribute("lang", lang)
        expect(html).to_have_attribute("dir", "rtl" if lang == "ar" else "ltr")

    def press(self, selector: str) -> None:
        """Press the one visible control that the selector names."""
        self.page.locator(selector).locator("visible=true").first.click()

    def is_accessible(self) -> None:
        """axe finds nothing to mend on the page as it stands."""
        assert not (found := self.barriers()), "\n".join(found)

    def barriers(self) -> list[str]:
        """What axe finds on the page, all of it in view so that no bar at the edge lies over a button.

        A page whose skeleton was found clean before, as in another language, is only asked what hangs on its words
        and on where they stand: the other rules see nothing but the skeleton, and would say the same again.

        Needs script: axe answers by a promise.
        """
        with self._whole_in_view():
            skeleton, kinds, colours = self.page.evaluate(SKELETON)
            if is_known(self.device.width, skeleton, kinds):
                return self._found(*TOLD_BY_WORDS)
            is_legible = are_legible(colours)
            found = self._found(but=CONTRAST if is_legible else None)
        if not found:
            note_clean(self.device.width, skeleton, kinds)
            note_legible(colours)
        return found

    def illegible(self) -> list[str]:
        """The texts whose colour is too near to what they stand on; colours that were judged before are not again."""
        with self._whole_in_view():
            _, _, colours = self.page.evaluate(SKELETON)
            found = [] if are_legible(colours) else self._found(CONTRAST)
        if not found:
            note_legible(colours)
        return found

    @contextmanager
    def _whole_in_view(self) -> Iterator[None]:
        assert self.has_script
        height = self.page.evaluate("document.documentElement.scrollHeight")
        is_longer = height > self.device.height
        if is_longer:
            self.page.set_viewport_size({"width": self.device.width, "height": height})
        yield
        if is_longer:
            self.page.set_viewport_size({"width": self.device.width, "height": self.device.height})

    def _found(self, *rules: str, but: str | None = None) -> list[str]:
        return [f"{self._here}: {each}" for each in violations(self.page, *rules, but=but)]

    def fits(self) -> None:
        """Nothing makes the page wider than the screen."""
        assert not (found := self.sticking_out()), "\n".join(found)

    def sticking_out(self) -> list[str]:
        """What makes the page wider than the screen."""
        return [f"{self._here} is too wide: {each}" for each in self.page.evaluate(_STICKING_OUT)]

    def cut_off(self) -> list[str]:
        """What is cut off or sticks out once the text is spaced as in WCAG 1.4.12."""
        cut = [f"{self._here} cuts off: {each}" for each in self.page.evaluate(_WIDE_SPACING)]
        return cut + self.sticking_out()

    @property
    def _here(self) -> str:
        return f"{self.path} ({self.device.name})"

    def close(self) -> None:
        """Close the browser and fail if anything went wrong in it."""
        self.context.close()
        assert not self.faults, "\n".join(self.faults)

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not _STATUS_LINE.match(message.text):
            self.faults.append(f"console: {message.text}")

    def _broke(self, error: WebError) -> None:
        self.faults.append(f"script: {error.error}")

    def _failed(self, request: Request) -> None:
        if request.failure != _LEFT:
            self.faults.append(f"request: {request.method} {request.url}: {request.failure}")

    def _answered(self, response: Response) -> None:
        is_asset = response.request.resource_type in {"stylesheet", "script", "image", "font"}
        if response.status >= 500 or (is_asset and response.status >= 400):
            self.faults.append(f"answer: {response.status} {response.url}")
