"""The lines of a measurement: name, figure, budget, verdict, in columns that a script can split."""

from __future__ import annotations

from dataclasses import dataclass, field

from ops.devtool.console import say

OK = "ok"
MISSED = "MISSED"
INFO = "info"


@dataclass
class Report:
    """Prints each figure as it is taken and remembers which budgets were missed."""

    missed: list[str] = field(default_factory=list)
    taken: int = 0

    def head(self) -> None:
        """The first line."""
        say(_line("name", "figure", "budget", "verdict"))

    def most(self, name: str, figure: float, budget: float, unit: str) -> None:
        """A figure that must not be above its budget."""
        self._say(name, figure, "<=", budget, unit, is_kept=figure <= budget)

    def least(self, name: str, figure: float, budget: float, unit: str) -> None:
        """A figure that must not be below its budget."""
        self._say(name, figure, ">=", budget, unit, is_kept=figure >= budget)

    def tell(self, name: str, figure: float, unit: str) -> None:
        """A figure without a budget."""
        self.taken += 1
        say(_line(name, _number(figure, unit), "-", INFO))

    def failed(self, name: str, why: str) -> None:
        """A figure that could not be taken counts as missed: nobody may think it was kept."""
        self.taken += 1
        self.missed.append(name)
        say(_line(name, why.replace(" ", "_")[:60], "-", MISSED))

    def close(self) -> int:
        """Say how it went and return the exit code."""
        kept = self.taken - len(self.missed)
        say(f"{kept} of {self.taken} figures kept; missed: {', '.join(self.missed) or 'none'}")
        return 1 if self.missed else 0

    def _say(self, name: str, figure: float, sign: str, budget: float, unit: str, *, is_kept: bool) -> None:
        self.taken += 1
        if not is_kept:
            self.missed.append(name)
        say(_line(name, _number(figure, unit), sign + _number(budget, unit), OK if is_kept else MISSED))


def _number(value: float, unit: str) -> str:
    """A figure with its unit and without a space between them: columns are split at spaces."""
    digits = {"KB": 2, "ms": 1}.get(unit, 0)
    return f"{value:.{digits}f}{unit}"


def _line(name: str, figure: str, budget: str, verdict: str) -> str:
    return f"{name:<46} {figure:>12} {budget:>12}  {verdict}"
