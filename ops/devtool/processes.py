"""Children of the tool that never outlive it, whichever way it ends.

Three nets, one below the other: the supervisor stops what it started when its block is left; the
kernel signals the children when the tool is killed outright (Linux); and a file of process ids lets
the next start stop what a killed tool left behind on other systems.
"""

from __future__ import annotations

import contextlib
import ctypes
import functools
import json
import os
import pwd
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import psutil

from ops.devtool.console import Failure, shown, tail

PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


class StopRequested(BaseException):
    """Somebody asked the tool to end: Ctrl-C, TERM, or the terminal closed."""

    def __init__(self, signum: int) -> None:
        super().__init__(signum)
        self.signum = signum


class _Signals:
    """Whether a request to stop may interrupt right now, and one that had to wait."""

    depth = 0
    pending: int | None = None


def catch_signals() -> None:
    """From now on INT, TERM and HUP raise StopRequested in the main thread, or wait while held()."""
    for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(signum, _on_signal)


def _on_signal(signum: int, _frame: FrameType | None) -> None:
    if _Signals.depth:
        _Signals.pending = signum
        return
    raise StopRequested(signum)


@contextlib.contextmanager
def held(*, forget: bool = False) -> Iterator[None]:
    """Let requests to stop wait until the block is done; with `forget` they are dropped.

    Between starting a child and writing it down an interruption would lose the child.
    """
    _Signals.depth += 1
    try:
        yield
    finally:
        _Signals.depth -= 1
        if not _Signals.depth:
            waiting, _Signals.pending = _Signals.pending, None
            if waiting is not None and not forget:
                raise StopRequested(waiting)


