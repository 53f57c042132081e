"""What accounts leave to the worker."""

from __future__ import annotations

from app.domain.accounts.resets import answer_resets
from app.web.urls import password_link


def answer_forgotten_passwords() -> None:
    """Answer everybody who has forgotten a password and waits."""
    answer_resets(password_link)
