"""Writing the history of an application: what its family and the office see of it."""

from __future__ import annotations

from typing import Any

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
    db.flush()
    db.add(
        ApplicationEvent(
            application_id=row.id,
            at=clock.now(),
            kind=kind,
            user_id=actor.user_id,
            from_status=was,
            to_status=row.status if was is not None else None,
            note=note or None,
            details={"version": row.version, **details},
        )
    )
