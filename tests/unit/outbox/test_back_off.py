"""How long to wait before the next try."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.domain.outbox.rules import back_off


def test_the_first_retry_comes_after_a_quarter_of_a_minute() -> None:
    assert back_off(1) == timedelta(seconds=15)


@given(st.integers(1, 500))
def test_waiting_grows_and_ends_at_an_hour(attempts: int) -> None:
    assert back_off(attempts) <= back_off(attempts + 1) <= timedelta(hours=1)
