"""Pages of a long list."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.kernel.paging import MAX_PAGE, Page, page_number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("3", 3),
        ("৩", 3),
        (" 2 ", 2),
        ("0", 1),
        ("-1", 1),
        ("x", 1),
        ("", 1),
        (None, 1),
        ("²", 1),
        ("999999", MAX_PAGE),
    ],
)
def test_a_page_number_always_makes_sense(text: str | None, number: int) -> None:
    assert page_number(text) == number


@given(st.text())
def test_any_text_is_some_page(text: str) -> None:
    assert 1 <= page_number(text) <= MAX_PAGE


def test_a_page_knows_its_place() -> None:
    page = Page(["k", "l"], number=3, size=5, total=12)
    assert (page.pages, page.has_previous, page.has_next) == (3, True, False)
    assert (page.first, page.last, list(page), len(page)) == (11, 12, ["k", "l"], 2)


def test_an_empty_list_has_one_empty_page() -> None:
    page: Page[str] = Page([], number=1, size=20, total=0)
    assert (page.pages, page.has_previous, page.has_next, page.first, page.last) == (1, False, False, 0, 0)
    assert page.window() == [1]
    assert not page


@pytest.mark.parametrize(
    ("number", "pages", "window"),
    [
        (1, 3, [1, 2, 3]),
        (1, 10, [1, 2, 3, None, 10]),
        (4, 10, [1, 2, 3, 4, 5, 6, None, 10]),
        (5, 10, [1, 2, 3, 4, 5, 6, 7, None, 10]),
        (6, 12, [1, None, 4, 5, 6, 7, 8, None, 12]),
        (10, 10, [1, None, 8, 9, 10]),
        (99, 3, [1, 2, 3]),
    ],
)
def test_a_pager_shows_the_ends_and_the_neighbours(number: int, pages: int, window: list[int | None]) -> None:
    assert Page([0], number=number, size=10, total=pages * 10).window() == window


@given(st.integers(1, 500), st.integers(1, 50), st.integers(0, 5000), st.integers(0, 4))
def test_a_pager_misses_no_page_without_saying_so(number: int, size: int, total: int, around: int) -> None:
    page = Page([0], number=number, size=size, total=total)
    window = page.window(around)
    assert window[0] == 1
    assert window[-1] == page.pages
    for left, right in pairwise(window):
        assert left is None or right is None or right == left + 1
        assert left is not None or right is not None
