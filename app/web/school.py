"""Who runs this site: what stands in the header, the footer and the titles of all pages."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from functools import cached_property, lru_cache

from flask import Flask, current_app, g, has_request_context
from flask_babel import gettext
from markupsafe import Markup
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.local import LocalProxy

from app.domain.academics.queries import CampusCard, list_campus_cards
from app.domain.cms.queries import list_published_page_slugs
from app.extensions import cache
from app.uow import session
from app.web.i18n import current_locale, local

log = logging.getLogger(__name__)

KEEP_SECONDS = 60
_KEY = "school"

Known = tuple[tuple[CampusCard, ...], frozenset[str]]


@lru_cache
def _name(locale: str) -> str:
    return str(gettext("Smart Academy"))


class School:
    """The school as pages show it, in the reader's language. `address` may carry the mark of another language.

    The database is asked when a page names more than the name, which the portal does not.
    """

    def __init__(self, sender: str) -> None:
        self.sender = sender

    @cached_property
    def _facts(self) -> Known:
        return _known()

    @property
    def campuses(self) -> tuple[CampusCard, ...]:
        """Its campuses, the first one first."""
        return self._facts[0]

    @property
    def pages(self) -> frozenset[str]:
        """The addresses of the published pages, for links that must not lead to nothing."""
        return self._facts[1]

    @property
    def name(self) -> str:
        """The name of the school."""
        return _name(current_locale())

    @property
    def town(self) -> str:
        """The names of its campuses: what stands under the name in the header. Empty before there is one."""
        return " · ".join(campus.name.in_(current_locale())[0] for campus in self.campuses[:2])

    @property
    def address(self) -> Markup:
        """Where the first campus is."""
        return local(self.campuses[0].address) if self.campuses else Markup("")

    @property
    def phone(self) -> str:
        """The number of the first campus in E.164, or nothing."""
        return self.campuses[0].phone or "" if self.campuses else ""

    @property
    def email(self) -> str:
        """The address of the first campus, or the one that mail comes from."""
        return self.campuses[0].email or self.sender if self.campuses else self.sender

    @property
    def eiin(self) -> str:
        """The institute number of the first campus, or nothing."""
        return self.campuses[0].eiin or "" if self.campuses else ""


def _known() -> Known:
    """What the database says, at most a minute old; nothing where it is away, so that error pages can say so."""
    known: Known | None = cache.get(_KEY)
    if known is None:
        if g.get("no_connection"):
            return (), frozenset()
        try:
            known = tuple(list_campus_cards()), frozenset(list_published_page_slugs(datetime.now(UTC)))
        except SQLAlchemyError:
            log.warning("the campuses could not be read")
            session().rollback()
            return (), frozenset()
        cache.set(_KEY, known, timeout=KEEP_SECONDS)
    return known


def current_school() -> School:
    """The school, read once a request."""
    if not has_request_context():
        return School(current_app.config["SETTINGS"].sender)
    if "school" not in g:
        g.school = School(current_app.config["SETTINGS"].sender)
    return g.school  # type: ignore[no-any-return]  # g is untyped by design


def init_school(app: Flask) -> None:
    """Give templates the school; it is read where a page first names it."""
    app.jinja_env.globals.update(school=LocalProxy(current_school))
