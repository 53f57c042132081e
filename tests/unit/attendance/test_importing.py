"""Files of registers: what they say, and what becomes of each line."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.academics.types import DayReason, DayVerdict, Seat
from app.domain.attendance.importing.rules import compare, parse_day, read_table, resolve
from app.domain.attendance.importing.types import BrokenFile, Facts, Fate, Span
from app.domain.attendance.sheets.rules import SIGNS
from app.domain.attendance.types import AttendanceStatus, Mark, StoredMark
from app.domain.kernel.digits import to_local_digits
from app.domain.kernel.texts import LocalText

PRESENT, ABSENT, LATE, EXCUSED = AttendanceStatus
SECTION, RAFI, TASNIM = UUID(int=7), UUID(int=1), UUID(int=2)
TODAY = date(2026, 11, 22)
SEATS = [
    Seat(SECTION, RAFI, "S-1", 1, "Rafi", None, None, date(2026, 1, 1), None),
    Seat(SECTION, TASNIM, "S-2", 2, "Tasnim", None, None, date(2026, 11, 10), date(2026, 11, 19)),
]


def facts(locked: frozenset[date] = frozenset()) -> Facts:
    days = [date(2026, 11, 1) + timedelta(each) for each in range(30)]
    eid = date(2026, 11, 16)
    return Facts(
        TODAY,
        {"7a": [Span(SECTION, date(2026, 1, 1), date(2026, 12, 31))]},
        {seat.student_no: [seat] for seat in SEATS},
        {(SECTION, seat.roll_number): [seat] for seat in SEATS},
        {
            day: DayVerdict(day, day != eid, DayReason.HOLIDAY if day == eid else None, LocalText("Eid"))
            for day in days
        },
        locked,
        frozenset({(SECTION, date(2026, 11, 18))}),
    )


def fates(
    *rows: str, stored: dict[tuple[UUID, date], StoredMark] | None = None, may_change: bool = False
) -> str:
    """What becomes of the rows of a file of separate marks, a word each."""
    table = [(1, ["Date", "Student number", "Section", "Roll", "Status", "Minutes", "Remark"])]
    table += [(line, row.split("|")) for line, row in enumerate(rows, start=2)]
    lines = compare(resolve(read_table(table), facts()), stored or {}, TODAY, may_change=may_change)
    return " ".join(line.fate for line in lines)


def test_a_bad_row_costs_only_itself() -> None:
    assert (
        fates(
            "2026-11-10|S-1|||present",
            "2026-11-10||7-A|2|অনুপস্থিত",
            "১১/১১/২০২৬|S-1|||দে|১৫|বৃষ্টি",
            "2026-11-10|S-9|||present",
            "2026-11-09|S-2|||present",
            "2026-11-19|S-2|||present",
            "2026-11-16|S-1|||present",
            "2026-11-22|S-1|||present",
            "2026-11-23|S-1|||present",
            "2026-11-18|S-1|||present",
            "2026-11-12|S-1|||perhaps",
            "2026-11-12|S-1|||present|5",
            "2026-11-12||9-Z|1|present",
            "2026-11-12||7-A|9|present",
            "not a day|S-1|||present",
            "2026-11-10|s-1|||P",
            "2026-11-10|S-1|||A",
        )
        == "created created created " + "refused " * 12 + "skipped refused"
    )


def test_what_is_stored_is_changed_only_when_that_is_wanted() -> None:
    day = date(2026, 11, 10)
    stored = {(RAFI, day): StoredMark(Mark(LATE, 10), 1), (TASNIM, day): StoredMark(Mark(ABSENT), 1)}
    rows = ("2026-11-10|S-1|||late", "2026-11-10|S-2|||present")
    assert fates(*rows, stored=stored) == "same kept"
    assert fates(*rows, stored=stored, may_change=True) == "same changed"
    assert fates("2026-11-10|S-1|||late|12", stored=stored, may_change=True) == "changed"


def test_a_locked_month_takes_nothing() -> None:
    table = [(1, ["date", "student number", "status"]), (2, ["2026-11-10", "S-1", "P"])]
    lines = list(resolve(read_table(table), facts(frozenset({date(2026, 11, 1)}))))
    assert [line.fate for line in lines] == [Fate.REFUSED]


@pytest.mark.parametrize("locale", ["en", "bn", "ar"])
def test_the_sheet_of_a_month_is_read_in_each_language(locale: str) -> None:
    head = {"en": "Student number", "bn": "শিক্ষার্থী নম্বর", "ar": "رقم الطالب"}[locale]
    table = [
        (1, ["", head, "2026-11-10", "2026-11-11", "2026-11-12"]),
        (2, ["", "", "Tue", "Wed", "Thu"]),
        (3, ["x", "S-1", SIGNS[locale][PRESENT] + "*", f"({SIGNS[locale][LATE]})", "–"]),
        (4, ["x", "S-2", SIGNS[locale][ABSENT], SIGNS[locale][LATE], SIGNS[locale][EXCUSED]]),
        (5, ["x", "", "1", "1", "1"]),
    ]
    said = [(each.line, each.number, each.status) for each in read_table(table) if not each.is_left_out]
    assert said == [(3, "S-1", PRESENT), (4, "S-2", ABSENT), (4, "S-2", LATE), (4, "S-2", EXCUSED)]


@pytest.mark.parametrize(
    ("head", "code"),
    [
        (["name", "status"], "head"),
        (["date", "status"], "pupil"),
        (["date", "date", "status", "student number"], "twice"),
        (["2026-11-10", "10/11/2026", "student number"], "twice"),
    ],
)
def test_a_file_without_its_columns_is_broken_as_a_whole(head: list[str], code: str) -> None:
    with pytest.raises(BrokenFile) as error:
        read_table([(1, head), (2, ["2026-11-10", "P", "S-1", "S-1"])])
    assert error.value.code == code


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)), st.sampled_from(["en", "bn"]))
def test_days_are_read_in_any_digits(day: date, locale: str) -> None:
    for text in (
        day.isoformat(),
        f"{day.day}/{day.month}/{day.year}",
        f"{day.day:02}.{day.month:02}.{day.year}",
    ):
        assert parse_day(to_local_digits(text, locale)) == day


@given(st.lists(st.lists(st.text(max_size=8), max_size=6), max_size=6))
def test_no_table_breaks_the_reader(cells: list[list[str]]) -> None:
    head = [(1, ["date", "student number", "status", "minutes", "roll", "section"])]
    for table in (list(enumerate(cells, start=1)), head + list(enumerate(cells, start=2))):
        try:
            assert all(line.fate for line in resolve(read_table(table), facts()))
        except BrokenFile as error:
            assert error.code in BrokenFile.messages
