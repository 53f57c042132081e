"""The family's side: a draft that is kept, a form that is sent once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import delete, select

from app.domain.academics.types import Shift
from app.domain.admissions.cycles.services import close_cycle
from app.domain.admissions.models import AdmissionSeatPart, Application, ApplicationEvent
from app.domain.admissions.queries import (
    find_by_reference,
    find_by_token,
    list_documents,
    list_events,
    list_open_classes,
)
from app.domain.admissions.rankings.queries import list_applicants
from app.domain.admissions.services import (
    attach_document,
    remove_document,
    save_step,
    start_application,
    submit_application,
    withdraw_application,
)
from app.domain.admissions.types import (
    AlreadySent,
    ApplicationsClosed,
    ApplicationStatus,
    BornLater,
    ConsentMissing,
    DocumentKind,
    EventKind,
    NotAllowedNow,
    NotComplete,
    Step,
)
from app.domain.audit.queries import list_entries_of
from app.domain.files.models import StoredFile
from app.domain.files.types import FileOfOtherKind
from app.domain.kernel.access import visitor
from app.domain.kernel.errors import NotFound
from app.domain.kernel.references import parse_reference
from app.domain.outbox.models import OutboxMessage
from app.domain.outbox.types import Channel
from app.extensions import db as extension
from app.uow import session, transaction
from tests.support.applications import (
    TODAY,
    child_answers,
    decided,
    draft,
    guardian_answers,
    link_to,
    seat_of,
    sent,
)
from tests.support.cast import CAST, Cast
from tests.support.locks import until_somebody_waits
from tests.support.uploads import SVG, pdf, picture

FAMILY = visitor("bn")


def test_a_shift_that_the_class_has_no_more_is_chosen_again(cast: Cast) -> None:
    def offer(*shifts: Shift) -> None:
        session().execute(delete(AdmissionSeatPart).where(AdmissionSeatPart.seat_id == seat))
        session().add_all(AdmissionSeatPart(seat_id=seat, shift=shift, seats=5) for shift in shifts)
        session().commit()

    seat, token = seat_of(cast.class_7), draft()
    offer(Shift.MORNING, Shift.DAY)
    save_step(FAMILY, token, Step.CHILD, child_answers(shift=Shift.DAY), TODAY)
    offer(Shift.MORNING)
    submit_application(FAMILY, token, consent=True, today=TODAY, status_link=link_to)
    application = find_by_token(token)
    assert application is not None and application.shift is None
    assert [each.application_id for each in list_applicants(seat, Shift.MORNING)] == [application.id]


def test_nobody_joins_a_cycle_that_is_being_closed(real_app: Flask) -> None:
    """Else the list of a draw, fixed the next moment, would lack a child that is in the queue."""
    with real_app.app_context():
        token = draft()

    def send() -> None:
        with real_app.app_context():
            try:
                submit_application(FAMILY, token, consent=True, today=TODAY, status_link=link_to)
            finally:
                extension.session.remove()

    with ThreadPoolExecutor(max_workers=1) as pool, real_app.app_context():
        with transaction() as db:
            close_cycle(CAST.hasan.actor, CAST.cycle)
            going = pool.submit(send)
            until_somebody_waits(db)
        with pytest.raises(ApplicationsClosed):
            going.result()


def mails() -> list[OutboxMessage]:
    return list(session().scalars(select(OutboxMessage).order_by(OutboxMessage.id)))


def test_a_double_click_starts_one_draft(cast: Cast) -> None:
    start_application(FAMILY, "same", "bn", TODAY)
    start_application(FAMILY, "same", "bn", TODAY)
    assert len(session().scalars(select(Application)).all()) == 1
    assert len(session().scalars(select(ApplicationEvent)).all()) == 1


def test_the_private_link_is_kept_as_a_digest_only(cast: Cast) -> None:
    start_application(FAMILY, "secret-token", "bn", TODAY)
    assert session().scalars(select(Application.token_hash)).one() != "secret-token"
    assert find_by_token("secret-token") is not None
    assert find_by_token("other-token") is None and find_by_token("\0\ud800") is None


def test_answers_not_given_stay_as_they_were(cast: Cast) -> None:
    token = draft()
    save_step(FAMILY, token, Step.CHILD, {"child_name_en": "Other Name"}, TODAY)
    found = find_by_token(token)
    assert found is not None and found.child_name_en == "Other Name" and found.child_name_bn == "রাইয়ান হোসেন"


def test_a_page_writes_its_own_answers_and_nothing_else(cast: Cast) -> None:
    token = draft()
    save_step(
        FAMILY,
        token,
        Step.ADDRESS,
        {"status": "offered", "reference": "x", "campus_id": cast.other_campus, "phone": "+8801999999999"},
        TODAY,
    )
    found = find_by_token(token)
    assert found is not None and found.is_draft and found.reference is None
    assert found.campus_id == cast.campus and found.phone == "+8801812345678"


def test_a_class_that_takes_nobody_is_refused(cast: Cast) -> None:
    token = draft()
    with pytest.raises(ApplicationsClosed):
        save_step(FAMILY, token, Step.CHILD, {"seat": uuid4()}, TODAY)
    with pytest.raises(BornLater):
        save_step(FAMILY, token, Step.CHILD, {"born_on": date(2030, 1, 1)}, TODAY)


def test_the_private_link_is_mailed_once_an_address_is_known(cast: Cast) -> None:
    token = draft()
    assert mails() == []
    changed = guardian_answers(email="new@family.example")
    for _ in range(2):
        save_step(FAMILY, token, Step.GUARDIAN, changed, TODAY, draft_link=f"http://localhost/{token}")
    (mail,) = mails()
    assert mail.recipient == "new@family.example" and mail.kind == "application.draft" and token in mail.body


def test_no_application_starts_while_nothing_is_open(cast: Cast) -> None:
    with pytest.raises(ApplicationsClosed):
        start_application(FAMILY, "t", "bn", date(2025, 12, 31))
    assert list_open_classes(date(2025, 12, 31)) == []


def test_a_new_paper_replaces_the_old_one_and_its_file(app: Flask, cast: Cast) -> None:
    token = draft()
    before = session().scalars(select(StoredFile.id)).all()
    attach_document(FAMILY, token, DocumentKind.PHOTO, picture("PNG"), "new.png")
    after = session().scalars(select(StoredFile.id)).all()
    assert len(after) == len(before) == 2 and set(after) != set(before)
    found = find_by_token(token)
    assert found is not None
    assert list_documents(found.id)[DocumentKind.PHOTO].file.file_name == "new.png"
    assert remove_document(FAMILY, token, DocumentKind.PHOTO)
    assert not remove_document(FAMILY, token, DocumentKind.PHOTO)
    assert set(list_documents(found.id)) == {DocumentKind.BIRTH_CERTIFICATE}


def test_a_refused_paper_leaves_the_old_one(cast: Cast) -> None:
    token = draft()
    for data in (SVG, pdf()):
        with pytest.raises(FileOfOtherKind):
            attach_document(FAMILY, token, DocumentKind.PHOTO, data, "photo.jpg")
    found = find_by_token(token)
    assert found is not None
    assert list_documents(found.id)[DocumentKind.PHOTO].file.file_name == "photo.jpg"


def test_sending_gives_a_reference_a_letter_and_a_history(cast: Cast) -> None:
    application = sent()
    assert application.reference is not None and application.reference.startswith("SA26-00001-")
    assert parse_reference(application.reference) == application.reference
    assert application.status is ApplicationStatus.SUBMITTED and application.submitted_at is not None
    (mail,) = mails()
    assert application.reference in mail.body and application.reference in mail.subject
    assert mail.locale == "bn" and "/bn/" in mail.body
    assert [event.kind for event in list_events(application.id)] == [EventKind.STARTED, EventKind.SUBMITTED]
    assert "application.submitted" in {
        entry.action for entry in list_entries_of("application", application.id)
    }


def test_sending_again_gives_the_same_reference_and_does_nothing(cast: Cast) -> None:
    token = draft()
    first, second = (
        submit_application(FAMILY, token, consent=consent, today=TODAY, status_link=link_to)
        for consent in (True, False)
    )
    assert first == second and len(mails()) == 1


def test_what_is_missing_is_named_and_nothing_is_sent(cast: Cast) -> None:
    token = draft(papers=False, phone=None)
    with pytest.raises(ConsentMissing):
        submit_application(FAMILY, token, consent=False, today=TODAY, status_link=link_to)
    with pytest.raises(NotComplete) as caught:
        submit_application(FAMILY, token, consent=True, today=TODAY, status_link=link_to)
    assert [gap.field for gap in caught.value.gaps] == ["phone", "birth_certificate", "photo"]
    assert mails() == []


def test_a_closed_cycle_takes_no_finished_draft(cast: Cast) -> None:
    token = draft()
    with pytest.raises(ApplicationsClosed):
        submit_application(FAMILY, token, consent=True, today=date(2100, 1, 1), status_link=link_to)
    found = find_by_token(token)
    assert found is not None and found.is_draft


def test_a_sent_application_is_no_longer_the_familys_to_change(cast: Cast) -> None:
    token = draft()
    submit_application(FAMILY, token, consent=True, today=TODAY, status_link=link_to)
    with pytest.raises(AlreadySent):
        save_step(FAMILY, token, Step.CHILD, child_answers(), TODAY)
    with pytest.raises(AlreadySent):
        attach_document(FAMILY, token, DocumentKind.PHOTO, picture(), "x.jpg")
    with pytest.raises(AlreadySent):
        remove_document(FAMILY, token, DocumentKind.PHOTO)


def test_an_unknown_link_opens_nothing(cast: Cast) -> None:
    for act in (
        lambda: save_step(FAMILY, "none", Step.CHILD, {}, TODAY),
        lambda: submit_application(FAMILY, "none", consent=True, today=TODAY, status_link=link_to),
        lambda: attach_document(FAMILY, "none", DocumentKind.PHOTO, picture(), "x.jpg"),
        lambda: withdraw_application(FAMILY, uuid4()),
    ):
        with pytest.raises(NotFound):
            act()
    assert session().scalars(select(StoredFile)).all() == []


def test_reference_and_phone_open_the_status_only_together(cast: Cast) -> None:
    application = sent()
    assert application.reference and application.phone
    assert find_by_reference(application.reference, application.phone) is not None
    assert find_by_reference(application.reference, "+8801999999999") is None
    assert find_by_reference("SA26-00002-5", application.phone) is None


def test_a_family_with_a_phone_alone_hears_of_a_withdrawal(cast: Cast) -> None:
    application = sent(email="")
    withdraw_application(FAMILY, application.id)
    assert [text.channel for text in mails()] == [Channel.SMS, Channel.SMS]
    assert "Raiyan" not in mails()[-1].body, "others may read the phone"


def test_a_family_withdraws_once_and_not_after_the_end(cast: Cast) -> None:
    application = sent()
    withdraw_application(FAMILY, application.id)
    withdraw_application(FAMILY, application.id)
    assert [mail.kind for mail in mails()] == ["application.received", "application.withdrawn"]
    refused = decided(ApplicationStatus.REJECTED)
    with pytest.raises(NotAllowedNow):
        withdraw_application(FAMILY, refused.id)


@pytest.mark.parametrize("locale", ["bn", "en", "ar"])
def test_letters_are_in_the_familys_language_whatever_the_officer_reads(cast: Cast, locale: str) -> None:
    decided(ApplicationStatus.OFFERED, locale=locale)
    assert [mail.locale for mail in mails()] == [locale, locale]
