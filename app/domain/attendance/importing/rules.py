"""Rules of files of registers: how one is read, and what becomes of each line. No clock, no database."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Final
from uuid import UUID

from app.domain.academics.types import DayReason, Seat
from app.domain.attendance.importing.types import BrokenFile, Facts, Fate, Line, Sent
from app.domain.attendance.rules import LONGEST_DELAY, REMARK_LENGTH, with_status
from app.domain.attendance.sheets.rules import GAP, parse_status
from app.domain.attendance.types import AttendanceStatus, Mark, StoredMark
from app.domain.kernel.dates import DateError, parse_day_month_year
from app.domain.kernel.digits import compact, to_ascii_digits
from app.domain.kernel.errors import N_

MOST_MARKS: Final = 500_000
_HEAD_WITHIN: Final = 10
"""Lines above the head of the columns: a title, a logo."""

_COLUMNS: Final[Mapping[str, str]] = {
    "date": "date|day|তারিখ|দিন|التاريخ|اليوم",
    "number": "student number|student no|student id|student no.|number|শিক্ষার্থী নম্বর|শিক্ষার্থীর নম্বর|"
    "ছাত্র নম্বর|رقم الطالب|الرقم",
    "section": "section|class|class and section|শাখা|শ্রেণি|শ্রেণি ও শাখা|الشعبة|الصف|شعبة",
    "roll": "roll|roll no|roll no.|roll number|রোল|রোল নম্বর|الرقم في الكشف|رقم الكشف",
    "status": "status|state|mark|attendance|অবস্থা|উপস্থিতি|হাজিরা|الحالة|الحضور",
    "minutes": "minutes|late minutes|minutes late|মিনিট|দেরির মিনিট|الدقائق|دقائق|دقائق التأخر",
    "remark": "remark|remarks|note|notes|মন্তব্য|ملاحظة|ملاحظات",
}


def fold(text: str) -> str:
    """A label as it is compared: one spelling of each letter, small ones, ASCII digits, single spaces."""
    return " ".join(to_ascii_digits(unicodedata.normalize("NFC", text)).casefold().split())


def fold_label(text: str) -> str:
    """The label of a section as it is compared: ``7-A``, ``7 A`` and ``৭-a`` are one."""
    return re.sub(r"[\s\-–/.,،]+", "", fold(text))


_COLUMN_OF: Final = {fold(name): column for column, names in _COLUMNS.items() for name in names.split("|")}
_ISO: Final = re.compile(r"([0-9]{4})[-/]([0-9]{1,2})[-/]([0-9]{1,2})(?:[ t].*)?")
_DAY_FIRST: Final = re.compile(r"([0-9]{1,2})[-/. ]([0-9]{1,2})[-/. ]([0-9]{4})")


def parse_day(text: str) -> date | None:
    """A day as 2026-11-01 or 1/11/2026, in any digits; None for anything else."""
    bare = fold(text)
    iso, day_first = _ISO.fullmatch(bare), _DAY_FIRST.fullmatch(bare)
    parts = (iso[3], iso[2], iso[1]) if iso else day_first.groups() if day_first else None
    if parts is None:
        return None
    try:
        return parse_day_month_year(*parts)
    except DateError:
        return None


def read_table(rows: Iterable[tuple[int, Sequence[str]]]) -> list[Sent]:
    """The marks of a table, each with the number of its line: a mark a line, or pupils by days.

    Raises BrokenFile where no line names the columns, or where there is no mark.
    """
    found: list[Sent] = []
    for sent in _read(iter(rows)):
        found.append(sent)
        if len(found) > MOST_MARKS:
            raise BrokenFile("many", most=MOST_MARKS)
    if not any(each.status or each.problem for each in found):
        raise BrokenFile("none")
    return found


def _read(rows: Iterator[tuple[int, Sequence[str]]]) -> Iterator[Sent]:
    for tried, (_, cells) in enumerate(rows):
        named: dict[str, int] = {}
        days: dict[int, date] = {}
        doubled = False
        for place, cell in enumerate(cells):
            column = _COLUMN_OF.get(fold(cell))
            if column is not None:
                doubled = doubled or column in named
                named.setdefault(column, place)
            elif (day := parse_day(cell)) is not None:
                doubled = doubled or day in days.values()
                days[place] = day
        # A line of values may hold days too: a head names something besides them.
        is_long, is_grid = {"date", "status"} <= named.keys(), bool(days and named)
        if is_long or is_grid:
            if doubled:
                raise BrokenFile("twice")
            if "number" not in named and not {"section", "roll"} <= named.keys():
                raise BrokenFile("pupil")
            yield from _long(rows, named) if is_long else _grid(rows, named, days)
            return
        if tried + 1 >= _HEAD_WITHIN:
            break
    raise BrokenFile("head")


def _long(rows: Iterable[tuple[int, Sequence[str]]], named: Mapping[str, int]) -> Iterator[Sent]:
    for line, cells in rows:
        texts = {column: _cell(cells, place) for column, place in named.items()}
        if any(texts.values()):
            yield _long_row(line, texts)


def _long_row(line: int, texts: Mapping[str, str]) -> Sent:
    typed = texts["status"][:40]
    whose = _whose(texts)
    sent = Sent(line, typed, parse_day(texts["date"]), *whose, parse_status(typed))
    minutes, remark = texts.get("minutes", ""), texts.get("remark", "")[:REMARK_LENGTH] or None
    problem = None
    if sent.on is None:
        problem = N_("This is not a day. Write it as 2026-11-01.")
    elif not sent.number and sent.roll is None:
        problem = N_("No pupil is named.")
    elif sent.status is None:
        problem = N_("This word for a state is not known.")
    elif minutes:
        number = compact(minutes)
        if not (number.isascii() and number.isdigit() and 0 < int(number) <= LONGEST_DELAY):
            problem = N_("The minutes are not a number from 1 to 600.")
        elif sent.status is not AttendanceStatus.LATE:
            problem = N_("Minutes belong to a late day only.")
        else:
            sent = sent._replace(minutes=int(number))
    return sent._replace(remark=remark, problem=problem)


def _grid(
    rows: Iterable[tuple[int, Sequence[str]]], named: Mapping[str, int], days: Mapping[int, date]
) -> Iterator[Sent]:
    for line, cells in rows:
        texts = {column: _cell(cells, place) for column, place in named.items()}
        whose = _whose(texts)
        if not whose[0] and whose[2] is None:
            # The names of the weekdays below the head, and the sums at the foot.
            yield Sent(line, "", section=whose[1], is_left_out=True)
            continue
        for place, day in days.items():
            typed = _cell(cells, place)[:40]
            if not typed or typed in (GAP, "-", "—"):
                continue
            if typed.startswith("("):
                yield Sent(line, typed, day, *whose, is_left_out=True)
                continue
            status = parse_status(typed)
            problem = None if status else N_("This word for a state is not known.")
            yield Sent(line, typed, day, *whose, status, problem=problem)


def _cell(cells: Sequence[str], place: int) -> str:
    text = cells[place] if place < len(cells) else ""
    return "".join(char for char in text if char.isprintable()).strip(" '")


def _whose(texts: Mapping[str, str]) -> tuple[str, str, int | None]:
    """(student number, section, roll number) of a line, empty where not given."""
    roll = compact(texts.get("roll", ""))
    is_roll = roll.isascii() and roll.isdigit() and len(roll) <= 4
    number = to_ascii_digits(texts.get("number", "")).upper()[:40]
    return number, texts.get("section", "")[:80], int(roll) if is_roll else None


# --- what becomes of a line


def resolve(sent: Iterable[Sent], facts: Facts) -> Iterator[Line]:
    """Each line with the seat it is about, or with the reason why it is left out or refused.

    Lines with a seat are CREATED until `compare` has looked at what is stored.
    """
    seen: dict[tuple[UUID, date], AttendanceStatus | None] = {}
    for each in sent:
        line = _resolve(each, facts)
        if line.seat is not None and each.on is not None:
            key = (line.seat.student_id, each.on)
            if key in seen:
                line = _again(each, line, same=seen[key] is each.status)
            else:
                seen[key] = each.status
        yield line


def _again(sent: Sent, line: Line, *, same: bool) -> Line:
    if same:
        return line._replace(fate=Fate.SKIPPED, seat=None, why=N_("This stands further up already."))
    return Line(sent, Fate.REFUSED, why=N_("Further up the file says something else of this pupil and day."))


def _resolve(sent: Sent, facts: Facts) -> Line:
    if sent.is_left_out:
        why = N_("A sign in brackets does not count.") if sent.typed else N_("This line names no pupil.")
        return Line(sent, Fate.SKIPPED, why=why)
    if sent.problem or sent.on is None:
        return Line(sent, Fate.REFUSED, why=sent.problem or "")
    day = sent.on
    if day > facts.today:
        return Line(sent, Fate.REFUSED, why=N_("This day has not come yet."))
    seats, why = _seats(sent, facts)
    if why:
        return Line(sent, Fate.REFUSED, why=why)
    seat = next((each for each in seats if each.holds(day)), None)
    verdict = facts.verdicts.get(day)
    if seat is None or verdict is None:
        return Line(sent, Fate.REFUSED, why=N_("The pupil was not enrolled on this day."))
    if not verdict.is_school_day:
        if verdict.reason is DayReason.HOLIDAY:
            return Line(sent, Fate.REFUSED, why=N_("A holiday: %(name)s."), told=verdict.name)
        return Line(sent, Fate.REFUSED, why=N_("A weekly rest day."))
    if day.replace(day=1) in facts.locked:
        return Line(sent, Fate.REFUSED, why=N_("This month is locked."))
    if (seat.section_id, day) in facts.lessons:
        return Line(sent, Fate.REFUSED, why=N_("This day has registers of lessons."))
    return Line(sent, Fate.CREATED, seat)


def _seats(sent: Sent, facts: Facts) -> tuple[Sequence[Seat], str]:
    """The seats a line may mean, or why there are none. A student number goes before section and roll number."""
    if sent.number:
        seats = facts.by_number.get(sent.number, ())
        return seats, "" if seats else N_("No pupil has this number.")
    spans = facts.sections.get(fold_label(sent.section), ())
    if not spans:
        return (), N_("There is no such section.")
    found = [
        seat
        for span in spans
        if sent.on is not None and sent.roll is not None and span.starts_on <= sent.on <= span.ends_on
        for seat in facts.by_roll.get((span.id, sent.roll), ())
    ]
    return found, "" if found else N_("Nobody in this section has this roll number.")


def compare(
    lines: Iterable[Line],
    stored: Mapping[tuple[UUID, date], StoredMark],
    today: date,
    *,
    may_change: bool,
) -> Iterator[Line]:
    """The lines after a look at what is stored of each pupil on each day.

    Of today nothing is stored: it would finish a register that a teacher has only begun.
    """
    for line in lines:
        if line.seat is None or line.sent.on is None or line.fate is not Fate.CREATED:
            yield line
            continue
        now = stored.get((line.seat.student_id, line.sent.on))
        found = line._replace(now=now)
        if now is not None and meant(found) == now.mark:
            yield found._replace(fate=Fate.SAME)
        elif line.sent.on == today:
            why = N_("Today's register is taken in class, not from a file.")
            yield Line(line.sent, Fate.REFUSED, why=why)
        elif now is None:
            yield line
        else:
            yield found._replace(fate=Fate.CHANGED if may_change else Fate.KEPT)


def meant(line: Line) -> Mark | None:
    """The whole mark a line comes to: what it does not say stays as it is stored, where that still goes with it."""
    sent = line.sent
    if sent.status is None:
        return None
    mark = with_status(line.now.mark if line.now else None, sent.status)
    return replace(mark, late_minutes=sent.minutes or mark.late_minutes, remarks=sent.remark or mark.remarks)


def import_mark(lines: Iterable[Line]) -> str:
    """A short mark of what an import would do: another one as soon as anything of it differs."""
    told = hashlib.sha256()
    for line in lines:
        sent = line.sent
        seat = line.seat.student_id if line.seat else None
        told.update(
            repr(
                (
                    sent.line,
                    str(sent.on),
                    str(seat),
                    str(sent.status),
                    sent.minutes,
                    sent.remark,
                    line.fate.value,
                )
            ).encode()
        )
    return told.hexdigest()[:16]
