"""`./dev bench attendance`: what a register costs a tablet and the server, on good lines, bad ones and none.

    ./dev bench attendance [STUDENTS] [MARKS] [BREAKS]

The demo school grows to so many students and marks (with 0 it stays as it is). Then: the bytes of the register, of a
tap and of a whole class over TLS and HTTP/2, counted on the wire; the register on 50 kbit/s with 500 ms and 2 % loss;
its statements, times and requests a second; eight o'clock, when all teachers open and save within five minutes; reports
over a year; and tablets whose lines break so many times, held against what is stored.
"""

from __future__ import annotations

import os
import re
import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import Engine, create_engine, text

from app.cli.demo_data.growing import MARKS, STUDENTS
from app.domain.accounts.passwords import hash_password
from ops.bench.kit.asking import Client
from ops.bench.kit.pages import REGISTERS, find
from ops.bench.kit.proxy import proxied
from ops.bench.kit.relay import Condition, Relay, relayed
from ops.bench.kit.report import Report
from ops.bench.kit.tablets import drill
from ops.bench.kit.traffic import KB
from ops.bench.scale import PASSWORD, grow, race
from ops.browse import acts
from ops.browse.chromium import TABLET, chromium
from ops.browse.installation import Installation, served
from ops.devtool.console import say
from ops.devtool.testing import cores

BREAKS = 10_000
PAGE_BYTES, TAP_BYTES, CLASS_BYTES = 8 * KB, 700, 1.5 * KB
STATEMENTS, MEDIAN, P95 = 6, 5, 30
A_SECOND = 20
VILLAGE = Condition(round_trip=0.5, bits=50_000, loss=0.02)
LONGEST_WAIT = 2_000
"""ms that a teacher on the village's line waits for anything."""
SECTIONS, WITHIN = 400, 300
"""At eight: registers, and the seconds in which they are opened and saved."""
MORNING_P95 = 200
REPORT_TIME = 1_000


def main(arguments: list[str]) -> int:
    """Measure once. Returns 1 where a budget is missed, or a tap is lost, doubled or overwritten."""
    students, marks, breaks = (
        int(arguments[place]) if len(arguments) > place else usual
        for place, usual in enumerate((STUDENTS, MARKS, BREAKS))
    )
    report = Report()
    with served() as school:
        report.head()
        report.tell("machine.busy", 100 * os.getloadavg()[0] / cores(), "%")
        if students:
            grow(school, students, marks)
        owner = create_engine(os.environ.get("OWNER_DATABASE_URL") or os.environ["DATABASE_URL"])
        # A worker is fetched by the browser itself, which asks no context whether a certificate of our own will do.
        with chromium(flags=("--ignore-certificate-errors",)) as browser:
            on_the_wire(report, browser, school)
        with proxied(school) as url:
            speed(report, school, url)
            break_lines(report, school, owner, url, breaks)
            reports(report, school, url)
            morning(report, owner, url)  # last: it gives every class teacher another password
        owner.dispose()
    return report.close()


# --- bytes and waiting


def on_the_wire(report: Report, browser: Browser, school: Installation) -> None:
    """A teacher's tablet over TLS and HTTP/2: what the line carries, and how long it takes where the line is bad."""
    with proxied(school, secured=True) as url:
        address = urlsplit(url)
        with (
            relayed(address.hostname or "", address.port or 0) as relay,
            _tablet(browser, relay, school) as page,
        ):
            register = find(page, REGISTERS, r"/attendance/registers/[0-9a-f-]{36}/")
            _weigh(report, relay, page, register)
            _wait(report, relay, page, register)


@contextmanager
def _tablet(browser: Browser, relay: Relay, school: Installation) -> Iterator[Page]:
    base = f"https://127.0.0.1:{relay.port}"
    context: BrowserContext = browser.new_context(base_url=base, ignore_https_errors=True, **TABLET.options())
    page = context.new_page()
    login = school.login("teacher")
    acts.sign_in(page, base, login.identifier, login.password)
    try:
        yield page
    finally:
        context.close()


def _tap(page: Page, number: int, status: str) -> None:
    """Tap, and wait until it is stored."""
    with page.expect_response("**/marks/**"):
        acts.mark(page, number, status)
    _saved(page)


def _saved(page: Page) -> None:
    expect(page.locator("[data-state=saved]")).to_be_visible(timeout=60_000)
    page.wait_for_load_state("networkidle")


