"""Proving oneself again before what is grave: what was typed is kept and goes on."""

from __future__ import annotations

import inspect
import time
from datetime import timedelta
from typing import Any

import pyotp
from flask import Flask
from sqlalchemy import func, select, update

from app.domain.accounts.factors.rules import PROOF_TRIES
from app.domain.accounts.models import OneTimeLink, Session, User, UserRole
from app.domain.accounts.types import UserStatus
from app.domain.audit.models import AuditEntry
from app.domain.kernel.access import Role
from app.domain.limits.rules import LIMITS
from app.domain.limits.types import Limit
from app.uow import session
from app.web.access import declared_access
from tests.support.cast import PASSWORD, Cast, Member
from tests.support.limits import let_pass
from tests.support.pages import PageClient

ASKED = "Is it still you?"


def later(member: Member) -> None:
    """Eleven minutes have passed since this person proved themselves."""
    passed = func.now() - timedelta(minutes=11)
    session().execute(update(Session).where(Session.user_id == member.user_id).values(proved_at=passed))


def roles_of(member: Member) -> set[Role]:
    return set(session().scalars(select(UserRole.role).where(UserRole.user_id == member.user_id)))


def role_values(cast: Cast) -> dict[str, Any]:
    return {"role": "editor", "campus_id": str(cast.campus)}


def test_shortly_after_signing_in_nobody_is_asked(cast: Cast, client: PageClient) -> None:
    page = client.as_(cast.hasan).post(f"/staff/{cast.bashir.staff_id}/roles", role_values(cast), status=200)
    assert ASKED not in page.text and roles_of(cast.bashir) == {Role.TEACHER, Role.EDITOR}


def test_later_the_password_is_asked_and_the_role_is_given_with_it(cast: Cast, client: PageClient) -> None:
    client.as_(cast.hasan)
    later(cast.hasan)
    page = client.post(f"/staff/{cast.bashir.staff_id}/roles", role_values(cast), status=200)
    assert ASKED in page.text and roles_of(cast.bashir) == {Role.TEACHER}
    page = page.submit(values={"proof-password": PASSWORD})
    assert page.url == f"/staff/{cast.bashir.staff_id}" and "The role is given." in page.text
    assert roles_of(cast.bashir) == {Role.TEACHER, Role.EDITOR}
    # For a while it holds.
    page = client.post(f"/staff/{cast.bashir.staff_id}/roles/take", role_values(cast), status=200)
    assert ASKED not in page.text and roles_of(cast.bashir) == {Role.TEACHER}


def test_what_was_asked_with_the_old_token_meanwhile_does_not_sign_out(
    cast: Cast, client: PageClient
) -> None:
    """A list that looks again by itself, in another tab: its answer may come last."""
    client.as_(cast.hasan)
    later(cast.hasan)
    cookie = client.raw.get_cookie("sa")
    assert cookie is not None
    client.post("/account/confirm", {"proof-password": PASSWORD}, status=303, follow=False)
    late = client.app.test_client()
    late.set_cookie("sa", cookie.value)
    answer = late.get("/jobs/", headers={"HX-Request": "true", "HX-Request-Type": "partial"})
    assert "/sign-in" in answer.headers["HX-Redirect"]
    assert "Set-Cookie" not in answer.headers, "it would put out the new token"
    assert client.get(answer.headers["HX-Redirect"], status=303, follow=False).response.location == "/jobs/"


def test_a_wrong_password_keeps_what_was_typed_and_does_nothing(cast: Cast, client: PageClient) -> None:
    client.as_(cast.hasan)
    later(cast.hasan)
    page = client.post(f"/staff/{cast.bashir.staff_id}/roles", role_values(cast), status=200)
    page = page.submit(values={"proof-password": "wrong-password"}, status=422)
    assert "This is not your password." in page.text
    assert page.values().items() >= role_values(cast).items()
    assert page.one("#proof-password").get("value", "") == ""
    assert roles_of(cast.bashir) == {Role.TEACHER}
    assert "Write the 6 digits" in page.submit(values={"proof-password": ""}, status=422).text


def test_several_values_of_one_name_and_odd_signs_are_kept(cast: Cast, client: PageClient) -> None:
    client.as_(cast.hasan)
    later(cast.hasan)
    page = client.post(
        f"/staff/{cast.bashir.staff_id}/roles", {"role": ["editor", '"><b>'], "campus_id": "x"}, status=200
    )
    assert [tag["value"] for tag in page.all("input[name=role]")] == ["editor", '"><b>']


