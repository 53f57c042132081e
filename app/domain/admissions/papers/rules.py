"""Pure rules of kinds of papers."""

from __future__ import annotations

from typing import Final

from app.domain.admissions.papers.types import PaperDetails, Takes
from app.domain.admissions.types import DocumentKind
from app.domain.files.types import PAPERS, PICTURES, FileKind

_FILES: Final = {
    Takes.ANY: PAPERS,
    Takes.PICTURE: PICTURES,
    Takes.PDF: frozenset({FileKind.PDF}),
}


def code_of(number: int) -> DocumentKind:
    """The code of the so-manieth kind that the school adds. Codes sort in the order in which they were given."""
    return DocumentKind(f"own_{number:06d}")


def files_for(kind: DocumentKind, own: PaperDetails | None) -> frozenset[FileKind]:
    """What a paper may be. The photograph is a picture whatever else is said; `own`: what a campus said of its own."""
    if kind == DocumentKind.PHOTO:
        return PICTURES
    return _FILES[own.takes] if own else PAPERS
