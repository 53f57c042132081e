"""The pages of guardians and staff, and the accounts behind them."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.domain.accounts.models import User, UserRole
from app.domain.accounts.queries import find_account_of_person
from app.domain.kernel.access import SYSTEM, Role
from app.domain.outbox.models import OutboxMessage
from app.domain.people.models import Guardian, Person, StaffMember
from app.domain.people.services import add_guardian, add_person, add_staff, link_guardian
from app.domain.people.types import Relationship
from app.uow import session
from tests.support.cast import CAST, Cast
from tests.support.pages import Page, PageClient
from tests.support.queries import QueryCounter

DALIA = f"/guardians/{CAST.dalia.guardian_id}"
BASHIR = f"/staff/{CAST.bashir.staff_id}"


def names(page: Page) -> list[str]:
    return [tag.get_text() for tag in page.all("#list tbody th a")]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["Dalia Akter", "Ehsan Kabir"]),
        ("এহসান", ["Ehsan Kabir"]),
        ("01711000001", ["Dalia Akter"]),
        ("000002", ["Ehsan Kabir"]),
        ("amina", []),
        ("' OR 1=1--", []),
        ("dal\x00ia", ["Dalia Akter"]),
    ],
)
def test_guardians_are_found_by_name_and_phone(
    cast: Cast, client: PageClient, query: str, expected: list[str]
) -> None:
    assert names(client.as_(cast.farida).get("/guardians/", query={"q": query})) == expected


def test_teacher_sees_the_guardians_of_own_sections_only(cast: Cast, client: PageClient) -> None:
    page = client.as_(cast.bashir).get("/guardians/")
    assert names(page) == ["Dalia Akter", "Ehsan Kabir"]
    # Rumi sits in 6A, which is not one of Bashir's sections.
    assert "Rafi Hasan" in page.text and "Rumi Hasan" not in page.text
    assert "Rumi Hasan" not in client.get(DALIA).text
    assert names(client.as_(cast.gias).get("/guardians/")) == []


def test_lists_cost_the_same_however_many_there_are(
    cast: Cast, client: PageClient, queries: QueryCounter
) -> None:
    def more(number: int) -> None:
        for at in range(number):
            person = add_person(SYSTEM, name_en=f"Zakia {at}")
            link_guardian(SYSTEM, cast.rafi_student, add_guardian(SYSTEM, person), Relationship.GUARDIAN)
            add_staff(SYSTEM, add_person(SYSTEM, name_en=f"Zahid {at}"), cast.campus)

    client.as_(cast.amina)
    for page, limit in (("/guardians/", 5), ("/staff/", 5)):
        client.get(page)
        with queries.counted() as few:
            client.get(page)
        more(8)
        with queries.counted() as many:
            client.get(page)
        assert len(many) == len(few) <= limit


def test_guardian_is_added_for_a_student(cast: Cast, client: PageClient) -> None:
    page = client.as_(cast.jamil).get(f"/guardians/add?student={cast.sadia_student}")
    page = page.submit(values={"name_bn": "নাসরিন সুলতানা", "phone": "০১৮১১-২২২৩৩৩", "relationship": "mother"})
    assert page.url == f"/students/{cast.sadia_student}"
    assert "নাসরিন সুলতানা" in page.text and "called first" in page.text


def test_known_phone_offers_the_guardian_on_record(cast: Cast, client: PageClient) -> None:
    before = session().scalar(select(func.count(Person.id)))
    page = client.as_(cast.jamil).get(f"/guardians/add?student={cast.sadia_student}")
    page = page.submit(values={"name_en": "Dalia A", "phone": "01711000001"}, status=422)
    assert "Dalia Akter" in page.text and page.one("#name_en")["value"] == "Dalia A"
    assert session().scalar(select(func.count(Person.id))) == before
    page = page.submit("#use-known")
    assert page.url == f"/students/{cast.sadia_student}" and "Dalia Akter" in page.text


def test_known_phone_without_a_student_leads_to_the_guardian(cast: Cast, client: PageClient) -> None:
    page = client.as_(cast.farida).get("/guardians/add")
    page = page.submit(values={"name_en": "Dalia A", "phone": "01711000001"}, status=422)
    assert page.follow("Open this guardian").url == DALIA


def test_guardian_is_corrected_and_stale_forms_show_both(cast: Cast, client: PageClient) -> None:
    client.as_(cast.farida)
    form, late = (client.get(f"{DALIA}/edit") for _ in range(2))
    page = form.submit(values={"occupation": "Tailor", "phone": "01911000111"})
    assert page.url == DALIA and "Tailor" in page.text and "01911-000111" in page.text
    page = late.submit(values={"occupation": "Nurse"}, status=409)
    assert "Tailor" in page.text and "Nurse" in page.text


def test_phone_of_another_guardian_is_refused_on_editing(cast: Cast, client: PageClient) -> None:
    page = client.as_(cast.farida).get(f"{DALIA}/edit").submit(values={"phone": "01711000002"}, status=422)
    assert "already here" in page.text


def test_link_for_a_guardian_is_shown_once_and_works(cast: Cast, app: Flask, client: PageClient) -> None:
    page = client.as_(cast.farida).get(DALIA).submit(f"form[action='{DALIA}/invite']", {})
    url = urlsplit(page.one("#link").get_text(strip=True)).path
    assert url.startswith("/bn/password/")
    assert url not in client.get(DALIA).text
    assert PageClient(app).get(url).submit(values={"password": "from-the-office"}).status == 200


def test_office_cannot_make_a_link_for_a_guardian_who_works_here(cast: Cast, client: PageClient) -> None:
    guardian = add_guardian(SYSTEM, cast.amina.person_id)
    link_guardian(SYSTEM, cast.rafi_student, guardian, Relationship.GUARDIAN)
    page = client.as_(cast.farida).get(f"/guardians/{guardian}")
    assert not page.all(f"form[action='/guardians/{guardian}/invite']")
    client.post(f"/guardians/{guardian}/invite", {}, status=403)
    account = find_account_of_person(cast.amina.person_id)
    assert account is not None and Role.GUARDIAN not in {grant.role for grant in account.grants}


# --- staff


def test_staff_are_found_and_narrowed(cast: Cast, client: PageClient) -> None:
    client.as_(cast.hasan)
    assert "Gias Ahmed" in names(client.get("/staff/"))
    assert names(client.get("/staff/", query={"q": "বশির"})) == ["Bashir Uddin"]
    assert names(client.get("/staff/", query={"q": "e26-002"})) == ["Bashir Uddin"]
    assert names(client.get("/staff/", query={"campus": str(cast.other_campus)})) == [
        "Gias Ahmed",
        "Jamil Hossain",
    ]
    assert names(client.get("/staff/", query={"status": "inactive"})) == []
    assert "Gias Ahmed" not in client.as_(cast.amina).get("/staff/").text


def test_member_of_staff_is_added_and_corrected(cast: Cast, client: PageClient) -> None:
    page = client.as_(cast.amina).get("/staff/add")
    page = page.submit(values={"name_en": "Kamrul Islam", "designation": "Librarian"})
    assert "Kamrul Islam" in page.text and "E-0001" in page.text
    page = client.get(f"{page.url}/edit").submit(values={"status": "inactive", "employee_id": "L-1"})
    assert "No longer works here" in page.text and "L-1" in page.text


def test_employee_number_is_unique(cast: Cast, client: PageClient) -> None:
    client.as_(cast.amina)
    before = session().scalar(select(func.count(Person.id)))
    page = client.get("/staff/add").submit(values={"name_en": "Kamrul", "employee_id": "E26-002"}, status=422)
    assert "Somebody else has this employee number." in page.text
    assert session().scalar(select(func.count(Person.id))) == before
    page = client.get(f"/staff/{cast.farida.staff_id}/edit").submit(
        values={"employee_id": "E26-002"}, status=422
    )
    assert "Somebody else has this employee number." in page.text


def test_stale_staff_form_shows_both(cast: Cast, client: PageClient) -> None:
    client.as_(cast.amina)
    form, late = (client.get(f"{BASHIR}/edit") for _ in range(2))
    form.submit(values={"designation": "Senior teacher"})
    page = late.submit(values={"designation": "Head teacher"}, status=409)
    assert "Senior teacher" in page.text and "Head teacher" in page.text


def test_account_is_opened_invited_and_works(cast: Cast, app: Flask, client: PageClient) -> None:
    staff = add_staff(
        SYSTEM, add_person(SYSTEM, name_en="Kamrul Islam", email="kamrul@school.example"), cast.campus
    )
    page = client.as_(cast.hasan).get(f"/staff/{staff}/account")
    assert page.one("#email")["value"] == "kamrul@school.example"
    page = page.submit(values={"role": "accountant", "campus_id": str(cast.campus)})
    url = urlsplit(page.one("#link").get_text(strip=True)).path
    mail = session().scalars(select(OutboxMessage)).one()
    assert mail.recipient == "kamrul@school.example" and url in mail.body
    new = PageClient(app)
    new.get(url).submit(values={"password": "kamruls-own-one"})
    page = new.get("/en/sign-in").submit(
        values={"identifier": "kamrul@school.example", "password": "kamruls-own-one"}
    )
    assert page.url == "/home/"
    new.get("/students/")
    new.get("/students/add", status=403)


@pytest.mark.parametrize(
    "fields",
    [
        {"email": "bashir@smart-academy.example"},
        {"email": "", "phone": ""},
        {"phone": "01711000001"},
        {"role": ""},
        {"role": "guardian"},
        {"role": "king"},
        {"campus_id": "nonsense"},
        {"campus_id": str(CAST.year)},
        {"locale": "fr"},
        {"email": "not an address"},
        {"role": ["teacher", "admin"]},
    ],
)
def test_broken_account_form_opens_none(cast: Cast, client: PageClient, fields: dict[str, object]) -> None:
    staff = add_staff(SYSTEM, add_person(SYSTEM, name_en="Kamrul Islam"), cast.campus)
    before = session().scalar(select(func.count(User.id)))
    page = client.as_(cast.hasan).get(f"/staff/{staff}/account")
    sent = {"role": "teacher", "campus_id": str(cast.campus), "email": "k@school.example"} | fields
    page = page.submit(values=sent, status=422)
    assert page.all("[data-errors] li")
    assert session().scalar(select(func.count(User.id))) == before
    assert session().scalars(select(OutboxMessage)).all() == []


def test_suspending_signs_out_at_once_and_can_be_undone(cast: Cast, app: Flask, client: PageClient) -> None:
    teacher = PageClient(app).as_(cast.bashir)
    page = client.as_(cast.hasan).get(f"{BASHIR}/suspend").submit()
    assert "Suspended" in page.text
    teacher.get("/home/", status=303, follow=False)
    client.post(f"{BASHIR}/invite", {}, status=422)
    page = page.submit(f"form[action='{BASHIR}/reactivate']")
    assert "can sign in again" in page.text
    teacher.as_(cast.bashir).get("/home/")


def test_nobody_locks_themselves_out(cast: Cast, client: PageClient) -> None:
    own = f"/staff/{cast.hasan.staff_id}"
    page = client.as_(cast.hasan).get(own)
    assert not page.all(f"a[href='{own}/suspend']")
    client.post(f"{own}/suspend", {}, status=422)
    client.get("/home/")


def test_roles_are_given_and_taken_back(cast: Cast, client: PageClient) -> None:
    client.as_(cast.hasan)
    page = client.get(BASHIR).submit("#give-role", {"role": "editor", "campus_id": str(cast.campus)})
    assert "Editor" in page.text
    form = {"role": "teacher", "campus_id": str(cast.campus)}
    page = client.post(f"{BASHIR}/roles/take", form)
    held = session().scalars(select(UserRole.role).where(UserRole.user_id == cast.bashir.user_id)).all()
    assert held == [Role.EDITOR]
    page = client.post(f"{BASHIR}/roles/take", {"role": "editor", "campus_id": str(cast.campus)})
    assert "only role" in page.text
    client.post(f"{BASHIR}/roles/take", {"role": "admin", "campus_id": ""}, status=404)


def test_administrator_of_one_campus_reaches_no_further(cast: Cast, client: PageClient) -> None:
    session().add(UserRole(user_id=cast.amina.user_id, role=Role.ADMIN, campus_id=cast.campus))
    session().commit()
    client.as_(cast.amina)
    everywhere = {"role": "admin", "campus_id": ""}
    elsewhere = {"role": "teacher", "campus_id": str(cast.other_campus)}
    for form in (everywhere, elsewhere):
        client.post(f"{BASHIR}/roles", form, status=422)
    # Hasan is an administrator everywhere, though he stands in the staff list of this campus.
    client.post(f"/staff/{cast.hasan.staff_id}/invite", {}, status=403)
    client.post(f"/staff/{cast.hasan.staff_id}/suspend", {}, status=403)
    client.post(f"/staff/{cast.gias.staff_id}/invite", {}, status=404)


# --- hostile forms

HOSTILE = [
    ({"name_en": "", "name_bn": "", "name_ar": ""}, "missing"),
    ({"name_en": None, "name_bn": None, "name_ar": None}, "left out"),
    ({"name_en": "x" * 5000}, "too long"),
    ({"name_en": '"><svg onload=alert(1)>'}, "markup"),
    ({"name_en": "{{7*7}}"}, "template"),
    ({"name_en": "' OR 1=1--"}, "sql"),
    ({"name_en": "Kam\x00rul"}, "NUL"),
    ({"name_en": "কামরুল"}, "other script"),
    ({"name_bn": "Kamrul"}, "other script"),
    ({"name_en": ["Kamrul", "Jamal"]}, "twice"),
    ({"phone": "01111111111"}, "no mobile"),
    ({"phone": "0171100000100000"}, "too long"),
    ({"email": "a@b\r\nBcc: x@y.example"}, "header"),
    ({"email": "x" * 300 + "@y.example"}, "too long"),
    ({"address": "x" * 5000}, "too long"),
    ({"address": "a\x00b"}, "NUL"),
]
STUDENT_ONLY = [
    ({"gender": "dragon"}, "enum"),
    ({"born_on-d": "31", "born_on-m": "2", "born_on-y": "2015"}, "no such day"),
    ({"born_on-d": "1", "born_on-m": "1", "born_on-y": "2099"}, "future"),
    ({"admitted_on-d": "", "admitted_on-m": "", "admitted_on-y": ""}, "missing"),
    ({"birth_registration_no": "12"}, "too short"),
    ({"birth_registration_no": "' OR 1=1--"}, "sql"),
    ({"previous_school": "<script>"}, "markup"),
]
FORMS = [
    (url, fields)
    for url, more in [
        (
            "/students/add",
            [
                *STUDENT_ONLY,
                ({"campus_id": str(CAST.other_campus)}, ""),
                ({"campus_id": "x"}, ""),
            ],
        ),
        (
            f"/students/{CAST.rafi_student}/edit",
            [*STUDENT_ONLY, ({"version": "x"}, ""), ({"version": None}, "")],
        ),
        (
            "/guardians/add",
            [
                ({"phone": ""}, ""),
                ({"occupation": "x" * 101}, ""),
            ],
        ),
        (f"{DALIA}/edit", [({"version": "-1"}, ""), ({"occupation": "<b>"}, "")]),
        (
            "/staff/add",
            [({"campus_id": str(CAST.other_campus)}, ""), ({"employee_id": "x" * 21}, "")],
        ),
        (
            f"{BASHIR}/edit",
            [({"status": "king"}, ""), ({"employee_id": ""}, ""), ({"version": "9" * 40}, "")],
        ),
    ]
    for fields, _ in [*HOSTILE, *more]
]


@pytest.mark.parametrize(("url", "fields"), FORMS)
def test_hostile_form_comes_back_as_typed_and_stores_nothing(
    cast: Cast, client: PageClient, url: str, fields: dict[str, object]
) -> None:
    client.as_(cast.amina)
    good = {"name_en": "Kamrul Islam", "phone": "01811222333", "address": "Mirpur"}
    before = _everything()
    sent = client.get(url).values() | good | fields
    page = client.post(url, {name: value for name, value in sent.items() if value is not None}, status=422)
    assert page.all("[data-errors] li")
    for name, value in good.items():
        if name not in fields:
            control = page.one(f"#{name}")
            assert value == (
                control.get_text().strip() if control.name == "textarea" else control.get("value")
            )
    typed = fields.get("name_en")
    if isinstance(typed, str) and "\x00" not in typed:
        assert page.one("#name_en")["value"] == typed
    assert _everything() == before


def _everything() -> list[object]:
    db = session()
    db.rollback()
    return [
        *db.execute(select(Person.id, Person.version, Person.name_en).order_by(Person.id)),
        db.scalar(select(func.count(Guardian.id))),
        db.scalar(select(func.count(StaffMember.id))),
    ]
