"""What builds the address of a route is compiled when it is first asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from werkzeug.routing import Rule

_COMPILE = Rule._compile_builder


def build_addresses_late() -> None:
    """Werkzeug compiles two functions for each route of a new application, which takes it five sixths of its making.

    Some two hundred tests make an application of their own and build a handful of addresses with it. The functions
    are the same; only the moment is another.
    """

    def later(rule: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        made: list[Callable[..., tuple[str, str]]] = []

        def build(rule: Rule, /, **values: Any) -> tuple[str, str]:
            if not made:
                made.append(_COMPILE(rule, append_unknown))
            return made[0](rule, **values)

        return build

    Rule._compile_builder = later  # type: ignore[assignment, method-assign]  # Werkzeug offers no other place for this
