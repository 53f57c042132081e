"""From the command line to one command; what cannot go on ends here with one sentence."""

from __future__ import annotations

import importlib
from collections.abc import Callable

from ops.devtool.console import Failure, complain, say
from ops.devtool.processes import StopRequested, catch_signals

MODULES = {
    "demo": "demo:main",
    "test": "testing:main",
    "check": "checks:check",
    "fmt": "checks:fmt",
    "i18n": "i18n:main",
    "audit": "advisories:main",
    "bench": "extras:bench",
    "attack": "ops.attack.main:main",
    "shots": "shots:main",
    "shell": "extras:shell",
    "lock": "extras:lock",
}
"""Which function answers a command; imported only when asked for, so that each start is quick."""


def run(arguments: list[str]) -> int:
    """Run one command inside the virtual environment and return the exit code."""
    module, _, function = MODULES[arguments[0]].partition(":")
    catch_signals()
    try:
        command: Callable[[list[str]], int] = getattr(
            importlib.import_module(module if "." in module else f"ops.devtool.{module}"), function
        )
        return command(arguments[1:])
    except Failure as failure:
        complain(str(failure))
        return 1
    except StopRequested as request:
        say("Stopped.")
        return 0 if arguments[0] == "demo" else 128 + request.signum
