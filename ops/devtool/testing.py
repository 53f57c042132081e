"""`./dev test`: everything a test may need, then every test, on all cores."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from ops.devtool import assets
from ops.devtool.console import ROOT, Failure, complain, say, var_folder
from ops.devtool.processes import Supervisor
from ops.devtool.services import start_test_services

SYSTEM_CHROMIUM = Path("/usr/bin/chromium")
SYSTEM_SHELL = Path("/usr/bin/chromium-headless-shell")
"""The same engine without a browser's window: that one is drawn even where nobody sees it, with a process of its own
for every visitor, and takes three fifths of what a visit costs."""
FONTS = {"bn": "Bangla", "ar": "Arabic"}


def main(arguments: list[str]) -> int:
    """Prepare, then run pytest with the given arguments. Returns pytest's exit code."""
    with Supervisor() as supervisor:
        assets.prepare(supervisor)
        ensure_chromium(supervisor)
        ensure_shell(supervisor)
        ensure_fonts(supervisor)
        ensure_nginx(supervisor)
        with start_test_services():
            return run_pytest(supervisor, arguments)


def run_pytest(supervisor: Supervisor, arguments: list[str]) -> int:
    """Run pytest on the terminal, in parallel unless the arguments say how; its last line stays the last.

    Each worker takes the next test when it is done with one (`tests/conftest.py` puts the long ones first), so that
    none is left alone with a long one at the end; `tests/support/sharing.py` says which belong together.
    """
    parallel = ["-n", str(cores()), "--dist", "loadscope", "--no-loadscope-reorder"]
    if any(argument.startswith(("-n", "--pdb")) for argument in arguments):
        parallel = []
    command = [sys.executable, "-m", "pytest", *parallel, *arguments]
    return supervisor.attend("pytest", command, cwd=ROOT)


def cores() -> int:
    """Cores this process may use; fewer than the machine's inside a container."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def chromium_path(*, windowless: bool = False) -> str | None:
    """The system's Chromium, or None where Playwright shall use the one it installed.

    `windowless`: rather its shell where there is one, for tests; what is measured or drawn for people to see is so
    in the browser that people have.
    """
    paths = (SYSTEM_SHELL, SYSTEM_CHROMIUM) if windowless else (SYSTEM_CHROMIUM,)
    return next((str(path) for path in paths if path.exists()), None)


def ensure_chromium(supervisor: Supervisor) -> None:
    """Install Chromium where there is none: with apt as root, else with Playwright."""
    if chromium_path():
        return
    if can_apt():
        say("Installing Chromium…")
        apt_install(supervisor, "chromium")
        return
    command = [sys.executable, "-m", "playwright", "install", "chromium"]
    if _run(supervisor, "playwright install", command):
        raise Failure(
            "Chromium is missing and Playwright could not fetch it; "
            f"install the system's package chromium. The log is {_log()}."
        )


def ensure_shell(supervisor: Supervisor) -> None:
    """Install Chromium's shell where the system's Chromium stands without it; where it cannot be had, it goes without.

    Playwright brings a shell of its own along with its own Chromium.
    """
    if SYSTEM_SHELL.exists() or not SYSTEM_CHROMIUM.exists() or not can_apt():
        return
    say("Installing Chromium's shell…")
    try:
        apt_install(supervisor, "chromium-headless-shell")
    except Failure as failure:
        complain(str(failure))


def ensure_fonts(supervisor: Supervisor) -> None:
    """Install fonts for Bangla and Arabic where they are missing; without root only say so."""
    missing = [name for code, name in FONTS.items() if not _has_font(code)]
    if not missing:
        return
    if can_apt():
        say("Installing fonts…")
        apt_install(supervisor, "fonts-noto-core", "fontconfig")
        return
    languages = " and ".join(missing)
    complain(f"There is no font for {languages}; browser tests show boxes (install fonts-noto-core).")


def find_nginx() -> str | None:
    """The system's nginx; also where only root has its folder on the PATH."""
    return shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")


def ensure_nginx(supervisor: Supervisor) -> None:
    """Install nginx where it is missing and may be; without it what stands behind it is not tried, which is said."""
    if find_nginx():
        return
    if can_apt():
        say("Installing nginx…")
        try:
            return apt_install(supervisor, "nginx-light")
        except Failure as failure:
            complain(str(failure))
    complain("There is no nginx: what it serves for us is not tested (install nginx-light).")


def can_apt() -> bool:
    """Whether packages of the system can be installed from here."""
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def apt_install(supervisor: Supervisor, *packages: str) -> None:
    """Install system packages as root. Raises Failure when apt does."""
    for step in (["update"], ["install", "-y", "--no-install-recommends", *packages]):
        if _run(supervisor, "apt-get", ["apt-get", "-q", *step]):
            raise Failure(f"apt-get could not install {' and '.join(packages)}; the log is {_log()}.")


def _has_font(language: str) -> bool:
    try:
        found = subprocess.run(["fc-list", f":lang={language}", "file"], capture_output=True, check=False)
    except OSError:
        return False
    return bool(found.stdout.strip())


def _run(supervisor: Supervisor, name: str, command: list[str]) -> int:
    _log().parent.mkdir(parents=True, exist_ok=True)
    # RUNLEVEL=1: what is installed is not started as a service of the machine.
    env = os.environ | {"DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    return supervisor.run(name, command, env=env, log=_log()).process.returncode


def _log() -> Path:
    return var_folder() / "log" / "setup.log"
