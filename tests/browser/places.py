"""The main pages, by who looks at them on what, in a school that has something to show on each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time
from uuid import UUID

from flask import Flask

from app.domain.academics.timetable.services import add_bell, set_week
from app.domain.academics.timetable.types import BellDetails, LessonDetails, Slot
from app.domain.kernel.access import SYSTEM
from app.domain.kernel.texts import LocalText
from app.extensions import db
from ops.browse.chromium import LAPTOP, PHONE, TABLET, Device
from tests.support.applications import draft, sent
from tests.support.cast import CAST, Member
from tests.support.pupils import fill_section


@dataclass(frozen=True)
class Furnished:
    """The keys of what was put into the school."""

    draft: str
    application: UUID


@dataclass(frozen=True)
class Look:
    """Somebody and the pages this person looks at, on one device."""

    device: Device
    member: Member | None
    paths: tuple[str, ...]


def furnish(app: Flask) -> Furnished:
    """Thirty pupils in 7A, a week of lessons for them, a draft and two applications."""
    with app.app_context():
        fill_section(28)
        for number, span in enumerate((("08:00", "08:40"), ("09:00", "09:40")), start=1):
            times = (time.fromisoformat(each) for each in span)
            add_bell(SYSTEM, CAST.campus, BellDetails(None, number, *times, LocalText()))
        lesson = LessonDetails(CAST.maths, CAST.bashir.staff_id)
        for section in (CAST.section_7a, CAST.section_7b):
            set_week(SYSTEM, section, {Slot(7, 1): lesson, Slot(1, 2): lesson})
        sent(child_name_en="Mahir Chowdhury", child_name_bn="মাহির চৌধুরী", phone="+8801812345671")
        found = Furnished(draft(papers=False), sent().id)
        db.session.remove()
    return found


def main_pages(lang: str, found: Furnished) -> Iterator[Look]:
    """Every main page once, in a language."""
    steps = ("child", "guardian", "address", "documents", "review", "saved")
    public = (
        "",
        "admissions/",
        "admissions/status",
        "sign-in",
        "forgotten",
        "forgotten/sent",
        "notices/",
        "search?q=a",
        "nothing-here",
    )
    yield Look(PHONE, None, tuple(f"/{lang}/{name}" for name in public))
    yield Look(PHONE, None, tuple(f"/{lang}/apply/{found.draft}/{step}" for step in steps))
    yield Look(
        PHONE,
        CAST.dalia,
        (
            "/family/",
            f"/family/{CAST.rafi_student}/",
            f"/family/{CAST.rafi_student}/record/",
            "/account/",
            "/account/password",
            "/account/email",
        ),
    )
    audited = f"/audit/records/application/{found.application}"
    register = f"/attendance/registers/{CAST.section_7a}/"
    yield Look(
        TABLET,
        CAST.bashir,
        ("/home/", "/attendance/registers/", register, f"{register}month/", f"{register}2026-11-20/"),
    )
    yield Look(
        LAPTOP,
        CAST.farida,
        (
            "/admissions/applications/",
            f"/admissions/applications/{found.application}",
            f"/admissions/applications/{found.application}/reject",
            "/admissions/cycles/",
            f"/admissions/cycles/{CAST.cycle}",
            f"/admissions/cycles/{CAST.cycle}/edit",
            f"/admissions/cycles/{CAST.cycle}/classes/new",
            f"/admissions/cycles/{CAST.cycle}/quotas/new",
            f"/admissions/cycles/{CAST.cycle}/preview",
            "/students/",
            f"/students/{CAST.rafi_student}",
            "/guardians/",
            f"/guardians/{CAST.dalia.guardian_id}",
        ),
    )
    watched = ("board/", "here/", "away/", "reports/", "concerns/")
    yield Look(LAPTOP, CAST.amina, tuple(f"/attendance/{page}" for page in watched))
    week = f"/timetable/sections/{CAST.section_7b}/"
    absent = f"/timetable/substitutes/?on=2026-11-22&absent={CAST.bashir.staff_id}"
    yield Look(
        LAPTOP,
        CAST.amina,
        ("/timetable/", "/timetable/bell-times/", week, f"{week}edit", f"{week}7/1", absent),
    )
    yield Look(LAPTOP, CAST.hasan, ("/home/", "/school/", "/school/calendar/", "/staff/", "/audit/", audited))
    yield Look(LAPTOP, CAST.ishrat, ("/site/notices/", "/site/pages/", "/site/notices/new"))
