"""What a tablet says of single pupils, as it is tapped or later: `POST .../marks/`, a few hundred bytes both ways."""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from urllib.parse import unquote_plus
from uuid import UUID

from flask import Response, jsonify, request
from werkzeug.datastructures import MultiDict

from app.blueprints.attendance.views import blueprint, period_asked
from app.domain.academics.queries import get_section_day
from app.domain.attendance.rules import REMARK_LENGTH
from app.domain.attendance.services import save_taps
from app.domain.attendance.types import (
    AttendanceStatus,
    Mark,
    MarkImpossible,
    MonthLocked,
    Outcome,
    PupilNotHere,
    ReasonNeeded,
    RegisterClosed,
    Tap,
    TapsSaved,
    Verdict,
)
from app.domain.kernel import clock
from app.domain.kernel.access import Permission
from app.domain.kernel.errors import N_, DomainError, Forbidden, NotFound, Refused
from app.domain.kernel.texts import clean_text
from app.web.access import current_actor, requires
from app.web.days import person_name, saved_time
from app.web.errors import message_of
from app.web.headers import for_script

MOST_TAPS = 200
"""A section has no more pupils."""

_STATUS = {status.value[0]: status for status in AttendanceStatus}
_TAP = re.compile(
    r"(?P<id>[\w-]{22})\.(?P<key>[\w-]{1,22})\.(?P<state>[paleo])\.(?P<base>\d{1,4})\.(?P<at>\d{9,10})"
    r"(?:\.(?P<more>\d{0,4})(?:\.(?P<remark>.*))?)?",
    re.ASCII,
)


class Unreadable(Refused):
    """What was sent is none of our taps."""

    message = N_("What the tablet sent cannot be read. Open the register again; what is saved is safe.")


@dataclass(frozen=True, slots=True)
class SentTaps:
    """A batch as it arrived."""

    taps: list[Tap]
    finish: str | None
    reason: str | None


def read_taps(form: MultiDict[str, str]) -> SentTaps:
    """Understand a batch. Raises Unreadable where any part of it is none of ours: a tablet sends no half taps."""
    lines = form.getlist("m")
    finish = form.get("done") or None
    if len(lines) > MOST_TAPS or not (lines or finish):
        raise Unreadable
    try:
        reason = clean_text(form.get("reason", ""), REMARK_LENGTH) or None
    except ValueError as error:
        raise Unreadable from error
    return SentTaps([_tap(line) for line in lines], finish, reason)


def _tap(line: str) -> Tap:
    found = _TAP.fullmatch(line)
    if found is None:
        raise Unreadable
    try:
        key = UUID(bytes=urlsafe_b64decode(found["id"] + "=="))
        said_at = datetime.fromtimestamp(int(found["at"]), UTC)
        remark = found["remark"]
        said = clean_text(unquote_plus(remark), REMARK_LENGTH) if remark else None
        mark = _mark(found["state"], found["more"] or "", said or None)
    except (ValueError, OverflowError) as error:
        raise Unreadable from error
    return Tap(key, found["key"], mark, int(found["base"]), said_at, keeps_remark=remark is None)


def _mark(state: str, more: str, remark: str | None) -> Mark:
    if state == "o":
        return Mark(AttendanceStatus.PRESENT, left_at=time(int(more[:-2]), int(more[-2:])), remarks=remark)
    minutes = int(more) if more else None
    return Mark(_STATUS[state], late_minutes=minutes, remarks=remark)


def _told(outcome: Outcome) -> list[object]:
    """A conflict as the page shows it: what is stored, by whom and since when."""
    stored, said = outcome.stored, outcome.said
    state, more = "", ""
    if stored:
        mark = stored.mark
        state = "o" if mark.left_at and not mark.late_minutes else mark.status.value[0]
        more = (
            mark.left_at.strftime("%H%M") if state == "o" and mark.left_at else str(mark.late_minutes or "")
        )
    name = person_name(said.names).striptags() if said else ""
    at = saved_time(said.at, clock.today()) if said else ""
    return [outcome.key, outcome.version, state, more, name, at]


def _answer(saved: TapsSaved) -> Response:
    now = clock.now()
    told: dict[str, object] = {"s": saved_time(now, clock.today())}
    if saved.is_taken:
        told["t"] = 1
    agreed = [[each.key, each.version] for each in saved.outcomes if each.verdict is not Verdict.CONFLICT]
    against = [_told(each) for each in saved.outcomes if each.verdict is Verdict.CONFLICT]
    others = [_told(each)[:4] for each in saved.others]
    why = message_of(PupilNotHere())
    gone = [[key, why] for key in saved.strangers]
    told |= {
        name: value for name, value in (("m", agreed), ("c", against), ("x", gone), ("d", others)) if value
    }
    return jsonify(told)


def _refused(error: DomainError, status: int) -> Response:
    answer = jsonify(why=message_of(error))
    answer.status_code = status
    return answer


def _is_there(section_id: UUID, on: date) -> bool:
    """Whether the section exists for the reader; asked only about what could not be read."""
    try:
        get_section_day(current_actor(), section_id, on, Permission.REGISTERS_READ)
    except NotFound:
        return False
    return True


@blueprint.route("/registers/<uuid:section_id>/<date:on>/marks/", methods=["POST"])
@requires(Permission.REGISTERS_READ)
def marks(section_id: UUID, on: date) -> Response:
    """Store single marks, and finish the register where the teacher says so. Answers what became of each."""
    for_script()
    try:
        sent = read_taps(request.form)
        saved = save_taps(
            current_actor(),
            section_id,
            on,
            sent.taps,
            period=period_asked(),
            finish=sent.finish,
            reason=sent.reason,
        )
    except (NotFound, Forbidden) as error:
        return _refused(error, 404 if isinstance(error, NotFound) else 403)
    except (RegisterClosed, MonthLocked, PupilNotHere) as error:
        return _refused(error, 409)
    except (Unreadable, ReasonNeeded, MarkImpossible) as error:
        get_section_day(
            current_actor(), section_id, on, Permission.REGISTERS_READ
        )  # a stranger's is not there
        return _refused(error, 422)
    return _answer(saved)
