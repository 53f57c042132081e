"""What somebody reads who tries too often."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.domain.limits.rules import LIMITS
from app.domain.limits.types import Limit
from tests.support.cast import PASSWORD, Cast
from tests.support.limits import let_pass
from tests.support.pages import PageClient


def test_the_form_comes_back_with_the_name_and_says_when_to_try_again(cast: Cast, client: PageClient) -> None:
    name = cast.bashir.email or ""
    for _ in range(6):
        client.get("/en/sign-in").submit(status=422, identifier=name, password="guessed")
    page = client.get("/en/sign-in").submit(status=429, identifier=name, password=PASSWORD)
    assert 0 < int(page.response.headers["Retry-After"]) <= 20
    assert "There were too many tries. Wait " in page.text and "try again." in page.text
    assert page.one("[name=identifier]")["value"] == name
    assert not page.one("[name=password]").get("value")
    let_pass(timedelta(seconds=20), Limit.SIGN_IN_PACE)
    assert page.submit(identifier=name, password=PASSWORD).url == "/home/"


@pytest.mark.parametrize("lang", ["bn", "en", "ar"])
def test_links_that_do_not_exist_cannot_be_tried_for_ever(cast: Cast, client: PageClient, lang: str) -> None:
    for number in range(LIMITS[Limit.WRONG_LINK_ADDRESS].most):
        assert client.raw.get(f"/{lang}/password/guess{number}").status_code == 404
    page = client.get(f"/{lang}/password/guess", status=429)
    assert 800 < int(page.response.headers["Retry-After"]) <= 900
    assert page.one("html")["lang"] == lang


def test_the_status_of_an_application_cannot_be_guessed(cast: Cast, client: PageClient) -> None:
    typed = {"reference": "SA26-00001-7", "phone": "01711000001"}
    answers = [
        client.post("/en/admissions/status", typed).status
        for _ in range(LIMITS[Limit.WRONG_STATUS_ADDRESS].most + 1)
    ]
    assert answers[0] == 422 and answers[-1] == 429
    page = client.post("/en/admissions/status", typed, status=429)
    assert page.one("[name=reference]")["value"] == "SA26-00001-7"
    assert page.one("[name=phone]")["value"] == "01711000001"


def test_no_machine_begins_applications_without_end(cast: Cast, client: PageClient) -> None:
    client.get("/en/admissions/")
    answers = {
        client.raw.post(
            "/en/admissions/start", data={"csrf_token": client.token(), "key": f"{n:043}"}
        ).status_code
        for n in range(LIMITS[Limit.START_ADDRESS].most)
    }
    assert 429 not in answers
    page = client.post("/en/admissions/start", {"key": "x" * 43}, status=429)
    assert 3500 < int(page.response.headers["Retry-After"]) <= 3600
    assert "minutes" in page.text


def test_search_says_when_to_ask_again_and_keeps_the_words(cast: Cast, client: PageClient) -> None:
    for _ in range(LIMITS[Limit.SEARCH_ADDRESS].most):
        assert client.raw.get("/en/search?q=exam").status_code == 200
    page = client.get("/en/search?q=exam", status=429)
    assert 0 < int(page.response.headers["Retry-After"]) <= 60
    assert page.all("a[href='/en/search?q=exam']")
