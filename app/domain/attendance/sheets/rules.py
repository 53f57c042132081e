"""Rules of the sheet of a month: what counts, and the short signs of a state in three languages. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from app.domain.academics.types import DayVerdict
from app.domain.attendance.rules import count_statuses, share_of
from app.domain.attendance.sheets.types import Cell, DayMark, MonthSheet, SheetLine, SheetSeat, SheetSection
from app.domain.attendance.types import AttendanceStatus

_P, _A, _L, _E = (
    AttendanceStatus.PRESENT,
    AttendanceStatus.ABSENT,
    AttendanceStatus.LATE,
    AttendanceStatus.EXCUSED,
)

SIGNS: Final[Mapping[str, Mapping[AttendanceStatus, str]]] = {
    "en": {_P: "P", _A: "A", _L: "L", _E: "E"},
    "bn": {_P: "উ", _A: "অ", _L: "দে", _E: "ছু"},
    "ar": {_P: "ح", _A: "غ", _L: "م", _E: "ع"},
}
"""What stands in a cell for each state."""
LEFT_EARLY: Final = "*"
"""Behind the sign of who went before the end."""
GAP: Final = "–"
"""A register was taken and says nothing of this pupil."""

WEEKDAY_LETTERS: Final[Mapping[str, Sequence[str]]] = {
    "en": ("M", "T", "W", "T", "F", "S", "S"),
    "bn": ("সো", "ম", "বু", "বৃ", "শু", "শ", "র"),
    "ar": ("ن", "ث", "ر", "خ", "ج", "س", "ح"),
}
"""Above the days, Monday first as in ``date.weekday()``."""

_WORDS: Final[Mapping[AttendanceStatus, str]] = {
    _P: "present pr here ✓ √ উপস্থিত উপঃ হাজির حاضر حاضرة",
    _A: "absent ab abs ✗ x × অনুপস্থিত অনুঃ গরহাজির غائب غائبة غ",
    _L: "late দেরি বিলম্ব বিলম্বে متأخر متأخرة متاخر",
    _E: "excused leave excuse ছুটি ছুটিতে بعذر إجازة معذور",
}


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold().strip()


STATUS_OF: Final[Mapping[str, AttendanceStatus]] = {
    _folded(word): status
    for status in AttendanceStatus
    for word in [status.value, *(signs[status] for signs in SIGNS.values()), *_WORDS[status].split()]
}
"""The states by every word and sign for them that is understood."""


def sign_of(mark: DayMark, locale: str) -> str:
    """What stands in a cell for a mark."""
    return SIGNS[locale][mark.status] + (LEFT_EARLY if mark.left_early else "")


def cell_text(cell: Cell, locale: str) -> str:
    """A cell in a language: a sign, in brackets where it does not count, a dash for a gap, or nothing."""
    if cell.mark is None:
        return GAP if cell.is_gap else ""
    sign = sign_of(cell.mark, locale)
    return sign if cell.counts else f"({sign})"


def parse_status(text: str) -> AttendanceStatus | None:
    """The state that a word or a sign of any of the three languages means; None for anything else."""
    return STATUS_OF.get(_folded(text.removesuffix(LEFT_EARLY)))


def make_sheet(
    section: SheetSection,
    first: date,
    verdicts: Sequence[DayVerdict],
    taken_on: Collection[date],
    seats: Iterable[SheetSeat],
    marks: Mapping[UUID, Mapping[date, DayMark]],
) -> MonthSheet:
    """The sheet of a section. `taken_on`: the days with a register that was finished; no other mark stands on it.

    What was recorded on a day that is a day off by now is shown and counts nowhere.
    """
    counted = {verdict.day for verdict in verdicts if verdict.is_school_day and verdict.day in taken_on}
    lines = [_line(seat, verdicts, taken_on, counted, marks.get(seat.student_id, {})) for seat in seats]
    days = []
    for place, verdict in enumerate(verdicts):
        of_day = [line.cells[place] for line in lines]
        is_counted = verdict.day in counted
        days.append(
            count_statuses(cell.mark.status if cell.mark else None for cell in of_day if not cell.is_away)
            if is_counted
            else None
        )
    return MonthSheet(
        section=section,
        first=first,
        verdicts=tuple(verdicts),
        lines=tuple(lines),
        days=tuple(days),
        taken=len(counted),
        wanted=sum(verdict.is_school_day for verdict in verdicts),
    )


def _line(
    seat: SheetSeat,
    verdicts: Sequence[DayVerdict],
    taken_on: Collection[date],
    counted: Collection[date],
    own: Mapping[date, DayMark],
) -> SheetLine:
    cells = []
    for verdict in verdicts:
        day = verdict.day
        mark = own.get(day) if day in taken_on else None
        is_away = mark is None and (day < seat.since or (seat.until is not None and day >= seat.until))
        is_gap = mark is None and day in counted and not is_away
        cells.append(Cell(mark, mark is not None and day in counted, is_gap, is_away))
    counts = count_statuses(cell.mark.status for cell in cells if cell.mark and cell.counts)
    return SheetLine(seat, tuple(cells), counts, share_of(counts).percent)


# --- the months of a campus


def missing_days(
    school_days: Iterable[date], taken: Collection[date], since: date, until: date | None
) -> tuple[int, tuple[date, ...]]:
    """How many registers a section is to have on some school days, and the days of those that are missing.

    `since` and `until`: from when on somebody sat in it, and before which day the last one left.
    """
    wanted = [day for day in school_days if since <= day and (until is None or day < until)]
    return len(wanted), tuple(day for day in wanted if day not in taken)


def months_between(start: date, end: date) -> list[date]:
    """The first days of the months that have a day from start to end, the latest first."""
    found, month = [], end.replace(day=1)
    while month >= start.replace(day=1):
        found.append(month)
        month = (month - timedelta(1)).replace(day=1)
    return found
