"""The fixed cast: the same people in every test, with keys that need no looking up.

Amina the head, Bashir who teaches 7A, Chandra the accountant, Dalia mother of Rafi and Rumi, Ehsan father
of another child, Farida the admissions officer, Gias who teaches at another campus, Hasan the administrator,
Ishrat the editor, and Rafi himself.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from uuid import UUID, uuid5

from sqlalchemy.orm import Session

from app.domain.academics.models import (
    AcademicYear,
    Campus,
    Enrolment,
    SchoolClass,
    Section,
    Subject,
    TeacherSubject,
)
from app.domain.accounts.models import User, UserRole
from app.domain.accounts.passwords import hash_password
from app.domain.admissions.models import AdmissionCycle, AdmissionSeat
from app.domain.kernel.access import Actor, Grant, Role
from app.domain.kernel.names import search_key
from app.domain.kernel.texts import LocalText
from app.domain.people.models import Guardian, Person, StaffMember, Student, StudentGuardian
from app.domain.people.types import Gender, Relationship
from app.uow import transaction

_SPACE = UUID("5a5a5a5a-0000-4000-8000-000000000000")
PASSWORD = "kash-phool-2026"
"""Everybody's password."""


def key(name: str) -> UUID:
    """The key of something in the cast."""
    return uuid5(_SPACE, name)


@dataclass(frozen=True)
class Member:
    """One person of the cast."""

    nick: str
    name_en: str
    name_bn: str
    role: Role
    email: str | None
    phone: str | None
    campus: str | None
    locale: str

    @property
    def user_id(self) -> UUID:
        """Key of the account."""
        return key(f"user {self.nick}")

    @property
    def person_id(self) -> UUID:
        """Key of the person."""
        return key(f"person {self.nick}")

    @property
    def staff_id(self) -> UUID:
        """Key among the staff."""
        return key(f"staff {self.nick}")

    @property
    def guardian_id(self) -> UUID:
        """Key among the guardians."""
        return key(f"guardian {self.nick}")

    @property
    def campus_id(self) -> UUID | None:
        """The campus where the role holds; None: everywhere."""
        return key(f"campus {self.campus}") if self.campus else None

    @property
    def actor(self) -> Actor:
        """Acting as this person without a page."""
        return Actor(
            user_id=self.user_id,
            person_id=self.person_id,
            name=self.name_en,
            locale=self.locale,
            grants=(Grant(self.role, self.campus_id),),
        )


def _staff(nick: str, en: str, bn: str, role: Role, campus: str | None = "main") -> Member:
    return Member(nick, en, bn, role, f"{nick}@smart-academy.example", None, campus, "en")


