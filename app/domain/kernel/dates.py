"""Days and times as people write them, in the school's own time zone.

The month and weekday names are small tables of our own: formatting a date is one look-up and one ``%``, and
the digits are right, which the usual libraries do not get done for Bangla.
domain rule: domain.md 6.1 (names, order of parts, digits) and 6.2 (the Bangla calendar).
"""

import unicodedata
from calendar import monthrange
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from app.domain.kernel.digits import to_ascii_digits, to_local_digits
from app.domain.kernel.errors import N_, InvalidValue

DHAKA: Final = ZoneInfo("Asia/Dhaka")
"""The zone in which times are shown and school days begin and end."""

YEARS: Final = range(1900, 2101)
"""The years a typed date may lie in."""


def _names(text: str) -> tuple[str, ...]:
    return tuple(unicodedata.normalize("NFC", name) for name in text.split())


MONTHS: Final[Mapping[str, tuple[str, ...]]] = {
    "en": _names("January February March April May June July August September October November December"),
    "bn": _names("জানুয়ারি ফেব্রুয়ারি মার্চ এপ্রিল মে জুন জুলাই আগস্ট সেপ্টেম্বর অক্টোবর নভেম্বর ডিসেম্বর"),
    "ar": _names("يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر"),
}
"""Full month names, January first."""

SHORT_MONTHS: Final[Mapping[str, tuple[str, ...]]] = {
    "en": _names("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec"),
    "bn": _names("জানু ফেব্রু মার্চ এপ্রি মে জুন জুলাই আগ সেপ্টে অক্টো নভে ডিসে"),
    "ar": MONTHS["ar"],  # Arabic month names have no customary short form
}
"""Month names for badges and narrow columns."""

WEEKDAYS: Final[Mapping[str, tuple[str, ...]]] = {
    "en": _names("Monday Tuesday Wednesday Thursday Friday Saturday Sunday"),
    "bn": _names("সোমবার মঙ্গলবার বুধবার বৃহস্পতিবার শুক্রবার শনিবার রবিবার"),
    "ar": _names("الاثنين الثلاثاء الأربعاء الخميس الجمعة السبت الأحد"),
}
"""Full weekday names, Monday first as in ``date.weekday()``."""

SHORT_WEEKDAYS: Final[Mapping[str, tuple[str, ...]]] = {
    "en": _names("Mon Tue Wed Thu Fri Sat Sun"),
    "bn": _names("সোম মঙ্গল বুধ বৃহঃ শুক্র শনি রবি"),
    "ar": _names("اثنين ثلاثاء أربعاء خميس جمعة سبت أحد"),
}
"""Weekday names for the head of a calendar, Monday first."""

BANGLA_MONTHS: Final = _names("বৈশাখ জ্যৈষ্ঠ আষাঢ় শ্রাবণ ভাদ্র আশ্বিন কার্তিক অগ্রহায়ণ পৌষ মাঘ ফাল্গুন চৈত্র")
"""The months of the Bangla year, which begins on 14 April."""

_STYLES: Final[Mapping[str, str]] = {
    "long": "%(day)s %(month)s %(year)s",
    "medium": "%(day)s %(short_month)s %(year)s",
    "short": "%(day)s %(short_month)s",
    "month": "%(month)s %(year)s",
}
_WEEKDAY_STYLE: Final[Mapping[str, str]] = {
    "en": "%(weekday)s %(day)s %(month)s %(year)s",
    "bn": "%(weekday)s, %(day)s %(month)s %(year)s",
    "ar": "%(weekday)s، %(day)s %(month)s %(year)s",
}
_MONTH_NUMBERS: Final[Mapping[str, int]] = {
    name.casefold(): number
    for table in (*MONTHS.values(), *SHORT_MONTHS.values())
    for number, name in enumerate(table, start=1)
}


