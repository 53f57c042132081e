"""Writing the history of an application: what its family and the office see of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.domain.admissions.models import Application, ApplicationEvent
from app.domain.admissions.types import ApplicationStatus, EventKind
from app.domain.kernel import clock
from app.domain.kernel.access import Actor


def note_event(
    db: Session,
    actor: Actor,
    row: Application,
    kind: EventKind,
    *,
    was: ApplicationStatus | None = None,
    note: str | None = None,
    **details: Any,
) -> None:
    """Add a line to the history, with the version of the application that it made.

    `was` is the state before, where it has changed.
    """
    note_events(db, actor, [row], kind, was={row.id: was} if was else None, note=note, **details)


def note_events(
    db: Session,
    actor: Actor,
    rows: Iterable[Application],
    kind: EventKind,
    *,
    was: Mapping[UUID, ApplicationStatus] | None = None,
    note: str | None = None,
    **details: Any,
) -> None:
    """The same for many; `was` has the states before, where they have changed."""
    db.flush()
    now = clock.now()
    db.add_all(
        ApplicationEvent(
            application_id=row.id,
            at=now,
            kind=kind,
            user_id=actor.user_id,
            from_status=was[row.id] if was else None,
            to_status=row.status if was else None,
            note=note or None,
            details={"version": row.version, **details},
        )
        for row in rows
    )
