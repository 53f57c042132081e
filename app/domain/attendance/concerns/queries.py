"""Reads of concerns. The filter of what somebody reaches comes from the policies."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select

from app.domain.academics.queries import section_name_columns
from app.domain.accounts.queries import user_name_columns
from app.domain.attendance.concerns.models import Concern, ConcernEvent
from app.domain.attendance.concerns.types import PAGE_SIZE, ConcernLine, ConcernList, ConcernView
from app.domain.kernel.errors import NotFound
from app.domain.kernel.texts import LocalText
from app.domain.people.queries import student_name_columns
from app.uow import session


def _name(en: str | None, bn: str | None, ar: str | None) -> LocalText:
    return LocalText(en or "", bn or "", ar or "")


def _concerns() -> Any:
    en, bn, ar, student = student_name_columns(Concern.student_id)
    owner_en, owner_bn, owner_ar, owner = user_name_columns(Concern.owner_id)
    class_name, section_name, section = section_name_columns(Concern.section_id)
    statement = select(Concern, en, bn, ar, class_name, section_name, owner_en, owner_bn, owner_ar)
    statement = statement.join(*student).outerjoin(*owner)
    for each in section:
        statement = statement.join(*each)
    return statement.execution_options(populate_existing=True)


def _view(row: Any) -> ConcernView:
    concern: Concern = row[0]
    return ConcernView(
        id=concern.id,
        campus_id=concern.campus_id,
        section_id=concern.section_id,
        student_id=concern.student_id,
        version=concern.version,
        kind=concern.kind,
        name=_name(*row[1:4]),
        class_name=row[4],
        section_name=row[5],
        days=tuple(concern.days),
        attended=concern.attended,
        taken=concern.taken,
        owner_id=concern.owner_id,
        owner=_name(*row[6:9]),
        found_at=concern.found_at,
        closed_at=concern.closed_at,
        outcome=concern.outcome,
    )


def _of(wanted: ConcernList, user_id: UUID | None) -> ColumnElement[bool]:
    match wanted:
        case ConcernList.MINE:
            return Concern.closed_at.is_(None) & (Concern.owner_id == user_id)
        case ConcernList.OPEN:
            return Concern.closed_at.is_(None)
        case _:
            return Concern.closed_at.is_not(None)


def count_concerns(reached: ColumnElement[bool], user_id: UUID | None) -> dict[ConcernList, int]:
    """How many there are in each list: one statement."""
    row = (
        session()
        .execute(
            select(*(func.count().filter(_of(each, user_id)) for each in ConcernList))
            .select_from(Concern)
            .where(reached)
        )
        .one()
    )
    return dict(zip(ConcernList, row, strict=True))


def list_concerns(
    reached: ColumnElement[bool], wanted: ConcernList, user_id: UUID | None, *, page: int = 1
) -> list[ConcernView]:
    """A page of concerns, those found last first: one statement."""
    rows = session().execute(
        _concerns()
        .where(reached, _of(wanted, user_id))
        .order_by(Concern.found_at.desc(), Concern.id)
        .limit(PAGE_SIZE)
        .offset((page - 1) * PAGE_SIZE)
    )
    return [_view(row) for row in rows]


def get_concern(reached: ColumnElement[bool], concern_id: UUID) -> ConcernView:
    """One concern. Raises NotFound, also for one that is not reached."""
    row = session().execute(_concerns().where(reached, Concern.id == concern_id)).one_or_none()
    if row is None:
        raise NotFound
    return _view(row)


def list_history(concern_id: UUID) -> list[ConcernLine]:
    """What happened to a concern that the caller has found, the latest first."""
    en, bn, ar, by = user_name_columns(ConcernEvent.by_id)
    owner_en, owner_bn, owner_ar, owner = user_name_columns(ConcernEvent.owner_id)
    rows = session().execute(
        select(
            ConcernEvent.at,
            ConcernEvent.act,
            ConcernEvent.by_id,
            en,
            bn,
            ar,
            ConcernEvent.words,
            ConcernEvent.owner_id,
            owner_en,
            owner_bn,
            owner_ar,
            ConcernEvent.outcome,
        )
        .outerjoin(*by)
        .outerjoin(*owner)
        .where(ConcernEvent.concern_id == concern_id)
        .order_by(ConcernEvent.at.desc(), ConcernEvent.id.desc())
    )
    return [
        ConcernLine(
            row[0],
            row[1],
            _name(*row[3:6]) if row[2] else None,
            row[6],
            _name(*row[8:11]) if row[7] else None,
            row[11],
        )
        for row in rows
    ]
