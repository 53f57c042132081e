"""The demo school: whole, the same from the same seed, loaded once, and everybody on the list can sign in."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import create_engine, text

from app import create_app
from app.cli.demo import demo
from app.cli.demo_data.loader import Result, is_empty, load
from app.domain.accounts.factors.services import begin_sign_in
from app.domain.accounts.queries import find_actor_by_session
from app.extensions import db
from tests.conftest import Services, _admin, database, make_settings

pytestmark = pytest.mark.long
DAY = date(2026, 11, 20)
BUSY_SECONDS = 30
"""Half of the minute a load may take on a machine of its own; the other half is PostgreSQL's."""


@dataclass
class Loaded:
    """A database with the demo school in it."""

    app: Flask
    result: Result

    def rows(self, statement: str, **values: object) -> list[tuple[object, ...]]:
        """What the database says."""
        with self.app.app_context():
            return [tuple(row) for row in db.session.execute(text(statement), values)]


def _load(services: Services, template: str, name: str, var: Path, share: float = 1.0) -> Loaded:
    with _admin(services.database_url) as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    app = create_app(make_settings(services, database(services.database_url, name), var))
    with app.app_context():
        # The template holds the cast; the demo school wants an empty house.
        tables = ", ".join(
            f'"{row[0]}"'
            for row in db.session.execute(
                text(
                    "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
                )
            )
        )
        # The audit log lets nobody empty it, so its guard steps aside for this house that nobody lives in yet.
        owner = create_engine(app.config["SETTINGS"].owner_database_url)
        with owner.begin() as connection:
            connection.execute(text("ALTER TABLE audit_logs DISABLE TRIGGER USER"))
            connection.execute(text(f"TRUNCATE {tables} CASCADE"))
            connection.execute(text("ALTER TABLE audit_logs ENABLE ALWAYS TRIGGER audit_logs_append_only"))
            connection.execute(text("ALTER TABLE audit_logs ENABLE ALWAYS TRIGGER audit_logs_no_truncate"))
        owner.dispose()
        assert is_empty()
        result = load(DAY, share=share)
        db.session.remove()
    return Loaded(app, result)


@pytest.fixture(scope="module")
def school(
    services: Services, template: str, tmp_path_factory: pytest.TempPathFactory, worker_id: str
) -> Iterator[Loaded]:
    """The demo school, loaded once for all of these tests."""
    loaded = _load(services, template, f"sa_demo_{worker_id}", tmp_path_factory.mktemp("demo"))
    yield loaded
    with loaded.app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def twins(
    services: Services, template: str, tmp_path: Path, worker_id: str
) -> Iterator[tuple[Loaded, Loaded]]:
    """Two small schools from the same seed, each in its own database."""
    one, other = (
        _load(services, template, f"sa_twin{number}_{worker_id}", tmp_path / str(number), share=0.1)
        for number in (1, 2)
    )
    yield one, other
    for loaded in (one, other):
        with loaded.app.app_context():
            db.session.remove()
            db.engine.dispose()


def test_it_is_as_large_as_promised_and_in_time(school: Loaded) -> None:
    counts = school.result.counts
    assert counts["campuses"] == 2 and counts["staff"] == 40
    assert 570 <= counts["students"] <= 650
    assert counts["registers"] == counts["sections"] * 60
    assert (counts["pages"], counts["notices"], counts["applications"]) == (3, 8, 25)
    assert school.result.busy_seconds < BUSY_SECONDS, school.result.seconds


def test_attendance_is_believable(school: Loaded) -> None:
    marks = dict(school.rows("SELECT status, count(*) FROM attendance GROUP BY 1"))
    share = int(str(marks["present"])) / sum(int(str(number)) for number in marks.values())
    assert 0.90 <= share <= 0.95 and set(marks) == {"present", "absent", "late", "excused"}
    assert school.rows("SELECT max(date) FROM attendance") == [(date(2026, 11, 19),)]


def test_the_older_classes_have_a_timetable_and_nobody_is_in_two_places(school: Loaded) -> None:
    assert school.result.counts["lessons"] > 300 and school.result.seconds["timetable"] < 5
    assert (
        school.rows(
            "SELECT staff_id FROM timetable_lessons GROUP BY staff_id, weekday, period HAVING count(*) > 1"
        )
        == []
    )
    # The day of the load is a Friday.
    assert school.rows("SELECT date FROM timetable_substitutes") == [(date(2026, 11, 22),)]
    assert school.rows("SELECT count(*) FROM sections WHERE register_kind = 'periods'") == [(2,)]


def test_applications_are_in_every_state(school: Loaded) -> None:
    states = Counter(row[0] for row in school.rows("SELECT status FROM admission_applications"))
    assert len(states) == 11, states
    known = school.rows(
        "SELECT count(*) FROM admission_applications a JOIN users u ON u.phone = a.phone WHERE a.status = 'submitted'"
    )
    assert known == [(1,)]


