"""`./dev demo`: the whole school on one machine, from nothing to an address, and gone again on Ctrl-C."""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import hashlib
import http.client
import json
import os
import secrets
import shutil
import socket
import sys
import time
import unicodedata
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from ops.devtool import assets, services
from ops.devtool.console import ROOT, Failure, say, shown, tail, var_folder
from ops.devtool.processes import (
    StopRequested,
    Supervisor,
    catch_signals,
    describe_death,
    held,
    stop_leftovers,
)

HOST = "127.0.0.1"
REVIVED = ("Redis", "The worker", "The scheduler")
REVIVE_SECONDS = 3.0
RESET = (
    "postgres",
    "postgres.new",
    "redis",
    "files",
    "uploads",
    "outbox",
    "demo-logins.json",
    "loading",
    "prepared",
)
"""What --reset deletes below var/: all that belongs to one demo school.

`loading` is there from the moment a database is made until the school in it is whole.
"""
LOAD_SECONDS = 600
START_SECONDS = 60


class AlreadyRunning(Failure):
    """Another demo holds the folder."""


@dataclass(frozen=True)
class Options:
    """What the command line asked for."""

    port: int
    reset: bool


def main(arguments: list[str]) -> int:
    """Run the demo until somebody ends it. Returns 0 after Ctrl-C or TERM; raises Failure with a sentence."""
    started = float(os.environ.pop("DEV_STARTED", 0) or time.time())
    options = parse(arguments)
    var = var_folder()
    catch_signals()
    try:
        with only_one(var), Supervisor(var / "run" / "children.json") as supervisor:
            stop_leftovers(var / "run" / "children.json")
            check_settings(options, var)
            check_port(options.port)
            services.check_machine(
                postgres=not os.environ.get("DATABASE_URL"), redis=not os.environ.get("REDIS_URL")
            )
            if options.reset:
                reset(var)
            assets.prepare(supervisor)
            with running_services(supervisor, var) as urls:
                run(supervisor, options, var, urls, started)
    except StopRequested:
        say("Stopped.")
    return 0


def parse(arguments: list[str]) -> Options:
    """Read the command line of `./dev demo`."""
    parser = argparse.ArgumentParser("./dev demo", description="Start everything and load the demo school.")
    parser.add_argument("--port", type=int, default=8000, help="where the pages are served (8000)")
    parser.add_argument(
        "--reset", action="store_true", help="delete the demo school first and make a new one"
    )
    given = parser.parse_args(arguments)
    if not 0 < given.port < 65536:
        raise Failure(f"--port {given.port} is not a port; take one from 1 to 65535.")
    return Options(given.port, given.reset)


