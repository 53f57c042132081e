"""The group of commands that work for the whole school."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask.cli import AppGroup

from app.uow import work_for_the_school


class SchoolGroup(AppGroup):
    """Commands of whoever runs the server: they read and write at every campus."""

    def command(self, *args: Any, **kwargs: Any) -> Callable[[Callable[..., Any]], Any]:  # type: ignore[override]  # without parentheses nobody here calls it
        """A command whose database session sees everything."""
        made = super().command(*args, **kwargs)

        def mark(function: Callable[..., Any]) -> Any:
            @wraps(function)
            def run(*values: Any, **named: Any) -> Any:
                work_for_the_school()
                return function(*values, **named)

            return made(run)

        return mark
