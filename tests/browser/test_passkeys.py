"""Passkeys in a real browser, with the virtual authenticator that Chromium brings."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Browser, CDPSession, expect
from sqlalchemy import func, select, update

from app.domain.accounts.factors.models import Passkey, PasskeyChallenge
from app.domain.accounts.models import Session
from app.extensions import db
from ops.browse.acts import leave
from ops.browse.chromium import LAPTOP
from tests.support.cast import CAST, PASSWORD
from tests.support.live import live_server
from tests.support.visitor import Visitor

BUTTON = "[data-passkey] button"
Stored = Callable[..., Any]


class Authenticator:
    """A phone that holds passkeys and unlocks them by finger, or does not."""

    def __init__(self, visitor: Visitor) -> None:
        self.cdp: CDPSession = visitor.context.new_cdp_session(visitor.page)
        self.cdp.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
        }
        self.id = self.cdp.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"]

    def credentials(self) -> list[dict[str, Any]]:
        """What it holds."""
        found = self.cdp.send("WebAuthn.getCredentials", {"authenticatorId": self.id})
        return list(found["credentials"])

    def verifies(self, *, well: bool) -> None:
        """Whether the finger is the right one."""
        self.cdp.send("WebAuthn.setUserVerified", {"authenticatorId": self.id, "isUserVerified": well})

    def copy_with_count(self, count: int) -> None:
        """Put a copy of the key in its place, with another count of signatures."""
        (key,) = self.credentials()
        self.cdp.send("WebAuthn.clearCredentials", {"authenticatorId": self.id})
        copy = key | {"signCount": count}
        self.cdp.send("WebAuthn.addCredential", {"authenticatorId": self.id, "credential": copy})


@pytest.fixture
def named(real_app: Flask) -> Iterator[str]:
    """The application under a name, because a number has no passkeys."""
    with live_server(real_app) as url:
        address = f"http://localhost:{urlsplit(url).port}"
        settings = real_app.config["SETTINGS"]
        real_app.config["SETTINGS"] = settings.model_copy(update={"base_url": address})
        yield address


@pytest.fixture
def owner(browser: Browser, named: str, real_app: Flask) -> Iterator[Visitor]:
    """Bashir's browser, signed in."""
    visitor = Visitor(browser, named, LAPTOP)
    visitor.enter(real_app, CAST.bashir)
    yield visitor
    visitor.close()


@pytest.fixture
def stored(real_app: Flask) -> Stored:
    """One value from the database as it is now."""

    def ask(statement: Any) -> Any:
        with real_app.app_context():
            return db.session.scalar(statement)

    return ask


def add(visitor: Visitor, name: str) -> None:
    visitor.open("/account/second-factor/")
    leave(visitor.page, "a[href$='/passkeys/add']")
    visitor.page.fill("[name=name]", name)
    leave(visitor.page, BUTTON)


def sign_out(visitor: Visitor) -> None:
    visitor.context.clear_cookies()


def begin(visitor: Visitor) -> None:
    visitor.open("/en/sign-in")
    visitor.page.fill("[name=identifier]", CAST.bashir.email or "")
    visitor.page.fill("[name=password]", PASSWORD)
    leave(visitor.page, "main form[method=post] button.go")


def test_a_passkey_is_added_named_used_for_the_second_step_and_removed(
    owner: Visitor, stored: Stored
) -> None:
    phone = Authenticator(owner)
    add(owner, "my phone")
    expect(owner.page.locator("#recovery-codes li")).to_have_count(10)
    assert len(phone.credentials()) == 1
    sign_out(owner)
    begin(owner)
    assert "/second-step" in owner.page.url
    leave(owner.page, BUTTON)
    assert urlsplit(owner.page.url).path == "/home/"
    assert stored(select(Passkey.sign_count)) >= 1
    owner.open("/account/second-factor/")
    owner.page.fill("#passkeys ~ ul [name=name]", "blue phone")
    leave(owner.page, "#passkeys ~ ul form button")
    expect(owner.page.locator("#passkeys ~ ul [name=name]")).to_have_value("blue phone")
    owner.page.click("#passkeys ~ ul a")
    leave(owner.page, "button.bad")
    expect(owner.page.locator("#passkeys ~ ul")).to_have_count(0)
    assert stored(select(func.count(Passkey.id))) == 0


def test_a_passkey_alone_signs_in_where_it_verifies_its_owner(owner: Visitor, stored: Stored) -> None:
    phone = Authenticator(owner)
    add(owner, "")
    sign_out(owner)
    owner.open("/en/sign-in")
    leave(owner.page, "main a[href*='/sign-in/passkey']")
    phone.verifies(well=False)
    owner.page.click(BUTTON)
    expect(owner.page.locator("[data-passkey] [role=alert]")).to_be_visible()
    assert stored(select(func.count(Session.id)).where(Session.revoked_at.is_(None))) == 1
    phone.verifies(well=True)
    leave(owner.page, BUTTON)
    assert urlsplit(owner.page.url).path == "/home/"
    expect(owner.page.locator("main")).to_be_visible()


def test_a_copied_key_whose_count_falls_behind_is_refused(
    owner: Visitor, real_app: Flask, stored: Stored
) -> None:
    phone = Authenticator(owner)
    add(owner, "")
    with real_app.app_context():
        db.session.execute(update(Passkey).values(sign_count=100))
        db.session.commit()
    phone.copy_with_count(7)
    sign_out(owner)
    begin(owner)
    leave(owner.page, BUTTON)
    expect(owner.page.locator("[data-errors]")).to_contain_text("This passkey was not accepted")
    assert stored(select(Passkey.sign_count)) == 100


def test_an_answer_is_worth_something_once(
    owner: Visitor, named: str, real_app: Flask, stored: Stored
) -> None:
    Authenticator(owner)
    add(owner, "")
    sign_out(owner)
    sent: list[str] = []
    owner.page.on(
        "request", lambda request: sent.append(request.post_data or "") if request.method == "POST" else None
    )
    owner.open("/en/sign-in/passkey")
    before = owner.context.cookies()
    leave(owner.page, BUTTON)
    answer = next(data for data in sent if "rawId" in data)
    assert stored(select(func.count(PasskeyChallenge.id)).where(PasskeyChallenge.used_at.is_(None))) == 0
    owner.context.clear_cookies()
    owner.context.add_cookies(before)  # type: ignore[arg-type]  # what a browser gives it takes
    again = owner.context.request.post(
        named + "/en/sign-in/passkey",
        data=answer,
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    assert again.status in {400, 422}


def test_a_passkey_proves_that_it_is_still_its_owner(owner: Visitor, real_app: Flask) -> None:
    Authenticator(owner)
    add(owner, "")
    with real_app.app_context():
        db.session.execute(update(Session).values(proved_at=func.now() - timedelta(minutes=11)))
        db.session.commit()
    owner.open("/account/second-factor/")
    leave(owner.page, "form[action$='/recovery-codes'] button")
    expect(owner.page.locator("h1")).to_have_text("Is it still you?")
    leave(owner.page, BUTTON)
    expect(owner.page.locator("#recovery-codes li")).to_have_count(10)
