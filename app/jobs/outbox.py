"""Delivery of messages."""

from __future__ import annotations

from uuid import UUID

from app.domain.outbox.services import deliver, sweep


def deliver_message(key: str) -> None:
    """Send the message of this row, if it is due."""
    deliver(UUID(key))


def sweep_outbox() -> None:
    """Send everything that is due and that Redis or a worker lost."""
    sweep()