def test_a_code_of_the_app_proves_it_as_well(cast: Cast, client: PageClient) -> None:
    page = client.as_(cast.hasan).get("/account/second-factor/").submit("form[action$='/app/begin']")
    secret = page.one("#key").get_text().replace(" ", "")
    totp = pyotp.TOTP(secret)
    page.submit(code=totp.at(int(time.time())))
    later(cast.hasan)
    page = client.post(f"/staff/{cast.bashir.staff_id}/invite", {}, status=200)
    assert ASKED in page.text
    page = page.submit(values={"proof-code": totp.at(int(time.time()), 1)}, status=200)
    assert "You see this link only now." in page.text


def test_password_links_and_suspending_ask_too(cast: Cast, client: PageClient) -> None:
    client.as_(cast.hasan)
    later(cast.hasan)
    for path in (
        f"/staff/{cast.bashir.staff_id}/invite",
        f"/staff/{cast.bashir.staff_id}/suspend",
        f"/guardians/{cast.dalia.guardian_id}/invite",
        "/account/second-factor/app/begin",
        "/account/second-factor/recovery-codes",
    ):
        assert ASKED in client.post(path, {}, status=200).text, path
    assert session().scalar(select(func.count(OneTimeLink.id))) == 0
    assert session().scalar(select(User.status).where(User.id == cast.bashir.user_id)) is UserStatus.ACTIVE


def test_a_page_without_a_form_asks_and_then_opens(cast: Cast, client: PageClient) -> None:
    client.as_(cast.hasan)
    later(cast.hasan)
    page = client.get("/account/second-factor/passkeys/add")
    assert ASKED in page.text
    page = page.submit(values={"proof-password": PASSWORD})
    assert page.url == "/account/second-factor/passkeys/add" and ASKED not in page.text


def test_the_page_of_a_form_opens_without_asking(cast: Cast, client: PageClient) -> None:
    client.as_(cast.hasan)
    later(cast.hasan)
    assert ASKED not in client.get(f"/staff/{cast.bashir.staff_id}/suspend").text


def test_confirming_never_leads_off_the_site(cast: Cast, client: PageClient) -> None:
    client.as_(cast.hasan)
    sent = {"proof-password": PASSWORD, "next": "https://evil.example/"}
    answer = client.post("/account/confirm", sent, status=303, follow=False)
    assert answer.response.headers["Location"] == "/account/"


def test_who_guesses_in_somebody_elses_session_is_signed_out(cast: Cast, client: PageClient) -> None:
    client.as_(cast.hasan)
    later(cast.hasan)
    for _ in range(PROOF_TRIES):
        client.post("/account/confirm", {"proof-password": "wrong-password"}, status=422)
    client.get("/home/", status=303, follow=False)
    refused = select(func.count(AuditEntry.id)).where(AuditEntry.action == "session.proof_refused")
    assert session().scalar(refused) == PROOF_TRIES


def test_a_session_from_before_the_feature_has_proved_nothing(cast: Cast, client: PageClient) -> None:
    client.as_(cast.hasan)
    session().execute(update(Session).values(proved_at=None))
    assert ASKED in client.post(f"/staff/{cast.bashir.staff_id}/invite", {}, status=200).text


def test_a_part_of_a_page_is_replaced_by_the_question(cast: Cast, client: PageClient) -> None:
    client.as_(cast.hasan)
    later(cast.hasan)
    answer = client.partial(f"/staff/{cast.bashir.staff_id}/roles", data=role_values(cast))
    assert answer.headers["HX-Retarget"] == "#main" and ASKED in answer.get_data(as_text=True)


def test_every_route_that_asks_for_a_proof_belongs_to_people_who_are_signed_in(app: Flask) -> None:
    with app.app_context():
        marked = [name for name, view in app.view_functions.items() if getattr(view, "recent", False)]
        assert len(marked) > 8
        assert "public" not in {declared_access(name) for name in marked}


def _copy_of(client: PageClient, app: Flask) -> PageClient:
    """Another browser with the cookie as it stands now."""
    thief = PageClient(app)
    with client.raw.session_transaction() as kept, thief.raw.session_transaction() as copied:
        copied.update(kept)
    return thief


