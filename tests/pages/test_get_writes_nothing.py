"""Looking changes nothing: every address that answers GET, as everybody, leaves each row as it was.

What an address leaves behind on purpose is named with its reason; a session's time of last use is written at most
once in five minutes, so a session that has just begun writes none.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import Connection, text

from app.domain.kernel import clock
from app.scope import EVERYTHING
from app.walls import WALLS
from tests.support.cast import CAST, Cast, Member
from tests.support.pages import PageClient
from tests.support.routes import ROUTES
from tests.support.twins import add_twins

BOOKKEEPING = {"accounts.choose_password": ({"limit_counts"}, "tries of made-up links are counted")}
"""The tables that an address writes to when it is only looked at."""


@pytest.fixture
def school(cast: Cast) -> Iterator[None]:
    """Twins of everything, on the morning of a school day."""
    with clock.stopped_at(datetime(2026, 11, 22, 2, 42, tzinfo=UTC)):
        add_twins()
        yield


def fingerprints(connection: Connection) -> dict[str, str]:
    """One sum over all rows of each table."""
    connection.exec_driver_sql(EVERYTHING.statement)
    parts = " UNION ALL ".join(
        f"SELECT '{name}', md5(coalesce(string_agg(t::text, ',' ORDER BY t::text), '')) FROM {name} t"  # noqa: S608  # names of our own
        for name in WALLS
    )
    return {str(name): str(digest) for name, digest in connection.execute(text(parts))}


def addresses(app: Flask, member: Member | None) -> Iterator[tuple[str, str]]:
    with app.test_request_context():
        adapter = app.url_map.bind("localhost")
        for rule in app.url_map.iter_rules():
            if "GET" not in (rule.methods or ()) or rule.endpoint == "static":
                continue
            route = ROUTES[rule.endpoint]
            values = {
                name: value for name, value in route.values("main", member).items() if name in rule.arguments
            }
            if "on" in values:
                values["on"] = datetime.fromisoformat(str(values["on"])).date()  # type: ignore[assignment]  # what the converter of days takes
            built = adapter.build(rule.endpoint, values, method="GET")
            yield rule.endpoint, built + (f"?{route.query}" if route.query else "")


@pytest.mark.parametrize(
    "member",
    [None, CAST.hasan, CAST.farida, CAST.bashir, CAST.dalia],
    ids=lambda member: member.nick if member else "visitor",
)
def test_looking_at_any_address_changes_no_row(
    app: Flask,
    school: None,
    client: PageClient,
    connection: Connection,
    writes: set[str],
    member: Member | None,
) -> None:
    client.as_(member)
    asked, wrong, before = 0, [], fingerprints(connection)
    for endpoint, url in addresses(app, member):
        writes.clear()
        answer = client.raw.get(url)
        answer.get_data()
        answer.close()
        asked += 1
        if not writes <= BOOKKEEPING.get(endpoint, (set(), ""))[0]:
            wrong.append((endpoint, url, set(writes)))
    assert not wrong, "\n".join(map(str, wrong))
    after, booked = fingerprints(connection), set().union(*(tables for tables, _ in BOOKKEEPING.values()))
    assert {name for name in after if after[name] != before[name]} <= booked
    assert asked > 80
