"""`./dev audit`: what counts as an answer, what may be accepted and until when, and what is installed."""

from __future__ import annotations

from datetime import date

import pytest

from ops.devtool.advisories import Finding, browser_parts, pypi_findings, python_parts, read_exceptions
from ops.devtool.console import ROOT
from ops.devtool.leaks import is_words

TODAY = date(2026, 11, 22)
ACCEPTED = """
[[accepted]]
id = "GHSA-1"
why = "the function is not called"
until = 2026-11-22
[[accepted]]
id = "GHSA-2"
why = "only on another system"
until = 2026-11-21
"""


def test_an_accepted_finding_counts_again_after_its_last_day() -> None:
    assert read_exceptions(ACCEPTED, TODAY) == {"GHSA-1"}


def test_nothing_is_accepted_without_a_reason() -> None:
    with pytest.raises(KeyError):
        read_exceptions('[[accepted]]\nid = "GHSA-3"\nuntil = 2027-01-01', TODAY)


def test_the_file_of_exceptions_can_be_read() -> None:
    assert read_exceptions((ROOT / "ops" / "advisories.toml").read_text(), TODAY) == set()


def test_an_index_that_knows_no_advisories_has_not_answered() -> None:
    skipped = {"name": "flask", "skip_reason": "not found"}
    assert pypi_findings([skipped]) is None
    hole = {"name": "babel", "version": "1", "vulns": [{"id": "PYSEC-1"}]}
    assert pypi_findings([skipped, hole]) == [Finding("PYSEC-1", "babel")]


def test_every_pinned_package_stands_in_the_bill_with_its_digests() -> None:
    pinned = (ROOT / "requirements.txt").read_text()
    parts = python_parts(pinned)
    assert len(parts) == sum(
        1 for line in pinned.splitlines() if "==" in line and not line.startswith((" ", "#"))
    )
    assert all(part["hashes"] and part["version"] for part in parts)
    assert {"name": "htmx.org"}.items() <= next(p for p in browser_parts() if p["name"] == "htmx.org").items()


@pytest.mark.parametrize(
    ("value", "is_name"), [("password_reset", True), ("a new link", True), ("hunter2", False), ("", False)]
)
def test_a_key_is_told_from_a_name(value: str, *, is_name: bool) -> None:
    assert is_words(value) is is_name
