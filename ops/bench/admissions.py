"""`./dev bench admissions`: the first day of an intake, what the pages of the form weigh, and the officer's desk.

    ./dev bench admissions [APPLICATIONS] [AT_ONCE]

So many applications with two papers each come from so many families at a time, through nginx, while the worker
checks the papers. Every one that was thanked for must be there afterwards, whole, once. Then an officer works on a
queue of 5,000: its filters, a record, an act on 500 and its undoing. With 0 applications only that is measured.
"""

from __future__ import annotations

import os
import re
import sys
import time
from contextlib import suppress
from html import unescape
from urllib.parse import urlencode

import brotli  # type: ignore[import-untyped]  # it carries no types
from sqlalchemy import Engine, create_engine, text

from ops.bench.kit.asking import Client
from ops.bench.kit.crowd import gather
from ops.bench.kit.families import Times, open_the_doors
from ops.bench.kit.proxy import proxied
from ops.bench.kit.redis import until
from ops.bench.kit.report import Report
from ops.bench.kit.traffic import KB
from ops.bench.kit.visitors import Counts, Visitor
from ops.browse.installation import Installation, served
from ops.devtool.console import ROOT, say
from ops.devtool.processes import Supervisor

APPLICATIONS, AT_ONCE = 3_000, 300
FIRST, AGAIN = 12, 4
"""KB of a page of the form on a first visit beyond what all pages share, and later."""
QUEUED = 5_000
DESK_TIME = 50
"""ms for a page of the desk in 95 of 100 cases."""
ACT_TIME = 5_000
"""ms for each step of an act on 500."""
QUEUE = "/admissions/applications/"
DESK = {
    "queue": QUEUE,
    "queue.last": f"{QUEUE}?page=100",
    "queue.state": f"{QUEUE}?status=submitted",
    "queue.found": f"{QUEUE}?q=child+4711",
    "queue.second": f"{QUEUE}?doubt=second",
    "queue.family": f"{QUEUE}?doubt=family",
    "queue.papers": f"{QUEUE}?papers=open",
}
CHECKED_WITHIN = 1_200
"""Seconds that the worker may need for all papers after the last family has gone."""


def main(arguments: list[str]) -> int:
    """Measure once. Returns 1 where something was lost, doubled or refused."""
    applications = int(arguments[0]) if arguments else APPLICATIONS
    at_once = int(arguments[1]) if len(arguments) > 1 else AT_ONCE
    report = Report()
    with served() as school:
        report.head()
        owner = create_engine(os.environ.get("OWNER_DATABASE_URL") or os.environ["DATABASE_URL"])
        if applications:
            _open(report, school, owner, applications, at_once)
        measure_desk(report, school, owner)
        owner.dispose()
    return report.close()


def _open(report: Report, school: Installation, owner: Engine, applications: int, at_once: int) -> None:
    """The first day."""
    with Supervisor() as supervisor:
        before = _counts(owner)
        _spawn_worker(supervisor, school)
        with proxied(school, "wsgi:app") as url:  # which believes the proxy whose address a family has
            began = time.perf_counter()
            counts, times = open_the_doors(url, applications, at_once)
            took = time.perf_counter() - began
            weigh(report, url, times)
        report.tell("opening.applications", applications, "")
        report.tell("opening.at-once", at_once, "")
        report.tell("opening.requests", counts.requests, "")
        report.tell("opening.took", took * 1000, "ms")
        report.tell("opening.applications-a-minute", len(times.references) / took * 60, "")
        _tell_times(report, times)
        report.most("opening.faults", len(times.faults) + len(counts.faults), 0, "")
        for fault in [*times.faults, *counts.faults][:10]:
            say(f"  {fault}")
        report.most("opening.not-answered", counts.dropped, 0, "")
        report.least("opening.thanked", len(set(times.references)), applications, "")
        _compare(report, owner, before, times)


def measure_desk(report: Report, school: Installation, owner: Engine) -> None:
    """The desk of an officer with 5,000 applications: each page by one client through nginx."""
    officer = school.login("admissions_officer")
    gather(owner, officer.identifier, QUEUED)
    with proxied(school) as url:
        client = Client(url)
        client.sign_in(officer.identifier, officer.password)
        _, page, _ = client.ask("GET", QUEUE, **{"Accept-Encoding": "identity"})
        record = re.search(rb'href="([^"?]*/applications/[0-9a-f-]{36})', page)
        for name, path in {**DESK, "record": record.group(1).decode() if record else ""}.items():
            statements, times = client.statements(path), client.times(path)
            report.tell(f"desk.{name}.p50", times.median, "ms")
            report.most(f"desk.{name}.p95", times.p95, DESK_TIME, "ms")
            report.tell(f"desk.{name}.statements", statements, "")
        _act_on_many(report, client)


def _act_on_many(report: Report, client: Client) -> None:
    """Look what an act on 500 will do, do it, and take it back, as a browser without script."""
    _, page, _ = client.ask("GET", QUEUE, **{"Accept-Encoding": "identity"})
    rows: list[tuple[str, str]] = []
    for number in range(1, 11):
        _, more, _ = client.ask("GET", f"{QUEUE}?page={number}", **{"Accept-Encoding": "identity"})
        rows += [("row", key.decode()) for key in re.findall(rb'name="row" value="([^"]+)"', more)]
    asked = [
        *_hidden(page, b"bulk"),
        ("act", "waitlisted"),
        ("text", "Every seat is taken."),
        ("officer_id", ""),
        *rows,
    ]
    preview = _send(report, client, "preview", f"{QUEUE}bulk", asked)
    done = _send(report, client, "do", f"{QUEUE}bulk/do", _hidden(preview, b"bulk/do"))
    back = re.search(rb'action="([^"]*/undo)"', done)
    _send(report, client, "undo", back.group(1).decode() if back else "", _hidden(done, b"/undo"))


