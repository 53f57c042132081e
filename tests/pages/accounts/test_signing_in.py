"""Signing in, signing out, one-time links: through the pages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from app.domain.accounts.models import OneTimeLink, Session, User
from app.domain.accounts.queries import find_actor_by_session
from app.domain.accounts.services import invite_user, issue_link, open_session
from app.domain.accounts.types import LinkPurpose, UserStatus
from app.domain.audit.models import AuditEntry
from app.domain.kernel.access import SYSTEM
from app.uow import session
from tests.support.cast import PASSWORD, Cast, Member
from tests.support.pages import Page, PageClient

WRONG = "We do not know this combination of e-mail or phone number and password. Check both and try again."


def sign_in(client: PageClient, identifier: str, password: str = PASSWORD, **more: str) -> Page:
    page = client.as_(None).get("/en/sign-in")
    return page.submit(values={"identifier": identifier, "password": password, **more})


@pytest.mark.parametrize(
    "identifier",
    ["bashir@smart-academy.example", "BASHIR@Smart-Academy.example", "  bashir@smart-academy.example "],
)
def test_staff_sign_in_by_email(cast: Cast, client: PageClient, identifier: str) -> None:
    page = sign_in(client, identifier)
    assert page.status == 200 and page.url == "/home/"


@pytest.mark.parametrize(
    "identifier",
    [
        "01711000001",
        "01711-000001",
        "+8801711000001",
        "8801711 000001",
        "০১৭১১০০০০০১",
        "٠١٧١١٠٠٠٠٠١",
        "۰۱۷۱۱۰۰۰۰۰۱",
    ],
)
def test_guardian_signs_in_by_phone_in_any_digits(cast: Cast, client: PageClient, identifier: str) -> None:
    page = sign_in(client, identifier)
    assert page.status == 200
    assert page.one("html")["lang"] == "bn"


@pytest.mark.parametrize(
    ("identifier", "password"),
    [
        ("bashir@smart-academy.example", "wrong-password"),
        ("nobody@smart-academy.example", PASSWORD),
        ("01711999999", PASSWORD),
        ("01711000001", "wrong-password"),
        ("not a name at all", PASSWORD),
        ("' OR 1=1--@x.example", PASSWORD),
        ('"><svg onload=alert(1)>', "{{7*7}}"),
        ("bashir@smart-academy.example", PASSWORD + " "),
    ],
)
def test_every_wrong_pair_gets_the_same_sentence(
    cast: Cast, client: PageClient, identifier: str, password: str
) -> None:
    page = sign_in(client, identifier, password)
    assert page.status == 422
    assert WRONG in page.text
    assert page.one("#identifier")["value"] == identifier.strip()
    assert page.one("#password").get("value", "") == ""


def test_suspended_account_cannot_sign_in_and_learns_nothing_from_it(cast: Cast, client: PageClient) -> None:
    session().execute(update(User).where(User.id == cast.bashir.user_id).values(status=UserStatus.SUSPENDED))
    page = sign_in(client, cast.bashir.email or "")
    assert page.status == 422 and WRONG in page.text


def test_unknown_account_costs_as_much_as_a_known_one(
    cast: Cast, client: PageClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app.domain.accounts import passwords

    checked: list[str] = []

    class Hasher:
        def verify(self, known: str, password: str) -> bool:
            checked.append(known)
            return False

    monkeypatch.setattr(passwords, "_hasher", Hasher())
    assert sign_in(client, "nobody@smart-academy.example").status == 422
    assert sign_in(client, "bashir@smart-academy.example").status == 422
    assert len(checked) == 2 and checked[0] == passwords._NOBODY


@pytest.mark.parametrize(
    "fields",
    [
        {"identifier": "", "password": ""},
        {"identifier": None, "password": None},
        {"identifier": "x" * 5000, "password": "y"},
        {"identifier": "01711000001\x00", "password": PASSWORD},
        {"identifier": ["01711000001", "01711000002"], "password": PASSWORD},
        {"identifier": "01711000001", "password": [PASSWORD, PASSWORD]},
        {"identifier": "01711000001", "password": "x" * 5000},
        {"identifier": "01711000001", "password": "\x00" * 9},
    ],
)
def test_broken_form_comes_back_and_opens_no_session(
    cast: Cast, client: PageClient, fields: dict[str, object]
) -> None:
    client.as_(None)
    before = session().scalar(select(func.count(Session.id)))
    page = client.post("/en/sign-in", {k: v for k, v in fields.items() if v is not None}, status=422)
    assert page.all("#identifier") and page.all("[data-errors] li")
    assert session().scalar(select(func.count(Session.id))) == before


@pytest.mark.parametrize("onward", ["//evil.example", "https://evil.example/", "/\\evil.example"])
def test_signing_in_stays_on_the_site(cast: Cast, client: PageClient, onward: str) -> None:
    page = client.as_(None).get("/en/sign-in", query={"next": onward})
    page = page.submit(values={"identifier": cast.bashir.email, "password": PASSWORD}, follow=False)
    assert page.status == 303 and page.response.headers["Location"] == "/home/"


def test_signing_in_leads_to_the_page_that_was_asked_for(cast: Cast, client: PageClient) -> None:
    page = client.as_(None).get("/students/?q=rafi", follow=False, status=303)
    sign_in_page = client.get(page.response.headers["Location"].replace("/bn/", "/en/"))
    page = sign_in_page.submit(values={"identifier": cast.bashir.email, "password": PASSWORD})
    assert page.url == "/students/?q=rafi" and "Rafi Hasan" in page.text


def test_refused_sign_in_is_in_the_audit_log_without_the_password(cast: Cast, client: PageClient) -> None:
    sign_in(client, "01711000001", "a-wrong-password")
    entry = session().scalars(select(AuditEntry).where(AuditEntry.action == "session.refused")).one()
    assert entry.entity_id == cast.dalia.user_id and entry.ip_address == "127.0.0.1"
    assert "a-wrong-password" not in str((entry.old_data, entry.new_data))


def test_signing_out_ends_this_device_at_once_and_no_other(cast: Cast, app: Flask) -> None:
    phone, tablet = PageClient(app).as_(cast.bashir), PageClient(app).as_(cast.bashir)
    with phone.raw.session_transaction() as kept:
        stolen = dict(kept)
    phone.post("/sign-out", {}, status=303, follow=False)
    phone.get("/home/", status=303, follow=False)
    tablet.get("/home/", status=200)
    # The cookie as it was does not open the door again: the session is a row, and that row is closed.
    thief = PageClient(app)
    with thief.raw.session_transaction() as forged:
        forged.update(stolen)
    thief.get("/home/", status=303, follow=False)


def test_session_cookie_is_kept_from_script_and_other_sites(cast: Cast, client: PageClient) -> None:
    page = client.as_(None).get("/en/sign-in")
    page = page.submit(values={"identifier": cast.bashir.email, "password": PASSWORD}, follow=False)
    cookie = next(line for line in page.response.headers.getlist("Set-Cookie") if line.startswith("sa="))
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Path=/" in cookie


def test_only_the_hash_of_a_session_is_stored(cast: Cast) -> None:
    token = open_session(cast.bashir.user_id, frozenset(), keep=False, ip=None, user_agent=None)
    stored = session().scalars(select(Session.token_hash).where(Session.user_id == cast.bashir.user_id)).all()
    assert token not in stored


def test_expired_session_asks_to_sign_in_again(cast: Cast, client: PageClient) -> None:
    client.as_(cast.bashir).get("/home/")
    session().execute(update(Session).values(expires_at=datetime.now(UTC) - timedelta(seconds=1)))
    client.get("/home/", status=303, follow=False)


# --- one-time links


def address(locale: str, token: str) -> str:
    return f"/{locale}/password/{token}"


def test_link_sets_a_password_once(cast: Cast, client: PageClient) -> None:
    url = address("bn", invite_user(SYSTEM, cast.dalia.user_id, address))
    page = client.as_(None).get(url).submit(values={"password": "নীল নৌকা ভাসে"})
    assert page.url.endswith("/sign-in")
    client.get(url, status=404)
    client.post(url, {"password": "another-password"}, status=404)
    assert sign_in(client, "01711000001", "নীল নৌকা ভাসে").status == 200
    assert sign_in(client, "01711000001", PASSWORD).status == 422


def test_new_password_ends_the_sessions_that_were_open(cast: Cast, app: Flask) -> None:
    old = PageClient(app).as_(cast.dalia)
    old.get("/home/")
    url = address("bn", issue_link(SYSTEM, cast.dalia.user_id, LinkPurpose.RESET))
    PageClient(app).get(url).submit(values={"password": "quite-new-one"})
    old.get("/home/", status=303, follow=False)


def test_link_runs_out(cast: Cast, client: PageClient) -> None:
    url = address("bn", invite_user(SYSTEM, cast.dalia.user_id, address))
    session().execute(update(OneTimeLink).values(expires_at=datetime.now(UTC) - timedelta(seconds=1)))
    client.as_(None).get(url, status=404)


@pytest.mark.parametrize("token", ["x", "x" * 43, "%00", "' OR 1=1--", "{{7*7}}"])
def test_guessed_link_is_told_kindly_that_it_does_not_work(
    cast: Cast, client: PageClient, token: str
) -> None:
    client.as_(None).get(f"/en/password/{token}", status=404)


@pytest.mark.parametrize("password", ["", "short", "x" * 129, None, ["long-enough-1", "long-enough-2"]])
def test_refused_password_leaves_the_link_open(cast: Cast, client: PageClient, password: object) -> None:
    url = address("en", invite_user(SYSTEM, cast.dalia.user_id, address))
    client.as_(None)
    page = client.post(url, {} if password is None else {"password": password}, status=422)
    assert page.errors
    client.get(url, status=200)


def test_create_admin_prints_a_link_that_works_once(cast: Cast, app: Flask, client: PageClient) -> None:
    result = app.test_cli_runner().invoke(
        args=["accounts", "create-admin", "--email", "Head@School.Example", "--name", "Nurul Huda"]
    )
    assert result.exit_code == 0, result.output
    url = urlsplit(result.output.strip().splitlines()[-1]).path
    page = client.as_(None).get(url)
    assert "Nurul Huda" in page.text
    page.submit(values={"password": "first-password"})
    client.get(url, status=404)
    assert sign_in(client, "head@school.example", "first-password").url == "/home/"
    client.get("/staff/", status=200)


def test_create_admin_with_a_known_address_says_so(cast: Cast, app: Flask) -> None:
    result = app.test_cli_runner().invoke(
        args=["accounts", "create-admin", "--email", "hasan@smart-academy.example", "--name", "Nurul Huda"]
    )
    assert result.exit_code == 1
    assert "already signs in" in result.output


def test_signing_in_again_ends_the_session_before(cast: Cast, client: PageClient) -> None:
    def enter(member: Member) -> str:
        values = {"identifier": member.email, "password": PASSWORD}
        client.post("/en/sign-in", values, status=303, follow=False)
        with client.raw.session_transaction() as kept:
            return str(kept["_user_id"])

    first, second = enter(cast.hasan), enter(cast.farida)
    assert find_actor_by_session(first, ip=None, user_agent=None) is None
    found = find_actor_by_session(second, ip=None, user_agent=None)
    assert found is not None and found.user_id == cast.farida.user_id
