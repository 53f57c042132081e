"""Reasons and states of leave, its views, and what can go wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from app.domain.attendance.types import Share
from app.domain.files.types import FileView
from app.domain.kernel.errors import N_, Conflict, Refused
from app.domain.kernel.texts import LocalText


class LeaveReason(StrEnum):
    """Why a child stays away."""

    ILL = "ill"
    FAMILY = "family"
    RELIGIOUS = "religious"
    OTHER = "other"


class LeaveState(StrEnum):
    """Where a case is: asked by the family, answered by the school, or taken back by the family."""

    ASKED = "asked"
    APPROVED = "approved"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


LIVE = (LeaveState.ASKED, LeaveState.APPROVED)
"""States of a case that speaks for its days."""


class Span(NamedTuple):
    """First and last day, both included."""

    first: date
    last: date


class AnsweredCase(NamedTuple):
    """A case as whoever asked is told of its answer."""

    student_id: UUID
    campus_id: UUID
    asked_by: UUID | None
    span: Span
    is_approved: bool
    word: str


@dataclass(frozen=True, slots=True)
class Standing:
    """A live case of a child, as the rules of merging see it."""

    id: UUID
    span: Span
    reason: LeaveReason
    state: LeaveState


@dataclass(frozen=True, slots=True)
class Placement:
    """What becomes of a request: `refused_by` names the approved case that speaks for the days already; else the case
    it joins (`into`, None for a new one), the days it then has, and other cases that became part of it.
    """

    span: Span
    into: UUID | None = None
    swallowed: tuple[UUID, ...] = ()
    refused_by: UUID | None = None


class LeaveDay(NamedTuple):
    """What leave says of a child on a day: whether it is approved (else asked), and why."""

    is_approved: bool
    reason: LeaveReason


@dataclass(frozen=True, slots=True)
class LeaveCase:
    """One case as its family and its class teacher see it. `file` is None for who may not see the paper."""

    id: UUID
    version: int
    student_id: UUID
    campus_id: UUID
    names: LocalText
    class_name: LocalText
    section_name: LocalText
    roll_number: int | None
    span: Span
    reason: LeaveReason
    words: str
    state: LeaveState
    asked_by: LocalText
    asked_at: datetime
    answer: str
    answered_by_id: UUID | None
    answered_by: LocalText
    answered_at: datetime | None
    excused_days: tuple[date, ...]
    """Days on which approving it made excused of absent."""
    has_paper: bool
    file: FileView | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request for one child came to."""

    case_id: UUID
    is_merged: bool


@dataclass(frozen=True, slots=True)
class Answered:
    """What an answer came to: cases answered, cases that were not waiting any more, days excused, and days whose
    register could not be changed."""

    done: tuple[UUID, ...]
    passed_over: int
    excused: int
    left: int


class NamedSpan(NamedTuple):
    """A holiday: its days and its name."""

    span: Span
    name: LocalText


@dataclass(frozen=True, slots=True)
class Working:
    """How a percentage was worked out, day by day."""

    share: Share
    excused: Sequence[date]
    absent: Sequence[date]
    not_taken: int
    """School days without a taken register, up to today."""
    holidays: Sequence[NamedSpan]
    set_aside: Sequence[date]
    """Days with a register that are no school days any more: they count nowhere."""


class LeaveThere(Conflict):
    """An approved case speaks for one of these days already. `case_id` leads to it."""

    message = N_(
        "Leave is approved for some of these days already. Ask only for the days that it does not have."
    )

    def __init__(self, case_id: UUID) -> None:
        super().__init__()
        self.case_id = case_id


class NobodyChosen(Refused):
    """No child is named."""

    field = "children"
    message = N_("Choose at least one child.")


class DaysTurned(Refused):
    """The last day lies before the first."""

    field = "last"
    message = N_("The last day is before the first.")


class DaysTooFar(Refused):
    """More days than one request holds, or too far from today."""

    field = "first"
    message = N_(
        "Ask for at most %(most)s days at once, from %(back)s days ago to %(ahead)s days ahead. For more, "
        "talk to the office."
    )


class NoSchoolThen(Refused):
    """None of the days is a school day."""

    field = "first"
    message = N_("There is no school on these days, so there is nothing to ask for.")


class WordsNeeded(Refused):
    """Another reason is said in words."""

    field = "words"
    message = N_("Write the reason in a few words.")


class WordNeeded(Refused):
    """A family that is told no is told why."""

    field = "word"
    message = N_("Write a word to the family: why it is declined.")


class LeaveBegun(Conflict):
    """It is answered, or has begun: it is not the family's to change any more."""

    message = N_("This is answered or has begun, so it cannot be changed here. Talk to the class teacher.")


class NotShorter(Refused):
    """A new last day that is not before the old one, or before the first."""

    field = "last"
    message = N_("Choose a last day between the first day and the present last day.")


class TooLateToUndo(Conflict):
    """An answer stands after a quarter of an hour."""

    message = N_("This answer cannot be taken back any more.")
