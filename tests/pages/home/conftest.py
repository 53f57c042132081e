"""A Sunday morning in Dhaka, which is a school day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from app.domain.kernel import clock


@pytest.fixture(autouse=True)
def morning() -> Iterator[None]:
    """It is 8:42 on Sunday 22 November 2026."""
    with clock.stopped_at(datetime(2026, 11, 22, 2, 42, tzinfo=UTC)):
        yield
