"""The weeks of the demo school: lessons so that nobody stands in two sections at once, and somebody who stands in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, time, timedelta
from random import Random
from uuid import UUID

from app.cli.demo_data import school
from app.domain.academics.queries import list_day_verdicts
from app.domain.academics.rules import week_days
from app.domain.academics.timetable.queries import get_cover
from app.domain.academics.timetable.services import add_bell, name_substitute, set_week
from app.domain.academics.timetable.types import BellDetails, LessonDetails, Slot
from app.domain.academics.types import Shift
from app.domain.kernel.access import SYSTEM
from app.domain.kernel.texts import LocalText

Pair = tuple[UUID, UUID]
"""A subject and who teaches it."""


def ring_bells(campus_id: UUID, shifts: Iterable[Shift]) -> None:
    """The periods of the shifts of a campus."""
    for shift in shifts:
        for number, span in enumerate(school.BELLS[shift], start=1):
            starts, ends = map(time.fromisoformat, span.split("-"))
            add_bell(SYSTEM, campus_id, BellDetails(shift, number, starts, ends, LocalText()))


def fill_weeks(
    sections: Iterable[tuple[UUID, UUID, Sequence[Pair]]], rest_days: Sequence[int], rng: Random
) -> int:
    """Fill the weeks of sections of the day shift: (section, its class teacher, who teaches what). Returns how many
    lessons there are. The class teacher begins the day, and no teacher is in two places."""
    busy: set[tuple[Slot, UUID]] = set()
    plans = [
        (section_id, teacher, rng.sample(list(pairs), len(pairs))) for section_id, teacher, pairs in sections
    ]
    weeks: dict[UUID, dict[Slot, LessonDetails]] = {section_id: {} for section_id, *_ in plans}
    for weekday in (day for day in week_days() if day not in rest_days):
        for period in range(1, len(school.BELLS[Shift.DAY]) + 1):
            slot = Slot(weekday, period)
            for section_id, class_teacher, pairs in plans:
                free = [pair for pair in pairs if (slot, pair[1]) not in busy]
                if period == 1:
                    free.sort(key=lambda pair: pair[1] != class_teacher)
                if not free:
                    continue
                subject_id, staff_id = free[0]
                # What was taught just now comes last in line.
                pairs.sort(key=lambda pair: pair == (subject_id, staff_id))
                busy.add((slot, staff_id))
                weeks[section_id][slot] = LessonDetails(subject_id, staff_id)
    for section_id, week in weeks.items():
        set_week(SYSTEM, section_id, week)
    return sum(map(len, weeks.values()))


def name_somebody(campus_id: UUID, absent_id: UUID, today: date) -> None:
    """Let somebody stand in for one lesson of a teacher, on the first school day from today."""
    verdicts = list_day_verdicts(campus_id, today, today + timedelta(30))
    day = next((each.day for each in verdicts if each.is_school_day), None)
    if day is None:
        return
    for gap in get_cover(campus_id, day, absent_id).gaps:
        if gap.period and gap.free:
            name_substitute(SYSTEM, gap.section_id, day, gap.period, gap.free[0].staff_id)
            return
