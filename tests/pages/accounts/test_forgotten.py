"""A forgotten password: asked for by anybody, answered alike, and told only to the mailbox of the account."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from app.domain.accounts.models import EmailChange, OneTimeLink, ResetRequest, Session, User
from app.domain.accounts.queries import find_open_link
from app.domain.accounts.resets import answer_resets
from app.domain.accounts.types import UserStatus
from app.domain.audit.models import AuditEntry
from app.domain.limits.rules import LIMITS
from app.domain.limits.types import Limit
from app.domain.outbox.models import OutboxMessage
from app.jobs.accounts import answer_forgotten_passwords
from app.uow import session
from app.web.urls import password_link
from tests.support.cast import PASSWORD, Cast
from tests.support.pages import Page, PageClient
from tests.support.queries import QueryCounter

NEW = "three odd words"


def ask(client: PageClient, identifier: str, lang: str = "en") -> Page:
    page = client.as_(None).get(f"/{lang}/sign-in")
    link = page.one(f"a[href='/{lang}/forgotten']")
    return client.get(str(link["href"])).submit(values={"identifier": identifier})


def letters(kind: str = "password_reset") -> list[OutboxMessage]:
    return list(
        session().scalars(select(OutboxMessage).where(OutboxMessage.kind == kind).order_by(OutboxMessage.id))
    )


def link_in(letter: OutboxMessage) -> str:
    found = re.search(r"http://localhost(\S+)", letter.body)
    assert found
    return found[1]


def forget(client: PageClient, identifier: str) -> str:
    """Ask, let the worker answer, and open the letter."""
    ask(client, identifier)
    answer_resets(password_link)
    return link_in(letters()[-1])


@pytest.mark.parametrize(
    "identifier", ["ehsan@family.example", " EHSAN@Family.example", "01711000002", "০১৭১১-০০০০০২"]
)
def test_a_link_comes_by_mail_in_the_readers_language(
    cast: Cast, client: PageClient, identifier: str
) -> None:
    url = forget(client, identifier)
    [letter] = letters()
    assert (letter.recipient, letter.locale) == ("ehsan@family.example", "bn")
    assert "এহসান কবির" in letter.body and url.startswith("/bn/password/")


def test_the_link_sets_a_password_once_and_signs_nobody_in(
    cast: Cast, app: Flask, client: PageClient
) -> None:
    phone = PageClient(app).as_(cast.ehsan)
    phone.get("/children/", status=None)
    url = forget(client, "01711000002")
    page = client.get(url).submit(values={"password": NEW})
    assert page.url == "/bn/sign-in"
    client.get("/account/", status=303, follow=False)
    phone.get("/account/", status=303, follow=False)
    client.get(url, status=404)
    client.post(url, {"password": "another odd one"}, status=404)
    page = client.get("/en/sign-in").submit(values={"identifier": "01711000002", "password": NEW})
    assert page.status == 200
    told = letters("user_password_reset")
    assert [letter.recipient for letter in told] == ["ehsan@family.example"]
    entry = session().scalars(select(AuditEntry).where(AuditEntry.action == "user.password_reset")).one()
    assert entry.entity_id == cast.ehsan.user_id and entry.ip_address == "127.0.0.1"


def test_the_link_is_kept_as_a_hash_and_for_an_hour(cast: Cast, client: PageClient) -> None:
    token = urlsplit(forget(client, "01711000002")).path.rpartition("/")[2]
    stored = session().scalars(select(OneTimeLink)).one()
    assert token != stored.token_hash and find_open_link(token)
    assert stored.expires_at - datetime.now(UTC) <= timedelta(hours=1)
    session().execute(update(OneTimeLink).values(expires_at=datetime.now(UTC) - timedelta(seconds=1)))
    client.get(f"/bn/password/{token}", status=404)


def test_the_newest_link_ends_the_one_before(cast: Cast, client: PageClient) -> None:
    first, second = forget(client, "01711000002"), forget(client, "ehsan@family.example")
    client.get(first, status=404)
    client.get(second, status=200)


STRANGERS = ["nobody@family.example", "01711999999", "not a name", "' OR 1=1--@x.example", "01711000001"]


@pytest.mark.parametrize("stranger", STRANGERS)
def test_the_answer_is_the_same_for_everybody(
    cast: Cast, client: PageClient, queries: QueryCounter, stranger: str
) -> None:
    ask(client, "somebody@family.example")  # what the pages keep of the school is there from now on
    with queries.counted() as known_cost:
        known = ask(client, "ehsan@family.example")
    with queries.counted() as strange_cost:
        strange = ask(client, stranger)
    assert (known.status, known.url, known.text) == (strange.status, strange.url, strange.text)
    # And the same work, statement by statement.
    assert strange_cost == known_cost
    answer_resets(password_link)
    assert [letter.recipient for letter in letters()] == ["ehsan@family.example"]


@pytest.mark.parametrize("name", ["ehsan@family.example", "nobody@family.example"])
def test_nobody_is_written_to_without_end_and_what_was_typed_stays(
    cast: Cast, client: PageClient, name: str
) -> None:
    for _ in range(LIMITS[Limit.FORGOTTEN_ACCOUNT].most):
        assert ask(client, name).url == "/en/forgotten/sent"
    page = ask(client, name.upper(), lang="ar")
    assert page.status == 429 and 3500 < int(page.response.headers["Retry-After"]) <= 3600
    assert page.one("[name=identifier]")["value"] == name.upper() and page.one("html")["lang"] == "ar"
    assert ask(client, "somebody.else@family.example").status == 200


def test_one_address_asks_for_so_many_names_only(cast: Cast, client: PageClient) -> None:
    client.as_(None).get("/en/forgotten")
    for number in range(LIMITS[Limit.FORGOTTEN_ADDRESS].most):
        sent = {"csrf_token": client.token(), "identifier": f"{number}@family.example"}
        assert client.raw.post("/en/forgotten", data=sent).status_code == 303
    assert ask(client, "one.more@family.example").status == 429


def test_a_suspended_account_gets_no_link(cast: Cast, client: PageClient) -> None:
    session().execute(update(User).where(User.id == cast.ehsan.user_id).values(status=UserStatus.SUSPENDED))
    ask(client, "ehsan@family.example")
    assert answer_resets(password_link) == 0
    assert letters() == []


def test_whoever_has_no_address_keeps_the_link_the_office_gave(cast: Cast, client: PageClient) -> None:
    from app.domain.accounts.services import invite_user

    token = invite_user(cast.hasan.actor, cast.dalia.user_id, password_link)
    page = ask(client, "01711000001")
    assert "ask the school office" in page.text
    answer_resets(password_link)
    assert find_open_link(token)


def test_the_worker_leaves_nothing_of_what_was_typed(cast: Cast, client: PageClient) -> None:
    ask(client, "somebody.private@family.example")
    ask(client, "ehsan@family.example")
    answer_forgotten_passwords()
    assert session().scalar(select(func.count(ResetRequest.id))) == 0
    kept = session().execute(select(AuditEntry.old_data, AuditEntry.new_data)).all()
    assert "somebody.private" not in str(kept)


@pytest.mark.parametrize("identifier", [None, "", "   ", "x" * 5000, ["01711000002", "01711000001"]])
def test_a_broken_form_comes_back_and_asks_for_nothing(
    cast: Cast, client: PageClient, identifier: object
) -> None:
    client.as_(None)
    sent = {} if identifier is None else {"identifier": identifier}
    page = client.post("/en/forgotten", sent, status=422)
    assert page.all("[data-errors] li")
    assert session().scalar(select(func.count(ResetRequest.id))) == 0


def test_a_common_password_is_refused_and_the_link_stays_open(cast: Cast, client: PageClient) -> None:
    url = forget(client, "01711000002")
    for password in ("SmartAcademy2026", "এহসান কবির", "01711-000002"):
        page = client.get(url).submit(values={"password": password})
        assert page.status == 422 and page.errors
    client.get(url, status=200)


# --- changing it oneself


def test_changing_the_password_signs_out_the_others_and_says_so(
    cast: Cast, app: Flask, client: PageClient
) -> None:
    tablet = PageClient(app).as_(cast.bashir)
    page = client.as_(cast.bashir).get("/account/password")
    assert "All your other devices are signed out." in page.text
    page = page.submit(values={"current": PASSWORD, "password": NEW})
    assert page.url == "/account/"
    tablet.get("/home/", status=303, follow=False)
    assert [letter.recipient for letter in letters("user_password_changed")] == [cast.bashir.email]
    page = (
        client.as_(None).get("/en/sign-in").submit(values={"identifier": cast.bashir.email, "password": NEW})
    )
    assert page.url == "/home/"


@pytest.mark.parametrize(
    ("current", "password"),
    [
        ("wrong", NEW),
        ("", NEW),
        (PASSWORD, ""),
        (PASSWORD, "short"),
        (PASSWORD, "Bashir Uddin"),
        (PASSWORD, "qwertyuiop"),
    ],
)
def test_a_refused_change_changes_nothing(
    cast: Cast, app: Flask, client: PageClient, current: str, password: str
) -> None:
    tablet = PageClient(app).as_(cast.bashir)
    page = client.as_(cast.bashir).get("/account/password")
    page = page.submit(values={"current": current, "password": password})
    assert page.status == 422 and page.errors
    tablet.get("/home/")
    assert letters("user_password_changed") == []


# --- a new address


def ask_for(client: PageClient, email: str, password: str = PASSWORD) -> Page:
    return client.get("/account/email").submit(values={"email": email, "current": password})


def test_a_new_address_counts_once_its_mailbox_has_answered(
    cast: Cast, app: Flask, client: PageClient
) -> None:
    page = ask_for(client.as_(cast.bashir), "Bashir.New@Family.example")
    assert "bashir.new@family.example" in page.text
    [letter] = letters("new_address")
    assert letter.recipient == "bashir.new@family.example"
    mine = select(User.email).where(User.id == cast.bashir.user_id)
    assert session().scalar(mine) == cast.bashir.email
    elsewhere, url = PageClient(app), link_in(letter)
    page = elsewhere.get(url)
    assert session().scalar(mine) == cast.bashir.email, "opening the link only looks"
    page.submit()
    assert session().scalar(mine) == "bashir.new@family.example"
    assert {letter.recipient for letter in letters("user_email_changed")} == {
        cast.bashir.email,
        "bashir.new@family.example",
    }
    elsewhere.get(url, status=404)
    client.get("/account/")


def test_the_newest_address_asked_for_is_the_one(cast: Cast, client: PageClient) -> None:
    ask_for(client.as_(cast.bashir), "first@family.example")
    ask_for(client, "second@family.example")
    first, second = map(link_in, letters("new_address"))
    client.get(first, status=404)
    client.get(second, status=200)


def test_a_new_password_ends_the_wait_for_a_new_address(cast: Cast, client: PageClient) -> None:
    ask_for(client.as_(cast.bashir), "thief@family.example")
    client.get("/account/password").submit(values={"current": PASSWORD, "password": NEW})
    client.get(link_in(letters("new_address")[0]), status=404)


def test_an_address_of_somebody_else_is_told_only_to_its_mailbox(cast: Cast, client: PageClient) -> None:
    page = ask_for(client.as_(cast.bashir), "ehsan@family.example")
    assert page.url == "/account/"
    page = client.get(link_in(letters("new_address")[0])).submit()
    assert page.status == 422 and "Another account already signs in" in page.text
    assert session().scalar(select(User.email).where(User.id == cast.bashir.user_id)) == cast.bashir.email


@pytest.mark.parametrize(
    ("email", "password"),
    [("new@family.example", "wrong"), ("not an address", PASSWORD), ("", ""), ("a@b", PASSWORD)],
)
def test_an_address_that_cannot_be_asks_no_mailbox(
    cast: Cast, client: PageClient, email: str, password: str
) -> None:
    page = ask_for(client.as_(cast.bashir), email, password)
    assert page.status == 422 and page.errors
    assert letters("new_address") == []
    assert session().scalar(select(func.count(EmailChange.id))) == 0


def test_the_wait_for_an_address_ends_after_a_day(cast: Cast, client: PageClient) -> None:
    ask_for(client.as_(cast.bashir), "new@family.example")
    session().execute(update(EmailChange).values(expires_at=datetime.now(UTC) - timedelta(seconds=1)))
    client.get(link_in(letters("new_address")[0]), status=404)
    assert session().scalar(select(func.count(Session.id)))
