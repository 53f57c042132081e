"""Checking of uploads, and the letters to those whose papers are refused."""

from __future__ import annotations

from uuid import UUID

from app.domain.admissions.services import tell_of_refused_papers
from app.domain.files.services import check, compare_with_storage, sweep
from app.domain.files.types import FileState
from app.web.urls import status_link


def check_file(key: str) -> None:
    """Check the file of this row, if it waits to be, and tell the family if it is refused."""
    if check(UUID(key)) is FileState.REFUSED:
        tell_of_refused_papers(status_link)


def sweep_files() -> None:
    """Check every file that Redis or a worker lost, tell the families, and forget uploads never finished.

    A paper that was refused before its application was sent, or by a worker that stopped then, is told of here.
    """
    sweep()
    tell_of_refused_papers(status_link)


def compare_files() -> None:
    """Remove bytes whose row never came; fail where rows name bytes that are not there."""
    compare_with_storage()
