"""The second wall: without any filter of the application nobody gets a row of another campus or family."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from app.db import Base
from app.domain.accounts.models import UserRole
from app.domain.kernel.access import ALL, ROLE_PERMISSIONS, Actor, Permission, Role
from app.domain.people import policies
from app.scope import _SETTINGS, NOBODY, PUBLIC, Scope
from app.uow import across_campuses, read_as, session, work_for_the_school
from app.walls import FUNCTIONS, WALLS, Open, Wall
from tests.support.cast import CAST, Cast, Member
from tests.support.pages import PageClient
from tests.support.twins import add_twins, twin

WALLED = sorted(name for name, wall in WALLS.items() if isinstance(wall, Wall))
OF_THE_FAMILY = (
    "students",
    "guardians",
    "student_guardians",
    "enrolments",
    "attendance",
    "subject_group_students",
)
OF_ITS_CAMPUS = (
    "academic_years",
    "terms",
    "classes",
    "sections",
    "subjects",
    "teacher_subjects",
    "subject_groups",
    "subject_group_teachers",
    "calendar_entries",
    "attendance_registers",
    "attendance_rules",
    "staff",
    "admission_cycles",
    "admission_seats",
    "admission_seat_parts",
    "admission_quotas",
    "admission_paper_kinds",
)
ON_THE_SITE = (
    "academic_years",
    "classes",
    "calendar_entries",
    "admission_cycles",
    "admission_seats",
    "admission_seat_parts",
    "admission_quotas",
    "admission_paper_kinds",
    "admission_applications",
    "application_documents",
    "application_events",
    "admission_draws",
    "admission_tickets",
    "admission_rankings",
    "admission_ranks",
    "admission_offers",
    "admission_forms",
    "admission_form_versions",
    "application_fees",
    "admission_score_parts",
    "admission_score_slots",
    "admission_score_sittings",
    "admission_slips",
    "message_texts",
    "files",
    "file_variants",
    "notices",
)
KEYS_ONLY = ("student_guardians",)
"""Read by staff at every campus: a pair of keys, whose owners are behind walls of their own."""
OF_ALL_STAFF = ("one_time_links",)
"""Made by staff for whom they look after."""
BEFORE_SIGN_IN = (
    "one_time_links",
    "email_changes",
    "phone_changes",
    "recovery_codes",
    "passkey_challenges",
    "half_open_sign_ins",
    "admission_family_codes",
)
"""Read by the public pages of accounts; of who is signed in each reads their own."""
NEVER_CHANGED = ("audit_logs", "attendance_changes")
"""What happened is never told otherwise: the application's role has no privilege to."""
FOR_FEW = ("outbox_messages", "half_open_sign_ins", "reset_requests", "admission_family_codes")
"""Read by nobody of the staff of a campus but who looks after its outbox."""


@pytest.fixture
def twins(cast: Cast) -> None:
    """A row of every table at either campus."""
    add_twins()


@contextmanager
def reading(connection: Connection, scope: Scope | Member) -> Iterator[None]:
    """Straight on the database, as this reader, with no line of the application between."""
    if isinstance(scope, Member):
        scope = Scope("member", scope.user_id, scope.person_id)
    savepoint = connection.begin_nested()
    connection.exec_driver_sql(scope.statement)
    try:
        yield
    finally:
        savepoint.rollback()


def rows(connection: Connection, table: str) -> set[UUID]:
    """Every row the reader gets of a table."""
    return set(connection.scalars(text(f"SELECT id FROM {table}")))  # noqa: S608  # a name of our own


def test_every_table_says_how_it_is_isolated() -> None:
    assert set(Base.metadata.tables) == set(WALLS), (
        "a table without its line in app/walls.py, or a line without"
    )
    assert all(wall.why for wall in WALLS.values() if isinstance(wall, Open))


