"""A server that speaks clamd's INSTREAM, and can misbehave: it hangs, breaks off, says what nobody asked."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


class FakeClamd:
    """`mood` is "well", "hangs", "dies", "too large" or "babbles"; `scanned` is what it was sent."""

    def __init__(self) -> None:
        self.mood = "well"
        self.scanned: list[bytes] = []
        self.may_go_on = threading.Event()
        self._ear = socket.create_server(("127.0.0.1", 0))
        self.url = f"tcp://127.0.0.1:{self._ear.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Hang up, and answer nobody any more."""
        self.may_go_on.set()
        self._ear.shutdown(socket.SHUT_RDWR)
        self._ear.close()
        self._thread.join(10)

    def _serve(self) -> None:
        while True:
            try:
                line, _ = self._ear.accept()
            except OSError:
                return
            with line:
                self._answer(line)

    def _answer(self, line: socket.socket) -> None:
        with line.makefile("rb") as words:
            command = words.read(10)
            if self.mood == "dies":
                return
            if command != b"zINSTREAM\0":
                line.sendall(b"UNKNOWN COMMAND\0")
                return
            data = b""
            while length := struct.unpack(">I", words.read(4))[0]:
                data += words.read(length)
        self.scanned.append(data)
        if self.mood == "hangs":
            self.may_go_on.wait(30)
            return
        found = EICAR in data
        verdict = b"stream: Eicar-Test-Signature FOUND\0" if found else b"stream: OK\0"
        if self.mood == "too large":
            verdict = b"INSTREAM size limit exceeded. ERROR\0"
        if self.mood == "babbles":
            verdict = b"x" * 9000
        line.sendall(verdict)


@contextmanager
def clamd() -> Iterator[FakeClamd]:
    """A scanner on a free port of the loopback."""
    server = FakeClamd()
    try:
        yield server
    finally:
        server.stop()
