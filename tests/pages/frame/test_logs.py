"""What the logs say of a request, and what they never say."""

from __future__ import annotations

import io
import json
import logging
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
import structlog
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.domain.accounts.models import User
from app.domain.accounts.services import issue_link
from app.domain.accounts.types import LinkPurpose
from app.domain.audit.models import AuditEntry
from app.domain.audit.services import write_anchor
from app.domain.kernel.access import SYSTEM
from app.domain.people.models import Person
from app.uow import session
from app.web.logging import configure_logging, mask_secrets, outcome_of
from tests.support.cast import PASSWORD, Cast
from tests.support.pages import PageClient


class Lines:
    """The lines that were logged."""

    def __init__(self, stream: io.StringIO) -> None:
        self._stream = stream

    @property
    def text(self) -> str:
        return self._stream.getvalue()

    @property
    def all(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.splitlines()]

    def requests(self) -> list[dict[str, Any]]:
        return [line for line in self.all if line["event"] == "request"]


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[Lines]:
    """The logs as the server writes them."""
    root, stream = logging.getLogger(), io.StringIO()
    handlers, level = root.handlers[:], root.level
    monkeypatch.setattr(sys, "stderr", stream)
    configure_logging()
    yield Lines(stream)
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def sign_in(client: PageClient, identifier: str, password: str, status: int) -> None:
    page = client.get("/en/sign-in")
    page.submit("main form", {"identifier": identifier, "password": password}, status=status, follow=False)


def test_a_line_says_who_asked_for_what_and_what_became_of_it(
    cast: Cast, client: PageClient, lines: Lines
) -> None:
    client.as_(cast.bashir)
    answer = client.get("/students/")
    client.get("/audit/", status=403)
    client.get(f"/students/{cast.sadia_student}", status=404)
    client.as_(None).get("/students/", status=303, follow=False)
    client.get("/en/sign-in")
    told = [(line["route"], line["role"], line["status"], line["outcome"]) for line in lines.requests()]
    assert told == [
        ("people.students", ["teacher"], 200, "ok"),
        ("audit.entries", ["teacher"], 403, "forbidden"),
        ("people.student", ["teacher"], 404, "refused"),
        ("people.students", [], 303, "forbidden"),
        ("accounts.sign_in", [], 200, "ok"),
    ]
    first = lines.requests()[0]
    assert first["actor"] == str(cast.bashir.user_id)
    assert first["request_id"] == answer.response.headers["X-Request-Id"]
    assert lines.requests()[1]["actor"] == str(cast.bashir.user_id)


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        *((status, "ok") for status in (200, 204, 303, 304)),
        *((status, "refused") for status in (400, 404, 409, 422)),
        *((status, "forbidden") for status in (401, 403)),
        *((status, "error") for status in (500, 503)),
        (429, "limited"),
    ],
)
def test_every_status_has_an_outcome(status: int, outcome: str) -> None:
    assert outcome_of(status) == outcome


def test_a_request_that_was_turned_away_by_its_token_has_a_number(
    cast: Cast, client: PageClient, lines: Lines
) -> None:
    client.as_(cast.hasan).post("/sign-out", {"csrf_token": "x"}, status=400)
    (line,) = lines.requests()
    assert line["request_id"] and line["outcome"] == "refused"


def test_signing_in_and_failing_to_are_logged_with_the_account_and_nothing_typed(
    cast: Cast, client: PageClient, lines: Lines
) -> None:
    sign_in(client, "01711000001", "wrong-canary-password", 422)
    sign_in(client, "nobody-canary@family.example", "x", 422)
    sign_in(client, "01711000001", PASSWORD, 303)
    told = [(line["outcome"], line["account"]) for line in lines.all if line["event"] == "sign-in"]
    account = str(cast.dalia.user_id)
    assert told == [("refused", account), ("refused", None), ("ok", account)]
    assert "canary" not in lines.text and "1711000001" not in lines.text and PASSWORD not in lines.text


def test_an_entry_of_the_audit_log_carries_the_number_of_its_request(
    cast: Cast, client: PageClient, lines: Lines
) -> None:
    client.as_(cast.hasan).post("/audit/export", {})
    entry = session().scalars(select(AuditEntry).where(AuditEntry.action == "audit.exported")).one()
    numbers = {line["request_id"] for line in lines.all if line["event"] in {"request", "audit exported"}}
    assert numbers == {entry.request_id}
    assert [line["actor"] for line in lines.all if line["event"] == "audit exported"] == [
        str(cast.hasan.user_id)
    ]


CANARY_NAME, CANARY_PHONE, CANARY_MAIL = "Zzcanary Khatun", "01799123456", "canary@family.example"


