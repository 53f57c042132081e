"""Every job name is the name of a function."""

from __future__ import annotations

from importlib import import_module

from app.queue import JobName


def test_job_names_resolve() -> None:
    for job in JobName:
        module, _, name = job.value.rpartition(".")
        assert callable(getattr(import_module(module), name))
