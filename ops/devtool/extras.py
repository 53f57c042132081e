"""`./dev bench`, `./dev shell` and `./dev lock`."""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import re
import signal
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from ops.devtool import assets, demo, services
from ops.devtool.console import ROOT, Failure, say, shown, var_folder
from ops.devtool.processes import Supervisor
from ops.devtool.testing import ensure_chromium, ensure_fonts

INDEX_LINE = re.compile(r"^\s*(-i|--index-url|--extra-index-url|-f|--find-links|--trusted-host)\b")


def bench(arguments: list[str]) -> int:
    """Measure one feature, `core` when none is named, on fresh services with the demo's settings.

    `ops/bench/FEATURE.py` has `main(arguments) -> int`; it finds the services in the environment as the
    application does, and an empty database.
    """
    names = sorted(path.stem for path in (ROOT / "ops" / "bench").glob("[a-z]*.py"))
    feature, rest = (arguments[0], arguments[1:]) if arguments else ("core", [])
    if feature not in names:
        raise Failure(
            f"There is nothing to measure called {feature}; there is: {', '.join(names) or 'nothing yet'}."
        )
    with Supervisor() as supervisor, tempfile.TemporaryDirectory(prefix="sa-", dir="/tmp") as folder:
        assets.prepare(supervisor)
        ensure_chromium(supervisor)
        ensure_fonts(supervisor)
        with demo.running_services(supervisor, Path(folder)) as urls:
            os.environ.update(demo.app_environment(Path(folder), urls, port=8000))
            os.environ.update(demo.owner_environment(urls))
            code = importlib.import_module(f"ops.bench.{feature}").main(rest)
    return int(code or 0)


def shell(arguments: list[str]) -> int:
    """Open `flask shell` on the running demo's services, or on the demo's data when it does not run."""
    var = var_folder()
    with Supervisor() as supervisor, _demo_services(supervisor, var) as (urls, port):
        env = demo.app_environment(var, urls, port=port)
        # Ctrl-C belongs to the shell: it ends a statement there and not the shell's services.
        signal.signal(signal.SIGINT, lambda signum, frame: None)
        command = [sys.executable, "-m", "flask", "shell", *arguments]
        return supervisor.attend("flask shell", command, env=env, cwd=ROOT)


def lock(arguments: list[str]) -> int:
    """Pin both lists afresh from the .in files; arguments such as `-U` or `-P NAME` go to pip-compile."""
    env = os.environ | {"CUSTOM_COMPILE_COMMAND": "./dev lock"}
    for name in ("requirements", "requirements-dev"):
        target = ROOT / f"{name}.txt"
        flags = (
            "--allow-unsafe --generate-hashes --no-emit-find-links --no-emit-index-url --no-emit-trusted-host"
        )
        command = [str(Path(sys.prefix, "bin", "pip-compile")), "--quiet", *flags.split(), "--strip-extras"]
        command += [f"--output-file={target.name}", *arguments, f"{name}.in"]
        with Supervisor() as supervisor, tempfile.TemporaryDirectory(prefix="sa-lock-") as folder:
            log = Path(folder, "log")
            say(f"Pinning {shown(target)}…")
            child = supervisor.run("pip-compile", command, cwd=ROOT, env=env, log=log)
            if child.process.returncode:
                raise Failure(f"{name}.in could not be resolved.\n{log.read_text(errors='replace').rstrip()}")
        target.write_text(strip_indexes(target.read_text()))
    return 0


def strip_indexes(text: str) -> str:
    """The list without lines that name a package index or a folder of one machine."""
    return "".join(line for line in text.splitlines(keepends=True) if not INDEX_LINE.match(line))


@contextlib.contextmanager
def _demo_services(supervisor: Supervisor, var: Path) -> Iterator[tuple[services.ServiceUrls, int]]:
    """The services of the demo that runs now; when none does, embedded ones on the same data."""
    try:
        with demo.only_one(var):
            with demo.running_services(supervisor, var) as urls:
                yield urls, 8000
            return
    except demo.AlreadyRunning:
        state = json.loads((var / "run" / "demo.json").read_text())
    urls = services.ServiceUrls(state["database_url"], state["redis_url"], state["owner_url"])
    yield urls, state["port"]
