"""Building the demo school: everything through the services of each feature, everything from one seed.

Two loads with the same seed on the same day give the same people, marks and texts; only keys and passwords
differ. It is one transaction: the school is whole or not there.
"""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from datetime import time as clock_time
from random import Random
from uuid import UUID

from app.cli.demo_data import school, site, weeks
from app.cli.demo_data.applications import PLANS, Applicants, Desk
from app.cli.demo_data.chosen import Chosen, Office, Sizes, mark_the_way
from app.cli.demo_data.cycles import open_cycle
from app.cli.demo_data.leave import FAMILIES_THAT_ASK, Parent, ask_and_answer
from app.cli.demo_data.names import Part
from app.cli.demo_data.people import Adult, Child, Family, Registry
from app.domain.academics.queries import last_school_days, list_campuses, school_days_between
from app.domain.academics.services import (
    add_campus,
    add_class,
    add_entry,
    add_section,
    add_subject,
    add_term,
    add_year,
    assign_teacher,
    enrol_student,
)
from app.domain.academics.types import (
    ClassDetails,
    EntryDetails,
    RegisterKind,
    SectionDetails,
    SubjectDetails,
    TermDetails,
    YearDetails,
)
from app.domain.accounts.passwords import hash_password
from app.domain.accounts.services import create_user
from app.domain.admissions.desk.queries import list_queue
from app.domain.admissions.desk.types import QueueFilter
from app.domain.attendance.concerns.services import look
from app.domain.attendance.services import import_registers
from app.domain.attendance.types import AttendanceStatus, TakenRegister
from app.domain.cms.services import add_notice, add_page, publish_notice, publish_page
from app.domain.kernel import clock
from app.domain.kernel.access import SYSTEM, Actor, Grant, Role
from app.domain.kernel.dates import DHAKA, format_date
from app.domain.kernel.digits import to_local_digits
from app.domain.kernel.locales import LOCALES
from app.domain.kernel.texts import LocalText
from app.domain.people.services import add_guardian, add_person, add_staff, add_student, link_guardian
from app.domain.people.types import Gender
from app.uow import transaction

SCHOOL_DAYS = 60
SEED = 2026

NOBODY = UUID(int=0)

Seat = tuple[int, str]
"""A section by the level of its class and its letter."""


@dataclass(frozen=True, slots=True)
class Login:
    """Somebody who can sign in, with the password of this installation."""

    role: str
    name: str
    email: str | None
    phone: str | None
    password: str
    campus: str | None


@dataclass(frozen=True, slots=True)
class Worker:
    """A member of staff and the account."""

    staff_id: UUID
    user_id: UUID
    name: Part


@dataclass(slots=True)
class Pupil:
    """A child of a family, and the keys it gets."""

    child: Child
    address: str
    person_id: UUID = NOBODY
    student_id: UUID = NOBODY


@dataclass(slots=True)
class Place:
    """A campus while it is filled."""

    plan: school.CampusPlan
    id: UUID
    year_id: UUID
    next_year_id: UUID
    cycle_id: UUID = NOBODY
    """The admission cycle that is open."""
    classes: dict[int, UUID] = field(default_factory=dict)
    sections: dict[Seat, UUID] = field(default_factory=dict)
    next_sections: dict[int, UUID] = field(default_factory=dict)
    """The first section of each class in the next year, by level."""
    taught: dict[Seat, list[weeks.Pair]] = field(default_factory=dict)
    """Who teaches what in each section."""
    teachers: dict[Seat, Worker] = field(default_factory=dict)
    spare_teachers: list[Worker] = field(default_factory=list)
    pupils: dict[Seat, list[UUID]] = field(default_factory=dict)
    officer: Worker | None = None
    principal: Worker | None = None

    @property
    def code(self) -> str:
        """The short code of the campus."""
        return self.plan.details.code


@dataclass(slots=True)
class Result:
    """What was loaded, how long each part took (seconds), and who can sign in.

    `busy_seconds` is the processor time of this process, which does not grow when others use the machine too.
    """

    logins: list[Login] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    busy_seconds: float = 0.0


def is_empty() -> bool:
    """Whether there is no school in the database yet."""
    return not list_campuses(SYSTEM)


