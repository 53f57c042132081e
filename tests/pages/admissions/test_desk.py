"""The officer's desk: the queue beside the record, decisions, enrolment, and who is let in."""

from __future__ import annotations

import io
from uuid import uuid4

import pytest
from PIL import Image
from sqlalchemy import select, update

from app.domain.academics.models import Section
from app.domain.accounts.services import switch_language
from app.domain.admissions.models import Application
from app.domain.admissions.queries import find_by_token
from app.domain.admissions.services import add_note, attach_document, submit_application
from app.domain.admissions.types import ApplicationStatus, DocumentKind
from app.domain.files.services import sweep as check_files
from app.domain.kernel.access import visitor
from app.domain.kernel.ids import new_token
from app.domain.outbox.models import OutboxMessage
from app.domain.people.models import Student
from app.uow import session
from tests.support.applications import TODAY, decided, draft, link_to, sent
from tests.support.cast import Cast, Member
from tests.support.pages import PageClient
from tests.support.queries import QueryCounter
from tests.support.uploads import picture

QUEUE = "/admissions/applications/"
DOCK = "form.dock"
HOSTILE = ['"><svg onload=alert(1)>', "{{7*7}}", "' OR 1=1--", "a\0b", "x" * 3000]


def row() -> Application:
    return session().scalars(select(Application).order_by(Application.submitted_at.desc())).first()  # type: ignore[return-value]  # there is one by then


PAGES = [
    ("GET", "", 200),
    ("GET", "{id}", 200),
    ("GET", "{id}/reject", 200),
    ("GET", "{id}/enrol", 200),
    ("GET", "{id}/documents/photo", 200),
    ("POST", "{id}/decide", 422),
    ("POST", "{id}/notes", 422),
    ("POST", "{id}/reject", 422),
    ("POST", "{id}/enrol", 422),
]


@pytest.mark.parametrize(("method", "path", "right"), PAGES)
def test_who_is_let_in(client: PageClient, cast: Cast, method: str, path: str, right: int) -> None:
    url = QUEUE + path.format(id=decided().id)
    members: list[tuple[Member | None, int]] = [
        (None, 303),
        (cast.dalia, 403),
        (cast.rafi, 403),
        (cast.bashir, 403),
        (cast.chandra, 403),
        (cast.ishrat, 403),
        (cast.gias, 403),
        (cast.jamil, 200 if path == "" else 404),
        (cast.farida, right),
        (cast.amina, right),
        (cast.hasan, right),
    ]
    for member, status in members:
        browser = client.as_(member)
        sent_form = {"csrf_token": browser.token(), "once": new_token(16)} if method == "POST" else None
        answer = browser.raw.open(url, method=method, data=sent_form)
        assert answer.status_code == status, (member.nick if member else "nobody", answer.status_code)


def test_what_does_not_exist_is_not_found(client: PageClient, cast: Cast) -> None:
    from app.domain.admissions.queries import find_by_token

    mine = find_by_token(draft())
    assert mine is not None
    for key in (uuid4(), mine.id):
        client.as_(cast.farida).get(f"{QUEUE}{key}", status=404)
    client.get(f"{QUEUE}{sent().id}/documents/nothing", status=404)


def test_the_queue_finds_and_narrows(client: PageClient, cast: Cast) -> None:
    sent()
    decided(child_name_en="Arisha Noor", child_name_bn="আরিশা নূর", phone="+8801911111111")
    page = client.as_(cast.farida).get(QUEUE)
    assert [tag.get_text() for tag in page.all(".queue b")] == ["Arisha Noor", "Raiyan Hossain"]
    assert [" ".join(tag.get_text(" ").split()) for tag in page.all(".chip")] == [
        "All states 2",
        "Pending 1",
        "Approved 1",
    ]
    only = page.follow("Approved")
    assert len(only.all(".queue li")) == 1 and not only.all(".queue .tag")
    found = page.submit("main form[role=search]", {"q": "আরিশা"})
    assert [tag.get_text() for tag in found.all(".queue b")] == ["Arisha Noor"]
    none = page.submit("main form[role=search]", {"q": "nobody"})
    assert none.one(".empty") and none.one("#q")["value"] == "nobody"
    for query in (
        {"status": "x"},
        {"class": "x"},
        {"page": "-1"},
        {"page": "99999999999"},
        {"q": "\0"},
        {"q": "x" * 5000},
    ):
        assert client.get(QUEUE, query=query).status == 200


