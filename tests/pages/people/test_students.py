"""The pages of students: found, shown, added, corrected."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import func, select

from app.domain.academics.services import enrol_student
from app.domain.kernel.access import SYSTEM
from app.domain.people.models import Person, Student, StudentGuardian
from app.domain.people.services import add_guardian, add_person, add_student, link_guardian, update_person
from app.domain.people.types import Relationship
from app.uow import session
from tests.support.cast import CAST, Cast
from tests.support.pages import Page, PageClient
from tests.support.queries import QueryCounter

RAFI = f"/students/{CAST.rafi_student}"


def names(page: Page) -> list[str]:
    return [tag.get_text() for tag in page.all("#list tbody th a")]


def many(cast: Cast, number: int) -> None:
    """So many more students in 7B, each with a guardian."""
    for at in range(number):
        person = add_person(SYSTEM, name_en=f"Zara Number {at:03d}", name_bn="জারা", name_ar="زارا")
        student = add_student(SYSTEM, person, cast.campus, admitted_on=date(2026, 1, 1))
        guardian = add_person(SYSTEM, name_en=f"Mother {at}", phone=f"+88019{at:08d}")
        link_guardian(SYSTEM, student, add_guardian(SYSTEM, guardian), Relationship.MOTHER)
        if at < 25:
            enrol_student(SYSTEM, student, cast.section_7b, enrolled_on=date(2026, 1, 1))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("rafi", ["Rafi Hasan"]),
        ("হাসান", ["Rafi Hasan", "Rumi Hasan"]),
        ("Hassan", ["Rafi Hasan", "Rumi Hasan"]),
        ("TEST-00003", ["Tasnim Kabir"]),
        ("test-০০০০৩", ["Tasnim Kabir"]),
        ("00003", ["Tasnim Kabir"]),
        ("01711-000001", ["Rafi Hasan", "Rumi Hasan"]),
        ("০১৭১১০০০০০২", ["Tasnim Kabir"]),
        ("11000002", ["Tasnim Kabir"]),
        ("01711", ["Rafi Hasan", "Rumi Hasan", "Tasnim Kabir"]),
        ("১১-০০০০০১", ["Rafi Hasan", "Rumi Hasan"]),
        ("", ["Rafi Hasan", "Rumi Hasan", "Tasnim Kabir"]),
        ("sadia", []),
        ("' OR 1=1--", []),
        ('"><svg onload=alert(1)>', []),
        ("{{7*7}}", []),
        ("%", []),
        ("ra\x00fi", ["Rafi Hasan"]),
        ("x" * 3000, []),
    ],
)
def test_students_are_found_by_name_number_and_guardian(
    cast: Cast, client: PageClient, query: str, expected: list[str]
) -> None:
    page = client.as_(cast.amina).get("/students/", query={"q": query})
    assert names(page) == expected
    assert page.all("#list .empty") if not expected else True


def test_students_are_found_by_an_arabic_name(cast: Cast, client: PageClient) -> None:
    many(cast, 1)
    assert names(client.as_(cast.amina).get("/students/", query={"q": "زارا"})) == ["Zara Number 000"]


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ("hasan", ["Rafi Hasan", "Rumi Hasan", "Sadia Islam", "Tasnim Kabir"]),
        ("farida", ["Rafi Hasan", "Rumi Hasan", "Tasnim Kabir"]),
        ("bashir", ["Rafi Hasan", "Tasnim Kabir"]),
        ("gias", ["Sadia Islam"]),
        ("jamil", ["Sadia Islam"]),
    ],
)
def test_everybody_sees_the_students_of_their_reach(
    cast: Cast, client: PageClient, who: str, expected: list[str]
) -> None:
    assert names(client.as_(getattr(cast, who)).get("/students/")) == expected


def test_list_is_narrowed_by_class_section_campus_and_status(cast: Cast, client: PageClient) -> None:
    client.as_(cast.amina)
    in_class = client.get("/students/", query={"class": str(cast.class_7)})
    assert names(in_class) == ["Rafi Hasan", "Tasnim Kabir"]
    in_section = client.get("/students/", query={"class": str(cast.class_7), "section": str(cast.section_7b)})
    assert names(in_section) == [] and "No student found" in in_section.text
    assert names(client.get("/students/", query={"status": "graduated"})) == []
    client.as_(cast.hasan)
    assert names(client.get("/students/", query={"campus": str(cast.other_campus)})) == ["Sadia Islam"]


@pytest.mark.parametrize("name", ["campus", "class", "section", "status", "page"])
@pytest.mark.parametrize("value", ["nonsense", "' OR 1=1--", "\x00", "-1", "99999999999999999999"])
def test_nonsense_in_the_address_breaks_nothing(
    cast: Cast, client: PageClient, name: str, value: str
) -> None:
    client.as_(cast.amina).get("/students/", query={name: value})


def test_class_of_another_campus_does_not_narrow(cast: Cast, client: PageClient) -> None:
    page = client.as_(cast.amina).get("/students/", query={"class": str(cast.other_class_7)})
    assert "Sadia Islam" not in page.text


def test_fifty_stand_on_a_page_and_the_rest_on_the_next(cast: Cast, client: PageClient) -> None:
    many(cast, 60)
    first = client.as_(cast.amina).get("/students/", query={"q": "zara"})
    assert len(names(first)) == 50 and "60 students" in first.text and "1 to 50 shown" in first.text
    second = client.get("/students/", query={"q": "zara", "page": "২"})
    assert len(names(second)) == 10 and not set(names(first)) & set(names(second))
    assert "past the end" in client.get("/students/", query={"q": "zara", "page": "9"}).text


def test_list_costs_the_same_however_many_there_are(
    cast: Cast, client: PageClient, queries: QueryCounter
) -> None:
    many(cast, 6)
    client.as_(cast.amina).get("/students/")
    with queries.counted() as few:
        client.get("/students/")
    many(cast, 0)
    for at in range(20):
        person = add_person(SYSTEM, name_en=f"Yusuf Number {at:03d}")
        student = add_student(SYSTEM, person, cast.campus, admitted_on=date(2026, 1, 1))
        link_guardian(SYSTEM, student, cast.ehsan.guardian_id, Relationship.FATHER)
    with queries.counted() as more:
        client.get("/students/")
    assert len(more) == len(few) <= 6


def test_part_of_the_page_answers_a_script(cast: Cast, client: PageClient) -> None:
    client.as_(cast.amina)
    html = client.partial("/students/?q=rafi").get_data(as_text=True)
    assert "<html" not in html and "Rafi Hasan" in html and "Tasnim" not in html


def test_page_of_a_student_shows_guardians_years_and_history(
    cast: Cast, client: PageClient, queries: QueryCounter
) -> None:
    client.as_(cast.amina)
    with queries.at_most(9):
        page = client.get(RAFI)
    assert "Dalia Akter" in page.text and "01711-000001" in page.text and "Class Seven, A" in page.text
    assert page.one("#history")
    assert not client.as_(cast.farida).get(RAFI).all("#history")


def test_teacher_sees_the_guardian_but_no_papers(cast: Cast, client: PageClient) -> None:
    student = session().get_one(Student, cast.rafi_student)
    student.birth_registration_no = "20141234567890123"
    session().commit()
    page = client.as_(cast.bashir).get(RAFI)
    assert "01711-000001" in page.text
    assert "20141234567890123" not in page.text
    assert "20141234567890123" in client.as_(cast.farida).get(RAFI).text


NEW = {
    "name_en": "Nabila Tasnim",
    "name_bn": "নাবিলা তাসনিম",
    "born_on-d": "৩",
    "born_on-m": "4",
    "born_on-y": "২০১৫",
    "gender": "female",
    "birth_registration_no": "২০১৬১২৩৪৫৬৭৮৯০১২৩",
    "admitted_on-d": "1",
    "admitted_on-m": "2",
    "admitted_on-y": "2026",
    "phone": "",
}


def test_student_is_added_once_and_warned_about(cast: Cast, client: PageClient) -> None:
    form = client.as_(cast.farida).get("/students/add")
    page = form.submit(values=NEW)
    assert "Nabila Tasnim" in page.text and "No guardian is linked" in page.text
    assert "begins with another year than the date of birth" in page.text
    row = (
        session()
        .execute(
            select(Student, Person)
            .join(Person, Person.id == Student.person_id)
            .where(Person.name_en == "Nabila Tasnim")
        )
        .one()
    )
    assert row.Student.birth_registration_no == "20161234567890123"
    assert row.Student.student_no.startswith("S26-")
    assert (row.Person.born_on, row.Student.admitted_on) == (date(2015, 4, 3), date(2026, 2, 1))
    again = form.submit(values=NEW)
    assert again.url == page.url


@pytest.mark.parametrize("year", ["1999", "2100"])
def test_day_of_admission_outside_the_numbered_years_is_refused(
    cast: Cast, client: PageClient, year: str
) -> None:
    form = client.as_(cast.farida).get("/students/add")
    page = form.submit(values=NEW | {"admitted_on-y": year}, status=422)
    assert "its year lies between 2000 and 2099" in page.text
    assert page.values()["name_en"] == NEW["name_en"]


def test_student_is_corrected(cast: Cast, client: PageClient) -> None:
    form = client.as_(cast.farida).get(f"{RAFI}/edit")
    page = form.submit(values={"name_ar": "رافي حسن", "previous_school": "Ideal School"})
    assert page.url == RAFI
    assert "رافي حسن" in page.text and "Ideal School" in page.text
    history = client.as_(cast.amina).get(RAFI).one("#history").parent
    assert history is not None and "Previous school: now Ideal School" in " ".join(history.get_text().split())
    assert "Farida Yasmin" in history.get_text()


def test_saving_over_somebody_elses_change_shows_both_versions(cast: Cast, client: PageClient) -> None:
    form = client.as_(cast.farida).get(f"{RAFI}/edit")
    update_person(cast.amina.actor, cast.rafi.person_id, 1, name_en="Rafiul Hasan")
    page = form.submit(values={"name_en": "Raafi Hasan", "name_bn": "রাফি হাসান"}, status=409)
    assert "Raafi Hasan" in page.text and "Rafiul Hasan" in page.text
    assert session().scalar(select(Person.name_en).where(Person.id == cast.rafi.person_id)) == "Rafiul Hasan"
    assert page.submit().url == RAFI
    assert session().scalar(select(Person.name_en).where(Person.id == cast.rafi.person_id)) == "Raafi Hasan"


def test_change_of_the_student_record_alone_is_noticed_too(cast: Cast, client: PageClient) -> None:
    form = client.as_(cast.farida).get(f"{RAFI}/edit")
    other = client.get(f"{RAFI}/edit")
    other.submit(values={"previous_school": "Ideal School"})
    assert form.submit(values={"previous_school": "Model School"}).status == 409


def test_status_is_changed(cast: Cast, client: PageClient) -> None:
    page = (
        client.as_(cast.farida)
        .get(RAFI)
        .submit(f"form[action='{RAFI}/status']", values={"status": "transferred"})
    )
    assert "Transferred" in page.text
    assert "Rafi Hasan" not in client.get("/students/").text
    assert names(client.get("/students/", query={"status": "transferred"})) == ["Rafi Hasan"]


@pytest.mark.parametrize("value", ["", "king", "' OR 1=1--", ["active", "inactive"]])
def test_unknown_status_comes_back_with_the_page(cast: Cast, client: PageClient, value: object) -> None:
    page = client.as_(cast.farida).post(f"{RAFI}/status", {"status": value}, status=422)
    assert page.errors
    assert session().scalar(select(Student.status).where(Student.id == cast.rafi_student)) == "active"


# --- guardians


def test_guardian_on_record_is_linked_by_phone(cast: Cast, client: PageClient) -> None:
    page = client.as_(cast.farida).get(f"{RAFI}/guardians/link", query={"q": "০১৭১১০০০০০২"})
    assert "Ehsan Kabir" in page.text
    page = page.submit(values={"relationship": "father"})
    assert page.url == RAFI and "Ehsan Kabir" in page.text
    page = page.submit(f"form[action='{RAFI}/guardians/{cast.ehsan.guardian_id}/call-first']")
    first = page.all("#guardians + ul > li")[0]
    assert "Ehsan Kabir" in first.get_text() and "called first" in first.get_text()


def test_guardian_is_taken_off_after_a_question(cast: Cast, client: PageClient) -> None:
    page = client.as_(cast.farida).get(f"{RAFI}/guardians/{cast.dalia.guardian_id}/unlink")
    page = page.submit()
    assert page.url == RAFI and "Dalia Akter" not in page.text
    assert "Dalia Akter" in client.get(f"/students/{cast.rumi_student}").text


def test_guardian_of_another_campus_is_linked_only_by_the_number(cast: Cast, client: PageClient) -> None:
    url = f"/students/{cast.sadia_student}/guardians/link"
    client.as_(cast.jamil)
    assert "Dalia Akter" not in client.get(url, query={"q": "Dalia"}).text
    form = {"guardian_id": str(cast.dalia.guardian_id), "relationship": "guardian"}
    client.post(url, form, status=404)
    client.post(f"{url}?q=01711000002", form, status=404)
    page = client.get(url, query={"q": "01711000001"})
    assert "Dalia Akter" in page.text
    assert "Dalia Akter" in page.submit(values={"relationship": "guardian"}).text


@pytest.mark.parametrize(
    "fields",
    [
        {"guardian_id": "x", "relationship": "mother"},
        {"guardian_id": "", "relationship": "mother"},
        {"relationship": "mother"},
        {"guardian_id": str(CAST.ehsan.guardian_id), "relationship": "uncle"},
        {"guardian_id": str(CAST.ehsan.guardian_id), "relationship": ""},
        {"guardian_id": str(CAST.ehsan.guardian_id)},
        {"guardian_id": str(CAST.amina.person_id), "relationship": "mother"},
        {"guardian_id": str(CAST.ehsan.guardian_id), "relationship": ["mother", "father"]},
    ],
)
def test_broken_link_form_links_nobody(cast: Cast, client: PageClient, fields: dict[str, object]) -> None:
    before = session().scalar(select(func.count(StudentGuardian.id)))
    page = client.as_(cast.farida).post(f"{RAFI}/guardians/link?q=Ehsan", fields)
    assert page.status in {404, 422}
    assert session().scalar(select(func.count(StudentGuardian.id))) == before
