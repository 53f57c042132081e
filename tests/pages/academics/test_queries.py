"""Twice the rows, the same number of statements."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from app.domain.academics.models import (
    AcademicYear,
    CalendarEntry,
    SchoolClass,
    Section,
    Subject,
    TeacherSubject,
    Term,
)
from app.domain.academics.types import DayKind
from app.domain.kernel.texts import LocalText
from app.uow import session
from tests.domain.academics.test_enrolment import make_students
from tests.support.cast import CAST, Cast
from tests.support.pages import PageClient
from tests.support.queries import QueryCounter

MOST = {
    "/academics/": 6,
    "/academics/campuses/": 2,
    "/academics/years/": 4,
    "/academics/classes/": 5,
    "/academics/subjects/": 3,
    "/academics/sections/": 5,
    f"/academics/sections/{CAST.section_7b}": 5,
    f"/academics/classes/{CAST.class_7}": 6,
    "/academics/calendar/": 3,
    "/academics/calendar/year/": 4,
}


def add_rows(cast: Cast, batch: int) -> None:
    """Five more of everything that is listed."""
    add = session().add
    for number in range(batch * 5, batch * 5 + 5):
        start = date(2026, 11, 1) + timedelta(number)
        add(
            AcademicYear(
                campus_id=cast.campus,
                name=f"Y{number}",
                starts_on=date(2030 + number, 1, 1),
                ends_on=date(2030 + number, 12, 31),
            )
        )
        add(
            Term(
                campus_id=cast.campus,
                academic_year_id=cast.year,
                name=LocalText(f"T{number}"),
                starts_on=start,
                ends_on=start + timedelta(1),
            )
        )
        add(SchoolClass(campus_id=cast.campus, code=f"C{number}", name=LocalText("C"), level=number))
        subject = Subject(
            campus_id=cast.campus, code=f"S{number}", name=LocalText("S"), class_id=cast.class_7
        )
        add(subject)
        add(
            Section(
                campus_id=cast.campus,
                academic_year_id=cast.year,
                class_id=cast.class_7,
                code=f"S{number}",
                name=LocalText("S"),
                class_teacher_id=cast.bashir.staff_id,
            )
        )
        add(
            CalendarEntry(
                campus_id=cast.campus,
                kind=DayKind.EVENT,
                name=LocalText(f"E{number}"),
                starts_on=start,
                ends_on=start,
            )
        )
        session().flush()
        add(
            TeacherSubject(
                campus_id=cast.campus,
                staff_id=cast.bashir.staff_id,
                section_id=cast.section_7b,
                subject_id=subject.id,
            )
        )
    session().commit()


def test_pages_do_not_ask_more_for_more_rows(
    cast: Cast, client: PageClient, queries: QueryCounter, capsys: pytest.CaptureFixture[str]
) -> None:
    client.as_(cast.amina)
    counts: dict[str, list[int]] = {}
    for batch in range(2):
        add_rows(cast, batch)
        if batch == 0:
            make_students(5)
        for url in MOST:
            with queries.counted() as found:
                client.get(url)
            counts.setdefault(url, []).append(len(found))
    assert {url: few for url, (few, many) in counts.items() if few != many} == {}
    assert {url: many for url, (_, many) in counts.items() if many > MOST[url]} == {}
