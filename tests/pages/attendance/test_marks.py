"""What a tablet sends and gets: a few hundred bytes, and a clear answer to everything else."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from app.domain.attendance.models import Attendance
from app.domain.kernel import clock
from app.uow import session
from tests.support.cast import Cast
from tests.support.pages import Page, PageClient

SUNDAY = date(2026, 11, 22)
ID = "AZqk0Xy2d0eXn3n7mYb1cQ"


def address(cast: Cast, more: str = "") -> str:
    return f"/attendance/registers/{cast.section_7a}/{SUNDAY}/{more}"


def keys(page: Page) -> list[str]:
    return [str(tag["name"]) for tag in page.all(".pupil input[value=present]")]


def tapped(key: str, state: str = "a", base: int = 0, more: str = "", id_: str = ID) -> str:
    """One tap as it travels."""
    return f"{id_}.{key}.{state}.{base}.{int(clock.now().timestamp())}{more}"


def sent(client: PageClient, cast: Cast, *taps: str, period: str = "0", **more: str) -> Any:
    """The answer to a batch."""
    data = {"m": list(taps), "csrf_token": client.token(), **more}
    return client.raw.post(address(cast, f"marks/?period={period}"), data=data)


def lines() -> int:
    return session().scalar(select(func.count()).select_from(Attendance)) or 0


def test_a_tap_is_told_its_version_and_the_time(cast: Cast, client: PageClient) -> None:
    page = client.as_(cast.bashir).get(address(cast))
    rafi, tasnim = keys(page)
    answer = sent(client, cast, tapped(rafi))
    assert answer.json == {"s": "8:42", "m": [[rafi, 1]]}
    roster = str(page.one("form[data-register]")["data-register"])
    answer = sent(client, cast, done=roster)
    assert answer.json == {"s": "8:42", "t": 1, "d": [[rafi, 1, "a", ""]]}, "of whom it would not guess it"
    page = client.get(address(cast))
    assert "Taken 8:42 by Bashir Uddin." in page.text
    assert page.one(f'.pupil:has([name="{rafi}"])')["data-v"] == "1"
    assert tasnim in keys(page)


def test_a_conflict_says_who_and_when_in_the_readers_words(cast: Cast, client: PageClient) -> None:
    rafi = keys(client.as_(cast.bashir).get(address(cast)))[0]
    sent(client, cast, tapped(rafi, "l", more=".10"))
    client.as_(cast.amina).post("/account/language", {"locale": "bn"})
    other = urlsafe_b64encode(uuid4().bytes).decode().rstrip("=")
    told = sent(client, cast, tapped(rafi, "a", id_=other)).json
    assert told["c"] == [[rafi, 1, "l", "10", "বশির উদ্দিন", "৮:৪২"]]
    assert "m" not in told


@pytest.mark.parametrize(
    "tap",
    [
        "",
        "x",
        "' OR 1=1--",
        '"><svg onload=alert(1)>',
        "{{7*7}}",
        f"{ID}.KEY.z.0.1790000000",
        f"{ID}.KEY.a.-1.1790000000",
        f"{ID}.KEY.o.0.1790000000.9999",
        f"{ID}.KEY.o.0.1790000000",
        f"{ID}.KEY.l.0.1790000000.0",
        f"{ID}.KEY.a.0.1790000000..%00",
        f"{ID}.KEY.a.0.1790000000..{'x' * 201}",
        f"{ID}.KEY.a.0.1790000000.5",
    ],
)
def test_what_is_no_tap_is_refused_whole(cast: Cast, client: PageClient, tap: str) -> None:
    rafi, tasnim = keys(client.as_(cast.bashir).get(address(cast)))
    other = urlsafe_b64encode(uuid4().bytes).decode().rstrip("=")
    answer = sent(client, cast, tapped(tasnim, id_=other), tap.replace("KEY", rafi))
    assert answer.status_code == 422, answer.text
    assert answer.json["why"]
    assert lines() == 0


def test_too_many_none_and_no_lesson(cast: Cast, client: PageClient) -> None:
    client.as_(cast.bashir).get(address(cast))
    assert sent(client, cast, *["x"] * 201).status_code == 422
    assert sent(client, cast).status_code == 422
    assert sent(client, cast, done="x", period="-1").status_code == 404


def test_a_list_that_has_changed_is_not_finished(cast: Cast, client: PageClient) -> None:
    client.as_(cast.bashir).get(address(cast))
    answer = sent(client, cast, done="00000000")
    assert answer.status_code == 409
    assert "The list has changed" in answer.json["why"]


def test_the_answer_to_a_tap_is_small(cast: Cast, client: PageClient) -> None:
    rafi = keys(client.as_(cast.bashir).get(address(cast)))[0]
    answer = sent(client, cast, tapped(rafi))
    head = "".join(f"{name}: {value}\r\n" for name, value in answer.headers.items())
    assert len(head) + len(answer.data) < 330
