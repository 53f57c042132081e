"""Every route, as everybody, with own and foreign things, whole and in part: one table of answers.

The table is `tests/support/routes.py`. What somebody may not reach is the same nothing as what does not exist,
and no answer names a thing of the other campus.
"""

from __future__ import annotations

from collections.abc import Iterator
from secrets import token_urlsafe

import pytest
from flask import Flask
from sqlalchemy import Connection
from werkzeug.routing import Rule

from app.walls import WALLS
from app.web.access import PUBLIC, declared_access
from app.web.headers import ONCE_FIELD
from tests.support.cast import CAST, Cast, Member
from tests.support.pages import PARTIAL, PageClient
from tests.support.routes import (
    ABSENT,
    EVERYBODY,
    FORBIDDEN,
    ROUTES,
    SIGN_IN,
    Route,
    Whose,
    address,
    rules,
    school_with_twins,
)
from tests.support.twins import CAMPUSES, twin
from tests.support.workbooks import words_of

NOT_SECRET = {
    "campuses",
    "academic_years",
    "classes",
    "admission_cycles",
    "admission_seats",
    "admission_draws",
}
"""What the public site and the forms of an application name of every campus."""


@pytest.fixture
def school(cast: Cast) -> Iterator[None]:
    """Twins of everything, a second device for everybody, on the morning of a school day."""
    with school_with_twins():
        yield


def _requests(app: Flask, member: Member | None) -> Iterator[tuple[Rule, Route, str, str, str]]:
    """Rule, its line, method, campus of the things, address."""
    for rule in rules(app):
        route = ROUTES[rule.endpoint]
        campuses = CAMPUSES if route.named and route.whose not in (Whose.NOBODY, Whose.SCHOOL) else ("main",)
        for campus in campuses:
            values = route.values(campus, member)
            if route.whose is Whose.TOKEN and campus == "river":
                values["token"] = "A" * 43
            url = address(rule, values) + (f"?{route.query}" if route.query else "")
            for method in sorted((rule.methods or set()) & {"GET", "POST"}):
                # Who is turned away at the door is so before it is asked whose things they are.
                if campus == "main" or route.expected(method, campus, member) not in (SIGN_IN, FORBIDDEN):
                    yield rule, route, method, campus, url


def test_every_route_has_its_line(app: Flask) -> None:
    endpoints = {rule.endpoint for rule in rules(app)}
    assert endpoints == set(ROUTES), (
        "a route without a line in tests/support/routes.py, or a line without a route"
    )
    with app.app_context():
        for endpoint, route in ROUTES.items():
            assert declared_access(endpoint) == (route.needs or PUBLIC), endpoint


def test_every_parameter_has_a_thing(app: Flask) -> None:
    for rule in rules(app):
        named = {name for name, _ in ROUTES[rule.endpoint].named}
        asked = rule.arguments - set(rule.defaults or ())
        assert asked <= named, f"{rule.endpoint}: {asked - named}"
        keys = {name for name in rule.arguments if name.endswith("_id")}
        assert not keys or ROUTES[rule.endpoint].whose is not Whose.NOBODY, (
            f"{rule.endpoint}: whose are they?"
        )


@pytest.mark.long
@pytest.mark.parametrize("member", EVERYBODY, ids=lambda member: member.nick if member else "visitor")
def test_the_matrix(
    app: Flask, school: None, client: PageClient, connection: Connection, member: Member | None
) -> None:
    client.as_(member)
    cookies, token = client.raw, client.token()
    wrong, asked, leaks = [], 0, []
    foreign = _foreign(member)
    for turn, (rule, route, method, campus, url) in enumerate(
        _requests(app, member), EVERYBODY.index(member)
    ):
        expected = route.expected(method, campus, member)
        # Whole or in part is the same view: the first of those who may is asked both ways, the others by turns.
        is_first = member == next((each for each in EVERYBODY if _may(route, method, each)), None)
        for headers in ({}, PARTIAL) if is_first else [{}, PARTIAL][turn % 2 :][:1]:
            asked += 1
            if method == "GET":
                answer = cookies.get(url, headers=headers)
            else:
                before = connection.begin_nested()
                sent = {"csrf_token": token, ONCE_FIELD: token_urlsafe(16)}
                answer = cookies.post(url, headers=headers, data=sent)
                before.rollback()
                if rule.endpoint.startswith("accounts."):
                    cookies = client.as_(member).raw
                    token = client.token()
            status = answer.status_code
            if headers and status == 204 and "HX-Redirect" in answer.headers:
                status = 303
            if status not in expected:
                wrong.append((rule.endpoint, method, campus, bool(headers), status, sorted(expected)))
            if expected not in (ABSENT, FORBIDDEN) and status == 200:
                body = words_of(answer)
                answer.close()
                leaks += [(rule.endpoint, url, name) for name, key in foreign if key in body]
    assert not wrong, "\n".join(map(str, wrong))
    assert not leaks, "\n".join(map(str, leaks))
    assert asked > 200


def _may(route: Route, method: str, member: Member | None) -> bool:
    return route.expected(method, "main", member) not in (SIGN_IN, FORBIDDEN, ABSENT)


def _foreign(member: Member | None) -> list[tuple[str, str]]:
    """Table and key of what an answer to this reader must not name."""
    if member is None or member.campus is None:
        found = [] if member == CAST.hasan else [(name, str(twin(name, "river"))) for name in WALLS]
        if member in (CAST.dalia, CAST.ehsan, CAST.rafi):
            others = {CAST.rafi_student, CAST.rumi_student, CAST.tasnim_student, CAST.sadia_student}
            own = {"dalia": {CAST.rafi_student, CAST.rumi_student}, "ehsan": {CAST.tasnim_student}}
            found += [("students", str(key)) for key in others - own.get(member.nick, {CAST.rafi_student})]
    else:
        other = "river" if member.campus == "main" else "main"
        found = [(name, str(twin(name, other))) for name in WALLS]
    return [(name, key) for name, key in found if name not in NOT_SECRET]
