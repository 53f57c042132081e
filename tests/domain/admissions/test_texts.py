"""A family without an e-mail address is told by a text to its phone, in the same transaction."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.domain.admissions.letters import decided_text, received_text
from app.domain.admissions.services import decide_application
from app.domain.admissions.types import ApplicationStatus
from app.domain.kernel.errors import Stale
from app.domain.kernel.segments import count_segments, fold_for_sms
from app.domain.outbox.models import OutboxMessage
from app.domain.outbox.types import Channel
from app.uow import session
from tests.support.applications import decided, link_to, sent
from tests.support.cast import CAST, Cast

TOLD = (ApplicationStatus.WAITLISTED, ApplicationStatus.REJECTED)


def messages() -> list[OutboxMessage]:
    return list(session().scalars(select(OutboxMessage).order_by(OutboxMessage.id)))


def test_a_family_with_an_address_is_mailed_and_not_texted(cast: Cast) -> None:
    decided()
    assert {message.channel for message in messages()} == {Channel.MAIL}


@pytest.mark.parametrize("locale", ["bn", "en", "ar"])
def test_a_family_without_an_address_is_texted(cast: Cast, locale: str) -> None:
    application = decided(locale=locale, email=None)
    received, offered = messages()
    assert [received.kind, offered.kind] == ["application.received", "application.offered"]
    for message in (received, offered):
        assert (message.channel, message.recipient) == (Channel.SMS, "+8801812345678")
        assert (message.locale, message.campus_id) == (locale, cast.campus)
        assert application.reference and application.reference in message.body
        assert "রাইয়ান" not in message.body and "Raiyan" not in message.body, "others may read the phone"


@pytest.mark.parametrize("to", [ApplicationStatus.UNDER_REVIEW, ApplicationStatus.SHORTLISTED])
def test_a_step_on_the_way_is_texted_to_whoever_gave_no_address(cast: Cast, to: ApplicationStatus) -> None:
    application = decided(to, email=None)
    assert [message.kind for message in messages()] == ["application.received", f"application.{to.value}"]
    assert application.reference and application.reference in messages()[-1].body


def test_a_decision_that_is_not_stored_sends_no_text(cast: Cast) -> None:
    application = sent(email=None)
    with pytest.raises(Stale):
        decide_application(
            CAST.farida.actor, application.id, ApplicationStatus.OFFERED,
            reason="x", version=application.version - 1, status_link=link_to,
        )  # fmt: skip
    assert [message.kind for message in messages()] == ["application.received"]


@pytest.mark.parametrize("locale", ["bn", "en", "ar"])
def test_a_text_has_two_parts_at_most(cast: Cast, locale: str) -> None:
    texts = [
        received_text(locale, "SA26-00042-7"),
        *(decided_text(locale, to, "SA26-00042-7") for to in TOLD),
    ]
    for text in texts:
        assert text
        limit = 2 if locale != "en" else 1
        assert 1 <= count_segments(fold_for_sms(text)).parts <= limit, text
