"""Offers of seats by the clock."""

from __future__ import annotations

from app.domain.admissions.offers.services import move_offers
from app.web.urls import status_link


def move() -> None:
    """End what is past its deadline, offer free seats to the next, remind, and end drafts of cycles long closed.

    Each step looks at what is stored, so a run that stops in between is finished by the next one.
    """
    move_offers(status_link)
