"""What a register's form sends: which version it was made on, and one choice a pupil.

The controls differ from section to section, so this is read by hand: no form class has forty fields.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from flask_babel import gettext
from werkzeug.datastructures import MultiDict

from app.domain.attendance.types import AttendanceStatus
from app.domain.kernel.errors import InvalidValue
from app.domain.kernel.texts import clean_line
from app.web.errors import message_of

_STATUS = {status.value: status for status in AttendanceStatus}
_OURS = {"csrf_token", "v", "rest", "reason"}

REASON_LENGTH = 200


@dataclass
class SentRegister:
    """A register as it arrived. `marks` holds what could be understood, under the names of the controls."""

    version: int = 0
    marks: dict[str, AttendanceStatus] = field(default_factory=dict)
    rest: str | None = None
    """The list on which everybody who is not named is present: what script sends instead of forty answers."""
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
    sent.rest = form.get("rest")
    try:
        sent.reason = clean_line(form.get("reason", ""), REASON_LENGTH)
    except InvalidValue as error:
        sent.problems.append(message_of(error))
    return sent


def _is_number(text: str) -> bool:
    return 0 < len(text) <= 6 and text.isascii() and text.isdigit()
