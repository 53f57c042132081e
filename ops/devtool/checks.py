"""`./dev check` and `./dev fmt`: one line for each check, and the output only of those that fail."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ops.devtool import assets
from ops.devtool.console import ROOT, say
from ops.devtool.processes import Child, Supervisor
from ops.devtool.services import start_test_services
from ops.devtool.testing import cores

PYTHON = ("app", "migrations", "ops", "tests", "wsgi.py", "gunicorn.conf.py", "dev")
TYPED = ("app", "ops", "tests/support")
SHIPPED = ("app", "migrations", "ops", "wsgi.py")
TEMPLATES = "app/templates"


@dataclass(frozen=True)
class Check:
    """One check: what a person calls it, and the command that passes with exit code 0."""

    name: str
    command: tuple[str, ...]


def all_checks() -> list[Check]:
    """Every check, the slow ones first so that the cores end together."""
    return [
        Check("templates, translations, migrations", (_tool("pytest"), "-q", "tests/checks")),
        Check("mypy", (_tool("mypy"), *_existing(TYPED))),
        Check(
            "bandit",
            (
                _tool("bandit"),
                "--quiet",
                "--configfile",
                "pyproject.toml",
                "--recursive",
                *_existing(SHIPPED),
            ),
        ),
        Check("leaked secrets", (sys.executable, "-m", "ops.devtool.leaks")),
        Check("import-linter", (_tool("lint-imports"), "--no-logo")),
        Check("djlint", (_tool("djlint"), "--lint", "--quiet", TEMPLATES)),
        Check("ruff check", (_tool("ruff"), "check", "--quiet", *_existing(PYTHON))),
        Check("ruff format", (_tool("ruff"), "format", "--check", "--quiet", "--diff", *_existing(PYTHON))),
    ]


def check(arguments: list[str]) -> int:
    """Run every check, or those whose name contains one of the arguments. Returns 1 when any fails."""
    chosen = [one for one in all_checks() if not arguments or any(word in one.name for word in arguments)]
    with Supervisor() as supervisor, tempfile.TemporaryDirectory(prefix="sa-check-") as folder:
        assets.prepare(supervisor)
        with start_test_services():
            failed = _run_all(supervisor, chosen, Path(folder))
    say(f"{len(chosen) - len(failed)} of {len(chosen)} checks passed." if failed else "All checks passed.")
    return 1 if failed else 0


def fmt(arguments: list[str]) -> int:
    """Format Python and mend what ruff can mend by itself. Returns 1 when something is left to mend by hand.

    Templates are linted and not reformatted: djlint moves white space into inline elements and
    translated sentences, which changes pages and message ids.
    """
    with Supervisor() as supervisor:
        paths = arguments or _existing(PYTHON)
        fixed = supervisor.attend("ruff", [_tool("ruff"), "check", "--fix", "--quiet", *paths], cwd=ROOT)
        formatted = supervisor.attend("ruff", [_tool("ruff"), "format", *paths], cwd=ROOT)
    return 1 if fixed or formatted else 0


def _run_all(supervisor: Supervisor, checks: Iterable[Check], folder: Path) -> list[Check]:
    """Run the checks side by side, as many as there are cores, and report each as it ends."""
    waiting, running, failed = list(checks), dict[Child, tuple[Check, float]](), list[Check]()
    while waiting or running:
        while waiting and len(running) < cores():
            one = waiting.pop(0)
            log = folder / f"{len(waiting)}.log"
            child = supervisor.spawn(one.name, one.command, cwd=ROOT, env=_environment(), log=log)
            running[child] = (one, time.monotonic())
        ended = [child for child in running if child.process.poll() is not None]
        for child in ended:
            one, started = running.pop(child)
            supervisor.forget(child)
            passed = child.process.returncode == 0
            say(f"{'ok  ' if passed else 'FAIL'} {time.monotonic() - started:6.1f} s  {one.name}")
            if not passed:
                failed.append(one)
                if child.log:
                    say(child.log.read_text(errors="replace").rstrip())
        if not ended:
            time.sleep(0.03)
    return failed


def _environment() -> dict[str, str]:
    return os.environ | {"NO_COLOR": "1", "COLUMNS": "110"}


def _tool(name: str) -> str:
    return str(Path(sys.prefix, "bin", name))


def _existing(paths: Iterable[str]) -> list[str]:
    return [path for path in paths if (ROOT / path).exists()]
