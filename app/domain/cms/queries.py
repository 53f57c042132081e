"""Reads of pages and notices: what the public sees, and what editors work on."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, literal, select, union_all
from sqlalchemy.orm import InstrumentedAttribute

from app.domain.cms.models import Notice, Page
from app.domain.cms.types import Article, ArticleKind, Headline
from app.domain.kernel.errors import NotFound
from app.domain.kernel.names import matches, search_key, search_tokens
from app.domain.kernel.paging import Page as Sheet
from app.domain.kernel.richtext import plain_text
from app.uow import session

MODELS: dict[ArticleKind, type[Page] | type[Notice]] = {ArticleKind.PAGE: Page, ArticleKind.NOTICE: Notice}


def _visible(model: type[Page] | type[Notice], now: datetime) -> ColumnElement[bool]:
    return (model.is_published) & (model.published_at <= now)


def _headline_columns(kind: ArticleKind) -> tuple[Any, ...]:
    model = MODELS[kind]
    return (literal(kind.value).label("kind"), model.slug, model.title, model.content, model.published_at)


def list_published_notices(now: datetime, *, number: int = 1, size: int = 20) -> Sheet[Headline]:
    """One page of the notices the public sees at `now`, newest first, with their number; one statement."""
    statement = (
        select(*_headline_columns(ArticleKind.NOTICE), func.count().over())
        .where(_visible(Notice, now))
        .order_by(Notice.published_at.desc(), Notice.id.desc())
        .limit(size)
        .offset((number - 1) * size)
    )
    rows = session().execute(statement).all()
    items = [_headline(row) for row in rows]
    return Sheet(items, number=number, size=size, total=rows[0][-1] if rows else 0)


def _headline(row: Any) -> Headline:
    return Headline(ArticleKind(row[0]), row[1], row[2], row[3], row[4])


def get_published(kind: ArticleKind, slug: str, now: datetime) -> Headline:
    """The page or notice the public sees at this address. Raises NotFound."""
    model = MODELS[kind]
    row = (
        session()
        .execute(select(*_headline_columns(kind)).where(model.slug == slug, _visible(model, now)))
        .one_or_none()
    )
    if row is None:
        raise NotFound
    return _headline(row)


def get_published_page(slug: str, now: datetime) -> Headline:
    """The page the public sees at this address. Raises NotFound."""
    return get_published(ArticleKind.PAGE, slug, now)


def get_published_notice(slug: str, now: datetime) -> Headline:
    """The notice the public sees at this address. Raises NotFound."""
    return get_published(ArticleKind.NOTICE, slug, now)


def list_published_page_slugs(now: datetime) -> list[str]:
    """The addresses of the pages the public sees, for menus that lead to them."""
    return list(session().scalars(select(Page.slug).where(_visible(Page, now)).order_by(Page.slug)))


def list_published_addresses(now: datetime) -> list[tuple[ArticleKind, str, datetime]]:
    """(kind, slug, last change) of everything the public sees, for the site map; one statement."""
    parts: list[Any] = [
        select(literal(kind.value), model.slug, model.updated_at).where(_visible(model, now))
        for kind, model in MODELS.items()
    ]
    rows = session().execute(union_all(*parts).order_by("slug").limit(10_000)).all()
    return [(ArticleKind(row[0]), row[1], row[2]) for row in rows]


def search_published(query: str, locale: str, now: datetime, *, limit: int = 20) -> list[Headline]:
    """Pages and notices in which every word of the query begins a word, in any language; one statement.

    Those found by their title in the reader's language come first, then the newest. A query without a letter
    or digit finds nothing. Spellings meet in the search key, which is made of the text here: a school has a
    few hundred texts, not thousands.
    """
    if not search_tokens(query):
        return []
    parts: list[Select[Any]] = [
        select(*_headline_columns(kind)).where(_visible(model, now)) for kind, model in MODELS.items()
    ]
    both = union_all(*parts).subquery()
    found = []
    statement = select(both).order_by(both.c.published_at.desc()).limit(500)
    for row in session().execute(statement):
        headline = _headline(row)
        texts = [*headline.title.to_dict().values(), *map(plain_text, headline.content.to_dict().values())]
        if matches(search_key(*texts), query):
            found.append(headline)
    found.sort(key=lambda one: not matches(search_key(one.title.in_(locale)[0]), query))
    return found[:limit]


def list_articles(
    scope: ColumnElement[bool], kind: ArticleKind, *, number: int = 1, size: int = 30
) -> Sheet[Article]:
    """One page of what an editor works on, the latest change first. `scope` is `policies.editable`."""
    model = MODELS[kind]
    statement = (
        select(*_article_columns(model), func.count().over())
        .where(scope)
        .order_by(func.coalesce(model.published_at, model.updated_at).desc(), model.id.desc())
        .limit(size)
        .offset((number - 1) * size)
    )
    rows = session().execute(statement).all()
    return Sheet(
        [_article(kind, row) for row in rows], number=number, size=size, total=rows[0][-1] if rows else 0
    )


def get_article(scope: ColumnElement[bool], kind: ArticleKind, article_id: UUID) -> Article:
    """A page or notice as an editor opens it. `scope` is `policies.editable`. Raises NotFound."""
    model = MODELS[kind]
    row = (
        session().execute(select(*_article_columns(model)).where(model.id == article_id, scope)).one_or_none()
    )
    if row is None:
        raise NotFound
    return _article(kind, row)


def _article_columns(model: type[Page] | type[Notice]) -> tuple[Any, ...]:
    campus: InstrumentedAttribute[Any] | Any = model.campus_id if model is Notice else literal(None)
    return (
        model.id,
        model.slug,
        model.title,
        model.content,
        model.is_published,
        model.published_at,
        model.updated_at,
        model.version,
        campus,
    )


def _article(kind: ArticleKind, row: Any) -> Article:
    return Article(row[0], kind, *row[1:9])


def has_slug(kind: ArticleKind, slug: str) -> bool:
    """Whether a page or notice of the kind has this address."""
    model = MODELS[kind]
    return session().scalar(select(model.id).where(model.slug == slug)) is not None
