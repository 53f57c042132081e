"""Chromium once for each worker; a server, a database and a school day for each journey."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from flask import Flask
from playwright.sync_api import Browser

from app.domain.kernel import clock
from ops.browse.chromium import Device, chromium
from tests.support.live import live_server
from tests.support.visitor import Visitor

SCHOOL_DAY = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
"""Sunday, nine in the morning in Dhaka: a day of school in the cast's year, whenever the tests run."""

Visit = Callable[..., Visitor]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything below this folder is a journey."""
    for item in items:
        if "/browser/" in item.nodeid.replace("\\", "/"):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all journeys of a worker."""
    with chromium(windowless=True) as started:
        yield started


@pytest.fixture
def school_day() -> Iterator[datetime]:
    """It is a Sunday morning in the cast's year."""
    with clock.stopped_at(SCHOOL_DAY):
        yield SCHOOL_DAY


@pytest.fixture
def served(real_app: Flask, school_day: datetime) -> Iterator[str]:
    """The application behind a real socket; yields its address."""
    with live_server(real_app) as url:
        yield url


@pytest.fixture
def visit(browser: Browser, served: str) -> Iterator[Visit]:
    """Open a browser for somebody: `visit(PHONE, has_script=False)`. All are closed, and checked, at the end."""
    visitors: list[Visitor] = []

    def come(device: Device, **options: object) -> Visitor:
        visitor = Visitor(browser, served, device, **options)  # type: ignore[arg-type]  # the options are those of Visitor
        visitors.append(visitor)
        return visitor

    yield come
    for visitor in visitors:
        visitor.close()
