"""A PostgreSQL of its own that can be stopped, in a hurry too, and started again on the same data."""

from __future__ import annotations

import os
import signal
import subprocess
from contextlib import ExitStack
from pathlib import Path

import psutil

from ops.devtool import services
from ops.devtool.processes import Supervisor

FAST = signal.SIGINT
"""As `pg_ctl stop -m fast`: sessions are ended, what is committed is written."""
IMMEDIATE = signal.SIGQUIT
"""As `pg_ctl stop -m immediate`: everybody drops dead, and the start recovers from the log."""
SURE = ("fsync=off", "full_page_writes=off", "max_connections=60")
"""Quick, and still nothing acknowledged is lost where the server dies and the machine does not."""


class PostgresServer:
    """A cluster in a folder of its own."""

    def __init__(self, folder: Path, options: tuple[str, ...] = SURE) -> None:
        self.folder, self.options = folder, options
        self.data = folder / "pg"
        self.url = ""
        """Of its database, for the superuser; known once it was started."""
        self._parts = ExitStack()

    def start(self) -> None:
        """Start it, on new data the first time, and wait until it answers."""
        supervisor = self._parts.enter_context(Supervisor())
        runtime = self._parts.enter_context(services.runtime_folder(self.folder / "run"))
        self.url = self._parts.enter_context(
            services.postgres(
                supervisor, self.data, runtime, self.folder / "postgres.log", options=self.options
            )
        )

    def stop(self, how: signal.Signals = FAST) -> None:
        """Stop it and wait until it is gone."""
        if (self.data / "postmaster.pid").exists():
            server = psutil.Process(int((self.data / "postmaster.pid").read_text().split()[0]))
            server.send_signal(how)
            psutil.wait_procs([server], 20)
        self._parts.close()

    def fill_from(self, source: str) -> None:
        """Make the database like another one, given by its URL for a superuser."""
        dump, load = (services.postgres_program(name) for name in ("pg_dump", "psql"))
        plain = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        addresses = (each.replace("postgresql+psycopg2://", "postgresql://") for each in (source, self.url))
        old, new = addresses
        sent = subprocess.run([dump, old], env=plain, capture_output=True, check=True)
        subprocess.run(
            [load, "-q", "-v", "ON_ERROR_STOP=1", "-o", os.devnull, new],
            env=plain, input=sent.stdout, check=True, capture_output=True,
        )  # fmt: skip
