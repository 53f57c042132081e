"""A canary in every text of every table: no page, letter, list or header hands it on as markup or as a formula.

It is written as the owner of the tables, past every form and service, because what is shown must be safe whatever
is stored. A text that the database itself keeps in a shape (a check, a key, a choice) stays as it is.
"""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime
from email import message_from_bytes, policy
from itertools import cycle
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from flask import Flask
from psycopg2 import sql
from sqlalchemy.engine import make_url

from app.db import Base
from app.domain.kernel import clock
from app.domain.outbox.services import deliver, write_mail
from app.extensions import cache, db
from app.scope import EVERYTHING, set_scope
from app.uow import session
from tests.support.cast import CAST, Cast, Member
from tests.support.hostile import faults, faults_of_markup
from tests.support.pages import PARTIAL, PageClient
from tests.support.routes import ROUTES, add_devices, address, rules
from tests.support.twins import add_twins

CANARY = "=1+1\"'><svg onload=alert(1)>{{913*917}}"
_SHAPED = {"locale", "slug", "storage_key", "sha256", "content_type", "status", "kind", "state", "left_at"}
"""Columns, and names in JSON, that decide which page or file is meant, or that our code alone writes as a time or a
choice; another value would only lead elsewhere."""

READERS = [None, *{member.role: member for member in CAST.everybody if member.campus != "river"}.values()]
"""Somebody of each role, and nobody."""


def _is_text(kind: str) -> bool:
    return kind in {"character varying", "text"}


def _within(value: Any) -> Any:
    """JSON with the canary in place of every text."""
    match value:
        case dict():
            return {name: part if name in _SHAPED else _within(part) for name, part in value.items()}
        case list():
            return [_within(part) for part in value]
        case str():
            return CANARY
        case _:
            return value


def _write_canaries(url: str) -> tuple[list[str], list[str]]:
    """Put it wherever the tables let it. Returns the columns that hold it, and those that do not."""
    parts = make_url(url).set(drivername="postgresql")
    held, refused = [], []
    connection = psycopg2.connect(parts.render_as_string(hide_password=False))
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_logs DISABLE TRIGGER USER")
        cursor.execute(
            "SELECT c.table_name, c.column_name, c.data_type, c.character_maximum_length"
            " FROM information_schema.columns c WHERE c.table_schema = 'public'"
        )
        for table, column, kind, most in cursor.fetchall():
            if (
                table not in Base.metadata.tables
                or column in _SHAPED
                or not (_is_text(kind) or kind == "jsonb")
            ):
                continue
            place = {"table": sql.Identifier(table), "column": sql.Identifier(column)}
            try:
                done = _write_json(cursor, place) if kind == "jsonb" else _write_text(cursor, place, most)
            except psycopg2.IntegrityError:
                refused.append(f"{table}.{column}")
            else:
                held += [f"{table}.{column}"] if done else []
    connection.close()
    return held, refused


def _write_text(cursor: Any, place: dict[str, sql.Identifier], most: int | None) -> int:
    """Where a text must be unique the rows are told apart by a number, where it may be missing by no text at all."""
    numbered = (
        "UPDATE {table} t SET {column} = left(%s, %s) || n.number FROM"
        " (SELECT ctid AS place, row_number() OVER () AS number FROM {table}) n WHERE t.ctid = n.place"
    )
    for last, (statement, values) in enumerate(
        (
            ("UPDATE {table} SET {column} = %s", (CANARY[:most],)),
            ("UPDATE {table} SET {column} = %s WHERE {column} IS NOT NULL", (CANARY[:most],)),
            (numbered, (CANARY, (most or 200) - 3)),
        )
    ):
        try:
            cursor.execute(sql.SQL(statement).format(**place), values)
        except psycopg2.IntegrityError:
            if last == 2:
                raise
        else:
            return int(cursor.rowcount)
    return 0


