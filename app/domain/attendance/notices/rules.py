"""When a family is told something, and in how few signs. Pure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Final

from app.domain.attendance.notices.types import Truth, Word
from app.domain.attendance.types import AttendanceStatus
from app.domain.kernel.dates import to_local
from app.domain.kernel.segments import count_segments, fold_for_sms

HELD_FOR: Final = timedelta(minutes=3)
"""So long a message waits, so that a slip of the finger is put right before anybody reads of it."""
LOOKS_BACK: Final = timedelta(days=31)
"""So long after a day its last word is still put right."""


def truth_of(status: AttendanceStatus | None, *, is_school_day: bool) -> Truth:
    """What the day as it is derived says to a family."""
    if status is None or not is_school_day:
        return Truth.UNKNOWN
    return Truth.ABSENT if status is AttendanceStatus.ABSENT else Truth.NOT_ABSENT


def next_word(last: Word, truth: Truth, *, is_announced: bool) -> Word | None:
    """What the family is to be told now; None where nothing is to be said.

    Something is said only where the last word would be wrong. Who has announced the absence knows of it, and who was
    told nothing is not told that all is well. A day nothing certain is known of leaves the last word as it is.
    """
    if truth is Truth.ABSENT:
        knows = last is Word.ABSENT or (last is Word.NOTHING and is_announced)
        return None if knows else Word.ABSENT
    return Word.NOT_ABSENT if last is Word.ABSENT and truth is Truth.NOT_ABSENT else None


def is_needed(word: Word, *, is_announced: bool) -> bool:
    """Whether a word is written where the one before it has left: who has announced an absence is not asked why."""
    return not (word is Word.ABSENT and is_announced)


def word_before(last: Word, times: int) -> Word:
    """The last word that stands once the latest of `times` words, which alternate, was taken back unread."""
    if times <= 1:
        return Word.NOTHING
    return Word.NOT_ABSENT if last is Word.ABSENT else Word.ABSENT


def is_past(cut_off: time, now: datetime) -> bool:
    """Whether the hour has come from which families are told."""
    return to_local(now).time() >= cut_off


def in_one_part(write: Callable[[str], str], name: str) -> str:
    """The text with as much of the name as leaves it in one part; with the whole name where nothing helps."""
    words = name.split()
    for number in range(len(words), 0, -1):
        text = write(" ".join(words[:number]))
        if count_segments(fold_for_sms(text)).parts <= 1:
            return text
    return write(name)
