"""Forms of attendance: the register's own, one pupil's mark, and what a campus has decided.

The controls of a register differ from section to section, so it is read by hand: no form class has forty fields.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField

from app.domain.attendance.rules import LONGEST_DELAY, REMARK_LENGTH
from app.domain.attendance.types import AttendanceRules, AttendanceStatus, Mark
from app.domain.kernel.errors import InvalidValue
from app.domain.kernel.texts import clean_line
from app.web.editing import EditForm
from app.web.errors import message_of
from app.web.forms import ChoiceField, LineField, NumberField, Required, TimeField
from app.web.words import ATTENDANCE_WORDS

_STATUS = {status.value: status for status in AttendanceStatus}
_OURS = {"csrf_token", "v", "reason"}

REASON_LENGTH = 200


@dataclass
class SentRegister:
    """A register as it arrived. `marks` holds what could be understood, under the names of the controls."""

    version: int = 0
    marks: dict[str, AttendanceStatus] = field(default_factory=dict)
    reason: str = ""
    """Why a register of a day that is over changes."""
    problems: list[str] = field(default_factory=list)


def stamp(version: int, answered: int) -> str:
    """What the form brings back: the version it shows, and how many pupils it has an answer for."""
    return f"{version}-{answered}"


def read_register(form: MultiDict[str, str]) -> SentRegister:
    """Understand a sent register. Whatever is wrong is a problem; the rest is kept."""
    sent = SentRegister()
    doubled = unknown = False
    for name, values in form.lists():
        doubled = doubled or len(values) > 1
        if name in _OURS:
            continue
        status = _STATUS.get(values[0])
        if status is None:
            unknown = True
        else:
            sent.marks[name] = status
    version, _, answered = form.get("v", "").partition("-")
    stamped = _is_number(version) and _is_number(answered)
    if doubled:
        sent.problems.append(gettext("An answer was sent twice. Give it once."))
    if unknown:
        sent.problems.append(gettext("A pupil can be present, absent, late or excused. Choose one of these."))
    if not stamped or len(sent.marks) < int(answered):
        sent.problems.append(gettext("The list did not arrive whole. Look through it and send it again."))
    sent.version = int(version) if stamped else 0
    try:
        sent.reason = clean_line(form.get("reason", ""), REASON_LENGTH)
    except InvalidValue as error:
        sent.problems.append(message_of(error))
    return sent


def _is_number(text: str) -> bool:
    return 0 < len(text) <= 6 and text.isascii() and text.isdigit()


_NUMERIC = {"inputmode": "numeric", "autocomplete": "off"}


class MarkForm(EditForm):
    """All that can be said of one pupil on one day."""

    status = ChoiceField(_l("State"))
    late_minutes = NumberField(_l("Minutes late"), least=1, most=LONGEST_DELAY, render_kw=_NUMERIC)
    left_at = TimeField(_l("Left at"))
    remarks = LineField(_l("Remark"), max_length=REMARK_LENGTH)
    reason = LineField(
        _l("Why it changes"), [Required(_l("Say in a few words why it changes."))], max_length=REASON_LENGTH
    )

    hints = {
        "late_minutes": _l("Only for somebody who is late"),
        "left_at": _l("Only for somebody who came and left before the end"),
        "remarks": _l("Read by the school and by the family"),
        "reason": _l("The day is over: the reason stays with the change."),
    }
    optional = frozenset({"late_minutes", "left_at", "remarks"})

    def __init__(self, *, asks_why: bool, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.status.choices = [(each.value, ATTENDANCE_WORDS[each.value][2]) for each in AttendanceStatus]
        if not asks_why:
            del self.reason

    def details(self) -> Mark:
        """What was typed."""
        return Mark(
            AttendanceStatus(self.status.data),
            int(self.late_minutes.data) if self.late_minutes.data else None,
            self.left_at.time if self.left_at.data else None,
            self.remarks.data or None,
        )


class RulesForm(EditForm):
    """What a campus has decided about attendance."""

    cut_off = TimeField(_l("Registers are taken by"), [Required(_l("Give the time."))])
    tells_families = BooleanField(_l("Tell families of an absence nobody has announced"))
    threshold = NumberField(
        _l("Attendance below which a family is spoken to, in percent"),
        [Required(_l("Give a number of percent."))],
        least=1,
        most=100,
        render_kw=_NUMERIC,
    )
    absent_days = NumberField(
        _l("Days absent in a row after which a family is spoken to"),
        [Required(_l("Give a number of days."))],
        least=2,
        most=30,
        render_kw=_NUMERIC,
    )

    hints = {
        "cut_off": _l("After this time teachers are reminded and families are told."),
        "tells_families": _l("One message a child and day, and one more where the register is put right."),
    }

    def details(self) -> AttendanceRules:
        """What was typed."""
        return AttendanceRules(
            self.cut_off.time,
            bool(self.tells_families.data),
            int(self.threshold.data),
            int(self.absent_days.data),
            self.version.number,
        )
