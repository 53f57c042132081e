"""Many people at the door at the same moment: each gets their own session and nobody else's."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from flask import Flask

from tests.support.cast import CAST, PASSWORD, Member
from tests.support.pages import PageClient


def test_whoever_signs_in_at_the_same_moment_is_nobody_else(real_app: Flask) -> None:
    people = [member for member in CAST.staff if member.email]
    together = Barrier(len(people))

    def enter(member: Member) -> tuple[str, str, str | None]:
        browser = PageClient(real_app)
        page = browser.get("/en/sign-in")
        together.wait(30)
        page.submit(values={"identifier": member.email, "password": PASSWORD}, follow=False)
        mine = browser.get("/account/")
        cookie = browser.raw.get_cookie("sa")
        return member.name_en, mine.text, cookie and cookie.value

    with ThreadPoolExecutor(len(people)) as pool:
        found = list(pool.map(enter, people))
    for name, text, _ in found:
        assert name in text
        assert not [other.name_en for other in CAST.staff if other.name_en != name and other.name_en in text]
    assert len({cookie for _, _, cookie in found}) == len(people)
