"""Uploads on their way, piece by piece, in a local folder. How far one is, its file's length says.

A place is where one upload may grow at a time (one paper of one application), a mark tells the file that grows
there from another one. Both are hashed into the name, so nothing a person sent becomes a path.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from app.integrations.storage.backends import _faults


class OutOfPlace(Exception):
    """The piece does not begin where the last one ended."""

    def __init__(self, offset: int) -> None:
        super().__init__(offset)
        self.offset = offset


class Pieces:
    """Files that grow."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def offset(self, place: str, mark: str) -> int:
        """How many bytes of this file are here."""
        with _faults():
            try:
                return self._path(place, mark).stat().st_size
            except FileNotFoundError:
                return 0

    def append(self, place: str, mark: str, offset: int, data: bytes) -> int:
        """Add a piece, whole or not at all, and return how much is here now.

        Another file at the same place is forgotten. Raises OutOfPlace with where to go on, StorageFull.
        """
        path = self._path(place, mark)
        with _faults():
            self.root.mkdir(parents=True, exist_ok=True)
            self._forget_others(place, path)
            with self._locked(path) as handle:
                here = handle.seek(0, os.SEEK_END)
                if here != offset:
                    raise OutOfPlace(here)
                try:
                    _write_whole(handle.fileno(), data)
                except OSError:
                    with suppress(OSError):
                        os.ftruncate(handle.fileno(), here)
                    raise
                return here + len(data)

    def read(self, place: str, mark: str) -> bytes:
        """Everything that is here of this file."""
        with _faults():
            try:
                return self._path(place, mark).read_bytes()
            except FileNotFoundError:
                return b""

    def forget(self, place: str, mark: str) -> None:
        """Remove the file."""
        with _faults():
            self._path(place, mark).unlink(missing_ok=True)

    def sweep(self, seconds: float) -> int:
        """Remove what nobody has added to for so long. Returns how many."""
        if not self.root.is_dir():
            return 0
        gone = 0
        for path in self.root.glob("*.part"):
            with suppress(FileNotFoundError):
                if time.time() - path.stat().st_mtime > seconds:
                    path.unlink()
                    gone += 1
        return gone

    def _path(self, place: str, mark: str) -> Path:
        return self.root / f"{_digest(place)}-{_digest(mark)}.part"

    def _forget_others(self, place: str, path: Path) -> None:
        for other in self.root.glob(f"{_digest(place)}-*.part"):
            if other != path:
                other.unlink(missing_ok=True)

    @contextmanager
    def _locked(self, path: Path) -> Iterator[IO[bytes]]:
        # Unbuffered: what was written is in the file or the write has failed, with nothing left to flush.
        with path.open("ab", buffering=0) as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield handle


def _write_whole(handle: int, data: bytes) -> None:
    """Write all of it. A disk that is nearly full takes a part first, and says so only the next time."""
    left = memoryview(data)
    while left:
        left = left[os.write(handle, left) :]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
