"""The page of the audit log: who reads what of it, how it is narrowed, and how it leaves the house."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from uuid import UUID

import pytest
from sqlalchemy import select

from app.db import new_id
from app.domain.audit.models import AuditEntry
from app.domain.audit.services import plain, record
from app.domain.kernel.access import SYSTEM, Actor
from app.uow import session, transaction
from tests.support.cast import CAST, Cast, Member
from tests.support.pages import PageClient
from tests.support.queries import QueryCounter

RAFI = f"/audit/records/student/{CAST.rafi_student}"
SADIA = f"/audit/records/student/{CAST.sadia_student}"
BASHIR = f"/audit/records/staff/{CAST.bashir.staff_id}"
GIAS = f"/audit/records/staff/{CAST.gias.staff_id}"
NOBODY = f"/audit/records/student/{UUID(int=3)}"
STRANGE = f"/audit/records/no-such-kind/{UUID(int=3)}"

#            page          right                 wrong role                                         other campus
TABLE = [
    ("/audit/", ["amina", "hasan"], ["bashir", "chandra", "farida", "ishrat", "dalia", "rafi"], []),
    (RAFI, ["amina", "hasan"], ["bashir", "farida", "dalia", "rafi", "gias"], []),
    (SADIA, ["hasan"], ["gias", "jamil"], ["amina"]),
    (BASHIR, ["amina", "hasan"], ["bashir"], []),
    (GIAS, ["hasan"], ["gias"], ["amina"]),
    (NOBODY, [], ["bashir"], ["amina", "hasan"]),
    (STRANGE, [], ["bashir"], ["amina", "hasan"]),
]


@pytest.mark.parametrize(
    ("page", "who", "status"),
    [
        (page, who, status)
        for page, right, wrong, outside in TABLE
        for people, status in ((right, 200), (wrong, 403), (outside, 404), ([None], 303))
        for who in people
    ],
)
def test_page_opens_for_those_it_is_for(
    cast: Cast, client: PageClient, page: str, who: str | None, status: int
) -> None:
    client.as_(getattr(cast, who) if who else None)
    client.get(page, status=status, follow=False)


@pytest.mark.parametrize(
    ("who", "status"), [("hasan", 200), ("amina", 403), ("bashir", 403), ("dalia", 403), (None, 303)]
)
def test_the_log_leaves_the_house_only_with_those_who_may(
    cast: Cast, client: PageClient, who: str | None, status: int
) -> None:
    client.as_(getattr(cast, who) if who else None)
    client.post("/audit/export", {}, status=status, follow=False)


def acts(
    member: Member | Actor,
    campus_id: UUID | None,
    *names: str,
    at: datetime | None = None,
    kind: str = "student",
    key: UUID | None = None,
    action: str = "student.changed",
) -> None:
    """One entry for each name, newest last."""
    actor = member.actor if isinstance(member, Member) else member
    for name in names:
        session().add(
            AuditEntry(
                at=at or datetime.now(UTC),
                user_id=actor.user_id,
                campus_id=campus_id,
                action=action,
                entity_type=kind,
                entity_id=key or new_id(),
                old_data={"previous_school": "Old school"},
                new_data={"previous_school": name},
                ip_address="10.1.2.3",
            )
        )
    session().commit()


def test_an_entry_says_who_did_what_to_whom_from_where_and_what_changed(
    cast: Cast, client: PageClient
) -> None:
    acts(cast.farida, cast.campus, "Padma School", key=cast.rafi_student)
    page = client.as_(cast.amina).get("/audit/")
    line = page.one("ul.list > li")
    words = " ".join(line.get_text(" ").split())
    assert "Student record changed" in words
    assert "Farida Yasmin" in words and "from 10.1.2.3" in words and "/32" not in words
    assert [cell.get_text() for cell in line.select("tbody th, tbody td")] == [
        "Previous school",
        "Old school",
        "Padma School",
    ]
    assert line.select_one("a")["href"] == RAFI  # type: ignore[index]  # the page above shows it
    assert "Rafi Hasan" in words
    assert "Audit log" in page.one("header").get_text()


def test_a_principal_sees_the_own_campus_and_an_administrator_all(cast: Cast, client: PageClient) -> None:
    acts(cast.farida, cast.campus, "Of ours")
    acts(cast.jamil, cast.other_campus, "Of the river")
    acts(cast.hasan, None, "Of no campus")
    ours = client.as_(cast.amina).get("/audit/").text
    assert "Of ours" in ours and "Of the river" not in ours and "Of no campus" not in ours
    narrowed = client.get(f"/audit/?campus={cast.other_campus}").text
    assert "Of the river" not in narrowed
    everything = client.as_(cast.hasan).get("/audit/").text
    assert all(name in everything for name in ("Of ours", "Of the river", "Of no campus"))
    river = client.get(f"/audit/?campus={cast.other_campus}").text
    assert "Of the river" in river and "Of ours" not in river


def test_the_log_is_narrowed_by_person_record_act_and_days(cast: Cast, client: PageClient) -> None:
    march = datetime(2026, 3, 3, 17, 59, tzinfo=UTC)  # a minute before midnight in Dhaka
    acts(cast.farida, cast.campus, "In March", at=march)
    acts(cast.bashir, cast.campus, "By Bashir", kind="register", action="register.corrected")
    acts(SYSTEM, cast.campus, "By the system", key=cast.rafi_student)
    client.as_(cast.amina)

    def shown(query: str) -> set[str]:
        text = client.get(f"/audit/?{query}").text
        return {name for name in ("In March", "By Bashir", "By the system") if name in text}

    assert shown("") == {"In March", "By Bashir", "By the system"}
    assert shown("who=farida") == {"In March"}
    assert shown("who=বশির") == {"By Bashir"}
    assert shown("who=bashir@smart-academy.example") == {"By Bashir"}
    assert shown("who=nobody-at-all") == set()
    assert shown("kind=register") == {"By Bashir"}
    assert shown("action=register.corrected") == {"By Bashir"}
    assert shown("since=2026-03-03&until=2026-03-03") == {"In March"}
    assert shown("since=2026-03-04") == {"By Bashir", "By the system"}
    assert shown("until=2026-03-02") == set()
    assert shown(f"record={cast.rafi_student}") == {"By the system"}
    assert shown("record=nonsense") == set()


@pytest.mark.parametrize(
    "query",
    [
        "who=%00%27",
        "since=0001-01-01",
        "until=9999-12-31",
        "since=x",
        "after=x",
        "after=20260101T000000.000000Z_zz",
        "after=00010101T000000.000000Z_" + "0" * 32,
        "kind=" + "k" * 500,
        "campus=x",
        "action=%F0%9F%98%80",
        "who=((((",
    ],
)
def test_nonsense_in_the_address_is_no_error(cast: Cast, client: PageClient, query: str) -> None:
    client.as_(cast.hasan).get(f"/audit/?{query}", status=200)
    client.get(f"{RAFI}?on=x&{query}", status=200)


def test_older_entries_follow_without_gap_or_double(cast: Cast, client: PageClient) -> None:
    same = datetime(2026, 11, 1, 3, 0, tzinfo=UTC)
    acts(cast.farida, cast.campus, *(f"Name {n:03d}." for n in range(120)), at=same)
    page = client.as_(cast.amina).get("/audit/?kind=student")
    seen: list[str] = []
    for expected in (50, 50, 20):
        names = [cell.get_text() for cell in page.all("tbody td:last-child")]
        assert len(names) == expected
        seen += names
        if expected == 50:
            page = page.follow("Older entries")
    assert seen == [f"Name {n:03d}." for n in reversed(range(120))]
    assert "Older entries" not in page.text


def test_more_entries_ask_no_more_statements(cast: Cast, client: PageClient, queries: QueryCounter) -> None:
    acts(cast.farida, cast.campus, "One", key=cast.rafi_student)
    client.as_(cast.hasan)
    for url, most in (("/audit/", 5), ("/audit/?who=farida", 5), (RAFI, 7)):
        with queries.at_most(most):
            client.get(url)
        acts(cast.farida, cast.campus, *(f"More {n}" for n in range(20)))
        acts(cast.bashir, cast.campus, *(f"More {n}" for n in range(20)), key=cast.rafi_student)
        with queries.at_most(most):
            client.get(url)


def test_a_part_of_the_page_answers_the_filters(cast: Cast, client: PageClient) -> None:
    answer = client.as_(cast.amina).partial("/audit/?who=nobody-at-all")
    assert "No entry found" in answer.get_data(as_text=True)
    assert "<html" not in answer.get_data(as_text=True)


def test_what_is_masked_stays_masked_however_deep_it_stands(cast: Cast, client: PageClient) -> None:
    with transaction():
        record(
            cast.farida.actor,
            "user.status",
            "user",
            UUID(int=5),
            campus_id=cast.campus,
            old={"password": "canary-one"},
            new={"details": {"Token": "canary-two", "rows": [{"secret_key": "canary-three"}]}},
        )
    text = client.as_(cast.amina).get("/audit/").text
    assert "•••" in text
    assert "canary" not in text


# --- a record as it was


def test_a_record_is_shown_as_it_was_on_a_day(cast: Cast, client: PageClient) -> None:
    def change(on: datetime, kind: str, key: UUID, action: str, old: object, new: object) -> None:
        session().add(
            AuditEntry(
                at=on,
                user_id=cast.farida.user_id,
                campus_id=cast.campus if kind == "student" else None,
                action=action,
                entity_type=kind,
                entity_id=key,
                old_data=plain(old),
                new_data=plain(new),
            )
        )

    student, person = cast.rafi_student, cast.rafi.person_id
    change(
        datetime(2026, 1, 5, tzinfo=UTC), "student", student, "student.added", None, {"student_no": "SA-7"}
    )
    change(
        datetime(2026, 3, 3, 10, tzinfo=UTC),
        "person",
        person,
        "person.changed",
        {"address": "Road 1"},
        {"address": "Road 2"},
    )
    change(
        datetime(2026, 5, 1, tzinfo=UTC),
        "person",
        person,
        "person.changed",
        {"address": "Road 2"},
        {"address": "Road 3"},
    )
    change(datetime(2026, 2, 1, tzinfo=UTC), "student", student, "guardian.linked", None, {"guardian": "G"})
    session().commit()
    client.as_(cast.amina)

    def facts(day: str) -> dict[str, str]:
        page = client.get(f"{RAFI}?on={day}")
        return {
            row.dt.get_text(): row.dd.get_text() for row in page.all("dl.facts > div") if row.dt and row.dd
        }

    assert facts("2025-12-31") == {"Address": "Road 1"}
    assert facts("2026-03-02") == {"Address": "Road 1", "Student number": "SA-7"}
    assert facts("2026-03-03") == {"Address": "Road 2", "Student number": "SA-7"}
    assert facts("2026-06-01") == {"Address": "Road 3", "Student number": "SA-7"}
    page = client.get(RAFI)
    assert page.one("h1").get_text() == "Student: Rafi Hasan"
    assert len(page.all("ul.list > li")) == 4


def test_the_pages_of_students_and_staff_lead_to_it(cast: Cast, client: PageClient) -> None:
    client.as_(cast.amina)
    for page, target in (
        (f"/students/{cast.rafi_student}", RAFI),
        (f"/staff/{cast.bashir.staff_id}", BASHIR),
    ):
        assert client.get(page).follow("How it was on another day").url.startswith(target)
    assert "How it was" not in client.as_(cast.farida).get(f"/students/{cast.rafi_student}").text


def test_a_person_of_a_student_of_another_campus_stays_unseen(cast: Cast, client: PageClient) -> None:
    acts(cast.jamil, None, "Seen by nobody", kind="person", key=cast.rafi.person_id, action="person.changed")
    client.as_(cast.amina).get(f"/audit/records/person/{cast.rafi.person_id}", status=404)
    client.as_(cast.hasan).get(f"/audit/records/person/{cast.rafi.person_id}", status=200)


# --- the file


def test_the_file_holds_what_was_asked_for_and_runs_nothing(cast: Cast, client: PageClient) -> None:
    acts(cast.farida, cast.campus, '=HYPERLINK("http://evil.example")', key=cast.rafi_student)
    acts(cast.jamil, cast.other_campus, "Of the river")
    session().add(AuditEntry(action="=cmd", entity_type="+x", user_agent="@SUM(1)"))
    session().commit()
    page = client.as_(cast.hasan).get(f"/audit/?campus={cast.campus}")
    answer = page.submit("form[action='/audit/export']")
    assert answer.response.mimetype == "text/csv"
    assert answer.response.headers["Content-Disposition"].startswith(
        'attachment; filename="Audit log 2026-11-'
    )
    assert answer.response.headers["Cache-Control"] == "no-store"
    text = answer.response.get_data(as_text=True)
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    assert [row["person"] for row in rows] == ["Farida Yasmin"]
    assert "HYPERLINK" in rows[0]["after"]
    assert rows[0]["campus"]
    everything = client.post("/audit/export", {}).response.get_data(as_text=True)
    for row in csv.reader(io.StringIO(everything.removeprefix("\ufeff"))):
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row)
    assert "'=cmd" in everything and "Of the river" in everything


def test_an_export_is_an_entry_before_its_first_line(cast: Cast, client: PageClient) -> None:
    client.as_(cast.hasan).post("/audit/export", {"who": "farida"})
    entry = session().scalars(select(AuditEntry).where(AuditEntry.action == "audit.exported")).one()
    assert entry.user_id == cast.hasan.user_id
    assert entry.new_data == {"filters": {"who": "farida"}}


def test_the_filters_are_folded_and_what_is_chosen_is_said(cast: Cast, client: PageClient) -> None:
    page = client.as_(cast.hasan).get("/audit/")
    fold = page.one("form details.fold")
    assert fold.select("select[name=kind]") and not fold.has_attr("open")
    query = {"kind": "student", "action": "student.status", "since": "2026-03-01", "campus": str(cast.campus)}
    page = client.get("/audit/", query=query)
    said = " ".join(page.one("form > p.soft").get_text(" ").split())
    for part in ("Record: Student", "Act: Status changed", "Campus: Main Campus", "First day: 1 March 2026"):
        assert part in said, said
    assert "Last day" not in said


def test_a_guardian_is_shown_as_they_were_on_a_day(cast: Cast, client: PageClient) -> None:
    for on, old, new in ((3, "Road 1", "Road 2"), (5, "Road 2", "Road 3")):
        session().add(
            AuditEntry(
                at=datetime(2026, on, 1, tzinfo=UTC),
                user_id=cast.farida.user_id,
                action="person.changed",
                entity_type="person",
                entity_id=cast.dalia.person_id,
                old_data={"address": old},
                new_data={"address": new},
            )
        )
    page = (
        client.as_(cast.amina).get(f"/guardians/{cast.dalia.guardian_id}").follow("How it was on another day")
    )
    assert page.url.startswith(f"/audit/records/guardian/{cast.dalia.guardian_id}")
    page = client.get(page.url, query={"on": "2026-04-01"})
    assert "Road 2" in page.one("dl").get_text() and "Road 3" not in page.one("dl").get_text()
    client.as_(cast.farida).get(f"/audit/records/guardian/{cast.dalia.guardian_id}", status=403)