@dataclass(frozen=True)
class Cast:
    """Everybody, and the places they meet."""

    amina: Member = _staff("amina", "Amina Rahman", "আমিনা রহমান", Role.PRINCIPAL)
    bashir: Member = _staff("bashir", "Bashir Uddin", "বশির উদ্দিন", Role.TEACHER)
    chandra: Member = _staff("chandra", "Chandra Das", "চন্দ্রা দাস", Role.ACCOUNTANT)
    dalia: Member = Member(
        "dalia", "Dalia Akter", "ডালিয়া আক্তার", Role.GUARDIAN, None, "+8801711000001", None, "bn"
    )
    ehsan: Member = Member(
        "ehsan",
        "Ehsan Kabir",
        "এহসান কবির",
        Role.GUARDIAN,
        "ehsan@family.example",
        "+8801711000002",
        None,
        "bn",
    )
    farida: Member = _staff("farida", "Farida Yasmin", "ফরিদা ইয়াসমিন", Role.ADMISSIONS_OFFICER)
    gias: Member = _staff("gias", "Gias Ahmed", "গিয়াস আহমেদ", Role.TEACHER, "river")
    hasan: Member = _staff("hasan", "Hasan Mahmud", "হাসান মাহমুদ", Role.ADMIN, None)
    ishrat: Member = _staff("ishrat", "Ishrat Jahan", "ইশরাত জাহান", Role.EDITOR)
    jamil: Member = _staff("jamil", "Jamil Hossain", "জামিল হোসেন", Role.ADMISSIONS_OFFICER, "river")
    rafi: Member = Member("rafi", "Rafi Hasan", "রাফি হাসান", Role.STUDENT, None, "+8801711000009", None, "bn")

    campus: UUID = key("campus main")
    other_campus: UUID = key("campus river")
    year: UUID = key("year main")
    other_year: UUID = key("year river")
    class_7: UUID = key("class main 7")
    class_6: UUID = key("class main 6")
    other_class_7: UUID = key("class river 7")
    section_7a: UUID = key("section main 7A")
    section_7b: UUID = key("section main 7B")
    section_6a: UUID = key("section main 6A")
    other_section_7a: UUID = key("section river 7A")
    maths: UUID = key("subject main 7 maths")
    cycle: UUID = key("cycle main")

    rafi_student: UUID = key("student rafi")
    """Son of Dalia, in 7A."""
    rumi_student: UUID = key("student rumi")
    """Daughter of Dalia, in 6A."""
    tasnim_student: UUID = key("student tasnim")
    """Child of Ehsan, in 7A."""
    sadia_student: UUID = key("student sadia")
    """Nobody's child here, in 7A of the other campus."""

    @property
    def staff(self) -> list[Member]:
        """Those who work at the school."""
        return [
            self.amina,
            self.bashir,
            self.chandra,
            self.farida,
            self.gias,
            self.hasan,
            self.ishrat,
            self.jamil,
        ]

    @property
    def everybody(self) -> list[Member]:
        """All who can sign in."""
        return [*self.staff, self.dalia, self.ehsan, self.rafi]


CAST = Cast()

_CLASS_NAMES = {
    6: LocalText("Class Six", "ষষ্ঠ শ্রেণি", "الصف السادس"),
    7: LocalText("Class Seven", "সপ্তম শ্রেণি", "الصف السابع"),
}
_SECTION_NAMES = {"A": LocalText("A", "ক", "أ"), "B": LocalText("B", "খ", "ب")}
_STUDENTS = [
    ("rafi", "Rafi Hasan", "রাফি হাসান", Gender.MALE, "main", 7, "A", 1, ["dalia"]),
    ("rumi", "Rumi Hasan", "রুমি হাসান", Gender.FEMALE, "main", 6, "A", 1, ["dalia"]),
    ("tasnim", "Tasnim Kabir", "তাসনিম কবির", Gender.FEMALE, "main", 7, "A", 2, ["ehsan"]),
    ("sadia", "Sadia Islam", "সাদিয়া ইসলাম", Gender.FEMALE, "river", 7, "A", 1, []),
]


@cache
def _password_hash() -> str:
    return hash_password(PASSWORD)


def load_cast() -> None:
    """Store the cast in the database. 2026 is the current year; school days are Sunday to Thursday."""
    with transaction() as db:
        _load_places(db)
        db.flush()
        _load_people(db)
        db.flush()
        _load_school(db)


def _load_places(db: Session) -> None:
    add = db.add
    for code, name in (
        ("main", LocalText("Main Campus", "প্রধান ক্যাম্পাস", "الحرم الرئيسي")),
        ("river", LocalText("River Campus", "নদী ক্যাম্পাস", "حرم النهر")),
    ):
        campus = key(f"campus {code}")
        add(Campus(id=campus, code=code.upper(), name=name, rest_days=[5, 6], phone="+8801712345678"))
        db.flush()
        add(
            AcademicYear(
                id=key(f"year {code}"),
                campus_id=campus,
                name="2026",
                starts_on=date(2026, 1, 1),
                ends_on=date(2026, 12, 31),
                is_current=True,
            )
        )
        for level, label in _CLASS_NAMES.items():
            add(
                SchoolClass(
                    id=key(f"class {code} {level}"),
                    campus_id=campus,
                    code=str(level),
                    name=label,
                    level=level,
                )
            )


