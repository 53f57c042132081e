"""What `gunicorn.conf.py` does to each worker."""

from __future__ import annotations

import gc
import runpy

from ops.devtool.console import ROOT


def test_a_worker_does_not_search_what_was_loaded_for_garbage() -> None:
    hooks = runpy.run_path(str(ROOT / "gunicorn.conf.py"))
    before = gc.get_threshold()
    gc.unfreeze()  # the tests leave out what was collected as well, and stay so afterwards
    gc.set_threshold(700, 10, 10)
    try:
        hooks["post_worker_init"](None)
        assert gc.get_freeze_count() > 10_000
        assert gc.get_threshold()[0] > 700
    finally:
        gc.set_threshold(*before)
