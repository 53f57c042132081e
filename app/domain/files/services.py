"""Keeping files: the bytes first, then the row that names them.

What a file means is known to the feature whose record it belongs to, which writes the audit log too.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from uuid import UUID

from flask import current_app

from app.domain.files.models import StoredFile
from app.domain.files.rules import check_upload, clean_file_name
from app.domain.files.types import PAPERS, FileKind
from app.domain.kernel.access import Actor
from app.integrations.storage import Storage, storage_from
from app.uow import after_commit, transaction


def _storage() -> Storage:
    return storage_from(current_app.config["SETTINGS"])


def store_upload(
    actor: Actor,
    data: bytes,
    file_name: str,
    *,
    allowed: Collection[FileKind] = PAPERS,
    campus_id: UUID | None = None,
) -> UUID:
    """Keep an upload and return the key of its row.

    The kind is read from the content, pictures are drawn anew, the name is kept for showing only. A row never
    names bytes that are not there; bytes of a transaction that fails stay behind unnamed, which harms nobody.

    Raises the errors of `files.types`: FileEmpty, FileTooLarge, FileOfOtherKind, FileDamaged,
    PictureTooDetailed, FileHoldsPrograms.
    """
    kind, kept = check_upload(data, allowed)
    random = secrets.token_hex(24)
    storage_key = f"{random[:2]}/{random}"
    with transaction() as db:
        _storage().put(storage_key, kept, kind.value)
        row = StoredFile(
            storage_key=storage_key,
            file_name=clean_file_name(file_name, kind),
            content_type=kind.value,
            file_size=len(kept),
            sha256=hashlib.sha256(kept).hexdigest(),
            campus_id=campus_id,
            uploaded_by=actor.user_id,
        )
        db.add(row)
        db.flush()
    return row.id


def delete_file(file_id: UUID) -> None:
    """Forget a file: its row now, its bytes once that is stored. One that is gone already is no error."""
    with transaction() as db:
        row = db.get(StoredFile, file_id)
        if row is None:
            return
        storage_key, storage = row.storage_key, _storage()
        db.delete(row)
        db.flush()
        after_commit(lambda: storage.delete(storage_key))
