"""Keeping files: into quarantine at once, out of it by a check in the worker.

What a file means is known to the feature whose record it belongs to, which writes the audit log too.
"""

from __future__ import annotations

import hashlib
import logging
import secrets
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from flask import current_app
from sqlalchemy import case, func, or_, select, update

from app.domain.files.models import FileVariant, StoredFile
from app.domain.files.queries import list_due
from app.domain.files.rules import Examined, check_size, clean_file_name, examine, sniff
from app.domain.files.types import (
    PAPERS,
    VARIANT_TYPE,
    BytesMissing,
    FileDamaged,
    FileInfected,
    FileKind,
    FilesFull,
    FileState,
    FilesUnavailable,
    PieceOutOfPlace,
    ScanResult,
    UploadRefused,
)
from app.domain.kernel.access import Actor
from app.domain.outbox.rules import back_off
from app.integrations.antivirus import Scanner, ScannerAway, scanner_from
from app.integrations.storage import (
    ObjectMissing,
    OutOfPlace,
    Pieces,
    Storage,
    StorageAway,
    StorageFull,
    storage_from,
)
from app.queue import JobName, enqueue
from app.uow import after_commit, transaction

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)
"""How long a worker may look at a file before another takes over: longer than RQ lets a job run."""
MAX_CRASHES = 3
"""A file that three workers did not survive is not tried on a fourth."""
PIECES_KEPT = timedelta(days=1)
PIECE_BYTES = 128 * 1024


def _storage() -> Storage:
    return storage_from(current_app.config["SETTINGS"])


def _pieces() -> Pieces:
    return Pieces(current_app.config["SETTINGS"].sa_var / "uploads")


def _scanner() -> Scanner | None:
    return scanner_from(current_app.config["SETTINGS"])


def _random_key(*, quarantine: bool = False) -> str:
    random = secrets.token_hex(24)
    return f"{'quarantine/' if quarantine else ''}{random[:2]}/{random}"


@contextmanager
def _storage_faults() -> Iterator[None]:
    """Say in the school's words what the storage says in its own."""
    try:
        yield
    except StorageFull as error:
        log.exception("the file storage is full")
        raise FilesFull from error
    except StorageAway as error:
        log.exception("the file storage does not answer")
        raise FilesUnavailable from error


def store_upload(
    actor: Actor,
    data: bytes,
    file_name: str,
    *,
    allowed: Collection[FileKind] = PAPERS,
    campus_id: UUID | None = None,
) -> UUID:
    """Put an upload into quarantine and return the key of its row. A worker is asked to look at it.

    While the sender waits only its size and its first bytes are looked at. The name is kept for showing only. A
    row never names bytes that are not there; bytes of a transaction that fails stay behind unnamed, which harms
    nobody.

    Raises FileEmpty, FileTooLarge, FileOfOtherKind, FilesUnavailable, FilesFull.
    """
    kind = sniff(data, allowed)
    storage_key = _random_key(quarantine=True)
    with transaction() as db:
        with _storage_faults():
            _storage().put(storage_key, data, "application/octet-stream")
        row = StoredFile(
            storage_key=storage_key,
            file_name=clean_file_name(file_name, kind),
            content_type=kind.value,
            file_size=len(data),
            sha256=hashlib.sha256(data).hexdigest(),
            campus_id=campus_id,
            uploaded_by=actor.user_id,
        )
        db.add(row)
        db.flush()
        enqueue(JobName.CHECK_FILE, str(row.id))
    return row.id


def delete_file(file_id: UUID) -> None:
    """Forget a file: its row now, its bytes once that is stored. One that is gone already is no error."""
    with transaction() as db:
        # Locked, so that a check that ends now is seen: its bytes lie under another key.
        row = db.get(StoredFile, file_id, with_for_update=True)
        if row is None:
            return
        keys = [row.storage_key]
        keys += db.scalars(select(FileVariant.storage_key).where(FileVariant.file_id == file_id))
        db.delete(row)
        db.flush()
        after_commit(lambda: _remove(keys))


def _remove(keys: Collection[str]) -> None:
    """Remove bytes that no row names any more. Where the storage is away they stay, which harms nobody."""
    storage = _storage()
    for key in keys:
        try:
            storage.delete(key)
        except StorageAway as error:
            log.warning("bytes stay behind in the storage", extra={"key": key, "error": str(error)})


# --- the check


@dataclass(frozen=True)
class _Claimed:
    """What a worker needs to know of the file it has leased. `attempts` tells its lease from a later one."""

    id: UUID
    storage_key: str
    kind: FileKind
    sha256: str
    attempts: int
    crashes: int


