"""What watches over the installation is told the truth, quickly, and nobody else is told the figures."""

from __future__ import annotations

import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text

from app.domain.kernel import clock
from app.domain.outbox.services import write_mail
from app.web import readiness
from app.web.metrics import UNKNOWN, count_request
from tests.support.pages import PageClient
from tests.support.processes import ROOT, environment, free_port, until
from tests.support.queries import QueryCounter
from tests.support.roles import OWNER, connected_as

HEALTH = {"route": "/healthz", "method": "GET", "status": "200"}

Figures = dict[tuple[str, frozenset[tuple[str, str]]], float]


def asked(app: Flask) -> FlaskClient:
    """A visitor without the browser's habits."""
    return FlaskClient(app, app.response_class)


def figures(body: str) -> Figures:
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(body)
        for sample in family.samples
    }


def value(found: Figures, name: str, **labels: str) -> float:
    return found.get((name, frozenset(labels.items())), 0.0)


@pytest.fixture(autouse=True)
def look_anew(app: Flask) -> Iterator[None]:
    app.extensions.pop("sa-readiness", None)
    yield
    app.extensions.pop("sa-readiness", None)


def test_a_living_process_says_so_without_the_database(app: Flask, queries: QueryCounter) -> None:
    with queries.at_most(0):
        assert asked(app).get("/healthz").data == b"ok\n"


def test_an_installation_with_everything_is_ready(app: Flask) -> None:
    answer = asked(app).get("/readyz")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.json == {
        "ready": True,
        "database": "ok",
        "migrations": "ok",
        "redis": "ok",
        "storage": "ok",
    }


def test_without_redis_it_is_degraded_and_serves_on(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.config, "REDIS_URL", "redis://127.0.0.1:1/0")
    answer = asked(app).get("/readyz")
    assert answer.status_code == 200
    assert answer.json is not None and answer.json["redis"] == "degraded"


def settings_with(app: Flask, monkeypatch: pytest.MonkeyPatch, **changes: object) -> None:
    monkeypatch.setitem(app.config, "SETTINGS", app.config["SETTINGS"].model_copy(update=changes))


