"""A demo school of its own: loaded once, served by two web workers, stopped on a school day.

The services are those of the environment, as `./dev bench` sets it. What day it is decides what a register
shows, so the pages here are always those of a school day's morning, whenever they are looked at.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from ops.devtool import assets, demo
from ops.devtool.console import ROOT, Failure
from ops.devtool.processes import Supervisor

DHAKA = ZoneInfo("Asia/Dhaka")
REST_DAYS = (4, 5)
"""Friday and Saturday, as date.weekday() counts."""
STOPPED_AT = "SA_STOPPED_AT"
"""The environment variable by which ops/browse/wsgi.py is told what moment it is."""


@dataclass(frozen=True)
class Login:
    """Somebody who can sign in to the demo school."""

    role: str
    name: str
    identifier: str
    password: str
    campus: str | None


@dataclass(frozen=True)
class Installation:
    """Where the school is served, what moment it is there, and who can sign in."""

    url: str
    moment: datetime
    logins: tuple[Login, ...]
    var: Path
    environment: dict[str, str]
    """What another server of the same school must be told, besides what stands in the environment."""

    def login(self, role: str) -> Login:
        """The first login of a role. Raises Failure where the demo school has none."""
        for login in self.logins:
            if login.role == role:
                return login
        raise Failure(f"The demo school has no login of the role {role}.")


def school_morning(today: date) -> datetime:
    """Nine o'clock of the last day up to `today` that is no rest day, in Dhaka."""
    day = today
    while day.weekday() in REST_DAYS:
        day -= timedelta(days=1)
    return datetime.combine(day, time(9, 0), DHAKA)


@contextmanager
def installed(
    *, moment: datetime | None = None, application: str = "ops.browse.wsgi"
) -> Iterator[Installation]:
    """Services in a temporary folder, the demo school and its web server, all gone at the end of the block."""
    with Supervisor() as supervisor, tempfile.TemporaryDirectory(prefix="sa-", dir="/tmp") as folder:
        assets.prepare(supervisor)
        with demo.running_services(supervisor, Path(folder)) as urls:
            os.environ.update(demo.app_environment(Path(folder), urls, port=8000))
            os.environ.update(demo.owner_environment(urls))
            with served(moment=moment, application=application) as installation:
                yield installation


@contextmanager
def served(*, moment: datetime | None = None, application: str = "ops.browse.wsgi") -> Iterator[Installation]:
    """The demo school on the services of the environment and its web server, which ends with the block.

    `application` is the module that the web server serves.
    """
    moment = moment or school_morning(datetime.now(DHAKA).date())
    var = Path(os.environ["SA_VAR"])
    port = free_port()
    school = {STOPPED_AT: moment.isoformat(), "FLASK_APP": application}
    env = os.environ | school | {"BASE_URL": f"http://{demo.HOST}:{port}"}
    logins = var / "demo-logins.json"
    with Supervisor() as supervisor:
        log = var / "log" / "web.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        demo.load(supervisor, env, var, logins)
        env.pop("OWNER_DATABASE_URL", None)  # the pages do not know the owner of the tables
        supervisor.spawn("The web server", _web_server(application, port), env=env, cwd=ROOT, log=log)
        supervisor.wait_for(lambda: demo.is_healthy(port), "The web server", demo.START_SECONDS)
        yield Installation(f"http://{demo.HOST}:{port}", moment, _read_logins(logins), var, school)


def _web_server(application: str, port: int) -> list[str]:
    command = [f"{application}:app" if part == "wsgi:app" else part for part in demo.web_server(port)]
    return [sys.executable, "-m", *command]


def free_port() -> int:
    """A port that nobody listens on now."""
    import socket

    with socket.socket() as probe:
        probe.bind((demo.HOST, 0))
        return int(probe.getsockname()[1])


def _read_logins(path: Path) -> tuple[Login, ...]:
    return tuple(
        Login(
            role=str(each["role"]),
            name=str(each["name"]),
            identifier=str(each.get("email") or each.get("phone")),
            password=str(each["password"]),
            campus=each.get("campus"),
        )
        for each in json.loads(path.read_text())
    )
