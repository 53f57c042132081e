"""The one clock: the day begins at midnight in Dhaka, and a test can stop it."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from app.domain.kernel import clock


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 11, 21, 17, 59, tzinfo=UTC), date(2026, 11, 21)),
        (datetime(2026, 11, 21, 18, 0, tzinfo=UTC), date(2026, 11, 22)),
        (datetime(2026, 11, 21, 18, 30, tzinfo=UTC), date(2026, 11, 22)),
    ],
)
def test_the_school_day_begins_at_midnight_in_dhaka(moment: datetime, day: date) -> None:
    with clock.stopped_at(moment):
        assert clock.today() == day
        assert clock.now() == moment


def test_a_stopped_clock_goes_on_afterwards() -> None:
    before = datetime.now(UTC)
    with clock.stopped_at(datetime(2020, 1, 1, tzinfo=UTC)):
        pass
    assert clock.now() >= before


def test_a_moment_needs_a_zone() -> None:
    naive = datetime(2026, 11, 22, 8, 0)  # the point of the test
    with pytest.raises(ValueError, match="time zone"), clock.stopped_at(naive):
        pass
