"""The sheet of a month counts each recorded school day once, and nothing else."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID, uuid5

from hypothesis import given
from hypothesis import strategies as st

from app.domain.academics.types import DayReason, DayVerdict
from app.domain.attendance.sheets.rules import SIGNS, STATUS_OF, cell_text, make_sheet, parse_status, sign_of
from app.domain.attendance.sheets.types import DayMark, SheetSeat, SheetSection
from app.domain.attendance.types import AttendanceStatus
from app.domain.kernel.texts import LocalText

FIRST = date(2026, 11, 1)
SECTION = SheetSection(
    UUID(int=1), LocalText("Main"), "7", LocalText("Seven"), "A", LocalText("A"), "2026", None, None
)
MARKS = st.builds(DayMark, st.sampled_from(AttendanceStatus), st.booleans())


def verdicts(off: set[int]) -> list[DayVerdict]:
    days = [FIRST + timedelta(each) for each in range(30)]
    return [
        DayVerdict(day, day.day not in off, DayReason.HOLIDAY if day.day in off else None, LocalText("Eid"))
        for day in days
    ]


@given(st.data())
def test_the_sums_of_pupils_and_of_days_agree(data: st.DataObject) -> None:
    numbers = st.sets(st.integers(1, 30))
    off, taken = data.draw(numbers), data.draw(numbers)
    seats, marks = [], {}
    for roll in range(1, 4):
        student = uuid5(UUID(int=0), str(roll))
        since = FIRST + timedelta(data.draw(st.integers(-3, 29)))
        until = data.draw(st.none() | st.integers(1, 30).map(lambda n, since=since: since + timedelta(n)))
        seats.append(SheetSeat(student, f"S-{roll}", roll, ("N", None, None), since, until))
        days = data.draw(st.dictionaries(st.integers(1, 30), MARKS, max_size=12))
        marks[student] = {FIRST.replace(day=day): mark for day, mark in days.items()}
    sheet = make_sheet(SECTION, FIRST, verdicts(off), {FIRST.replace(day=day) for day in taken}, seats, marks)
    counted = taken - off
    assert sheet.taken == len(counted)
    assert sheet.wanted == 30 - len(off)
    for name in ("present", "absent", "late", "excused"):
        of_pupils = sum(getattr(line.counts, name) for line in sheet.lines)
        of_days = sum(getattr(day, name) for day in sheet.days if day)
        said = sum(
            mark.status.value == name and day.day in counted
            for own in marks.values()
            for day, mark in own.items()
        )
        assert of_pupils == of_days == said
    for line in sheet.lines:
        for cell, verdict in zip(line.cells, sheet.verdicts, strict=True):
            assert cell_text(cell, "en").startswith("(") == (cell.mark is not None and verdict.day.day in off)
            assert not (cell.is_gap and verdict.day.day not in counted)


def test_every_sign_is_read_again_as_what_it_stands_for() -> None:
    for locale, signs in SIGNS.items():
        assert len(set(signs.values())) == len(AttendanceStatus)
        for status in AttendanceStatus:
            for left_early in (False, True):
                assert parse_status(sign_of(DayMark(status, left_early), locale)) is status
    assert len(STATUS_OF) > 40