def _write_json(cursor: Any, place: dict[str, sql.Identifier]) -> int:
    cursor.execute(
        sql.SQL("SELECT ctid::text, {column} FROM {table} WHERE {column} IS NOT NULL").format(**place)
    )
    rows = cursor.fetchall()
    for row, value in rows:
        statement = sql.SQL("UPDATE {table} SET {column} = %s WHERE ctid = %s::tid").format(**place)
        cursor.execute(statement, (json.dumps(_within(value)), row))
    return len(rows)


@pytest.fixture
def haunted(real_app: Flask) -> Flask:
    """A school with twins of everything and the canary in all of it."""
    with real_app.app_context():
        set_scope(session(), EVERYTHING)
        add_twins()
        add_devices()
        cache.clear()
        db.session.remove()
    held, refused = _write_canaries(str(real_app.config["SETTINGS"].owner_database_url))
    assert len(held) > 60, held
    print("kept in a shape by the database:", *sorted(refused))
    return real_app


@pytest.mark.long
def test_no_page_hands_on_what_is_stored(haunted: Flask) -> None:
    wrong: list[str] = []
    whole_or_part = cycle(({}, {}, PARTIAL))
    with clock.stopped_at(datetime(2026, 11, 22, 2, 42, tzinfo=UTC)), haunted.app_context():
        client = PageClient(haunted)
        for reader in READERS:
            client.as_(reader)
            for where, url in _pages(haunted, reader):
                # A part is a piece of the whole, written by the same template: each by turns.
                answer = client.raw.get(url, headers=next(whole_or_part))
                wrong += faults(answer, f"{where} as {reader.nick if reader else 'visitor'}")
                answer.close()
    assert not wrong, "\n".join([str(len(wrong)), *dict.fromkeys(wrong)][:40])


def _pages(app: Flask, reader: Member | None) -> list[tuple[str, str]]:
    """Every page that this reader may see, with real things in its address."""
    found = []
    for rule in rules(app):
        route = ROUTES[rule.endpoint]
        if "GET" not in (rule.methods or ()) or not route.expected("GET", "main", reader) - {303, 403, 404}:
            continue
        url = address(rule, route.values("main", reader))
        found.append((rule.endpoint, url + (f"?{route.query}" if route.query else "")))
    return found


def test_no_list_hands_on_what_is_stored(haunted: Flask) -> None:
    with clock.stopped_at(datetime(2026, 11, 22, 2, 42, tzinfo=UTC)), haunted.app_context():
        client = PageClient(haunted).as_(CAST.hasan)
        answer = client.raw.post("/audit/export", data={"csrf_token": client.token()})
        assert answer.status_code == 200, answer.status_code
        assert answer.mimetype == "text/csv"
        cells = [
            cell
            for row in csv.reader(io.StringIO(answer.get_data(as_text=True).lstrip("\ufeff")))
            for cell in row
        ]
        assert any("1+1" in cell for cell in cells), "the canary is in no cell, so nothing was tried"
        assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


@pytest.mark.parametrize(
    "words", [CANARY, f"{CANARY}\r\nBcc: all@evil.example", "x\nContent-Type: text/html\n\n<b>"]
)
def test_no_letter_hands_on_what_is_stored(app: Flask, cast: Cast, words: str) -> None:
    with clock.stopped_at(datetime(2026, 11, 22, 2, 42, tzinfo=UTC)):
        key = write_mail("test", "somebody@family.example", "en", words, words)
        assert deliver(key)
    folder = Path(app.config["SETTINGS"].sa_var) / "outbox"
    newest = max(folder.glob("*.eml"), key=lambda path: path.stat().st_mtime_ns)
    letter = message_from_bytes(newest.read_bytes(), policy=policy.default)
    assert letter.get_all("To") == ["somebody@family.example"]
    assert letter["Bcc"] is None
    for part in letter.walk():
        if part.get_content_type() == "text/html":
            assert not faults_of_markup(part.get_content())
        else:
            assert part.get_content_type() in {"text/plain", "multipart/alternative"}