def _load_people(db: Session) -> None:
    add = db.add
    for number, member in enumerate(CAST.everybody, start=1):
        add(
            Person(
                id=member.person_id,
                name_en=member.name_en,
                name_bn=member.name_bn,
                phone=member.phone,
                email=member.email,
                search_key=search_key(member.name_en, member.name_bn),
            )
        )
        db.flush()
        add(
            User(
                id=member.user_id,
                person_id=member.person_id,
                email=member.email,
                phone=member.phone,
                password_hash=_password_hash(),
                locale=member.locale,
            )
        )
        db.flush()
        add(UserRole(user_id=member.user_id, role=member.role, campus_id=member.campus_id))
        if member.role is Role.GUARDIAN:
            add(Guardian(id=member.guardian_id, person_id=member.person_id))
        elif member.role is not Role.STUDENT:
            add(
                StaffMember(
                    id=member.staff_id,
                    person_id=member.person_id,
                    campus_id=member.campus_id or CAST.campus,
                    employee_id=f"E26-{number:03d}",
                    designation="Teacher" if member.role is Role.TEACHER else "Office",
                )
            )


def _load_school(db: Session) -> None:
    add = db.add
    for code, level, letter, teacher in (
        ("main", 7, "A", "bashir"),
        ("main", 7, "B", None),
        ("main", 6, "A", None),
        ("river", 7, "A", "gias"),
    ):
        add(
            Section(
                id=key(f"section {code} {level}{letter}"),
                campus_id=key(f"campus {code}"),
                academic_year_id=key(f"year {code}"),
                class_id=key(f"class {code} {level}"),
                code=letter,
                name=_SECTION_NAMES[letter],
                capacity=30,
                class_teacher_id=key(f"staff {teacher}") if teacher else None,
            )
        )
    add(
        Subject(
            id=CAST.maths,
            campus_id=CAST.campus,
            class_id=CAST.class_7,
            code="109",
            name=LocalText("Mathematics", "গণিত", "الرياضيات"),
        )
    )
    db.flush()
    add(
        TeacherSubject(
            campus_id=CAST.campus,
            staff_id=CAST.bashir.staff_id,
            section_id=CAST.section_7b,
            subject_id=CAST.maths,
        )
    )
    for number, (nick, en, bn, gender, code, level, letter, roll, guardians) in enumerate(_STUDENTS, start=1):
        person = key(f"person {nick}")
        if nick != "rafi":
            add(
                Person(
                    id=person,
                    name_en=en,
                    name_bn=bn,
                    gender=gender,
                    born_on=date(2014, 3, 14),
                    search_key=search_key(en, bn),
                )
            )
        db.flush()
        student = key(f"student {nick}")
        add(
            Student(
                id=student,
                person_id=person,
                campus_id=key(f"campus {code}"),
                student_no=f"TEST-{number:05d}",
                admitted_on=date(2026, 1, 1),
            )
        )
        db.flush()
        add(
            Enrolment(
                campus_id=key(f"campus {code}"),
                academic_year_id=key(f"year {code}"),
                section_id=key(f"section {code} {level}{letter}"),
                student_id=student,
                roll_number=roll,
                enrolled_on=date(2026, 1, 1),
            )
        )
        for guardian in guardians:
            add(
                StudentGuardian(
                    student_id=student,
                    guardian_id=key(f"guardian {guardian}"),
                    relationship=Relationship.MOTHER,
                    is_primary=True,
                )
            )
    add(
        AdmissionCycle(
            id=CAST.cycle,
            campus_id=CAST.campus,
            academic_year_id=CAST.year,
            opens_on=date(2026, 1, 1),
            closes_on=date(2099, 12, 31),
        )
    )
    db.flush()
    for class_id in (CAST.class_6, CAST.class_7):
        add(AdmissionSeat(cycle_id=CAST.cycle, class_id=class_id, seats=40))
