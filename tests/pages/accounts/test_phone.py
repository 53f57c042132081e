"""A new mobile number of one's own: it counts once the code texted to it has come back."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from app.domain.accounts.models import PhoneChange, Session, User
from app.domain.accounts.numbers import CODE_TRIES, _change
from app.domain.accounts.types import PhoneCodeSpent
from app.domain.audit.models import AuditEntry
from app.domain.kernel.digits import to_ascii_digits, to_local_digits
from app.domain.limits.rules import LIMITS
from app.domain.limits.types import Limit
from app.domain.outbox.models import OutboxMessage
from app.domain.outbox.types import Channel
from app.domain.people.models import Person
from app.uow import session
from tests.support.cast import PASSWORD, Cast, Member
from tests.support.pages import Page, PageClient

NEW, TYPED = "+8801819000001", "০১৮১৯-০০০০০১"


def texts(kind: str) -> list[OutboxMessage]:
    return list(
        session().scalars(
            select(OutboxMessage)
            .where(OutboxMessage.channel == Channel.SMS, OutboxMessage.kind == kind)
            .order_by(OutboxMessage.id)
        )
    )


def ask(client: PageClient, number: str = TYPED) -> Page:
    return client.get("/account/phone").submit(values={"phone": number})


def last_code() -> str:
    found = re.search(r"\d{6}", to_ascii_digits(texts("phone_code")[-1].body))
    assert found
    return found[0]


def phone_of(member: Member) -> str | None:
    return session().scalar(select(User.phone).where(User.id == member.user_id))


def another(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


@pytest.mark.parametrize("script", ["en", "bn", "ar"])
def test_a_mother_signs_in_with_the_number_whose_code_she_wrote(
    cast: Cast, client: PageClient, script: str
) -> None:
    client.as_(cast.dalia)
    page = ask(client)
    assert page.url == "/account/phone/code" and phone_of(cast.dalia) == "+8801711000001"
    [sent] = texts("phone_code")
    assert (sent.recipient, sent.locale) == (NEW, "bn")
    digits = (
        last_code() if script != "ar" else last_code().translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    )
    page = page.submit(values={"code": to_local_digits(digits, script)})
    assert page.url == "/account/" and phone_of(cast.dalia) == NEW
    # The school calls the number that she signs in with.
    assert session().scalar(select(Person.phone).where(Person.id == cast.dalia.person_id)) == NEW
    typed = {"identifier": TYPED, "password": PASSWORD}
    assert client.as_(None).get("/en/sign-in").submit(values=typed).status == 200
    typed["identifier"] = "01711000001"
    assert client.as_(None).get("/en/sign-in").submit(values=typed).status == 422


def test_the_old_number_and_the_mailbox_are_told_and_it_is_in_the_log(cast: Cast, client: PageClient) -> None:
    ask(client.as_(cast.ehsan)).submit(values={"code": last_code()})
    assert [text.recipient for text in texts("user_phone_changed")] == [cast.ehsan.phone]
    letters = select(OutboxMessage.recipient).where(
        OutboxMessage.channel == Channel.MAIL, OutboxMessage.kind == "user_phone_changed"
    )
    assert list(session().scalars(letters)) == [cast.ehsan.email]
    entry = session().scalars(select(AuditEntry).where(AuditEntry.action == "user.phone_changed")).one()
    assert (entry.entity_id, entry.new_data) == (cast.ehsan.user_id, {"phone": NEW})


def test_whoever_proved_themselves_too_long_ago_is_asked_first(cast: Cast, client: PageClient) -> None:
    client.as_(cast.dalia)
    passed = func.now() - timedelta(minutes=11)
    session().execute(update(Session).values(proved_at=passed))
    page = ask(client)
    assert texts("phone_code") == [] and page.values()["phone"] == TYPED
    page = page.submit(values={"proof-password": PASSWORD})
    assert page.url == "/account/phone/code" and len(texts("phone_code")) == 1


def test_the_code_is_kept_as_a_hash_works_once_and_for_a_quarter_of_an_hour(
    cast: Cast, client: PageClient
) -> None:
    page = ask(client.as_(cast.dalia))
    code = last_code()
    stored = session().scalars(select(PhoneChange)).one()
    assert code not in stored.code_hash and len(stored.code_hash) == 64
    session().execute(update(PhoneChange).values(expires_at=func.now() - timedelta(seconds=1)))
    page = client.post("/account/phone/code", {"code": code})
    assert page.url == "/account/phone" and phone_of(cast.dalia) == cast.dalia.phone
    session().execute(update(PhoneChange).values(expires_at=func.now() + timedelta(minutes=1)))
    client.post("/account/phone/code", {"code": code})
    assert phone_of(cast.dalia) == NEW
    assert client.post("/account/phone/code", {"code": code}).url == "/account/phone"


def test_who_presses_twice_at_once_is_told_twice_that_it_counts(cast: Cast, client: PageClient) -> None:
    ask(client.as_(cast.dalia))
    waiting = session().scalars(select(PhoneChange)).one()
    for _ in range(2):  # both have found the code right before either has spent it
        _change(cast.dalia.actor, cast.dalia.user_id, waiting.id, NEW)
    assert phone_of(cast.dalia) == NEW and len(texts("user_phone_changed")) == 1


def test_a_right_code_that_something_else_ended_meanwhile_changes_nothing(
    cast: Cast, client: PageClient
) -> None:
    ask(client.as_(cast.dalia))
    waiting = session().scalars(select(PhoneChange)).one()
    session().execute(update(PhoneChange).values(used_at=func.now()))
    with pytest.raises(PhoneCodeSpent):
        _change(cast.dalia.actor, cast.dalia.user_id, waiting.id, NEW)
    assert phone_of(cast.dalia) == cast.dalia.phone


def test_a_wrong_code_is_told_and_after_five_none_works(cast: Cast, client: PageClient) -> None:
    page = ask(client.as_(cast.dalia))
    code = last_code()
    for _ in range(CODE_TRIES - 1):
        page = client.post("/account/phone/code", {"code": another(code)}, status=422)
        assert page.errors
    client.post("/account/phone/code", {"code": another(code)})
    page = client.post("/account/phone/code", {"code": code})
    assert page.url == "/account/phone" and phone_of(cast.dalia) == cast.dalia.phone


def test_the_newest_code_ends_the_one_before(cast: Cast, client: PageClient) -> None:
    ask(client.as_(cast.dalia))
    first = last_code()
    ask(client, "01819000002")
    second = last_code()
    if first != second:
        client.post("/account/phone/code", {"code": first}, status=422)
    client.post("/account/phone/code", {"code": second})
    assert phone_of(cast.dalia) == "+8801819000002"


def test_a_new_password_ends_a_number_that_waits(cast: Cast, app: Flask, client: PageClient) -> None:
    ask(client.as_(cast.dalia))
    values = {"current": PASSWORD, "password": "three odd words"}
    client.get("/account/password").submit(values=values)
    assert client.post("/account/phone/code", {"code": last_code()}).url == "/account/phone"
    assert phone_of(cast.dalia) == cast.dalia.phone


def test_a_number_of_another_account_is_told_to_whoever_reads_its_texts(
    cast: Cast, client: PageClient
) -> None:
    page = ask(client.as_(cast.dalia), str(cast.ehsan.phone))
    assert page.url == "/account/phone/code"
    page = client.post("/account/phone/code", {"code": another(last_code())}, status=422)
    assert len(page.errors) and "অন্য" not in page.text
    client.post("/account/phone/code", {"code": last_code()}, status=422)
    assert phone_of(cast.dalia) == cast.dalia.phone
    assert session().scalar(select(Person.phone).where(Person.id == cast.dalia.person_id)) == cast.dalia.phone


def test_codes_are_not_sent_without_end(cast: Cast, client: PageClient) -> None:
    client.as_(cast.bashir)
    for _ in range(LIMITS[Limit.PHONE_CODE_NUMBER].most):
        assert ask(client).url == "/account/phone/code"
    page = ask(client)
    assert page.status == 429 and int(page.response.headers["Retry-After"]) > 3600
    assert page.one("[name=phone]")["value"] and len(texts("phone_code")) == 3
    for number in range(LIMITS[Limit.PHONE_CODE_ACCOUNT].most):
        page = ask(client, f"018190000{number + 10}")
    assert page.status == 429


@pytest.mark.parametrize("typed", ["", "12345", "+14155550100", "not a number", "0171234567\u06f8\u06f9"])
def test_what_is_no_mobile_number_is_sent_nothing(cast: Cast, client: PageClient, typed: str) -> None:
    page = ask(client.as_(cast.bashir), typed)
    assert page.status == 422 and page.errors and texts("phone_code") == []