def test_a_copied_cookie_ends_with_the_proof_of_its_owner(cast: Cast, client: PageClient, app: Flask) -> None:
    client.as_(cast.hasan)
    thief = _copy_of(client, app)
    thief.get("/account/")
    client.post("/account/confirm", {"proof-password": "wrong-password"}, status=422)
    thief.get("/account/")
    client.post("/account/confirm", {"proof-password": PASSWORD}, status=303, follow=False)
    client.get("/account/")
    thief.get("/account/", status=303, follow=False)
    assert session().scalar(select(func.count(Session.id)).where(Session.user_id == cast.hasan.user_id)) == 1


def test_a_copied_cookie_ends_with_a_new_second_factor(cast: Cast, client: PageClient, app: Flask) -> None:
    page = client.as_(cast.hasan).get("/account/second-factor/").submit("form[action$='/app/begin']")
    secret = page.one("#key").get_text().replace(" ", "")
    thief = _copy_of(client, app)
    page.submit(code=pyotp.TOTP(secret).at(int(time.time())))
    client.get("/account/second-factor/")
    thief.get("/account/second-factor/", status=303, follow=False)


def test_other_devices_do_not_share_in_the_first_second_factor(
    cast: Cast, client: PageClient, app: Flask
) -> None:
    tablet = PageClient(app).as_(cast.hasan)
    colleague = PageClient(app).as_(cast.farida)
    page = client.as_(cast.hasan).get("/account/second-factor/").submit("form[action$='/app/begin']")
    secret = page.one("#key").get_text().replace(" ", "")
    tablet.get("/account/second-factor/")  # not before the factor is there
    page.submit(code=pyotp.TOTP(secret).at(int(time.time())))
    tablet.get("/account/second-factor/", status=303, follow=False)
    client.get("/account/second-factor/")
    colleague.get("/account/second-factor/")


def test_the_log_leaves_as_a_file_only_after_a_fresh_proof(cast: Cast, client: PageClient) -> None:
    client.as_(cast.hasan)
    later(cast.hasan)
    page = client.post("/audit/export", {"kind": "session", "since": "2026-01-01"}, status=200)
    assert ASKED in page.text
    exported = select(func.count()).select_from(AuditEntry).where(AuditEntry.action == "audit.exported")
    assert session().scalar(exported) == 0
    sent = page.values() | {"proof-password": PASSWORD, "csrf_token": client.token()}
    answer = client.raw.post("/audit/export", data=sent)
    assert answer.mimetype == "text/csv" and session().scalar(exported) == 1
    answer.close()


def test_every_answer_that_is_a_file_of_many_asks_for_a_fresh_proof(app: Flask) -> None:
    """Whoever streams rows as a spreadsheet says `@requires_recent`, unless they are of nobody."""
    of_nobody = {"entry.numbers_file": "how many applications of a cycle stand where"}
    found = set()
    for endpoint, view in app.view_functions.items():
        if endpoint in of_nobody:
            continue
        names = set(inspect.unwrap(view).__code__.co_names)
        if names & {"send_table", "stream_table"}:
            assert getattr(view, "recent", False), endpoint
            found.add(endpoint)
    assert found >= {"audit.export", "scores.merit_file", "admissions.take_out"}


def test_proofs_of_one_account_are_counted_together_on_all_its_devices(
    cast: Cast, app: Flask, client: PageClient
) -> None:
    most = LIMITS[Limit.PROOF_ACCOUNT].most
    devices = [PageClient(app).as_(cast.dalia) for _ in range(3)]
    for number in range(most):
        typed = {"email": "new@family.example", "current": f"wrong-{number}"}
        assert devices[number % 3].post("/account/email", typed, status=422).errors
    typed = {"email": "new@family.example", "current": PASSWORD}
    page = devices[0].post("/account/email", typed, status=429)
    assert 0 < int(page.response.headers["Retry-After"]) <= 900
    assert page.one("[name=email]")["value"] == "new@family.example"
    assert page.one("[name=current]").get("value", "") == ""
    assert "অনেকবার চেষ্টা করা হয়েছে।" in page.text
    page = devices[1].post("/account/confirm", {"proof-password": PASSWORD}, status=429)
    assert page.one("#proof-password").get("value", "") == ""
    let_pass(timedelta(minutes=15))
    devices[0].post("/account/email", typed, status=303, follow=False)


def test_a_right_proof_is_not_counted(cast: Cast, client: PageClient) -> None:
    client.as_(cast.dalia)
    for _ in range(LIMITS[Limit.PROOF_ACCOUNT].most + 2):
        client.post("/account/confirm", {"proof-password": PASSWORD}, status=303, follow=False)
