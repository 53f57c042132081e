"""Chromium without a screen, and the three devices our people hold."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from ops.devtool.testing import chromium_path

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@dataclass(frozen=True)
class Device:
    """What somebody looks at our pages on."""

    name: str
    width: int
    height: int
    is_touched: bool

    def options(self, **more: Any) -> dict[str, Any]:
        """Options of a browser context that looks like this device."""
        screen = {"width": self.width, "height": self.height}
        return {"viewport": screen, "has_touch": self.is_touched, **more}


PHONE = Device("phone", 360, 740, is_touched=True)
TABLET = Device("tablet", 1024, 768, is_touched=True)
LAPTOP = Device("laptop", 1280, 800, is_touched=False)


@contextmanager
def chromium(*, windowless: bool = False, flags: tuple[str, ...] = ()) -> Iterator[Browser]:
    """The system's Chromium, or the one Playwright installed; closed at the end of the block.

    `windowless`: see `chromium_path`. `flags`: more than those of every browser here.
    """
    with sync_playwright() as playwright:
        path = chromium_path(windowless=windowless)
        browser = playwright.chromium.launch(executable_path=path, args=[*FLAGS, *flags])
        try:
            yield browser
        finally:
            browser.close()
