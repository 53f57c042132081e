"""`./dev bench scale`: every page at the demo's 600 students and at 20,000 with four million marks.

    ./dev bench scale [STUDENTS] [MARKS]

Each page is asked by everybody for whom the walls read differently, by one client through nginx, as in `core`:
median, 95th percentile, statements, bytes. Then how many people sign in within a second, and what the register
reaches beside a bare view in the same arrangement and the same run.

A page may not take more statements because the school is larger, nor more than 50 ms in 95 of 100 cases.
"""

from __future__ import annotations

import os
import sys
from contextlib import ExitStack
from dataclasses import dataclass, field

from sqlalchemy import Connection, create_engine, text

from app import create_app
from app.cli.demo_data.growing import MARKS, STUDENTS
from app.domain.accounts.passwords import hash_password
from ops.bench.kit.asking import Client, requests_a_second, sign_ins_a_second
from ops.bench.kit.everypage import SENT, Page, every_page, prepare
from ops.bench.kit.proxy import proxied
from ops.bench.kit.report import Report
from ops.bench.kit.traffic import KB
from ops.browse.installation import Installation, served
from ops.devtool.console import ROOT, Failure, tail
from ops.devtool.processes import Supervisor
from ops.devtool.testing import cores

PAGE_TIME = 50
ASKED = 40
"""Requests with a watch for each page and reader: there are hundreds of them."""
SIGN_INS, CLIENTS = 200, 4
"""All from one address, which may try 600 times within five minutes."""
PASSWORD = "river-lantern-4711"  # noqa: S105  # pragma: allowlist secret - of people who do not exist
SHARE_OF_BARE = 80
"""Percent of what a bare view with six statements reaches."""
LEAST_REQUESTS = 500
ROUNDS, ROUND_SECONDS = 3, 4


def main(arguments: list[str]) -> int:
    """Measure at both sizes. Returns 1 where a budget is missed."""
    students = int(arguments[0]) if arguments else STUDENTS
    marks = int(arguments[1]) if len(arguments) > 1 else MARKS
    report = Report()
    with served() as school:
        report.head()
        report.tell("machine.busy", 100 * os.getloadavg()[0] / cores(), "%")
        sizes = _Sizes(report, school)
        sizes.measure("600", None)
        grow(school, students, marks)
        sizes.measure(str(students), PAGE_TIME)
    return report.close()


def grow(school: Installation, students: int, marks: int) -> None:
    """Run the command that grows the demo school. Raises Failure with the end of its log."""
    log = school.var / "log" / "grow.log"
    command = [sys.executable, "-m", "flask", "demo", "grow"]
    command += ["--students", str(students), "--marks", str(marks)]
    with Supervisor() as supervisor:
        child = supervisor.run(
            "Growing the school", command, env=os.environ | school.environment, cwd=ROOT, log=log
        )
    if child.process.returncode:
        raise Failure(f"The school could not be grown.\n{tail(log, 12)}")
    print(log.read_text(), end="")


def _let_in(connection: Connection) -> list[tuple[str, str]]:
    """Give some guardians a password; one hash for all of them, which costs the server the same each time."""
    hashed = hash_password(PASSWORD)
    found = connection.scalars(
        text(
            "UPDATE users SET password_hash = :hash WHERE id IN"
            " (SELECT id FROM users WHERE email IS NULL AND password_hash IS NULL ORDER BY id LIMIT :most)"
            " RETURNING phone"
        ),
        {"hash": hashed, "most": SIGN_INS},
    )
    return [(phone, PASSWORD) for phone in found]