@contextlib.contextmanager
def only_one(var: Path) -> Iterator[None]:
    """Hold the folder's lock. Raises Failure when another demo runs on the same folder."""
    (var / "run").mkdir(parents=True, exist_ok=True)
    (var / "log").mkdir(exist_ok=True)
    with open(var / "demo.lock", "a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            lock.seek(0)
            raise AlreadyRunning(
                f"Another demo already runs on {shown(var)} (process {lock.read().strip() or 'unknown'})."
            ) from error
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def check_port(port: int) -> None:
    """Raise Failure unless the port can be listened on."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except PermissionError as error:
            raise Failure(f"Port {port} may not be used by this account; take one with --port.") from error
        except OSError as error:
            raise Failure(f"Port {port} is in use; choose another with --port.") from error


def check_settings(options: Options, var: Path) -> None:
    """Raise Failure when the environment sets a group of settings only in part, or something unusable."""
    embedded = services.ServiceUrls("postgresql+psycopg2://postgres@/smart_academy", "unix:///redis.sock")
    if options.reset and os.environ.get("DATABASE_URL"):
        raise Failure(
            "--reset deletes the embedded database only; unset DATABASE_URL, or empty that one yourself."
        )
    from app.config import SettingsError, load_settings

    before = dict(os.environ)
    os.environ.update(app_environment(var, given_or(embedded), port=options.port, secret_key="0" * 64))
    try:
        load_settings()
    except SettingsError as error:
        raise Failure(str(error)) from error
    finally:
        os.environ.clear()
        os.environ.update(before)


def reset(var: Path) -> None:
    """Delete the demo school: the next start makes another one."""
    for name in RESET:
        path = var / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def given_or(embedded: services.ServiceUrls) -> services.ServiceUrls:
    """The services the environment names, the embedded ones where it names none."""
    return services.ServiceUrls(
        os.environ.get("DATABASE_URL") or embedded.database_url,
        os.environ.get("REDIS_URL") or embedded.redis_url,
        os.environ.get("OWNER_DATABASE_URL") if os.environ.get("DATABASE_URL") else embedded.owner_url,
    )


def app_environment(
    var: Path, urls: services.ServiceUrls, *, port: int, secret_key: str | None = None
) -> dict[str, str]:
    """The whole environment of the application's processes: none of them knows the owner of the tables."""
    ours = {name: value for name, value in os.environ.items() if name != "OWNER_DATABASE_URL"}
    return ours | {
        "SA_ENV": "demo",
        "SECOND_FACTOR": "optional",
        "SA_VAR": str(var),
        "SECRET_KEY": os.environ.get("SECRET_KEY") or secret_key or read_secret_key(var),
        "DATABASE_URL": urls.database_url,
        "REDIS_URL": urls.redis_url,
        "BASE_URL": f"http://{HOST}:{port}",
        "FLASK_APP": "wsgi",
        "FLASK_SKIP_DOTENV": "1",
        "PYTHONUNBUFFERED": "1",
    }


def owner_environment(urls: services.ServiceUrls) -> dict[str, str]:
    """What the process that migrates knows beyond the others."""
    return {"OWNER_DATABASE_URL": urls.owner_url} if urls.owner_url else {}


def read_secret_key(var: Path) -> str:
    """The key of this installation, made on the first start and readable by its owner only."""
    path = var / "secret-key"
    if not path.exists():
        var.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(".new")
        fresh.unlink(missing_ok=True)
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_hex(32))
        fresh.replace(path)
    return path.read_text().strip()


@contextlib.contextmanager
def running_services(supervisor: Supervisor, var: Path) -> Iterator[services.ServiceUrls]:
    """PostgreSQL and Redis: those of the environment where it names them, else embedded ones under var/."""
    with contextlib.ExitStack() as stack:
        runtime = stack.enter_context(services.runtime_folder(var / "run"))
        log = var / "log"
        log.mkdir(parents=True, exist_ok=True)
        database_url, redis_url = os.environ.get("DATABASE_URL"), os.environ.get("REDIS_URL")
        owner_url = os.environ.get("OWNER_DATABASE_URL") if database_url else None
        if not database_url and (var / "loading").exists():
            # Half a school is worse than none: nobody could tell what is missing from it.
            say("The last start was interrupted while it loaded the demo school; it is made anew.")
            reset(var)
        if not database_url:
            if not (var / "postgres").exists():
                say("Making the database…")
                (var / "loading").touch()
            url = stack.enter_context(
                services.postgres(supervisor, var / "postgres", runtime, log / "postgres.log")
            )
            database_url = services.as_role(url, services.APP)
            owner_url = services.as_role(url, services.OWNER)
        if not redis_url:
            redis_url = stack.enter_context(
                services.redis(supervisor, var / "redis", runtime, log / "redis.log")
            )
        try:
            yield services.ServiceUrls(database_url, redis_url, owner_url)
        finally:
            # What uses the services ends before they do: it saves its last work, and complains of nothing.
            supervisor.stop_stage(supervisor.APPLICATION)


def run(
    supervisor: Supervisor, options: Options, var: Path, urls: services.ServiceUrls, started: float
) -> None:
    """Load the school where there is none, start the application, and watch it until the end.

    Where the tables are known to be current the web server starts beside the check of them; the worker and
    the scheduler follow when it answers. On two cores that is the difference between two seconds and five.
    """
    env = app_environment(var, urls, port=options.port)
    logins, log = var / "demo-logins.json", var / "log"

    def start(name: str, file: str, *command: str) -> None:
        supervisor.spawn(name, [sys.executable, "-m", *command], env=env, cwd=ROOT, log=log / file)

    current = logins.exists() and prepared_for(var) == schema(urls)
    if current:
        start("The web server", "web.log", *web_server(options.port))
    load(supervisor, env | owner_environment(urls), var, logins)
    (var / "prepared").write_text(schema(urls))
    if not current:
        start("The web server", "web.log", *web_server(options.port))
    supervisor.wait_for(lambda: is_healthy(options.port), "The web server", START_SECONDS)
    start("The worker", "worker.log", "flask", "jobs", "worker")
    start("The scheduler", "scheduler.log", "flask", "jobs", "schedule")
    with state_file(var, options.port, urls):
        say(f"\nSmart Academy is at http://{HOST}:{options.port} (ready in {time.time() - started:.1f} s)\n")
        say(logins_table(logins))
        say(f"\nLogs are in {shown(log)}/. Ctrl-C stops everything.")
        watch(supervisor)


