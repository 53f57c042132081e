"""A mother applies for her son, page by page, without script, in each language."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from app.domain.admissions.models import AdmissionCycle, Application
from app.domain.admissions.types import ApplicationStatus
from app.domain.files.services import sweep as check_files
from app.domain.outbox.models import OutboxMessage
from app.uow import session, transaction
from tests.support.applications import draft, seat_of, sent
from tests.support.cast import Cast
from tests.support.pages import Page, PageClient
from tests.support.uploads import SVG, bomb, pdf, picture

CHILD = {
    "child_name_bn": "রাইয়ান হোসেন",
    "child_name_en": "Raiyan Hossain",
    "born_on-d": "১৪",
    "born_on-m": "3",
    "born_on-y": "২০১৪",
    "gender": "male",
    "birth_registration_no": "২০১৪ ৬১১৯ ৪৮৩১ ০৪২৭০",
}
GUARDIAN = {
    "guardian_name": "শাহানা আক্তার",
    "relationship": "mother",
    "phone": "০১৮১২-৩৪৫৬৭৮",
    "email": "Shahana@Family.example",
}
ADDRESS = {"address": "১২ নদী সড়ক", "district": "Mymensingh"}
PAPERS = {"birth_certificate": (pdf(), "জন্ম সনদ.pdf"), "photo": (picture(), "ছবি.jpg")}
NEXT = {"do": "next"}
FORM = "main form[method=post]"


def seat(cast: Cast) -> dict[str, str]:
    return {"seat": str(seat_of(cast.class_7))}


def begin(client: PageClient, lang: str = "bn") -> Page:
    return client.get(f"/{lang}/admissions/").submit(FORM)


def step(url: str) -> str:
    return url.rsplit("/", 1)[1]


def token_of(page: Page) -> str:
    return page.url.split("/")[3]


def row() -> Application:
    return session().scalars(select(Application)).one()


@pytest.mark.parametrize("lang", ["bn", "en", "ar"])
def test_the_whole_journey(client: PageClient, cast: Cast, lang: str) -> None:
    page = begin(client, lang)
    assert step(page.url) == "child"
    page = page.submit(FORM, CHILD | seat(cast) | NEXT)
    assert step(page.url) == "guardian", page.errors
    page = page.submit(FORM, GUARDIAN | NEXT)
    assert step(page.url) == "address", page.errors
    page = page.submit(FORM, ADDRESS | NEXT)
    assert step(page.url) == "documents", page.errors
    page = page.submit(FORM, PAPERS | NEXT)
    assert step(page.url) == "review", page.errors
    assert "রাইয়ান হোসেন" in page.text and "জন্ম সনদ.pdf" in page.text
    page = page.submit(FORM, {"consent": "y"} | NEXT)
    reference = row().reference or ""
    assert page.url == f"/{lang}/admissions/status/{reference}" and reference in page.text
    mails = session().scalars(select(OutboxMessage).order_by(OutboxMessage.id)).all()
    assert [(mail.kind, mail.locale) for mail in mails] == [
        ("application.draft", lang),
        ("application.received", lang),
    ]
    assert f"http://localhost/{lang}/admissions/status?reference={reference}" in mails[1].body
    found = PageClient(client.app).get(f"/{lang}/admissions/status")
    again = found.submit(FORM, {"reference": reference.lower(), "phone": "+88 01812 345678"})
    assert reference in again.text and row().phone == "+8801812345678"


def test_the_private_link_leads_back_to_what_is_open(client: PageClient, cast: Cast) -> None:
    page = begin(client).submit(FORM, CHILD | seat(cast) | NEXT)
    page = page.submit(FORM, GUARDIAN | {"do": "later"})
    assert step(page.url) == "saved"
    mail = session().scalars(select(OutboxMessage)).one()
    link = re.search(r"http://localhost(\S+)", mail.body)
    assert link is not None and page.one(f'a[href="http://localhost{link[1]}"]')
    other_phone = PageClient(client.app).get(link[1])
    assert step(other_phone.url) == "address"


def test_finish_later_keeps_what_is_valid_and_names_the_rest(client: PageClient, cast: Cast) -> None:
    wrong = {"child_name_bn": "রাইয়ান", "birth_registration_no": "12", "do": "later"}
    page = begin(client).submit(FORM, wrong)
    assert step(page.url) == "saved"
    assert row().child_name_bn == "রাইয়ান" and row().birth_registration_no is None
    assert page.one(".toast.warn")


def test_going_on_with_a_wrong_answer_keeps_what_was_typed_and_stores_nothing(
    client: PageClient, cast: Cast
) -> None:
    page = begin(client).submit(FORM, CHILD | seat(cast) | NEXT | {"birth_registration_no": "12"}, status=422)
    assert page.one("#child_name_en")["value"] == "Raiyan Hossain"
    assert page.one("#birth_registration_no")["value"] == "12"
    assert page.one('[data-errors] a[href="#birth_registration_no"]')
    assert row().child_name_en is None


def test_the_language_switch_keeps_the_token_and_the_page(client: PageClient, cast: Cast) -> None:
    page = begin(client)
    for shown in (page, page.submit(FORM, NEXT, status=422)):
        links = {str(link["hreflang"]): str(link["href"]) for link in shown.all("footer a[hreflang]")}
        assert links["ar"] == page.url.replace("/bn/", "/ar/")
    assert client.get(links["ar"]).soup.html["dir"] == "rtl"  # type: ignore[index]  # every checked page has one


def test_a_double_click_on_start_makes_one_draft(client: PageClient, cast: Cast) -> None:
    page = client.get("/bn/admissions/")
    first, second = page.submit(FORM), page.submit(FORM)
    assert first.url == second.url
    assert row()
    for key in ("", "x", "short", "' OR 1=1--"):
        assert step(client.post("/bn/admissions/start", {"key": key}).url) == "child"


def test_sending_twice_shows_the_same_reference(client: PageClient, cast: Cast) -> None:
    token = draft()
    page = client.get(f"/bn/apply/{token}/review")
    first, second = (page.submit(FORM, {"consent": "y"} | NEXT) for _ in range(2))
    assert first.url == second.url
    assert session().scalars(select(OutboxMessage.kind)).all() == ["application.received"]
    for place in ("", "/child", "/documents", "/review", "/saved"):
        assert client.get(f"/bn/apply/{token}{place}").url == first.url


def test_what_is_missing_is_listed_with_its_links(client: PageClient, cast: Cast) -> None:
    page = begin(client)
    review = client.get(f"/bn/apply/{token_of(page)}/review")
    refused = review.submit(FORM, {"consent": "y"} | NEXT, status=422)
    links = [str(link["href"]) for link in refused.all("[data-errors] a")]
    assert "#answer-seat" in links and "#answer-photo" in links and len(links) == 13
    for link in links:
        assert refused.one(link).select("a[href]")
    unticked = client.get(f"/bn/apply/{draft()}/review").submit(FORM, NEXT, status=422)
    assert unticked.one('[data-errors] a[href="#consent"]')


# Werkzeug's test client leaves the temporary file of a large form to the collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_refused_paper_says_why_and_the_other_is_kept(client: PageClient, cast: Cast) -> None:
    page = client.get(f"/en/apply/{draft(papers=False)}/documents")
    for data, reason in (
        (SVG, "not a file we can read"),
        (pdf(), "JPEG, PNG"),
        (b"\xff\xd8\xff" + b"x" * 6_000_000, "at most 5 MB"),
        (b"", "empty"),
    ):
        refused = page.submit(
            FORM, {"photo": (data, "photo.jpg"), "birth_certificate": (pdf(), "b.pdf")} | NEXT, status=422
        )
        assert reason in refused.one("#photo-e").get_text()
        assert "b.pdf" in refused.text
    assert len(session().scalars(select(Application)).all()) == 1


@pytest.mark.parametrize(("data", "reason"), [(picture()[:300], "cannot be opened"), (bomb(), "too large")])
def test_what_the_check_refuses_says_why_and_counts_as_not_sent(
    client: PageClient, cast: Cast, data: bytes, reason: str
) -> None:
    token = draft(papers=False)
    papers = {"photo": (data, "photo.jpg"), "birth_certificate": (pdf(), "b.pdf")}
    page = client.get(f"/en/apply/{token}/documents").submit(FORM, papers | NEXT)
    assert step(page.url) == "review"
    page = client.get(f"/en/apply/{token}/documents")
    assert "Being checked" in page.one("#state-photo").get_text()
    again = page.one("#state-photo a[hx-get]")
    client.get(f"/en/apply/{token}/documents/photo", status=404)
    check_files()
    part = client.partial(str(again["hx-get"])).get_data(as_text=True)
    assert "Not accepted" in part and reason in part and "hx-get" not in part and "<html" not in part
    assert client.get(str(again["hx-get"])).url == str(again["href"]), "without script it is the page itself"
    page = client.get(f"/en/apply/{token}/documents")
    assert reason in page.one("#state-photo").get_text()
    assert "Received" in page.one("#state-birth_certificate").get_text()
    client.get(f"/en/apply/{token}/documents/photo", status=404)
    refused = client.get(f"/en/apply/{token}/review").submit(FORM, {"consent": "y"} | NEXT, status=422)
    assert refused.one('[data-errors] a[href="#answer-photo"]')


def test_the_status_page_tells_how_the_papers_stand(client: PageClient, cast: Cast) -> None:
    token = draft(papers=False)
    papers = {"photo": (picture()[:300], "photo.jpg"), "birth_certificate": (pdf(), "b.pdf")}
    page = client.get(f"/en/apply/{token}/documents").submit(FORM, papers | NEXT)
    page = page.submit(FORM, {"consent": "y"} | NEXT)
    assert page.one("#papers").get_text().count("Being checked") == 2
    again = [str(link["hx-get"]) for link in page.all("#papers a[hx-get]")]
    check_files()
    part, other = (client.partial(address).get_data(as_text=True) for address in sorted(again))
    assert "Received" in part and 'type="file"' not in part and "hx-get" not in part
    assert "cannot be opened" in other and 'type="file"' in other and "hx-get" not in other


def test_papers_are_shown_replaced_and_removed(client: PageClient, cast: Cast) -> None:
    token = draft()
    page = client.get(f"/en/apply/{token}/documents")
    assert client.raw.get(f"/en/apply/{token}/documents/photo").mimetype == "image/jpeg"
    page = page.submit(FORM, {"photo": (picture("PNG"), "new.png"), "do": None})
    check_files()
    page = client.get(f"/en/apply/{token}/documents")
    assert "new.png" in page.text
    page = page.submit(FORM, {"remove": "photo", "do": None})
    assert "new.png" not in page.text and step(page.url) == "documents"
    assert client.get(f"/en/apply/{token}/documents/photo", status=404)
    assert client.get(f"/en/apply/{token}/documents/other", status=404)


@pytest.mark.parametrize("place", ["", "/child", "/documents", "/review", "/saved", "/documents/photo"])
def test_a_made_up_link_opens_nothing(client: PageClient, cast: Cast, place: str) -> None:
    draft()
    for token in ("x" * 43, "%00", "..", "{{7*7}}"):
        client.get(f"/bn/apply/{token}{place}", status=404)


def test_an_unknown_page_of_the_form_is_not_found(client: PageClient, cast: Cast) -> None:
    token = draft()
    for name in ("nothing", "CHILD", "review2"):
        client.get(f"/bn/apply/{token}/{name}", status=404)


def test_status_never_says_which_half_is_wrong(client: PageClient, cast: Cast) -> None:
    application = sent()
    page = client.get("/en/admissions/status")
    wrong = [
        {"reference": application.reference, "phone": "01999999999"},
        {"reference": "SA26-00002-5", "phone": "01812345678"},
        {"reference": "nonsense", "phone": "01812345678"},
    ]
    said = {page.submit(FORM, values, status=422).one("[data-errors] li").get_text() for values in wrong}
    assert len(said) == 1
    client.get(f"/en/admissions/status/{application.reference}")
    assert "/status?reference=" in client.get(f"/en/admissions/status/{application.reference}").url


def test_a_family_withdraws_after_being_asked(client: PageClient, cast: Cast) -> None:
    application = sent()
    page = client.get("/en/admissions/status").submit(
        FORM, {"reference": application.reference, "phone": "01812345678"}
    )
    question = page.follow("Withdraw the application")
    assert row().status.value == "submitted"
    page = question.submit(FORM)
    assert page.one(".tag.mute") and row().status.value == "withdrawn"
    assert not [link for link in page.all("main a") if "withdraw" in str(link.get("href"))]
    row().status = ApplicationStatus.REJECTED
    assert "was not withdrawn" in question.submit(FORM).one(".toast.warn").get_text()
    stranger = PageClient(client.app)
    assert "status?reference" in stranger.get(f"/en/admissions/status/{application.reference}/withdraw").url
    stranger.post(f"/en/admissions/status/{application.reference}/withdraw", {})


def test_closed_is_said_plainly(client: PageClient, cast: Cast) -> None:
    token = draft()
    page = client.get(f"/en/apply/{token}/child")
    door = client.get("/en/admissions/")
    with transaction() as db:
        cycle = db.get_one(AdmissionCycle, cast.cycle)
        cycle.opens_on = cycle.closes_on
    assert "closed" in client.get(f"/en/apply/{token}/child").one("h1").get_text()
    assert "closed" in page.submit(FORM, CHILD | NEXT, status=422).one("h1").get_text()
    assert "closed" in door.submit(FORM, status=422).one("h1").get_text()
    assert not client.get("/en/admissions/").all(FORM)


def test_warnings_are_shown_and_stop_nobody(client: PageClient, cast: Cast) -> None:
    page = client.get(f"/en/apply/{draft(birth_registration_no='2015' + '1' * 13)}/review")
    assert "another year" in page.one(".note.warn").get_text()
    assert "/status/" in page.submit(FORM, {"consent": "y"} | NEXT).url


HOSTILE = [
    '"><svg onload=alert(1)>',
    "{{7*7}}",
    "' OR 1=1--",
    "a\0b",
    "x" * 3000,
    "😀" * 400,
    "\u202e",
]


@pytest.mark.parametrize("name", ["child", "guardian", "address"])
def test_hostile_answers_are_kept_on_the_page_and_nowhere_else(
    client: PageClient, cast: Cast, name: str
) -> None:
    url = f"/bn/apply/{draft()}/{name}"
    fields = [key for key in client.get(url).values(FORM) if key not in {"csrf_token", "do"}]
    assert len(fields) >= 4
    for field in fields:
        for value in HOSTILE:
            page = client.get(url).submit(FORM, {field: value} | NEXT, status=None)
            assert page.status in {200, 422}, (field, value, page.status)
            assert not page.all("svg[onload]") and "49" not in [tag.get("value") for tag in page.all("input")]


@pytest.mark.parametrize("values", [{"gender": "other"}, {"seat": "00000000-0000-0000-0000-000000000000"}])
def test_wrong_choices_are_refused(client: PageClient, cast: Cast, values: dict[str, str]) -> None:
    client.get(f"/bn/apply/{draft()}/child").submit(FORM, values | NEXT, status=422)


def test_an_answer_sent_twice_is_refused(client: PageClient, cast: Cast) -> None:
    page = client.get(f"/bn/apply/{draft()}/address")
    page.submit(FORM, {"district": ["Dhaka", "Khulna"]} | NEXT, status=422)
