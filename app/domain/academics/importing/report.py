"""What an import has done, row by row, and the counts of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from app.integrations.oneroster import Finding, Place


class Outcome(StrEnum):
    """What became of a row."""

    CREATED = "created"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    SKIPPED = "skipped"
    """Deliberately left out; nothing is wrong with it."""
    REFUSED = "refused"
    NOTED = "noted"
    """The row is used, but a part of it is not."""


COUNTED: Final = (Outcome.CREATED, Outcome.CHANGED, Outcome.UNCHANGED, Outcome.SKIPPED, Outcome.REFUSED)
"""The columns of the table of counts."""

KINDS: Final = (
    "campus",
    "academic year",
    "term",
    "class",
    "section",
    "subject",
    "subject group",
    "student",
    "guardian",
    "staff",
    "birth date and sex",
    "guardian of a student",
    "class teacher",
    "enrolment",
    "student of a group",
    "teacher of a group",
    "account",
)
"""The rows of the table of counts, in this order; others, which only ever fail, come after them."""


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the bundle and what became of it."""

    place: Place
    outcome: Outcome
    kind: str
    name: str
    detail: str = ""
    part: str = ""
    """A part of the kind to be counted by itself too, such as the teachers among the staff."""

    def __str__(self) -> str:
        """Return it as it is printed. What comes from the file cannot steer the terminal."""
        text = f"{self.place} {self.outcome} {self.kind} {self.name}" + (
            f": {self.detail}" if self.detail else ""
        )
        return "".join(char if char.isprintable() or char in "\u200c\u200d" else "\ufffd" for char in text)


@dataclass(slots=True)
class Report:
    """Everything an import has to tell."""

    lines: list[Line] = field(default_factory=list)

    def tell(
        self, place: Place, outcome: Outcome, kind: str, name: str, detail: str = "", *, part: str = ""
    ) -> None:
        """Keep what became of a row."""
        self.lines.append(Line(place, outcome, kind, name, detail, part))

    def take(self, findings: Iterable[Finding]) -> None:
        """Keep what was found out while the bundle was read."""
        for each in findings:
            self.tell(each.place, Outcome(each.verdict.value), each.kind, each.name, each.reason)

    def count(self, outcome: Outcome, kind: str | None = None) -> int:
        """How many rows of a kind, or of all kinds, had this outcome."""
        return sum(line.outcome is outcome and kind in (None, line.kind) for line in self.lines)

    @property
    def has_changes(self) -> bool:
        """Whether anything was created or changed."""
        return any(line.outcome in (Outcome.CREATED, Outcome.CHANGED) for line in self.lines)

    def table(self) -> Sequence[tuple[str, tuple[int, ...]]]:
        """The counts: a row per kind that occurs and under it one per part, a number per outcome of COUNTED."""
        counts = Counter((line.kind, part, line.outcome) for line in self.lines for part in {"", line.part})
        occurring = {(kind, part) for kind, part, outcome in counts if outcome in COUNTED}
        order = {kind: number for number, kind in enumerate(KINDS)}
        rows = sorted(occurring, key=lambda row: (order.get(row[0], len(order)), row))
        return [
            (f"  {part}" if part else kind, tuple(counts[kind, part, outcome] for outcome in COUNTED))
            for kind, part in rows
        ]

    def sorted_lines(self) -> list[Line]:
        """The lines in the order of the files, which is how somebody mends them."""
        return sorted(self.lines, key=lambda line: line.place)