def _weigh(report: Report, relay: Relay, page: Page, register: str) -> None:
    page.goto(register, wait_until="networkidle")
    pupils = page.locator(".pupil").count()
    report.tell("register.pupils", pupils, "")
    relay.forget()
    page.evaluate("async (url) => { await (await fetch(url, {cache: 'reload'})).text(); }", register)
    report.tell("register.page.asked", relay.up, "B")
    report.most("register.page.bytes", relay.down / KB, PAGE_BYTES / KB, "KB")
    _tap(page, 2, "absent")  # begins the register, and teaches the line its headers
    relay.forget()
    _tap(page, 3, "absent")
    report.tell("tap.up", relay.up, "B")
    report.tell("tap.down", relay.down, "B")
    report.most("tap.bytes", relay.up + relay.down, TAP_BYTES, "B")
    relay.forget()
    for number in range(5, pupils, 10):
        acts.mark(page, number, "absent")
    page.locator(".dock button.go").click()
    expect(page.locator(".dock button.go")).to_be_hidden()
    _saved(page)
    report.most("class.bytes", (relay.up + relay.down) / KB, CLASS_BYTES / KB, "KB")


def _wait(report: Report, relay: Relay, page: Page, register: str) -> None:
    """The second visit on the village's line, and what a teacher waits for there."""
    page.evaluate("navigator.serviceWorker.ready.then(() => {})")
    page.goto(register, wait_until="networkidle")
    relay.condition = VILLAGE
    # From elsewhere it comes from the tablet; loaded once more it is asked of the school first.
    for name, left in (("second-visit", "about:blank"), ("loaded-again", register)):
        page.goto(left)
        began = time.perf_counter()
        page.goto(register, wait_until="domcontentloaded")
        page.locator(".pupil").first.wait_for()
        report.most(f"village.{name}", (time.perf_counter() - began) * 1000, LONGEST_WAIT, "ms")
    waits = []
    for number in range(6, 16):
        began = time.perf_counter()
        acts.mark(page, number, "late")
        waits.append((time.perf_counter() - began) * 1000)
    report.most("village.tap.longest", max(waits), LONGEST_WAIT, "ms")
    began = time.perf_counter()
    _saved(page)
    report.tell("village.saved-after", (time.perf_counter() - began) * 1000, "ms")
    relay.condition = Condition()


# --- the server


def speed(report: Report, school: Installation, url: str) -> None:
    """The register through nginx: statements, median, 95th percentile at 20 a second, and what two cores reach."""
    client, register = _teacher(url, *_login(school, "teacher"))
    report.most("register.statements", client.statements(register), STATEMENTS, "")
    times = client.times(register)
    report.most("register.median", times.median, MEDIAN, "ms")
    report.most(f"register.p95-at-{A_SECOND}-a-second", _paced(client, register), P95, "ms")
    with proxied(school, "ops.bench.kit.bare:app") as bare:
        race(report, "speed", url + register, client, bare, is_kept=True)


def _login(school: Installation, role: str) -> tuple[str, str]:
    login = school.login(role)
    return login.identifier, login.password


def _teacher(url: str, identifier: str, password: str) -> tuple[Client, str]:
    """Somebody signed in, and the address of their own register."""
    client = Client(url)
    client.sign_in(identifier, password)
    _, page, _ = client.ask("GET", REGISTERS, **{"Accept-Encoding": "identity"})
    found = re.search(rb'href="(/attendance/registers/[0-9a-f-]{36}/)"', page)
    return client, found[1].decode() if found else ""


def _paced(client: Client, path: str, seconds: int = 10) -> float:
    """The 95th percentile (ms) of one page, asked at an even pace."""
    took = []
    due = time.perf_counter()
    for _ in range(A_SECOND * seconds):
        time.sleep(max(0.0, due - time.perf_counter()))
        due += 1 / A_SECOND
        began = time.perf_counter()
        client.get(path)
        took.append((time.perf_counter() - began) * 1000)
    return statistics.quantiles(took, n=20)[-1]


@dataclass
class _Morning:
    """What the teachers of eight o'clock met."""

    times: list[float] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    saved: int = 0