class DateError(InvalidValue):
    """Three typed parts do not make a day.

    Codes: ``empty`` (no part was filled), ``missing_day``, ``missing_month``, ``missing_year``, ``day``,
    ``month``, ``year`` (that part is wrong by itself) and ``date`` (the month has no such day). ``part`` is
    the input to mark: ``"day"``, ``"month"``, ``"year"``, or ``None`` for the whole.
    """

    messages = {
        "empty": N_("Enter a date."),
        "missing_day": N_("The date needs a day."),
        "missing_month": N_("The date needs a month."),
        "missing_year": N_("The date needs a year."),
        "day": N_("The day must be a number from 1 to 31."),
        "month": N_("The month must be a number from 1 to 12."),
        "year": N_("The year must have four digits, such as 2015."),
        "date": N_("This month has no such day."),
    }

    @property
    def part(self) -> str | None:
        """The part of the date to mark, or ``None`` where it is about the whole."""
        part = "day" if self.code == "date" else self.code.removeprefix("missing_")
        return None if part == "empty" else part


class Span(NamedTuple):
    """A length of life in months, which readers see as years and months."""

    months: int


class BanglaDate(NamedTuple):
    """A day of the Bangla calendar: day of the month, name of the month in Bangla, year."""

    day: int
    month: str
    year: int


def to_local(moment: datetime) -> datetime:
    """Return an aware moment in the school's zone. Raises ``ValueError`` for one without a zone."""
    if moment.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    return moment.astimezone(DHAKA)


def local_day(moment: datetime) -> date:
    """Return the day it is at the school at an aware moment."""
    return to_local(moment).date()


def day_bounds(day: date) -> tuple[datetime, datetime]:
    """Return when a school day begins and when the next one does, in UTC, for queries on ``*_at`` columns."""
    start, end = (datetime.combine(each, time(), DHAKA).astimezone(UTC) for each in (day, day + timedelta(1)))
    return start, end


def month_name(month: int, locale: str, *, short: bool = False) -> str:
    """Return the name of a month (1 to 12); ``short`` as on a day badge (``Nov``, ``নভে``, ``نوفمبر``)."""
    tables = SHORT_MONTHS if short else MONTHS
    return tables.get(locale, tables["en"])[month - 1]


def weekday_name(weekday: int, locale: str, *, short: bool = False) -> str:
    """Return the name of a weekday counted from Monday = 0, as ``date.weekday()`` does."""
    tables = SHORT_WEEKDAYS if short else WEEKDAYS
    return tables.get(locale, tables["en"])[weekday]


def format_date(day: date, locale: str, style: str = "long") -> str:
    """Return a day as text.

    ========== ============================ ============================= ==========================
    style      en                           bn                            ar
    ========== ============================ ============================= ==========================
    long       22 November 2026             ২২ নভেম্বর ২০২৬               22 نوفمبر 2026
    medium     22 Nov 2026                  ২২ নভে ২০২৬                   22 نوفمبر 2026
    short      22 Nov                       ২২ নভে                        22 نوفمبر
    weekday    Sunday 22 November 2026      রবিবার, ২২ নভেম্বর ২০২৬       الأحد، 22 نوفمبر 2026
    month      November 2026                নভেম্বর ২০২৬                  نوفمبر 2026
    ========== ============================ ============================= ==========================

    An aware moment is taken as the day it is at the school. Raises ``KeyError`` for an unknown style.
    """
    if isinstance(day, datetime):
        day = local_day(day)
    pattern = _WEEKDAY_STYLE.get(locale, _WEEKDAY_STYLE["en"]) if style == "weekday" else _STYLES[style]
    text = pattern % {
        "day": day.day,
        "month": month_name(day.month, locale),
        "short_month": month_name(day.month, locale, short=True),
        "year": day.year,
        "weekday": weekday_name(day.weekday(), locale),
    }
    return to_local_digits(text, locale)


def format_time(moment: time | datetime, locale: str) -> str:
    """Return a time of day on the 24-hour clock: ``8:42``, ``৮:৪২``.

    A ``datetime`` must be aware and is shown in the school's zone; a ``time`` is shown as it is.
    """
    clock = to_local(moment) if isinstance(moment, datetime) else moment
    return to_local_digits(f"{clock.hour}:{clock.minute:02d}", locale)