def _claim(key: UUID) -> _Claimed | None:
    """Lease one due file to this worker. None: it is decided, not due, or another worker has it."""
    with transaction() as db:
        db.execute(select(StoredFile.id).where(StoredFile.id == key).with_for_update(skip_locked=True))
        held = StoredFile.state == FileState.CHECKING
        row = db.execute(
            update(StoredFile)
            .where(
                StoredFile.id == key,
                or_(
                    (StoredFile.state == FileState.QUARANTINED) & (StoredFile.next_attempt_at <= func.now()),
                    held & (StoredFile.leased_until < func.now()),
                ),
            )
            .values(
                state=FileState.CHECKING,
                leased_until=func.now() + LEASE,
                attempts=StoredFile.attempts + 1,
                crashes=StoredFile.crashes + case((held, 1), else_=0),
            )
            .returning(
                StoredFile.id,
                StoredFile.storage_key,
                StoredFile.content_type,
                StoredFile.sha256,
                StoredFile.attempts,
                StoredFile.crashes,
            )
            .execution_options(synchronize_session=False)
        ).one_or_none()
    return (
        _Claimed(row[0], row[1], FileKind(row[2]), row[3], attempts=row[4], crashes=row[5]) if row else None
    )


def check(key: UUID, *, scanner: Scanner | None = None) -> FileState | None:
    """Look at one file if it is due: release it, refuse it, or leave it in quarantine for later.

    Returns what it is now; None where there was nothing to do. Bytes are written before the row that names them,
    and a worker that dies in between leaves a lease that runs out.
    """
    file = _claim(key)
    if file is None:
        return None
    if file.crashes >= MAX_CRASHES:
        return _refuse(file, FileDamaged(), "no worker survived this file")
    try:
        data = _read_whole(file)
        scan = _scan(data, scanner or _scanner())
        return _release(file, examine(data, file.kind), scan)
    except UploadRefused as error:
        return _refuse(file, error)
    except (ScannerAway, StorageAway) as error:
        log.warning("a file waits in quarantine", extra={"file": str(file.id), "error": str(error)})
        return _postpone(file, str(error))
    except Exception as error:
        log.exception("a file could not be checked", extra={"file": str(file.id)})
        return _postpone(file, f"{type(error).__name__}: {error}", crashed=True)


def _read_whole(file: _Claimed) -> bytes:
    try:
        data = b"".join(_storage().read(file.storage_key))
    except ObjectMissing as error:
        raise FileDamaged from error
    if hashlib.sha256(data).hexdigest() != file.sha256:
        raise FileDamaged
    return data


def _scan(data: bytes, scanner: Scanner | None) -> ScanResult:
    if scanner is None:
        return ScanResult.NONE
    found = scanner.scan(data)
    if found:
        log.warning("a virus was found", extra={"virus": found})
        raise FileInfected
    return ScanResult.CLEAN


def _settle(file: _Claimed, values: dict[str, object]) -> bool:
    """Write the outcome, unless the lease has run out and another worker has the file."""
    with transaction() as db:
        done = db.execute(
            update(StoredFile)
            .where(
                StoredFile.id == file.id,
                StoredFile.state == FileState.CHECKING,
                StoredFile.attempts == file.attempts,
            )
            .values(leased_until=None, **values)
            .returning(StoredFile.id)
            .execution_options(synchronize_session=False)
        ).one_or_none()
    return done is not None


def _release(file: _Claimed, examined: Examined, scan: ScanResult) -> FileState | None:
    storage, written = _storage(), [_random_key()]
    storage.put(written[0], examined.data, file.kind.value)
    variants = []
    for each in examined.variants:
        written.append(_random_key())
        storage.put(written[-1], each.data, VARIANT_TYPE)
        variants.append(
            FileVariant(
                file_id=file.id,
                name=each.name,
                storage_key=written[-1],
                file_size=len(each.data),
                sha256=hashlib.sha256(each.data).hexdigest(),
                width=each.width,
                height=each.height,
            )
        )
    with transaction() as db:
        settled = _settle(
            file,
            {
                "state": FileState.RELEASED,
                "scan": scan,
                "storage_key": written[0],
                "file_size": len(examined.data),
                "sha256": hashlib.sha256(examined.data).hexdigest(),
                "last_error": None,
            },
        )
        if settled:
            db.add_all(variants)
            db.flush()
            after_commit(lambda: _remove([file.storage_key]))
    if not settled:  # deleted in the meantime, or another worker's now
        _remove(written)
        return None
    return FileState.RELEASED


