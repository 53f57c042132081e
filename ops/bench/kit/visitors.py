"""People without a browser's patience: they ask, look at what comes, and everything that came is counted."""

from __future__ import annotations

import http.client
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode, urlsplit

from bs4 import BeautifulSoup
from urllib3.filepost import encode_multipart_formdata

from ops.browse.forms import form_values

FORM = "main form[method=post]"
SECRETS = {"csrf_token", "password"}
"""What a page that keeps a form leaves out or makes anew."""
PAUSE = 0.05
File = tuple[str, bytes, str]
"""Name, content, type."""


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: http.client.HTTPMessage
    body: str

    @property
    def soup(self) -> BeautifulSoup:
        """The page, parsed."""
        return BeautifulSoup(self.body, "html.parser")


@dataclass
class Counts:
    """Everything that was asked and answered, of all visitors together."""

    statuses: Counter[int] = field(default_factory=Counter)
    dropped: int = 0
    """Requests that were not answered at all."""
    kept: int = 0
    """Forms that came back whole on the page that could not store them."""
    faults: list[str] = field(default_factory=list)
    """503 without Retry-After, in another language, with a traceback, or without the form."""
    bad: list[tuple[float, int]] = field(default_factory=list)
    """(monotonic time, status) of every 5xx."""
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def requests(self) -> int:
        """How many were sent."""
        return self.statuses.total() + self.dropped


class Visitor:
    """One person with a cookie jar. Each request has a connection of its own, so that any worker answers."""

    def __init__(
        self, url: str, counts: Counts, lang: str, *, source: str | None = None, patience: float = 30
    ) -> None:
        """`source` is the loopback address it comes from, `patience` how many seconds it waits for an answer."""
        self.address = urlsplit(url)
        self.counts, self.lang = counts, lang
        self.source, self.patience = source, patience
        self.cookies: dict[str, str] = {}

    def ask(
        self, path: str, form: dict[str, Any] | None = None, files: dict[str, File] | None = None
    ) -> Answer | None:
        """Send one request. None: the connection broke without an answer."""
        connection = http.client.HTTPConnection(
            self.address.hostname or "",
            self.address.port,
            timeout=self.patience,
            source_address=(self.source, 0) if self.source else None,
        )
        headers = {"Connection": "close", "Accept-Language": "en"}
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        body: bytes | None = None
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            body = urlencode(form).encode()
        if files:
            body, headers["Content-Type"] = encode_multipart_formdata((form or {}) | files)
        try:
            connection.request("GET" if form is None else "POST", path, body, headers)
            response = connection.getresponse()
            answer = Answer(response.status, response.headers, response.read().decode())
        except (OSError, http.client.HTTPException):
            with self.counts.lock:
                self.counts.dropped += 1
            return None
        finally:
            connection.close()
        for line in response.headers.get_all("Set-Cookie") or []:
            self.cookies |= {name: morsel.value for name, morsel in SimpleCookie(line).items()}
        self._count(path, answer)
        return answer

    def _count(self, path: str, answer: Answer) -> None:
        with self.counts.lock:
            self.counts.statuses[answer.status] += 1
            if answer.status < 500:
                return
            self.counts.bad.append((time.monotonic(), answer.status))
            if answer.status == 503:
                lang = answer.soup.html.get("lang") if answer.soup.html else None
                if "Retry-After" not in answer.headers:
                    self.counts.faults.append(f"{path}: no Retry-After")
                if lang != self.lang:
                    self.counts.faults.append(f"{path}: {lang} instead of {self.lang}")
                if "Traceback" in answer.body or "psycopg" in answer.body:
                    self.counts.faults.append(f"{path}: a traceback")
            else:
                self.counts.faults.append(f"{path}: {answer.status}")

    def get(self, path: str, over: threading.Event) -> Answer:
        """Ask until the page is there. Raises TimeoutError where `over` comes first."""
        while True:
            answer = self.ask(path)
            if answer and answer.status < 500:
                return answer
            if over.wait(PAUSE):
                raise TimeoutError(path)

    def send(self, path: str, form: dict[str, Any], over: threading.Event) -> Answer:
        """Send a form, and what a 503 kept of it again and again, until it is answered otherwise."""
        while True:
            answer = self.ask(path, form)
            if answer and answer.status < 500:
                return answer
            if answer and answer.status == 503:
                form = self._kept(path, answer, form)
            if over.wait(PAUSE):
                raise TimeoutError(path)

    def _kept(self, path: str, answer: Answer, form: dict[str, Any]) -> dict[str, Any]:
        found = answer.soup.select_one(FORM)
        kept = form_values(found) if found else {}
        lost = {name for name in form if name not in SECRETS and str(kept.get(name)) != str(form[name])}
        with self.counts.lock:
            if lost or found is None or str(found["action"]) != path:
                self.counts.faults.append(f"{path}: not kept: {sorted(lost)}")
            else:
                self.counts.kept += 1
        return kept | {name: form[name] for name in ("password",) if name in form}

    def sign_in(self, identifier: str, password: str, over: threading.Event) -> Answer:
        """Through the door in the visitor's language; before anybody is known, the path says which."""
        path = f"/{self.lang}/sign-in"
        form = self.get(path, over).soup.select_one(FORM)
        typed = {"identifier": identifier, "password": password}
        return self.send(
            str(form["action"]) if form else path, (form_values(form) if form else {}) | typed, over
        )
