"""Where bytes lie. Keys are random and made by us; nothing a person typed ever becomes a path."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from minio import Minio
from minio.error import S3Error

from app.config import Settings

_KEY = re.compile(r"[0-9a-f]{2}/[0-9a-f]{40,64}")
_CHUNK = 64 * 1024


class ObjectMissing(Exception):
    """Nothing lies under this key."""


class Storage(Protocol):
    """Keeps bytes under keys."""

    def put(self, key: str, data: bytes, content_type: str) -> None:
        """Keep `data`, whole or not at all."""
        ...

    def read(self, key: str) -> Iterator[bytes]:
        """The bytes in pieces. Raises ObjectMissing."""
        ...

    def delete(self, key: str) -> None:
        """Forget the key; one that is not there is no error."""
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
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        with part.open("wb") as handle:
            handle.write(data)
            handle.flush()
            os.fsync(handle.fileno())
        part.rename(path)

    def read(self, key: str) -> Iterator[bytes]:
        """Stream the file."""
        try:
            handle = (self.root / _checked(key)).open("rb")
        except FileNotFoundError as error:
            raise ObjectMissing(key) from error

        def pieces() -> Iterator[bytes]:
            with handle:
                while piece := handle.read(_CHUNK):
                    yield piece

        return pieces()

    def delete(self, key: str) -> None:
        """Remove the file."""
        (self.root / _checked(key)).unlink(missing_ok=True)


class S3Storage:
    """Any S3 endpoint."""

    def __init__(self, endpoint: str, bucket: str, access_key: str, secret_key: str) -> None:
        parts = urlsplit(endpoint if "//" in endpoint else f"https://{endpoint}")
        self.client = Minio(
            parts.netloc, access_key=access_key, secret_key=secret_key, secure=parts.scheme == "https"
        )
        self.bucket = bucket

    def put(self, key: str, data: bytes, content_type: str) -> None:
        """Upload in one request."""
        self.client.put_object(
            self.bucket, _checked(key), io.BytesIO(data), len(data), content_type=content_type
        )

    def read(self, key: str) -> Iterator[bytes]:
        """Stream the object."""
        try:
            answer = self.client.get_object(self.bucket, _checked(key))
        except S3Error as error:
            if error.code in {"NoSuchKey", "NoSuchObject"}:
                raise ObjectMissing(key) from error
            raise
        try:
            yield from answer.stream(_CHUNK)
        finally:
            answer.close()
            answer.release_conn()

    def delete(self, key: str) -> None:
        """Remove the object."""
        self.client.remove_object(self.bucket, _checked(key))


def storage_from(settings: Settings) -> Storage:
    """S3 where it is configured, else the folder `var/files/`."""
    if settings.s3_endpoint and settings.s3_bucket and settings.s3_access_key and settings.s3_secret_key:
        return S3Storage(
            settings.s3_endpoint, settings.s3_bucket, settings.s3_access_key, settings.s3_secret_key
        )
    return FolderStorage(settings.sa_var / "files")
