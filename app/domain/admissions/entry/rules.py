"""Pure rules of enrolment: what stops it, what is worth a look, and which section a child gets."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Final
from uuid import UUID

from app.domain.admissions.entry.types import (
    Check,
    Difference,
    Facts,
    FeeStanding,
    Finding,
    KnownChild,
    PaperState,
    Point,
    Room,
    SectionRule,
    Seeker,
)
from app.domain.kernel.errors import N_
from app.domain.people.types import Gender

STOPS: Final = frozenset(
    {
        Finding.NO_SECTION,
        Finding.NO_SEAT,
        Finding.YEAR_OVER,
        Finding.CHILD_KNOWN,
        Finding.PHONE_TAKEN,
    }
)
"""With one of these an enrolment would fail, or make a second student of one child."""

TAKEABLE: Final = ("name_bn", "name_en", "name_ar", "email", "address")
"""What of a known guardian the officer may replace by what the application says, field by field."""

MOST_AT_ONCE: Final = 200
"""So many children are enrolled by one press of a button."""

DEPENDS: Final[dict[str, str]] = {
    "attendance": N_("Attendance has been marked for the child."),
    "enrolments": N_("The child is enrolled in another section or year as well."),
    "student_guardians": N_("Another guardian or another child has been linked since."),
    "subject_group_students": N_("The child is in a subject group."),
    "users": N_("The child has an account of its own."),
    "sessions": N_("The guardian has used the account that this enrolment opened."),
}
"""Why an enrolment cannot be taken back, by the table that stands on what it made."""

_PAPER_POINTS: Final = {
    PaperState.MISSING: Finding.PAPER_MISSING,
    PaperState.REFUSED: Finding.PAPER_REFUSED,
    PaperState.WAITING: Finding.PAPER_WAITING,
}
_FEE_POINTS: Final = {
    FeeStanding.DUE: Finding.FEE_UNPAID,
    FeeStanding.RECORDED: Finding.FEE_UNCONFIRMED,
}


def look_at(facts: Facts, today: date, guardian_version: int | None = None) -> Check:
    """Everything that stops an enrolment or is worth a look, found before anything is written."""
    points = sorted(_points(facts, today), key=lambda each: list(Finding).index(each.what))
    return Check(
        stops=tuple(each for each in points if each.what in STOPS),
        look=tuple(each for each in points if each.what not in STOPS),
        differences=facts.differences,
        guardian_version=guardian_version,
    )


def _points(facts: Facts, today: date) -> Iterable[Point]:
    plain = {
        Finding.NO_SECTION: not facts.has_section,
        Finding.NO_SEAT: facts.has_section and not facts.has_seat,
        Finding.SHIFT_FULL: facts.has_seat and not facts.has_seat_in_shift,
        Finding.PHONE_TAKEN: facts.phone_taken,
        Finding.EMAIL_TAKEN: facts.email_taken,
        Finding.NO_EMAIL: not facts.has_email,
        Finding.ACCOUNT_SUSPENDED: facts.account_suspended,
        Finding.GUARDIAN_DIFFERS: bool(facts.differences),
        Finding.GUARDIAN_ELSEWHERE: facts.guardian_elsewhere,
    }
    yield from (Point(what) for what, is_so in plain.items() if is_so)
    if today > facts.year_ends_on:
        yield Point(Finding.YEAR_OVER, (("day", facts.year_ends_on),))
    if today < facts.year_starts_on:
        yield Point(Finding.YEAR_AHEAD, (("day", facts.year_starts_on),))
    for kind, state in facts.papers.items():
        if state in _PAPER_POINTS:
            yield Point(_PAPER_POINTS[state], (("paper", kind),))
    if facts.fee in _FEE_POINTS:
        yield Point(_FEE_POINTS[facts.fee])
    for child in facts.children:
        yield Point(_about_child(child), (("number", child.student_no), ("name", child.name)))


def _about_child(child: KnownChild) -> Finding:
    """A child who left may come back; one who is here is not enrolled twice."""
    return Finding.CHILD_KNOWN if child.by_number and child.is_active else Finding.CHILD_ALIKE


def differences_between(known: dict[str, str | None], given: dict[str, str | None]) -> tuple[Difference, ...]:
    """The fields in which an application says something else than the record. What it leaves out is no difference."""
    return tuple(
        Difference(name, known.get(name), text)
        for name in TAKEABLE
        if (text := given.get(name)) and _folded(text) != _folded(known.get(name))
    )


def _folded(text: str | None) -> str:
    return " ".join((text or "").casefold().split())


# --- which section


def choose_sections(
    rule: SectionRule, rooms: Sequence[Room], seekers: Sequence[Seeker]
) -> dict[UUID, UUID | None]:
    """The section of each child, by application, in the order of `seekers`; None where no seat is left for it.

    Who applied for a shift gets a section of that shift or one that names none. `FILL` takes the first section with
    a free seat, `EVEN` the one with the fewest children, `BALANCE` the one with the fewest of the child's gender; what
    is equal goes by the order of the rooms. No section ever gets more children than it has seats.
    """
    now = list(rooms)
    found: dict[UUID, UUID | None] = {}
    for seeker in seekers:
        free = [place for place, room in enumerate(now) if _fits(room, seeker)]
        place = min(free, key=lambda each: (_weight(rule, now[each], seeker), each), default=None)
        found[seeker.application_id] = None if place is None else now[place].section_id
        if place is not None:
            now[place] = _with(now[place], seeker)
    return found


def _fits(room: Room, seeker: Seeker) -> bool:
    return room.taken < room.capacity and (
        seeker.shift is None or room.shift is None or room.shift is seeker.shift
    )


def _weight(rule: SectionRule, room: Room, seeker: Seeker) -> tuple[int, ...]:
    match rule:
        case SectionRule.FILL:
            return ()
        case SectionRule.EVEN:
            return (room.taken,)
        case SectionRule.BALANCE:
            return (getattr(room, _count_of(seeker.gender)), room.taken)


def _count_of(gender: Gender | None) -> str:
    return {Gender.FEMALE: "girls", Gender.MALE: "boys"}.get(gender, "others") if gender else "others"


def _with(room: Room, seeker: Seeker) -> Room:
    name = _count_of(seeker.gender)
    changed: dict[str, Any] = {name: getattr(room, name) + 1}
    return replace(room, **changed)
