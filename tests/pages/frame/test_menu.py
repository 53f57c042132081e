"""The menu is written once for many readers, and each sees their own."""

from __future__ import annotations

from flask import Flask, g
from sqlalchemy import update

from app.domain.people.models import Person
from app.uow import session
from app.web.headers import _MARK
from app.web.navigation import _HERE, _NAME, portal_menu
from tests.support.cast import Cast
from tests.support.pages import Page, PageClient

HOSTILE = f"<b>\"'&lt;{{{{ 7 * 7 }}}}%(name)s\\g<0>{_NAME}"


def test_a_menu_from_an_earlier_page_asks_for_a_form_token_too(app: Flask) -> None:
    for _ in range(2):
        with app.test_request_context("/nowhere"):
            assert _MARK in portal_menu()
            assert g.get("csrf_used"), "the bare mark would stand in the page"


def menu_of(page: Page) -> tuple[str, str]:
    """The name in the menu and where its forms lead back to."""
    menu = page.one("details.menu")
    names = {tag.get_text() for tag in menu.select("summary .tablet-up, p b")}
    assert len(names) == 1 and _HERE not in str(menu)
    return names.pop(), str(page.one("details.menu input[name=next]")["value"])


def test_names_and_addresses_stay_with_their_reader_whatever_is_in_them(
    cast: Cast, client: PageClient
) -> None:
    private = "/students/?q=of-an-earlier-reader"
    assert menu_of(client.as_(cast.hasan).get(private)) == (cast.hasan.name_en, private)
    changed = update(Person).where(Person.id == cast.hasan.person_id)
    session().execute(changed.values(name_en=HOSTILE))
    here = '/students/?q="><b>\\g<0>'
    name, back = menu_of(client.get(here))
    assert name == HOSTILE and "earlier" not in back and back.startswith("/students/?q=")
    assert '"><b>' not in client.get(here).text
