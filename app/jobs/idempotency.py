"""Keeping the table of keys small."""

from __future__ import annotations

from app.domain.idempotency.services import sweep_keys


def sweep() -> None:
    """Delete the keys of two days ago."""
    sweep_keys()
