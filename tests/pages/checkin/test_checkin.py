"""Check-in as the teacher and the pupil see it, without script."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import update

from app.domain.academics.models import Section
from app.domain.kernel.digits import to_ascii_digits
from app.uow import transaction
from tests.support.cast import Cast
from tests.support.pages import PageClient

OWN = "/attendance/check-in/"


@pytest.fixture
def allowed(cast: Cast) -> None:
    """Check-in is allowed in 7A."""
    with transaction() as db:
        db.execute(update(Section).where(Section.id == cast.section_7a).values(has_check_in=True))


@pytest.mark.usefixtures("allowed")
def test_from_the_screen_to_the_register(cast: Cast, app: Flask, client: PageClient) -> None:
    teacher = client.as_(cast.bashir)
    screen = teacher.get(f"{OWN}{cast.section_7a}/").submit(minutes="5")
    code = to_ascii_digits(screen.one("#live .code").get_text())
    assert screen.one("#live a[hx-get]")["hx-trigger"] == "click, load delay:4s"
    assert "http-equiv" in str(screen.soup)
    assert "0 of 2 have checked in" in screen.text

    pupil = PageClient(app).as_(cast.rafi)
    wrong = pupil.get(OWN).submit(code="00000" if code != "00000" else "11111", status=422)
    assert wrong.one(".oops")
    done = wrong.submit(code=code)
    assert done.one(".note.ok") and not done.soup.select("main form")

    live = teacher.partial(screen.url).get_data(as_text=True)
    assert "1 of 2 have checked in" in live and "Rafi Hasan" in live and "<title>" not in live
    closed = teacher.get(screen.url).submit("form[action$='/close/']")
    assert "Nothing is recorded of 1 pupil:" in closed.text
    register = closed.submit("form[action$='/absent/']")
    assert "1 pupil is absent" in register.text


def test_who_cannot_check_in_is_told_why(cast: Cast, client: PageClient) -> None:
    assert client.as_(cast.rafi).get(OWN).one(".empty")
    assert client.as_(cast.bashir).get(f"{OWN}{cast.section_7a}/").one(".empty")
