"""A campus is in one school year, whoever says so at the same time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from app.domain.academics import services as do
from app.domain.academics.models import AcademicYear
from app.domain.academics.types import YearDetails, YearsOverlap
from app.domain.audit.models import AuditEntry
from app.domain.kernel.access import SYSTEM
from app.domain.kernel.errors import Forbidden, NotFound, Stale
from app.extensions import db
from app.uow import session
from tests.support.cast import CAST, Cast


def details(number: int, *, current: bool = False) -> YearDetails:
    return YearDetails(str(number), date(number, 1, 1), date(number, 12, 31), current)


def current_years(campus_id: UUID) -> list[str]:
    statement = select(AcademicYear.name).where(AcademicYear.campus_id == campus_id, AcademicYear.is_current)
    return list(session().scalars(statement))


def test_eight_people_make_eight_years_current_at_once(real_app: Flask) -> None:
    with real_app.app_context():
        years = {do.add_year(SYSTEM, CAST.campus, details(number)): number for number in range(2030, 2038)}

    def make_current(year: tuple[UUID, int]) -> None:
        with real_app.app_context():
            try:
                do.change_year(SYSTEM, year[0], 1, details(year[1], current=True))
            finally:
                db.session.remove()

    with ThreadPoolExecutor(8) as people:
        list(people.map(make_current, years.items()))
    with real_app.app_context():
        assert len(current_years(CAST.campus)) == 1
        assert current_years(CAST.other_campus) == ["2026"]


def test_the_database_holds_one_current_year_too(cast: Cast) -> None:
    other = session().get_one(AcademicYear, do.add_year(SYSTEM, cast.campus, details(2027)))
    other.is_current = True
    with pytest.raises(IntegrityError, match="uq_academic_years_current"), session().begin_nested():
        session().flush()


def test_the_same_days_are_in_one_year(cast: Cast) -> None:
    with pytest.raises(YearsOverlap, match="The school year 2026 already holds"):
        do.add_year(SYSTEM, cast.campus, YearDetails("Again", date(2026, 12, 31), date(2027, 12, 30)))


def test_others_may_not_and_strangers_do_not_see_it(cast: Cast) -> None:
    with pytest.raises(Forbidden):
        do.add_year(cast.bashir.actor, cast.campus, details(2027))
    with pytest.raises(NotFound):
        do.add_year(cast.gias.actor, cast.campus, details(2027))
    with pytest.raises(NotFound):
        do.remove_year(cast.dalia.actor, cast.year)


def test_a_stale_year_changes_nothing_and_leaves_no_trace(cast: Cast) -> None:
    traces = select(func.count()).select_from(AuditEntry)
    before = session().scalar(traces)
    with pytest.raises(Stale):
        do.change_year(SYSTEM, cast.year, 7, details(2026))
    assert current_years(cast.campus) == ["2026"]
    assert session().scalar(traces) == before


def test_saving_what_is_there_already_writes_no_entry(cast: Cast) -> None:
    traces = select(func.count()).select_from(AuditEntry)
    before = session().scalar(traces)
    do.change_year(SYSTEM, cast.year, 1, details(2026, current=True))
    assert session().scalar(traces) == before
