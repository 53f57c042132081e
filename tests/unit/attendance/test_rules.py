"""Rules of registers hold for every list, every day and every order."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.attendance.rules import (
    KEY_LENGTH,
    changed_marks,
    control_keys,
    count_statuses,
    day_state,
    ensure_possible,
    judge_tap,
    left_early,
    month_bounds,
    neighbour_months,
    openness,
    recent_days,
    said_of,
    share_of,
    was_said_in_time,
    week_of,
    with_status,
)
from app.domain.attendance.types import (
    AttendanceStatus,
    Counts,
    Mark,
    MarkImpossible,
    Openness,
    Share,
    StoredMark,
    Tap,
    Verdict,
)

STATUSES = st.sampled_from(AttendanceStatus)
LINES = st.lists(STATUSES | st.none(), max_size=80)
DAYS = st.dates(date(2020, 1, 1), date(2035, 12, 31))
CHOSEN = st.dictionaries(st.integers(0, 40), STATUSES)
REMARKS = st.none() | st.sampled_from(["bus", "জ্বর"])
LEFT = st.none() | st.sampled_from([time(11, 15), time(12, 30)])
WHOLE_MARKS = (
    st.builds(Mark, st.just(AttendanceStatus.LATE), st.none() | st.integers(1, 600), LEFT, REMARKS)
    | st.builds(Mark, st.just(AttendanceStatus.PRESENT), st.none(), LEFT, REMARKS)
    | st.builds(Mark, STATUSES, st.none(), st.none(), REMARKS)
)
STORED_MARKS = st.builds(StoredMark, WHOLE_MARKS, st.integers(1, 9))
STORED = st.dictionaries(st.integers(0, 40), STORED_MARKS)
NOON = datetime(2026, 11, 22, 6, tzinfo=UTC)

PRESENT, ABSENT, LATE, EXCUSED = AttendanceStatus
YEAR = {"year_starts_on": date(2026, 1, 1), "year_ends_on": date(2026, 12, 31)}


@given(LINES)
def test_counts_add_up_to_the_list(lines: list[AttendanceStatus | None]) -> None:
    counts = count_statuses(lines)
    assert counts.total == len(lines)
    assert counts.recorded == sum(line is not None for line in lines)
    assert counts.away == sum(line not in (None, PRESENT) for line in lines)


@given(LINES)
def test_counts_do_not_depend_on_the_order(lines: list[AttendanceStatus | None]) -> None:
    assert count_statuses(lines) == count_statuses(lines[::-1])


@given(LINES)
def test_a_share_is_a_percentage_of_days_taken(lines: list[AttendanceStatus | None]) -> None:
    share = share_of(count_statuses(lines))
    assert share.attended <= share.taken <= len(lines)
    if share.taken == 0:
        assert share.percent is None
    else:
        assert share.percent is not None
        assert 0 <= share.percent <= 100
        assert abs(share.percent - 100 * share.attended / share.taken) <= 0.5


@pytest.mark.parametrize(
    ("present", "late", "taken", "percent"),
    [
        (0, 0, 0, None),
        (1, 0, 1, 100),
        (0, 0, 3, 0),
        (1, 0, 3, 33),
        (2, 0, 3, 67),
        (0, 1, 8, 13),
        (1, 1, 2, 100),
    ],
)
def test_half_a_percent_is_rounded_up_and_late_is_attended(
    present: int, late: int, taken: int, percent: int | None
) -> None:
    assert Share(present, late, taken).percent == percent


def test_an_excused_day_was_taken_and_not_attended() -> None:
    assert share_of(Counts(present=1, excused=1)).percent == 50


@given(st.lists(DAYS, unique=True))
def test_five_days_at_most_the_latest_ones_in_order(days: list[date]) -> None:
    recent = recent_days(days)
    assert recent == sorted(recent)
    assert len(recent) == min(5, len(days))
    assert all(day <= min(recent) for day in set(days) - set(recent))


@given(STORED, CHOSEN)
def test_changes_lead_from_the_stored_to_the_chosen(
    stored: dict[int, StoredMark], chosen: dict[int, AttendanceStatus]
) -> None:
    changes = changed_marks(stored, chosen)
    after = {key: each.mark for key, each in stored.items()} | changes
    assert after.keys() == stored.keys() | chosen.keys()
    assert all(after[key].status is status for key, status in chosen.items())
    assert all(
        key in chosen and (key not in stored or stored[key].mark != new) for key, new in changes.items()
    )


@given(STORED, CHOSEN)
def test_saving_the_same_twice_changes_nothing_the_second_time(
    stored: dict[int, StoredMark], chosen: dict[int, AttendanceStatus]
) -> None:
    changes = changed_marks(stored, chosen)
    after = stored | {key: StoredMark(mark, 9) for key, mark in changes.items()}
    assert changed_marks(after, chosen) == {}


@given(WHOLE_MARKS, STATUSES)
def test_a_mark_under_another_status_is_still_possible(mark: Mark, status: AttendanceStatus) -> None:
    changed = with_status(mark, status)
    assert ensure_possible(changed).status is status
    assert changed.remarks == mark.remarks


@given(STATUSES, st.none() | st.integers(-5, 700), st.none() | st.just(time(12, 30)))
def test_minutes_and_times_stand_only_where_they_mean_something(
    status: AttendanceStatus, minutes: int | None, left_at: time | None
) -> None:
    mark = Mark(status, minutes, left_at)
    meant = (minutes is None or (status is LATE and 1 <= minutes <= 600)) and (
        left_at is None or status in (PRESENT, LATE)
    )
    if meant:
        assert ensure_possible(mark) is mark
    else:
        with pytest.raises(MarkImpossible):
            ensure_possible(mark)


@given(st.none() | STORED_MARKS, st.integers(0, 9), WHOLE_MARKS)
def test_a_tap_is_taken_only_on_what_the_teacher_saw(
    stored: StoredMark | None, base: int, said: Mark
) -> None:
    verdict = judge_tap(stored, base, said)
    if stored is not None and stored.mark == said:
        assert verdict is Verdict.SAME
    else:
        seen = base == (stored.version if stored else 0)
        assert verdict is (Verdict.APPLY if seen else Verdict.CONFLICT)


@given(st.lists(st.tuples(st.integers(0, 3), WHOLE_MARKS), max_size=12))
def test_no_order_of_two_tablets_overwrites_what_one_of_them_has_not_seen(
    taps: list[tuple[int, Mark]],
) -> None:
    """Each tablet saw the mark some versions ago; one that is applied saw the very last."""
    stored: StoredMark | None = None
    for behind, said in taps:
        now = stored.version if stored else 0
        base = max(0, now - behind)
        verdict = judge_tap(stored, base, said)
        assert (verdict is Verdict.APPLY) <= (base == now)
        if verdict is Verdict.APPLY:
            stored = StoredMark(said, now + 1)


def test_who_leaves_early_having_come_late_is_still_late() -> None:
    stored = StoredMark(Mark(LATE, 10, None, "bus"), 2)
    tap = Tap(UUID(int=1), "k", Mark(PRESENT, left_at=time(12, 30)), 2, NOON, keeps_remark=True)
    assert said_of(stored, tap) == Mark(LATE, 10, time(12, 30), "bus")
    assert said_of(None, tap) == tap.mark


PERIODS = st.dictionaries(st.integers(0, 8), WHOLE_MARKS, max_size=6)


@given(PERIODS)
def test_the_day_is_what_its_register_says_and_else_what_the_lessons_say(marks: dict[int, Mark]) -> None:
    day = day_state(marks)
    if not marks:
        assert day is None
    elif 0 in marks:
        assert day == marks[0]
    else:
        assert day is not None
        ensure_possible(day)
        attended = any(mark.status in (PRESENT, LATE) for mark in marks.values())
        assert (day.status in (PRESENT, LATE)) == attended
        if day.status is EXCUSED:
            assert all(mark.status is EXCUSED for mark in marks.values())


@pytest.mark.parametrize(
    ("lessons", "state", "early"),
    [
        ((PRESENT, PRESENT), PRESENT, False),
        ((PRESENT, ABSENT), PRESENT, True),
        ((ABSENT, PRESENT), LATE, False),
        ((LATE, PRESENT), LATE, False),
        ((ABSENT, EXCUSED), ABSENT, False),
        ((EXCUSED, EXCUSED), EXCUSED, False),
        ((PRESENT, ABSENT, PRESENT), PRESENT, False),
    ],
)
def test_lessons_make_a_day(
    lessons: tuple[AttendanceStatus, ...], state: AttendanceStatus, early: bool
) -> None:
    marks = {number: Mark(status) for number, status in enumerate(lessons, 1)}
    day = day_state(marks)
    assert day is not None
    assert (day.status, left_early(marks)) == (state, early)


@given(DAYS, st.integers(-100, 100))
def test_what_waited_on_a_tablet_is_no_correction_for_three_days(day: date, hours: int) -> None:
    said_at = datetime(day.year, day.month, day.day, 6, tzinfo=UTC)  # noon in Dhaka
    assert was_said_in_time(day, said_at, said_at + timedelta(hours=hours)) == (0 <= hours <= 72)
    assert not was_said_in_time(day, said_at - timedelta(1), said_at)


@given(DAYS, DAYS, st.booleans(), st.booleans())
def test_a_register_is_open_only_on_a_school_day_of_the_year_that_has_come(
    day: date, today: date, is_school_day: bool, is_holiday: bool
) -> None:
    state = openness(day, today, is_school_day=is_school_day, is_holiday=is_holiday, **YEAR)
    in_year = YEAR["year_starts_on"] <= day <= YEAR["year_ends_on"]
    assert (state is Openness.OPEN) == (in_year and is_school_day and day <= today)


@pytest.mark.parametrize(
    ("day", "is_school_day", "is_holiday", "state"),
    [
        (date(2026, 11, 19), True, False, Openness.OPEN),
        (date(2026, 11, 20), False, False, Openness.REST_DAY),
        (date(2026, 11, 23), True, False, Openness.FUTURE),
        (date(2026, 12, 16), False, True, Openness.HOLIDAY),
        (date(2025, 12, 31), True, False, Openness.OUTSIDE_YEAR),
        (date(2027, 1, 1), False, True, Openness.OUTSIDE_YEAR),
    ],
)
def test_a_closed_register_has_one_reason(
    day: date, is_school_day: bool, is_holiday: bool, state: Openness
) -> None:
    today = date(2026, 11, 22)
    assert openness(day, today, is_school_day=is_school_day, is_holiday=is_holiday, **YEAR) is state


@given(st.lists(st.uuids(), unique=True, max_size=60))
def test_control_names_are_unique_and_made_for_a_form(ids: list[UUID]) -> None:
    keys = control_keys(ids)
    assert len(set(keys)) == len(ids)
    assert all(
        set(key) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") for key in keys
    )


def test_control_names_grow_where_two_would_be_alike() -> None:
    one, other = UUID(int=1), UUID(int=1 << 64 | 1)
    assert len(control_keys([one])[0]) == KEY_LENGTH
    keys = control_keys([one, other])
    assert len(set(keys)) == 2
    assert all(len(key) == 22 for key in keys)


@given(DAYS, st.integers(1, 7))
def test_a_week_has_seven_days_and_holds_its_day(day: date, begins: int) -> None:
    first, last = week_of(day, begins)
    assert first <= day <= last
    assert last - first == timedelta(6)
    assert first.isoweekday() == begins


@given(DAYS)
def test_months_follow_each_other_without_a_gap(day: date) -> None:
    first, last = month_bounds(day)
    assert first <= day <= last
    assert first.day == (last + timedelta(1)).day == 1
    before, after = neighbour_months(day, date.min + timedelta(40), date.max - timedelta(40))
    assert before is not None
    assert after is not None
    assert month_bounds(before)[1] + timedelta(1) == first
    assert after == last + timedelta(1)


def test_months_outside_the_year_are_not_offered() -> None:
    year = (date(2026, 1, 1), date(2026, 12, 31))
    assert neighbour_months(date(2026, 1, 15), *year) == (None, date(2026, 2, 1))
    assert neighbour_months(date(2026, 12, 15), *year) == (date(2026, 11, 1), None)
