"""Reads of the school's structure and calendar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from app.domain.academics.models import CalendarEntry, Campus
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
