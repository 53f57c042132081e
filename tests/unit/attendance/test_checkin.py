"""Codes of check-in: good while they are shown and a little longer, never outside their window."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.attendance.checkin.rules import (
    CODE_DIGITS,
    GRACE,
    STEP,
    code_now,
    is_good,
    is_open,
    parse_code,
    state_at,
    takes_codes,
)
from app.domain.attendance.checkin.types import CodeWrong
from app.domain.attendance.types import AttendanceStatus

OPENED = datetime(2026, 11, 22, 2, 42, 7, 123456, tzinfo=UTC)
ENDS = OPENED + timedelta(minutes=5)
SECRETS = st.binary(min_size=32, max_size=32)
IN_WINDOW = st.timedeltas(timedelta(0), ENDS - OPENED - timedelta(microseconds=1)).map(
    lambda after: OPENED + after
)
MICRO = timedelta(microseconds=1)


@given(SECRETS, IN_WINDOW)
def test_what_is_shown_is_good_at_once_and_for_the_grace_after_it_is_gone(
    secret: bytes, at: datetime
) -> None:
    code, _ = code_now(secret, OPENED, at)
    gone = min(OPENED + ((at - OPENED) // STEP + 1) * STEP, ENDS)
    assert len(parse_code(code)) == CODE_DIGITS
    assert is_good(secret, OPENED, ENDS, code, at)
    assert is_good(secret, OPENED, ENDS, code, gone - MICRO)
    assert is_good(secret, OPENED, ENDS, code, gone)
    assert is_good(secret, OPENED, ENDS, code, gone + GRACE - MICRO)
    later = gone + GRACE
    # Another code may by chance have the same digits; then it is good for its own sake.
    shown = {code_now(secret, OPENED, moment)[0] for moment in (later, later - GRACE) if moment < ENDS}
    assert is_good(secret, OPENED, ENDS, code, later) == (code in shown)


@given(SECRETS, st.timedeltas(timedelta(0), timedelta(days=3)))
def test_outside_the_window_no_code_is_good(secret: bytes, far: timedelta) -> None:
    first, last = code_now(secret, OPENED, OPENED)[0], code_now(secret, OPENED, ENDS - MICRO)[0]
    before, after = OPENED - MICRO - far, ENDS + GRACE + far
    for moment in (before, after):
        assert not any(is_good(secret, OPENED, ENDS, code, moment) for code in (first, last))
        assert not takes_codes(OPENED, ENDS, None, moment)
        assert not is_open(OPENED, ENDS, None, moment)


@given(SECRETS, IN_WINDOW)
def test_the_seconds_left_lead_to_the_next_code(secret: bytes, at: datetime) -> None:
    _, left = code_now(secret, OPENED, at)
    assert 1 <= left <= STEP.total_seconds()
    assert (at - OPENED) // STEP < (at + timedelta(seconds=left) - OPENED) // STEP


def test_the_teacher_ends_a_window_without_grace() -> None:
    assert takes_codes(OPENED, ENDS, None, ENDS)
    assert not takes_codes(OPENED, ENDS, OPENED + STEP, OPENED + STEP)


@pytest.mark.parametrize("typed", ["12345", "১২৩৪৫", " 12 345 ", "١٢٣٤٥"])
def test_a_code_is_typed_in_any_digits(typed: str) -> None:
    assert parse_code(typed) == "12345"


@pytest.mark.parametrize("typed", ["", "1234", "123456", "1234a"])
def test_what_is_no_code_is_told_apart(typed: str) -> None:
    with pytest.raises(CodeWrong):
        parse_code(typed)


def test_who_comes_after_the_begin_is_late_by_whole_minutes() -> None:
    begins = time(8, 40)
    assert state_at(None, OPENED) == (AttendanceStatus.PRESENT, None)
    assert state_at(begins, OPENED - timedelta(minutes=3)) == (AttendanceStatus.PRESENT, None)
    assert state_at(begins, OPENED - timedelta(minutes=2)) == (AttendanceStatus.PRESENT, None)
    assert state_at(begins, OPENED + timedelta(hours=12)) == (AttendanceStatus.LATE, 600)
    assert state_at(begins, OPENED) == (AttendanceStatus.LATE, 2)
