"""A Sunday morning in Dhaka, which is a school day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID

import pytest
from sqlalchemy import Connection

from app.domain.kernel import clock
from tests.support.pupils import fill_section


@pytest.fixture(autouse=True)
def morning() -> Iterator[None]:
    """It is 8:42 on Sunday 22 November 2026."""
    with clock.stopped_at(datetime(2026, 11, 22, 2, 42, tzinfo=UTC)):
        yield


@pytest.fixture
def many_pupils(connection: Connection) -> list[UUID]:
    """38 more pupils in 7A, which makes forty."""
    return fill_section(38)
