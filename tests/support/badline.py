"""A line that drops: a proxy on the loopback that hangs up on everybody after so many bytes of the browser's."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class BadLine:
    """`sent` counts what the browser sent, `drops` how often the line was cut."""

    def __init__(self, port: int, most: int) -> None:
        self.to = port
        self.most = most
        self.sent = 0
        self.drops = 0
        self._left = most
        self._ear = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._ear.getsockname()[1])
        self._count = threading.Lock()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Take no more calls."""
        with suppress(OSError):
            self._ear.shutdown(socket.SHUT_RDWR)
        self._ear.close()
        self._thread.join(10)

    def _serve(self) -> None:
        while True:
            try:
                near, _ = self._ear.accept()
            except OSError:
                return
            threading.Thread(target=self._carry, args=(near,), daemon=True).start()

    def _carry(self, near: socket.socket) -> None:
        with near, socket.create_connection(("127.0.0.1", self.to)) as far:
            back = threading.Thread(target=self._back, args=(far, near), daemon=True)
            back.start()
            with suppress(OSError):
                while data := near.recv(16 * 1024):
                    carried = self._carried(len(data))
                    far.sendall(data[:carried])
                    if carried < len(data):
                        break
            for end in (near, far):
                with suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
            back.join(10)

    def _carried(self, size: int) -> int:
        """How much of so many bytes still gets through before the line drops."""
        with self._count:
            self.sent += size
            self._left -= size
            if self._left > 0:
                return size
            self.drops += 1
            carried = size + self._left - 1
            self._left = self.most
            return max(carried, 0)

    def _back(self, far: socket.socket, near: socket.socket) -> None:
        with suppress(OSError):
            while data := far.recv(16 * 1024):
                near.sendall(data)


@contextmanager
def bad_line(port: int, most: int = 200 * 1024) -> Iterator[BadLine]:
    """A bad line to a port of the loopback."""
    line = BadLine(port, most)
    try:
        yield line
    finally:
        line.stop()