def test_no_name_phone_address_or_token_is_ever_logged(cast: Cast, client: PageClient, lines: Lines) -> None:
    person = session().get_one(Person, cast.rafi.person_id)
    person.name_en, person.phone, person.email = CANARY_NAME, "+8801799123456", CANARY_MAIL
    session().commit()
    token = issue_link(SYSTEM, cast.dalia.user_id, purpose=LinkPurpose.INVITATION)
    client.as_(cast.amina)
    for url in (
        f"/students/?q={CANARY_NAME}",
        f"/students/?q={CANARY_PHONE}",
        f"/students/{cast.rafi_student}",
        f"/students/{cast.rafi_student}/edit",
        f"/audit/?who={CANARY_MAIL}",
        f"/audit/records/student/{cast.rafi_student}",
        f"/no-such-page/{CANARY_NAME}",
        "/guardians/",
        "/staff/",
    ):
        client.get(url, status=None)
    client.get(f"/students/{cast.rafi_student}/edit").submit(
        "main form", {"name_en": f"{CANARY_NAME} Two", "phone": CANARY_PHONE}, status=303, follow=False
    )
    client.get(f"/students/{cast.rafi_student}/edit").submit(
        "main form", {"name_en": CANARY_NAME, "phone": "not a phone 99123456"}, status=422
    )
    client.as_(None).get(f"/en/password/{token}")
    client.get(f"/en/password/{token}x", status=404)
    for header in ("User-Agent", "Referer", "X-Forwarded-For", "Accept-Language"):
        client.raw.get("/en/sign-in", headers={header: f"{CANARY_NAME} {CANARY_PHONE} {token}"})
    assert len(lines.requests()) > 12
    for canary in ("canary", "Zzcanary", "99123456", "family.example", token, token[:20], PASSWORD):
        assert canary not in lines.text, canary


def test_an_error_is_told_by_its_kind_and_its_place_and_not_by_what_it_quotes(
    cast: Cast, lines: Lines
) -> None:
    twin = User(person_id=cast.rafi.person_id, phone="+8801799123456", email=CANARY_MAIL, locale="en")
    try:
        with session().begin_nested():
            session().add(twin)
            session().flush()
    except IntegrityError:
        logging.getLogger("test").exception("unexpected error")
    try:
        int(CANARY_NAME)
    except ValueError:
        logging.getLogger("test").exception("unexpected error")
    first, second = (line for line in lines.all if line["event"] == "unexpected error")
    assert first["exception"][0] == "sqlalchemy.exc.IntegrityError" and first["sqlstate"] == "23505"
    assert any("test_logs.py" in place for place in first["trace"])
    assert second["exception"] == ["builtins.ValueError"]
    assert "canary" not in lines.text.lower() and "99123456" not in lines.text


def test_nothing_typed_begins_a_new_line(lines: Lines) -> None:
    logging.getLogger("test").warning('first\r\n{"event": "forged"}', extra={"more": "a\nb\u2028c"})
    (line,) = lines.all
    assert line["more"] == "a\nb\u2028c"
    assert len(lines.text.split("\n")) == 2


def test_the_end_of_the_audit_log_is_logged_whole(cast: Cast, client: PageClient, lines: Lines) -> None:
    client.as_(cast.hasan).post("/audit/export", {})
    head = write_anchor()
    assert head is not None
    (line,) = [line for line in lines.all if line["event"] == "audit head"]
    assert line["hash"] == head.hash.hex() and line["sequence"] == head.sequence


@pytest.mark.parametrize(
    "secret",
    [
        "+8801799123456",
        "01799123456",
        "01799-123456"[:5] + " 123456",
        "০১৭৯৯১২৩৪৫৬",
        "8801799123456",
        CANARY_MAIL,
        "x" * 43,
    ],
)
@pytest.mark.parametrize(
    "around", ["{}", "Key (phone)=({}) already exists", "GET /bn/password/{} HTTP/1.1", "{}, {}"]
)
def test_what_looks_like_a_secret_is_masked(secret: str, around: str) -> None:
    masked = mask_secrets(None, "info", {"event": around.format(secret, secret), "deep": {"a": [secret]}})
    assert secret not in json.dumps(masked, ensure_ascii=False)


@given(st.uuids(), st.datetimes(timezones=st.just(UTC)), st.floats(0, 1e6))
@example(UUID("01169458-787f-6e64-4e56-bed02cba2ddf"), datetime(2026, 1, 1, tzinfo=UTC), 1.0)
def test_keys_times_and_numbers_are_not_masked(key: UUID, at: datetime, ms: float) -> None:
    line = {
        "actor": str(key),
        "request_id": key.hex[:16],
        "timestamp": at.isoformat(),
        "ms": ms,
        "event": "request",
    }
    assert mask_secrets(None, "info", dict(line)) == line
