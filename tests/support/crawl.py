"""Walking the whole site as one person of the cast, every page checked on the way."""

from __future__ import annotations

from typing import Any

from lxml.html import document_fromstring  # type: ignore[import-untyped]  # it brings no types along

from app.domain.kernel.access import ROLE_PERMISSIONS, Role
from ops.browse.crawl import FoundForm, Seen, Walk
from tests.support.cast import CAST, Member
from tests.support.pages import PageClient
from tests.support.routes import ROUTES

__all__ = ["STARTS", "Crawl", "FoundForm", "crawled", "is_the_administrators", "typed"]

STARTS = ["/bn/", "/en/", "/home/"]
_CRAWLS: dict[str, Crawl] = {}


class Crawl(Walk):
    """Follows links from the start pages, a few for each endpoint."""

    def __init__(self, client: PageClient, starts: list[str]) -> None:
        self.client = client
        super().__init__(self._look, client.app.url_map, starts)

    def _look(self, url: str) -> Seen:
        response = self.client.raw.get(url)
        page = None
        if response.status_code < 300:
            page = self.client._page(url, response, None, follow=False).root
        return Seen(response.status_code, response.headers.get("Location", ""), page)


def crawled(client: PageClient, member: Member | None) -> Crawl:
    """The site as this reader finds it in the school with twins, walked once in a process. Signs the reader in.

    Every test begins with the same school, so that what the first one found is there for the others.
    """
    name = member.nick if member else ""
    client.as_(member, is_told=True)
    if name not in _CRAWLS:
        _CRAWLS[name] = crawl = Crawl(client, STARTS)
        # The sign-in of this walk is gone with its test.
        crawl.pages = [page for page in crawl.pages if "/records/session/" not in page]
    return _CRAWLS[name]


def is_the_administrators(form: FoundForm, reader: Member | None) -> bool:
    """Whether the administrator has the same form as this reader, so that it need not be asked again how it is read."""
    needs = ROUTES[form.endpoint].needs
    return reader not in (None, CAST.hasan) and (needs is None or needs in ROLE_PERMISSIONS[Role.ADMIN])


def typed(response: Any) -> set[str]:
    """Every text that the controls of an answer hold."""
    page = document_fromstring(response.get_data(as_text=True))
    held = {tag.get("value", "") for tag in page.iter("input")}
    return held | {tag.text_content().removeprefix("\n") for tag in page.iter("textarea")}
