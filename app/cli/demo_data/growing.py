"""Growing the demo school to the size of a large one, for measuring.

Nothing here goes through the services: they check, audit and store one act at a time, which is what they are
for, and four million marks would take them hours. What they would refuse must therefore not be made here; a
test looks. Only a school of which nobody exists is grown.

The same seed on the same day gives the same people and marks; keys differ.
"""

from __future__ import annotations

import re
import secrets
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from datetime import time as clock_time
from json import dumps
from math import ceil
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

from app.cli.demo_data import school
from app.cli.demo_data.applications import EARLIER_SCHOOLS, PATHS, REASONS
from app.cli.demo_data.bulk import Bulk
from app.cli.demo_data.names import Part
from app.cli.demo_data.people import Adult, Child, Family, Phones, Registry
from app.db import new_id
from app.domain.academics.rules import Entry, days_between, school_day
from app.domain.academics.types import DayKind
from app.domain.admissions.types import ApplicationStatus as S
from app.domain.kernel.access import Role
from app.domain.kernel.dates import DHAKA
from app.domain.kernel.names import search_key
from app.domain.kernel.references import make_reference, make_student_no
from app.domain.kernel.texts import LocalText
from app.domain.people.types import Gender

STUDENTS = 20_000
MARKS = 4_000_000
SECTION = 39
"""Pupils of a full section; its capacity leaves one seat."""
MODEL = "MYM"
"""The campus whose classes, subjects and calendar the new ones take over, and where those of the logins are."""
SHARES = {"MYM": 0.4, "MUK": 0.2, "TRI": 0.2, "BHA": 0.2}
NEW_CAMPUSES = (
    ("TRI", LocalText("Trishal", "ত্রিশাল", "تريشال"), "ত্রিশাল"),
    ("BHA", LocalText("Bhaluka", "ভালুকা", "بهالوكا"), "ভালুকা"),
)
LETTERS = [
    (en, LocalText(en, bn, ar))
    for en, bn, ar in zip(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "কখগঘঙচছজঝঞটঠডঢণতথদধনপফবভমর", "أبجدهوزحطيكلمنسعفصقرشتثخذض", strict=True
    )
]
OFFICE = (
    (Role.PRINCIPAL, "Principal"),
    (Role.ADMISSIONS_OFFICER, "Admissions officer"),
    (Role.ACCOUNTANT, "Accountant"),
)
STATES = {
    S.SUBMITTED: 30, S.UNDER_REVIEW: 20, S.SHORTLISTED: 12, S.WAITLISTED: 10, S.OFFERED: 8, S.ACCEPTED: 6,
    S.REJECTED: 6, S.WITHDRAWN: 3, S.EXPIRED: 2, S.DRAFT: 3,
}  # fmt: skip
"""Of a hundred applications, how many are where."""
REST_DAYS = (5, 6)


class NotAnInventedSchool(Exception):
    """The school in this database is not, or not only, the demo school as it is loaded."""


STATEMENTS = {
    name: statement.rpartition(";")[0]
    for name, statement in re.findall(
        r"^-- \[(.+)\]\n([^;]*;)",
        Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"),
        re.MULTILINE,
    )
}


@dataclass(slots=True)
class Growth:
    """What was added, by table, and how long each part took in seconds."""

    rows: Counter[str] = field(default_factory=Counter)
    seconds: dict[str, float] = field(default_factory=dict)


@dataclass(slots=True)
class Room:
    """A section of this year: how many may still sit down, and the last roll number given."""

    section_id: UUID
    campus: str
    campus_id: UUID
    year_id: UUID
    level: int
    code: str
    roll: int
    free: int = 0


def grow(
    bulk: Bulk,
    today: date,
    *,
    students: int,
    marks: int,
    seed: int,
    say: Callable[[str], None] = lambda line: None,
) -> Growth:
    """Fill the demo school up to so many students and at least so many marks, in the transaction of `bulk`.

    Raises NotAnInventedSchool, also for one that was grown before.
    """
    grower = _Grower(bulk, today, students, marks, seed, say)
    grower.check()
    grower.run()
    return grower.growth


@contextmanager
def timed(name: str, growth: Growth, say: Callable[[str], None]) -> Iterator[None]:
    """Note and say how long a part took."""
    start = time.perf_counter()
    yield
    growth.seconds[name] = time.perf_counter() - start
    say(f"  {growth.seconds[name]:5.1f} s  {name}")