def test_the_empty_queue_says_why(client: PageClient, cast: Cast) -> None:
    assert client.as_(cast.farida).get(QUEUE).one(".empty")


def test_the_record_shows_everything_on_one_page(client: PageClient, cast: Cast) -> None:
    first = sent()
    application = sent(phone="+8801711000001")
    add_note(cast.amina.actor, application.id, "Call first.")
    page = client.as_(cast.farida).get(f"{QUEUE}{application.id}")
    for words in (
        "20146119483104270",
        "14 March 2014",
        "শাহানা আক্তার",
        "Mymensingh",
        "Call first.",
        "Amina Rahman",
    ):
        assert words in page.text, words
    assert "Known guardian" in page.text and "Rafi Hasan" in page.text
    assert (
        first.reference in page.one(".note.warn").get_text()
        and "birth registration" in page.one(".note.warn").get_text()
    )
    assert page.one('.queue [aria-current="true"]')["href"].startswith(f"{QUEUE}{application.id}")
    assert page.one("[data-key=j]")["href"].startswith(f"{QUEUE}{first.id}") and not page.all("[data-key=k]")
    assert not page.all("#audit")
    assert client.as_(cast.amina).get(f"{QUEUE}{application.id}").all("#audit")


def test_papers_are_served_sealed(client: PageClient, cast: Cast) -> None:
    application = sent()
    browser = client.as_(cast.farida).raw
    for kind, shown in (("photo", "inline"), ("birth_certificate", "attachment")):
        answer = browser.get(f"{QUEUE}{application.id}/documents/{kind}")
        assert answer.headers["Content-Disposition"].startswith(shown)
        assert "sandbox" in answer.headers["Content-Security-Policy"]
        assert answer.headers["Cache-Control"] == "no-store"


def test_a_decision_keeps_the_filter_and_tells_the_family(client: PageClient, cast: Cast) -> None:
    application = sent(locale="ar")
    page = client.as_(cast.farida).get(f"{QUEUE}{application.id}", query={"status": "submitted"})
    page = page.submit(DOCK, {"do": "waitlisted", "reason": "Every seat is taken."})
    assert page.url.endswith("?status=submitted") and "Waitlisted" in page.text
    mail = session().scalars(select(OutboxMessage).order_by(OutboxMessage.id.desc())).first()
    assert mail is not None and mail.locale == "ar" and "Every seat is taken." in mail.body


def test_a_decision_without_its_reason_is_refused_on_the_page(client: PageClient, cast: Cast) -> None:
    page = client.as_(cast.farida).get(f"{QUEUE}{sent().id}")
    refused = page.submit(DOCK, {"do": "offered", "reason": ""}, status=422)
    assert refused.one("#reason")["aria-invalid"] == "true" and refused.one("[data-errors]")
    assert row().status is ApplicationStatus.SUBMITTED


@pytest.mark.parametrize("do", ["enrolled", "draft", "withdrawn", "nonsense", ""])
def test_only_decisions_can_be_decided(client: PageClient, cast: Cast, do: str) -> None:
    page = client.as_(cast.farida).get(f"{QUEUE}{sent().id}")
    page.submit(DOCK, {"do": do, "reason": "x"}, status=422)
    assert row().status is ApplicationStatus.SUBMITTED


def test_two_officers_at_once_are_told(client: PageClient, cast: Cast) -> None:
    page = client.as_(cast.farida).get(f"{QUEUE}{sent().id}")
    question = page.follow("Reject")
    page.submit(DOCK, {"do": "shortlisted", "reason": "Reads well."})
    stale = page.submit(DOCK, {"do": "waitlisted", "reason": "x"}, status=409)
    assert (
        "Reads well." in stale.text
        and "Farida Yasmin" in stale.text
        and "Sent by the family" not in stale.text
    )
    assert question.submit(values={"reason": "No."}, status=409)
    assert row().status is ApplicationStatus.SHORTLISTED


