"""The chain of the audit log."""

from __future__ import annotations

from app.domain.audit.services import chain_entries, write_anchor


def chain_audit() -> None:
    """Chain the entries of the last seconds."""
    chain_entries()


def anchor_audit() -> None:
    """Write the end of the chain to the log, where it outlives the table."""
    write_anchor()