def test_without_its_database_it_is_not_ready_and_says_no_more(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings_with(
        app, monkeypatch, database_url="postgresql+psycopg2://nobody:word@127.0.0.1:1/none"
    )  # pragma: allowlist secret
    began = time.monotonic()
    answer = asked(app).get("/readyz")
    assert time.monotonic() - began < 4
    assert answer.status_code == 503
    assert answer.json is not None and answer.json["database"] == "down"
    assert "nobody" not in answer.text and "127.0.0.1" not in answer.text


def test_where_files_cannot_be_kept_it_is_not_ready(
    app: Flask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "files").write_text("in the way")
    settings_with(app, monkeypatch, sa_var=tmp_path)
    answer = asked(app).get("/readyz")
    assert answer.status_code == 503
    assert answer.json is not None and answer.json["storage"] == "down"


def test_a_bucket_that_does_not_answer_is_not_waited_for(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    settings_with(
        app,
        monkeypatch,
        s3_endpoint="http://127.0.0.1:1",
        s3_bucket="files",
        s3_access_key="a",
        s3_secret_key="b",
    )
    began = time.monotonic()
    answer = asked(app).get("/readyz")
    assert time.monotonic() - began < 4
    assert answer.json is not None and answer.json["storage"] == "down"


@pytest.mark.parametrize(
    ("revision", "word", "status"), [("0001", "behind", 503), ("9999", "ok", 200), (None, "behind", 503)]
)
def test_tables_may_be_newer_than_the_code_and_never_older(
    real_app: Flask, revision: str | None, word: str, status: int
) -> None:
    with connected_as(OWNER, real_app) as owner:
        owner.execute(text("DELETE FROM alembic_version"))
        if revision:
            owner.execute(text("INSERT INTO alembic_version VALUES (:name)"), {"name": revision})
    answer = asked(real_app).get("/readyz")
    assert (answer.json or {})["migrations"] == word
    assert answer.status_code == status


def test_whoever_asks_often_gets_the_answer_of_a_second_ago(app: Flask) -> None:
    with app.app_context():
        assert readiness.look() is readiness.look()


def test_requests_are_counted_by_route_and_status(client: object, app: Flask) -> None:
    visitor = asked(app)
    labels = {"route": "/<lang:lang>/notices/<string:slug>", "method": "GET", "status": "404"}
    before = figures(visitor.get("/metrics").text)
    visitor.get("/en/notices/secret-of-rahim")
    body = visitor.get("/metrics").text
    assert (
        value(figures(body), "sa_requests_total", **labels)
        == value(before, "sa_requests_total", **labels) + 1
    )
    assert value(figures(body), "sa_request_seconds_count", route=labels["route"]) >= 1
    assert "rahim" not in body


def test_a_scanner_makes_no_series(client: object, app: Flask) -> None:
    visitor = asked(app)
    for number in range(30):
        visitor.get(f"/wp-admin/{number}.php")
        visitor.open(f"/x{number}", method=f"ZZ{number}")
    body = visitor.get("/metrics").text
    routes = set(re.findall(r'route="([^"]*)"', body))
    assert routes <= {rule.rule for rule in app.url_map.iter_rules()} | {UNKNOWN}
    assert set(re.findall(r'method="([^"]*)"', body)) <= {"GET", "HEAD", "POST", "OPTIONS", "other"}
    assert "wp-admin" not in body


def test_the_backlog_is_told(client: object, app: Flask) -> None:
    before = value(figures(asked(app).get("/metrics").text), "sa_outbox_waiting")
    with app.app_context():
        write_mail("test", "someone@example.com", "en", "Subject", "Body")
    found = figures(asked(app).get("/metrics").text)
    assert value(found, "sa_outbox_waiting") == before + 1
    assert value(found, "sa_database_up") == 1
    assert value(found, "sa_redis_up") == 1
    assert ("sa_queue_jobs", frozenset()) in found
    assert ("sa_pool_connections_in_use", frozenset()) in found
    assert ("sa_outbox_late_seconds", frozenset()) in found


def test_without_redis_the_other_figures_are_still_told(
    client: object, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "REDIS_URL", "redis://127.0.0.1:1/0")
    found = figures(asked(app).get("/metrics").text)
    assert value(found, "sa_redis_up") == 0
    assert ("sa_queue_jobs", frozenset()) not in found
    assert value(found, "sa_database_up") == 1


@pytest.mark.parametrize(
    "told",
    [
        {"headers": {"X-Forwarded-For": "127.0.0.1"}},
        {"headers": {"X-Real-IP": "127.0.0.1"}},
        {"headers": {"Forwarded": "for=127.0.0.1"}},
        {"headers": {"Host": "school.example"}},
        {"environ_overrides": {"REMOTE_ADDR": "192.0.2.1"}},
        {"environ_overrides": {"REMOTE_ADDR": ""}},
        {"environ_overrides": {"REMOTE_ADDR": "::ffff:192.0.2.1"}},
    ],
)
def test_figures_are_for_this_machine_only(app: Flask, client: object, told: dict[str, object]) -> None:
    assert asked(app).get("/metrics", **told).status_code == 404  # type: ignore[arg-type]  # headers or environment


def test_counting_costs_less_than_sixty_microseconds() -> None:
    best = 1.0
    for _ in range(20):
        began = time.perf_counter()
        for _ in range(200):
            count_request("/home/", "GET", 200, 0.004)
        best = min(best, (time.perf_counter() - began) / 200)
    assert best < 60e-6, f"{best * 1e6:.1f} µs"


def test_workers_of_one_server_count_together(real_app: Flask, tmp_path: Path) -> None:
    """Whichever worker is asked tells the sum, and what a server that was killed left behind is cleared away."""
    stale = tmp_path / "metrics" / "999999999"
    stale.mkdir(parents=True)
    port = free_port()
    here = f"http://127.0.0.1:{port}"

    def fetch(path: str) -> str | None:
        try:
            with urllib.request.urlopen(here + path, timeout=10) as answer:  # noqa: S310  # our own server
                return str(answer.read().decode())
        except OSError:
            return None

    server = subprocess.Popen(
        [
            *(sys.executable, "-m", "gunicorn", "wsgi:app", "--bind", f"127.0.0.1:{port}"),
            *("--workers", "2", "--no-control-socket", "--graceful-timeout", "1"),
        ],
        cwd=ROOT,
        env=environment(real_app.config["SETTINGS"], SA_VAR=str(tmp_path)),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        until(lambda: fetch("/healthz") is not None)
        already = value(figures(fetch("/metrics") or ""), "sa_requests_total", **HEALTH)
        for _ in range(40):
            assert fetch("/healthz") == "ok\n"
        for _ in range(8):
            assert value(figures(fetch("/metrics") or ""), "sa_requests_total", **HEALTH) == already + 40
        assert not stale.exists()
        assert [folder.name for folder in (tmp_path / "metrics").iterdir()] == [str(server.pid)]
    finally:
        server.terminate()
        server.wait(20)
    assert not list((tmp_path / "metrics").iterdir())


def test_whoever_finds_a_hole_reads_whom_to_tell(client: PageClient) -> None:
    answer = client.raw.get("/.well-known/security.txt")
    fields = dict(line.split(": ", 1) for line in answer.text.splitlines())
    assert answer.content_type == "text/plain; charset=utf-8"
    assert fields["Contact"].startswith("mailto:")
    assert fields["Canonical"] == "http://localhost/.well-known/security.txt"
    assert timedelta(30) < datetime.fromisoformat(fields["Expires"]) - clock.now() < timedelta(365)
