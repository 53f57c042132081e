"""PostgreSQL is restarted while people work: pages wait a moment, forms are kept, and nothing is lost or doubled."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ops.bench.kit.postgres import PostgresServer
from ops.bench.kit.restarts import Account, Drill, School
from ops.browse.installation import STOPPED_AT
from ops.devtool import demo
from ops.devtool.services import APP, as_role
from tests.conftest import TEMPLATE, Services, database, make_settings
from tests.support.cast import CAST, PASSWORD, Member
from tests.support.processes import ROOT, environment, free_port, until

MORNING = datetime(2026, 11, 22, 2, 42, tzinfo=UTC)


@pytest.fixture
def own_postgres(services: Services, template: str) -> Iterator[PostgresServer]:
    """A cluster of this test's own, with the cast in it: the others go on with theirs."""
    with tempfile.TemporaryDirectory(prefix="sa-", dir="/tmp") as folder:
        Path(folder).chmod(0o755)
        server = PostgresServer(Path(folder))
        server.start()
        try:
            server.fill_from(database(services.database_url, TEMPLATE))
            yield server
        finally:
            server.stop()


@contextmanager
def gunicorn(services: Services, server: PostgresServer, var: Path) -> Iterator[str]:
    """Two workers of the real web server on that cluster."""
    port = free_port()
    url = f"http://{demo.HOST}:{port}"
    settings = make_settings(services, as_role(server.url, APP), var).model_copy(update={"base_url": url})
    log = (var / "web.log").open("wb")
    command = [part.replace("wsgi:app", "ops.browse.wsgi:app") for part in demo.web_server(port)]
    process = subprocess.Popen(
        [sys.executable, "-m", *command],
        cwd=ROOT,
        env=environment(settings, **{STOPPED_AT: MORNING.isoformat()}),
        stdout=log,
        stderr=log,
    )
    try:
        until(lambda: demo.is_healthy(port), seconds=60)
        yield url
    finally:
        process.terminate()
        process.wait(20)
        log.close()


def account(member: Member) -> Account:
    return Account(member.email or member.phone or "", PASSWORD, member.locale)


def test_a_restart_loses_nothing_doubles_nothing_and_keeps_every_form(
    services: Services, own_postgres: PostgresServer, tmp_path: Path
) -> None:
    with gunicorn(services, own_postgres, tmp_path) as url:
        school = School(
            url=url,
            teacher=account(CAST.bashir),
            guardian=account(CAST.dalia),
            officer=account(CAST.farida),
            editor=account(CAST.ishrat),
            register=f"/attendance/registers/{CAST.section_7a}/",
            day=MORNING.date(),
        )
        found = Drill(school, own_postgres).run()
    counts = found.counts
    assert counts.faults == []
    assert set(counts.statuses) <= {200, 303, 409, 503}
    assert counts.dropped == 0
    assert counts.kept >= 3, "the forms that were sent meanwhile came back"
    assert (found.lost, found.doubled) == (0, 0)
    assert found.acknowledged > 4
    assert found.after_bad == 0, f"of {found.after} requests after a restart"
    assert found.away == {
        "/healthz": 200,
        "/readyz": 503,
        "/en/": 503,
        "/admissions/applications/": 503,
    }
