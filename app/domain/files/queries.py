"""Reads of stored files. Who may see one is decided by the feature whose record it belongs to."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select

from app.domain.files.models import StoredFile
from app.domain.files.types import FileView
from app.uow import session


def list_files(file_ids: Collection[UUID]) -> dict[UUID, FileView]:
    """The files of these keys. The caller has checked that the reader may see what they belong to."""
    if not file_ids:
        return {}
    rows = session().execute(
        select(
            StoredFile.id,
            StoredFile.storage_key,
            StoredFile.file_name,
            StoredFile.content_type,
            StoredFile.file_size,
        ).where(StoredFile.id.in_(file_ids))
    )
    return {row.id: FileView(*row) for row in rows}
