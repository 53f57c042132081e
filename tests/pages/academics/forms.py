"""What each form of the area is filled with when all is well."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from app.domain.academics.models import (
    AcademicYear,
    CalendarEntry,
    Campus,
    SchoolClass,
    Section,
    Subject,
    TeacherSubject,
    Term,
)
from tests.support.cast import CAST


def name(english: str) -> dict[str, str]:
    """A text in three languages."""
    return {"name-en": english, "name-bn": "নাম", "name-ar": "اسم"}


def days(start: str, end: str) -> dict[str, str]:
    """Two dates as six answers, each given as 2026-11-20."""
    found = {}
    for key, text in (("starts_on", start), ("ends_on", end)):
        for part, value in zip("ymd", text.split("-"), strict=True):
            found[f"{key}-{part}"] = str(int(value))
    return found


@dataclass(frozen=True)
class Filled:
    """A form that makes something: where, what of, and which answers are text, choices, required."""

    url: str
    model: Any
    values: dict[str, Any]
    texts: tuple[str, ...]
    required: tuple[str, ...]
    choices: tuple[str, ...] = ()
    numbers: tuple[str, ...] = field(default=())

    def __str__(self) -> str:
        return self.model.__tablename__


FORMS = [
    Filled(
        "/academics/campuses/new",
        Campus,
        {**name("Hill Campus"), "code": "HILL", "phone": "01712345678", "email": "hill@school.example"}
        | {"eiin": "123456", "address-en": "Hill Road", "rest_days": "5"},
        ("name-en", "name-bn", "code", "address-en", "phone", "email", "eiin"),
        ("code",),
        ("rest_days",),
        ("eiin",),
    ),
    Filled(
        "/academics/years/new",
        AcademicYear,
        {"name": "2027", **days("2027-01-01", "2027-12-31")},
        ("name", "starts_on-d", "starts_on-y", "ends_on-d"),
        ("name", "starts_on-d", "ends_on-y"),
    ),
    Filled(
        f"/academics/years/{CAST.year}/terms/new",
        Term,
        {**name("First term"), **days("2026-01-01", "2026-06-30")},
        ("name-en", "name-ar", "starts_on-d"),
        ("starts_on-m", "ends_on-d"),
    ),
    Filled(
        "/academics/classes/new",
        SchoolClass,
        {**name("Class Eight"), "code": "8", "level": "8"},
        ("name-en", "name-bn", "code", "level"),
        ("code", "level"),
        (),
        ("level",),
    ),
    Filled(
        "/academics/subjects/new",
        Subject,
        {**name("Bangla"), "code": "101", "class_id": str(CAST.class_7), "is_mandatory": "y"},
        ("name-en", "code"),
        ("code",),
        ("class_id",),
    ),
    Filled(
        "/academics/sections/new",
        Section,
        {
            **name("C"),
            "code": "C",
            "capacity": "35",
            "shift": "morning",
            "class_id": str(CAST.class_7),
            "academic_year_id": str(CAST.year),
            "class_teacher_id": str(CAST.bashir.staff_id),
            "register_kind": "daily",
        },
        ("name-en", "code", "capacity"),
        ("code", "capacity", "class_id", "academic_year_id", "register_kind"),
        ("shift", "class_id", "academic_year_id", "class_teacher_id", "register_kind"),
        ("capacity",),
    ),
    Filled(
        f"/academics/sections/{CAST.section_7a}/teachers/new",
        TeacherSubject,
        {"subject_id": str(CAST.maths), "staff_id": str(CAST.bashir.staff_id)},
        (),
        ("subject_id", "staff_id"),
        ("subject_id", "staff_id"),
    ),
    Filled(
        "/academics/calendar/new",
        CalendarEntry,
        {"kind": "holiday", **name("Victory Day"), **days("2026-12-16", "2026-12-16")},
        ("name-en", "name-bn", "starts_on-d"),
        ("kind", "starts_on-d", "ends_on-d"),
        ("kind",),
    ),
]
