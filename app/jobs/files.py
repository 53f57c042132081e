"""Checking of uploads."""

from __future__ import annotations

from uuid import UUID

from app.domain.files.services import check, compare_with_storage, sweep


def check_file(key: str) -> None:
    """Check the file of this row, if it waits to be."""
    check(UUID(key))


def sweep_files() -> None:
    """Check every file that Redis or a worker lost, and forget uploads that were never finished."""
    sweep()


def compare_files() -> None:
    """Remove bytes whose row never came; fail where rows name bytes that are not there."""
    compare_with_storage()
