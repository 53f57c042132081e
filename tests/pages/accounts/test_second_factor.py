"""The second step: set up, asked for at the door, needed by role, and taken away again."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from datetime import timedelta

import pyotp
import pytest
from flask import Flask
from sqlalchemy import func, select, update

from app.cli.accounts import reset_second_factor_command
from app.domain.accounts.factors.models import AuthenticatorApp, HalfOpenSignIn, RecoveryCode
from app.domain.accounts.factors.rules import CODES_A_DAY
from app.domain.accounts.models import Session
from app.domain.audit.models import AuditEntry
from app.domain.outbox.models import OutboxMessage
from app.uow import session
from tests.support.cast import PASSWORD, Cast, Member
from tests.support.pages import Page, PageClient

WRONG = "This code is not right, or was used before. Wait for the next one and try again."


def code(secret: str, steps: int = 0) -> str:
    """What the app shows now, or some half minutes later."""
    return pyotp.TOTP(secret).at(int(time.time()), steps)


def other_code(secret: str) -> str:
    """Six digits that the app does not show."""
    shown = {code(secret, steps) for steps in (-2, -1, 0, 1, 2)}
    return next(
        text for text in ("000000", "111111", "222222", "333333", "444444", "555555") if text not in shown
    )


def set_up(client: PageClient, member: Member) -> tuple[str, list[str]]:
    """Set up an app on /account; returns its secret and the recovery codes."""
    page = client.as_(member).get("/account/").follow("App, passkeys and codes")
    page = page.submit("form[action$='/app/begin']")
    secret = page.one("#key").get_text().replace(" ", "")
    page = page.submit("main form[method=post]", code=code(secret))
    return secret, [tag.get_text() for tag in page.all("#recovery-codes bdi")]


def give_password(client: PageClient, member: Member, **more: str) -> Page:
    """A new browser at the door with the right password."""
    page = client.as_(None).get("/en/sign-in")
    return page.submit(values={"identifier": member.email or member.phone, "password": PASSWORD, **more})


def sessions_of(member: Member) -> int:
    count = select(func.count(Session.id)).where(
        Session.user_id == member.user_id, Session.revoked_at.is_(None)
    )
    return session().scalar(count) or 0


def letters_to(member: Member) -> list[str]:
    rows = session().scalars(
        select(OutboxMessage.subject)
        .where(OutboxMessage.recipient == member.email)
        .order_by(OutboxMessage.id)
    )
    return [subject or "" for subject in rows]


def audited(action: str) -> int:
    return session().scalar(select(func.count(AuditEntry.id)).where(AuditEntry.action == action)) or 0


@pytest.fixture
def required(app: Flask) -> Iterator[None]:
    """An installation that asks staff for a second step, as production does."""
    before = app.config["SETTINGS"]
    app.config["SETTINGS"] = before.model_copy(update={"second_factor": "required"})
    try:
        yield
    finally:
        app.config["SETTINGS"] = before


# --- setting up


def test_an_app_is_set_up_by_its_first_code(cast: Cast, client: PageClient) -> None:
    _, codes = set_up(client, cast.bashir)
    assert len(set(codes)) == 10
    assert all(re.fullmatch(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", one) for one in codes)
    assert "Set up" in client.get("/account/").text
    assert letters_to(cast.bashir) == ["The second step of your sign-in has changed"]
    assert audited("second_factor.added") == 1


def test_neither_secret_nor_codes_are_stored_as_they_are(cast: Cast, client: PageClient) -> None:
    secret, codes = set_up(client, cast.bashir)
    stored = session().scalar(select(AuthenticatorApp.secret)) or ""
    assert secret not in stored and stored.startswith("gAAAA")
    hashes = set(session().scalars(select(RecoveryCode.code_hash)))
    assert len(hashes) == 10 and not hashes & set(codes)


def test_a_wrong_first_code_sets_nothing_up(cast: Cast, client: PageClient) -> None:
    client.as_(cast.bashir)
    page = client.get("/account/second-factor/").submit("form[action$='/app/begin']")
    secret = page.one("#key").get_text().replace(" ", "")
    page = page.submit(code=other_code(secret), status=422)
    assert WRONG in page.text
    assert give_password(client, cast.bashir).url == "/home/"


def test_the_picture_is_there_while_the_secret_waits_and_gone_after(cast: Cast, client: PageClient) -> None:
    client.as_(cast.bashir).get("/account/second-factor/").submit("form[action$='/app/begin']")
    answer = client.raw.get("/account/second-factor/app/qr.svg")
    assert answer.mimetype == "image/svg+xml" and answer.headers["Cache-Control"] == "no-store"
    assert b"<svg" in answer.data and b"style=" not in answer.data
    set_up(client, cast.bashir)
    assert client.raw.get("/account/second-factor/app/qr.svg").status_code == 404


def test_moving_to_another_phone_keeps_the_old_one_until_the_new_one_has_proved_itself(
    cast: Cast, client: PageClient
) -> None:
    old, _ = set_up(client, cast.bashir)
    page = client.get("/account/second-factor/").submit("form[action$='/app/begin']")
    new = page.one("#key").get_text().replace(" ", "")
    assert new != old
    assert give_password(client, cast.bashir).submit(code=code(old, 1)).url == "/home/"
    page = client.get("/account/second-factor/app").submit(code=code(new))
    assert not page.all("#recovery-codes")  # the codes in the drawer stay good
    assert give_password(client, cast.bashir).submit(code=code(old, 1)).status == 422


def test_a_changed_secret_key_opens_what_the_one_before_sealed(
    cast: Cast, app: Flask, client: PageClient
) -> None:
    secret, _ = set_up(client, cast.bashir)
    before = app.config["SETTINGS"]
    changed = {"secret_key": "another-" + "y" * 32, "secret_key_fallbacks": (before.secret_key,)}
    app.config["SETTINGS"] = before.model_copy(update=changed)
    try:
        assert give_password(client, cast.bashir).submit(code=code(secret, 1)).url == "/home/"
    finally:
        app.config["SETTINGS"] = before


# --- at the door


def test_no_session_is_open_before_the_second_step(cast: Cast, client: PageClient) -> None:
    secret, _ = set_up(client, cast.bashir)
    before = sessions_of(cast.bashir)
    page = give_password(client, cast.bashir)
    assert page.url.startswith("/en/sign-in/second-step") and sessions_of(cast.bashir) == before
    for path in ("/home/", "/account/", "/account/second-factor/", "/students/"):
        answer = client.get(path, status=303, follow=False).response
        assert "/sign-in?next=" in answer.headers["Location"]
    assert page.submit(code=code(secret, 1)).url == "/home/"
    assert sessions_of(cast.bashir) == before + 1


def test_digits_of_any_script_and_a_gap_are_understood(cast: Cast, client: PageClient) -> None:
    secret, _ = set_up(client, cast.bashir)
    typed = code(secret, 1).translate(str.maketrans("0123456789", "০১২৩৪৫৬৭৮৯"))
    assert give_password(client, cast.bashir).submit(code=f"{typed[:3]} {typed[3:]}").url == "/home/"


def test_a_code_works_once(cast: Cast, client: PageClient) -> None:
    secret, _ = set_up(client, cast.bashir)
    shown = code(secret, 1)
    assert give_password(client, cast.bashir).submit(code=shown).url == "/home/"
    page = give_password(client, cast.bashir).submit(code=shown)
    assert page.status == 422 and WRONG in page.text


def test_five_wrong_codes_send_back_to_the_password(cast: Cast, client: PageClient) -> None:
    secret, _ = set_up(client, cast.bashir)
    page = give_password(client, cast.bashir)
    for _ in range(5):
        client.post(page.url, {"code": other_code(secret)}, status=None)
    page = client.post(page.url, {"code": code(secret, 1)})
    assert page.url.startswith("/en/sign-in?") and "Begin again with your password" in page.text
    assert audited("second_factor.refused") == 5


def test_a_day_has_only_so_many_wrong_codes_and_recovery_codes_still_work(
    cast: Cast, client: PageClient
) -> None:
    secret, codes = set_up(client, cast.bashir)
    session().execute(update(AuthenticatorApp).values(misses=CODES_A_DAY))
    page = give_password(client, cast.bashir).submit(code=code(secret, 1))
    assert page.status == 422 and "too many wrong codes" in page.text
    assert page.submit(code="", recovery_code=codes[0]).url == "/home/"


def test_the_second_step_is_open_for_five_minutes(cast: Cast, client: PageClient) -> None:
    secret, _ = set_up(client, cast.bashir)
    page = give_password(client, cast.bashir)
    waiting = session().scalars(select(HalfOpenSignIn)).one()
    assert waiting.expires_at - waiting.created_at == timedelta(minutes=5)
    session().execute(update(HalfOpenSignIn).values(expires_at=func.now() - timedelta(seconds=1)))
    page = page.submit(code=code(secret, 1))
    assert page.url.startswith("/en/sign-in?") and "Begin again" in page.text


def test_another_browser_cannot_take_the_second_step(cast: Cast, app: Flask, client: PageClient) -> None:
    secret, _ = set_up(client, cast.bashir)
    page = give_password(client, cast.bashir)
    other = PageClient(app).as_(None)
    page = other.post(page.url, {"code": code(secret, 1)})
    assert page.url.startswith("/en/sign-in?")


def test_a_finished_second_step_cannot_be_taken_again(cast: Cast, client: PageClient) -> None:
    secret, codes = set_up(client, cast.bashir)
    page = give_password(client, cast.bashir)
    with client.raw.session_transaction() as kept:
        half = kept["half"]
    page.submit(code=code(secret, 1))
    client.as_(None)
    with client.raw.session_transaction() as kept:
        kept["half"] = half
    page = client.post("/en/sign-in/second-step", {"recovery_code": codes[0]})
    assert page.url.startswith("/en/sign-in?")


def test_a_recovery_code_opens_once_however_it_is_typed_and_its_owner_is_told(
    cast: Cast, client: PageClient
) -> None:
    _, codes = set_up(client, cast.bashir)
    typed = codes[0].lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert give_password(client, cast.bashir).submit(recovery_code=typed).url == "/home/"
    assert letters_to(cast.bashir)[-1] == "A recovery code of yours was used"
    assert audited("second_factor.recovery_used") == 1
    page = give_password(client, cast.bashir).submit(recovery_code=codes[0])
    assert page.status == 422 and "We do not know this recovery code" in page.text


@pytest.mark.parametrize("answer", ["{}", "x", "[]", '{"rawId": "AAAA"}', '{"rawId": 7}', "null"])
def test_a_passkey_answer_that_is_none_is_refused_and_a_code_still_works(
    cast: Cast, client: PageClient, answer: str
) -> None:
    secret, _ = set_up(client, cast.bashir)
    page = give_password(client, cast.bashir).submit(passkey=answer)
    assert page.status == 422 and "This passkey was not accepted" in page.text
    assert page.values()["passkey"] == ""
    assert page.submit(code=code(secret, 1)).url == "/home/"
    client.as_(None).get("/en/sign-in/passkey")
    client.post("/en/sign-in/passkey", {"passkey": answer}, status=422)
    client.as_(cast.bashir).post("/account/second-factor/passkeys", {"passkey": answer}, status=422)


def test_somebody_elses_recovery_code_opens_nothing(cast: Cast, client: PageClient) -> None:
    _, codes = set_up(client, cast.gias)
    set_up(client, cast.bashir)
    assert give_password(client, cast.bashir).submit(recovery_code=codes[0]).status == 422


def test_the_second_step_leads_where_one_was_going_and_never_off_the_site(
    cast: Cast, client: PageClient
) -> None:
    secret, _ = set_up(client, cast.bashir)
    page = client.as_(None).get("/en/sign-in", query={"next": "/students/"})
    page = page.submit(values={"identifier": cast.bashir.email, "password": PASSWORD})
    assert page.submit(code=code(secret, 1)).url == "/students/"
    client.get("/en/sign-in/second-step", status=303, follow=False)


def test_a_wrong_password_never_reaches_the_second_step(cast: Cast, client: PageClient) -> None:
    set_up(client, cast.bashir)
    page = client.as_(None).get("/en/sign-in")
    page = page.submit(values={"identifier": cast.bashir.email, "password": "wrong-password"})
    assert page.status == 422 and page.url == "/en/sign-in"
    assert session().scalar(select(func.count(HalfOpenSignIn.id))) == 0


# --- new codes, and away with it


def test_new_codes_end_the_old_ones(cast: Cast, client: PageClient) -> None:
    _, old = set_up(client, cast.bashir)
    page = client.get("/account/second-factor/").submit("form[action$='/recovery-codes']")
    new = [tag.get_text() for tag in page.all("#recovery-codes bdi")]
    assert len(new) == 10 and not set(new) & set(old)
    assert give_password(client, cast.bashir).submit(recovery_code=old[0]).status == 422


def test_without_the_app_the_password_opens_again_and_the_codes_are_gone(
    cast: Cast, client: PageClient
) -> None:
    set_up(client, cast.bashir)
    page = client.get("/account/second-factor/").follow("Remove").submit()
    assert page.url == "/account/second-factor/"
    assert session().scalar(select(func.count(RecoveryCode.id))) == 0
    assert len(letters_to(cast.bashir)) == 2 and audited("second_factor.removed") == 1
    assert give_password(client, cast.bashir).url == "/home/"


def test_a_lost_phone_is_helped_from_the_command_line(cast: Cast, app: Flask, client: PageClient) -> None:
    set_up(client, cast.bashir)
    run = app.test_cli_runner().invoke(reset_second_factor_command, [" BASHIR@smart-academy.example "])
    assert run.exit_code == 0 and "Removed" in run.output
    assert sessions_of(cast.bashir) == 0 and audited("second_factor.reset") == 1
    assert len(letters_to(cast.bashir)) == 2
    assert give_password(client, cast.bashir).url == "/home/"
    assert "none" in app.test_cli_runner().invoke(reset_second_factor_command, [cast.bashir.email]).output
    assert app.test_cli_runner().invoke(reset_second_factor_command, ["nobody@x.example"]).exit_code == 1


# --- who must have one


@pytest.mark.usefixtures("required")
@pytest.mark.parametrize("who", ["amina", "bashir", "chandra", "farida", "hasan"])
def test_who_changes_marks_money_or_people_sets_one_up_first(
    cast: Cast, client: PageClient, who: str
) -> None:
    member: Member = getattr(cast, who)
    client.as_(member)
    for path in ("/home/", "/account/", "/students/"):
        answer = client.get(path, status=303, follow=False)
        assert answer.response.headers["Location"] == "/account/second-factor/"
    page = client.get("/account/second-factor/")
    assert "Set up one of the two to go on." in page.text
    set_up_page = page.submit("form[action$='/app/begin']")
    secret = set_up_page.one("#key").get_text().replace(" ", "")
    set_up_page.submit(code=code(secret))
    assert client.get("/home/").url == "/home/"


@pytest.mark.usefixtures("required")
def test_who_lacks_one_can_change_nothing_but_sign_out_and_switch_the_language(
    cast: Cast, client: PageClient
) -> None:
    client.as_(cast.hasan)
    answer = client.post("/account/devices/sign-out-others", {}, status=303, follow=False)
    assert answer.response.headers["Location"] == "/account/second-factor/"
    client.post("/account/language", {"locale": "bn", "next": "/account/second-factor/"}, status=200)
    page = client.post("/sign-out", {}, status=200)
    assert "/sign-in" in page.url


@pytest.mark.usefixtures("required")
@pytest.mark.parametrize("who", ["dalia", "rafi", "ishrat"])
def test_families_and_the_editor_need_none(cast: Cast, client: PageClient, who: str) -> None:
    page = client.as_(getattr(cast, who)).get("/account/")
    assert page.url == "/account/" and "does not ask" not in page.text


def test_where_it_is_switched_off_the_page_says_so_to_staff(cast: Cast, client: PageClient) -> None:
    line = "This installation does not ask its staff for a second step."
    assert line in client.as_(cast.bashir).get("/account/").text
    assert "দ্বিতীয়" not in client.as_(cast.dalia).get("/home/").text
