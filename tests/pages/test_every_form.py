"""Every form of the site, as every role that reaches it, with input nobody means well by.

The forms are found by walking the site, so a new one is tried from its first day.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection

from tests.support.cast import CAST, Cast, Member, key
from tests.support.crawl import Crawl, FoundForm, crawled, is_the_administrators, typed
from tests.support.pages import PageClient
from tests.support.routes import school_with_twins
from tests.support.workbooks import words_of

CANARY = '"><svg onload=alert(1)>'
HOSTILE = {"markup": CANARY, "empty": ""}
"""In every field at once; one by one `test_hostile_input.py` sends them the whole corpus."""
ROLES: list[Member | None] = [None, CAST.hasan, CAST.farida, CAST.bashir, CAST.dalia, CAST.ishrat, CAST.rafi]
_STAYS = {"accounts.sign_out"}


def name_of(member: Member | None) -> str:
    return member.nick if member else "visitor"


@pytest.fixture(params=ROLES, ids=name_of)
def reader(request: pytest.FixtureRequest) -> Member | None:
    """Everybody in turn."""
    found: Member | None = request.param
    return found


@pytest.fixture
def crawl(reader: Member | None, cast: Cast, client: PageClient) -> Iterator[Crawl]:
    with school_with_twins():
        yield crawled(client, reader)


def attempts(form: FoundForm, *, is_known: bool) -> Iterator[tuple[str, dict[str, object]]]:
    """What to send: every text hostile at once, each choice made up or foreign, fields twice, nothing at all.

    Of a form that the administrator has too it is `known` how it is read; what is foreign to its reader is not.
    """
    values = dict(form.values)
    for name in form.choices:
        yield f"{name} foreign", values | {name: str(key("section river 7A"))}
    if is_known:
        return
    for label, payload in HOSTILE.items():
        yield label, values | dict.fromkeys(form.texts, payload)
    for name in form.choices:
        yield f"{name} made up", values | {name: "no-such-choice"}
        yield f"{name} unknown", values | {name: "00000000-0000-7000-8000-000000000000"}
    if form.values:
        yield "twice", {name: [value, value] for name, value in form.values}
    yield "nothing", {}
    yield "too many", values | {f"extra{n}": "x" for n in range(1200)}


def test_no_link_is_broken(crawl: Crawl, client: PageClient) -> None:
    assert crawl.broken == []
    for page in crawl.pages:
        part = client.partial(page)
        assert part.status_code < 400, f"{page} in part: {part.status_code}"


@pytest.mark.long
def test_no_form_can_be_broken(
    crawl: Crawl, client: PageClient, connection: Connection, reader: Member | None
) -> None:
    for form in crawl.forms.values():
        if form.endpoint in _STAYS:
            continue
        for label, sent in attempts(form, is_known=is_the_administrators(form, reader)):
            savepoint = connection.begin_nested()
            response = client.raw.post(
                form.action,
                data={"csrf_token": client.token(), **sent},
                content_type="multipart/form-data",
            )
            where = f"{form.endpoint} on {form.page}: {label}"
            assert response.status_code < 500, f"{where}: {response.status_code}"
            body = words_of(response)
            assert "<svg onload" not in body, f"{where}: not escaped"
            is_shown = set(form.texts) > set(form.secrets)
            if response.status_code == 422 and label == "markup" and is_shown:
                kept = typed(response)
                assert HOSTILE[label] in kept, f"{where}: what was typed is gone"
            savepoint.rollback()


def test_bytes_that_are_no_text_break_no_form(
    crawl: Crawl, client: PageClient, connection: Connection
) -> None:
    for form in crawl.forms.values():
        if form.endpoint in _STAYS:
            continue
        body = "&".join(
            [f"csrf_token={client.token()}", *(f"{name}=%ff%fe%00%ed%a0%80" for name in form.texts)]
        )
        savepoint = connection.begin_nested()
        response = client.raw.post(form.action, data=body, content_type="application/x-www-form-urlencoded")
        assert response.status_code < 500, form.endpoint
        savepoint.rollback()


def test_no_form_goes_without_a_token(crawl: Crawl, client: PageClient) -> None:
    for form in crawl.forms.values():
        response = client.raw.post(form.action, data=dict(form.values))
        assert response.status_code == 400, form.endpoint
