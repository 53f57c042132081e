"""Walking the whole site as one person: every page behind a link, every form on those pages."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import parse_qsl, urljoin, urlsplit

from lxml.html import HtmlElement  # type: ignore[import-untyped]  # it brings no types along
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map

_PER_ENDPOINT = 3
_MOVED = {301, 302, 303}
_TOLD = ("inputmode", "autocomplete", "pattern", "maxlength")
"""Attributes of a text that go with what the server makes of it."""


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
    kinds: tuple[tuple[str, str], ...] = ()
    """Of what kind each text and choice is: what it is typed or chosen with; of what nobody sees, its name."""

    @property
    def key(self) -> tuple[str, tuple[str, ...]]:
        """Forms with the same target and fields are the same form."""
        return self.endpoint, tuple(sorted(name for name, _ in self.values))


@dataclass(frozen=True)
class Seen:
    """What an address was answered with: the page where there is one, else where it leads."""

    status: int
    location: str = ""
    page: HtmlElement | None = None


class Walk:
    """Follows links from the start pages, a few for each endpoint."""

    def __init__(
        self, look: Callable[[str], Seen], addresses: Map, starts: list[str], *, links: bool = True
    ) -> None:
        """`look` fetches an address of this site, `addresses` tells which route answers it.

        Without `links` nothing is followed but where a page leads to by itself.
        """
        self.look = look
        self.follows = links
        self.adapter = addresses.bind("localhost")
        self.visits: Counter[str] = Counter()
        self.forms: dict[tuple[str, tuple[str, ...]], FoundForm] = {}
        self.queries: dict[str, dict[str, str]] = {}
        """For each route what may stand behind its address: from links, and from forms that ask."""
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
        self._note_query(endpoint, dict(parse_qsl(urlsplit(url).query)))
        self.visits[endpoint] += 1
        if self.visits[endpoint] > _PER_ENDPOINT:
            return
        seen = self.look(url)
        if seen.status in _MOVED:
            self._note(url, seen.location)
            return
        if seen.status >= 400:
            self.broken.append((source, url, seen.status))
            return
        self.pages.append(url)
        if seen.page is None:
            return
        for link in seen.page.iterfind(".//a[@href]") if self.follows else ():
            self._note(url, link.get("href"))
        for form in seen.page.iter("form"):
            self._keep_form(url, form)

    def _note(self, source: str, href: str) -> None:
        parts = urlsplit(urljoin(source, href))
        if parts.scheme not in {"", "http"} or parts.netloc not in {"", "localhost"} or not parts.path:
            return
        url = parts.path + (f"?{parts.query}" if parts.query else "")
        if url not in self._seen:
            self._seen.add(url)
            self._queue.append((source, url))

    def _note_query(self, endpoint: str, values: dict[str, str]) -> None:
        if values:
            self.queries[endpoint] = values | self.queries.get(endpoint, {})

    def _keep_form(self, page: str, form: HtmlElement) -> None:
        action = urljoin(page, str(form.get("action") or page))
        posts = str(form.get("method", "get")).lower() == "post"
        endpoint = self.endpoint_of(action, "POST" if posts else "GET")
        if endpoint is None:
            self.broken.append((page, action, 405))
            return
        values, texts, choices, kinds = _fields(form)
        if not posts:
            self._note_query(endpoint, values)
            self._note(page, action)
            return
        found = FoundForm(
            page,
            action,
            endpoint,
            tuple(values.items()),
            tuple(texts),
            tuple(choices),
            _secrets(form),
            tuple(kinds.items()),
        )
        self.forms.setdefault(found.key, found)


def _secrets(form: HtmlElement) -> tuple[str, ...]:
    return tuple(each.get("name") for each in form.iterfind(".//input[@type='password'][@name]"))


def _fields(form: HtmlElement) -> tuple[dict[str, str], list[str], list[str], dict[str, str]]:
    values: dict[str, str] = {}
    kinds: dict[str, str] = {}
    texts: list[str] = []
    choices: list[str] = []
    for control in form.iter("input", "select", "textarea"):
        name, kind = str(control.get("name") or ""), str(control.get("type") or "text")
        if not name or name == "csrf_token" or kind in {"submit", "file"}:
            continue
        told = name if kind == "hidden" else " ".join(str(control.get(each, "")) for each in _TOLD)
        kinds[name] = f"{control.tag} {kind} {told}"
        if kind in {"radio", "checkbox"}:
            if "checked" in control.attrib or (kind == "radio" and name not in values):
                values[name] = str(control.get("value", "y"))
            choices.append(name)
        elif control.tag == "select":
            options = list(control.iter("option"))
            chosen = next((o for o in options if "selected" in o.attrib), options[-1] if options else None)
            values[name] = str(chosen.get("value", "")) if chosen is not None else ""
            choices.append(name)
        else:
            values[name] = (
                control.text_content() if control.tag == "textarea" else str(control.get("value", ""))
            )
            (choices if kind == "hidden" else texts).append(name)
    for button in form.iterfind(".//button[@name]"):
        values.setdefault(button.get("name"), button.get("value", ""))
    return values, texts, list(dict.fromkeys(choices)), kinds
