"""Reading the audit log of one record."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from app.domain.audit.models import AuditEntry
from app.uow import session


def list_entries_of(entity_type: str, entity_id: UUID, *, limit: int = 100) -> list[AuditEntry]:
    """The latest entries about one record, newest first. The caller has already checked the record's scope."""
    statement = (
        select(AuditEntry)
        .where(AuditEntry.entity_type == entity_type, AuditEntry.entity_id == entity_id)
        .order_by(AuditEntry.at.desc(), AuditEntry.id.desc())
        .limit(limit)
    )
    return list(session().scalars(statement))
