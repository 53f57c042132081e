"""Reads of the kinds of papers that campuses add. Their names stand on the public page, so nobody's scope is asked."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from app.domain.admissions.papers.models import AdmissionPaperKind
from app.domain.admissions.papers.types import PaperDetails, PaperKindView
from app.domain.admissions.types import DocumentKind
from app.uow import session


def list_paper_kinds(campus_id: UUID) -> list[PaperKindView]:
    """The kinds that a campus has added, the oldest first."""
    rows = session().scalars(
        select(AdmissionPaperKind)
        .where(AdmissionPaperKind.campus_id == campus_id)
        .order_by(AdmissionPaperKind.code)
    )
    return [view_of(row) for row in rows]


def view_of(row: AdmissionPaperKind) -> PaperKindView:
    """A row as its pages show it."""
    return PaperKindView(
        row.id, row.campus_id, DocumentKind(row.code), row.version, PaperDetails(row.name, row.takes)
    )


def find_own_papers() -> dict[str, PaperDetails]:
    """Every kind that a campus has added, by its code."""
    rows = session().execute(
        select(AdmissionPaperKind.code, AdmissionPaperKind.name, AdmissionPaperKind.takes)
    )
    return {code: PaperDetails(name, takes) for code, name, takes in rows}


def find_own_paper(kind: DocumentKind) -> PaperDetails | None:
    """A kind that a campus has added; None for those that come with the product."""
    return None if kind.is_built_in else find_own_papers().get(kind)
