"""What looks for viruses. clamd is spoken to in its own words: INSTREAM, pieces with their length, one line back."""

from __future__ import annotations

import socket
import struct
import time
from typing import Protocol
from urllib.parse import urlsplit

from app.config import Settings

_CHUNK = 64 * 1024
_MOST_SAID = 4096


class ScannerAway(Exception):
    """The scanner gave no answer that decides anything: it is tried again later."""


class Scanner(Protocol):
    """Looks for viruses."""

    def scan(self, data: bytes) -> str | None:
        """The name of what was found, or None. Raises ScannerAway."""
        ...


class ClamdScanner:
    """clamd at `tcp://host:port` or `unix:///run/clamav/clamd.ctl`."""

    def __init__(self, url: str, *, seconds: float = 30.0) -> None:
        self.parts = urlsplit(url)
        self.seconds = seconds

    def scan(self, data: bytes) -> str | None:
        """Send the bytes and read the verdict, both within the time there is."""
        end = time.monotonic() + self.seconds
        try:
            with self._connect() as line:
                said = self._ask(line, data, end)
        except OSError as error:
            raise ScannerAway(f"clamd: {error}") from error
        # "stream: OK", "stream: Eicar-Test-Signature FOUND", "INSTREAM size limit exceeded. ERROR"
        if said == "stream: OK":
            return None
        if said.startswith("stream: ") and said.endswith(" FOUND"):
            return said.removeprefix("stream: ").removesuffix(" FOUND")[:200]
        raise ScannerAway(f"clamd said {said[:200]!r}")

    def _connect(self) -> socket.socket:
        if self.parts.scheme == "unix":
            line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            line.settimeout(self.seconds)
            try:
                line.connect(self.parts.path)
            except OSError:
                line.close()
                raise
            return line
        return socket.create_connection(
            (self.parts.hostname or "", self.parts.port or 3310), timeout=min(self.seconds, 5.0)
        )

    def _ask(self, line: socket.socket, data: bytes, end: float) -> str:
        def send(piece: bytes) -> None:
            line.settimeout(_left(end))
            line.sendall(piece)

        send(b"zINSTREAM\0")
        for start in range(0, len(data), _CHUNK):
            piece = data[start : start + _CHUNK]
            send(struct.pack(">I", len(piece)) + piece)
        send(struct.pack(">I", 0))
        said = b""
        while not said.endswith(b"\0"):
            line.settimeout(_left(end))
            more = line.recv(_MOST_SAID)
            if not more or len(said) > _MOST_SAID:
                raise ScannerAway("clamd broke off")
            said += more
        return said.rstrip(b"\0").decode("utf-8", "replace").strip()


def _left(end: float) -> float:
    left = end - time.monotonic()
    if left <= 0:
        raise TimeoutError("no answer in time")
    return left


def scanner_from(settings: Settings) -> Scanner | None:
    """clamd where it is configured, else nothing: then a file is released unscanned, and its row says so."""
    return ClamdScanner(settings.clamd_url) if settings.clamd_url else None
