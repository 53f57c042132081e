"""Mass assignment: fields that a form does not have change nothing, whoever sends them.

Every form that the crawl finds is sent twice from the same state, once as it stands and once with fields that
name columns; afterwards every row of every table must be the same both times, or the second was refused.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Connection, text

from app.db import Base
from app.scope import EVERYTHING
from app.walls import WALLS
from tests.support.cast import CAST, Cast, Member, key
from tests.support.crawl import FoundForm, crawled
from tests.support.pages import PageClient
from tests.support.routes import school_with_twins

EXTRA = {
    "id": str(key("made up")),
    "role": "admin",
    "roles": "admin",
    "campus_id": str(CAST.other_campus),
    "status": "enrolled",
    "is_admin": "1",
    "is_published": "1",
    "is_primary": "1",
    "user_id": str(CAST.hasan.user_id),
    "person_id": str(CAST.hasan.person_id),
    "student_id": str(CAST.sadia_student),
    "section_id": str(CAST.other_section_7a),
    "created_by": str(CAST.hasan.user_id),
    "taken_by": str(CAST.hasan.user_id),
    "version": "999",
    "verified": "1",
    "final_amount": "0.00",
    "password_hash": "x",
    "token_hash": "x",
    "reference": "SA26-00001-0",
    "student_no": "TEST-99999",
    "created_at": "2001-01-01T00:00:00+00:00",
    "published_at": "2001-01-01T00:00:00+00:00",
    "expires_at": "2099-01-01T00:00:00+00:00",
}
FILLED = {"name": "Somebody Else", "title": "Something", "reason": "A good reason.", "note": "A note."}
"""What is typed into an empty field whose name ends so, that a form gets further than to its first refusal."""
READERS: list[Member | None] = [None, CAST.hasan, CAST.farida, CAST.bashir, CAST.dalia, CAST.ishrat]
_FRESH = re.compile(r"20\d\d-\d\d-\d\dT[\d:.]+\+00:00")
_KEY = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_RANDOM = {
    "token_hash",
    "message_id",
    "body",
    "storage_key",
    "password_hash",
    "request_id",
    "digest",
    "device_hash",
    "pending_secret",
    "code_hash",
}
_SIGNS_OUT = {"accounts.sign_out", "accounts.sign_out_others", "accounts.sign_out_device"}

Rows = dict[tuple[str, str], dict[str, Any]]


@pytest.fixture
def school(cast: Cast) -> Iterator[None]:
    """Twins of everything, on the morning of a school day."""
    with school_with_twins():
        yield


def _everything(connection: Connection) -> Rows:
    connection.exec_driver_sql(EVERYTHING.statement)
    parts = " UNION ALL ".join(f"SELECT '{name}', to_jsonb(t) FROM {name} t" for name in WALLS)  # noqa: S608  # names of our own
    return {
        (name, "/".join(str(row[column.name]) for column in Base.metadata.tables[name].primary_key)): row
        for name, row in connection.execute(text(parts)).all()
    }


def _change(before: Rows, after: Rows) -> Counter[str]:
    """What happened, without what differs by chance: new keys, and moments of just now."""
    known = {str(value) for row in before.values() for value in row.values()} | set(EXTRA.values())
    found: Counter[str] = Counter()
    for place, row in after.items():
        if before.get(place) != row:
            shown = {name: _shown(name, value, known) for name, value in row.items()}
            found[f"{place[0]} {json.dumps(shown, sort_keys=True, default=str)}"] += 1
    for place in set(before) - set(after):
        found[f"{place} gone"] += 1
    return found


def _shown(name: str, value: Any, known: set[str]) -> Any:
    if isinstance(value, dict):
        return {part: _shown(part, inner, known) for part, inner in value.items()}
    words = str(value)
    if words in known:
        return value
    if name == "code" and re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{12}", words):
        return "new"  # of a slip
    if name in _RANDOM:
        return "new"
    if made := [each for each in _KEY.findall(words) if each not in known]:
        return re.sub("|".join(made), "new", words)
    return "now" if _FRESH.fullmatch(words) else value


def _sent(form: FoundForm) -> dict[str, str]:
    values = dict(form.values)
    for name in form.texts:
        if not values[name]:
            values[name] = next((word for end, word in FILLED.items() if end in name), "")
    return values


@pytest.mark.parametrize("reader", READERS, ids=lambda member: member.nick if member else "visitor")
def test_a_field_that_the_form_does_not_have_changes_nothing(
    school: None, client: PageClient, connection: Connection, writes: set[str], reader: Member | None
) -> None:
    crawl = crawled(client, reader)
    token, wrote, wrong = client.token(), 0, []
    before, cookie = _everything(connection), client.raw.get_cookie("sa")
    for form in crawl.forms.values():
        if form.endpoint in _SIGNS_OUT:
            continue
        values, answers, changes = _sent(form), [], []
        for extra in ({}, {name: value for name, value in EXTRA.items() if name not in values}):
            savepoint = connection.begin_nested()
            writes.clear()
            if cookie:  # not what the form before has said, nor the session it began
                client.raw.set_cookie(cookie.key, cookie.value)
            answer = client.raw.post(form.action, data={"csrf_token": token, **extra, **values})
            answer.get_data()  # a file is written while it is read
            answer.close()
            answers.append(answer.status_code)
            changes.append(_change(before, _everything(connection)) if writes else Counter())
            savepoint.rollback()
        wrote += bool(changes[0])
        refused = answers[1] == 422 and not changes[1]
        if not refused and (answers[0] != answers[1] or changes[0] != changes[1]):
            told = [*(changes[0] - changes[1]), "and not", *(changes[1] - changes[0])]
            wrong.append((form.endpoint, form.page, answers, *told))
    assert not wrong, "\n".join(map(str, wrong))
    assert wrote >= 1, "no form of this reader wrote anything, so nothing was tried"
