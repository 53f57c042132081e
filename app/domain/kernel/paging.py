"""One page of a long list, and the numbers of a pager under it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from app.domain.kernel.digits import to_ascii_digits

Item = TypeVar("Item", covariant=True)

MAX_PAGE: Final = 100_000
"""The last page there can be: no number in an address becomes an offset the database refuses."""


def page_number(text: str | None) -> int:
    """Return the page number in an address, digits of any script; 1 where it is missing or makes no sense."""
    digits = to_ascii_digits(text or "").strip()
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 6):
        return 1
    return min(max(int(digits), 1), MAX_PAGE)


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """Page ``number`` (from 1) of ``total`` items, ``size`` a page. A page beyond the end is empty."""

    items: Sequence[Item]
    number: int
    size: int
    total: int

    @property
    def pages(self) -> int:
        """How many pages there are; an empty list has one."""
        return max(1, -(-self.total // self.size))

    @property
    def has_previous(self) -> bool:
        """Whether a page comes before this one."""
        return self.number > 1

    @property
    def has_next(self) -> bool:
        """Whether a page comes after this one."""
        return self.number < self.pages

    @property
    def first(self) -> int:
        """The place of the first item shown, counted from 1; 0 where none is."""
        return (self.number - 1) * self.size + 1 if self.items else 0

    @property
    def last(self) -> int:
        """The place of the last item shown; 0 where none is."""
        return self.first + len(self.items) - 1 if self.items else 0

    def window(self, around: int = 2) -> list[int | None]:
        """Return the numbers of a pager: first, last, and ``around`` beside this one; ``None`` is a gap.

        A gap stands for two pages at least, since a single page takes no more room than the gap.
        """
        here = min(max(self.number, 1), self.pages)
        near = range(max(1, here - around), min(self.pages, here + around) + 1)
        numbers: list[int | None] = []
        for number in sorted({1, self.pages, *near}):
            previous = numbers[-1] if numbers else 0
            skipped = number - (previous or 0) - 1
            if skipped:
                numbers.append(number - 1 if skipped == 1 else None)
            numbers.append(number)
        return numbers

    def __iter__(self) -> Iterator[Item]:
        """Run over the items of this page."""
        return iter(self.items)

    def __len__(self) -> int:
        """Return how many items this page shows."""
        return len(self.items)
