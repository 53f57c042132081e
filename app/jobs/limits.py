"""Keeping the table of counts small."""

from __future__ import annotations

from app.domain.limits.services import sweep_limits


def sweep() -> None:
    """Delete the counts whose window is over."""
    sweep_limits()
