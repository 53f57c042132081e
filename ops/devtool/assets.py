"""Browser assets and compiled translations: made only when what they are made from changed."""

from __future__ import annotations

import fcntl
import hashlib
import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from ops.devtool.console import ROOT, Failure, say, shown, tail
from ops.devtool.processes import Supervisor
from ops.devtool.services import check_runs

LOCK_FILE = ROOT / "package-lock.json"
BUILD_SCRIPT = ROOT / "ops" / "assets" / "build.mjs"
BUILT = ROOT / "app" / "static" / "build"
SOURCES = tuple(
    ROOT / folder for folder in ("app/static/css", "app/static/js", "app/static/img", "ops/assets")
)
TRANSLATIONS = ROOT / "translations"
STAMPS = ROOT / "var" / "stamps"


def prepare(supervisor: Supervisor) -> None:
    """Bring node_modules, the built assets and the compiled translations up to date.

    One process at a time; a second one waits and then finds nothing to do.
    """
    STAMPS.mkdir(parents=True, exist_ok=True)
    with open(STAMPS / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        _install_node_packages(supervisor)
        _build(supervisor)
        compile_translations()


def compile_translations() -> None:
    """Compile every catalogue whose source changed; the compiled ones are not committed."""
    catalogues = sorted(TRANSLATIONS.glob("*/LC_MESSAGES/*.po"))
    stamp = STAMPS / "translations"
    digest = _digest(catalogues)
    if _matches(stamp, digest) and all(path.with_suffix(".mo").exists() for path in catalogues):
        return
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    say("Compiling translations…")
    for path in catalogues:
        with open(path, "rb") as source:
            catalogue = read_po(source, locale=path.parent.parent.name)
        # Beside and then over it: a running server never reads half a file.
        fresh = path.with_suffix(".mo.new")
        with open(fresh, "wb") as target:
            write_mo(target, catalogue)
        fresh.replace(path.with_suffix(".mo"))
    _remember(stamp, digest)


def _install_node_packages(supervisor: Supervisor) -> None:
    # The stamp lives inside node_modules, so that it goes when the folder goes.
    stamp = ROOT / "node_modules" / ".installed"
    digest = _digest([LOCK_FILE])
    if _matches(stamp, digest):
        return
    count = LOCK_FILE.read_text().count('"node_modules/')
    say(f"Installing {count} browser packages…")
    check_runs(_venv_program("node"), "Node")
    npm: list[Path | str] = [_venv_program("npm"), "ci"]
    npm += ["--no-audit", "--no-fund", "--no-progress", "--no-update-notifier"]
    _run_logged(supervisor, "npm ci", npm, STAMPS / "npm.log")
    _remember(stamp, digest)


def _build(supervisor: Supervisor) -> None:
    stamp = BUILT / ".built"
    files = [path for folder in SOURCES for path in folder.rglob("*") if path.is_file()]
    digest = _digest([LOCK_FILE, *sorted(files)])
    if _matches(stamp, digest) and (BUILT / "manifest.json").exists():
        return
    say("Building browser assets…")
    node = [_venv_program("node"), BUILD_SCRIPT]
    _run_logged(supervisor, "The asset build", node, STAMPS / "build.log")
    if not (BUILT / "manifest.json").exists():
        raise Failure(f"The asset build wrote no {shown(BUILT / 'manifest.json')}.")
    _remember(stamp, digest)


def _run_logged(supervisor: Supervisor, name: str, argv: Sequence[Path | str], log: Path) -> None:
    env = os.environ | {"PATH": f"{Path(sys.prefix, 'bin')}{os.pathsep}{os.environ.get('PATH', os.defpath)}"}
    child = supervisor.run(name, argv, cwd=ROOT, env=env, log=log)
    if child.process.returncode:
        raise Failure(f"{name} failed (exit code {child.process.returncode}).\n{tail(log, 12)}")


def _venv_program(name: str) -> Path:
    return Path(sys.prefix, "bin", name)


def _digest(paths: Iterable[Path]) -> str:
    """One hash over names and contents, so that a moved or deleted file counts as a change."""
    total = hashlib.sha256()
    for path in paths:
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        total.update(f"{path.relative_to(ROOT)} {content}\n".encode())
    return total.hexdigest()


def _matches(stamp: Path, digest: str) -> bool:
    return stamp.exists() and stamp.read_text() == digest


def _remember(stamp: Path, digest: str) -> None:
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(digest)
