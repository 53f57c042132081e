"""`./dev attack`: sqlmap over everything that a demo school of its own takes from outside.

A line for each target, then the verdict. It fails where something is found, where an answer was a 500, and where the
views with a hole beside the pages were not found: an attack that finds nothing anywhere proves nothing.
"""

from __future__ import annotations

import argparse
import logging
import re
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import structlog
from flask import Flask

from ops.attack import sqlmap
from ops.attack.sqlmap import Effort, Verdict
from ops.attack.targets import Person, Target, count_parameters, find_targets, missing_routes
from ops.browse.installation import Installation, Login, installed
from ops.devtool.console import complain, say
from ops.devtool.processes import Child, Supervisor

AT_ONCE = 2
_ANSWER = re.compile(r"\broute=([\w.]+) status=(\d+)")
ROLES = ("admin", "principal", "admissions_officer", "teacher", "accountant", "editor", "guardian", "student")


@dataclass
class _Call:
    target: Target
    child: Child
    began: float


@dataclass
class Attack:
    """What is going on and what came of it."""

    app: Flask
    school: Installation
    sqlmap: str
    effort: Effort
    seconds: float
    """For one target."""
    until: float
    folder: Path
    supervisor: Supervisor
    results: dict[Target, Verdict] = field(default_factory=dict)
    running: list[_Call] = field(default_factory=list)
    answers: Counter[tuple[str, int]] = field(default_factory=Counter)
    _read: int = 0

    def run(self, targets: Sequence[Target]) -> None:
        """Attack each, two at a time; those that take something away from the others one by one at the end."""
        for target in targets:
            self._wait(1 if target.is_last else AT_ONCE)
            if time.monotonic() > self.until:
                self.results[target] = Verdict.UNTRIED
                continue
            self._begin(target)
        self._wait(1)

    def _begin(self, target: Target) -> None:
        # Signed in anew each time: what was attacked before may have signed this person out.
        person = Person(self.app, self.school.login(target.role) if target.role else None)
        number = len(self.results) + len(self.running)
        folder = self.folder / str(number)
        command = sqlmap.command(self.sqlmap, self.school.url, target, person, self.effort, folder)
        child = self.supervisor.spawn(
            "sqlmap",
            command,
            env={"HOME": str(self.folder), "PATH": "/usr/bin:/bin"},
            cwd=self.folder,
            log=folder.with_suffix(".log"),
        )
        self.running.append(_Call(target, child, time.monotonic()))

    def _wait(self, most: int) -> None:
        """Until fewer than `most` are running."""
        while len(self.running) >= most:
            for call in [*self.running]:
                taken = time.monotonic() - call.began
                if (
                    call.child.process.poll() is not None
                    or taken > self.seconds
                    or time.monotonic() > self.until
                ):
                    self._end(call, taken)
            time.sleep(0.1)  # two processes are watched at once

    def _end(self, call: _Call, taken: float) -> None:
        ended = call.child.process.poll() is not None
        self.supervisor.stop(call.child)
        self.running.remove(call)
        log = call.child.log
        text = log.read_text(errors="replace") if log else ""
        found = sqlmap.verdict(text)
        if found is Verdict.UNTRIED and not ended:
            found = Verdict.OUT_OF_TIME
        target = call.target
        self.results[target] = found
        self._read_answers()
        answers = " ".join(
            f"{status}:{count}"
            for (route, status), count in sorted(self.answers.items())
            if route == target.endpoint
        )
        what = ",".join(target.names) or target.url
        place = f"{target.endpoint:<34} {target.place:<7} {target.role or 'visitor':<18}"
        say(f"{found:<11} {place} {taken:4.0f} s  {answers}  {what}")
        if found in (Verdict.FOUND, Verdict.UNTRIED) and not target.is_bait:
            complain(f"    {sqlmap.told(text)}")

    def _read_answers(self) -> None:
        """Count what the server has answered since it was last asked: its own lines say it."""
        with (self.school.var / "log" / "web.log").open(encoding="utf-8", newline="") as log:
            log.seek(self._read)
            for line in log:
                if not line.endswith("\n"):
                    break  # it is still being written
                self._read += len(line.encode())
                said = _ANSWER.search(line)
                if said:
                    self.answers[said[1], int(said[2])] += 1


def main(arguments: list[str]) -> int:
    """Attack once. Returns 1 where something was found, or nothing could have been."""
    given = _parse(arguments)
    began = time.monotonic()
    with Supervisor() as supervisor, tempfile.TemporaryDirectory(prefix="sa-attack-", dir="/tmp") as folder:
        program = sqlmap.ensure_sqlmap(supervisor)
        with installed(application="ops.attack.wsgi") as school:
            app = _application()
            targets = find_targets(app, _logins(school))
            chosen = [
                each for each in targets if each.is_bait or not given.routes or _is_asked(each, given.routes)
            ]
            took = time.monotonic() - began
            say(f"{len(chosen)} targets, {count_parameters(chosen)} parameters, found in {took:.0f} s")
            say(
                f"No address was found for, or nothing is asked by: {', '.join(missing_routes(app, targets))}"
            )
            attack = Attack(
                app, school, program, Effort(given.level, given.risk), given.seconds,
                time.monotonic() + given.minutes * 60, Path(folder), supervisor,
            )  # fmt: skip
            attack.run(chosen)
            return _close(attack, time.monotonic() - began)


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser("./dev attack", description="sqlmap over a demo school of its own.")
    parser.add_argument("routes", nargs="*", help="parts of the names of routes; all when none is given")
    parser.add_argument("--level", type=int, default=2, choices=range(1, 6), help="sqlmap's own (2)")
    parser.add_argument("--risk", type=int, default=2, choices=range(1, 4), help="sqlmap's own (2)")
    parser.add_argument("--seconds", type=float, default=120, help="for one target (120)")
    parser.add_argument("--minutes", type=float, default=60, help="for all (60)")
    return parser.parse_args(arguments)


def _application() -> Flask:
    """The attacked application once more, inside this process and silent, to find its way about it."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    from ops.attack.wsgi import app

    return app


def _logins(school: Installation) -> list[Login]:
    known = {login.role for login in school.logins}
    return [school.login(role) for role in ROLES if role in known]


def _is_asked(target: Target, routes: Sequence[str]) -> bool:
    return any(part in target.endpoint for part in routes)


def _close(attack: Attack, seconds: float) -> int:
    """Say what came of it and return the exit code."""
    baits = [target for target in attack.results if target.is_bait]
    missed = [target for target in baits if attack.results[target] is not Verdict.FOUND]
    own = Counter(verdict for target, verdict in attack.results.items() if not target.is_bait)
    broken = {
        route: count
        for (route, status), count in attack.answers.items()
        if status == 500 and not route.startswith("bait.")
    }
    say("")
    say(f"{sum(attack.answers.values())} requests in {seconds / 60:.0f} minutes")
    say(f"holes put there: {len(baits) - len(missed)} of {len(baits)} found")
    say(", ".join(f"{verdict}: {own[verdict]}" for verdict in Verdict))
    for target, verdict in attack.results.items():
        if verdict is Verdict.UNTRIED:
            complain(f"not tried: {target.endpoint} {target.place}")
    for target in missed:
        complain(f"not found, although it is open: {target.endpoint} {target.place}")
    for route, count in broken.items():
        complain(f"answered 500: {route}, {count} times")
    return 1 if missed or not baits or broken or own[Verdict.FOUND] else 0