def test_rejecting_asks_once_more(client: PageClient, cast: Cast) -> None:
    question = client.as_(cast.farida).get(f"{QUEUE}{sent().id}").follow("Reject")
    assert row().status is ApplicationStatus.SUBMITTED
    question.submit(values={"reason": ""}, status=422)
    page = question.submit(values={"reason": "No seat is left."})
    assert row().status is ApplicationStatus.REJECTED and "No seat is left." in page.text


@pytest.mark.parametrize("value", HOSTILE)
def test_hostile_words_stay_words(client: PageClient, cast: Cast, value: str) -> None:
    url = f"{QUEUE}{sent().id}"
    client.as_(cast.farida)
    for selector, values in (
        (DOCK, {"do": "shortlisted", "reason": value}),
        (DOCK, {"do": "shortlisted", "version": value}),
        ("form[action*=notes]", {"text": value}),
    ):
        page = client.get(url).submit(selector, values, status=None)
        assert page.status in {200, 409, 422} and not page.all("svg[onload]")
    page = client.get(f"{url}/reject").submit(values={"reason": value}, status=None)
    assert page.status in {200, 422} and not page.all("svg[onload]")


def test_enrolling_by_hand(client: PageClient, cast: Cast) -> None:
    application = decided()
    session().execute(update(Section).where(Section.id == cast.section_7b).values(capacity=1))
    decided_other = decided(phone="+8801911111111", birth_registration_no="2" * 17)
    page = client.as_(cast.farida).get(f"{QUEUE}{application.id}").follow("Enrol")
    assert "29" not in page.text and "28 of 30 seats free" in page.text
    late = client.get(f"{QUEUE}{decided_other.id}/enrol", query={"section": str(cast.section_7b)})
    confirm = page.submit("main form[method=get]", {"section": str(cast.section_7b)})
    done = confirm.submit()
    assert "S26-00001-" in done.text and "roll number 1" in done.text
    assert row().status is ApplicationStatus.OFFERED
    full = late.submit(status=422)
    assert "is full" in full.one("[data-errors]").get_text() and full.one("input[disabled]")
    again = confirm.submit(status=409)
    assert "S26-00001-" in again.text
    assert len(session().scalars(select(Student.id).where(Student.student_no.like("S26-%"))).all()) == 1
    client.get(f"{QUEUE}{application.id}/enrol", status=409)


@pytest.mark.parametrize("section", ["other", "class_6", "none", "nonsense"])
def test_foreign_sections_are_refused(client: PageClient, cast: Cast, section: str) -> None:
    application = decided()
    keys = {"other": cast.other_section_7a, "class_6": cast.section_6a, "none": uuid4(), "nonsense": "x"}
    url = f"{QUEUE}{application.id}/enrol"
    client.as_(cast.farida)
    client.post(url, {"section_id": str(keys[section]), "version": application.version}, status=422)
    assert not client.get(url, query={"section": str(keys[section])}).all("main form[method=post]")


def test_the_number_of_queries_does_not_grow(client: PageClient, cast: Cast, queries: QueryCounter) -> None:
    first = sent()
    client.as_(cast.farida)

    def counts() -> list[int]:
        found = []
        for url in (QUEUE, f"{QUEUE}{first.id}"):
            client.raw.get(url)
            with queries.counted() as statements:
                assert client.raw.get(url).status_code == 200
            found.append(len(statements))
        return found

    add_note(cast.farida.actor, first.id, "One.")
    before = counts()
    for number in range(6):
        sent(phone="+8801711000001", birth_registration_no=f"2014{number:013d}")
    add_note(cast.amina.actor, first.id, "Two.")
    assert counts() == before
    # Beside the queue stand the form, papers, family, fee, scores, slips, offer, milestones and the history.
    assert before[0] <= 7 and before[1] <= 21, before