def _refuse(file: _Claimed, error: UploadRefused, said: str | None = None) -> FileState | None:
    with transaction():
        values = {"state": FileState.REFUSED, "refusal": error.code, "last_error": said}
        if not _settle(file, dict(values)):
            return None
        # Nobody will be shown these bytes, so nobody keeps them.
        after_commit(lambda: _remove([file.storage_key]))
    return FileState.REFUSED


def _postpone(file: _Claimed, said: str, *, crashed: bool = False) -> FileState | None:
    values: dict[str, object] = {
        "state": FileState.QUARANTINED,
        "next_attempt_at": datetime.now(UTC) + back_off(min(file.attempts, 6), str(file.id)),
        "last_error": said[:500],
    }
    if crashed:
        values["crashes"] = StoredFile.crashes + 1
    return FileState.QUARANTINED if _settle(file, values) else None


def sweep(*, scanner: Scanner | None = None) -> int:
    """Check everything that is due and forget abandoned pieces. Returns how many files were decided.

    Ends at the first file that has to wait on: where the scanner is away, the others would only wait too.
    """
    _pieces().sweep(PIECES_KEPT.total_seconds())
    decided = 0
    for key in list_due():
        state = check(key, scanner=scanner)
        if state is FileState.QUARANTINED:
            break
        decided += state is not None
    return decided


UNNAMED_KEPT = timedelta(days=1)


def compare_with_storage() -> int:
    """Remove bytes in quarantine whose row never came, after a day. Returns how many.

    Only those: what lies released without a row may be named by a backup of the database that somebody is about to
    bring back. Raises BytesMissing where rows name bytes that are not there.
    """
    storage, long_ago = _storage(), datetime.now(UTC) - UNNAMED_KEPT
    before = _named()
    lying = dict(storage.list_keys())
    after = _named()
    unnamed = [
        key
        for key, since in lying.items()
        if key not in after and since < long_ago and key.startswith("quarantine/")
    ]
    _remove(unnamed)
    if unnamed:
        log.warning("bytes without a row are removed", extra={"number": len(unnamed)})
    # What was checked or deleted while we counted lies under another key now, or under none.
    missing = sorted(str(after[key]) for key in (before.keys() & after.keys()) - lying.keys())
    if missing:
        log.error("files without their bytes", extra={"number": len(missing), "files": missing[:50]})
        raise BytesMissing(len(missing))
    return len(unnamed)


def _named() -> dict[str, UUID]:
    """Every key that a row names, and the file it is of. The bytes of a refused file are gone on purpose."""
    with transaction() as db:
        kept = db.execute(
            select(StoredFile.storage_key, StoredFile.id)
            .where(StoredFile.state != FileState.REFUSED)
            .union_all(select(FileVariant.storage_key, FileVariant.file_id))
        )
        return {row[0]: row[1] for row in kept}


# --- pieces


def pieces_kept(place: str, mark: str) -> int:
    """How many bytes of an upload are here: where it goes on after the line dropped."""
    with _storage_faults():
        return _pieces().offset(place, mark)


def add_piece(place: str, mark: str, size: int, offset: int, data: bytes) -> int:
    """Add a piece to an upload of `size` bytes and return how much is here.

    Raises FileEmpty, FileTooLarge, PieceOutOfPlace with where to go on, FilesUnavailable, FilesFull.
    """
    check_size(size)
    if not data or len(data) > PIECE_BYTES or offset + len(data) > size:
        raise PieceOutOfPlace(pieces_kept(place, mark))
    with _storage_faults():
        try:
            return _pieces().append(place, mark, offset, data)
        except OutOfPlace as error:
            raise PieceOutOfPlace(error.offset) from error


@contextmanager
def gathered(place: str, mark: str, size: int) -> Iterator[bytes]:
    """The whole of an upload whose pieces are all here. They are forgotten once the block has stored them.

    Raises PieceOutOfPlace with where to go on.
    """
    with _storage_faults():
        data = _pieces().read(place, mark)
    if len(data) != size:
        raise PieceOutOfPlace(len(data))
    try:
        yield data
    except UploadRefused:
        forget_pieces(place, mark)
        raise
    after_commit(lambda: forget_pieces(place, mark))


def forget_pieces(place: str, mark: str) -> None:
    """Let go of an upload. Where that fails the sweeper does it."""
    with suppress(StorageAway):
        _pieces().forget(place, mark)
