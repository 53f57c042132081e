"""An officer writes a message, sees it as a family will, and takes it back."""

from __future__ import annotations

from app.domain.admissions.messages.types import KINDS
from tests.support.cast import Cast
from tests.support.pages import PageClient


def here(cast: Cast, kind: str = "received", channel: str = "sms", locale: str = "bn") -> str:
    return f"/admissions/messages/{cast.campus}/application.{kind}/{channel}/{locale}"


def test_an_officer_writes_a_message_and_takes_it_back(client: PageClient, cast: Cast) -> None:
    page = client.as_(cast.farida).get("/admissions/messages/")
    assert len(page.all("tbody tr")) == 2 * len(KINDS) and "Own words" not in page.text
    page = client.get(here(cast))
    assert (
        "{reference}" in page.one("textarea").get_text() and "SA26-00042-7" in page.one("#preview").get_text()
    )
    page = page.submit(body="নতুন কথা {reference}", do="save")
    assert page.text.count("Own words") == 1
    page = client.get(here(cast))
    assert "নতুন কথা SA26-00042-7" in page.one("#preview").get_text()
    page = client.get(f"{here(cast)}/reset").submit()
    assert "Own words" not in page.text


def test_the_preview_follows_and_says_what_is_wrong(client: PageClient, cast: Cast) -> None:
    client.as_(cast.farida)
    shown = client.partial(here(cast), data={"do": "preview", "body": "x" * 150 + " {reference}"})
    part = shown.get_data(as_text=True)
    assert "<html" not in part and "2 text messages" in part and "SA26-00042-7" in part
    part = client.partial(here(cast), data={"do": "preview", "body": "{phone}"}).get_data(as_text=True)
    assert "cannot stand" in part
    page = client.get(here(cast)).submit(body="no reference", do="save", status=422)
    assert "{reference}" in page.errors[0] and page.one("textarea").get_text().strip() == "no reference"
    page = client.get(here(cast, channel="mail")).submit(body="{reference}", subject="<b>", do="preview")
    assert "<b>" in page.one("#preview").get_text()


def test_what_is_no_message_is_not_there(client: PageClient, cast: Cast) -> None:
    client.as_(cast.farida)
    for address in (here(cast, kind="none"), here(cast, channel="fax"), here(cast, locale="fr")):
        client.get(address, status=404)
    client.as_(cast.jamil).get(here(cast), status=404)
    client.as_(cast.bashir).get(here(cast), status=403)