def load(supervisor: Supervisor, env: dict[str, str], var: Path, logins: Path) -> None:
    """Migrate, and load the demo school into an empty database; one process does both."""
    log = var / "log" / "prepare.log"
    if not logins.exists():
        say("Loading the demo school…")
    command = [sys.executable, "-m", "flask", "demo", "prepare", "--logins", str(logins)]
    child = supervisor.run("Preparing the database", command, env=env, cwd=ROOT, log=log)
    if child.process.returncode:
        raise Failure(
            f"The database could not be prepared (exit code {child.process.returncode}); "
            f"the log is {shown(log)}.\n{tail(log, 12)}"
        )
    (var / "loading").unlink(missing_ok=True)


def schema(urls: services.ServiceUrls) -> str:
    """A name for the database and the tables it should have: changes when a migration is added or edited."""
    total = hashlib.sha256(urls.database_url.encode())
    for path in [*sorted((ROOT / "migrations").rglob("*.py")), ROOT / "app" / "walls.py"]:
        total.update(path.name.encode() + path.read_bytes())
    return total.hexdigest()


def prepared_for(var: Path) -> str:
    """What `schema` was when the database was last brought up to date; empty when it never was."""
    try:
        return (var / "prepared").read_text()
    except OSError:
        return ""


def web_server(port: int) -> list[str]:
    """What Python runs as the web server: two workers did best on two cores.

    Threads, because browsers talk to it directly: they open connections ahead of need, and two such idle ones
    would keep both workers waiting until they are killed. Behind nginx, which waits for them, sync workers do.
    """
    return [
        *("gunicorn", "wsgi:app"),
        *("--bind", f"{HOST}:{port}", "--workers", "2", "--worker-class", "gthread", "--threads", "4"),
        *("--graceful-timeout", "3", "--no-control-socket"),
    ]


def is_healthy(port: int) -> bool:
    """Whether the application answers and says that it is well."""
    connection = http.client.HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def watch(supervisor: Supervisor) -> None:
    """Wait until somebody asks to stop, which is StopRequested.

    Nothing is lost when Redis, the worker or the scheduler dies, so they are started again. The web server
    or PostgreSQL dying is a Failure.
    """
    while True:
        time.sleep(0.25)
        dead = supervisor.first_dead()
        if dead is None:
            continue
        if dead.name not in REVIVED:
            raise Failure(describe_death(dead))
        say(f"{dead.name} ended; it is started again.")
        time.sleep(REVIVE_SECONDS)
        supervisor.revive(dead)


@contextlib.contextmanager
def state_file(var: Path, port: int, urls: services.ServiceUrls) -> Iterator[None]:
    """Tell other commands, such as `./dev shell`, where the running demo's services are."""
    path = var / "run" / "demo.json"
    text = {"pid": os.getpid(), "port": port} | asdict(urls)
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(text, file)
    try:
        yield
    finally:
        with held():
            path.unlink(missing_ok=True)


def logins_table(path: Path) -> str:
    """The demo logins as aligned columns, or a sentence when there are none."""
    try:
        logins = json.loads(path.read_text())
    except (OSError, ValueError):
        return f"There are no demo logins in {shown(path)}; --reset makes a new demo school."
    head = ("role", "name", "sign in with", "password", "campus")
    rows = [
        (
            str(login.get("role", "")).replace("_", " "),
            str(login.get("name", "")),
            str(login.get("email") or login.get("phone") or ""),
            str(login.get("password", "")),
            str(login.get("campus") or ""),
        )
        for login in logins
    ]
    widths = [max(_width(row[column]) for row in [head, *rows]) for column in range(len(head))]
    return "\n".join(
        "  ".join(
            cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in [head, *rows]
    )


def _width(text: str) -> int:
    """Columns a text takes in a terminal: marks that join the letter before them take none."""
    return sum(unicodedata.category(character) not in ("Mn", "Cf") for character in text)
