"""Forms of the area. Each makes the details value its service takes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l

from app.domain.academics.queries import Assignment, SubjectView
from app.domain.academics.timetable.queries import BellView, LessonView
from app.domain.academics.timetable.types import MOST_PERIODS, BellDetails, LessonDetails, Slot
from app.domain.academics.types import Shift
from app.domain.people.queries import StaffChoice
from app.web.editing import EditForm
from app.web.forms import KeyField, LocalTextField, NumberField, Required, TimeField
from app.web.i18n import local_plain

FIRST = time(8)
USUAL_MINUTES = 40


class BellForm(EditForm):
    """When a period is."""

    period = NumberField(
        _l("Period"),
        [Required(_l("Write the number of the period."))],
        least=1,
        most=MOST_PERIODS,
        render_kw={"inputmode": "numeric", "autocomplete": "off"},
    )
    starts_at = TimeField(_l("Begins"), [Required(_l("Give the time."))])
    ends_at = TimeField(_l("Ends"), [Required(_l("Give the time."))])
    name = LocalTextField(_l("Name"), max_length=40)

    hints = {"name": _l("Only where it is more than a lesson, such as Assembly.")}
    optional = frozenset({"name"})

    def __init__(self, shift: Shift | None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.of_shift = shift

    def details(self) -> BellDetails:
        """What was typed."""
        return BellDetails(
            self.of_shift,
            self.period.number or 0,
            self.starts_at.time,
            self.ends_at.time,
            self.name.data,
        )


def next_bell(bells: Sequence[BellView]) -> dict[str, Any]:
    """What the form for one period more begins with: after the last one, and as long."""
    if not bells:
        ends = datetime.combine(date.min, FIRST) + timedelta(minutes=USUAL_MINUTES)
        return {"period": 1, "starts_at": FIRST, "ends_at": ends.time()}
    last = bells[-1]
    start, end = (datetime.combine(date.min, each) for each in (last.starts_at, last.ends_at))
    after = end + (end - start)
    highest = max(each.period for each in bells)
    data: dict[str, Any] = {"period": min(highest + 1, MOST_PERIODS), "starts_at": last.ends_at}
    return data | ({"ends_at": after.time()} if after.date() == date.min else {})


class LessonForm(EditForm):
    """What stands in one slot of a week."""

    subject_id = KeyField(_l("Subject"))
    staff_id = KeyField(_l("Teacher"))

    hints = {"staff_id": _l("The section opens to the teacher with the lesson.")}

    def __init__(self, subjects: Iterable[SubjectView], staff: Iterable[StaffChoice], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.subject_id.choices = [
            ("", _l("No lesson")),
            *((str(s.id), local_plain(s.details.name)) for s in subjects),
        ]
        self.staff_id.choices = [
            ("", _l("Nobody yet")),
            *((str(each.id), f"{local_plain(each.name)} ({each.employee_id})") for each in staff),
        ]

    def details(self) -> LessonDetails | None:
        """What was chosen; None for no lesson."""
        subject_id = self.subject_id.key
        return LessonDetails(subject_id, self.staff_id.key) if subject_id else None


# --- a whole week, read by hand: no form class has forty fields

KEPT = "same"
"""The answer that leaves a lesson as it is whose teacher is assigned to no subject."""
_SEEN = re.compile(r"(?:[1-7]-\d{1,2}\.\d{1,8}(?: |$)){0,105}")


@dataclass
class SentWeek:
    """A week as it arrived: the answers by slot, and the versions it was made on; None where they cannot be read."""

    answers: dict[Slot, str]
    seen: dict[Slot, int] | None


def slot_name(slot: Slot) -> str:
    """The control of a slot."""
    return f"s{slot.weekday}-{slot.period}"


def seen_of(lessons: Mapping[Slot, LessonView]) -> str:
    """What the form brings back of the lessons it shows."""
    return " ".join(f"{slot.weekday}-{slot.period}.{each.version}" for slot, each in sorted(lessons.items()))


def read_week(form: Mapping[str, str], slots: Iterable[Slot]) -> SentWeek:
    """Understand a sent week."""
    answers = {slot: form[slot_name(slot)] for slot in slots if slot_name(slot) in form}
    seen = form.get("seen")
    if seen is None or not _SEEN.fullmatch(seen):
        return SentWeek(answers, None)
    found: dict[Slot, int] = {}
    for part in seen.split():
        place, _, version = part.partition(".")
        weekday, _, period = place.partition("-")
        found[Slot(int(weekday), int(period))] = int(version)
    return SentWeek(answers, found)


def week_of(
    sent: SentWeek, lessons: Mapping[Slot, LessonView], assignments: Mapping[str, Assignment]
) -> dict[Slot, LessonDetails] | None:
    """The week that was chosen; None where an answer is none of those offered. Slots without an answer stay."""
    week = {slot: each.details for slot, each in lessons.items()}
    for slot, answer in sent.answers.items():
        if answer == "":
            week.pop(slot, None)
        elif answer in assignments:
            chosen = assignments[answer]
            week[slot] = LessonDetails(chosen.subject_id, chosen.staff_id)
        elif answer != KEPT:
            return None
    return week