class _Grower:
    registry: Registry

    def __init__(
        self, bulk: Bulk, today: date, students: int, marks: int, seed: int, say: Callable[[str], None]
    ) -> None:
        self.bulk = bulk
        self.today, self.year = today, today.year
        self.students, self.marks, self.seed = students, marks, seed
        self.rng = Random(seed)  # noqa: S311  # an invented school, not a secret
        self.say = say
        self.growth = Growth()
        self.rooms: list[Room] = []
        self.keys: list[str] = []

    def check(self) -> None:
        """Raise NotAnInventedSchool unless everybody here is invented and the school has its first size."""
        known = {code for (code,) in self.bulk.rows("SELECT code FROM campuses")}
        if self._ask("is real")[0][0] or known != {plan.details.code for plan in school.CAMPUSES}:
            raise NotAnInventedSchool
        self.registry = Registry(self.rng, self.year, Phones(after=self._ask("known phones")[0][0]))

    def run(self) -> None:
        """Every part, in the order in which they stand on each other."""
        for setting, value in (("maintenance_work_mem", "512MB"), ("work_mem", "64MB")):
            self.bulk.run(f"SET LOCAL {setting} = '{value}'")
        for name, part in (
            ("campuses and years", self.add_campuses),
            ("sections", self.add_sections),
            ("staff", self.add_staff),
            ("families and enrolments", self.add_families),
            ("registers and marks", self.add_marks),
            ("keys of the marks", self.bring_back_keys),
            ("applications", self.add_applications),
            ("audit log and letters", self.add_traces),
        ):
            with timed(name, self.growth, self.say):
                part()

    def _copy(self, table: str, columns: str, rows: Sequence[Sequence[object]]) -> None:
        self.growth.rows[table] += self.bulk.copy(table, columns.split(), rows)

    def _fill(self, name: str, /, **values: object) -> None:
        """A statement of `growing.sql` that adds rows, counted by table."""
        table = STATEMENTS[name].partition("INSERT INTO ")[2].split(maxsplit=1)[0]
        self.growth.rows[table] += self.bulk.run(STATEMENTS[name], **values)

    def _ask(self, name: str, /, **values: object) -> list[Any]:
        return self.bulk.rows(STATEMENTS[name], **values)

    # --- the shape

    def add_campuses(self) -> None:
        """Two campuses after the model of the first, and the year before this one at all of them."""
        self._copy(
            "campuses",
            "id code name address rest_days email",
            [
                (new_id(), code, name, name, "{5,6}", f"{code.lower()}@smart-academy.example")
                for code, name, _ in NEW_CAMPUSES
            ],
        )
        new = [code for code, _, _ in NEW_CAMPUSES]
        for name in ("years", "classes", "subjects", "calendar", "cycles", "seats"):
            self._fill(name, model=MODEL, new=new)
        self._add_last_year()

    def _add_last_year(self) -> None:
        before = str(self.year - 1)
        self._fill("last year", before=before, first=f"{before}-01-01", last=f"{before}-12-31")
        years = self._ask("years without terms")
        self._copy(
            "terms",
            "id campus_id academic_year_id name starts_on ends_on",
            [
                (new_id(), campus, key, name, f"{year}-{first}", f"{year}-{last}")
                for campus, key, year in years
                for name, first, last in school.TERMS
            ],
        )
        self._copy(
            "calendar_entries",
            "id campus_id starts_on ends_on kind name",
            [
                (new_id(), campus, first, last, kind.value, name)
                for campus, _, year in years
                if year == before
                for kind, first, last, name in school.entries_of(self.year - 1)
            ],
        )

    def add_sections(self) -> None:
        """As many sections of each class as its share of the school needs, in every year."""
        for code, share in SHARES.items():
            campus, classes, last = self._ask("classes of a campus", code=code)[0]
            wanted = min(len(LETTERS), max(1, ceil(self.students * share / (classes * SECTION))))
            # No section of last year is missing to a child that sits in B this year.
            letters = max(wanted, ord(last) - ord("A") + 1) if last else wanted
            for number, (letter, name) in enumerate(LETTERS[:letters]):
                self._fill(
                    "sections",
                    campus=campus,
                    name=dumps(name.to_dict(), ensure_ascii=False),
                    letter=letter,
                    capacity=school.CAPACITY,
                    everywhere=number < wanted,
                    before=str(self.year - 1),
                )

    # --- the people

    def add_staff(self) -> None:
        """An office for the new campuses, a class teacher for every section, and who teaches what."""
        campuses = {row[0]: row[1] for row in self.bulk.rows("SELECT code, id FROM campuses")}
        posts: list[tuple[UUID, Role, str, UUID | None]] = [
            (campuses[code], role, words, None) for code, _, _ in NEW_CAMPUSES for role, words in OFFICE
        ]
        posts += [
            (campus, Role.TEACHER, "Teacher", section)
            for campus, section in self._ask("sections without a teacher")
        ]
        persons, staff, users, roles, own = [], [], [], [], []
        for (campus, role, words, section), number in zip(
            posts, self.bulk.numbers("employee", len(posts)), strict=True
        ):
            name, gender = self.registry.member_of_staff()
            person, member, user = new_id(), new_id(), new_id()
            email = f"staff{number}@smart-academy.example"
            born_on = date(self.year - self.rng.randrange(26, 58), 1, 1) + timedelta(self.rng.randrange(365))
            persons.append(_person(person, name, gender, born_on, self.registry.phones.next(), email, None))
            joined = date(self.year - self.rng.randrange(1, 15), 1, 1)
            staff.append((member, person, campus, f"E-{number:04d}", words, joined, "active"))
            users.append((user, person, email, None, "en", "active"))
            roles.append((new_id(), user, role.value, campus))
            if section:
                own.append((section, member))
        self._copy("persons", _PERSON, persons)
        self._copy("staff", "id person_id campus_id employee_id designation joined_on status", staff)
        self._copy("users", _USER, users)
        self._copy("user_roles", _ROLE, roles)
        sections, teachers = [section for section, _ in own], [teacher for _, teacher in own]
        self.bulk.run(STATEMENTS["class teachers"], sections=sections, teachers=teachers)
        self.bulk.run(STATEMENTS["class teachers of last year"], before=str(self.year - 1))
        self._fill("lessons", new=teachers)

    def add_families(self) -> None:
        """Families with children of one campus, each in another class, seated in this year and the last."""
        self._find_rooms()
        towns = {plan.details.code: (plan.town_bn, plan.streets) for plan in school.CAMPUSES}
        streets = towns[MODEL][1]
        towns |= {code: (town, streets) for code, _, town in NEW_CAMPUSES}
        families: list[tuple[Family, list[Room]]] = []
        for code in SHARES:
            seats = [room for room in self.rooms if room.campus == code for _ in range(room.free)]
            self.rng.shuffle(seats)
            town, streets = towns[code]
            while seats:
                wanted = self.rng.choices((1, 2, 3), (70, 23, 7))[0]
                chosen: dict[int, Room] = {}
                while seats and len(chosen) < wanted and seats[-1].level not in chosen:
                    room = seats.pop()
                    chosen[room.level] = room
                families.append((self.registry.family(list(chosen), streets, town), list(chosen.values())))
        self._store(families)

    def _find_rooms(self) -> None:
        """Every section of this year, with the seats that bring each campus to its share of the school."""
        taken = {}
        for *room, count in self._ask("rooms"):
            self.rooms.append(Room(*room))
            taken[room[0]] = count
        missing = self.students - self.bulk.value("SELECT count(*) FROM students")
        have = {code: sum(taken[r.section_id] for r in self.rooms if r.campus == code) for code in SHARES}
        wanted = {code: max(0.0, self.students * share - have[code]) for code, share in SHARES.items()}
        for code in SHARES:
            rooms = [room for room in self.rooms if room.campus == code]
            for _ in range(max(0, round(missing * wanted[code] / (sum(wanted.values()) or 1)))):
                room = min(rooms, key=lambda r: taken[r.section_id] + r.free)
                room.free += 1

    def _store(self, families: list[tuple[Family, list[Room]]]) -> None:
        numbers = self._student_numbers(families)
        before = {
            (row[0], row[1], row[2]): (row[3], row[4])
            for row in self._ask("rooms of last year", before=str(self.year - 1))
        }
        persons, students, enrolments = [], [], []
        guardians, links, users, roles = [], [], [], []
        for family, rooms in families:
            keys = []
            for child, room in zip(family.children, rooms, strict=True):
                person, student = new_id(), new_id()
                keys.append(student)
                persons.append(
                    _person(person, child.name, child.gender, child.born_on, None, None, family.address)
                )
                admitted, number = next(numbers)
                students.append((student, person, room.campus_id, number, admitted, "active"))
                room.roll += 1
                seats = [(room.section_id, room.year_id, self.year)]
                last = before.get((room.campus_id, room.level - 1, room.code))
                if last and admitted.year < self.year:
                    seats.append((*last, self.year - 1))
                enrolments += [
                    (
                        new_id(),
                        room.campus_id,
                        year_id,
                        section,
                        student,
                        room.roll,
                        "active",
                        date(year, 1, 1),
                    )
                    for section, year_id, year in seats
                ]
            for place, adult in enumerate(family.adults):
                person, guardian, user = new_id(), new_id(), new_id()
                persons.append(
                    _person(person, adult.name, adult.gender, None, adult.phone, None, family.address)
                )
                guardians.append((guardian, person, adult.occupation))
                users.append((user, person, None, adult.phone, "bn", "active"))
                roles.append((new_id(), user, Role.GUARDIAN.value, None))
                links += [(new_id(), key, guardian, adult.relationship.value, place == 0) for key in keys]
        self._copy("persons", _PERSON, persons)
        self._copy("students", "id person_id campus_id student_no admitted_on status", students)
        self._copy(
            "enrolments",
            "id campus_id academic_year_id section_id student_id roll_number status enrolled_on",
            enrolments,
        )
        self._copy("guardians", "id person_id occupation", guardians)
        self._copy("student_guardians", "id student_id guardian_id relationship is_primary", links)
        self._copy("users", _USER, users)
        self._copy("user_roles", _ROLE, roles)

    def _student_numbers(self, families: list[tuple[Family, list[Room]]]) -> Iterator[tuple[date, str]]:
        """For each child in turn when it was admitted and its number, from the counters of those years."""
        years = [self.year - self.rng.randrange(0, room.level + 3) for _, rooms in families for room in rooms]
        series = {
            year: iter(self.bulk.numbers(f"student-{year}", count))
            for year, count in sorted(Counter(years).items())
        }
        for year in years:
            yield date(year, 1, 1), make_student_no(year, next(series[year]))

    # --- the days

    def add_marks(self) -> None:
        """Registers of this year's school days up to yesterday, and as many of last year's as are needed."""
        seated = {row[0]: row[1] for row in self._ask("seated")}
        days: list[date] = []
        for year in (self.year, self.year - 1):
            last = min(date(year, 12, 31), self.today - timedelta(1))
            for day in reversed(school_days(date(year, 1, 1), last)):
                if sum(seated.get(str(d.year), 0) for d in days) >= self.marks:
                    break
                days.append(day)
        known: dict[date, list[UUID]] = {}
        for day, pupil in self.bulk.rows("SELECT date, student_id FROM attendance"):
            known.setdefault(day, []).append(pupil)
        for table in ("enrolments", "sections", "students", "staff", "users"):
            self.bulk.run(f"ANALYZE {table}")  # what was added is planned for as what it is now
        # Its triggers keep each child's months, line by line and by the keys; here all are counted once, at the end.
        self.bulk.run("ALTER TABLE attendance DISABLE TRIGGER USER")
        self.keys = self.bulk.drop_keys("attendance")
        for day in sorted(days):
            self._add_day(day, known.get(day, []))

    def bring_back_keys(self) -> None:
        """The keys and indexes that were in the way; every mark is checked against them."""
        for statement in self.keys:
            self.bulk.run(statement)
        self.bulk.run("ALTER TABLE attendance ENABLE TRIGGER USER")
        self.bulk.run("DELETE FROM attendance_months")
        self._fill("months")

    def _add_day(self, day: date, known: list[UUID]) -> None:
        at = datetime.combine(day, clock_time(10, 5), DHAKA)
        self._fill("registers", day=day, year=str(day.year), at=at)
        self._fill("marks", day=day, name=day.isoformat(), seed=self.seed, known=known)

    # --- who wants to come

    def add_applications(self) -> None:
        """Applications for the open classes, a quarter of as many as there are students."""
        places = self._ask("places to apply for")
        count = self.students // 4
        states = self.rng.choices(list(STATES), list(STATES.values()), k=count)
        chosen = self.rng.choices(places, [SHARES[place[0]] for place in places], k=count)
        references = {
            year: iter(self.bulk.numbers(f"application-{year}", number))
            for year, number in Counter(
                place[5] for place, state in zip(chosen, states, strict=True) if state is not S.DRAFT
            ).items()
        }
        registry = Registry(self.rng, self.year + 1, self.registry.phones)
        rows, events = [], []
        streets, town = school.CAMPUSES[0].streets, school.CAMPUSES[0].town_bn
        for (_, campus, cycle, class_id, level, year, officer), state in zip(chosen, states, strict=True):
            family = registry.family([level], streets, town)
            at = datetime.combine(self.today - timedelta(1), clock_time(8), DHAKA) - timedelta(
                minutes=self.rng.randrange(17 * 24 * 60)
            )
            key = new_id()
            reference = make_reference(year, next(references[year])) if state is not S.DRAFT else None
            rows.append(
                self._application(key, campus, cycle, class_id, family, state, reference, at, officer)
            )
            events += _history(key, state, at, officer)
        self._copy("admission_applications", _APPLICATION, rows)
        self._copy(
            "application_events", "id application_id at kind user_id from_status to_status details", events
        )

    def _application(
        self,
        key: UUID,
        campus: UUID,
        cycle: UUID,
        class_id: UUID,
        family: Family,
        state: S,
        reference: str | None,
        at: datetime,
        officer: UUID,
    ) -> tuple[object, ...]:
        child, adult = family.children[0], family.adults[0]
        is_decided = state in PATHS
        return (
            key, campus, cycle, class_id, reference, secrets.token_hex(32), "bn", state.value,
            child.name.en, child.name.bn, child.name.ar or None, child.born_on, child.gender.value,
            f"{child.born_on.year}{self.rng.randrange(10**13):013d}",
            adult.name.bn, adult.relationship.value, adult.phone, family.address, "Mymensingh",
            self.rng.choice(EARLIER_SCHOOLS),
            at if reference else None,
            at + timedelta(hours=5) if is_decided else None,
            officer if is_decided else None,
            REASONS.get(state, {}).get("bn"),
            _searched(child, adult, reference),
        )  # fmt: skip

    # --- what the school keeps about its own work

    def add_traces(self) -> None:
        """Audit entries of the registers, students and applications, and the letters of the applications."""
        for name in ("traces of registers", "traces of students", "traces of applications", "letters"):
            self._fill(name)


