"""Who may ask for which page of students, guardians and staff."""

from __future__ import annotations

import pytest

from tests.support.cast import CAST, Cast
from tests.support.pages import PageClient

RAFI = f"/students/{CAST.rafi_student}"
RUMI = f"/students/{CAST.rumi_student}"
SADIA = f"/students/{CAST.sadia_student}"
DALIA = f"/guardians/{CAST.dalia.guardian_id}"
BASHIR = f"/staff/{CAST.bashir.staff_id}"
GIAS = f"/staff/{CAST.gias.staff_id}"

#            page                       right                     wrong role         other campus
TABLE = [
    ("/students/", ["amina", "bashir", "chandra", "farida", "hasan"], ["dalia", "rafi", "ishrat"], []),
    ("/students/add", ["amina", "farida", "hasan"], ["bashir", "chandra", "dalia", "ishrat"], []),
    (RAFI, ["amina", "bashir", "chandra", "farida", "hasan"], ["dalia", "rafi", "ishrat"], ["gias", "jamil"]),
    (RUMI, ["amina", "farida"], ["dalia"], ["bashir", "gias", "jamil"]),
    (SADIA, ["gias", "jamil", "hasan"], ["ehsan"], ["amina", "bashir", "chandra", "farida"]),
    (f"{RAFI}/edit", ["amina", "farida", "hasan"], ["bashir", "chandra", "gias", "dalia"], ["jamil"]),
    (f"{RAFI}/guardians/link", ["amina", "farida"], ["bashir", "chandra", "dalia"], ["jamil"]),
    (
        f"{RAFI}/guardians/{CAST.dalia.guardian_id}/unlink",
        ["amina", "farida"],
        ["bashir", "chandra", "dalia"],
        ["jamil"],
    ),
    ("/guardians/", ["amina", "bashir", "chandra", "farida", "hasan"], ["dalia", "rafi", "ishrat"], []),
    ("/guardians/add", ["amina", "farida", "hasan"], ["bashir", "chandra", "dalia"], []),
    (DALIA, ["amina", "bashir", "chandra", "farida", "hasan"], ["ehsan", "ishrat"], ["gias", "jamil"]),
    (f"{DALIA}/edit", ["amina", "farida", "hasan"], ["bashir", "chandra", "ehsan"], ["jamil"]),
    ("/staff/", ["amina", "hasan"], ["bashir", "farida", "chandra", "dalia"], []),
    ("/staff/add", ["amina", "hasan"], ["bashir", "farida", "dalia"], []),
    (BASHIR, ["amina", "hasan"], ["bashir", "farida", "dalia"], []),
    (GIAS, ["hasan"], ["gias", "jamil"], ["amina"]),
    (f"{BASHIR}/edit", ["amina", "hasan"], ["bashir", "farida"], []),
    (f"{GIAS}/edit", ["hasan"], ["gias"], ["amina"]),
    (f"{BASHIR}/suspend", ["hasan"], ["amina", "bashir", "farida"], []),
]
GETS = [
    (page, who, status)
    for page, right, wrong, outside in TABLE
    for people, status in ((right, 200), (wrong, 403), (outside, 404), ([None], 303))
    for who in people
]


@pytest.mark.parametrize(("page", "who", "status"), GETS)
def test_page_opens_for_those_it_is_for(
    cast: Cast, client: PageClient, page: str, who: str | None, status: int
) -> None:
    client.as_(getattr(cast, who) if who else None)
    client.get(page, status=status, follow=False)


POSTS = [
    (f"{RAFI}/status", ["bashir", "chandra", "dalia"], ["jamil"]),
    (f"{RAFI}/guardians/{CAST.dalia.guardian_id}/call-first", ["bashir", "dalia"], ["jamil"]),
    (f"{DALIA}/invite", ["bashir", "chandra", "ehsan"], ["jamil"]),
    (f"{BASHIR}/invite", ["amina", "farida", "bashir"], []),
    (f"{BASHIR}/reactivate", ["amina", "farida", "bashir"], []),
    (f"{BASHIR}/roles", ["amina", "farida", "bashir"], []),
    (f"{BASHIR}/roles/take", ["amina", "farida", "bashir"], []),
    (f"{BASHIR}/account", ["amina", "farida", "bashir"], []),
]


@pytest.mark.parametrize(
    ("page", "who", "status"),
    [
        (page, who, status)
        for page, wrong, outside in POSTS
        for people, status in ((wrong, 403), (outside, 404), ([None], 303))
        for who in people
    ],
)
def test_act_is_refused_to_all_others(
    cast: Cast, client: PageClient, page: str, who: str | None, status: int
) -> None:
    client.as_(getattr(cast, who) if who else None)
    client.post(page, {"status": "inactive", "role": "editor"}, status=status, follow=False)


@pytest.mark.parametrize(
    "page",
    [
        "/students/00000000-0000-4000-8000-000000000000",
        "/guardians/00000000-0000-4000-8000-000000000000",
        "/staff/00000000-0000-4000-8000-000000000000",
        f"/students/{CAST.rafi_student}/guardians/{CAST.ehsan.guardian_id}/unlink",
        f"/guardians/add?student={CAST.sadia_student}",
        "/guardians/add?student=nonsense",
    ],
)
def test_what_does_not_exist_for_the_principal_is_a_404(cast: Cast, client: PageClient, page: str) -> None:
    client.as_(cast.amina).get(page, status=404)
