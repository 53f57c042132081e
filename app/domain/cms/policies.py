"""Who may edit what: the filter of the lists and the predicate for one notice, side by side.

Pages, and notices without a campus, speak for the whole school: every editor of any campus looks after them.
A notice of one campus is for the editors of that campus; for others it does not exist.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ColumnElement, false, or_, true

from app.domain.cms.models import Notice, Page
from app.domain.cms.types import ArticleKind
from app.domain.kernel.access import ALL, Actor, Permission


def editable(actor: Actor, kind: ArticleKind) -> ColumnElement[bool]:
    """The rows of a kind that this actor may see as an editor and change."""
    campuses = actor.campuses_for(Permission.SITE_EDIT)
    if campuses is ALL:
        return true()
    if not campuses:
        return false()
    if kind is ArticleKind.PAGE:
        return true()
    return or_(Notice.campus_id.is_(None), Notice.campus_id.in_(campuses))


def may_edit(actor: Actor, row: Page | Notice) -> bool:
    """Whether this actor may see this row as an editor and change it."""
    campus_id = row.campus_id if isinstance(row, Notice) else None
    return may_write_for(actor, campus_id)


def may_write_for(actor: Actor, campus_id: UUID | None) -> bool:
    """Whether this actor may write a notice for a campus, or for all of them where it is None."""
    return actor.may(Permission.SITE_EDIT, campus_id)
