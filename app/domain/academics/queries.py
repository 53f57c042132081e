"""Reads of the school's structure and calendar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from app.domain.academics.models import AcademicYear, CalendarEntry, Campus, SchoolClass
from app.domain.academics.types import DayKind
from app.domain.kernel.texts import LocalText
from app.uow import session

# --- what the public site shows of the school


@dataclass(frozen=True)
class CampusCard:
    """A campus as everybody may see it."""

    code: str
    name: LocalText
    address: LocalText
    phone: str | None
    email: str | None
    eiin: str | None


def list_campus_cards() -> list[CampusCard]:
    """All campuses, the first one made first: what everybody may know of them."""
    columns = (Campus.code, Campus.name, Campus.address, Campus.phone, Campus.email, Campus.eiin)
    rows = session().execute(select(*columns).order_by(Campus.created_at, Campus.id))
    return [CampusCard(*row) for row in rows]


@dataclass(frozen=True)
class PublicEntry:
    """A holiday or event as everybody may see it, once for all campuses that share it."""

    name: LocalText
    kind: DayKind
    starts_on: date
    ends_on: date


def list_coming_entries(day: date, *, limit: int = 4) -> list[PublicEntry]:
    """The next holidays and events of all campuses that are not over on `day`, in order of time; one statement."""
    statement = (
        select(CalendarEntry.name, CalendarEntry.kind, CalendarEntry.starts_on, CalendarEntry.ends_on)
        .where(CalendarEntry.ends_on >= day, CalendarEntry.kind != DayKind.SCHOOL_DAY)
        .group_by(CalendarEntry.name, CalendarEntry.kind, CalendarEntry.starts_on, CalendarEntry.ends_on)
        .order_by(CalendarEntry.starts_on, CalendarEntry.ends_on)
        .limit(limit)
    )
    return [PublicEntry(*row) for row in session().execute(statement)]


def intake_columns(year_key: Any, class_key: Any) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """Names for a feature that hangs on a year and its classes, without touching the tables.

    Returns the columns (name of the campus, name of the year, its first day, names of the classes with the
    youngest first, an aggregate) and the joins that bring them along, each to be given to `join(*...)`.
    Group by the first three columns.
    """
    columns = (
        Campus.name,
        AcademicYear.name,
        AcademicYear.starts_on,
        func.jsonb_agg(aggregate_order_by(SchoolClass.name, SchoolClass.level)),
    )
    joins = (
        (AcademicYear, AcademicYear.id == year_key),
        (Campus, Campus.id == AcademicYear.campus_id),
        (SchoolClass, SchoolClass.id == class_key),
    )
    return columns, joins
