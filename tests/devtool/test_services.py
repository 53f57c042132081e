"""The embedded PostgreSQL and Redis."""

from __future__ import annotations

import os
from pathlib import Path

import psycopg2
import pytest
import redis
from sqlalchemy.engine import make_url

from ops.devtool import services
from ops.devtool.console import Failure


def test_services_for_tests_answer_and_leave_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TEST_DATABASE_URL", raising=False)
    monkeypatch.delenv("TEST_REDIS_URL", raising=False)

    with services.start_test_services() as urls:
        url = make_url(urls.database_url)
        assert os.environ["TEST_DATABASE_URL"] == urls.database_url
        folder = Path(str(url.query["host"]))
        connection = psycopg2.connect(host=str(folder), user=url.username, dbname=url.database)
        try:
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT current_setting('fsync'), current_setting('max_connections'), lower('ÉCOLE')"
                )
                assert cursor.fetchone() == ("off", "300", "école")
        finally:
            connection.close()
        client = redis.from_url(urls.redis_url)
        assert client.ping()
        client.close()

    assert "TEST_DATABASE_URL" not in os.environ
    assert not folder.exists()


def test_services_named_in_the_environment_are_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEST_DATABASE_URL", "postgresql+psycopg2://given/")
    monkeypatch.setenv("TEST_REDIS_URL", "redis://given/")

    with services.start_test_services() as urls:
        assert urls == services.ServiceUrls("postgresql+psycopg2://given/", "redis://given/")


def test_deep_folder_gets_a_short_one_for_sockets(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 90) / "run"

    with services.runtime_folder(deep) as folder:
        assert folder != deep
        assert len(os.fsencode(folder / ".s.PGSQL.5432.lock")) <= services.LONGEST_SOCKET
    assert not folder.exists()


def test_missing_library_is_one_sentence(tmp_path: Path) -> None:
    program = tmp_path / "postgres"
    program.write_text(
        "#!/bin/sh\necho 'postgres: error while loading shared libraries: libz.so.1' >&2\nexit 127\n"
    )
    program.chmod(0o755)

    with pytest.raises(Failure, match=r"^PostgreSQL cannot run on this machine: .*libz\.so\.1\.$"):
        services.check_runs(program, "PostgreSQL")
