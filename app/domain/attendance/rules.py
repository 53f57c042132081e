"""Rules of registers: counts, stitches, changes, shares, and when a register is open. No clock, no database."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from hashlib import blake2s
from typing import Final, TypeVar
from uuid import UUID

from app.domain.attendance.types import AttendanceStatus, Counts, Openness, Share

RECENT_DAYS: Final = 5
"""How many days stand as stitches beside a name."""

KEY_LENGTH: Final = 4
"""Characters that name a pupil on a register's form: forty of them travel with every save."""

Key = TypeVar("Key")


def count_statuses(statuses: Iterable[AttendanceStatus | None]) -> Counts:
    """How many of each; None is a pupil the register says nothing of."""
    found = Counter(statuses)
    return Counts(
        present=found[AttendanceStatus.PRESENT],
        absent=found[AttendanceStatus.ABSENT],
        late=found[AttendanceStatus.LATE],
        excused=found[AttendanceStatus.EXCUSED],
        unrecorded=found[None],
    )


def share_of(counts: Counts) -> Share:
    """How much of the days that were taken was attended. Days without a line are not taken."""
    return Share(present=counts.present, late=counts.late, taken=counts.recorded)


def recent_days(days: Iterable[date]) -> list[date]:
    """The last five of these days in order of time: those that stand as stitches beside a name."""
    return sorted(days)[-RECENT_DAYS:]


def changed_marks(
    stored: Mapping[Key, AttendanceStatus], chosen: Mapping[Key, AttendanceStatus]
) -> dict[Key, tuple[AttendanceStatus | None, AttendanceStatus]]:
    """What differs, as (before, after) by key. Whoever is not among the chosen stays as stored."""
    return {key: (stored.get(key), new) for key, new in chosen.items() if stored.get(key) != new}


def openness(
    day: date,
    today: date,
    *,
    year_starts_on: date,
    year_ends_on: date,
    is_school_day: bool,
    is_holiday: bool,
) -> Openness:
    """Whether a register can be taken on a day.

    The year comes first and the calendar second, so that a holiday says its name also before it comes.
    """
    if not year_starts_on <= day <= year_ends_on:
        return Openness.OUTSIDE_YEAR
    if not is_school_day:
        return Openness.HOLIDAY if is_holiday else Openness.REST_DAY
    return Openness.FUTURE if day > today else Openness.OPEN


def control_keys(enrolment_ids: Sequence[UUID]) -> list[str]:
    """A short name for each enrolment's controls, the same for the same list.

    The last characters of the key are random; in the rare list where two are alike the names are the whole
    keys. A name is only ever looked up among the enrolments of one section.
    """
    whole = [urlsafe_b64encode(key.bytes).decode().rstrip("=") for key in enrolment_ids]
    short = [text[-KEY_LENGTH:] for text in whole]
    return short if len(set(short)) == len(short) else whole


def roster_mark(keys: Sequence[str]) -> str:
    """Tells one list of controls from another: eight characters, whatever their order."""
    return blake2s(" ".join(sorted(keys)).encode(), digest_size=4).hexdigest()


def week_of(day: date, begins: int) -> tuple[date, date]:
    """First and last day of the week around a day; `begins` is the ISO weekday weeks begin with."""
    first = day - timedelta((day.isoweekday() - begins) % 7)
    return first, first + timedelta(6)


def month_bounds(day: date) -> tuple[date, date]:
    """First and last day of the month of a day."""
    first = day.replace(day=1)
    following = (first + timedelta(31)).replace(day=1)
    return first, following - timedelta(1)


def neighbour_months(day: date, first: date, last: date) -> tuple[date | None, date | None]:
    """The first days of the month before and of the month after, None where they lie outside first and last."""
    start, end = month_bounds(day)
    before, after = start - timedelta(1), end + timedelta(1)
    return (before.replace(day=1) if before >= first else None, after if after <= last else None)
