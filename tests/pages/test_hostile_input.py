"""Everything that the site takes from outside, with the whole corpus of `tests/support/hostile.py`.

Fields of forms, queries, parts of addresses, headers and bodies: never a 500, never a stored half, never anything
said back as it stands, and whoever mistyped keeps what they typed.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain, cycle, islice
from typing import Any, ClassVar, NamedTuple
from urllib.parse import quote, urlencode

import pytest
from flask import Flask
from markupsafe import escape
from sqlalchemy import Connection, text
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.routing import Rule

from app.scope import EVERYTHING
from app.walls import WALLS
from app.web.headers import ONCE_FIELD
from tests.support.cast import CAST, Cast, Member
from tests.support.crawl import FoundForm, crawled, is_the_administrators
from tests.support.hostile import (
    BODIES,
    FAMILIES,
    HEADERS,
    PASS_FOR_A_CHOICE,
    TEXTS,
    UNSHOWABLE,
    Corpus,
    faults,
    faults_of_markup,
)
from tests.support.pages import PageClient
from tests.support.routes import EVERYBODY, ROUTES, address, rules, school_with_twins

READERS: list[Member | None] = [None, CAST.hasan, CAST.bashir, CAST.dalia, CAST.rafi]
_LEAVES = {"accounts.sign_out", "accounts.sign_out_others", "accounts.sign_out_device"}
_COUNTED = {"limit_counts", "idempotency_keys", "audit_logs"}
"""What is written of a form that is refused: that it was tried, and by whom."""
_MOST = ["sql", "formula", "closing"]
"""What a field of free text may well accept, so that it gets as far as the tables."""
_ASKED_FAMILIES = [
    [label for name, family in FAMILIES.items() if name in names for label in family]
    for names in (
        {"text that is none", "text that is odd"},
        {"numbers", "days", "things of others, and of nobody"},
        {
            "script in a text",
            "script for whoever decodes once more or fills a template",
            "ways out of the site",
        },
        {"statements of a database", "other languages' ways out"},
    )
]
"""Few, because a name that is asked for is read by the same lines on every page."""
_CHOSEN = {"campus", "class", "month", "on", "page", "shift", "show", "size", "state", "status"}
"""What a query asks by a choice or a number."""


class _Asked(ImmutableMultiDict[str, str]):
    """The query of a request, which notes what a page asks it for."""

    names: ClassVar[set[str]] = set()

    def __getitem__(self, key: str) -> str:
        self.names.add(key)
        return super().__getitem__(key)

    def get(self, key: str, *args: Any, **kwargs: Any) -> Any:
        """As always."""
        self.names.add(key)
        return super().get(key, *args, **kwargs)


@pytest.fixture
def school(cast: Cast) -> Iterator[None]:
    """Twins of everything, on the morning of a school day."""
    with school_with_twins():
        yield


def _rows(connection: Connection) -> set[Any]:
    connection.exec_driver_sql(EVERYTHING.statement)
    tables = [name for name in WALLS if name not in _COUNTED]
    parts = " UNION ALL ".join(f"SELECT '{name}', md5(t::text) FROM {name} t" for name in tables)  # noqa: S608  # names of our own
    return {tuple(row) for row in connection.execute(text(parts)).all()}


@contextmanager
def _forgotten(connection: Connection) -> Iterator[None]:
    savepoint = connection.begin_nested()
    yield
    savepoint.rollback()


def _reader(rule: Rule) -> Member | None:
    """The first of the cast who may ask for a route, the administrator before the others."""
    order = [None, CAST.hasan, *EVERYBODY]
    route = ROUTES[rule.endpoint]
    return next(
        (m for m in order if route.expected("GET", "main", m).isdisjoint({303, 403, 404})), CAST.hasan
    )


def _sendings(form: FoundForm, corpus: Corpus) -> Iterator[dict[str, str]]:
    """Every field beside others, texts and choices at once; in a form without text what passes for a choice."""
    kinds = {name: kind for name, kind in form.kinds if name in form.texts or name in form.choices}
    yield from (
        dict(form.values) | each
        for each in corpus.sendings(kinds, TEXTS if form.texts else PASS_FOR_A_CHOICE)
    )


def _believable(form: FoundForm, corpus: Corpus) -> Iterator[tuple[str, dict[str, str]]]:
    """Each text by itself what it may accept, so that the form gets as far as the tables."""
    kinds = dict(form.kinds)
    for name in form.texts:
        for each in corpus.sendings({name: kinds[name]}):
            yield name, dict(form.values) | each


@pytest.mark.parametrize(
    "tag",
    [
        '<input value="" onfocus=alert(1) x="">',
        '<INPUT ONFOCUS = "x">',
        "<p title=\"a=b\" onclick='x'>",
        '<a class=x href="javascript:alert(1)">',
        "<a href='//evil.example/x'>",
        '<form action=" https://a@evil.example/">',
        '<a title=">" href="data:text/html,x">',
    ],
)
def test_what_is_looked_for_is_found(tag: str) -> None:
    assert faults_of_markup(f"<p>Well</p>{tag}<p>meant</p>")


@pytest.mark.parametrize(
    "tag", ['<i title="> onload=x">', "<i title='x onload=x'>", '<a href="/x?u=javascript:1">']
)
def test_what_is_text_between_quotes_is_left_alone(tag: str) -> None:
    assert not faults_of_markup(tag)


def test_every_kind_of_field_meets_every_entry_and_every_field_each_family() -> None:
    corpus, met = Corpus(), dict[str, set[str]]()
    for number in range(12):
        names = {f"name {number}": "text", f"other {number}": "text", f"day {number % 4}": "date"}
        sent = list(corpus.sendings(names))
        for name, kind in names.items():
            here = {each[name] for each in sent}
            assert all(here & set(family.values()) for family in FAMILIES.values()), name
            met[kind] = met.get(kind, set()) | here
        assert len(sent) == len(TEXTS if number == 0 else FAMILIES)
    everything = set(TEXTS.values())
    assert met == {"text": everything, "date": everything}


@pytest.mark.long
@pytest.mark.parametrize("reader", READERS, ids=lambda member: member.nick if member else "visitor")
def test_every_field_takes_every_entry(
    school: None, client: PageClient, connection: Connection, writes: set[str], reader: Member | None
) -> None:
    walk, token, wrong, sent = crawled(client, reader), client.token(), [], 0
    corpus, accepted = Corpus(), Corpus([_MOST])
    for form in walk.forms.values():
        if form.endpoint in _LEAVES or is_the_administrators(form, reader):
            continue
        shown = set(form.texts) - set(form.secrets)
        alone = _believable(form, accepted)
        for number, (name, values) in enumerate(
            chain((("", each) for each in _sendings(form, corpus)), alone)
        ):
            body = {"csrf_token": token, ONCE_FIELD: f"{number:022d}"} | {
                name: value for name, value in values.items() if name != ONCE_FIELD
            }
            writes.clear()
            sent += 1
            savepoint = connection.begin_nested()
            answer = client.raw.post(
                form.action,
                data=urlencode(body, errors="surrogatepass"),
                content_type="application/x-www-form-urlencoded",
            )
            where = f"{form.endpoint} {number}"
            wrong += faults(answer, where)
            after = _rows(connection) if answer.status_code >= 400 and writes - _COUNTED else None
            savepoint.rollback()
            if after is not None and after != _rows(connection):
                wrong.append(f"{where}: {answer.status_code}, and yet something is stored in {writes}")
            if answer.status_code == 422:
                wrong += [f"{where}: {name} lost {values[name]!r}" for name in _lost(answer, values, shown)]
    assert not wrong, "\n".join([f"{len(wrong)} of {sent}", *wrong[:40]])


def _lost(answer: Any, values: dict[str, str], shown: set[str]) -> list[str]:
    """The fields whose text the answer does not hold any more."""
    html = answer.get_data(as_text=True)
    known = {payload for label, payload in TEXTS.items() if label not in UNSHOWABLE}
    return [name for name in shown if values[name] in known and str(escape(values[name])) not in html]


@pytest.mark.long
def test_every_query_and_every_part_of_an_address_takes_every_entry(
    app: Flask, school: None, client: PageClient, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app.request_class, "parameter_storage_class", _Asked)
    wrong: list[str] = []
    corpus = Corpus(_ASKED_FAMILIES)
    for reader, found in _by_reader(app).items():
        client.as_(reader)
        for rule in found:
            url = address(rule, ROUTES[rule.endpoint].values("main", reader))
            _Asked.names.clear()
            for turn, asked in enumerate(_queries(corpus)):
                with _forgotten(connection):
                    query = urlencode(asked, errors="surrogatepass")
                    headers = {"HX-Request": "true", "HX-Request-Type": "partial"} if turn % 4 == 3 else {}
                    answer = client.raw.get(f"{url}?{query}&%ff=%zz&q=&q=", headers=headers)
                    wrong += faults(answer, f"{rule.endpoint} asked {turn}")
                    answer.close()
            for place in _places(rule):
                for label in corpus.labels(place.kind):
                    with _forgotten(connection):
                        part = quote(TEXTS[label][:300], safe="", errors="surrogatepass")
                        answer = client.raw.get(place.address.format(part))
                        wrong += faults(answer, f"{rule.endpoint} named {label}")
                        answer.close()
    assert not wrong, "\n".join([str(len(wrong)), *wrong[:40]])


def _queries(corpus: Corpus) -> Iterator[dict[str, str]]:
    """Everything at once under names that nobody asks for and as names; then entries where the page looks.

    Where nobody types, as in a month or the number of a page, those entries that pass for a choice. One name is read
    in one way wherever it is asked, so a name is a kind.
    """
    payloads = list(TEXTS.values())
    yield {f"x{number}": payload for number, payload in enumerate(payloads)} | dict.fromkeys(payloads, "x")
    labels = PASS_FOR_A_CHOICE if _Asked.names <= _CHOSEN else TEXTS
    yield from corpus.sendings({name: name for name in sorted(_Asked.names)}, labels)


def _by_reader(app: Flask) -> dict[Member | None, list[Rule]]:
    found: dict[Member | None, list[Rule]] = {}
    for rule in rules(app):
        if "GET" in (rule.methods or ()):
            found.setdefault(_reader(rule), []).append(rule)
    return found


class _Place(NamedTuple):
    kind: str
    address: str


def _places(rule: Rule) -> list[_Place]:
    """The route's address, with a gap for each part that is text; keys and days are the router's own."""
    texts = [
        name for name in rule.arguments if name in {"slug", "token", "kind", "step", "reference", "channel"}
    ]
    given = ROUTES[rule.endpoint].values("main", CAST.hasan) | {"lang": "en"}
    return [_Place(name, address(rule, given | {name: "GAP"}).replace("GAP", "{}")) for name in texts]


def test_headers_change_nothing(app: Flask, school: None, client: PageClient, connection: Connection) -> None:
    wrong: list[str] = []
    turns = max(len(each) for each in HEADERS.values())
    others = cycle(range(1, turns))
    for reader, found in _by_reader(app).items():
        client.as_(reader)
        for rule in found:
            url = address(rule, ROUTES[rule.endpoint].values("main", reader))
            # What reads headers stands before every view, so a view is asked with some of the odd ones by turns.
            for turn in (0, next(others), next(others)):
                sent = {name: each[turn % len(each)] for name, each in HEADERS.items() if name != "Cookie"}
                if turn:  # once as the reader, then with a cookie that nobody gave out
                    sent["Cookie"] = HEADERS["Cookie"][turn % len(HEADERS["Cookie"])]
                with _forgotten(connection):
                    answer = client.raw.get(url, headers=sent)
                    where = f"{rule.endpoint} with headers {turn}"
                    wrong += faults(answer, where)
                    said = " ".join(value for _, value in answer.headers)
                    said += "" if answer.is_streamed else answer.get_data().decode(errors="replace")
                    wrong += [
                        f"{where}: said back" for word in ("evil.example", "203.0.113.66") if word in said
                    ]
                    answer.close()
    assert not wrong, "\n".join([str(len(wrong)), *wrong[:40]])


@pytest.mark.long
def test_bodies_that_are_no_form_are_refused_in_order(
    app: Flask, school: None, client: PageClient, connection: Connection
) -> None:
    client.as_(CAST.hasan)
    token, wrong, bodies = client.token(), [], cycle(BODIES.items())
    for rule in rules(app):
        if "POST" not in (rule.methods or ()) or rule.endpoint in _LEAVES:
            continue
        url = address(rule, ROUTES[rule.endpoint].values("main", CAST.hasan))
        # As above: each body comes to every third view.
        for label, (kind, body) in islice(bodies, len(BODIES) // 3):
            with _forgotten(connection):
                sent = body.replace(b"{token}", token.encode())
                answer = client.raw.post(url, data=sent, content_type=kind, headers={"X-CSRFToken": token})
                wrong += faults(answer, f"{rule.endpoint} with {label}")
                answer.close()
    assert not wrong, "\n".join([str(len(wrong)), *wrong[:40]])