@dataclass(frozen=True)
class Child:
    """One started process: what a person calls it, and where it writes its log."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path | None
    stop_signal: int
    stage: int
    again: Callable[[], Child]
    """Starts the same program with the same options once more."""


class Supervisor:
    """Starts processes and stops them all on leaving its block, the latest stage first."""

    SERVICES = 0
    """PostgreSQL and Redis: stopped last, the others still need them."""
    APPLICATION = 1
    """Web server, worker, scheduler and one-off commands."""
    GRACE = 4.0
    """Seconds a child has between being asked to stop and being killed."""

    def __init__(self, record: Path | None = None) -> None:
        """`record` is the file of process ids for the next start; None where nobody will look."""
        self._record = record
        self._children: list[Child] = []

    def __enter__(self) -> Supervisor:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.stop_all()

    def spawn(
        self,
        name: str,
        argv: Sequence[str | Path],
        *,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        log: Path | None = None,
        stop_signal: int = signal.SIGTERM,
        stage: int = APPLICATION,
        user: str | None = None,
        foreground: bool = False,
    ) -> Child:
        """Start a child in a session of its own, so that Ctrl-C reaches the tool alone.

        Output goes to `log`, which is begun afresh, or nowhere; with `foreground` to the terminal, which
        the child then shares. Raises Failure when it cannot be run.
        """
        with held(), open(log or os.devnull, "wb") as output:
            try:
                process = subprocess.Popen(
                    [str(part) for part in argv],
                    env=None if env is None else dict(env),
                    cwd=cwd,
                    stdin=None if foreground else subprocess.DEVNULL,
                    stdout=None if foreground else output,
                    stderr=None if foreground else subprocess.STDOUT,
                    start_new_session=not foreground,
                    user=user,
                    group=None if user is None else pwd.getpwnam(user).pw_gid,
                    extra_groups=None if user is None else [],
                    preexec_fn=_follow_parent(stop_signal),
                )
            except OSError as error:
                raise Failure(f"{name} could not be started: {error.strerror}.") from error
            again = functools.partial(
                self.spawn,
                name,
                argv,
                env=env,
                cwd=cwd,
                log=log,
                stop_signal=stop_signal,
                stage=stage,
                user=user,
            )
            child = Child(name, process, log, stop_signal, stage, again)
            self._children.append(child)
            self._write_record()
        return child

    def run(self, name: str, argv: Sequence[str | Path], **options: object) -> Child:
        """Start a child and wait until it ends. It can be interrupted at any time."""
        child = self.spawn(name, argv, **options)  # type: ignore[arg-type]  # same options as spawn
        child.process.wait()
        self.forget(child)
        return child

    def attend(self, name: str, argv: Sequence[str | Path], **options: object) -> int:
        """Run a program on the terminal in the foreground and return its exit code.

        It shares the terminal's Ctrl-C with the tool: it may finish its own way within the grace time.
        """
        child = self.spawn(name, argv, foreground=True, **options)  # type: ignore[arg-type]  # as spawn
        try:
            code = child.process.wait()
        except StopRequested as request:
            if request.signum == signal.SIGINT:
                with held(), contextlib.suppress(subprocess.TimeoutExpired):
                    child.process.wait(self.GRACE)
            raise
        self.forget(child)
        return code if code >= 0 else 128 - code

    def first_dead(self) -> Child | None:
        """A child that ended although nobody asked it to, or None."""
        return next((child for child in self._children if child.process.poll() is not None), None)

    def revive(self, child: Child) -> None:
        """Start a child that ended once more."""
        with held():
            self.forget(child)
            child.again()

    def wait_for(self, ready: Callable[[], bool], what: str, seconds: float) -> None:
        """Wait until `ready()` is true. Raises Failure when a child dies meanwhile or the time is up."""
        deadline = time.monotonic() + seconds
        while not ready():
            dead = self.first_dead()
            if dead is not None:
                raise Failure(describe_death(dead))
            if time.monotonic() > deadline:
                raise Failure(f"{what} was not ready after {seconds:.0f} seconds.")
            time.sleep(0.03)

    def stop(self, *children: Child) -> None:
        """Ask the children to stop, and kill what is left of them and theirs after the grace time."""
        with held():
            families = [member for child in children for member in _family(child.process.pid)]
            for child in children:
                if child.process.poll() is None:
                    child.process.send_signal(child.stop_signal)
            deadline = time.monotonic() + self.GRACE
            for child in children:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    child.process.wait(max(0.0, deadline - time.monotonic()))
            _, alive = psutil.wait_procs(families, max(0.05, deadline - time.monotonic()))
            for member in alive:
                with contextlib.suppress(psutil.NoSuchProcess):
                    member.kill()
            for child in children:
                child.process.wait()
                self.forget(child)

    def stop_stage(self, stage: int) -> None:
        """Stop every child of one stage, side by side."""
        with held():
            self.stop(*[child for child in self._children if child.stage == stage])

    def stop_all(self) -> None:
        """Stop everything; further requests to stop change nothing about it."""
        with held(forget=True):
            self.stop_stage(self.APPLICATION)
            self.stop_stage(self.SERVICES)
            if self._record is not None:
                self._record.unlink(missing_ok=True)

    def forget(self, child: Child) -> None:
        """Take a child that has ended off the list."""
        with held():
            if child in self._children:
                self._children.remove(child)
                self._write_record()

    def _write_record(self) -> None:
        if self._record is None:
            return
        rows = []
        for child in self._children:
            with contextlib.suppress(psutil.NoSuchProcess):
                rows.append([child.process.pid, psutil.Process(child.process.pid).create_time()])
        fresh = self._record.with_suffix(".new")
        fresh.write_text(json.dumps(rows))
        fresh.replace(self._record)


def stop_leftovers(record: Path, seconds: float = 10.0) -> None:
    """Stop the processes that a killed tool wrote down. A reused id is left alone."""
    try:
        rows = json.loads(record.read_text())
    except (OSError, ValueError):
        return
    leftovers: list[psutil.Process] = []
    for pid, created in rows:
        with contextlib.suppress(psutil.NoSuchProcess):
            process = psutil.Process(pid)
            if abs(process.create_time() - created) < 0.01:
                leftovers += _family(pid)
    for process in leftovers:
        with contextlib.suppress(psutil.NoSuchProcess):
            # INT is a fast shutdown to PostgreSQL, where TERM would wait for its clients.
            process.send_signal(signal.SIGINT if process.name() == "postgres" else signal.SIGTERM)
    _, alive = psutil.wait_procs(leftovers, seconds)
    for process in alive:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(alive, 3)
    record.unlink(missing_ok=True)


def describe_death(child: Child) -> str:
    """One sentence about a child that ended on its own, with the last lines of its log below."""
    code = child.process.poll()
    how = f"exit code {code}" if code is None or code >= 0 else f"signal {-code}"
    where = f"; the log is {shown(child.log)}" if child.log else ""
    text = f"{child.name} ended unexpectedly ({how}){where}."
    last = tail(child.log) if child.log else ""
    return f"{text}\n{last}" if last else text


def _family(pid: int) -> list[psutil.Process]:
    """The process and all its descendants, those that still live."""
    try:
        parent = psutil.Process(pid)
        return [parent, *parent.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _follow_parent(death_signal: int) -> Callable[[], None] | None:
    """What a child does before its program starts, so that the kernel ends it with the tool."""
    if _LIBC is None:
        return None
    libc, parent = _LIBC, os.getpid()

    def follow() -> None:
        libc.prctl(PR_SET_PDEATHSIG, death_signal)
        if os.getppid() != parent:  # the tool ended before the line above took effect
            os._exit(1)

    return follow
