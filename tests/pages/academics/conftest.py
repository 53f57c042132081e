"""What the cast does not bring along: a term, an entry of the calendar, a second assignment."""

from __future__ import annotations

from datetime import date

import pytest

from app.domain.academics.models import CalendarEntry, TeacherSubject, Term
from app.domain.academics.types import DayKind
from app.domain.kernel.texts import LocalText
from app.uow import session
from tests.support.cast import Cast, key

TERM, ENTRY = key("term of these tests"), key("entry of these tests")


@pytest.fixture
def places(cast: Cast) -> None:
    """A term, an entry of the calendar and a teacher assignment with known keys."""
    fixed = {"campus_id": cast.campus, "starts_on": date(2026, 3, 1), "ends_on": date(2026, 3, 26)}
    session().add(Term(id=TERM, academic_year_id=cast.year, name=LocalText("First term"), **fixed))
    session().add(CalendarEntry(id=ENTRY, kind=DayKind.HOLIDAY, name=LocalText("Independence Day"), **fixed))
    session().add(
        TeacherSubject(
            id=key("assignment"),
            campus_id=cast.campus,
            section_id=cast.section_7a,
            subject_id=cast.maths,
            staff_id=cast.bashir.staff_id,
        )
    )
    session().commit()
