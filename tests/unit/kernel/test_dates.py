"""Days, times, ages and the Bangla calendar."""

import unicodedata
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.kernel.dates import (
    BANGLA_MONTHS,
    DHAKA,
    MONTHS,
    SHORT_MONTHS,
    SHORT_WEEKDAYS,
    WEEKDAYS,
    DateError,
    age_on,
    bangla_calendar,
    day_bounds,
    format_bangla_date,
    format_date,
    format_moment,
    format_time,
    local_day,
    month_name,
    parse_day_month_year,
    to_local,
    weekday_name,
)

SUNDAY = date(2026, 11, 22)
locales = st.sampled_from(["en", "bn", "ar"])
school_days = st.dates(date(1900, 1, 1), date(2100, 12, 31))


@pytest.mark.parametrize(
    ("style", "en", "bn", "ar"),
    [
        ("long", "22 November 2026", "২২ নভেম্বর ২০২৬", "22 نوفمبر 2026"),
        ("medium", "22 Nov 2026", "২২ নভে ২০২৬", "22 نوفمبر 2026"),
        ("short", "22 Nov", "২২ নভে", "22 نوفمبر"),
        ("weekday", "Sunday 22 November 2026", "রবিবার, ২২ নভেম্বর ২০২৬", "الأحد، 22 نوفمبر 2026"),
        ("month", "November 2026", "নভেম্বর ২০২৬", "نوفمبر 2026"),
    ],
)
def test_a_day_is_written_in_the_readers_way(style: str, en: str, bn: str, ar: str) -> None:
    assert format_date(SUNDAY, "en", style) == en
    assert format_date(SUNDAY, "bn", style) == bn
    assert format_date(SUNDAY, "ar", style) == ar


def test_an_unknown_style_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(KeyError):
        format_date(SUNDAY, "en", "tiny")


def test_the_tables_of_names_are_whole_and_normalised() -> None:
    for table, size in ((MONTHS, 12), (SHORT_MONTHS, 12), (WEEKDAYS, 7), (SHORT_WEEKDAYS, 7)):
        for names in table.values():
            assert len(set(names)) == size
            assert all(unicodedata.is_normalized("NFC", name) for name in names)
    assert len(set(BANGLA_MONTHS)) == 12


def test_badges_take_short_names() -> None:
    assert [month_name(11, locale, short=True) for locale in ("bn", "en", "ar")] == ["নভে", "Nov", "نوفمبر"]
    assert [weekday_name(6, locale, short=True) for locale in ("bn", "en", "ar")] == ["রবি", "Sun", "أحد"]


def test_times_are_shown_at_the_school() -> None:
    moment = datetime(2026, 11, 22, 2, 42, 59, tzinfo=UTC)
    assert format_time(moment, "en") == "8:42"
    assert format_time(moment, "bn") == "৮:৪২"
    assert format_time(time(14, 5), "ar") == "14:05"
    assert format_moment(moment, "en") == "22 November 2026, 8:42"
    assert format_moment(moment, "bn", "short") == "২২ নভে, ৮:৪২"
    assert format_moment(moment, "ar") == "22 نوفمبر 2026، 8:42"


def test_the_school_day_begins_at_midnight_in_dhaka() -> None:
    evening = datetime(2026, 11, 21, 18, 0, tzinfo=UTC)
    assert local_day(evening) == SUNDAY
    assert format_date(evening, "en") == "22 November 2026"
    assert to_local(evening).tzinfo is DHAKA
    assert day_bounds(SUNDAY) == (evening, evening + timedelta(days=1))


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        format_time(datetime(2026, 11, 22, 8, 42), "en")


@given(st.datetimes(datetime(1971, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)))
def test_a_moment_lies_within_its_school_day(moment: datetime) -> None:
    start, end = day_bounds(local_day(moment))
    assert start <= moment < end


@pytest.mark.parametrize(
    "parts",
    [
        ("22", "11", "2026"),
        ("২২", "১১", "২০২৬"),
        (" 22 ", "Nov", "2026"),
        ("22", "নভেম্বর", "٢٠٢٦"),
        ("22", "نوفمبر", "2026"),
    ],
)
def test_three_inputs_make_a_day(parts: tuple[str, str, str]) -> None:
    assert parse_day_month_year(*parts) == SUNDAY


