"""Writes of kinds of papers: add, change, remove. One verb, one transaction."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from app.domain.admissions.entry.models import StudentPaper
from app.domain.admissions.models import (
    AdmissionCycle,
    AdmissionQuota,
    AdmissionSeat,
    ApplicationDocument,
)
from app.domain.admissions.papers.models import AdmissionPaperKind
from app.domain.admissions.papers.queries import view_of
from app.domain.admissions.papers.rules import code_of
from app.domain.admissions.papers.types import PaperDetails, PaperNamed, PaperUsed
from app.domain.admissions.policies import ensure_edits_cycles
from app.domain.audit.services import record, record_change
from app.domain.counters.services import next_number
from app.domain.kernel.access import Actor
from app.domain.kernel.errors import NotFound, Stale
from app.domain.kernel.texts import LocalText, same_name
from app.uow import transaction

_PAPER = "admission_paper_kind"
_SERIES = "admission-paper-kind"


def add_paper_kind(actor: Actor, campus_id: UUID, details: PaperDetails) -> UUID:
    """Add a kind of paper to those that the cycles of a campus can ask for. Raises NotFound, Forbidden, PaperNamed."""
    ensure_edits_cycles(actor, campus_id)
    with transaction() as db:
        code = code_of(next_number(_SERIES))  # whoever holds the counter sees every kind added before
        _ensure_own_name(db, campus_id, details.name)
        row = AdmissionPaperKind(campus_id=campus_id, code=code, name=details.name, takes=details.takes)
        db.add(row)
        db.flush()
        record(
            actor, f"{_PAPER}.added", _PAPER, row.id, campus_id=campus_id, new=_told(details) | {"code": code}
        )
        return row.id


def change_paper_kind(actor: Actor, kind_id: UUID, version: int, details: PaperDetails) -> None:
    """Name a kind of paper otherwise, or take other files for it; what was sent stays.

    Raises NotFound, Forbidden, Stale, PaperNamed.
    """
    with transaction() as db:
        row = _held(db, actor, kind_id)
        if row.version != version:
            raise Stale
        _ensure_own_name(db, row.campus_id, details.name, but=row.id)
        before = view_of(row).details
        row.name, row.takes = details.name, details.takes
        db.flush()
        record_change(
            actor,
            f"{_PAPER}.changed",
            _PAPER,
            row.id,
            old=_told(before),
            new=_told(details),
            campus_id=row.campus_id,
        )


def remove_paper_kind(actor: Actor, kind_id: UUID) -> None:
    """Forget a kind of paper that nothing asks for and nobody has sent. Raises NotFound, Forbidden, PaperUsed."""
    with transaction() as db:
        row = _held(db, actor, kind_id)
        if _is_used(db, row.code):
            raise PaperUsed
        key, campus_id, old = row.id, row.campus_id, _told(view_of(row).details)
        db.delete(row)
        db.flush()
        record(actor, f"{_PAPER}.removed", _PAPER, key, campus_id=campus_id, old=old)


def _held(db: Session, actor: Actor, kind_id: UUID) -> AdmissionPaperKind:
    row = db.get(AdmissionPaperKind, kind_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound
    ensure_edits_cycles(actor, row.campus_id)
    return row


def _ensure_own_name(db: Session, campus_id: UUID, name: LocalText, *, but: UUID | None = None) -> None:
    rows = db.execute(
        select(AdmissionPaperKind.id, AdmissionPaperKind.name).where(
            AdmissionPaperKind.campus_id == campus_id
        )
    )
    if any(key != but and same_name(name, other) for key, other in rows):
        raise PaperNamed


def _is_used(db: Session, code: str) -> bool:
    return bool(
        db.scalar(
            select(
                or_(
                    *(
                        exists().where(table.papers.contains([code]))
                        for table in (AdmissionCycle, AdmissionSeat, AdmissionQuota)
                    ),
                    *(
                        exists().where(table.document_type == code)
                        for table in (ApplicationDocument, StudentPaper)
                    ),
                )
            )
        )
    )


def _told(details: PaperDetails) -> dict[str, object]:
    return {"name": details.name, "takes": details.takes}
