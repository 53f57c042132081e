"""A new student, guardian or member of staff whose form is sent more often than meant is recorded once."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.domain.people.models import Guardian, Person, StaffMember, Student
from app.extensions import db
from app.uow import session
from tests.support.cast import CAST, Cast, Member
from tests.support.pages import PageClient

WHO = {"name_en": "Nasima Begum", "phone": "01811222333", "address": "Mirpur 10"}
FORMS: list[tuple[str, Member, type[Any]]] = [
    ("/students/add", CAST.farida, Student),
    ("/guardians/add", CAST.farida, Guardian),
    (f"/guardians/add?student={CAST.rafi_student}", CAST.farida, Guardian),
    ("/staff/add", CAST.amina, StaffMember),
]

each_form = pytest.mark.parametrize(("url", "by", "kind"), FORMS)


def filled_in(client: PageClient, url: str) -> tuple[str, dict[str, Any]]:
    """Where the form is sent, and what it sends. A choice that the page leaves open is made."""
    page = client.get(url)
    form = "main form[method=post]"
    typed = page.values(form) | WHO
    if "campus_id" in typed:
        typed["campus_id"] = str(CAST.campus)
    return str(page.one(form)["action"]), typed


def made(kind: type[Any]) -> int:
    count = select(func.count()).select_from(kind).join(Person, Person.id == kind.person_id)
    return int(session().scalar(count.where(Person.name_en == WHO["name_en"])) or 0)


@each_form
def test_a_double_click_records_one_and_leads_both_to_it(
    cast: Cast, client: PageClient, url: str, by: Member, kind: type[Any]
) -> None:
    action, typed = filled_in(client.as_(by), url)
    ways = {
        client.post(action, typed, status=303, follow=False).response.headers["Location"] for _ in range(2)
    }
    assert len(ways) == 1
    assert made(kind) == 1


@each_form
def test_who_goes_back_finds_the_key_that_was_sent_and_cannot_record_another_by_it(
    cast: Cast, client: PageClient, url: str, by: Member, kind: type[Any]
) -> None:
    kept = client.as_(by).raw.get(url)
    assert kept.headers["Cache-Control"] == "private, no-cache"
    action, typed = filled_in(client, url)
    assert "sent" in action  # another address than the page's, so that the browser keeps the page
    client.post(action, typed, status=303, follow=False)
    page = client.post(action, typed | {"name_en": "Somebody Else", "phone": "01811222444"}, status=422)
    assert "This form was sent before with other answers." in page.text
    client.post(action, typed, status=303, follow=False)
    assert made(kind) == 1
    assert session().scalar(select(func.count()).where(Person.name_en == "Somebody Else")) == 0


@each_form
def test_what_is_sent_again_while_the_first_is_on_its_way_records_one(
    real_app: Flask, url: str, by: Member, kind: type[Any]
) -> None:
    with real_app.app_context():
        first = PageClient(real_app).as_(by)
        action, typed = filled_in(first, url)
        with first.raw.session_transaction() as kept:
            cookie = dict(kept)
        db.session.remove()
    together = Barrier(4)

    def send(_: int) -> int:
        client = PageClient(real_app)
        with client.raw.session_transaction() as kept:
            kept.update(cookie)
        together.wait(30)
        return int(client.raw.post(action, data=typed | {"csrf_token": client.token()}).status_code)

    with ThreadPoolExecutor(4) as pool:
        answers = Counter(pool.map(send, range(4)))
    assert set(answers) <= {303, 409} and answers[303]
    with real_app.app_context():
        assert made(kind) == 1
        db.session.remove()
