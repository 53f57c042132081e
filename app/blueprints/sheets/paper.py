"""The sheets of a month as a document and as rows of a spreadsheet, in the language that is spoken now."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any, Final

from flask_babel import gettext

from app.domain.academics.types import SHIFT_NAMES, DayReason, DayVerdict
from app.domain.attendance.sheets.rules import (
    GAP,
    LEFT_EARLY,
    SIGNS,
    WEEKDAY_LETTERS,
    cell_text,
)
from app.domain.attendance.sheets.types import Cell, MonthSheet, SheetLine
from app.domain.attendance.types import AttendanceStatus, Counts
from app.domain.kernel.dates import format_date, format_moment, weekday_name
from app.domain.kernel.digits import to_local_digits
from app.domain.kernel.names import name_in
from app.domain.kernel.texts import LocalText
from app.integrations.tables import Shade
from app.web.words import ATTENDANCE_WORDS

MOST_PUPILS: Final = 54
"""On one sheet; a section with more goes on over the page."""
_LETTERS: Final = {
    AttendanceStatus.PRESENT: "P",
    AttendanceStatus.ABSENT: "A",
    AttendanceStatus.LATE: "L",
    AttendanceStatus.EXCUSED: "E",
}
"""What the template tells the states by."""


def document(sheets: Sequence[MonthSheet], locale: str, at: datetime) -> dict[str, Any]:
    """What the template `month` is filled with, for the language that is spoken now."""
    title = gettext("Attendance register")
    pages = [page for sheet in sheets for page in _pages(sheet, locale)]
    printed = gettext("Printed on %(moment)s.", moment=format_moment(at, locale))
    return {
        "lang": locale,
        "school": gettext("Smart Academy"),
        "title": title,
        "printed": printed,
        "sheets": pages,
    }


def _pages(sheet: MonthSheet, locale: str) -> Iterator[dict[str, Any]]:
    """A section with very many pupils takes two sheets; what the days come to and who signs stands on the last."""
    lines = sheet.lines or ()
    parts = [lines[at : at + MOST_PUPILS] for at in range(0, len(lines), MOST_PUPILS)] or [()]
    # Two sheets of a long section are of one length, so that the second is no remnant.
    if len(parts) > 1:
        each = -(-len(lines) // len(parts))
        parts = [lines[at : at + each] for at in range(0, len(lines), each)]
    for number, part in enumerate(parts, start=1):
        yield _page(sheet, part, locale, number, len(parts))


def _page(
    sheet: MonthSheet, lines: Sequence[SheetLine], locale: str, number: int, pages: int
) -> dict[str, Any]:
    section, is_last = sheet.section, number == pages
    noted = {
        place
        for line in sheet.lines
        for place, cell in enumerate(line.cells)
        if cell.mark and not cell.counts
    }
    about = [_digits(section.year_name, locale)]
    if section.shift:
        about.append(gettext(SHIFT_NAMES[section.shift]))
    return {
        "campus": _in(section.campus_name, locale),
        "month": format_date(sheet.first, locale, "month"),
        "section": section_name(sheet, locale),
        "about": " · ".join(about),
        "roll": gettext("Roll"),
        "name": gettext("Name"),
        "days": [_day(verdict, locale) for verdict in sheet.verdicts],
        "runs": _runs(sheet, noted, locale) if lines else [],
        "totals": [*(SIGNS[locale][status] for status in AttendanceStatus), "%"],
        "pupils": [_pupil(line, locale) for line in lines],
        "foot": _foot(sheet, locale) if is_last else [],
        "key": _key(sheet, noted, locale),
        "taken": taken_words(sheet, locale),
        "signed": _signed(sheet, locale) if is_last else [],
        "page": _digits(gettext("Sheet %(number)s of %(total)s", number=number, total=pages), locale)
        if pages > 1
        else "",
    }


def section_name(sheet: MonthSheet, locale: str) -> str:
    """Class and section in a language."""
    section = sheet.section
    return str(
        gettext(
            "%(class_name)s, section %(section)s",
            class_name=_in(section.class_name, locale),
            section=_in(section.name, locale),
        )
    )


def taken_words(sheet: MonthSheet, locale: str) -> str:
    """On how many of the school days a register was taken."""
    return str(
        gettext(
            "Register taken on %(taken)s of %(wanted)s school days",
            taken=_digits(sheet.taken, locale),
            wanted=_digits(sheet.wanted, locale),
        )
    )


def _in(text: LocalText, locale: str) -> str:
    return text.in_(locale)[0]


def _digits(value: object, locale: str) -> str:
    return to_local_digits(str(value), locale)


def _kind(verdict: DayVerdict) -> str:
    if verdict.is_school_day:
        return ""
    return "holiday" if verdict.reason is DayReason.HOLIDAY else "rest"


def off_name(verdict: DayVerdict, locale: str) -> str:
    """What a day off is called: the holiday, or the weekday of rest."""
    if verdict.reason is DayReason.HOLIDAY:
        return _in(verdict.name, locale)
    return weekday_name(verdict.day.weekday(), locale)


def _day(verdict: DayVerdict, locale: str) -> dict[str, str]:
    return {
        "n": _digits(verdict.day.day, locale),
        "w": WEEKDAY_LETTERS[locale][verdict.day.weekday()],
        "k": _kind(verdict),
    }


def _runs(sheet: MonthSheet, noted: set[int], locale: str) -> list[dict[str, Any]]:
    """Days off that follow each other under one name. Those on which something was recorded show that instead."""

    def told(place: int) -> tuple[str, str] | None:
        verdict = sheet.verdicts[place]
        if verdict.is_school_day or place in noted:
            return None
        return _kind(verdict), off_name(verdict, locale)

    runs = []
    for said, group in groupby(range(len(sheet.verdicts)), key=told):
        places = list(group)
        if said:
            runs.append({"at": places[0], "days": len(places), "k": said[0], "name": said[1]})
    return runs


def _pupil(line: SheetLine, locale: str) -> dict[str, Any]:
    counts = line.counts
    numbers = (counts.present, counts.absent, counts.late, counts.excused)
    return {
        "roll": _digits(line.seat.roll_number, locale),
        "name": name_in(locale, *line.seat.names)[0],
        "cells": [_cell(cell, locale) for cell in line.cells],
        "totals": [
            *(_digits(number, locale) for number in numbers),
            "" if line.percent is None else _digits(line.percent, locale),
        ],
    }


def _cell(cell: Cell, locale: str) -> dict[str, str] | None:
    text = cell_text(cell, locale)
    if not text:
        return None
    return {"t": text, "k": _LETTERS[cell.mark.status] if cell.mark else ""}


def _foot(sheet: MonthSheet, locale: str) -> list[dict[str, Any]]:
    lines = []
    for status in AttendanceStatus:
        numbers = [None if counts is None else _of(counts, status) for counts in sheet.days]
        total = sum(number for number in numbers if number)
        lines.append(
            {
                "label": str(ATTENDANCE_WORDS[status][2]),
                "cells": ["" if number is None else _digits(number, locale) for number in numbers],
                "totals": [_digits(total, locale) if status is each else "" for each in AttendanceStatus],
            }
        )
    return lines


def _of(counts: Counts, status: AttendanceStatus) -> int:
    number: int = getattr(counts, status.value)
    return number


def _key(sheet: MonthSheet, noted: set[int], locale: str) -> list[dict[str, str]]:
    """What the signs mean, those that occur."""
    cells = [cell for line in sheet.lines for cell in line.cells]
    key = [
        {"sign": SIGNS[locale][status], "words": str(ATTENDANCE_WORDS[status][2])}
        for status in AttendanceStatus
    ]
    if any(cell.mark and cell.mark.left_early for cell in cells):
        key.append({"sign": LEFT_EARLY, "words": gettext("left early")})
    if any(cell.is_gap for cell in cells):
        key.append({"sign": GAP, "words": gettext("not recorded")})
    if noted:
        names = {off_name(sheet.verdicts[place], locale) for place in sorted(noted)}
        words = gettext("taken on a day off, not counted")
        key.append({"sign": "( )", "words": f"{words} ({gettext(', ').join(sorted(names))})"})
    return key


def _signed(sheet: MonthSheet, locale: str) -> list[dict[str, str]]:
    teacher = sheet.section.class_teacher
    return [
        {"role": gettext("Class teacher"), "name": _in(teacher, locale) if teacher else ""},
        {"role": gettext("Head of the school"), "name": ""},
    ]


# --- rows of a spreadsheet


def table_rows(sheets: Sequence[MonthSheet], locale: str) -> Iterator[Sequence[object]]:
    """The same as a table, in the columns in which it is imported again: the head names each day."""
    verdicts = sheets[0].verdicts if sheets else ()
    yield [
        gettext("Section"),
        gettext("Student number"),
        gettext("Roll"),
        gettext("Name"),
        *(Shade(verdict.day.isoformat(), not verdict.is_school_day) for verdict in verdicts),
        *(str(ATTENDANCE_WORDS[status][2]) for status in AttendanceStatus),
        "%",
    ]
    yield [
        "",
        "",
        "",
        "",
        *(
            Shade(
                weekday_name(verdict.day.weekday(), locale, short=True)
                if verdict.is_school_day
                else off_name(verdict, locale),
                not verdict.is_school_day,
            )
            for verdict in verdicts
        ),
    ]
    for sheet in sheets:
        for line in sheet.lines:
            yield _row(sheet, line, locale)
        yield from _foot_rows(sheet)


def _row(sheet: MonthSheet, line: SheetLine, locale: str) -> list[object]:
    counts = line.counts
    return [
        sheet.section.label,
        line.seat.student_no,
        line.seat.roll_number,
        name_in(locale, *line.seat.names)[0],
        *(
            Shade(cell_text(cell, locale), not verdict.is_school_day)
            for cell, verdict in zip(line.cells, sheet.verdicts, strict=True)
        ),
        *(_of(counts, status) for status in AttendanceStatus),
        line.percent,
    ]


def _foot_rows(sheet: MonthSheet) -> Iterator[list[object]]:
    for status in AttendanceStatus:
        yield [
            sheet.section.label,
            "",
            "",
            Shade(str(ATTENDANCE_WORDS[status][2]), True),
            *(None if counts is None else _of(counts, status) for counts in sheet.days),
        ]
