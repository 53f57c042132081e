"""Walking the whole site as one person: every page behind a link, every form on those pages."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

from bs4 import Tag
from werkzeug.exceptions import HTTPException

from tests.support.pages import Page, PageClient

_PER_ENDPOINT = 3


@dataclass(frozen=True)
class FoundForm:
    """A form that posts, where it was found and what it would send as it stands."""

    page: str
    action: str
    endpoint: str
    values: tuple[tuple[str, str], ...]
    texts: tuple[str, ...]
    choices: tuple[str, ...]
    secrets: tuple[str, ...]
    """Those of the texts that no page shows again."""

    @property
    def key(self) -> tuple[str, tuple[str, ...]]:
        """Forms with the same target and fields are the same form."""
        return self.endpoint, tuple(sorted(name for name, _ in self.values))


class Crawl:
    """Follows links from the start pages, a few for each endpoint."""

    def __init__(self, client: PageClient, starts: list[str]) -> None:
        self.client = client
        self.adapter = client.app.url_map.bind("localhost")
        self.visits: Counter[str] = Counter()
        self.forms: dict[tuple[str, tuple[str, ...]], FoundForm] = {}
        self.pages: list[str] = []
        self.broken: list[tuple[str, str, int]] = []
        self._queue: deque[tuple[str, str]] = deque(("", start) for start in starts)
        self._seen = set(starts)
        while self._queue:
            self._visit(*self._queue.popleft())

    def endpoint_of(self, url: str, method: str = "GET") -> str | None:
        """The route behind an address of this site."""
        try:
            endpoint, _ = self.adapter.match(urlsplit(url).path, method=method)
        except HTTPException:
            return None
        return str(endpoint)

    def _visit(self, source: str, url: str) -> None:
        endpoint = self.endpoint_of(url)
        if endpoint is None:
            if not url.startswith("/static/"):
                self.broken.append((source, url, 404))
            return
        self.visits[endpoint] += 1
        if self.visits[endpoint] > _PER_ENDPOINT:
            return
        response = self.client.raw.get(url)
        if response.status_code in {301, 302, 303}:
            self._note(url, response.headers["Location"])
            return
        if response.status_code >= 400:
            self.broken.append((source, url, response.status_code))
            return
        page = self.client._page(url, response, None, follow=False)
        self.pages.append(url)
        for link in page.soup.find_all("a", href=True):
            self._note(url, str(link["href"]))
        for form in page.soup.find_all("form"):
            if str(form.get("method", "get")).lower() == "post":
                self._keep_form(page, form)

    def _note(self, source: str, href: str) -> None:
        parts = urlsplit(urljoin(source, href))
        if parts.scheme not in {"", "http"} or parts.netloc not in {"", "localhost"} or not parts.path:
            return
        url = parts.path + (f"?{parts.query}" if parts.query else "")
        if url not in self._seen:
            self._seen.add(url)
            self._queue.append((source, url))

    def _keep_form(self, page: Page, form: Tag) -> None:
        action = urljoin(page.url, str(form.get("action") or page.url))
        endpoint = self.endpoint_of(action, "POST")
        if endpoint is None:
            self.broken.append((page.url, action, 405))
            return
        values, texts, choices = _fields(form)
        found = FoundForm(
            page.url, action, endpoint, tuple(values.items()), tuple(texts), tuple(choices), _secrets(form)
        )
        self.forms.setdefault(found.key, found)


def _secrets(form: Tag) -> tuple[str, ...]:
    return tuple(str(control["name"]) for control in form.select("input[type=password][name]"))


def _fields(form: Tag) -> tuple[dict[str, str], list[str], list[str]]:
    values: dict[str, str] = {}
    texts: list[str] = []
    choices: list[str] = []
    for control in form.find_all(["input", "select", "textarea"]):
        name, kind = str(control.get("name") or ""), str(control.get("type") or "text")
        if not name or name == "csrf_token" or kind in {"submit", "file"}:
            continue
        if kind in {"radio", "checkbox"}:
            if control.has_attr("checked") or (kind == "radio" and name not in values):
                values[name] = str(control.get("value", "y"))
            choices.append(name)
        elif control.name == "select":
            options = control.find_all("option")
            chosen = next((o for o in options if o.has_attr("selected")), options[-1] if options else None)
            values[name] = str(chosen.get("value", "")) if chosen is not None else ""
            choices.append(name)
        else:
            values[name] = control.get_text() if control.name == "textarea" else str(control.get("value", ""))
            (choices if kind == "hidden" else texts).append(name)
    for button in form.find_all("button", attrs={"name": True}):
        values.setdefault(str(button["name"]), str(button.get("value", "")))
    return values, texts, list(dict.fromkeys(choices))


def typed(response: Any) -> set[str]:
    """Every text that the controls of an answer hold."""
    from bs4 import BeautifulSoup

    soup = BeautifulSoup(response.get_data(as_text=True), "html.parser")
    held = {str(tag.get("value", "")) for tag in soup.find_all("input")}
    return held | {tag.get_text().removeprefix("\n") for tag in soup.find_all("textarea")}
