"""Where bytes lie. Keys are random and made by us; nothing a person typed ever becomes a path."""

from __future__ import annotations

import errno
import io
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from minio import Minio
from minio.error import InvalidResponseError, MinioException, S3Error
from urllib3 import PoolManager, Retry, Timeout
from urllib3.exceptions import HTTPError

_KEY = re.compile(r"(?:quarantine/)?[0-9a-f]{2}/[0-9a-f]{40,64}")
_CHUNK = 64 * 1024
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
PATIENCE = Timeout(connect=2.0, read=6.0)
"""Seconds until a connection stands, and between two bytes of an answer: a person waits for it."""


class ObjectMissing(Exception):
    """Nothing lies under this key."""


class StorageAway(Exception):
    """The storage does not answer, or answers with a fault of its own."""


class StorageFull(StorageAway):
    """The storage has no room."""


@contextmanager
def _faults() -> Iterator[None]:
    """Tell a full storage from one that is away."""
    try:
        yield
    except (FileNotFoundError, ObjectMissing, StorageAway):
        raise
    except OSError as error:
        raise (StorageFull if error.errno in _NO_ROOM else StorageAway)(str(error)) from error
    except S3Error as error:
        raise (StorageFull if "Full" in str(error.code) else StorageAway)(str(error.code)) from error
    except (HTTPError, MinioException, ValueError) as error:
        raise StorageAway(str(error)) from error


class Storage(Protocol):
    """Keeps bytes under keys."""

    def put(self, key: str, data: bytes, content_type: str) -> None:
        """Keep `data`, whole or not at all. Raises StorageAway, StorageFull."""
        ...

    def read(self, key: str) -> Iterator[bytes]:
        """The bytes in pieces. Raises ObjectMissing, StorageAway."""
        ...

    def delete(self, key: str) -> None:
        """Forget the key; one that is not there is no error."""
        ...

    def list_keys(self) -> Iterator[tuple[str, datetime]]:
        """Every key, and since when something lies under it. Raises StorageAway."""
        ...


def _checked(key: str) -> str:
    if not _KEY.fullmatch(key):
        raise ValueError("not a storage key")
    return key


class FolderStorage:
    """A local folder. Files are written beside their place and moved into it."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, key: str, data: bytes, content_type: str) -> None:
        """Write and flush to the disk before the row that names the key is stored."""
        path = self.root / _checked(key)
        part = path.with_suffix(".part")
        with _faults():
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                with part.open("wb") as handle:
                    handle.write(data)
                    handle.flush()
                    os.fsync(handle.fileno())
                part.rename(path)
            except FileNotFoundError as error:
                raise StorageAway(str(error)) from error
            except OSError:
                # Half a file would take the room that is missing.
                with suppress(OSError):
                    part.unlink(missing_ok=True)
                raise

    def read(self, key: str) -> Iterator[bytes]:
        """Stream the file."""
        path = self.root / _checked(key)
        try:
            with _faults():
                handle = path.open("rb")
        except FileNotFoundError as error:
            raise ObjectMissing(key) from error

        def pieces() -> Iterator[bytes]:
            with _faults(), handle:
                while piece := handle.read(_CHUNK):
                    yield piece

        return pieces()

    def delete(self, key: str) -> None:
        """Remove the file."""
        path = self.root / _checked(key)
        with _faults():
            path.unlink(missing_ok=True)

    def list_keys(self) -> Iterator[tuple[str, datetime]]:
        """Walk through the folder; what is half written has no key."""
        with _faults():
            for path in self.root.rglob("*"):
                key = path.relative_to(self.root).as_posix()
                if _KEY.fullmatch(key):
                    with suppress(FileNotFoundError):  # removed meanwhile
                        yield key, datetime.fromtimestamp(path.stat().st_mtime, UTC)


class S3Storage:
    """Any S3 endpoint."""

    def __init__(self, endpoint: str, bucket: str, access_key: str, secret_key: str) -> None:
        parts = urlsplit(endpoint if "//" in endpoint else f"https://{endpoint}")
        self.client = Minio(
            parts.netloc,
            access_key=access_key,
            secret_key=secret_key,
            secure=parts.scheme == "https",
            # Without a region the client asks for one, which is one more answer to wait for.
            region="us-east-1",
            # The client's own patience is five minutes: a page cannot wait so long. Who was silent once is not
            # asked a second time meanwhile.
            http_client=PoolManager(timeout=PATIENCE, retries=Retry(total=1, read=0, backoff_factor=0.2)),
        )
        self.bucket = bucket

    def put(self, key: str, data: bytes, content_type: str) -> None:
        """Upload in one request."""
        name = _checked(key)
        with _faults():
            self.client.put_object(self.bucket, name, io.BytesIO(data), len(data), content_type=content_type)

    def read(self, key: str) -> Iterator[bytes]:
        """Stream the object."""
        name = _checked(key)
        with _faults():
            try:
                answer = self.client.get_object(self.bucket, name)
            except S3Error as error:
                if error.code in {"NoSuchKey", "NoSuchObject"}:
                    raise ObjectMissing(key) from error
                raise
            except InvalidResponseError as error:
                # The client reads application/xml only, and some servers answer text/xml.
                if "<Code>NoSuchKey</Code>" in str(error):
                    raise ObjectMissing(key) from error
                raise
            try:
                yield from answer.stream(_CHUNK)
            finally:
                answer.close()
                answer.release_conn()

    def delete(self, key: str) -> None:
        """Remove the object."""
        name = _checked(key)
        with _faults():
            self.client.remove_object(self.bucket, name)

    def list_keys(self) -> Iterator[tuple[str, datetime]]:
        """Ask for the names in the bucket, a thousand at a time."""
        with _faults():
            for found in self.client.list_objects(self.bucket, recursive=True):
                if found.object_name and found.last_modified and _KEY.fullmatch(found.object_name):
                    yield found.object_name, found.last_modified