@dataclass
class _Sizes:
    report: Report
    school: Installation
    statements: dict[tuple[str, str | None], int] = field(default_factory=dict)
    """What each page took at the first size."""

    def measure(self, size: str, budget: float | None) -> None:
        """Every page, the door and the register. Without a budget the figures are told, and kept to compare."""
        people = {login.role: login.identifier for login in reversed(self.school.logins)}
        owner = create_engine(os.environ.get("OWNER_DATABASE_URL") or os.environ["DATABASE_URL"])
        app = create_app()
        with ExitStack() as stack:
            stack.callback(owner.dispose)
            with owner.begin() as connection:
                pages = list(every_page(app, prepare(connection, people)))
                accounts = _let_in(connection)
            url = stack.enter_context(proxied(self.school))
            clients = {role: self._client(url, role) for role in {page.role for page in pages}}
            for page in pages:
                self._ask(clients[page.role], page, size, budget)
            rate = sign_ins_a_second(url, accounts, CLIENTS)
            self.report.tell(f"{size}/sign-in.rate", rate, "/s")
            register = next(
                page for page in pages if page.name == "attendance.register" and page.role == "teacher"
            )
            bare = stack.enter_context(proxied(self.school, "ops.bench.kit.bare:app"))
            race(
                self.report,
                size,
                url + (register.path or ""),
                clients["teacher"],
                bare,
                is_kept=budget is not None,
            )

    def _client(self, url: str, role: str | None) -> Client:
        client = Client(url)
        if role is None:
            client.ask("GET", f"/en/apply/{SENT}")  # whoever has the private link may see the status
        else:
            login = self.school.login(role)
            client.sign_in(login.identifier, login.password)
        return client

    def _ask(self, client: Client, page: Page, size: str, budget: float | None) -> None:
        name = f"{size}/{page.name}.{page.role or 'visitor'}"
        if page.path is None:
            self.report.failed(name, "nobody has said what stands in its address")
            return
        client.connection.close()  # nginx has dropped it where others were measured for long
        status, _, received = client.ask("GET", page.path)
        if status != 200:
            self.report.failed(name, f"answered {status}")
            return
        statements, key = client.statements(page.path), (page.name, page.role)
        times = client.times(page.path, ASKED)
        self.report.tell(f"{name}.bytes", received / KB, "KB")
        self.report.tell(f"{name}.p50", times.median, "ms")
        if budget is None:
            self.statements[key] = statements
            self.report.tell(f"{name}.p95", times.p95, "ms")
            self.report.tell(f"{name}.statements", statements, "")
        else:
            self.report.most(f"{name}.p95", times.p95, budget, "ms")
            self.report.most(f"{name}.statements", statements, self.statements.get(key, statements), "")


def race(report: Report, name: str, register: str, client: Client, bare: str, *, is_kept: bool) -> None:
    """The register and the bare views in turns, so that whoever else uses the machine slows all of them.

    `is_kept`: whether the figures are held against what is promised, else they are told.
    """
    cookies = "; ".join(f"{each.key}={each.value}" for each in client.cookies.values())
    reached: dict[str, list[float]] = {"register": [], "six": [], "one": []}
    for _ in range(ROUNDS):
        for which, url, sent in (
            ("register", register, cookies),
            ("six", f"{bare}/six", ""),
            ("one", f"{bare}/one", ""),
        ):
            rate = requests_a_second(url, sent, seconds=ROUND_SECONDS)
            if rate is None:
                report.failed(f"{name}/register.share-of-bare", "wrk is not installed")
                return
            reached[which].append(rate)
    mean = {which: sum(rates) / ROUNDS for which, rates in reached.items()}
    for which, rate in mean.items():
        report.tell(f"{name}/{which}.requests-a-second", rate, "/s")
    report.tell(f"{name}/register.share-of-bare-with-one", 100 * mean["register"] / mean["one"], "%")
    share = 100 * mean["register"] / mean["six"]
    if is_kept:
        report.least(f"{name}/register.share-of-bare-with-six", share, SHARE_OF_BARE, "%")
        report.least(f"{name}/register.least", mean["register"], LEAST_REQUESTS, "/s")
    else:
        report.tell(f"{name}/register.share-of-bare-with-six", share, "%")
