"""The search as a part of its page."""

from __future__ import annotations

from tests.support.cast import Cast
from tests.support.pages import PageClient


def test_nothing_found_is_said_in_part_too(cast: Cast, client: PageClient) -> None:
    answer = client.partial("/en/search?q=nosuchword")

    assert answer.status_code == 200
    assert "Nothing found" in answer.get_data(as_text=True)
