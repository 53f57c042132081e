"""How long to wait before the next try, and how often to try."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.domain.outbox.rules import MOST_TRIES, back_off, is_spent
from app.domain.outbox.types import Channel

seeds = st.text(max_size=60)


@given(seeds)
def test_the_first_retry_comes_within_a_quarter_of_a_minute(seed: str) -> None:
    assert timedelta(seconds=11.25) <= back_off(1, seed) <= timedelta(seconds=15)


@given(st.integers(1, 8), seeds)
def test_waiting_grows_whatever_the_seed(attempts: int, seed: str) -> None:
    assert back_off(attempts, seed) < back_off(attempts + 1, seed)


@given(st.integers(-5, 10_000), seeds)
def test_waiting_ends_at_an_hour(attempts: int, seed: str) -> None:
    assert timedelta(seconds=11) < back_off(attempts, seed) <= timedelta(hours=1)


@given(st.integers(1, 500), seeds)
def test_the_same_message_always_waits_the_same_time(attempts: int, seed: str) -> None:
    assert back_off(attempts, seed) == back_off(attempts, seed)


def test_what_failed_together_does_not_come_back_together() -> None:
    waits = sorted(back_off(9, f"<{number}@smart-academy>").total_seconds() for number in range(200))
    assert waits[-1] - waits[0] > 600
    assert len({round(wait) for wait in waits}) > 150


@given(st.sampled_from(Channel), st.integers(0, 100))
def test_a_message_is_tried_so_often_and_no_more(channel: Channel, attempts: int) -> None:
    assert is_spent(channel, attempts) == (attempts >= MOST_TRIES[channel])
    assert MOST_TRIES[Channel.SMS] < MOST_TRIES[Channel.MAIL], (
        "a text cannot be recognised when it comes twice"
    )
