"""Writes of the cms feature: one verb, one transaction."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.domain.audit.services import record, record_change
from app.domain.cms.models import Notice, Page
from app.domain.cms.policies import may_edit, may_write_for
from app.domain.cms.queries import MODELS, has_slug
from app.domain.cms.rules import check_slug, check_texts, publication_moment, suggest_slug
from app.domain.cms.types import ArticleKind, SlugTaken
from app.domain.kernel.access import Actor, Permission
from app.domain.kernel.dates import DHAKA
from app.domain.kernel.errors import Forbidden, NotFound, Stale
from app.domain.kernel.texts import LocalText
from app.uow import transaction


def add_page(actor: Actor, *, slug: str, title: LocalText, content: LocalText) -> UUID:
    """Write a new page, not yet published. The texts are cleaned HTML or plain text.

    Raises SlugRefused, SlugTaken, NothingWritten, HalfWritten, NothingLeft, Forbidden.
    """
    return _add(actor, ArticleKind.PAGE, slug=slug, title=title, content=content)


def add_notice(
    actor: Actor, *, title: LocalText, content: LocalText, slug: str = "", campus_id: UUID | None = None
) -> UUID:
    """Write a new notice, not yet published, for one campus or for all. Its address may be left to the title.

    Raises as `add_page` does, and NotFound for a campus that is not the actor's.
    """
    if not may_write_for(actor, campus_id):
        raise NotFound
    return _add(actor, ArticleKind.NOTICE, slug=slug, title=title, content=content, campus_id=campus_id)


def _add(
    actor: Actor, kind: ArticleKind, *, slug: str, title: LocalText, content: LocalText, **more: Any
) -> UUID:
    if not actor.may(Permission.SITE_EDIT):
        raise Forbidden
    title, content = check_texts(title, content)
    with transaction() as db:
        address = check_slug(slug) if slug.strip() else _free_slug(kind, title)
        row = MODELS[kind](slug=address, title=title, content=content, created_by=actor.user_id, **more)
        _store(db, row)
        new = {"slug": address, "title": title, "content": content}
        record(actor, f"{kind}.added", kind, row.id, campus_id=more.get("campus_id"), new=new)
    return row.id


def _store(db: Session, row: Page | Notice) -> None:
    """Write the row; the unique constraint decides who has an address first."""
    try:
        with db.begin_nested():
            db.add(row)
            db.flush()
    except IntegrityError as error:
        raise SlugTaken from error


def _free_slug(kind: ArticleKind, title: LocalText) -> str:
    wanted = suggest_slug(title, datetime.now(DHAKA).date())
    for number in range(1, 100):
        slug = wanted if number == 1 else f"{wanted}-{number}"
        if not has_slug(kind, slug):
            return slug
    raise SlugTaken


def edit_page(
    actor: Actor, page_id: UUID, *, version: int, slug: str, title: LocalText, content: LocalText
) -> None:
    """Change a page. `version` is the one the editor read.

    Raises Stale where somebody was faster, NotFound, and as `add_page` does.
    """
    _edit(actor, ArticleKind.PAGE, page_id, version, slug=slug, title=title, content=content)


def edit_notice(
    actor: Actor,
    notice_id: UUID,
    *,
    version: int,
    slug: str,
    title: LocalText,
    content: LocalText,
    campus_id: UUID | None = None,
) -> None:
    """Change a notice. `version` is the one the editor read.

    Raises Stale where somebody was faster, NotFound, and as `add_notice` does.
    """
    if not may_write_for(actor, campus_id):
        raise NotFound
    _edit(
        actor,
        ArticleKind.NOTICE,
        notice_id,
        version,
        slug=slug,
        title=title,
        content=content,
        campus_id=campus_id,
    )


def _edit(
    actor: Actor,
    kind: ArticleKind,
    article_id: UUID,
    version: int,
    *,
    slug: str,
    title: LocalText,
    content: LocalText,
    **more: Any,
) -> None:
    title, content = check_texts(title, content)
    with transaction() as db:
        row = _locked(db, actor, kind, article_id)
        if row.version != version:
            raise Stale
        # An address that was published may stand on paper and in other people's links: it stays.
        address = row.slug if row.published_at else check_slug(slug)
        new = {"slug": address, "title": title, "content": content, **more}
        old = {name: getattr(row, name) for name in new}
        if not record_change(
            actor, f"{kind}.edited", kind, article_id, old=old, new=new, campus_id=more.get("campus_id")
        ):
            return
        for name, value in new.items():
            setattr(row, name, value)
        _store(db, row)


def _locked(db: Session, actor: Actor, kind: ArticleKind, article_id: UUID) -> Page | Notice:
    model = MODELS[kind]
    statement = select(model).where(model.id == article_id).with_for_update()
    row = cast(
        "Page | Notice | None",
        db.scalars(statement.execution_options(populate_existing=True)).one_or_none(),
    )
    if row is None or not may_edit(actor, row):
        raise NotFound
    return row


def publish(actor: Actor, kind: ArticleKind, article_id: UUID, *, on: date | None = None) -> datetime:
    """Show a page or notice to everybody: at once, or from a day on (a date in Dhaka). Returns the moment.

    Raises NotFound.
    """
    moment = publication_moment(on, datetime.now(UTC))
    with transaction() as db:
        row = _locked(db, actor, kind, article_id)
        if row.is_published and on is None and row.published_at is not None:
            return row.published_at
        record_change(
            actor,
            f"{kind}.published",
            kind,
            article_id,
            old={"is_published": row.is_published, "published_at": row.published_at},
            new={"is_published": True, "published_at": moment},
        )
        row.is_published, row.published_at = True, moment
    return moment


def publish_page(actor: Actor, page_id: UUID, *, on: date | None = None) -> datetime:
    """Show a page to everybody; see `publish`."""
    return publish(actor, ArticleKind.PAGE, page_id, on=on)


def publish_notice(actor: Actor, notice_id: UUID, *, on: date | None = None) -> datetime:
    """Show a notice to everybody; see `publish`."""
    return publish(actor, ArticleKind.NOTICE, notice_id, on=on)


def unpublish(actor: Actor, kind: ArticleKind, article_id: UUID) -> None:
    """Take a page or notice off the public site. Its text and its date stay. Raises NotFound."""
    with transaction() as db:
        row = _locked(db, actor, kind, article_id)
        if not row.is_published:
            return
        record(
            actor,
            f"{kind}.unpublished",
            kind,
            article_id,
            old={"is_published": True},
            new={"is_published": False},
        )
        row.is_published = False