@pytest.mark.parametrize(
    ("parts", "code", "part"),
    [
        (("", " ", ""), "empty", None),
        (("", "11", "2026"), "missing_day", "day"),
        (("22", "", "2026"), "missing_month", "month"),
        (("22", "11", ""), "missing_year", "year"),
        (("0", "11", "2026"), "day", "day"),
        (("32", "11", "2026"), "day", "day"),
        (("x", "11", "2026"), "day", "day"),
        (("-1", "11", "2026"), "day", "day"),
        (("²", "11", "2026"), "day", "day"),
        (("22", "13", "2026"), "month", "month"),
        (("22", "Novembre", "2026"), "month", "month"),
        (("22", "11", "26"), "year", "year"),
        (("22", "11", "20261"), "year", "year"),
        (("31", "2", "2026"), "date", "day"),
        (("29", "2", "2026"), "date", "day"),
    ],
)
def test_a_wrong_date_says_which_part_is_wrong(
    parts: tuple[str, str, str], code: str, part: str | None
) -> None:
    with pytest.raises(DateError) as refused:
        parse_day_month_year(*parts)
    assert (refused.value.code, refused.value.part) == (code, part)


@given(school_days, locales)
def test_a_day_written_out_reads_back_as_itself(day: date, locale: str) -> None:
    assert parse_day_month_year(*format_date(day, locale).split(" ")) == day
    assert parse_day_month_year(*format_date(day, locale, "medium").split(" ")) == day


@given(st.text(), st.text(), st.text())
def test_any_three_texts_are_a_day_or_a_date_error(day: str, month: str, year: str) -> None:
    try:
        assert parse_day_month_year(day, month, year)
    except DateError as error:
        assert error.code in DateError.messages


def test_age_counts_completed_years() -> None:
    born_on = date(2020, 2, 29)
    assert age_on(born_on, date(2026, 2, 28)) == 5
    assert age_on(born_on, date(2026, 3, 1)) == 6
    assert age_on(born_on, date(2028, 2, 29)) == 8
    assert age_on(born_on, born_on) == 0
    assert age_on(born_on, date(2020, 2, 28)) == -1


@given(school_days, school_days)
def test_age_never_shrinks(born_on: date, day: date) -> None:
    tomorrow = day + timedelta(days=1)
    assert age_on(born_on, tomorrow) - age_on(born_on, day) in (0, 1)
    assert (age_on(born_on, day) >= 0) == (day >= born_on)


@pytest.mark.parametrize(
    ("day", "bangla"),
    [
        (date(2026, 11, 20), "৫ অগ্রহায়ণ ১৪৩৩"),
        (date(2024, 2, 29), "১৬ ফাল্গুন ১৪৩০"),
        (date(2019, 10, 16), "৩১ আশ্বিন ১৪২৬"),
        (date(2019, 10, 17), "১ কার্তিক ১৪২৬"),
        (date(2026, 4, 13), "৩০ চৈত্র ১৪৩২"),
        (date(2026, 4, 14), "১ বৈশাখ ১৪৩৩"),
    ],
)
def test_days_of_the_bangla_calendar(day: date, bangla: str) -> None:
    assert format_bangla_date(day) == unicodedata.normalize("NFC", bangla)


@pytest.mark.parametrize("year", range(2020, 2101))
def test_national_days_keep_their_place_in_the_bangla_calendar(year: int) -> None:
    assert bangla_calendar(date(year, 2, 21)) == (8, "ফাল্গুন", year - 594)
    assert bangla_calendar(date(year, 3, 26)) == (12, "চৈত্র", year - 594)
    assert bangla_calendar(date(year, 4, 14)) == (1, "বৈশাখ", year - 593)
    assert bangla_calendar(date(year, 12, 16)) == (1, "পৌষ", year - 593)


@given(st.dates(date(1000, 1, 1), date(3000, 1, 1)))
def test_the_bangla_calendar_skips_and_repeats_no_day(day: date) -> None:
    today, tomorrow = bangla_calendar(day), bangla_calendar(day + timedelta(days=1))
    if tomorrow.day == 1:
        assert today.day in (29, 30, 31)
        assert (BANGLA_MONTHS.index(tomorrow.month) - BANGLA_MONTHS.index(today.month)) % 12 == 1
        assert tomorrow.year - today.year == (tomorrow.month == "বৈশাখ")
    else:
        assert tomorrow == (today.day + 1, today.month, today.year)


@pytest.mark.parametrize("day", [date.min, date(593, 12, 31), date(594, 4, 13)])
def test_there_is_no_bangla_date_before_the_calendar_begins(day: date) -> None:
    with pytest.raises(ValueError, match="begins later"):
        bangla_calendar(day)


def test_the_bangla_calendar_begins_with_its_year_one() -> None:
    assert bangla_calendar(date(594, 4, 14)) == (1, "বৈশাখ", 1)