def test_rejecting_is_asked_and_refused_in_part_too(client: PageClient, cast: Cast) -> None:
    page = f"{QUEUE}{sent().id}/reject"
    client.as_(cast.farida)
    for answer, status in ((client.partial(page), 200), (client.partial(page, data={"reason": ""}), 422)):
        part = answer.get_data(as_text=True)
        assert answer.status_code == status
        assert "<html" not in part and 'name="reason"' in part


@pytest.mark.parametrize("lang", ["bn", "en", "ar"])
def test_the_desk_speaks_the_readers_language(client: PageClient, cast: Cast, lang: str) -> None:
    application = decided()
    client.as_(cast.farida)
    client.post("/account/language", {"locale": lang}, follow=False)
    for path in ("", f"{application.id}", f"{application.id}/reject", f"{application.id}/enrol"):
        page = client.get(QUEUE + path)
        assert page.one("html")["lang"] == lang


@pytest.mark.parametrize(
    ("lang", "word"), [("en", "Photograph of the child"), ("bn", "শিশুর ছবি"), ("ar", "صورة الطفل")]
)
def test_a_picture_is_shown_small_to_who_may_see_it_whole(
    client: PageClient, cast: Cast, lang: str, word: str
) -> None:
    token = draft(papers=False)
    attach_document(visitor("bn"), token, DocumentKind.PHOTO, picture(size=(640, 480)), "photo.jpg")
    attach_document(visitor("bn"), token, DocumentKind.BIRTH_CERTIFICATE, picture(), "b.jpg")
    waiting = client.as_(None).get(f"/{lang}/apply/{token}/documents")
    assert not waiting.all("img"), "nobody is shown what nobody has looked at"
    check_files()
    own = client.get(f"/{lang}/apply/{token}/documents")
    submit_application(visitor("bn"), token, consent=True, today=TODAY, status_link=link_to)
    application = find_by_token(token)
    assert application is not None
    switch_language(cast.farida.actor, lang)
    desk = client.as_(cast.farida).get(f"{QUEUE}{application.id}")
    assert own.one("#state-birth_certificate img")
    for shown in (own.one("#state-photo img"), desk.one("main img")):
        assert (shown["width"], shown["height"], shown["loading"]) == ("160", "120", "lazy")
        assert shown["alt"] == word
    size = len(client.raw.get(f"{QUEUE}{application.id}").get_data())
    src = str(desk.one("main img")["src"])
    answer = client.raw.get(src)
    assert (answer.status_code, answer.mimetype) == (200, "image/webp")
    with Image.open(io.BytesIO(answer.get_data())) as small:
        assert small.size == (320, 240)
    print(f"\nrecord {size} bytes before compression, the picture {len(answer.get_data())}")
    for somebody in (None, cast.bashir, cast.dalia):
        assert client.as_(somebody).raw.get(src).status_code in {303, 403, 404}


def test_the_officer_sees_a_paper_once_it_is_released_and_why_one_was_refused(
    client: PageClient, cast: Cast
) -> None:
    token = draft(papers=False)
    attach_document(visitor("bn"), token, DocumentKind.PHOTO, picture(), "photo.jpg")
    attach_document(visitor("bn"), token, DocumentKind.BIRTH_CERTIFICATE, picture()[:300], "b.jpg")
    submit_application(visitor("bn"), token, consent=True, today=TODAY, status_link=link_to)
    application = find_by_token(token)
    assert application is not None
    here = f"{QUEUE}{application.id}"
    client.as_(cast.farida)
    page = client.get(here)
    assert page.one("#papers-card").get_text().count("Being checked") == 2
    again = str(page.one("#papers-card a[hx-get]")["hx-get"])
    client.get(f"{here}/documents/photo", status=404)
    check_files()
    part = client.partial(again).get_data(as_text=True)
    assert "cannot be opened" in part and "hx-get" not in part and "not scanned for viruses" in part
    assert client.get(again).url == here, "without script it is the record itself"
    assert client.raw.get(f"{here}/documents/photo", query_string={"size": "page"}).mimetype == "image/webp"
    client.get(f"{here}/documents/birth_certificate", status=404)
