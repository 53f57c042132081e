"""Devices: how long they stay signed in, when they were last used, and which ones the owner has never seen."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy import func, select, update

from app.domain.accounts.models import Session, User
from app.domain.accounts.queries import find_actor_by_session
from app.domain.accounts.services import grant_role, note_use, open_session
from app.domain.audit.models import AuditEntry
from app.domain.kernel.access import KEPT_LIFETIME, SESSION_LIFETIMES, Role
from app.domain.outbox.models import OutboxMessage
from app.uow import session
from tests.support.cast import PASSWORD, Cast, Member
from tests.support.pages import PageClient
from tests.support.queries import QueryCounter

CHROME = "Mozilla/5.0 (Linux; Android 12; SM-A125F) AppleWebKit/537.36 Chrome/120.0 Mobile Safari/537.36"


def enter(client: PageClient, member: Member, **more: str) -> None:
    values = {"identifier": member.email or member.phone, "password": PASSWORD, **more}
    client.post("/en/sign-in", values, status=303, follow=False)


def lies_idle(member: Member, for_: timedelta) -> None:
    session().execute(
        update(Session).where(Session.user_id == member.user_id).values(last_seen_at=datetime.now(UTC) - for_)
    )


def last_seen(member: Member) -> datetime:
    return session().scalars(select(Session.last_seen_at).where(Session.user_id == member.user_id)).one()


def letters() -> list[str]:
    kind = OutboxMessage.kind == "session_new_browser"
    return list(session().scalars(select(OutboxMessage.recipient).where(kind)))


# --- how long


@pytest.mark.parametrize("who", ["hasan", "amina", "bashir", "farida", "ehsan", "rafi"])
def test_a_device_that_lies_idle_is_signed_out(cast: Cast, client: PageClient, who: str) -> None:
    member: Member = getattr(cast, who)
    idle = SESSION_LIFETIMES[member.role].idle
    client.as_(member)
    lies_idle(member, idle - timedelta(minutes=1))
    client.get("/account/")
    lies_idle(member, idle + timedelta(seconds=1))
    client.get("/account/", status=303, follow=False)


@pytest.mark.parametrize("who", ["hasan", "bashir", "ehsan"])
def test_a_device_in_use_is_signed_out_at_the_end_all_the_same(
    cast: Cast, client: PageClient, who: str
) -> None:
    member: Member = getattr(cast, who)
    client.as_(member).get("/account/")
    began = session().execute(
        select(Session.created_at, Session.expires_at).where(Session.user_id == member.user_id)
    )
    created_at, expires_at = began.one()
    assert expires_at - created_at == SESSION_LIFETIMES[member.role].absolute
    session().execute(update(Session).values(expires_at=func.now()))
    client.get("/account/", status=303, follow=False)


def test_families_who_ask_stay_signed_in_for_months_and_staff_do_not(cast: Cast, app: Flask) -> None:
    enter(PageClient(app), cast.ehsan, keep="y")
    enter(PageClient(app), cast.bashir, keep="y")
    found = {
        user: (expires_at - created_at, idle_for)
        for user, created_at, expires_at, idle_for in session().execute(
            select(Session.user_id, Session.created_at, Session.expires_at, Session.idle_for)
        )
    }
    staff = SESSION_LIFETIMES[Role.TEACHER]
    assert found[cast.ehsan.user_id] == (KEPT_LIFETIME.absolute, KEPT_LIFETIME.idle)
    assert found[cast.bashir.user_id] == (staff.absolute, staff.idle)


def test_whoever_is_given_a_role_signs_in_anew(cast: Cast, client: PageClient, app: Flask) -> None:
    bystander = PageClient(app).as_(cast.farida)
    client.as_(cast.bashir).get("/account/")
    assert grant_role(cast.hasan.actor, cast.bashir.user_id, Role.EDITOR, cast.campus)
    client.get("/account/", status=303, follow=False)
    enter(client, cast.bashir)
    assert not grant_role(cast.hasan.actor, cast.bashir.user_id, Role.EDITOR, cast.campus)
    client.get("/account/")  # a role that was held before changes nothing
    bystander.get("/account/")


def test_whoever_gives_themselves_a_role_goes_on_here_and_nowhere_else(
    cast: Cast, client: PageClient, app: Flask
) -> None:
    elsewhere = PageClient(app).as_(cast.hasan)
    token = open_session(cast.hasan.user_id, frozenset({Role.ADMIN}), keep=False, ip=None, user_agent=None)
    here = find_actor_by_session(token, ip=None, user_agent=None)
    assert here and grant_role(here, cast.hasan.user_id, Role.EDITOR, cast.campus)
    assert find_actor_by_session(token, ip=None, user_agent=None)
    elsewhere.get("/account/", status=303, follow=False)


def test_finding_who_is_signed_in_takes_one_statement(cast: Cast, queries: QueryCounter) -> None:
    token = open_session(cast.hasan.user_id, frozenset({Role.ADMIN}), keep=False, ip=None, user_agent=None)
    find_actor_by_session(token, ip=None, user_agent=None)
    with queries.at_most(1):
        assert find_actor_by_session(token, ip=None, user_agent=None)


# --- last used


def test_use_is_written_down_once_in_five_minutes(
    cast: Cast, client: PageClient, queries: QueryCounter
) -> None:
    client.as_(cast.bashir)
    lies_idle(cast.bashir, timedelta(minutes=4))
    before = last_seen(cast.bashir)
    client.get("/account/")
    assert last_seen(cast.bashir) == before
    lies_idle(cast.bashir, timedelta(minutes=6))
    before = last_seen(cast.bashir)
    client.get("/account/")
    assert last_seen(cast.bashir) > before
    with queries.counted() as found:
        client.get("/account/")
    assert not [statement for statement in found if not statement.lstrip().startswith(("SELECT", "EXECUTE"))]


def test_use_of_a_device_that_was_signed_out_is_not_written_down(cast: Cast, client: PageClient) -> None:
    client.as_(cast.bashir)
    lies_idle(cast.bashir, timedelta(minutes=6))
    session().execute(update(Session).values(revoked_at=func.now()))
    before = last_seen(cast.bashir)
    note_use(session().scalars(select(Session.id)).one())
    client.get("/account/", status=303, follow=False)
    assert last_seen(cast.bashir) == before


def test_each_device_says_what_it_is_and_when_it_was_used(cast: Cast, client: PageClient) -> None:
    open_session(
        cast.bashir.user_id,
        frozenset({Role.TEACHER}),
        keep=False,
        ip="203.0.113.7",
        user_agent=CHROME,
    )
    page = client.as_(cast.bashir).get("/account/")
    lines = [item.get_text(" ", strip=True) for item in page.all("#devices + ul > li")]
    assert len(lines) == 2
    assert any("Chrome on Android" in line and "203.0.113.7" in line for line in lines)
    assert all("Since" in line and "last used" in line for line in lines)


def test_a_device_that_lies_idle_too_long_is_no_longer_listed(cast: Cast, app: Flask) -> None:
    PageClient(app).as_(cast.bashir)
    lies_idle(cast.bashir, timedelta(hours=13))
    page = PageClient(app).as_(cast.bashir).get("/account/")
    assert len(page.all("#devices + ul > li")) == 1


# --- a browser never seen


def test_the_first_browser_is_no_news_and_a_second_one_is(cast: Cast, app: Flask) -> None:
    home, elsewhere = PageClient(app), PageClient(app)
    enter(home, cast.bashir)
    enter(home, cast.bashir)
    assert letters() == []
    enter(elsewhere, cast.bashir)
    assert letters() == [cast.bashir.email]
    enter(elsewhere, cast.bashir)
    enter(home, cast.bashir)
    assert letters() == [cast.bashir.email]
    entry = session().scalars(select(AuditEntry).where(AuditEntry.action == "session.new_browser")).one()
    assert entry.entity_id == cast.bashir.user_id


def test_a_browser_known_to_one_is_new_to_another(cast: Cast, app: Flask) -> None:
    shared, own = PageClient(app), PageClient(app)
    enter(own, cast.ehsan)
    enter(shared, cast.bashir)
    enter(shared, cast.ehsan)
    assert letters() == [cast.ehsan.email]


def test_the_mark_of_a_browser_goes_to_the_sign_in_pages_alone(cast: Cast, app: Flask) -> None:
    client = PageClient(app)
    page = client.get("/en/sign-in")
    page = page.submit(values={"identifier": cast.bashir.email, "password": PASSWORD}, follow=False)
    marks = [line for line in page.response.headers.getlist("Set-Cookie") if line.startswith("sa-browser=")]
    assert len(marks) == 3
    assert all("HttpOnly" in mark and "SameSite=Lax" in mark and "/sign-in" in mark for mark in marks)
    stored = session().scalars(select(Session.device_hash)).all()
    assert not any(hash_ and hash_ in mark for hash_ in stored for mark in marks)


@pytest.mark.parametrize("sent", ["", "short", "x" * 3000, "<script>", "\u00e9" * 32])
def test_a_made_up_mark_is_as_good_as_none(cast: Cast, app: Flask, sent: str) -> None:
    client = PageClient(app)
    enter(client, cast.bashir)
    for lang in ("en", "bn", "ar"):
        client.raw.set_cookie("sa-browser", sent, path=f"/{lang}/sign-in")
    enter(client, cast.bashir)
    client.get("/account/")


# --- how passwords are kept


@pytest.mark.parametrize(
    "kept",
    [PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)],
    ids=["weaker"],
)
def test_a_password_kept_in_an_older_way_is_hashed_anew(
    slow_hashes: None, cast: Cast, app: Flask, kept: str
) -> None:
    session().execute(update(User).where(User.id == cast.bashir.user_id).values(password_hash=kept))
    mine = select(User.password_hash).where(User.id == cast.bashir.user_id)
    client = PageClient(app)
    client.post("/en/sign-in", {"identifier": cast.bashir.email, "password": "wrong"}, status=422)
    assert session().scalar(mine) == kept
    enter(client, cast.bashir)
    renewed = session().scalar(mine)
    assert renewed != kept and "m=19456,t=2,p=1" in (renewed or "")
    enter(client, cast.bashir)
    assert session().scalar(mine) == renewed


def test_a_password_typed_in_another_form_of_the_same_letters_opens(cast: Cast, app: Flask) -> None:
    composed, decomposed = "caf\u00e9 terrace", "cafe\u0301 terrace"
    client = PageClient(app).as_(cast.bashir)
    client.get("/account/password").submit(values={"current": PASSWORD, "password": composed})
    for typed in (composed, decomposed):
        values = {"identifier": cast.bashir.email, "password": typed}
        PageClient(app).post("/en/sign-in", values, status=303, follow=False)


def test_a_password_hashed_before_it_was_folded_still_opens(cast: Cast, app: Flask) -> None:
    decomposed = "cafe\u0301 terrace"
    kept = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1).hash(decomposed)
    session().execute(update(User).where(User.id == cast.bashir.user_id).values(password_hash=kept))
    for typed in (decomposed, "caf\u00e9 terrace"):
        values = {"identifier": cast.bashir.email, "password": typed}
        PageClient(app).post("/en/sign-in", values, status=303, follow=False)
