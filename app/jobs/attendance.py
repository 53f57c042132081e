"""Families and the registers of the day, by the clock."""

from __future__ import annotations

from app.domain.attendance.notices.services import tell_families
from app.web.urls import leave_link


def tell_of_absences() -> None:
    """Tell the families of children who are absent without a word, and put right what the register says no more."""
    tell_families(leave_link)
