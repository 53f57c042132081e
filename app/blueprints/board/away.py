"""Who is here now, for a fire drill too, and who is absent or late today, with the numbers to call.

Whoever is absent without a word stands first: those the office phones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any
from uuid import UUID

from flask import Response, request, url_for
from flask_babel import gettext

from app.blueprints.board.area import Items, Place, area_tabs, blueprint, find_place
from app.domain.academics.queries import day_verdict
from app.domain.attendance.leave.queries import leave_on
from app.domain.attendance.leave.types import LeaveDay
from app.domain.attendance.reports.queries import list_now
from app.domain.attendance.reports.types import PupilNow, SectionNow, Where
from app.domain.attendance.types import AttendanceStatus
from app.domain.kernel import clock
from app.domain.kernel.access import Permission
from app.domain.kernel.errors import NotFound
from app.domain.kernel.names import name_in
from app.domain.people.queries import list_guardians_of_students
from app.web.access import current_actor, requires
from app.web.htmx import render_page
from app.web.i18n import current_locale, local_plain, local_time
from app.web.proof import requires_recent
from app.web.spreadsheet import send_table
from app.web.words import LEAVE_REASON_WORDS, status_label


@blueprint.route("/here/")
@requires(Permission.ATTENDANCE_REPORT)
def here() -> Response:
    """How many are here now, section by section."""
    actor = current_actor()
    place = find_place(actor)
    return render_page(
        "board/here.html",
        tabs=area_tabs(actor, place),
        place=place,
        now=clock.now(),
        where=Where,
        **(_sections(place) if place else {}),
    )


@blueprint.route("/here/print")
@requires(Permission.ATTENDANCE_REPORT)
def here_print() -> Response:
    """The names of everybody who may be in the house, to tick outside: a page a section."""
    place = find_place(current_actor())
    if place is None:
        raise NotFound
    return render_page("board/here_print.html", place=place, now=clock.now(), where=Where, **_sections(place))


def _sections(place: Place) -> dict[str, Any]:
    today = clock.today()
    sections = list_now(current_actor(), place.campus.id, today, class_id=place.class_id)
    return {
        "sections": sections,
        "verdict": day_verdict(place.campus.id, today),
        "totals": {where: sum(len(each.of(where)) for each in sections) for where in Where},
    }


# --- absent and late

_SHOWN = {
    "absent": frozenset({AttendanceStatus.ABSENT, AttendanceStatus.EXCUSED}),
    "late": frozenset({AttendanceStatus.LATE}),
}


def _show() -> str:
    asked = request.args.get("show", "")
    return asked if asked in _SHOWN else "absent"


@blueprint.route("/away/")
@requires(Permission.ATTENDANCE_REPORT)
def away() -> Response:
    """Who is absent today, excused or not, with the guardians' numbers; or who came late."""
    actor = current_actor()
    place = find_place(actor)
    context: dict[str, Any] = {}
    if place:
        sections = list_now(actor, place.campus.id, clock.today(), class_id=place.class_id, away=True)
        chosen = _chosen(sections)
        leave = _leave(chosen)
        context = {
            "parts": [part for part in zip((True, False), _parted(chosen, leave), strict=True) if part[1]],
            "leave": leave,
            "chips": _chips(place, sections),
            "verdict": day_verdict(place.campus.id, clock.today()),
            "guardians": list_guardians_of_students([each.student_id for _, each in _each(chosen)]),
        }
    return render_page(
        "board/away.html",
        tabs=area_tabs(actor, place),
        place=place,
        show=_show(),
        today=clock.today(),
        local_time=local_time,
        **context,
    )


def _chips(place: Place, sections: list[SectionNow]) -> Items:
    counts = {
        show: sum(each.status in statuses for section in sections for each in section.pupils)
        for show, statuses in _SHOWN.items()
    }
    words = {"absent": gettext("Absent and excused"), "late": gettext("Late")}
    return [
        (words[show], url_for("board.away", show=show, **place.asked), show == _show(), number)
        for show, number in counts.items()
    ]


def _chosen(sections: list[SectionNow]) -> list[SectionNow]:
    wanted = _SHOWN[_show()]
    return _kept(sections, lambda pupil: pupil.status in wanted)


def _kept(sections: list[SectionNow], keeps: Callable[[PupilNow], bool]) -> list[SectionNow]:
    """The sections with these pupils; none that has none of them."""
    found = [
        SectionNow(
            each.section_id,
            each.class_name,
            each.section_name,
            tuple(pupil for pupil in each.pupils if keeps(pupil)),
        )
        for each in sections
    ]
    return [each for each in found if each.pupils]


def _leave(sections: list[SectionNow]) -> dict[UUID, LeaveDay]:
    return leave_on([pupil.student_id for _, pupil in _each(sections)], clock.today())


def _parted(
    sections: list[SectionNow], leave: Mapping[UUID, LeaveDay]
) -> tuple[list[SectionNow], list[SectionNow]]:
    """Who is absent and of whom nothing was announced, and all others."""

    def is_silent(pupil: PupilNow) -> bool:
        return pupil.status is AttendanceStatus.ABSENT and pupil.student_id not in leave

    return _kept(sections, is_silent), _kept(sections, lambda pupil: not is_silent(pupil))


def _each(sections: list[SectionNow]) -> Iterator[tuple[SectionNow, PupilNow]]:
    return ((section, pupil) for section in sections for pupil in section.pupils)


@blueprint.route("/away.xlsx", defaults={"suffix": "xlsx"})
@blueprint.route("/away.csv", defaults={"suffix": "csv"})
@requires(Permission.ATTENDANCE_REPORT)
@requires_recent
def away_file(suffix: str) -> Response:
    """The same list as a file for a spreadsheet."""
    actor = current_actor()
    place = find_place(actor)
    if place is None:
        raise NotFound
    sections = list_now(actor, place.campus.id, clock.today(), class_id=place.class_id, away=True)
    name = f"{gettext('Absent and late')} {clock.today().isoformat()}"
    return send_table(suffix, name, _rows(_chosen(sections)))


def _rows(sections: list[SectionNow]) -> Iterator[tuple[Any, ...]]:
    locale = current_locale()
    yield (
        gettext("Class"),
        gettext("Section"),
        gettext("Roll"),
        gettext("Pupil"),
        gettext("State"),
        gettext("Leave"),
        gettext("Reason"),
        gettext("Minutes late"),
        gettext("Left at"),
        gettext("Remark"),
        gettext("Guardian"),
        gettext("Phone"),
    )
    guardians = list_guardians_of_students([pupil.student_id for _, pupil in _each(sections)])
    leave = _leave(sections)
    silent, announced = _parted(sections, leave)
    for section, pupil in _each(silent + announced):
        said = leave.get(pupil.student_id)
        first = next((each for each in guardians.get(pupil.student_id, ()) if each.phone), None)
        yield (
            local_plain(section.class_name),
            local_plain(section.section_name),
            pupil.roll_number,
            name_in(locale, *pupil.names)[0],
            status_label(pupil.status.value) if pupil.status else "",
            (gettext("Leave granted") if said.is_approved else gettext("Leave asked for")) if said else "",
            str(LEAVE_REASON_WORDS[said.reason]) if said else "",
            pupil.late_minutes,
            local_time(pupil.left_at) if pupil.left_at else "",
            pupil.remarks or "",
            local_plain(first.name) if first else "",
            first.phone if first else "",
        )
