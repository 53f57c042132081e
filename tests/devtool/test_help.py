"""What `./dev` says before it does anything."""

from __future__ import annotations

import subprocess
from pathlib import Path

from ops.devtool import COMMANDS
from ops.devtool.main import MODULES
from tests.devtool.running import ROOT, dev


def test_bare_call_lists_every_command_in_groups(tmp_path: Path) -> None:
    done = dev(var=tmp_path)

    assert done.returncode == 0
    assert all(f"  {command} " in done.stdout for command in COMMANDS)
    assert [line for line in ("Run", "Check", "Change") if line in done.stdout.splitlines()] == [
        "Run",
        "Check",
        "Change",
    ]


def test_every_command_in_the_help_is_answered() -> None:
    assert set(MODULES) == set(COMMANDS)


def test_unknown_command_gets_one_sentence(tmp_path: Path) -> None:
    done = dev("dmeo", var=tmp_path)

    assert done.returncode == 1
    assert done.stderr == "There is no ./dev dmeo; ./dev alone lists the commands.\n"


def test_help_needs_no_environment(tmp_path: Path) -> None:
    """A fresh clone answers before anything is installed, and leaves nothing behind."""
    for path in ("dev", "ops/__init__.py", "ops/devtool/__init__.py"):
        copy = tmp_path / path
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes((ROOT / path).read_bytes())
    before = sorted(tmp_path.rglob("*"))

    done = subprocess.run(["python3", tmp_path / "dev"], capture_output=True, text=True, check=False)

    assert done.returncode == 0
    assert sorted(tmp_path.rglob("*")) == before


def test_older_python_gets_one_sentence() -> None:
    """The version is looked at before anything that an older Python could not read."""
    source = (ROOT / "dev").read_text()
    first_statements = source.split("import ctypes")[0].replace("sys.version_info", "(3, 9, 2)")

    done = subprocess.run(["python3", "-c", first_statements], capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert done.stderr == "Smart Academy needs Python 3.11 or newer; this is Python 3.9.\n"
