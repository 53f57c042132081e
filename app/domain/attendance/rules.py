"""Rules of registers: counts, stitches, changes, shares, and when a register is open. No clock, no database."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from hashlib import blake2s
from typing import Final, TypeVar
from uuid import UUID

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
from app.domain.kernel.dates import local_day

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
    stored: Mapping[Key, StoredMark], chosen: Mapping[Key, AttendanceStatus]
) -> dict[Key, Mark]:
    """The marks that choosing these statuses changes. Whoever is not among the chosen stays as stored."""
    before = {key: each.mark for key, each in stored.items()}
    after = {key: with_status(before.get(key), status) for key, status in chosen.items()}
    return {key: mark for key, mark in after.items() if before.get(key) != mark}


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


_THERE: Final = frozenset({AttendanceStatus.PRESENT, AttendanceStatus.LATE})
LONGEST_DELAY: Final = 600
"""Minutes: nobody is later than a day at school is long."""
REMARK_LENGTH: Final = 200


def ensure_possible(mark: Mark) -> Mark:
    """The mark, or MarkImpossible where its minutes, its time or its remark do not go with the status."""
    is_late = mark.status is AttendanceStatus.LATE
    if mark.late_minutes is not None and not (is_late and 1 <= mark.late_minutes <= LONGEST_DELAY):
        raise MarkImpossible
    if mark.left_at is not None and mark.status not in _THERE:
        raise MarkImpossible
    if mark.remarks is not None and not 0 < len(mark.remarks) <= REMARK_LENGTH:
        raise MarkImpossible
    return mark


def with_status(mark: Mark | None, status: AttendanceStatus) -> Mark:
    """The mark under another status, with what still goes with it: the remark, and when the pupil left."""
    if mark is None or mark.status is status:
        return mark or Mark(status)
    return Mark(status, left_at=mark.left_at if status in _THERE else None, remarks=mark.remarks)


def said_of(stored: StoredMark | None, tap: Tap) -> Mark:
    """The whole mark a tap means, where something is stored of the pupil already.

    Who leaves early having come late is still late; a remark of which nothing was said stays.
    """
    mark, before = tap.mark, stored.mark if stored else None
    if before is None:
        return mark
    if mark.left_at is not None and before.status is AttendanceStatus.LATE:
        mark = replace(mark, status=AttendanceStatus.LATE, late_minutes=before.late_minutes)
    return replace(mark, remarks=before.remarks) if tap.keeps_remark else mark


def judge_tap(stored: StoredMark | None, base: int, said: Mark) -> Verdict:
    """Whether what a tablet says of one pupil is taken, given what is stored of that pupil now.

    It is taken where the teacher saw what is stored. Where somebody else has said the same meanwhile there is
    nothing to do; where they said something else the teacher decides, and nothing is overwritten.
    """
    if stored is not None and said == stored.mark:
        return Verdict.SAME
    return Verdict.APPLY if base == (stored.version if stored else 0) else Verdict.CONFLICT


def day_state(marks: Mapping[int, Mark]) -> Mark | None:
    """What a day was for a pupil, from the marks by period; None where nothing was taken.

    Period 0 is the day itself and says all. Else the lessons taken tell: absent or excused where no lesson was
    attended (absent where any of them was not excused), late where the first lesson taken was missed or begun
    late, and left early where the last one was missed after an attended one or left before its end.
    """
    if not marks:
        return None
    if 0 in marks:
        return marks[0]
    said = [marks[period] for period in sorted(marks)]
    attended = [mark for mark in said if mark.status in _THERE]
    if not attended:
        excused = all(mark.status is AttendanceStatus.EXCUSED for mark in said)
        return Mark(AttendanceStatus.EXCUSED if excused else AttendanceStatus.ABSENT)
    first = said[0]
    on_time = first.status is AttendanceStatus.PRESENT
    return Mark(
        AttendanceStatus.PRESENT if on_time else AttendanceStatus.LATE,
        late_minutes=first.late_minutes if first.status is AttendanceStatus.LATE else None,
        left_at=attended[-1].left_at,
    )


def left_early(marks: Mapping[int, Mark]) -> bool:
    """Whether a pupil who came was gone before the end of what was taken of the day."""
    if 0 in marks:
        return marks[0].left_at is not None
    said = [marks[period] for period in sorted(marks)]
    came = [mark for mark in said if mark.status in _THERE]
    return bool(came) and (said[-1].status not in _THERE or came[-1].left_at is not None)


def needs_reason(day: date, today: date, *, is_taken: bool) -> bool:
    """Whether changing a register asks why: once it was taken and its day is over."""
    return is_taken and day < today


WAITS: Final = timedelta(hours=72)
"""How long what was said without a line may wait on a tablet."""


def was_said_in_time(day: date, said_at: datetime, now: datetime) -> bool:
    """Whether a tap that arrives now was made on the register's own day, and so corrects no day that is over."""
    return local_day(said_at) == day and timedelta(0) <= now - said_at <= WAITS


def lockable(month: date, today: date) -> bool:
    """Whether a month may be locked: one that is over."""
    return month_bounds(month)[1] < today
