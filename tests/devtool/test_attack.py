"""What is served to be attacked has holes and no limits: it is served nowhere else."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from ops.devtool.console import ROOT


def test_a_real_installation_does_not_serve_the_attacked_application(tmp_path: Path) -> None:
    settings = {
        "SECRET_KEY": "x" * 40,
        "DATABASE_URL": "postgresql+psycopg2://nobody@127.0.0.1:9/nothing",
        "REDIS_URL": "redis://127.0.0.1:9/0",
        "BASE_URL": "https://school.example",
        "SA_VAR": str(tmp_path),
        "SA_ENV": "production",
    }
    answer = subprocess.run(
        [sys.executable, "-c", "import ops.attack.wsgi"],
        env={"PATH": os.environ["PATH"], **settings},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert answer.returncode == 1 and "this installation is a real one" in answer.stderr
