"""A family whose paper the check refuses is written to, once for each paper, whatever stops in between."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from flask_babel import force_locale, gettext
from sqlalchemy import select

from app.domain.admissions import telling
from app.domain.admissions.letters import refused_paper_letter
from app.domain.admissions.models import ApplicationDocument
from app.domain.admissions.queries import find_by_token
from app.domain.admissions.services import (
    attach_document,
    submit_application,
    tell_of_refused_papers,
    withdraw_application,
)
from app.domain.admissions.types import ApplicationView, DocumentKind
from app.domain.files.rules import MAX_PAGES
from app.domain.files.services import check, sweep
from app.domain.files.types import FileRefusal, FileState, PdfTooLong
from app.domain.kernel.access import visitor
from app.domain.kernel.segments import count_segments, fold_for_sms
from app.domain.outbox.models import OutboxMessage
from app.domain.outbox.types import Channel
from app.extensions import db
from app.jobs.files import check_file, sweep_files
from app.uow import session, transaction, work_for_the_school
from app.web.urls import status_link
from tests.support.applications import TODAY, draft, link_to
from tests.support.cast import Cast
from tests.support.uploads import pdf, picture

KIND = "application.paper_refused"
AGAIN = "Send the paper again on the page of your application, or bring it to the school office."
BROKEN = picture()[:300]
LONG = pdf(pages=MAX_PAGES + 1)


def sent_with(
    certificate: bytes, *, photo: bytes | None = None, locale: str = "bn", **changes: Any
) -> tuple[str, ApplicationView]:
    """An application sent before its papers were looked at, and the token of its private link."""
    token, family = draft(locale=locale, papers=False, **changes), visitor(locale)
    attach_document(family, token, DocumentKind.BIRTH_CERTIFICATE, certificate, "certificate.pdf")
    attach_document(family, token, DocumentKind.PHOTO, photo or picture(), "photo.jpg")
    submit_application(family, token, consent=True, today=TODAY, status_link=link_to)
    found = find_by_token(token)
    assert found is not None
    return token, found


def letters() -> list[OutboxMessage]:
    return list(
        session().scalars(select(OutboxMessage).where(OutboxMessage.kind == KIND).order_by(OutboxMessage.id))
    )


def papers() -> list[ApplicationDocument]:
    return list(session().scalars(select(ApplicationDocument).order_by(ApplicationDocument.document_type)))


@pytest.mark.parametrize(
    ("locale", "paper"), [("bn", "জন্ম নিবন্ধন সনদ"), ("ar", "شهادة الميلاد"), ("en", "Birth certificate")]
)
def test_the_letter_names_paper_and_reason_in_the_language_of_the_family(
    cast: Cast, locale: str, paper: str
) -> None:
    token, application = sent_with(LONG, locale=locale)
    for each in papers():
        check_file(str(each.file_id))
    (letter,) = letters()
    assert (letter.channel, letter.recipient, letter.locale) == (
        Channel.MAIL,
        "shahana@family.example",
        locale,
    )
    with force_locale(locale):
        reason = gettext(PdfTooLong.message)
        assert gettext(AGAIN) in letter.body
    assert (reason == PdfTooLong.message) == (locale == "en")
    assert paper in letter.body and reason in letter.body
    assert application.reference and application.reference in letter.subject
    assert status_link(locale, application.reference) in letter.body
    assert token not in letter.body
    assert letter.campus_id == cast.campus


def test_a_worker_that_runs_again_writes_no_second_letter(cast: Cast) -> None:
    sent_with(BROKEN)
    for _ in range(2):
        sweep_files()
        for each in papers():
            check_file(str(each.file_id))
    assert len(letters()) == 1


def test_a_worker_killed_after_the_check_leaves_the_letter_to_the_next(cast: Cast) -> None:
    sent_with(BROKEN)
    assert {check(each.file_id) for each in papers()} == {FileState.REFUSED, FileState.RELEASED}
    assert letters() == []
    sweep_files()
    assert len(letters()) == 1


def test_a_worker_killed_over_the_letter_has_not_noted_it(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        """What no code catches."""

    def die(*_: object, **__: object) -> None:
        raise Killed

    sent_with(BROKEN)
    sweep()
    with monkeypatch.context() as patch:
        patch.setattr(telling, "write_messages", die)
        with pytest.raises(Killed):
            sweep_files()
    assert [each.refusal_told_at for each in papers()] == [None, None]
    sweep_files()
    assert len(letters()) == 1


def test_two_workers_at_once_write_one_letter(real_app: Flask) -> None:
    with real_app.app_context():
        sent_with(BROKEN)
        sweep()
        db.session.remove()

    def other_worker() -> int:
        with real_app.app_context():
            work_for_the_school()
            try:
                return tell_of_refused_papers(link_to)
            finally:
                db.session.remove()

    with real_app.app_context(), ThreadPoolExecutor(1) as pool:
        with transaction():
            assert tell_of_refused_papers(link_to) == 1
            assert pool.submit(other_worker).result(20) == 0
        assert pool.submit(other_worker).result(20) == 0
        assert len(letters()) == 1
        db.session.remove()


@pytest.mark.parametrize("locale", ["bn", "ar", "en"])
def test_a_family_without_an_address_gets_a_text_without_name_or_private_link(
    cast: Cast, locale: str
) -> None:
    token, application = sent_with(LONG, locale=locale, email=None)
    sweep_files()
    (text,) = letters()
    assert (text.channel, text.recipient) == (Channel.SMS, "+8801812345678")
    with force_locale(locale):
        for words in (PdfTooLong.message, "Birth certificate"):
            assert fold_for_sms(gettext(words)) in text.body
    assert application.reference and application.reference in text.body
    assert status_link(locale, application.reference) in text.body and token not in text.body
    assert "রাইয়ান" not in text.body and "Raiyan" not in text.body, "others may read the phone"
    parts = count_segments(text.body).parts
    print(f"\n{locale}: {parts} parts")
    assert parts <= (6 if locale != "en" else 3)


def test_each_refused_paper_has_a_letter_of_its_own(cast: Cast) -> None:
    sent_with(LONG, photo=BROKEN)
    sweep_files()
    assert len({letter.body for letter in letters()}) == 2


def test_who_was_not_refused_anything_hears_nothing(cast: Cast) -> None:
    sent_with(pdf())
    sweep_files()
    assert letters() == []
    assert [each.refusal_told_at for each in papers()] == [None, None]


def test_a_draft_says_it_on_its_own_pages_and_a_withdrawn_application_needs_no_papers(cast: Cast) -> None:
    token = draft(papers=False)
    attach_document(visitor("bn"), token, DocumentKind.PHOTO, BROKEN, "photo.jpg")
    _, application = sent_with(BROKEN, phone="+8801812345679")
    withdraw_application(visitor("bn"), application.id)
    sweep_files()
    assert letters() == []


@pytest.mark.parametrize("locale", ["bn", "ar", "en"])
def test_every_reason_has_words(cast: Cast, locale: str) -> None:
    for why in FileRefusal:
        subject, body = refused_paper_letter(
            locale, DocumentKind.PHOTO, why, "Raiyan", "SA26-00042-7", "http://x"
        )
        assert "%(" not in subject + body