def test_the_walls_stand_as_they_are_written(connection: Connection) -> None:
    standing: dict[str, set[str]] = {}
    for table, verb in connection.execute(text("SELECT tablename, cmd FROM pg_policies")):
        standing.setdefault(table, set()).add(verb)
    raised = set(connection.scalars(text("SELECT relname FROM pg_class WHERE relrowsecurity")))
    wanted = {
        name: {
            verb.upper()
            for verb in ("select", "insert", "update", "delete")
            if getattr(wall, verb, wall.read)
        }
        for name, wall in WALLS.items()
        if isinstance(wall, Wall)
    }
    assert standing == wanted
    assert raised == set(wanted)


def test_a_row_with_a_campus_is_not_left_open() -> None:
    """An open table with a campus has to be one that is read before anybody is known."""
    with_campus = {name for name, table in Base.metadata.tables.items() if "campus_id" in table.c}
    assert {name for name in with_campus if isinstance(WALLS[name], Open)} == {"user_roles"}


@pytest.mark.parametrize("table", WALLED)
def test_each_campus_gets_its_own_row_and_not_its_twin(
    twins: None, connection: Connection, table: str
) -> None:
    for reader, own, foreign in ((CAST.jamil, "river", "main"), (CAST.amina, "main", "river")):
        with reading(connection, reader):
            found = rows(connection, table)
        assert (twin(table, own) in found) == (table not in FOR_FEW)
        if table not in (*KEYS_ONLY, *OF_ALL_STAFF):
            assert twin(table, foreign) not in found


def test_the_outbox_of_a_campus_is_read_by_whoever_looks_after_it(
    twins: None, connection: Connection
) -> None:
    holders = [role for role, held in ROLE_PERMISSIONS.items() if Permission.JOBS_MANAGE in held]
    assert holders == [Role.ADMIN], "the function sa_enter in app/walls.py names the roles that look after it"
    connection.execute(
        UserRole.__table__.insert().values(
            user_id=CAST.jamil.user_id, role="admin", campus_id=CAST.other_campus
        )
    )
    with reading(connection, CAST.jamil):
        found = rows(connection, "outbox_messages")
    assert twin("outbox_messages", "river") in found and twin("outbox_messages", "main") not in found
    with reading(connection, CAST.amina):
        assert rows(connection, "outbox_messages") == set()


def test_every_setting_of_the_walls_goes_with_its_reader() -> None:
    asked = set(re.findall(r"'sa\.(\w+)'", f"{FUNCTIONS} {WALLS}"))
    assert asked == set(_SETTINGS), "what is not set anew stays as it was for the reader before"


def test_who_reads_is_not_taken_back_with_a_savepoint(cast: Cast) -> None:
    read_as(Scope("member", cast.jamil.user_id, cast.jamil.person_id))
    try:
        with across_campuses():
            session().execute(text("SELECT 1"))
        savepoint = session().begin_nested()
        session().execute(text("SELECT 1"))
        savepoint.rollback()
        assert session().scalar(text("SELECT current_setting('sa.scope')")) == "member"
    finally:
        work_for_the_school()


@pytest.mark.parametrize("table", WALLED)
def test_whoever_works_everywhere_gets_both(twins: None, connection: Connection, table: str) -> None:
    with reading(connection, CAST.hasan):
        assert {twin(table, "main"), twin(table, "river")} <= rows(connection, table)


@pytest.mark.parametrize("table", WALLED)
def test_without_a_scope_nothing_is_read(twins: None, connection: Connection, table: str) -> None:
    with reading(connection, NOBODY):
        found = rows(connection, table)
    assert found == set()


@pytest.mark.parametrize("table", WALLED)
def test_a_public_page_reads_no_child(twins: None, connection: Connection, table: str) -> None:
    with reading(connection, PUBLIC):
        assert bool(rows(connection, table)) == (table in (*ON_THE_SITE, *BEFORE_SIGN_IN))


