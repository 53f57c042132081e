"""A browser without script: follows links and fills forms as they stand, and checks every page it fetches."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from contextvars import Context
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

import html5lib
from bs4 import BeautifulSoup, Tag
from flask import Flask, has_app_context, session
from flask.testing import FlaskClient
from lxml.etree import XPath, tostring  # type: ignore[import-untyped]  # it brings no types along
from lxml.html import HtmlElement, document_fromstring  # type: ignore[import-untyped]  # as above
from sqlalchemy import func, insert
from werkzeug.exceptions import HTTPException
from werkzeug.test import TestResponse, run_wsgi_app
from werkzeug.wsgi import get_current_url

from app.domain.accounts.models import Session
from app.domain.accounts.rules import session_lifetime
from app.domain.accounts.services import open_session
from app.domain.kernel.ids import hash_token, new_token
from app.extensions import db
from app.uow import transaction
from app.web.headers import _mask
from ops.browse.forms import form_values
from tests.support.cast import Member

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment
    from werkzeug.datastructures import Headers

PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}
"""What htmx says when it wants a part of a page."""
Upload = tuple[bytes, str]
"""Content and file name of a file chosen in a form."""

# html5lib knows the elements of HTML 5.0; these findings are not errors of the living standard.
_TOLERATED = {"unexpected-end-tag-implies-end-tag"}
_READ = XPath("//text()[not(parent::script or parent::style or ancestor::template)]", smart_strings=False)

_QUOTED = re.compile(r""" (?!type=)([\w:-]+)=(?:"[^"]*"|'[^']*')""")
_TEXT = re.compile(r">\s*[^\s<][^<]*")
_BLANK = re.compile(r">\s+")
_TELLING = re.compile(
    r"&(?!(?:amp|lt|gt|quot|nbsp|shy|middot|hellip|ndash|mdash|times|larr|rarr|#\d{1,5}|#x[\da-f]{1,4});)"
    r"|[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)
"""What a parser may object to in a text or in a value, whatever the elements around it."""
_TAG = re.compile(r"<([a-z][\w-]*)((?:\s[^<>]*?)?)(/?)>", re.I)
_NAME = re.compile(r"""([^\s=/>"']+)(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'>]+))?""")
_HIDDEN = re.compile(r"\stype=[\"']?hidden")
_THRICE = re.compile(r"(<(\w+)>(?:(?!<\2>).)*?</\2>)\1{2,}")


@cache
def _bare(tag: str) -> str:
    """A tag without its attributes, unless one stands there twice. Whether a field is hidden tells in a table."""
    match = _TAG.fullmatch(tag)
    assert match is not None
    names = _NAME.findall(match[2])
    if len(set(names)) < len(names):
        return tag
    return f"<{match[1]}{' type=hidden' if _HIDDEN.search(match[2]) else ''}{match[3]}>"


def _shape(html: str) -> str:
    """The elements of a page: what a parser objects to is the same for every page of the same shape.

    Of elements that stand there the same three times and more, as rows of a list, two are enough.
    """
    if _TELLING.search(html):
        return html
    bare = _TAG.sub(lambda tag: _bare(tag[0]), _QUOTED.sub(r' \1=""', html))
    return _THRICE.sub(r"\1\1", _BLANK.sub(">", _TEXT.sub(">x", bare)))


@cache
def _faults(shape: str) -> list[tuple[Any, str]]:
    """What is not valid, once for each shape; parsing by the book takes longer than answering."""
    parser = html5lib.HTMLParser()
    parser.parse(shape)
    return [(where, name) for where, name, _ in parser.errors if name not in _TOLERATED]


def check_page(html: str, url: str) -> HtmlElement:
    """Parse a whole page and fail on what no page may have."""
    faults = _faults(_shape(html))
    assert not faults, f"{url}: not valid HTML: {faults[:3]}"
    root = document_fromstring(html)
    heads = sum(1 for _ in root.iter("h1"))
    assert heads == 1, f"{url}: {heads} h1"
    title = (root.findtext(".//head/title") or "").strip()
    assert title and not title.startswith("·"), f"{url}: no title"
    assert root.get("lang") and root.get("dir"), f"{url}: no lang or dir"
    check_fragment(root, url)
    return root


def check_fragment(root: HtmlElement, url: str) -> None:
    """What holds for a part of a page too."""
    tags = [tag for tag in root.iter() if isinstance(tag.tag, str)]
    ids = Counter(tag.get("id") for tag in tags if tag.get("id") is not None)
    doubled = [key for key, times in ids.items() if times > 1]
    assert not doubled, f"{url}: ids used twice: {doubled}"
    named = {tag.get("for") for tag in tags if tag.tag == "label"}
    for tag in tags:
        if tag.tag in {"input", "select", "textarea"}:
            _check_control(tag, named, url)
        elif tag.tag == "form":
            _check_form(tag, url)
        names = tag.attrib.keys()
        assert "style" not in names, f"{url}: inline style"
        assert not any(name.startswith("on") for name in names), f"{url}: inline handler"
        if "hx-get" in names or "hx-post" in names:
            real = tag.tag == "form" or (tag.tag == "a" and tag.get("href")) or _above(tag, "form")
            assert real, f"{url}: works only with script: {tostring(tag)[:160]!r}"


def _above(tag: HtmlElement, name: str) -> bool:
    return next(tag.iterancestors(name), None) is not None


def _check_control(control: HtmlElement, named: set[Any], url: str) -> None:
    if control.get("type") in {"hidden", "submit"}:
        return
    labelled = (
        control.get("aria-label")
        or control.get("aria-labelledby")
        or (control.get("id") and control.get("id") in named)
        or _above(control, "label")
    )
    assert labelled, f"{url}: a control without label: {tostring(control)!r}"


def _check_form(form: HtmlElement, url: str) -> None:
    assert form.get("action") is not None, f"{url}: a form without action"
    token = any(each.get("name") == "csrf_token" for each in form.iter("input"))
    if str(form.get("method", "get")).lower() == "post":
        assert token, f"{url}: a form without CSRF token"
    else:
        assert not token, f"{url}: the token would be in an address"


@dataclass
class Page:
    """One answer: its status, its HTML and the forms on it."""

    client: PageClient
    url: str
    response: TestResponse
    html: str
    """Nothing where the answer is no page."""
    root: HtmlElement | None

    @cached_property
    def soup(self) -> BeautifulSoup:
        """The page to be searched. Made when it is asked for: that takes longer than to write the page."""
        return BeautifulSoup(self.html, "lxml")

    @property
    def status(self) -> int:
        """The status code."""
        return int(self.response.status_code)

    @property
    def text(self) -> str:
        """What is read on the page, white space folded."""
        return "" if self.root is None else " ".join(" ".join(_READ(self.root)).split())

    def one(self, selector: str) -> Tag:
        """The one element that the selector names."""
        found = self.soup.select(selector)
        assert len(found) == 1, f"{self.url}: {len(found)} of {selector}"
        return found[0]

    def all(self, selector: str) -> list[Tag]:
        """Every element that the selector names."""
        return list(self.soup.select(selector))

    @property
    def errors(self) -> list[str]:
        """The messages next to fields and at the top."""
        return [" ".join(tag.get_text(" ").split()) for tag in self.soup.select(".oops, #errors li")]

    def follow(self, label: str) -> Page:
        """Go where the first link with this text leads."""
        for link in self.soup.find_all("a", href=True):
            if label in " ".join(link.get_text(" ").split()):
                return self.client.get(urljoin(self.url, str(link["href"])))
        raise AssertionError(f"{self.url}: no link {label!r}")

    def values(self, selector: str = "main form[method=post]") -> dict[str, Any]:
        """What the form would send as it stands."""
        return form_values(self.one(selector))

    def submit(
        self,
        selector: str = "main form[method=post]",
        values: Mapping[str, Any] | None = None,
        *,
        status: int | None = None,
        follow: bool = True,
        **more: Any,
    ) -> Page:
        """Fill the form and send it as a browser would. A value of None leaves the field out."""
        form = self.one(selector)
        data: dict[str, Any] = self.values(selector) | dict(values or {}) | more
        sent = {
            name: (io.BytesIO(value[0]), value[1]) if isinstance(value, tuple) else value
            for name, value in data.items()
            if value is not None
        }
        target = urljoin(self.url, str(form.get("action") or self.url))
        if str(form.get("method", "get")).lower() == "get":
            return self.client.get(target, query=sent, status=status)
        return self.client.post(target, sent, status=status, follow=follow)


def chips_of(page: Page, label: str) -> list[tuple[str, bool]]:
    """The words of the chips of a choice, each with whether it is the one shown."""
    return [
        (tag.get_text(), tag.get("aria-current") == "true")
        for tag in page.all(f'nav.chips[aria-label="{label}"] a')
    ]


class Browser(FlaskClient):
    """A client whose requests know nothing of the test around them.

    A test stands inside an application context; Flask would answer the request in that same context, so that
    what one request keeps in `g`, and its database session, would leak into the next.
    """

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Store what the test prepared, then answer in a context of its own."""
        if has_app_context():
            db.session.commit()
        response: TestResponse = Context().run(super().open, *args, **kwargs)
        # A large body lies in a temporary file, which the test client leaves to the garbage collector.
        response.request.environ["wsgi.input"].close()
        return response

    def run_wsgi_app(
        self, environ: WSGIEnvironment, buffered: bool = False
    ) -> tuple[Iterable[bytes], str, Headers]:
        """As always, but cookies are matched by host and path alone: Werkzeug decodes the whole query for it, twice."""
        place = environ | {"QUERY_STRING": ""}
        self._add_cookies_to_wsgi(place)
        environ.pop("HTTP_COOKIE", None)
        if "HTTP_COOKIE" in place:
            environ["HTTP_COOKIE"] = place["HTTP_COOKIE"]
        chunks, status, headers = run_wsgi_app(self.application, environ, buffered=buffered)
        url = urlsplit(get_current_url(place))
        self._update_cookies_from_response(
            url.hostname or "localhost", url.path, headers.getlist("Set-Cookie")
        )
        return chunks, status, headers


class PageClient:
    """Flask's test client with a person's habits."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        app.test_client_class = Browser
        self.raw = app.test_client()

    def as_(self, member: Member | None, *, is_told: bool = False) -> PageClient:
        """Sign this person in on a new device; None: nobody.

        Only the row of the session is written: how somebody signs in is tried elsewhere. `is_told`: the audit log says
        so too, for who looks at what it says.
        """
        self.raw = self.app.test_client()
        if member is None:
            return self
        roles = frozenset({member.role})
        if is_told:
            token = open_session(member.user_id, roles, keep=False, ip=None, user_agent="test")
        else:
            token, lifetime = new_token(), session_lifetime(roles, keep=False)
            statement = insert(Session).values(
                user_id=member.user_id,
                token_hash=hash_token(token),
                expires_at=func.now() + lifetime.absolute,
                idle_for=lifetime.idle,
                user_agent="test",
            )
            with transaction() as stored:
                stored.execute(statement)
        with self.raw.session_transaction() as kept:
            kept["_user_id"] = token
            kept["_fresh"] = True
        return self

    def get(
        self,
        url: str,
        *,
        status: int | None = 200,
        query: Mapping[str, Any] | None = None,
        follow: bool = True,
    ) -> Page:
        """Fetch a page and check it. `status=None` accepts any."""
        response = self.raw.get(url, query_string=dict(query) if query else None)
        return self._page(url, response, status, follow)

    def post(
        self, url: str, data: Mapping[str, Any], *, status: int | None = None, follow: bool = True
    ) -> Page:
        """Send a form, with the token of this browser's session and a new key where the form brought none."""
        sent = dict(data)
        sent.setdefault("csrf_token", self.token())
        if self._creates(url):
            sent.setdefault("once", new_token(16))
        response = self.raw.post(url, data=sent, content_type="multipart/form-data")
        return self._page(url, response, status, follow)

    def _creates(self, url: str) -> bool:
        """Whether the form of this address carries a key."""
        try:
            endpoint, _ = self.app.url_map.bind("localhost").match(urlsplit(url).path, method="POST")
        except HTTPException:
            return False
        return bool(getattr(self.app.view_functions[endpoint], "creates", False))

    def partial(self, url: str, *, data: Mapping[str, Any] | None = None) -> TestResponse:
        """Ask for a part of a page, as htmx does."""
        headers = {"HX-Request": "true", "HX-Request-Type": "partial"}
        if data is None:
            return self.raw.get(url, headers=headers)
        return self.raw.post(url, data={"csrf_token": self.token(), **data}, headers=headers)

    def token(self) -> str:
        """A CSRF token of this browser's session."""
        return Context().run(self._token)

    def _token(self) -> str:
        with self.app.test_request_context(), self.raw.session_transaction() as kept:
            session.update(kept)
            token = _mask()
            kept.update(session)
            return token

    def _page(self, url: str, response: TestResponse, status: int | None, follow: bool) -> Page:
        if follow and response.status_code in {301, 302, 303}:
            target = response.headers["Location"]
            parts = urlsplit(target)
            assert parts.netloc in {"", "localhost"}, f"{url} leads off the site: {target}"
            return self.get(parts.path + (f"?{parts.query}" if parts.query else ""), status=status or 200)
        if status is not None:
            assert response.status_code == status, (
                f"{url}: {response.status_code}, not {status}\n{response.get_data(as_text=True)[:600]}"
            )
        is_page = response.mimetype == "text/html" and response.status_code not in {301, 302, 303}
        html = response.get_data(as_text=True) if is_page else ""
        return Page(self, url, response, html, check_page(html, url) if html else None)
