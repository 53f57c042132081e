"""Workers killed at random points, Redis emptied three times and stopped once: `./dev bench outbox`, in small."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from ops.bench.kit.drill import drill

MAILS = 150


def test_no_mail_is_lost_and_none_comes_twice_without_an_excuse(
    real_app: Flask, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = drill(real_app.config["SETTINGS"], tmp_path, MAILS, seed=7)
    with capsys.disabled():
        print(f"\n{found}")
    assert (found.lost, found.unsettled) == (0, 0)
    assert (found.doubles_outside, found.other_ids) == (0, 0)
    assert found.doubles <= found.kills
    assert (found.flushes, found.redis_stops) == (3, 1)
    assert found.seconds < 60
