"""Reports over any span: by pupil, by section, by subject, by month, and who is absent for days in a row."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from flask import Response, request, url_for
from flask_babel import gettext

from app.blueprints.board.area import Items, Place, area_tabs, blueprint, find_place
from app.domain.academics.queries import SectionView, YearView, find_current_year, list_sections, list_terms
from app.domain.academics.types import RegisterKind
from app.domain.attendance.queries import get_rules
from app.domain.attendance.reports.queries import (
    list_runs,
    report_by_month,
    report_by_pupil,
    report_by_section,
    report_by_subject,
)
from app.domain.attendance.reports.types import Asked, GroupTally, PupilTally, Run, Sort, SubjectTally, Tally
from app.domain.attendance.rules import month_bounds
from app.domain.attendance.types import Counts
from app.domain.kernel import clock
from app.domain.kernel.access import Permission
from app.domain.kernel.digits import to_ascii_digits
from app.domain.kernel.errors import NotFound
from app.domain.kernel.names import name_in
from app.domain.kernel.paging import page_number
from app.web.access import current_actor, requires
from app.web.htmx import render_page
from app.web.i18n import current_locale, day, local, local_plain
from app.web.proof import requires_recent
from app.web.spreadsheet import send_table

PAGE_SIZE = 50
BY = ("pupils", "sections", "subjects", "months", "runs")
_LONGEST = timedelta(days=1100)


@dataclass(frozen=True)
class Wanted:
    """What the address asks for."""

    place: Place
    by: str
    first: date
    last: date
    sections: list[SectionView]
    of: str
    below: int | None
    least: int
    sort: Sort
    year: YearView

    @property
    def asked(self) -> Asked:
        """The same for the queries."""
        return Asked(
            (self.place.campus.id,), self.first, self.last, self.section_ids, below=self.below, sort=self.sort
        )

    @property
    def section_ids(self) -> tuple[UUID, ...] | None:
        """The sections it is narrowed to; None for all of the campus."""
        kind, _, key = self.of.partition(":")
        if kind == "class":
            return tuple(each.id for each in self.sections if each.class_code == key)
        return tuple(each.id for each in self.sections if str(each.id) == key) if kind == "section" else None

    @property
    def keeps_lessons(self) -> bool:
        """Whether any of these sections keeps a register in each lesson."""
        asked = self.section_ids
        return any(
            each.register_kind is RegisterKind.PERIODS
            for each in self.sections
            if asked is None or each.id in asked
        )

    def url(self, endpoint: str = "board.report", **changed: Any) -> str:
        """The address of the same report with something else in it."""
        kept: dict[str, Any] = {
            "campus": self.place.campus.details.code,
            "by": self.by,
            "from": self.first.isoformat(),
            "to": self.last.isoformat(),
            "of": self.of or None,
            "below": self.below,
            "sort": self.sort.value,
            "least": self.least,
        }
        return url_for(endpoint, **(kept | changed))


def _number(name: str, most: int) -> int | None:
    text = to_ascii_digits(request.args.get(name, "")).strip()
    return min(int(text), most) if text.isascii() and text.isdigit() and len(text) < 5 else None


def _day(name: str, default: date) -> date:
    try:
        asked = date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return default
    return asked if 2000 <= asked.year < 2100 else default


def _read(place: Place) -> Wanted | None:
    """None where the campus has no school year yet."""
    today = clock.today()
    year = find_current_year(place.campus.id, today)
    if year is None:
        return None
    last = _day("to", min(today, year.ends_on))
    first = min(_day("from", min(year.starts_on, last)), last)
    by = request.args.get("by", "")
    sort = next((each for each in Sort if each.value == request.args.get("sort")), Sort.SHARE)
    return Wanted(
        place=place,
        by=by if by in BY else BY[0],
        first=max(first, last - _LONGEST),
        last=last,
        sections=list_sections(
            current_actor(), campus_id=place.campus.id, permission=Permission.ATTENDANCE_REPORT
        ),
        of=request.args.get("of", "")[:60],
        below=_number("below", 100),
        least=_number("least", 200) or get_rules(place.campus.id).absent_days,
        sort=sort,
        year=year,
    )


@blueprint.route("/reports/")
@requires(Permission.ATTENDANCE_REPORT)
def report() -> Response:
    """A report, with what it is of and the links to others."""
    actor = current_actor()
    place = find_place(actor)
    wanted = _read(place) if place else None
    page = page_number(request.args.get("page"))
    return render_page(
        "board/report.html",
        tabs=area_tabs(actor, place),
        place=place,
        wanted=wanted,
        page=page,
        page_size=PAGE_SIZE,
        paged=(lambda number: wanted.url(page=number)) if wanted else None,
        **(_found(wanted, page) if wanted else {}),
    )


def _found(wanted: Wanted, page: int) -> dict[str, Any]:
    found = _result(wanted, start=(page - 1) * PAGE_SIZE, size=PAGE_SIZE)
    return {
        "by_chips": _by_chips(wanted),
        "spans": _spans(wanted),
        "threshold": get_rules(wanted.place.campus.id).threshold,
        "this_year": [each for each in wanted.sections if each.academic_year_id == wanted.year.id],
        **found,
    }


def _result(wanted: Wanted, *, start: int = 0, size: int | None = None) -> dict[str, Any]:
    actor = current_actor()
    match wanted.by:
        case "sections":
            return {"groups": _sections(wanted, report_by_section(actor, wanted.asked))}
        case "subjects":
            return {"subjects": _subjects(wanted, report_by_subject(actor, wanted.asked))}
        case "months":
            return {"groups": [(each, [], _month(each)) for each in report_by_month(actor, wanted.asked)]}
        case "runs":
            runs = list_runs(
                actor,
                wanted.place.campus.id,
                clock.today(),
                least=wanted.least,
                section_ids=wanted.section_ids,
            )
            return {"runs": runs[start : start + size] if size else runs, "number": len(runs)}
    rows, number = report_by_pupil(actor, wanted.asked, start=start, size=size)
    return {"rows": rows, "number": number}


Group = tuple[GroupTally, list[tuple[GroupTally, str]], str]
"""A class or month, its sections with their names, and its own name."""


def _sections(wanted: Wanted, tallies: list[GroupTally]) -> list[Group]:
    """The classes in their order, each with its sections; a class is the sum of them."""
    by_section = {each.key: each for each in tallies}
    classes: dict[UUID, list[tuple[GroupTally, str]]] = {}
    names = {}
    for section in wanted.sections:
        if section.id in by_section:
            name = local_plain(section.name)
            if section.academic_year_id != wanted.year.id:
                name = f"{name} ({section.year_name})"
            classes.setdefault(section.class_id, []).append((by_section[section.id], name))
            names[section.class_id] = local_plain(section.class_name)
    return [(_sum(key, [each for each, _ in parts]), parts, names[key]) for key, parts in classes.items()]


Subject = tuple[str, SubjectTally, list[tuple[str, str, SubjectTally]]]
"""The name of a subject, what it comes to in all, and in each section by the names of class and section."""


def _subjects(wanted: Wanted, tallies: list[SubjectTally]) -> list[Subject]:
    """The subjects by name, each with its sections in their order; a subject is the sum of them."""
    found: dict[UUID, list[tuple[str, str, SubjectTally]]] = {}
    for section in wanted.sections:
        for each in tallies:
            if each.section_id == section.id:
                names = local_plain(section.class_name), local_plain(section.name)
                found.setdefault(each.subject_id, []).append((*names, each))
    subjects = []
    for parts in found.values():
        of_sections = [each for *_, each in parts]
        whole = replace(
            of_sections[0],
            lessons=sum(each.lessons for each in of_sections),
            pupils=sum(each.pupils for each in of_sections),
            tally=_total([each.tally for each in of_sections]),
        )
        subjects.append((local_plain(whole.subject), whole, parts))
    return sorted(subjects, key=lambda each: each[0])


def _month(group: GroupTally) -> str:
    return day(group.key, "month") if isinstance(group.key, date) else ""


def _sum(key: UUID, parts: list[GroupTally]) -> GroupTally:
    return GroupTally(key, sum(each.pupils for each in parts), _total([each.tally for each in parts]))


def _total(parts: list[Tally]) -> Tally:
    names = ("present", "absent", "late", "excused")
    counts = Counts(*(sum(getattr(each.counts, name) for each in parts) for name in names))
    return Tally(counts, sum(each.left_early for each in parts))


def _by_chips(wanted: Wanted) -> Items:
    words = {
        "pupils": gettext("By pupil"),
        "sections": gettext("By class and section"),
        "subjects": gettext("By subject"),
        "months": gettext("By month"),
        "runs": gettext("Absent in a row"),
    }
    return [(words[by], wanted.url(by=by), by == wanted.by, None) for by in BY]


def _spans(wanted: Wanted) -> Items:
    """This month, the terms that have begun, the year."""
    today, year = clock.today(), wanted.year
    spans = [(gettext("This month"), *month_bounds(today))]
    spans += [
        (local(term.details.name), term.details.starts_on, term.details.ends_on)
        for term in list_terms(wanted.place.campus.id)
        if term.academic_year_id == year.id and term.details.starts_on <= today
    ]
    spans.append((gettext("The school year"), year.starts_on, year.ends_on))
    found: Items = []
    for label, first, ends_on in spans:
        last = min(ends_on, today)
        changed = {"from": first.isoformat(), "to": last.isoformat()}
        found.append((label, wanted.url(**changed), (first, last) == (wanted.first, wanted.last), None))
    return found


@blueprint.route("/reports.xlsx", defaults={"suffix": "xlsx"})
@blueprint.route("/reports.csv", defaults={"suffix": "csv"})
@requires(Permission.ATTENDANCE_REPORT)
@requires_recent
def report_file(suffix: str) -> Response:
    """The whole report as a file for a spreadsheet."""
    place = find_place(current_actor())
    wanted = _read(place) if place else None
    if wanted is None:
        raise NotFound
    name = f"{gettext('Attendance')} {wanted.first.isoformat()} {wanted.last.isoformat()}"
    return send_table(suffix, name, _rows(wanted.by, _result(wanted)))


def _rows(by: str, found: dict[str, Any]) -> Iterator[tuple[Any, ...]]:
    if by == "runs":
        yield (*_pupil_heads(), gettext("Days in a row"), gettext("First day"), gettext("Last day"))
        runs: list[Run] = found["runs"]
        yield from ((*_pupil(each), len(each.days), each.days[0], each.days[-1]) for each in runs)
        return
    if by == "pupils":
        yield (*_pupil_heads(), *_tally_heads())
        rows: list[PupilTally] = found["rows"]
        yield from ((*_pupil(each), *_tally(each.tally)) for each in rows)
        return
    if by == "subjects":
        yield from _subject_rows(found["subjects"])
        return
    yield (
        gettext("Class") if by == "sections" else gettext("Month"),
        gettext("Section"),
        gettext("Pupils"),
        *_tally_heads(),
    )
    groups: list[Group] = found["groups"]
    for whole, parts, name in groups:
        yield (name, "", whole.pupils, *_tally(whole.tally))
        yield from ((name, part_name, part.pupils, *_tally(part.tally)) for part, part_name in parts)


def _subject_rows(subjects: list[Subject]) -> Iterator[tuple[Any, ...]]:
    yield (
        gettext("Subject"),
        gettext("Class"),
        gettext("Section"),
        gettext("Lessons taken"),
        gettext("Pupils"),
        *_tally_heads(gettext("Marks in lessons")),
    )
    for name, whole, parts in subjects:
        yield (name, "", "", whole.lessons, whole.pupils, *_tally(whole.tally))
        for class_name, section, part in parts:
            yield (name, class_name, section, part.lessons, part.pupils, *_tally(part.tally))


def _pupil_heads() -> tuple[str, ...]:
    return (gettext("Pupil"), gettext("Class"), gettext("Section"), gettext("Roll"))


def _pupil(line: PupilTally | Run) -> tuple[Any, ...]:
    name, _ = name_in(current_locale(), *line.names)
    return name, local_plain(line.class_name), local_plain(line.section_name), line.roll_number


def _tally_heads(recorded: str | None = None) -> tuple[str, ...]:
    return (
        gettext("Percent"),
        gettext("Attended"),
        recorded or gettext("Days recorded"),
        gettext("Present"),
        gettext("Late"),
        gettext("Absent"),
        gettext("Excused"),
        gettext("Left early"),
    )


def _tally(tally: Tally) -> tuple[int | None, ...]:
    share, counts = tally.share, tally.counts
    return (
        share.percent,
        share.attended,
        share.taken,
        counts.present,
        counts.late,
        counts.absent,
        counts.excused,
        tally.left_early,
    )
