"""How the tool speaks: short progress lines, and one clear sentence when it cannot go on."""

from __future__ import annotations

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
"""The top folder of the repository."""


class Failure(Exception):
    """The command cannot go on. The text is one sentence for the person at the terminal."""


def var_folder() -> Path:
    """Where everything is written while the application runs: SA_VAR when set, else var/."""
    return Path(os.environ.get("SA_VAR") or ROOT / "var").resolve()


def say(text: str) -> None:
    """Print one line at once, also when the output is a file or a pipe."""
    print(text, flush=True)


def complain(text: str) -> None:
    """Print one line to the error output."""
    print(text, file=sys.stderr, flush=True)


def tail(log: Path, lines: int = 6) -> str:
    """The last lines of a log file, indented for showing below a sentence; empty when there are none."""
    try:
        text = log.read_text(errors="replace")
    except OSError:
        return ""
    return "\n".join(f"    {line}" for line in text.strip().splitlines()[-lines:])


def shown(path: Path) -> str:
    """A path as a person in the repository's folder would type it."""
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)
