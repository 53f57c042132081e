"""Not asking for a while what has just not answered three times.

A storage that is away or slow costs each page that shows a document its whole patience, and a few such pages
occupy every thread of a worker. So after three failures within a minute it is not asked for some seconds; then
one request asks while the others go on without. Its answer decides.

What is known here is about this moment and this process: whoever starts anew asks three times and knows as much.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from threading import Lock
from typing import Final

from app.integrations.storage.backends import ObjectMissing, Storage, StorageAway, StorageFull

log = logging.getLogger(__name__)

FAILURES: Final = 3
WITHIN_SECONDS: Final = 60.0
PAUSE_SECONDS: Final = 15.0
"""A page may be wrong for so long after the storage is back."""


class Skipped(StorageAway):
    """The storage was not asked."""


class Breaker:
    """Closed while all is well; open while nobody asks; one probe at a time when the pause is over."""

    def __init__(self, *, pause: float = PAUSE_SECONDS, now: Callable[[], float] = time.monotonic) -> None:
        self._pause, self._now = pause, now
        self._failed: deque[float] = deque(maxlen=FAILURES)
        self._open_until: float | None = None
        self._is_probing = False
        self._lock = Lock()

    @property
    def is_open(self) -> bool:
        """Whether the storage is thought to be away."""
        return self._open_until is not None

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """Ask within the block. Raises Skipped instead of entering it while the pause lasts.

        Full, or without the object, is an answer too.
        """
        probes = self._enter()
        try:
            yield
        except (ObjectMissing, StorageFull):
            self._answered(probes=probes)
            raise
        except StorageAway:
            self._missed(probes=probes)
            raise
        except BaseException:
            self._leave(probes=probes)
            raise
        else:
            self._answered(probes=probes)

    def _enter(self) -> bool:
        with self._lock:
            if self._open_until is None:
                return False
            if self._is_probing or self._now() < self._open_until:
                raise Skipped("not asked: it did not answer lately")
            self._is_probing = True
            return True

    def _answered(self, *, probes: bool) -> None:
        with self._lock:
            # An answer to somebody who asked before it was opened decides nothing: it is older than the failures.
            if probes:
                log.info("the file storage answers again")
                self._open_until, self._is_probing = None, False
                self._failed.clear()

    def _missed(self, *, probes: bool) -> None:
        with self._lock:
            moment = self._now()
            self._failed.append(moment)
            lately = len(self._failed) == FAILURES and moment - self._failed[0] <= WITHIN_SECONDS
            if probes or (lately and self._open_until is None):
                log.warning("the file storage is not asked for a while", extra={"seconds": self._pause})
                self._open_until = moment + self._pause
            if probes:
                self._is_probing = False

    def _leave(self, *, probes: bool) -> None:
        """The reader went away in the middle: the next one may probe."""
        with self._lock:
            if probes:
                self._is_probing = False


class Guarded:
    """A storage that is asked through a breaker."""

    def __init__(self, storage: Storage, breaker: Breaker) -> None:
        self.storage, self.breaker = storage, breaker

    def put(self, key: str, data: bytes, content_type: str) -> None:
        """As the storage. Raises StorageAway without asking while the breaker is open."""
        with self.breaker.attempt():
            self.storage.put(key, data, content_type)

    def read(self, key: str) -> Iterator[bytes]:
        """As the storage. Raises StorageAway without asking while the breaker is open."""
        with self.breaker.attempt():
            yield from self.storage.read(key)

    def delete(self, key: str) -> None:
        """As the storage. Raises StorageAway without asking while the breaker is open."""
        with self.breaker.attempt():
            self.storage.delete(key)

    def list_keys(self) -> Iterator[tuple[str, datetime]]:
        """As the storage. Raises StorageAway without asking while the breaker is open."""
        with self.breaker.attempt():
            yield from self.storage.list_keys()
