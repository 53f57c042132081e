"""What a page costs in the browser: requests, bytes on the line, first paint, complete.

As the baseline was taken: a fresh context, the cache cleared, `encodedDataLength` of every response that did
not come from the cache; then an empty page and the same address again for the repeat visit.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import BrowserContext, CDPSession, Page

KB = 1024

SLOW = {
    "offline": False,
    "latency": 400,
    "downloadThroughput": 400_000 / 8,
    "uploadThroughput": 400_000 / 8,
}
FAST = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
SLOWER_PROCESSOR = 4
_ALL_CAME = """() => {
    const first = document.querySelector("script[data-then]");
    return !first || performance.getEntriesByName(new URL(first.dataset.then, location).href).length > 0;
}"""


@dataclass
class Answer:
    """One request as the browser counted it."""

    url: str
    kind: str
    status: int = 0
    up: int = 0
    down: int = 0
    is_cached: bool = False
    asked: float = 0.0
    ended: float = 0.0


@dataclass
class Visit:
    """Everything that was on the line while a page was opened, and when it was painted and complete (ms)."""

    answers: list[Answer] = field(default_factory=list)
    painted: float = 0.0
    complete: float = 0.0

    @property
    def sent(self) -> list[Answer]:
        """The requests that went over the line."""
        return [each for each in self.answers if not each.is_cached]

    @property
    def down(self) -> int:
        """Bytes received, headers included."""
        return sum(each.down for each in self.sent)

    @property
    def up(self) -> int:
        """Bytes sent, headers included."""
        return sum(each.up for each in self.sent)

    def down_of(self, *kinds: str) -> int:
        """Bytes received for documents, style sheets, scripts, fonts."""
        return sum(each.down for each in self.sent if each.kind in kinds)


class Line:
    """The browser's line, listened to over CDP: one for each page object."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.cdp: CDPSession = page.context.new_cdp_session(page)
        self.open: dict[str, Answer] = {}
        self.early: dict[str, int] = {}
        self.all: list[Answer] = []
        self.cdp.on("Network.requestWillBeSent", self._asked)
        self.cdp.on("Network.requestWillBeSentExtraInfo", self._asked_exactly)
        self.cdp.on("Network.requestServedFromCache", self._from_cache)
        self.cdp.on("Network.responseReceived", self._answered)
        self.cdp.on("Network.loadingFinished", self._finished)
        self.cdp.on("Network.loadingFailed", self._finished)
        self.cdp.send("Network.enable")

    def forget(self) -> None:
        """Begin to count anew."""
        self.open.clear()
        self.early.clear()
        self.all.clear()

    def clear_cache(self) -> None:
        """A first visit: cookies stay, everything kept of pages goes."""
        self.cdp.send("Network.clearBrowserCache")

    def narrow(self) -> None:
        """400 kbit/s both ways, 400 ms, and a processor four times slower."""
        self.cdp.send("Network.emulateNetworkConditions", SLOW)
        self.cdp.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER_PROCESSOR})

    def widen(self) -> None:
        """The machine's own line and processor again."""
        self.cdp.send("Network.emulateNetworkConditions", FAST)
        self.cdp.send("Emulation.setCPUThrottlingRate", {"rate": 1})

    def visit(self, url: str) -> Visit:
        """Leave for an empty page, open the address and wait until nothing more comes."""
        self.page.goto("about:blank")
        self.forget()
        self.page.goto(url, wait_until="networkidle")
        # The portal's script is asked for once the style sheet is there, by another script.
        self.page.wait_for_function(_ALL_CAME)
        return self.taken()

    def taken(self) -> Visit:
        """What was on the line since it was told to forget."""
        times = self.page.evaluate(
            """() => {
                const paint = performance.getEntriesByName("first-contentful-paint")[0];
                const load = performance.getEntriesByType("navigation")[0];
                const last = Math.max(0, ...performance.getEntriesByType("resource").map((r) => r.responseEnd));
                return [paint ? paint.startTime : 0, Math.max(load ? load.loadEventEnd : 0, last)];
            }"""
        )
        return Visit(list(self.all), float(times[0]), float(times[1]))

    def span(self) -> float:
        """Milliseconds from the first request since it was told to forget to the end of the last answer."""
        sent = [each for each in self.all if not each.is_cached]
        if not sent:
            return 0.0
        return (max(each.ended for each in sent) - min(each.asked for each in sent)) * 1000

    def _asked(self, event: dict[str, Any]) -> None:
        request = event["request"]
        if request["url"].startswith(("data:", "about:", "blob:")):
            return
        before = self.open.get(event["requestId"])
        if before is not None and "redirectResponse" in event:
            self._close(before, event["redirectResponse"], event["timestamp"])
        answer = Answer(request["url"], event.get("type", "Other"))
        line = len(request["method"]) + len(answer.url.split("/", 3)[-1]) + 14
        answer.up = line + len(request.get("postData", "")) + self.early.pop(event["requestId"], 0)
        answer.asked = float(event["timestamp"])
        self.open[event["requestId"]] = answer
        self.all.append(answer)

    def _close(self, answer: Answer, response: dict[str, Any], at: float) -> None:
        answer.status = int(response["status"])
        answer.down = int(response.get("encodedDataLength", 0))
        answer.ended = at

    def _asked_exactly(self, event: dict[str, Any]) -> None:
        """The headers as they were really sent, cookies included; HTTP/1.1 writes `Name: value` and two bytes.

        This may be told before the request itself, or after.
        """
        headers = event.get("headers", {})
        length = sum(len(name) + len(str(value)) + 4 for name, value in headers.items())
        answer = self.open.get(event["requestId"])
        if answer is None:
            self.early[event["requestId"]] = length
        else:
            answer.up += length

    def _from_cache(self, event: dict[str, Any]) -> None:
        if answer := self.open.get(event["requestId"]):
            answer.is_cached = True

    def _answered(self, event: dict[str, Any]) -> None:
        if answer := self.open.get(event["requestId"]):
            answer.kind = event["type"]
            answer.status = int(event["response"]["status"])
            answer.is_cached = answer.is_cached or bool(event["response"].get("fromDiskCache"))

    def _finished(self, event: dict[str, Any]) -> None:
        if answer := self.open.get(event["requestId"]):
            answer.down = int(event.get("encodedDataLength", 0))
            answer.ended = float(event["timestamp"])


@contextmanager
def line(context: BrowserContext) -> Iterator[Line]:
    """A new page of the context and its line."""
    page = context.new_page()
    try:
        yield Line(page)
    finally:
        page.close()
