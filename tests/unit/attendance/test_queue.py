"""The queue of taps on a tablet, on lines that break: lost, doubled and overwritten is nothing."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

SUPPORT = Path(__file__).parents[2] / "support"
MODEL = SUPPORT / "lines.mjs"
NODE = Path(__file__).parents[3] / ".venv" / "bin" / "node"


@pytest.mark.parametrize("seed", [3, 22])
def test_broken_lines_and_killed_tablets_lose_double_and_overwrite_nothing(seed: int) -> None:
    run = subprocess.run(
        [str(NODE), str(MODEL), "300", str(seed)], capture_output=True, text=True, timeout=60, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr
    counted = json.loads(run.stdout)
    assert counted["breaks"] >= 300
    assert min(counted[each] for each in ("kills", "conflicts", "repeated", "stored")) > 10


@pytest.mark.parametrize(
    ("signs_out", "left"), [("no", {"asked": 2, "kept": 2}), ("yes", {"asked": 1, "kept": 0})]
)
def test_a_page_that_arrives_after_signing_out_is_not_kept(signs_out: str, left: dict[str, int]) -> None:
    model = str(SUPPORT / "signout.mjs")
    run = subprocess.run(
        [str(NODE), model, signs_out], capture_output=True, text=True, timeout=60, check=False
    )
    assert (run.returncode, json.loads(run.stdout)) == (0, left), run.stderr
