"""Children end with the tool, whichever way it ends."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from ops.devtool.console import Failure
from ops.devtool.processes import Supervisor, describe_death, stop_leftovers
from tests.devtool.running import ROOT

WAIT = [sys.executable, "-c", "import signal; print('up', flush=True); signal.pause()"]
STUBBORN = [
    sys.executable,
    "-c",
    "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True)\n"
    "while True: signal.pause()",
]


def test_leaving_the_block_stops_every_child(tmp_path: Path) -> None:
    with Supervisor(tmp_path / "children.json") as supervisor:
        children = [supervisor.spawn("one", WAIT), supervisor.spawn("two", WAIT, stage=Supervisor.SERVICES)]
        assert len(json.loads((tmp_path / "children.json").read_text())) == 2

    assert all(child.process.returncode is not None for child in children)
    assert not (tmp_path / "children.json").exists()


def test_child_that_ignores_the_request_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Supervisor, "GRACE", 0.2)
    log = tmp_path / "log"
    with Supervisor() as supervisor:
        child = supervisor.spawn("stubborn", STUBBORN, log=log)
        supervisor.wait_for(lambda: log.read_text() == "up\n", "the child", 10)

    assert not psutil.pid_exists(child.process.pid)


def test_child_that_dies_is_named_with_its_last_words(tmp_path: Path) -> None:
    with Supervisor() as supervisor:
        supervisor.spawn(
            "The worker", [sys.executable, "-c", "import sys; sys.exit('no luck')"], log=tmp_path / "log"
        )

        with pytest.raises(Failure, match=r"The worker ended unexpectedly \(exit code 1\).*\n    no luck"):
            supervisor.wait_for(lambda: False, "nothing", 10)


def test_death_by_signal_is_named(tmp_path: Path) -> None:
    with Supervisor() as supervisor:
        child = supervisor.spawn("The worker", WAIT)
        child.process.kill()
        child.process.wait()

        assert describe_death(child) == "The worker ended unexpectedly (signal 9)."


def test_program_that_cannot_be_run_is_a_sentence(tmp_path: Path) -> None:
    with Supervisor() as supervisor, pytest.raises(Failure, match="Redis could not be started: No such file"):
        supervisor.spawn("Redis", [tmp_path / "missing"])


def test_leftovers_of_a_killed_tool_are_stopped_and_others_left_alone(tmp_path: Path) -> None:
    record = tmp_path / "children.json"
    with (
        subprocess.Popen(WAIT, stdout=subprocess.PIPE) as ours,
        subprocess.Popen(WAIT, stdout=subprocess.PIPE) as other,
    ):
        for process in (ours, other):
            assert process.stdout is not None
            process.stdout.readline()
        created = psutil.Process(ours.pid).create_time()
        record.write_text(json.dumps([[ours.pid, created], [other.pid, created - 1000]]))

        stop_leftovers(record)

        assert ours.wait(10) is not None
        assert other.poll() is None
        other.terminate()
    assert not record.exists()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends children with a killed parent")
def test_child_ends_with_a_tool_that_is_killed_outright() -> None:
    script = (
        "import sys, signal; from ops.devtool.processes import Supervisor\n"
        f"child = Supervisor().spawn('child', {WAIT!r})\n"
        "print(child.process.pid, flush=True); signal.pause()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, cwd=ROOT, text=True
    ) as tool:
        assert tool.stdout is not None
        child = psutil.Process(int(tool.stdout.readline()))
        tool.kill()

        child.wait(timeout=10)
    assert child.pid != os.getpid()


def test_a_child_that_ended_is_started_again(tmp_path: Path) -> None:
    with Supervisor() as supervisor:
        child = supervisor.spawn("The worker", WAIT)
        child.process.kill()
        child.process.wait()
        supervisor.revive(child)
        (fresh,) = supervisor._children
        assert fresh.name == "The worker"
        assert fresh.process.poll() is None
        assert supervisor.first_dead() is None