def school_days(first: date, last: date) -> list[date]:
    """The days between on which the school is open; both years have the calendar of `school.entries_of`."""
    entries: list[Entry] = [_Span(*entry) for entry in school.entries_of(first.year)]
    return [day for day in days_between(first, last) if school_day(day, REST_DAYS, entries).is_school_day]


@dataclass(frozen=True, slots=True)
class _Span:
    kind: DayKind
    starts_on: date
    ends_on: date
    name: LocalText


def _person(
    key: UUID,
    name: Part,
    gender: Gender,
    born_on: date | None,
    phone: str | None,
    email: str | None,
    address: str | None,
) -> tuple[object, ...]:
    found_by = search_key(name.en, name.bn, name.ar)
    return key, name.en, name.bn, name.ar or None, gender.value, born_on, phone, email, address, found_by


def _searched(child: Child, adult: Adult, reference: str | None) -> str:
    return search_key(child.name.en, child.name.bn, child.name.ar, adult.name.bn, reference)


def _history(key: UUID, state: S, at: datetime, officer: UUID) -> list[tuple[object, ...]]:
    """What the family and the office did, as the history of the application tells it."""
    lines: list[tuple[object, ...]] = [
        (new_id(), key, at - timedelta(minutes=20), "started", None, None, None, {"version": 1})
    ]
    if state is S.DRAFT:
        return lines
    before = S.DRAFT
    for number, after in enumerate((S.SUBMITTED, *PATHS.get(state, ()))):
        kind, by = ("decided", officer) if number else ("submitted", None)
        moment = at + timedelta(hours=number)
        lines.append((new_id(), key, moment, kind, by, before.value, after.value, {"version": 2 + number}))
        before = after
    if state is S.WITHDRAWN:
        moment = at + timedelta(hours=9)
        lines.append((new_id(), key, moment, "withdrawn", None, before.value, state.value, {"version": 3}))
    return lines


_PERSON = "id name_en name_bn name_ar gender born_on phone email address search_key"
_USER = "id person_id email phone locale status"
_ROLE = "id user_id role campus_id"
_APPLICATION = (
    "id campus_id cycle_id class_id reference token_hash locale status child_name_en child_name_bn child_name_ar"
    " born_on gender birth_registration_no guardian_name_bn relationship phone address district previous_school"
    " submitted_at decided_at decided_by decision_reason search_key"
)
