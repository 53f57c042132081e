"""An import beside others who write: two imports, an import that fails at the end, real commits."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import event, func, select, text
from sqlalchemy.exc import IntegrityError

from app.domain.academics.importing import roster
from app.domain.academics.importing.roster import AnotherImport, SchoolMoved, import_roster
from app.domain.academics.importing.run import Run
from app.domain.academics.models import Campus, Section
from app.domain.audit.models import AuditEntry
from app.domain.kernel.access import SYSTEM
from app.domain.people.models import Person, Student
from app.extensions import db
from app.integrations.oneroster import make_plan
from app.integrations.oneroster.reader import open_bundle
from tests.support.bundles import small_bundle

TODAY = date(2026, 11, 20)
PLAN = make_plan(open_bundle(small_bundle()))


def counted() -> list[int]:
    """How many rows there are of what an import makes."""
    db.session.rollback()
    return [
        db.session.scalar(select(func.count()).select_from(model)) or 0
        for model in (Campus, Person, Student, Section, AuditEntry)
    ]


def test_nothing_stays_of_a_dry_run_nor_of_an_import_that_fails(
    real_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(run: Run) -> None:
        raise IntegrityError("insert into enrolments", {}, Exception("somebody was faster"))

    with real_app.app_context():
        before = counted()
        assert import_roster(SYSTEM, PLAN, today=TODAY, dry_run=True).has_changes
        assert counted() == before
        monkeypatch.setattr(roster, "store_enrolments", fail)
        with pytest.raises(SchoolMoved):
            import_roster(SYSTEM, PLAN, today=TODAY)
        assert counted() == before
        monkeypatch.undo()
        assert import_roster(SYSTEM, PLAN, today=TODAY).has_changes
        after = counted()
        assert after[2] == before[2] + 6
        assert not import_roster(SYSTEM, PLAN, today=TODAY).has_changes
        assert counted() == after


def test_a_second_import_at_the_same_time_is_told_to_wait(real_app: Flask) -> None:
    with real_app.app_context():
        before = counted()
        with db.engine.connect() as other:
            other.execute(text("select pg_advisory_xact_lock(:number)"), {"number": roster._LOCK})
            with pytest.raises(AnotherImport):
                import_roster(SYSTEM, PLAN, today=TODAY)
            other.rollback()
        assert counted() == before
        assert import_roster(SYSTEM, PLAN, today=TODAY).has_changes


def test_seats_and_numbers_are_locked_after_everything_that_takes_time(real_app: Flask) -> None:
    statements: list[str] = []
    with real_app.app_context():

        @event.listens_for(db.engine, "before_cursor_execute")
        def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
            statements.append(" ".join(statement.lower().split()))

        import_roster(SYSTEM, PLAN, today=TODAY)

    def first(words: str) -> int:
        return next(number for number, statement in enumerate(statements) if words in statement)

    def last(words: str) -> int:
        return max(number for number, statement in enumerate(statements) if words in statement)

    assert first("for update") > last("insert into subject_group_students")
    assert first("insert into counters") > last("insert into persons")
    assert last("insert into enrolments") > first("for update")