@pytest.mark.parametrize("reader", [CAST.dalia, CAST.ehsan, CAST.rafi], ids=lambda member: member.nick)
def test_a_family_gets_its_own_rows_only(twins: None, connection: Connection, reader: Member) -> None:
    children = {
        "dalia": {CAST.rafi_student, CAST.rumi_student},
        "ehsan": {CAST.tasnim_student},
        "rafi": {CAST.rafi_student},
    }[reader.nick]
    with reading(connection, reader):
        for table in WALLED:
            found = rows(connection, table)
            assert twin(table, "river") not in found, table
            if table not in (*OF_THE_FAMILY, *OF_ITS_CAMPUS):
                assert found == set(), table
        assert rows(connection, "students") == children
        for table in ("student_guardians", "enrolments", "attendance", "subject_group_students"):
            of = set(connection.scalars(text(f"SELECT student_id FROM {table}")))  # noqa: S608  # a name of our own
            assert of <= children, table
        guardian = {"dalia": "dalia", "ehsan": "ehsan", "rafi": "dalia"}[reader.nick]
        assert rows(connection, "guardians") == {getattr(CAST, guardian).guardian_id}


@pytest.mark.parametrize("table", WALLED)
def test_a_twin_can_be_neither_changed_nor_deleted(twins: None, connection: Connection, table: str) -> None:
    for reader, foreign in ((CAST.jamil, "main"), (CAST.dalia, "river"), (CAST.dalia, "main")):
        if reader == CAST.jamil and table in OF_ALL_STAFF:
            continue
        for change in (f"UPDATE {table} SET id = id WHERE id = :id", f"DELETE FROM {table} WHERE id = :id"):  # noqa: S608  # a name of our own
            with reading(connection, reader):
                if table in NEVER_CHANGED:
                    with pytest.raises(DBAPIError, match="permission denied"):
                        connection.execute(text(change), {"id": twin(table, foreign)})
                else:
                    done = connection.execute(text(change), {"id": twin(table, foreign)})
                    assert done.rowcount == 0, (reader.nick, change)


@pytest.mark.parametrize(
    "table",
    sorted(
        name
        for name in WALLED
        if "campus_id" in Base.metadata.tables[name].c and name not in ("audit_logs", "outbox_messages")
    ),
)
def test_no_row_is_moved_to_another_campus(twins: None, connection: Connection, table: str) -> None:
    with reading(connection, CAST.jamil), pytest.raises(DBAPIError, match="row-level security"):
        connection.execute(
            text(f"UPDATE {table} SET campus_id = :campus WHERE id = :id"),  # noqa: S608  # a name of our own
            {"campus": CAST.campus, "id": twin(table, "river")},
        )


@pytest.mark.parametrize(
    ("page", "foreign"),
    [
        ("/students/", "Rafi Hasan"),
        (f"/students/{CAST.rafi_student}", "Rafi Hasan"),
        ("/guardians/", "Dalia Akter"),
        (f"/guardians/{CAST.dalia.guardian_id}", "Dalia Akter"),
        ("/academics/sections/", "Bashir Uddin"),
        (f"/academics/sections/{CAST.section_7a}", "Bashir Uddin"),
        ("/admissions/applications/", "Child of main"),
        (f"/admissions/applications/{twin('admission_applications', 'main')}", "Child of main"),
        (
            f"/admissions/applications/{twin('admission_applications', 'main')}/documents/photo",
            "paper of main",
        ),
    ],
)
def test_pages_whose_filter_is_gone_still_show_no_foreign_row(
    twins: None, client: PageClient, monkeypatch: pytest.MonkeyPatch, page: str, foreign: str
) -> None:
    monkeypatch.setattr(Actor, "campuses_for", lambda self, permission: ALL)
    monkeypatch.setattr(policies, "_campuses", lambda actor, permission, *, teaching: ALL)
    with monkeypatch.context() as without_walls:
        without_walls.setattr("app.web.access.begin_request", lambda *, is_public: work_for_the_school())
        shown = client.as_(CAST.jamil).raw.get(page)
        assert foreign in shown.get_data(as_text=True), "with neither filter nor wall it is shown"
    answer = client.as_(CAST.jamil).raw.get(page)
    assert answer.status_code in (200, 404)
    assert foreign not in answer.get_data(as_text=True)