def format_moment(moment: datetime, locale: str, style: str = "long") -> str:
    """Return day and time of an aware moment: ``22 November 2026, 8:42``."""
    comma = "،" if locale == "ar" else ","
    return f"{format_date(moment, locale, style)}{comma} {format_time(moment, locale)}"


def parse_day_month_year(day: str, month: str, year: str) -> date:
    """Return the day three inputs make, digits of any script; the month may also be a name in any language.

    Raises :class:`DateError`, which says which part is wrong.
    """
    parts = {"day": _bare(day), "month": _bare(month), "year": _bare(year)}
    if not any(parts.values()):
        raise DateError("empty")
    for name, text in parts.items():
        if not text:
            raise DateError(f"missing_{name}")
    day_number = _number(parts["day"], range(1, 32), "day")
    month_number = _MONTH_NUMBERS.get(unicodedata.normalize("NFC", parts["month"]).casefold())
    if month_number is None:
        month_number = _number(parts["month"], range(1, 13), "month")
    year_number = _number(parts["year"], YEARS, "year")
    try:
        return date(year_number, month_number, day_number)
    except ValueError:
        raise DateError("date") from None


def age_on(born_on: date, day: date) -> int:
    """Return the completed years of life on a day; negative where the day is before birth.

    Who is born on 29 February completes a year on 1 March where February has 28 days.
    """
    return day.year - born_on.year - ((day.month, day.day) < (born_on.month, born_on.day))


def months_on(born_on: date, day: date) -> int:
    """Return the completed months of life on a day; a twelfth of it, rounded down, is :func:`age_on`.

    Who is born on a day that a month does not have completes it on the first of the next.
    """
    return (day.year - born_on.year) * 12 + day.month - born_on.month - (day.day < born_on.day)


def months_before(day: date, months: int) -> date:
    """Return the latest day of birth with which somebody has completed so many months of life on `day`."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def in_year(day: date, year: int) -> date:
    """Return the same day of another year; 29 February becomes the 28th where there is none."""
    return date(year, day.month, min(day.day, monthrange(year, day.month)[1]))


def bangla_calendar(day: date) -> BanglaDate:
    """Return a day in the Bangla calendar of Bangladesh.

    domain rule: domain.md 6.2 - the revision in force since October 2019: the year begins on 14 April, six
    months of 31 days are followed by six of 30, except Falgun with 29, or 30 where its February has 29
    days. Earlier days are counted by the same rule. Raises ``ValueError`` before the calendar begins.
    """
    new_year = date(day.year, 4, 14)
    if day < new_year:
        new_year = date(day.year - 1, 4, 14) if day.year > 1 else date.max
    year = new_year.year - 593
    if day < new_year or year < 1:
        raise ValueError("the Bangla calendar begins later")
    passed = (day - new_year).days
    ends = _LEAP_ENDS if _is_leap(new_year.year + 1) else _COMMON_ENDS
    month = next(number for number, end in enumerate(ends) if passed < end)
    begins = ends[month - 1] if month else 0
    return BanglaDate(passed - begins + 1, BANGLA_MONTHS[month], year)


def format_bangla_date(day: date) -> str:
    """Return a day of the Bangla calendar as text, always in Bangla: ``৫ অগ্রহায়ণ ১৪৩৩``."""
    return to_local_digits("{0.day} {0.month} {0.year}".format(bangla_calendar(day)), "bn")


_COMMON_ENDS: Final = tuple(accumulate([31] * 6 + [30] * 4 + [29, 30]))
_LEAP_ENDS: Final = tuple(accumulate([31] * 6 + [30] * 6))


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def _bare(text: str) -> str:
    return to_ascii_digits(text).strip()


def _number(text: str, allowed: range, code: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 4 and int(text) in allowed):
        raise DateError(code)
    return int(text)
