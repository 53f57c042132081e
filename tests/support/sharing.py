"""Which tests go to the same worker, so that what takes long to prepare is prepared once.

pytest-xdist's own groups do nothing with this pytest, and go by marks, which the process that hands tests out does
not see; it sees names.
"""

from __future__ import annotations

import re
from functools import cache

import pytest
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]  # it brings no types along

from ops.devtool.console import ROOT

_WALKERS = re.compile(
    r"test_(?:every_form|extra_fields|once)\.py::|test_hostile_input\.py::test_every_field_takes_every_entry"
)
"""Tests that walk the whole site as somebody, whose name stands between the brackets."""


def group_of(nodeid: str) -> str:
    """Tests of one group run one after the other on one worker; most are a group of their own."""
    path, _, name = nodeid.partition("::")
    if _prepares_for_all(path):
        return path
    if name.startswith("test_every_main_page_is_for_everybody"):
        return path  # what one language found clean another does not look at again
    if "[" in name and _WALKERS.search(nodeid):
        return f"a walk as {name.rpartition('[')[2].rstrip(']')}"
    return nodeid


@cache
def _prepares_for_all(path: str) -> bool:
    return 'scope="module"' in (ROOT / path).read_text(encoding="utf-8")


class Sharing(LoadScopeScheduling):
    """Each worker takes the next group when it is done with one."""

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid)


@pytest.hookimpl
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> Sharing:
    """Asked by pytest-xdist in the process that hands out the tests."""
    return Sharing(config, log)
