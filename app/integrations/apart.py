"""A script of ours in a process of its own, for work that must not cost a worker its memory or its time.

The process has no environment, gets its order on its standard input and answers on its standard output. What it may
use of the machine it sets itself in its first lines; here it is stopped when it does not end.
"""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path


class EndedBadly(Exception):
    """The script did not do its work; the text is the end of what it said."""


class TookTooLong(EndedBadly):
    """The script was stopped."""


def run_apart(
    script: Path, order: bytes, seconds: int, environment: Mapping[str, str] | None = None
) -> bytes:
    """Return what a script of ours answers to an order within so many seconds. Raises EndedBadly, TookTooLong."""
    try:
        # Our own script; nothing of the order is a word of the command.
        done = subprocess.run(
            [sys.executable, "-I", str(script)],
            input=order,
            capture_output=True,
            timeout=seconds,
            env=dict(environment or {}),
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise TookTooLong("too slow") from error
    if done.returncode == -signal.SIGXCPU:
        raise TookTooLong("too much work")
    if done.returncode:
        raise EndedBadly(done.stderr.decode(errors="replace")[-500:])
    return done.stdout
