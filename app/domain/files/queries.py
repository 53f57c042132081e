"""Reads of stored files. Who may see one is decided by the feature whose record it belongs to."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, func, literal_column, or_, select

from app.db import among
from app.domain.files.models import FileVariant, StoredFile
from app.domain.files.types import VARIANT_TYPE, FileRefusal, FileState, FileView, VariantName
from app.uow import session


def list_files(file_ids: Collection[UUID]) -> dict[UUID, FileView]:
    """The files of these keys. The caller has checked that the reader may see what they belong to."""
    if not file_ids:
        return {}
    rows = session().execute(
        select(*_COLUMNS)
        .outerjoin(*_THUMB)
        .where(among(StoredFile.id, file_ids))
        .execution_options(prepared=True)
    )
    return {row.id: FileView(*row) for row in rows}


_COLUMNS: tuple[Any, ...] = (
    StoredFile.id,
    StoredFile.storage_key,
    StoredFile.file_name,
    StoredFile.content_type,
    StoredFile.file_size,
    StoredFile.sha256,
    StoredFile.state,
    StoredFile.refusal,
    StoredFile.scan,
    FileVariant.width,
    FileVariant.height,
)
_THUMB: Any = (
    FileVariant,
    and_(FileVariant.file_id == StoredFile.id, FileVariant.name == VariantName.THUMB),
)


def file_columns(file_key: Any) -> tuple[tuple[Any, ...], Any, Any]:
    """What `FileView` takes of the file behind `file_key`, for what is stored beside a file.

    `columns, joined, thumb = file_columns(Paper.file_id)`;
    `select(..., *columns).join(*joined).outerjoin(*thumb)`.
    """
    return _COLUMNS, (StoredFile, StoredFile.id == file_key), _THUMB


def find_variant(file: FileView, name: VariantName) -> FileView:
    """The smaller picture of a released one, as a file of its own; the file itself where there is none."""
    row = session().execute(
        select(FileVariant.storage_key, FileVariant.file_size, FileVariant.sha256).where(
            FileVariant.file_id == file.id, FileVariant.name == name
        )
    )
    found = row.one_or_none()
    if found is None:
        return file
    stem = file.file_name.rpartition(".")[0]
    return replace(
        file,
        storage_key=found.storage_key,
        file_size=found.file_size,
        sha256=found.sha256,
        content_type=VARIANT_TYPE,
        file_name=f"{stem}.webp",
    )


def refused_files() -> Select[UUID, FileRefusal | None]:
    """Key and reason of every file that a check refused, for features to join with what they keep of it."""
    # The word as it stands in the condition of the index, so that the plan finds it.
    is_refused = StoredFile.state == literal_column("'refused'")
    return select(StoredFile.id, StoredFile.refusal).where(is_refused)


def list_due(limit: int = 50) -> list[UUID]:
    """Files whose check is due, oldest first: what Redis missed, what had to wait, what a dead worker held."""
    statement = (
        select(StoredFile.id)
        .where(
            or_(
                (StoredFile.state == FileState.QUARANTINED) & (StoredFile.next_attempt_at <= func.now()),
                (StoredFile.state == FileState.CHECKING) & (StoredFile.leased_until < func.now()),
            )
        )
        .order_by(StoredFile.next_attempt_at)
        .limit(limit)
    )
    return list(session().scalars(statement))
