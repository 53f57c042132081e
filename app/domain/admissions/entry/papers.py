"""The papers of an application in the student's file."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.domain.admissions.entry.models import StudentPaper
from app.domain.admissions.models import ApplicationDocument
from app.domain.files.queries import refused_files


def move_papers(db: Session, application_id: UUID, student_id: UUID) -> list[UUID]:
    """Put the papers of an application into a student's file, but those a check refused. Returns the new keys.

    Inside the caller's transaction. From now on they stay with the student whatever becomes of the application,
    on whose page they are still shown.
    """
    refused = refused_files().subquery()
    rows = db.execute(
        select(ApplicationDocument.document_type, ApplicationDocument.file_id).where(
            ApplicationDocument.application_id == application_id,
            ApplicationDocument.file_id.not_in(select(refused.c.id)),
        )
    ).all()
    papers = [
        StudentPaper(
            student_id=student_id, document_type=kind, file_id=file_id, application_id=application_id
        )
        for kind, file_id in rows
    ]
    db.add_all(papers)
    db.flush()
    return [paper.id for paper in papers]


def take_papers_back(db: Session, paper_ids: list[UUID]) -> None:
    """Take papers out of a student's file; the application has them still. Inside the caller's transaction."""
    db.execute(delete(StudentPaper).where(StudentPaper.id.in_(paper_ids)))
