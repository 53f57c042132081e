"""The demo school grown for measuring: what the services would refuse is not in it, and its pages open."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from app.cli.demo import demo
from app.cli.demo_data.loader import Login
from app.extensions import db
from ops.bench.kit.everypage import SENT, every_page, prepare
from tests.conftest import Services
from tests.support.demo import Loaded, small_school

pytestmark = pytest.mark.long
STUDENTS, MARKS = 260, 30_000


def _client(loaded: Loaded, role: str | None, logins: dict[str, Login]) -> FlaskClient:
    """A browser of the reader; whoever has the private link may see the status of the application."""
    client = loaded.app.test_client()
    if role is None:
        assert client.get(f"/en/apply/{SENT}").status_code == 303
        return client
    page = client.get("/en/sign-in").text
    token = re.findall(r'name="csrf_token" value="([^"]+)"', page)[0]
    login = logins[role]
    given = {"csrf_token": token, "identifier": login.email or login.phone, "password": login.password}
    assert client.post("/en/sign-in", data=given).status_code == 303
    return client


@pytest.fixture(scope="module")
def grown(
    services: Services, template: str, tmp_path_factory: pytest.TempPathFactory, worker_id: str
) -> Iterator[tuple[Loaded, str]]:
    """A small demo school, grown to four times its size by the command, and what the command said."""
    loaded = small_school(services, template, f"sa_grown_{worker_id}", tmp_path_factory.mktemp("grown"))
    arguments = ["grow", "--students", str(STUDENTS), "--marks", str(MARKS)]
    done = loaded.app.test_cli_runner().invoke(demo, arguments)
    assert done.exit_code == 0, done.output
    yield loaded, done.output
    loaded.close()


def test_it_is_as_large_as_wanted_and_says_so(grown: tuple[Loaded, str]) -> None:
    loaded, said = grown
    assert loaded.rows("SELECT count(*) FROM campuses") == [(4,)]
    assert abs(int(str(loaded.rows("SELECT count(*) FROM students")[0][0])) - STUDENTS) <= 4
    marks = int(str(loaded.rows("SELECT count(*) FROM attendance")[0][0]))
    assert MARKS <= marks < MARKS * 1.1
    assert "attendance" in said and "in all" in said


# Each finds rows that the services would have refused to write.
BROKEN = {
    "a roll number is given twice": "SELECT 1 FROM enrolments GROUP BY section_id, roll_number HAVING count(*) > 1",
    "a section has more pupils than seats": "SELECT 1 FROM sections s JOIN enrolments e ON e.section_id = s.id"
    " GROUP BY s.id, s.capacity HAVING count(*) > s.capacity",
    "a mark is of nobody in the section": "SELECT 1 FROM attendance a"
    " JOIN attendance_registers r ON r.id = a.register_id WHERE a.date <> r.date OR NOT EXISTS"
    " (SELECT FROM enrolments e WHERE e.section_id = r.section_id AND e.student_id = a.student_id)",
    "a pupil of the section has no mark": "SELECT 1 FROM attendance_registers r JOIN enrolments e"
    " ON e.section_id = r.section_id AND e.enrolled_on <= r.date WHERE NOT EXISTS"
    " (SELECT FROM attendance a WHERE a.register_id = r.id AND a.student_id = e.student_id)",
    "a register is of another year": "SELECT 1 FROM attendance_registers r JOIN sections s ON s.id = r.section_id"
    " JOIN academic_years y ON y.id = s.academic_year_id WHERE r.date NOT BETWEEN y.starts_on AND y.ends_on",
    "a register was taken on a day of rest": "SELECT 1 FROM attendance_registers r"
    " JOIN campuses c ON c.id = r.campus_id WHERE extract(isodow FROM r.date) = ANY (c.rest_days) AND NOT EXISTS"
    " (SELECT FROM calendar_entries d WHERE d.campus_id = c.id AND d.kind = 'school_day'"
    " AND r.date BETWEEN d.starts_on AND d.ends_on)",
    "something lies at two campuses": "SELECT 1 FROM enrolments e JOIN sections s ON s.id = e.section_id"
    " JOIN classes k ON k.id = s.class_id JOIN academic_years y ON y.id = e.academic_year_id"
    " JOIN students t ON t.id = e.student_id WHERE e.campus_id <> ALL"
    " (ARRAY[s.campus_id, k.campus_id, y.campus_id, t.campus_id]) OR s.academic_year_id <> y.id",
    "a child has nobody to call": "SELECT 1 FROM students s JOIN enrolments e ON e.student_id = s.id"
    " WHERE NOT EXISTS (SELECT FROM student_guardians l WHERE l.student_id = s.id AND l.is_primary)",
    "a phone belongs to two people": "SELECT 1 FROM persons WHERE phone IS NOT NULL GROUP BY phone HAVING count(*) > 1",
    "a sent application has no history": "SELECT 1 FROM admission_applications p WHERE NOT EXISTS"
    " (SELECT FROM application_events e WHERE e.application_id = p.id AND e.to_status = p.status)"
    " AND p.status <> 'draft'",
    "a person cannot be found": "SELECT 1 FROM persons WHERE search_key = ''",
    "an entry of the log is in no chain": "SELECT 1 FROM audit_logs WHERE sequence IS NULL",
    "a counter would give a number again": "SELECT 1 FROM students WHERE substr(student_no, 5, 5)::int >"
    " (SELECT last_number FROM counters WHERE series = 'student-20' || substr(student_no, 2, 2))",
}


@pytest.mark.parametrize("what", BROKEN)
def test_nothing_is_in_it_that_the_services_would_refuse(grown: tuple[Loaded, str], what: str) -> None:
    assert grown[0].rows(BROKEN[what]) == []


def test_the_keys_of_the_marks_are_back(grown: tuple[Loaded, str]) -> None:
    found = grown[0].rows(
        "SELECT conname FROM pg_constraint WHERE conrelid = 'attendance'::regclass AND contype IN ('p', 'u', 'f')"
        " UNION ALL SELECT indexname FROM pg_indexes WHERE tablename = 'attendance' ORDER BY 1"
    )
    assert sorted({str(name) for (name,) in found}) == [
        "fk_attendance_register_id",
        "fk_attendance_student_id",
        "ix_attendance_register_id",
        "pk_attendance",
        "uq_attendance_student_id_date_period",
    ]


def test_every_page_opens_for_its_readers(grown: tuple[Loaded, str]) -> None:
    """What `./dev bench scale` asks is there: a new page needs a line in `ops/bench/kit/everypage.py`."""
    loaded, _ = grown
    logins = {login.role: login for login in reversed(loaded.result.logins)}
    people = {role: str(login.email or login.phone) for role, login in logins.items()}
    with loaded.app.app_context(), db.engine.begin() as connection:
        connection.execute(text("SELECT set_config('sa.scope', 'all', true)"))
        pages = list(every_page(loaded.app, prepare(connection, people)))
    clients = {role: _client(loaded, role, logins) for role in {page.role for page in pages}}
    failed = []
    for page in pages:
        answer = clients[page.role].get(page.path) if page.path else None
        if answer is None or answer.status_code != 200:
            failed.append((page.name, page.role, answer.status_code if answer else "no address"))
    assert failed == []


def test_a_grown_school_is_not_grown_again(grown: tuple[Loaded, str]) -> None:
    before = grown[0].rows("SELECT count(*) FROM students")
    refused = grown[0].app.test_cli_runner().invoke(demo, ["grow"])
    assert refused.exit_code == 1 and "nothing was changed" in refused.output
    assert grown[0].rows("SELECT count(*) FROM students") == before


def test_a_school_of_real_people_is_not_grown(
    services: Services, template: str, tmp_path: Path, worker_id: str
) -> None:
    loaded = small_school(services, template, f"sa_real_{worker_id}", tmp_path)
    with loaded.app.app_context():
        db.session.execute(text("UPDATE persons SET phone = '+8801711000001' WHERE phone = '+8801700000020'"))
        db.session.commit()
        db.session.remove()
    refused = loaded.app.test_cli_runner().invoke(demo, ["grow"])
    assert refused.exit_code == 1 and "nothing was changed" in refused.output
    settings = loaded.app.config["SETTINGS"].model_copy(
        update={"sa_env": "production", "second_factor": "optional"}
    )
    loaded.app.config["SETTINGS"] = settings
    refused = loaded.app.test_cli_runner().invoke(demo, ["grow"])
    assert refused.exit_code == 1 and "real" in refused.output
    with loaded.app.app_context():
        db.session.remove()
        db.engine.dispose()
