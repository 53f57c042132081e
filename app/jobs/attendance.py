"""Registers by the clock: families, teachers, and patterns that need a talk."""

from __future__ import annotations

from app.domain.attendance.concerns.services import look_everywhere
from app.domain.attendance.notices.answers import tell_answers
from app.domain.attendance.notices.services import tell_families
from app.domain.attendance.reports.services import remind_due
from app.web.urls import cases_link, leave_link, register_link


def tell_of_absences() -> None:
    """Tell the families of children who are absent without a word, put right what the register says no more, and tell
    who asked for leave what was answered."""
    tell_families(leave_link)
    tell_answers(cases_link)


def remind_teachers() -> None:
    """Remind the teachers whose register is not taken, at every campus whose hour has come."""
    remind_due(register_link)


def find_concerns() -> None:
    """Look for patterns that need a talk with the family, at one in the night in Dhaka."""
    look_everywhere()