def _send(report: Report, client: Client, name: str, path: str, fields: list[tuple[str, str]]) -> bytes:
    """Send a form and read the page it leads to, with a watch."""
    kind = {"Content-Type": "application/x-www-form-urlencoded", "Accept-Encoding": "identity"}
    began = time.perf_counter()
    status, page, _ = client.ask("POST", path, urlencode(fields), **kind)
    report.most(f"desk.many.{name}", (time.perf_counter() - began) * 1000, ACT_TIME, "ms")
    if status == 303:
        _, page, _ = client.ask("GET", client.led_to, **{"Accept-Encoding": "identity"})
    elif status != 200:
        report.failed(f"desk.many.{name}.answer", f"answered {status}")
    return page


def _hidden(page: bytes, action: bytes) -> list[tuple[str, str]]:
    """The hidden fields of the first form that is sent to such an address."""
    form = re.search(rb'<form[^>]*action="[^"]*' + action + rb'[^"]*"[^>]*>.*?</form>', page, re.DOTALL)
    found = re.findall(rb'<input type="hidden" name="([^"]+)" value="([^"]*)"', form.group() if form else b"")
    return [(name.decode(), unescape(value.decode())) for name, value in found]


def _spawn_worker(supervisor: Supervisor, school: Installation) -> None:
    for name, act in (("The worker", "worker"), ("The scheduler", "schedule")):
        supervisor.spawn(
            name,
            [sys.executable, "-m", "flask", "jobs", act],
            env=os.environ | school.environment,
            cwd=ROOT,
            log=school.var / "log" / f"{act}.log",
        )


def _tell_times(report: Report, times: Times) -> None:
    """Percentiles of all requests, of the page that was slowest, and of whole applications."""
    every = sorted(each for page in times.pages.values() for each in page)
    for percent in (50, 95, 99):
        report.tell(f"opening.request.p{percent}", _percentile(every, percent), "ms")
    report.tell("opening.request.slowest", every[-1] if every else 0, "ms")
    slowest = max(times.pages, key=lambda name: _percentile(sorted(times.pages[name]), 99))
    report.tell(f"opening.slowest-page.{slowest}.p99", _percentile(sorted(times.pages[slowest]), 99), "ms")
    for percent in (50, 99):
        report.tell(f"opening.application.p{percent}", _percentile(sorted(times.whole), percent), "ms")


def weigh(report: Report, url: str, times: Times) -> None:
    """What each page weighs, packed: itself, and with the scripts that no other page of the site has."""
    visitor = Visitor(url, Counts(), "bn")
    for name, body in times.bodies.items():
        size = _packed(body)
        own = [visitor.ask(path) for path in sorted(times.scripts[name])]
        scripts = sum(_packed(each.body) for each in own if each)
        report.most(f"form.{name}.again", size / KB, AGAIN, "KB")
        report.most(f"form.{name}.first", (size + scripts) / KB, FIRST, "KB")


def _packed(body: str) -> int:
    return len(brotli.compress(body.encode(), quality=5))


def _percentile(ordered: list[float], percent: int) -> float:
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)] if ordered else 0.0


_COUNTS = {
    "sent": "SELECT count(*) FROM admission_applications WHERE status <> 'draft'",
    "papers": "SELECT count(*) FROM application_documents",
    "letters": "SELECT count(*) FROM outbox_messages WHERE kind = 'application.received'",
    "unchecked": "SELECT count(*) FROM files WHERE state = 'quarantined'",
    "refused": "SELECT count(*) FROM files WHERE state = 'refused'",
}


def _counts(owner: Engine) -> dict[str, int]:
    with owner.connect() as connection:
        return {name: int(connection.scalar(text(sql)) or 0) for name, sql in _COUNTS.items()}


def _compare(report: Report, owner: Engine, before: dict[str, int], times: Times) -> None:
    """What is stored beside what was thanked for, once every paper is checked."""
    began = time.perf_counter()
    with suppress(AssertionError):  # what is still unchecked then is told below
        until(lambda: _counts(owner)["unchecked"] <= before["unchecked"], seconds=CHECKED_WITHIN)
    now = _counts(owner)
    thanked = len(times.references)
    report.tell("opening.checked-after", (time.perf_counter() - began) * 1000, "ms")
    report.most("opening.papers-unchecked", now["unchecked"] - before["unchecked"], 0, "")
    report.most("opening.papers-refused", now["refused"] - before["refused"], 0, "")
    report.most("opening.lost-or-doubled", abs(now["sent"] - before["sent"] - thanked), 0, "")
    report.most("opening.papers-missing", abs(now["papers"] - before["papers"] - 2 * thanked), 0, "")
    report.most("opening.letters-missing", abs(now["letters"] - before["letters"] - thanked), 0, "")
    with owner.connect() as connection:
        kept = set(connection.scalars(text("SELECT reference FROM admission_applications")))
    report.most("opening.references-unknown", len(set(times.references) - kept), 0, "")