def morning(report: Report, owner: Engine, url: str) -> None:
    """Eight o'clock: every class teacher opens the register, taps who is not there, and finishes."""
    teachers = _class_teachers(owner)
    found, gap = _Morning(), WITHIN * 0.8 / max(1, len(teachers))
    began = time.perf_counter()

    def come(place: int, identifier: str) -> None:
        time.sleep(place * gap)
        _take(found, url, identifier)

    threads = [
        threading.Thread(target=come, args=(place, identifier), daemon=True)
        for place, identifier in enumerate(teachers)
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join(WITHIN)
    report.least("morning.registers", len(teachers), min(SECTIONS, len(teachers)), "")
    report.least("morning.saved", found.saved, len(teachers), "")
    report.most("morning.took", time.perf_counter() - began, WITHIN, "s")
    report.most("morning.faults", len(found.faults), 0, "")
    for fault in found.faults[:10]:
        say(f"  {fault}")
    if len(found.times) > 1:
        report.tell("morning.p50", statistics.median(found.times), "ms")
        report.most("morning.p95", statistics.quantiles(found.times, n=20)[-1], MORNING_P95, "ms")


def _class_teachers(owner: Engine) -> list[str]:
    """The e-mail addresses of class teachers with an account, one a section; all get one password."""
    with owner.begin() as connection:
        return list(
            connection.scalars(
                text(
                    "UPDATE users SET password_hash = :hash WHERE id IN (SELECT DISTINCT u.id FROM sections s"
                    " JOIN staff t ON t.id = s.class_teacher_id JOIN users u ON u.person_id = t.person_id"
                    " JOIN academic_years y ON y.id = s.academic_year_id AND y.is_current"
                    " WHERE u.email IS NOT NULL LIMIT :most) RETURNING email"
                ),
                {"hash": hash_password(PASSWORD), "most": SECTIONS},
            )
        )


def _take(found: _Morning, url: str, identifier: str) -> None:
    try:
        client, register = _teacher(url, identifier, PASSWORD)
        if not register:
            found.faults.append(f"{identifier} has no register")
            return
        page = _timed(found, client, "GET", register)
        html = page.decode(errors="replace")
        marks = _only(r'data-marks="([^"]+)"', html).replace("&amp;", "&")
        token, roster = (
            _only(r'name="csrf_token" value="([^"]+)"', html),
            _only(r'data-register="(\w+)"', html),
        )
        keys = re.findall(r'name="([\w-]{4,22})" value="present"', html)
        now = int(time.time())
        for number, key in enumerate(keys[::10]):
            tap = f"{os.urandom(16).hex()[:22]}.{key}.a.0.{now + number}"
            _timed(found, client, "POST", marks, urlencode({"m": tap, "csrf_token": token}))
        answer = _timed(
            found, client, "POST", marks, urlencode({"done": roster, "at": now, "csrf_token": token})
        )
        found.saved += b'"t":1' in answer
    except (OSError, ValueError) as error:
        found.faults.append(f"{identifier}: {error!r}")


def _timed(found: _Morning, client: Client, method: str, path: str, body: str | None = None) -> bytes:
    headers = {"Accept-Encoding": "identity"}
    if body is not None:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    began = time.perf_counter()
    status, content, _ = client.ask(method, path, body, **headers)
    found.times.append((time.perf_counter() - began) * 1000)
    if status == 303 and method == "GET":  # a section that keeps lessons leads to the one that is due
        return _timed(found, client, method, client.led_to)
    if status != 200:
        raise ValueError(f"{method} {path}: {status} {content[:120]!r}")
    return content


def _only(pattern: str, html: str) -> str:
    found = re.search(pattern, html)
    if found is None:
        raise ValueError(f"the page holds nothing like {pattern}")
    return found[1]


def reports(report: Report, school: Installation, url: str) -> None:
    """The office's reports over a year."""
    client = Client(url)
    client.sign_in(*_login(school, "principal"))
    for name, path in REPORTS.items():
        status, _, _ = client.ask("GET", path)
        if status != 200:
            report.failed(f"report.{name}", f"answered {status}")
            continue
        report.tell(f"report.{name}.statements", client.statements(path), "")
        report.most(f"report.{name}.p95", client.times(path, 10).p95, REPORT_TIME, "ms")


_YEAR = "/attendance/reports/?by={by}"
"""Without dates a report is of the school year so far."""
REPORTS = {
    "pupils": _YEAR.format(by="pupils"),
    "below": _YEAR.format(by="pupils") + "&below=75",
    "sections": _YEAR.format(by="sections"),
    "months": _YEAR.format(by="months"),
    "runs": _YEAR.format(by="runs"),
    "board": "/attendance/board/",
    "here": "/attendance/here/",
    "away": "/attendance/away/",
}


# --- without a line


def break_lines(report: Report, school: Installation, owner: Engine, url: str, breaks: int) -> None:
    """Tablets whose lines break so often, and what is stored afterwards."""
    if not breaks:
        return
    found = drill(url, school, owner, breaks)
    for name, number in found.counted.items():
        report.tell(f"lines.{name}", number, "")
    report.tell("lines.killed-workers", found.killed_workers, "")
    report.least("lines.broken", found.counted["breaks"], breaks, "")
    for name, wrong in (("lost", found.lost), ("doubled", found.doubled), ("overwritten", found.overwritten)):
        report.most(f"lines.{name}", len(wrong), 0, "")
        for each in wrong[:10]:
            say(f"  {each}")
    report.most("lines.waiting", found.waiting, 0, "")