def test_one_class_was_drawn_one_waits_for_its_draw_and_one_is_tested(school: Loaded) -> None:
    assert school.rows("SELECT number, state FROM admission_draws ORDER BY 1") == [
        (1, "drawn"),
        (2, "announced"),
    ]
    offers = (
        "SELECT o.state FROM admission_offers o JOIN admission_rankings r ON r.id = o.ranking_id ORDER BY 1"
    )
    assert [state for (state,) in school.rows(offers)] == [
        "accepted",
        "accepted",
        "declined",
        "declined",
        "open",
    ]
    waits = "SELECT count(*) FROM admission_ranks r JOIN admission_applications a ON a.id = r.application_id"
    assert school.rows(f"{waits} WHERE a.status = 'waitlisted'") == [(3,)]
    marks = "SELECT p.kind, count(*) FROM admission_score_marks m JOIN admission_score_parts p ON p.id = m.part_id"
    assert sorted(school.rows(f"{marks} GROUP BY 1")) == [("test", 6), ("viva", 3)]
    assert school.rows("SELECT count(*) FROM admission_score_sittings") == [(6,)]
    assert school.rows("SELECT count(*) FROM admission_milestones") == [(2,)]


def test_families_have_one_phone_and_some_several_children(school: Loaded) -> None:
    families = Counter(
        row[0] for row in school.rows("SELECT guardian_id FROM student_guardians WHERE is_primary")
    )
    sizes = Counter(families.values())
    assert sizes[1] > 200 and sizes[2] > 50 and sizes[3] > 5
    assert school.rows("SELECT phone FROM users WHERE phone IS NOT NULL GROUP BY 1 HAVING count(*) > 1") == []
    assert school.rows("SELECT 1 FROM persons WHERE phone NOT LIKE '+88017000%'") == []


def test_everybody_on_the_list_can_sign_in(school: Loaded) -> None:
    logins = school.result.logins
    roles = Counter(login.role for login in logins)
    assert roles["guardian"] == 2 and roles["teacher"] == 2
    assert {"admin", "principal", "admissions_officer", "accountant", "editor", "student"} <= set(roles)
    assert {login.campus for login in logins if login.role == "teacher"} == {"Mymensingh", "Muktagachha"}
    with school.app.app_context():
        for login in logins:
            token = begin_sign_in(login.email or login.phone or "", login.password).token or ""
            actor = find_actor_by_session(token, ip=None, user_agent=None)
            assert actor is not None and login.role in actor.roles
        db.session.remove()


def test_the_teacher_on_the_list_has_the_child_of_the_guardian_on_the_list(school: Loaded) -> None:
    teacher = next(login for login in school.result.logins if login.role == "teacher")
    guardian = next(login for login in school.result.logins if login.role == "guardian")
    children = school.rows(
        "SELECT s.class_teacher_id = st.id FROM users gu JOIN guardians g ON g.person_id = gu.person_id"
        " JOIN student_guardians sg ON sg.guardian_id = g.id JOIN enrolments e ON e.student_id = sg.student_id"
        " JOIN sections s ON s.id = e.section_id, users tu JOIN staff st ON st.person_id = tu.person_id"
        " WHERE gu.phone = :phone AND tu.email = :email",
        phone=guardian.phone,
        email=teacher.email,
    )
    assert sorted(children) == [(False,), (True,)]


def test_the_same_seed_gives_the_same_school(twins: tuple[Loaded, Loaded]) -> None:
    one, other = twins
    assert one.result.counts == other.result.counts
    for statement in (
        "SELECT name_en, name_bn, name_ar, phone, born_on FROM persons ORDER BY 1, 2, 3, 4, 5",
        "SELECT email, phone FROM users ORDER BY 1, 2",
        "SELECT student_no, roll_number FROM students s JOIN enrolments e ON e.student_id = s.id ORDER BY 1, 2",
        "SELECT date, status, count(*) FROM attendance GROUP BY 1, 2 ORDER BY 1, 2",
        "SELECT slug, title::text, content::text FROM notices ORDER BY 1",
        "SELECT reference, status, child_name_bn, phone FROM admission_applications ORDER BY 1, 3",
        "SELECT number, state, list_hash, secret FROM admission_draws ORDER BY 1",
        "SELECT number, rank, place FROM admission_tickets ORDER BY draw_id, 1",
        "SELECT mark, is_absent FROM admission_score_marks ORDER BY 1, 2",
    ):
        assert one.rows(statement) == other.rows(statement), statement
    passwords = {login.password for login in [*one.result.logins, *other.result.logins]}
    assert len(passwords) == 2 * len(one.result.logins)


def test_a_second_load_changes_nothing(school: Loaded, tmp_path: Path) -> None:
    before = school.rows("SELECT count(*) FROM audit_logs")
    runner = school.app.test_cli_runner()
    logins = tmp_path / "demo-logins.json"
    prepared = runner.invoke(demo, ["prepare", "--logins", str(logins)])
    assert prepared.exit_code == 0, prepared.output
    assert not logins.exists()
    refused = runner.invoke(demo, ["load", "--logins", str(logins)])
    assert refused.exit_code == 1 and "nothing was changed" in refused.output
    assert school.rows("SELECT count(*) FROM audit_logs") == before


def test_the_list_of_logins_is_for_its_owner_only(school: Loaded, tmp_path: Path) -> None:
    from app.cli.demo import write_logins

    path = tmp_path / "var" / "demo-logins.json"
    write_logins(path, school.result.logins)
    assert path.stat().st_mode & 0o777 == 0o600
    rows = json.loads(path.read_text(encoding="utf-8"))
    assert {frozenset(row) for row in rows} == {
        frozenset({"role", "name", "email", "phone", "password", "campus"})
    }
