"""A form whose end could not be noted, because PostgreSQL went away in between, is sent again without waiting."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from app.blueprints.cms import views as cms_views
from app.web import once
from tests.pages.once.test_sending_twice import NEW, form_of, notices
from tests.support.cast import Cast
from tests.support.pages import PageClient


def gone(*_: Any, **__: Any) -> None:
    raise OperationalError("COMMIT", {}, Exception("server closed the connection unexpectedly"))


@pytest.fixture
def editor(cast: Cast, client: PageClient) -> PageClient:
    return client.as_(cast.ishrat)


def test_what_was_not_stored_is_kept_on_the_page_and_stored_from_there(
    editor: PageClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, sent = notices(), form_of(editor)
    with monkeypatch.context() as away:
        away.setattr(cms_views, "add_notice", gone)
        away.setattr(once, "release", gone)
        page = editor.post(NEW, sent, status=503)
    assert page.response.headers["Retry-After"] == "10"
    kept = page.values()
    assert {name: kept[name] for name in sent if name != "csrf_token"} == {
        name: value for name, value in sent.items() if name != "csrf_token"
    }
    assert notices() == before
    page.submit(status=303, follow=False)
    assert notices() == before + 1


def test_what_was_stored_unheard_is_not_stored_again(
    editor: PageClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, sent = notices(), form_of(editor)
    with monkeypatch.context() as away:
        away.setattr(once, "finish", gone)
        editor.post(NEW, sent, status=303, follow=False)
    assert "stored before" in editor.post(NEW, sent, status=409).text
    assert notices() == before + 1


def test_a_page_that_keeps_a_form_keeps_no_password(
    client: PageClient, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app.blueprints.accounts import views

    page = client.get("/en/sign-in")
    monkeypatch.setattr(views, "begin_sign_in", gone)
    answer = page.submit(values={"identifier": "01712345678", "password": "kash-phool"}, status=503)
    assert answer.values()["identifier"] == "01712345678"
    assert "kash-phool" not in answer.response.get_data(as_text=True)


def test_a_form_from_elsewhere_is_not_kept(client: PageClient, cast: Cast) -> None:
    answer = client.raw.post("/en/sign-in", data={"identifier": "typed-by-others"})
    assert answer.status_code == 400 and "typed-by-others" not in answer.get_data(as_text=True)
