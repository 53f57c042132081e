"""A family sends a refused or missing paper from the status page, and no other one."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.domain.admissions.models import ApplicationDocument, ApplicationEvent
from app.domain.admissions.services import attach_document, submit_application
from app.domain.admissions.types import ApplicationStatus, ApplicationView, DocumentKind, EventKind
from app.domain.files.rules import MAX_PAGES
from app.domain.files.services import sweep as check_files
from app.domain.kernel.access import visitor
from app.uow import session
from tests.pages.apply.test_slips import status_page
from tests.support.applications import TODAY, decided, draft, link_to, sent
from tests.support.cast import Cast
from tests.support.pages import PageClient
from tests.support.uploads import pdf, picture

PAPERS = "#papers form"


def refused(locale: str = "bn") -> ApplicationView:
    """An application whose certificate the check refused after it was sent."""
    from app.domain.admissions.queries import find_by_token

    token, family = draft(locale=locale, papers=False), visitor(locale)
    attach_document(
        family, token, DocumentKind.BIRTH_CERTIFICATE, pdf(pages=MAX_PAGES + 1), "certificate.pdf"
    )
    attach_document(family, token, DocumentKind.PHOTO, picture(), "photo.jpg")
    submit_application(family, token, consent=True, today=TODAY, status_link=link_to)
    check_files()
    found = find_by_token(token)
    assert found is not None
    return found


def events() -> list[tuple[EventKind, dict[str, object] | None]]:
    rows = session().scalars(select(ApplicationEvent).order_by(ApplicationEvent.at))
    return [(row.kind, row.details) for row in rows]


@pytest.mark.parametrize("lang", ["bn", "en", "ar"])
def test_a_refused_paper_is_sent_again_from_the_status_page(
    client: PageClient, cast: Cast, lang: str
) -> None:
    application = refused(lang)
    page = status_page(client, application, lang)
    assert [field["name"] for field in page.all(f"{PAPERS} input[type=file]")] == ["birth_certificate"]
    assert page.all("#state-birth_certificate .tag.bad") and page.all("#state-photo .tag.ok")
    after = page.submit(PAPERS, birth_certificate=(pdf(), "জন্ম সনদ.pdf"))
    assert after.url == page.url and after.all("#state-birth_certificate .tag.info")
    assert not after.all(f"{PAPERS} input[type=file]")
    kind, details = events()[-1]
    assert kind is EventKind.PAPER and details and details["paper"] == "birth_certificate"
    check_files()
    assert client.get(page.url).all("#state-birth_certificate .tag.ok")
    if lang == "en":
        record = client.as_(cast.farida).get(f"/admissions/applications/{application.id}")
        assert "Paper sent" in record.one(".trail").get_text()


def test_it_may_come_in_pieces_too(client: PageClient, cast: Cast) -> None:
    page = status_page(client, refused())
    field = page.one(f"{PAPERS} input[type=file]")
    data, headers = pdf(), {"X-CSRFToken": client.token(), "HX-Request-Type": "partial"}
    kept = {"mark": "m", "size": len(data)}
    pieces = str(field["data-pieces"])
    assert client.raw.get(pieces, query_string=kept).json == {"offset": 0}
    sending = {"data": data, "headers": headers, "content_type": "application/octet-stream"}
    answer = client.raw.post(pieces, query_string=kept | {"offset": 0}, **sending)
    assert answer.json == {"offset": len(data)}
    done = client.raw.post(str(field["data-finish"]), query_string=kept | {"name": "a.pdf"}, headers=headers)
    assert done.status_code == 200 and 'id="state-birth_certificate"' in done.get_data(as_text=True)
    assert client.partial(f"{page.url}/papers/birth_certificate").status_code == 200
    again = client.raw.get(pieces, query_string=kept)
    assert again.status_code == 422 and again.get_json()["message"]


def test_a_bad_file_is_refused_with_a_sentence_and_the_page_stays(client: PageClient, cast: Cast) -> None:
    page = status_page(client, refused("en"), "en")
    answer = page.submit(PAPERS, birth_certificate=(b"nothing", "a.pdf"), status=422)
    assert answer.errors and answer.all(f"{PAPERS} input[type=file]")


def test_a_paper_that_is_missing_is_asked_for_and_one_that_is_there_is_not(
    client: PageClient, cast: Cast
) -> None:
    application = sent()
    page = status_page(client, application)
    assert not page.all(f"{PAPERS} input[type=file]")
    client.post(f"{page.url}/papers", {"photo": None or ""}, status=200)
    headers = {"X-CSRFToken": client.token()}
    taken = client.raw.post(
        f"{page.url}/papers/photo/finish", query_string={"mark": "m", "size": 3, "name": "x"}, headers=headers
    )
    assert taken.status_code == 422
    row = session().scalars(
        select(ApplicationDocument).where(ApplicationDocument.document_type == DocumentKind.PHOTO)
    )
    session().delete(row.one())
    session().commit()
    page = client.get(page.url)
    assert [field["name"] for field in page.all(f"{PAPERS} input[type=file]")] == ["photo"]
    page.submit(PAPERS, photo=(picture(), "photo.jpg"))
    assert events()[-1][0] is EventKind.PAPER


def test_nothing_is_asked_for_once_the_school_needs_no_papers(client: PageClient, cast: Cast) -> None:
    application = decided(ApplicationStatus.REJECTED)
    session().query(ApplicationDocument).delete()
    page = status_page(client, application)
    assert not page.all("input[type=file]")
