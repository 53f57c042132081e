"""Who reaches which page of the area: one table."""

from __future__ import annotations

from urllib.parse import parse_qsl

from app.domain.accounts.models import UserRole
from app.domain.kernel.access import Role
from app.uow import session
from tests.pages.academics.conftest import ENTRY, TERM
from tests.support.cast import CAST, Cast, key
from tests.support.pages import PageClient

READ = [
    "/academics/",
    "/academics/campuses/",
    "/academics/years/",
    "/academics/classes/",
    "/academics/subjects/",
    "/academics/sections/",
    "/academics/calendar/",
    "/academics/calendar/year/",
]
OF_CAMPUS = [
    f"/academics/campuses/{CAST.campus}",
    f"/academics/classes/{CAST.class_7}",
    f"/academics/sections/{CAST.section_7a}",
]
EDIT = [
    "/academics/years/new",
    "/academics/classes/new",
    "/academics/subjects/new",
    "/academics/sections/new",
    "/academics/calendar/new",
]
EDIT_OF_CAMPUS = [
    f"/academics/years/{CAST.year}/edit",
    f"/academics/years/{CAST.year}/remove",
    f"/academics/years/{CAST.year}/terms/new",
    f"/academics/terms/{TERM}/edit",
    f"/academics/terms/{TERM}/remove",
    f"/academics/classes/{CAST.class_7}/edit",
    f"/academics/classes/{CAST.class_7}/remove",
    f"/academics/subjects/{CAST.maths}/edit",
    f"/academics/subjects/{CAST.maths}/remove",
    f"/academics/sections/{CAST.section_7a}/edit",
    f"/academics/sections/{CAST.section_7a}/remove",
    f"/academics/sections/{CAST.section_7a}/teachers/new",
    f"/academics/teacher-assignments/{key('assignment')}/remove",
    f"/academics/calendar/{ENTRY}/edit",
    f"/academics/calendar/{ENTRY}/remove",
]
ADMIN = ["/academics/campuses/new", f"/academics/campuses/{CAST.campus}/edit"]

OFFICE, TEACHER, FAMILY, ADMINISTRATOR = "amina", "bashir", "dalia", "hasan"
OTHER_TEACHER = "gias"

TABLE = [
    *[(url, who, 303) for url in READ + OF_CAMPUS + EDIT + EDIT_OF_CAMPUS + ADMIN for who in (None,)],
    *[(url, FAMILY, 403) for url in READ + OF_CAMPUS + EDIT + EDIT_OF_CAMPUS + ADMIN],
    *[(url, TEACHER, 200) for url in READ + OF_CAMPUS],
    *[(url, TEACHER, 403) for url in EDIT + EDIT_OF_CAMPUS + ADMIN],
    *[(url, OTHER_TEACHER, 200) for url in READ],
    *[(url, OTHER_TEACHER, 404) for url in OF_CAMPUS],
    *[(f"{url}?campus={code}", OTHER_TEACHER, 404) for url in READ[2:] for code in ("MAIN", "x' OR 1=1--")],
    *[(url, OFFICE, 200) for url in READ + OF_CAMPUS + EDIT + EDIT_OF_CAMPUS],
    *[(url, OFFICE, 403) for url in ADMIN],
    *[(url, ADMINISTRATOR, 200) for url in READ + OF_CAMPUS + EDIT + EDIT_OF_CAMPUS + ADMIN],
    *[(url + "?campus=RIVER", ADMINISTRATOR, 200) for url in READ + EDIT],
]


def status_of(client: PageClient, url: str, who: str | None) -> int:
    """The answer's status; every whole page is checked on the way. A redirect has no page to be checked."""
    if who is None:
        return client.raw.get(url).status_code
    path, _, query = url.partition("?")
    return client.get(path, status=None, query=dict(parse_qsl(query))).status


def test_the_table_of_access(cast: Cast, client: PageClient, places: None) -> None:
    wrong = []
    for who in (None, OFFICE, TEACHER, OTHER_TEACHER, FAMILY, ADMINISTRATOR):
        client.as_(getattr(cast, who) if who else None)
        for url, role, status in TABLE:
            if role == who and (found := status_of(client, url, who)) != status:
                wrong.append((url, who, status, found))
    assert wrong == []
    assert len(TABLE) > 150


def test_another_office_cannot_change_this_campus(cast: Cast, client: PageClient, places: None) -> None:
    role = session().query(UserRole).filter_by(user_id=cast.gias.user_id).one()
    role.role = Role.PRINCIPAL
    session().commit()
    client.as_(cast.gias)
    for url in EDIT_OF_CAMPUS:
        assert client.get(url, status=None).status == 404, url
        assert client.post(url, {}, status=None).status == 404, url
