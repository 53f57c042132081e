"""Start the real tool on a folder of its own, and look for what it left behind."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[2]
OURS = (
    "DATABASE_URL",
    "REDIS_URL",
    "SMTP_URL",
    "SECRET_KEY",
    "TEST_DATABASE_URL",
    "TEST_REDIS_URL",
    "DEV_STARTED",
)


def environment(var: Path, **extra: str) -> dict[str, str]:
    """The environment of a person who has set nothing, with everything written below `var`."""
    kept = {
        name: value for name, value in os.environ.items() if name not in OURS and not name.startswith("S3_")
    }
    return kept | {"SA_VAR": str(var)} | extra


def dev(*arguments: str, var: Path, **extra: str) -> subprocess.CompletedProcess[str]:
    """Run `./dev` to its end and return what it said."""
    return subprocess.run(
        [ROOT / "dev", *arguments],
        env=environment(var, **extra),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


class RunningDemo:
    """A demo that was started and runs on; `seconds` is how long it may take before it is given up."""

    def __init__(self, port: int, var: Path, *, seconds: float = 180, **extra: str) -> None:
        self.var = var
        self.process = subprocess.Popen(
            [ROOT / "dev", "demo", "--port", str(port)],
            env=environment(var, **extra),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._give_up = threading.Timer(seconds, self.process.kill)
        self._give_up.start()

    def read_until(self, words: str) -> str:
        """The output up to and including the first line that contains the words."""
        assert self.process.stdout is not None
        said = ""
        for line in self.process.stdout:
            said += line
            if words in line:
                return said
        raise AssertionError(f"the demo ended without saying {words!r}:\n{said}")

    def end(self) -> None:
        """Make sure that nothing of it runs on after a test, whatever the test did."""
        self._give_up.cancel()
        if self.process.poll() is None:
            self.process.terminate()
        self.process.communicate(timeout=30)


@contextlib.contextmanager
def running_demo(port: int, var: Path, **extra: str) -> Iterator[RunningDemo]:
    """A demo for the length of the block, with more in its environment where `extra` says so."""
    demo = RunningDemo(port, var, **extra)
    try:
        yield demo
    finally:
        demo.end()


def started_for(var: Path) -> list[psutil.Process]:
    """Every living process that was started with this folder in its environment."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.environ().get("SA_VAR") == str(var) and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
    return found


def free_port() -> int:
    """A port nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
