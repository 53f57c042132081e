"""What a bundle is made of, and what it says once its rows have been put together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


class BrokenBundle(Exception):
    """The bundle as a whole cannot be used. The text is one sentence for whoever runs the import."""


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where something stands: a file of the bundle and the line on which its row begins, from 1."""

    file: str
    line: int

    def __str__(self) -> str:
        """Return it as editors jump to it: `users.csv:17`."""
        return f"{self.file}:{self.line}"


class Verdict(StrEnum):
    """What became of a row that makes nothing."""

    REFUSED = "refused"
    SKIPPED = "skipped"
    NOTED = "noted"
    """The row is used, but a part of it is not."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to tell about a row: what it was about to be, and why it is not."""

    place: Place
    verdict: Verdict
    kind: str
    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Bundle:
    """The text of the files that the manifest declares, and the version they are written in."""

    version: str
    files: Mapping[str, str]
    findings: tuple[Finding, ...] = ()


# --- the plan: the bundle's own words, with every reference followed


@dataclass(frozen=True, slots=True)
class School:
    """An organisation of type school."""

    place: Place
    source_id: str
    name: str
    identifier: str


@dataclass(frozen=True, slots=True)
class Year:
    """A school year as one school has it."""

    place: Place
    source_id: str
    school_id: str
    title: str
    starts_on: date
    ends_on: date


@dataclass(frozen=True, slots=True)
class Term:
    """A term, semester or grading period of a school year as one school has it."""

    place: Place
    source_id: str
    school_id: str
    year_id: str
    title: str
    starts_on: date
    ends_on: date


@dataclass(frozen=True, slots=True)
class HomeRoom:
    """A class of type homeroom: the children who are taught together."""

    place: Place
    source_id: str
    school_id: str
    year_id: str
    grade: str
    title: str
    code: str


@dataclass(frozen=True, slots=True)
class Subject:
    """A course as one school teaches it."""

    place: Place
    source_id: str
    school_id: str
    title: str
    code: str
    grades: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """A class of type scheduled: the children who are taught one subject together."""

    place: Place
    source_id: str
    school_id: str
    year_id: str
    course_id: str
    title: str
    code: str


@dataclass(frozen=True, slots=True)
class User:
    """A person, with what they are and at which school they are it."""

    place: Place
    source_id: str
    given_name: str
    middle_name: str
    family_name: str
    is_enabled: bool
    email: str
    phones: tuple[str, ...]
    student_at: str | None = None
    guardian_at: str | None = None
    staff_at: str | None = None
    staff_role: str = ""
    demographics_place: Place | None = None
    birth_date: date | None = None
    sex: str = ""

    @property
    def full_name(self) -> str:
        """The parts of the name in the order they are said."""
        return " ".join(part for part in (self.given_name, self.middle_name, self.family_name) if part)

    @property
    def is_teacher(self) -> bool:
        """Whether the bundle calls them a teacher."""
        return self.staff_role == "teacher"


@dataclass(frozen=True, slots=True)
class GuardianLink:
    """A guardian answers for a student, whichever of the two rows says so."""

    place: Place
    student_id: str
    guardian_id: str


@dataclass(frozen=True, slots=True)
class Seat:
    """A student in a home room."""

    place: Place
    source_id: str
    user_id: str
    room_id: str
    begins_on: date | None
    ends_on: date | None


@dataclass(frozen=True, slots=True)
class HeadTeacher:
    """The teacher of a home room."""

    place: Place
    user_id: str
    room_id: str


@dataclass(frozen=True, slots=True)
class Membership:
    """A student or a teacher in a scheduled class."""

    place: Place
    user_id: str
    group_id: str


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything a bundle asks for, in the order in which it can be made."""

    schools: list[School] = field(default_factory=list)
    years: list[Year] = field(default_factory=list)
    terms: list[Term] = field(default_factory=list)
    rooms: list[HomeRoom] = field(default_factory=list)
    subjects: list[Subject] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    users: list[User] = field(default_factory=list)
    links: list[GuardianLink] = field(default_factory=list)
    seats: list[Seat] = field(default_factory=list)
    head_teachers: list[HeadTeacher] = field(default_factory=list)
    group_students: list[Membership] = field(default_factory=list)
    group_teachers: list[Membership] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
