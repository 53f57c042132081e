"""Who reaches which page of the registers."""

from __future__ import annotations

import pytest

from tests.support.cast import CAST, Cast
from tests.support.pages import PageClient

LIST = "/attendance/registers/"
SEVEN_A = f"/attendance/registers/{CAST.section_7a}/"
SEVEN_B = f"/attendance/registers/{CAST.section_7b}/"
SIX_A = f"/attendance/registers/{CAST.section_6a}/"
RIVER = f"/attendance/registers/{CAST.other_section_7a}/"
NOWHERE = f"/attendance/registers/{CAST.year}/"

TABLE = [
    *((None, url, 303) for url in (LIST, SEVEN_A, SEVEN_A + "2026-11-22/", SEVEN_A + "month/")),
    *(
        (nick, url, 403)
        for nick in ("dalia", "rafi", "chandra", "farida", "ishrat")
        for url in (LIST, SEVEN_A, SEVEN_A + "2026-11-22/", SEVEN_A + "month/")
    ),
    *(
        ("gias", url, 404)
        for url in (SEVEN_A, SEVEN_B, SIX_A, SEVEN_A + "2026-11-22/", SEVEN_A + "month/", NOWHERE)
    ),
    ("gias", LIST, 200),
    ("gias", RIVER, 200),
    *(("bashir", url, 404) for url in (SIX_A, SIX_A + "month/", RIVER, NOWHERE)),
    *(("bashir", url, 200) for url in (LIST, SEVEN_A, SEVEN_B, SEVEN_A + "month/", SEVEN_A + "2026-11-19/")),
    *(("amina", url, 200) for url in (LIST, SEVEN_A, SEVEN_B, SIX_A, SIX_A + "month/")),
    ("amina", RIVER, 404),
    *(("hasan", url, 200) for url in (LIST, SEVEN_A, RIVER)),
]


@pytest.mark.parametrize(("nick", "url", "status"), TABLE)
def test_access(cast: Cast, client: PageClient, nick: str | None, url: str, status: int) -> None:
    client.as_(getattr(cast, nick) if nick else None).get(url, status=status, follow=False)


@pytest.mark.parametrize(
    ("nick", "url", "status"),
    [
        (None, SEVEN_A, 303),
        ("dalia", SEVEN_A, 403),
        ("gias", SEVEN_A, 404),
        ("bashir", SIX_A, 404),
        ("bashir", SEVEN_B, 403),
    ],
)
def test_saving(cast: Cast, client: PageClient, nick: str | None, url: str, status: int) -> None:
    client.as_(getattr(cast, nick) if nick else None)
    answer = client.post(url, {"v": "0-1", "abcd": "present"}, follow=False)
    assert answer.status == status