def load(
    today: date, *, seed: int = SEED, say: Callable[[str], None] = lambda line: None, share: float = 1.0
) -> Result:
    """Make the demo school as it stands on `today`. The database holds no school before.

    `share` of the usual pupils sit in each section, for tests that need a school and not its size; where it is
    less than 1, every fourth of the usual families applies.
    """
    loader = Loader(today, seed, say, share)
    started = time.process_time()
    with transaction():
        loader.run()
    loader.result.busy_seconds = time.process_time() - started
    return loader.result


def new_password() -> str:
    """Twelve signs that cannot be mistaken for one another, in groups of four."""
    signs = "abcdefghjkmnpqrstuvwxyz23456789"  # pragma: allowlist secret - an alphabet
    return "-".join("".join(secrets.choice(signs) for _ in range(4)) for _ in range(3))


class Loader:
    """The parts of the school in the order in which they stand on each other."""

    def __init__(self, today: date, seed: int, say: Callable[[str], None], share: float) -> None:
        self.today = today
        self.seed = seed
        self.share = share
        self.year = today.year
        self.rng = Random(seed)  # noqa: S311  # an invented school, not a secret
        self.registry = Registry(self.rng, self.year)
        self.say = say
        self.result = Result()
        self.places: list[Place] = []
        self.emails: set[str] = set()
        self.known_guardian: Adult | None = None
        self.parents: list[Parent] = []

    def run(self) -> None:
        """Load everything, part by part."""
        parts: list[tuple[str, Callable[[], None]]] = [
            ("campuses, years, classes", self.load_places),
            ("staff", self.load_staff),
            ("sections, subjects, teachers", self.load_sections),
            ("families and enrolments", self.load_families),
            ("calendar", self.load_calendar),
            ("timetable", self.load_timetable),
            ("attendance", self.load_attendance),
            ("leave", self.load_leave),
            ("pages and notices", self.load_site),
            ("admission and applications", self.load_admission),
            ("a draw, offers and a test", self.load_chosen),
        ]
        for name, part in parts:
            with self._timed(name):
                part()

    @contextmanager
    def _timed(self, name: str) -> Iterator[None]:
        start = time.perf_counter()
        yield
        self.result.seconds[name] = time.perf_counter() - start
        self.say(f"  {self.result.seconds[name]:5.1f} s  {name}")

    def _count(self, what: str, number: int = 1) -> None:
        self.result.counts[what] = self.result.counts.get(what, 0) + number

    # --- the shape

    def load_places(self) -> None:
        """Campuses with this year and the next, terms, classes."""
        for plan in school.CAMPUSES:
            campus = add_campus(SYSTEM, plan.details)
            place = Place(
                plan, campus, self._add_year(campus, self.year), self._add_year(campus, self.year + 1)
            )
            for level in plan.sections:
                code, name = school.CLASSES[level]
                place.classes[level] = add_class(SYSTEM, campus, ClassDetails(code, name, level))
            self.places.append(place)
            self._count("campuses")

    def _add_year(self, campus_id: UUID, year: int) -> UUID:
        details = YearDetails(str(year), date(year, 1, 1), date(year, 12, 31), is_current=year == self.year)
        year_id = add_year(SYSTEM, campus_id, details)
        for name, first, last in school.TERMS:
            days = (date.fromisoformat(f"{year}-{first}"), date.fromisoformat(f"{year}-{last}"))
            add_term(SYSTEM, year_id, TermDetails(name, *days))
        return year_id

    def load_staff(self) -> None:
        """The office and the teachers. Everybody has an account; only those in the list of logins a password."""
        main, other = self.places
        self._hire(main, Role.ADMIN, "Administrator", email="admin", login=True, everywhere=True)
        main.principal = self._hire(
            main, Role.PRINCIPAL, "Principal", email="principal", login=True, woman=True
        )
        main.officer = self._hire(
            main, Role.ADMISSIONS_OFFICER, "Admissions officer", email="admissions", login=True, woman=True
        )
        self._hire(main, Role.ACCOUNTANT, "Accountant", email="accountant", login=True)
        self._hire(main, Role.EDITOR, "Editor", email="editor", login=True, woman=True)
        self._hire(other, Role.PRINCIPAL, "Principal", email="principal.muktagachha")
        other.officer = self._hire(
            other, Role.ADMISSIONS_OFFICER, "Admissions officer", email="admissions.muktagachha"
        )
        self._hire(other, Role.ACCOUNTANT, "Accountant", email="accountant.muktagachha")
        for place, shown in ((main, (7, "A")), (other, (6, "A"))):
            suffix = "" if place is main else ".muktagachha"
            for level, letters in place.plan.sections.items():
                for letter in letters:
                    is_shown = (level, letter) == shown
                    place.teachers[level, letter] = self._hire(
                        place,
                        Role.TEACHER,
                        "Teacher",
                        email=f"teacher{suffix}" if is_shown else None,
                        login=is_shown,
                        woman=True if level <= 0 else None,
                    )
        main.spare_teachers = [self._hire(main, Role.TEACHER, "Teacher") for _ in range(5)]

    def _hire(
        self,
        place: Place,
        role: Role,
        designation: str,
        *,
        email: str | None = None,
        login: bool = False,
        everywhere: bool = False,
        woman: bool | None = None,
    ) -> Worker:
        name, gender = self.registry.member_of_staff(woman=woman)
        address = self._free_email(email or name.en)
        person = self._add_person(
            name, gender, phone=self.registry.phones.next(), email=address, born_on=self._grown_up()
        )
        joined = date(self.year - self.rng.randrange(1, 15), 1, 1)
        staff_id = add_staff(SYSTEM, person, place.id, designation=designation, joined_on=joined)
        password = new_password() if login else None
        user_id = create_user(
            SYSTEM,
            person,
            email=address,
            phone=None,
            locale="en",
            roles=[(role, None if everywhere else place.id)],
            password_hash=hash_password(password) if password else None,
        )
        if password:
            self._note_login(role, name, address, None, password, None if everywhere else place)
        self._count("staff")
        return Worker(staff_id, user_id, name)

    def _note_login(
        self, role: Role, name: Part, email: str | None, phone: str | None, password: str, place: Place | None
    ) -> None:
        campus = place.plan.details.name.en if place else None
        self.result.logins.append(Login(role.value, name.en, email, phone, password, campus))

    def _free_email(self, wanted: str) -> str:
        words = "".join(c if c.isalnum() else " " for c in wanted.lower().replace("md.", "")).split()
        base = wanted if "." in wanted and " " not in wanted else ".".join(words)
        number = 1
        while (address := f"{base}{number if number > 1 else ''}@smart-academy.example") in self.emails:
            number += 1
        self.emails.add(address)
        return address

    def _grown_up(self) -> date:
        return date(self.year - self.rng.randrange(26, 58), 1, 1) + timedelta(self.rng.randrange(365))

    def _add_person(
        self,
        name: Part,
        gender: Gender,
        *,
        born_on: date | None = None,
        phone: str | None = None,
        email: str | None = None,
        address: str | None = None,
    ) -> UUID:
        return add_person(
            SYSTEM,
            name_en=name.en,
            name_bn=name.bn,
            name_ar=name.ar or None,
            gender=gender,
            born_on=born_on,
            phone=phone,
            email=email,
            address=address,
        )

    def load_sections(self) -> None:
        """Sections of both years, subjects under their codes, who teaches what."""
        for place in self.places:
            for level, letters in place.plan.sections.items():
                subjects = [
                    add_subject(SYSTEM, place.id, SubjectDetails(code, name, place.classes[level]))
                    for code, name in school.subjects_of(level)
                ]
                if level >= 9:
                    for code, name in school.OPTIONAL:
                        details = SubjectDetails(code, name, place.classes[level], is_mandatory=False)
                        subjects.append(add_subject(SYSTEM, place.id, details))
                self._count("subjects", len(subjects))
                for letter in letters:
                    self._add_section(place, level, letter, subjects)

    def _add_section(self, place: Place, level: int, letter: str, subjects: list[UUID]) -> None:
        name, shift = school.SECTION_NAMES[letter], school.shift_of(level)
        teacher = place.teachers[level, letter]
        for year_id, class_teacher in ((place.year_id, teacher.staff_id), (place.next_year_id, None)):
            details = SectionDetails(letter, name, school.CAPACITY, shift, class_teacher)
            if class_teacher and place is self.places[0] and (level, letter) in school.KEEPS_PERIODS:
                details = replace(details, register_kind=RegisterKind.PERIODS, has_check_in=True)
            key = add_section(SYSTEM, place.classes[level], year_id, details)
            if year_id == place.year_id:
                place.sections[level, letter] = key
            else:
                place.next_sections.setdefault(level, key)
        self._count("sections")
        if level <= 0:
            others = [teacher]
        else:
            others = [t for (at, _), t in place.teachers.items() if at > 0 and abs(at - level) <= 3]
            others += place.spare_teachers
        for number, subject in enumerate(subjects):
            one = teacher if number < 2 else self.rng.choice(others)
            assign_teacher(SYSTEM, place.sections[level, letter], subject, one.staff_id)
            place.taught.setdefault((level, letter), []).append((subject, one.staff_id))

    def load_timetable(self) -> None:
        """Bell times, the weeks of the older classes, and somebody who stands in."""
        for place in self.places:
            weeks.ring_bells(place.id, dict.fromkeys(map(school.shift_of, place.plan.sections)))
            older = [
                (place.sections[seat], place.teachers[seat].staff_id, pairs)
                for seat, pairs in place.taught.items()
                if seat[0] >= school.FIRST_WITH_LESSONS
            ]
            rng = Random(self.seed)  # noqa: S311  # an invented school, not a secret
            self._count("lessons", weeks.fill_weeks(older, place.plan.details.rest_days, rng))
        main = self.places[0]
        weeks.name_somebody(main.id, main.teachers[8, "A"].staff_id, self.today)

    # --- the people

    def load_families(self) -> None:
        """Families with one to three children at one campus, each child in another class."""
        for place in self.places:
            seats = self._seats(place)
            rows: dict[Seat, list[Pupil]] = {seat: [] for seat in seats}
            is_main = place is self.places[0]
            # The two families that can sign in have a child with the teacher who can.
            chosen: list[list[Seat]] = [[(7, "A"), (4, "A")], [(7, "A")]] if is_main else []
            families = [self._family(place, some, seats, rows) for some in chosen]
            while any(seats.values()):
                families.append(self._family(place, self._choose(seats), seats, rows))
            for seat in rows:
                self._enrol(place, seat, rows[seat])
            for number, family in enumerate(families):
                self._store_family(family, place, login=number < len(chosen))
            if is_main:
                self._open_student_account(families[0][1][0])
                self.known_guardian = families[0][0].adults[0]

    def _seats(self, place: Place) -> dict[Seat, int]:
        about = place.plan.pupils
        return {
            (level, letter): max(2, round((about + self.rng.randrange(-3, 4)) * self.share))
            for level, letters in place.plan.sections.items()
            for letter in letters
        }

    def _choose(self, seats: dict[Seat, int]) -> list[Seat]:
        """Where the children of the next family sit: the emptier a section, the likelier."""
        free = [seat for seat, number in seats.items() if number]
        wanted = self.rng.choices((1, 2, 3), (70, 23, 7))[0]
        chosen: list[Seat] = []
        while free and len(chosen) < wanted:
            seat = self.rng.choices(free, [seats[one] for one in free])[0]
            chosen.append(seat)
            free = [one for one in free if one[0] != seat[0]]
        return chosen

    def _family(
        self, place: Place, chosen: list[Seat], seats: dict[Seat, int], rows: dict[Seat, list[Pupil]]
    ) -> tuple[Family, list[Pupil]]:
        family = self.registry.family([level for level, _ in chosen], place.plan.streets, place.plan.town_bn)
        pupils = []
        for seat, child in zip(chosen, family.children, strict=True):
            seats[seat] -= 1
            pupil = Pupil(child, family.address)
            rows[seat].append(pupil)
            pupils.append(pupil)
        return family, pupils

    def _enrol(self, place: Place, seat: Seat, pupils: list[Pupil]) -> None:
        """Seat the pupils of a section; the roll numbers are those of last year's merit list."""
        self.rng.shuffle(pupils)
        for roll_number, pupil in enumerate(pupils, start=1):
            child = pupil.child
            person = self._add_person(child.name, child.gender, born_on=child.born_on, address=pupil.address)
            admitted = date(self.year - self.rng.randrange(0, seat[0] + 3), 1, 1)
            pupil.student_id = add_student(SYSTEM, person, place.id, admitted_on=admitted)
            pupil.person_id = person
            enrol_student(
                SYSTEM,
                pupil.student_id,
                place.sections[seat],
                enrolled_on=date(self.year, 1, 1),
                roll_number=roll_number,
            )
            place.pupils.setdefault(seat, []).append(pupil.student_id)
        self._count("students", len(pupils))

    def _store_family(self, known: tuple[Family, list[Pupil]], place: Place, *, login: bool) -> None:
        family, pupils = known
        for number, adult in enumerate(family.adults):
            person = self._add_person(
                adult.name, adult.gender, phone=adult.phone, address=family.address, born_on=None
            )
            guardian = add_guardian(SYSTEM, person, occupation=adult.occupation)
            password = new_password() if login and number == 0 else None
            user = create_user(
                SYSTEM,
                person,
                email=None,
                phone=adult.phone,
                locale="bn",
                roles=[(Role.GUARDIAN, None)],
                password_hash=hash_password(password) if password else None,
            )
            if number == 0 and place is self.places[0] and len(self.parents) < FAMILIES_THAT_ASK:
                actor = Actor(user, person, adult.name.en, "bn", (Grant(Role.GUARDIAN),))
                self.parents.append((actor, [pupil.student_id for pupil in pupils]))
            if password:
                self._note_login(Role.GUARDIAN, adult.name, None, adult.phone, password, place)
            for pupil in pupils:
                link_guardian(SYSTEM, pupil.student_id, guardian, adult.relationship, is_primary=number == 0)
            self._count("guardians")
        self._count("families")

    def _open_student_account(self, pupil: Pupil) -> None:
        password, email = new_password(), self._free_email("student")
        create_user(
            SYSTEM,
            pupil.person_id,
            email=email,
            phone=None,
            locale="bn",
            roles=[(Role.STUDENT, None)],
            password_hash=hash_password(password),
        )
        self._note_login(Role.STUDENT, pupil.child.name, email, None, password, self.places[0])

    # --- the days

    def load_calendar(self) -> None:
        """Holidays and events of this year and the next."""
        for place in self.places:
            for year in (self.year, self.year + 1):
                for kind, first, last, name in school.entries_of(year):
                    add_entry(SYSTEM, place.id, EntryDetails(kind, name, first, last))
                    self._count("calendar entries")

    def load_attendance(self) -> None:
        """The registers of the last school days up to yesterday, as class teachers took them."""
        for place in self.places:
            days = last_school_days(place.id, self.today - timedelta(1), SCHOOL_DAYS)
            days = [day for day in days if day.year == self.year]
            registers = [
                TakenRegister(
                    section_id=place.sections[seat],
                    on=day,
                    taken_by=place.teachers[seat].user_id,
                    taken_at=datetime.combine(day, self._morning(seat), DHAKA),
                    marks=marks,
                )
                for seat, pupils in place.pupils.items()
                for day, marks in self._marks(pupils, days)
            ]
            self._count("registers", import_registers(SYSTEM, place.id, registers))
            self._count("marks", sum(len(register.marks) for register in registers))
            self._count("concerns", look(SYSTEM, place.id))

    def load_leave(self) -> None:
        """Absences that families announced, asked for or explained at the first campus, in every state."""
        place = self.places[0]
        before = last_school_days(place.id, self.today - timedelta(1), 9)
        after = school_days_between(place.id, self.today, self.today + timedelta(30))
        with clock.stopped_at(datetime.combine(self.today, clock_time(8), DHAKA)):
            self._count("cases of leave", ask_and_answer(self.parents, before, after))

    def _morning(self, seat: Seat) -> clock_time:
        hour = 8 if seat[0] <= 2 else 10
        return clock_time(hour, self.rng.randrange(5, 25), self.rng.randrange(60))

    def _marks(
        self, pupils: list[UUID], days: list[date]
    ) -> Iterator[tuple[date, dict[UUID, AttendanceStatus]]]:
        """Nine in ten are there on a day; some pupils are away far more often than the others."""
        absent = {pupil: 0.22 if self.rng.random() < 0.08 else 0.035 for pupil in pupils}
        for day in days:
            marks = {}
            for pupil in pupils:
                luck = self.rng.random()
                if luck < absent[pupil]:
                    marks[pupil] = AttendanceStatus.ABSENT
                elif luck < absent[pupil] + 0.018:
                    marks[pupil] = AttendanceStatus.LATE
                elif luck < absent[pupil] + 0.03:
                    marks[pupil] = AttendanceStatus.EXCUSED
                else:
                    marks[pupil] = AttendanceStatus.PRESENT
            yield day, marks

    # --- what the public reads

    @property
    def admission(self) -> tuple[date, date]:
        """The first and the last day of the open admission cycle."""
        return self.today - timedelta(19), self.today + timedelta(20)

    def load_site(self) -> None:
        """Pages, and notices on days that lie behind."""
        words = {locale: self._words(locale) for locale in LOCALES}
        codes = {place.code: place.id for place in self.places}
        for text in site.PAGES:
            key = add_page(
                SYSTEM, slug=text.slug, title=filled(text.title, words), content=filled(text.content, words)
            )
            publish_page(SYSTEM, key, on=self.today - timedelta(text.days_ago))
            self._count("pages")
        for text in site.NOTICES:
            key = add_notice(
                SYSTEM,
                slug=text.slug,
                title=filled(text.title, words),
                content=filled(text.content, words),
                campus_id=codes[text.campus] if text.campus else None,
            )
            publish_notice(SYSTEM, key, on=self.today - timedelta(text.days_ago))
            self._count("notices")

    # --- who wants to come

    def load_admission(self) -> None:
        """Admission for the next year, open now, and applications in every state."""
        opens, closes = self.admission
        desks = []
        for place in self.places:
            seats = {place.classes[level]: (level, count) for level, count in place.plan.seats.items()}
            place.cycle_id = open_cycle(place.next_year_id, date(self.year + 1, 1, 1), opens, closes, seats)
            self._count("admission cycles")
            desks.append(_desk(place))
        if self.known_guardian is None:
            raise LookupError("families come before applications")
        applicants = Applicants(
            self.rng,
            Registry(self.rng, self.year + 1, self.registry.phones),
            desks,
            self.today,
            PLANS if self.share == 1 else PLANS[::4],
        )
        self._count("applications", applicants.apply_all(self.known_guardian))

    def load_chosen(self) -> None:
        """Places of this year at the first campus: a class that was drawn, one that will be, one that is tested."""
        place = self.places[0]
        desk = _desk(place)
        office = Office(
            desk,
            _actor(place.principal, Role.PRINCIPAL, place),
            _actor(place.teachers[7, "A"], Role.TEACHER, place),
        )
        registry = Registry(Random(self.seed), self.year, self.registry.phones)  # noqa: S311  # as above
        sizes = Sizes() if self.share == 1 else Sizes(5, 2, 4)
        chosen = Chosen(self.seed, registry, office, self.today, sizes)
        self._count("families of places that fell free", chosen.run(place.year_id, place.classes))
        self._count("admission cycles")
        waiting = list_queue(desk.officer, QueueFilter(cycle_ids=frozenset({place.cycle_id})), 1, 3)
        mark_the_way(desk.officer, place.cycle_id, [each.id for each in waiting])

    def _words(self, locale: str) -> dict[str, str]:
        """Days and years as readers of a language write them."""
        opens, closes = self.admission
        days = {
            "opens": opens,
            "closes": closes,
            "exam": date(self.year, 12, 1),
            "meeting": date(self.year, 11, 26),
            "victory": date(self.year, 12, 16),
            "winter": date(self.year, 12, 20),
            "back": date(self.year, 12, 29),
        }
        words = {name: format_date(day, locale) for name, day in days.items()}
        words["year"] = to_local_digits(str(self.year), locale)
        words["next"] = to_local_digits(str(self.year + 1), locale)
        return words


def _actor(worker: Worker | None, role: Role, place: Place) -> Actor:
    """Somebody who works at a campus, as the services meet them."""
    if worker is None:
        raise LookupError(f"a campus without a {role}")
    return Actor(
        user_id=worker.user_id,
        person_id=None,
        name=worker.name.en,
        locale="en",
        grants=(Grant(role, place.id),),
    )


def _desk(place: Place) -> Desk:
    officer, plan = _actor(place.officer, Role.ADMISSIONS_OFFICER, place), place.plan
    return Desk(place.id, officer, place.next_sections, plan.streets, plan.town_bn)


def filled(text: LocalText, words: dict[str, dict[str, str]]) -> LocalText:
    """A text with its days and years put in, and its lines joined where only the source is broken."""
    whole = (re.sub(r"(?<=\S)\n(?=[^\n-])", " ", getattr(text, locale).strip()) for locale in LOCALES)
    return LocalText(*(one.format(**words[locale]) for one, locale in zip(whole, LOCALES, strict=True)))
