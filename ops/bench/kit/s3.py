"""A real S3 server over a folder, which can be stopped, made slow and started again."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from pathlib import Path

from ops.bench.kit.redis import free_port, until

BUCKET, KEY, SECRET = "school", "key", "secret-of-the-test"


class S3Server:
    """`rclone serve s3` on a port of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        (folder / BUCKET).mkdir(parents=True)
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def endpoint(self) -> str:
        """For S3_ENDPOINT."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def settings(self) -> dict[str, str]:
        """The settings of an installation that keeps its files there."""
        return {
            "s3_endpoint": self.endpoint,
            "s3_bucket": BUCKET,
            "s3_access_key": KEY,
            "s3_secret_key": SECRET,
        }

    def start(self) -> None:
        """Start it and wait until it listens. What was stored before is still there."""
        program = Path(sys.prefix, "bin", "rclone")
        how = ["--addr", f"127.0.0.1:{self.port}", "--auth-key", f"{KEY},{SECRET}", "--config", "/dev/null"]
        self.process = subprocess.Popen(
            [program, "serve", "s3", *how, str(self.folder)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        until(self._listens)

    def stop(self) -> None:
        """Kill it."""
        if self.process:
            self.process.kill()
            self.process.wait(10)
            self.process = None

    def pause(self) -> None:
        """From now on it takes connections and says nothing."""
        if self.process:
            self.process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """Answer again, also what was asked meanwhile."""
        if self.process:
            self.process.send_signal(signal.SIGCONT)

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0
