"""The office enrols a class, takes one back, takes fees and reads the numbers, without script."""

from __future__ import annotations

from sqlalchemy import select, update

from app.domain.accounts.services import switch_language
from app.domain.admissions.entry.queries import list_student_papers
from app.domain.admissions.fees.models import ApplicationFee
from app.domain.admissions.models import AdmissionCycle
from app.domain.admissions.queries import get_application
from app.domain.admissions.types import ApplicationStatus as S
from app.domain.people.models import Person
from app.uow import session
from tests.support.applications import decided, sent
from tests.support.cast import CAST, Cast
from tests.support.pages import PageClient
from tests.support.uploads import picture

QUEUE = "/admissions/applications/"
FORM = "main form[method=post]"


def costs(fee: int = 200) -> None:
    session().execute(update(AdmissionCycle).where(AdmissionCycle.id == CAST.cycle).values(fee=fee))


def test_a_child_is_checked_enrolled_and_taken_back(client: PageClient, cast: Cast) -> None:
    costs()
    application = decided(phone="+8801711000001", email="new@family.example")
    page = client.as_(cast.farida).get(f"{QUEUE}{application.id}").follow("Enrol the child…")
    assert "No payment of the fee is recorded." in page.one(".note.warn").get_text()
    assert page.one("input[name=section][checked]"), "a section is suggested"
    sure = page.submit("main form[method=get]")
    assert sure.one("main dl.rows").get_text().endswith(cast.dalia.name_en), "the known guardian is named"
    done = sure.submit(take=["email"])
    assert "Enrolled as" in done.one("#toasts").get_text()
    assert session().get_one(Person, cast.dalia.person_id).email == "new@family.example"
    student_id = get_application(cast.farida.actor, application.id).student_id
    assert student_id
    student = client.get(f"/students/{student_id}")
    paper = student.all("#papers + ul a")[0]
    assert client.raw.get(str(paper["href"])).status_code == 200
    back = done.follow("Take the enrolment back…")
    assert back.submit(reason="", status=422).errors
    gone = back.submit(reason="Wrong child.")
    assert "The enrolment is taken back" in gone.one("#toasts").get_text()
    assert "Enrolment taken back" in gone.text and list_student_papers(student_id) == []
    client.get(f"{QUEUE}{application.id}/undo", status=409)


def test_what_stops_it_is_told_instead_of_the_sections(client: PageClient, cast: Cast) -> None:
    assert cast.rafi.phone
    application = decided(phone=cast.rafi.phone)
    page = client.as_(cast.farida).get(f"{QUEUE}{application.id}/enrol")
    assert "Somebody else signs in" in page.one(".note.bad").get_text() and not page.all(
        "input[name=section]"
    )


def test_a_class_is_enrolled_with_a_preview_and_says_who_was_not(client: PageClient, cast: Cast) -> None:
    decided(), decided(phone="+8801911111111", child_name_en="Rayan", child_name_bn="রায়ান")
    client.as_(cast.farida)
    page = client.get(f"/admissions/cycles/{cast.cycle}").follow("Enrol into Class Seven")
    ticks = [str(box["value"]) for box in page.all("input[name=pick]")]
    assert len(ticks) == 2 and not page.all("input[name=pick][checked]"), "nobody has accepted yet"
    done = page.submit(pick=ticks)
    assert "1 enrolled, 1 not" in done.text and "A student with this birth registration number" in done.text
    again = page.submit(pick=ticks)
    assert "0 enrolled, 2 not" in again.text
    foreign = client.post(again.url, {"pick": ["x", "x:1", f"{cast.class_7}:1"]})
    assert foreign.status == 200 and "0 enrolled" not in foreign.text


def test_money_is_seen_by_two(client: PageClient, cast: Cast) -> None:
    costs()
    application = sent()
    page = client.as_(cast.farida).get(f"{QUEUE}{application.id}").follow("Record a payment")
    refused = page.submit(method="bank_slip", number="77", status=422)
    assert "photograph of the slip" in refused.text
    own = page.submit(method="bank_slip", number="77", slip=(picture(), "slip.jpg"))
    assert "Somebody else confirms it" in own.text and not own.all("form[action$=confirm]")
    fee = session().scalars(select(ApplicationFee.id)).one()
    url = f"/admissions/fees/payments/{fee}"
    client.post(f"{url}/confirm", {}, status=403)
    day = client.as_(cast.chandra).get("/admissions/fees/")
    assert "Waiting for a second person" in day.text and "৳200" in day.text
    case = day.submit("form[role=search]", {"q": application.reference})
    assert case.url.endswith(str(application.id)) and "Open the application" not in case.text
    seen = case.submit("form[action$=confirm]")
    assert "Confirmed." in seen.one("#toasts").get_text()
    cancel = seen.follow("Cancel it…")
    cancel.submit(reason="", status=422)
    assert "Torn." in cancel.submit(reason="Torn.").text
    assert case.client.get(f"/admissions/fees/{application.id}").one("#record"), "and can be paid anew"


def test_a_double_click_records_one_payment(client: PageClient, cast: Cast) -> None:
    costs()
    page = client.as_(cast.farida).get(f"/admissions/fees/{sent().id}")
    assert page.submit(method="cash", number="1").url == page.submit(method="cash", number="1").url
    assert len(session().scalars(select(ApplicationFee.id)).all()) == 1


def test_the_numbers_are_read_and_taken_out_safely(client: PageClient, cast: Cast) -> None:
    client.as_(cast.farida)
    url = f"/admissions/cycles/{cast.cycle}/numbers"
    assert client.get(url).one(".empty")
    decided(S.OFFERED)
    page = client.get(url)
    assert "Class Seven" in page.text and page.all("progress")
    session().execute(update(AdmissionCycle).where(AdmissionCycle.id == cast.cycle).values(papers=["photo"]))
    answer = client.raw.get(f"{url}.csv")
    lines = answer.get_data(as_text=True).splitlines()
    assert answer.headers["Content-Type"].startswith("text/csv") and "Class Seven,40,1,1,0,0,39" in lines


def test_the_pages_speak_the_readers_language(client: PageClient, cast: Cast) -> None:
    costs()
    application = decided()
    switch_language(cast.farida.actor, "ar")
    client.as_(cast.farida)
    for path in (
        f"{QUEUE}{application.id}/enrol",
        f"/admissions/cycles/{cast.cycle}/classes/{cast.class_7}/enrol",
        f"/admissions/cycles/{cast.cycle}/numbers",
        f"/admissions/fees/{application.id}",
        "/admissions/fees/",
    ):
        page = client.get(path)
        assert page.soup.html is not None and page.soup.html["lang"] == "ar"
        assert "Fee" not in page.one("main").get_text() and "Enrol" not in page.one("main").get_text()
