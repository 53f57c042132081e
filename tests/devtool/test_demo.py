"""`./dev demo` from start to end, and everything that may stop it before."""

from __future__ import annotations

import json
import os
import signal
import socket
import urllib.request
from pathlib import Path

import psutil
import pytest
from flask import Flask

from app.domain.outbox.services import write_mail
from ops.devtool import demo
from ops.devtool.console import Failure
from tests.devtool.running import dev, free_port, running_demo, started_for
from tests.support.mail import smtp_server
from tests.support.processes import RedisServer


def test_port_in_use_is_one_sentence_and_leaves_nothing(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = dev("demo", "--port", str(port), var=tmp_path)

    assert done.returncode == 1
    assert done.stderr == f"Port {port} is in use; choose another with --port.\n"
    assert started_for(tmp_path) == []


@pytest.mark.parametrize(
    ("half", "named"),
    [
        ({"S3_ENDPOINT": "https://files.example"}, "S3_BUCKET"),
        ({"DATABASE_URL": "mysql://localhost/school"}, "DATABASE_URL"),
        ({"SMTP_URL": "mail.example"}, "SMTP_URL"),
    ],
)
def test_half_set_settings_are_one_sentence_and_leave_nothing(
    tmp_path: Path, half: dict[str, str], named: str
) -> None:
    done = dev("demo", "--port", str(free_port()), var=tmp_path, **half)

    assert done.returncode == 1
    assert named in done.stderr
    assert done.stderr.count("\n") == 1
    assert started_for(tmp_path) == []


def test_reset_does_not_touch_a_database_of_somebody_else(tmp_path: Path) -> None:
    done = dev("demo", "--reset", var=tmp_path, DATABASE_URL="postgresql+psycopg2://localhost/school")

    assert done.returncode == 1
    assert "unset DATABASE_URL" in done.stderr


def test_port_outside_the_range_is_refused(tmp_path: Path) -> None:
    done = dev("demo", "--port", "70000", var=tmp_path)

    assert done.returncode == 1
    assert done.stderr == "--port 70000 is not a port; take one from 1 to 65535.\n"


@pytest.mark.long
def test_first_start_second_start_and_stop(tmp_path: Path) -> None:
    """One walk through the life of a demo, because loading the school takes its time, even a small one."""
    port = free_port()
    with running_demo(port, tmp_path, DEMO_SHARE="0.1") as first:
        said = first.read_until("Ctrl-C stops everything.")
        assert f"http://127.0.0.1:{port}" in said
        logins = json.loads((tmp_path / "demo-logins.json").read_text())
        assert all(login["name"] in said and login["password"] in said for login in logins)
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=10) as answer:
            assert answer.status == 200

        other = dev("demo", "--port", str(free_port()), var=tmp_path)
        assert other.returncode == 1
        assert "Another demo already runs" in other.stderr

        first.process.send_signal(signal.SIGTERM)
        assert first.process.wait(timeout=10) == 0
        assert started_for(tmp_path) == []

    key = (tmp_path / "secret-key").read_text()
    with running_demo(port, tmp_path) as second:
        said = second.read_until("Ctrl-C stops everything.")
        assert "Loading" not in said
        assert json.loads((tmp_path / "demo-logins.json").read_text()) == logins
        assert (tmp_path / "secret-key").read_text() == key

        second.process.send_signal(signal.SIGINT)
        assert second.process.wait(timeout=10) == 0
        assert started_for(tmp_path) == []


@pytest.mark.long
def test_servers_of_ones_own_are_used_and_none_is_made(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, real_app: Flask
) -> None:
    """On a database that holds a school already, so that nothing is loaded into it."""
    with real_app.app_context():
        write_mail("test", "dalia@family.example", "en", "From the outbox", "Through a server of one's own.")
    redis, var = RedisServer(tmp_path_factory.mktemp("redis")), tmp_path / "demo"
    redis.start()
    try:
        with smtp_server() as postbox:
            servers = {
                "DATABASE_URL": real_app.config["SETTINGS"].database_url,
                "REDIS_URL": redis.url,
                "SMTP_URL": postbox.url,
            }
            with running_demo(free_port(), var, **servers) as demo:
                said = demo.read_until("Ctrl-C stops everything.")
                assert postbox.arrived.wait(30)
        assert "database" not in said
        assert postbox.letters[0]["Subject"] == "From the outbox"
        assert not {"postgres", "redis"} & {path.name for path in var.iterdir()}
        assert list(var.glob("outbox/*.eml")) == []
    finally:
        redis.stop()


@pytest.mark.parametrize("moment", ["Making the database", "Loading the demo school"])
def test_term_in_the_middle_of_starting_stops_everything(tmp_path: Path, moment: str) -> None:
    with running_demo(free_port(), tmp_path) as starting:
        starting.read_until(moment)
        starting.process.send_signal(signal.SIGTERM)

        assert starting.process.wait(timeout=10) == 0
        assert started_for(tmp_path) == []


@pytest.mark.skipif(
    not hasattr(os, "sched_getaffinity"), reason="only Linux ends children with a killed parent"
)
def test_nothing_outlives_a_killed_tool(tmp_path: Path) -> None:
    with running_demo(free_port(), tmp_path) as killed:
        killed.read_until("Loading the demo school")
        family = started_for(tmp_path)
        killed.process.kill()

        _, alive = psutil.wait_procs(family, timeout=15)
        assert alive == []


def test_secret_key_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    key = demo.read_secret_key(tmp_path)

    assert len(key) == 64
    assert (tmp_path / "secret-key").stat().st_mode & 0o777 == 0o600
    assert demo.read_secret_key(tmp_path) == key


def test_reset_deletes_the_school_and_keeps_the_key(tmp_path: Path) -> None:
    key = demo.read_secret_key(tmp_path)
    for folder in ("postgres", "redis", "files", "outbox"):
        (tmp_path / folder).mkdir()
    (tmp_path / "demo-logins.json").write_text("[]")

    demo.reset(tmp_path)

    assert [path.name for path in tmp_path.iterdir()] == ["secret-key"]
    assert demo.read_secret_key(tmp_path) == key


def test_only_one_demo_may_hold_a_folder(tmp_path: Path) -> None:
    with (
        demo.only_one(tmp_path),
        pytest.raises(Failure, match=f"process {os.getpid()}"),
        demo.only_one(tmp_path),
    ):
        pass
    with demo.only_one(tmp_path):
        pass


def test_logins_table_aligns_bangla_names(tmp_path: Path) -> None:
    path = tmp_path / "logins.json"
    path.write_text(
        json.dumps(
            [
                {
                    "role": "teacher",
                    "name": "আমিনা",
                    "email": "a@x.example",
                    "password": "one",
                    "campus": "Main",
                },
                {"role": "guardian", "name": "Dalia", "phone": "+8801711111111", "password": "two"},
            ]
        )
    )

    head, first, second = demo.logins_table(path).splitlines()

    assert head.split() == ["role", "name", "sign", "in", "with", "password", "campus"]
    assert first.split() == ["teacher", "আমিনা", "a@x.example", "one", "Main"]
    assert second.split() == ["guardian", "Dalia", "+8801711111111", "two"]
