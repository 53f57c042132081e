"""`./dev bench`: what the main pages cost in bytes, requests, statements and time, beside their budgets.

Bytes and paint are taken in Chromium, times by one client through nginx, statements in the server. The budgets
are those of the product's promises. A machine that does other work meanwhile misses the times, never the
bytes: the first line tells how busy it was.
"""

from __future__ import annotations

import os

from playwright.sync_api import expect

from ops.bench.kit.asking import Client, requests_a_second
from ops.bench.kit.pages import LANGUAGES, MainPage, People, main_pages
from ops.bench.kit.proxy import proxied
from ops.bench.kit.report import Report
from ops.bench.kit.traffic import KB, Line, Visit, line
from ops.browse import acts
from ops.browse.chromium import TABLET, chromium
from ops.browse.installation import served
from ops.devtool.testing import cores

COLD_BYTES = 30 * KB
COLD_REQUESTS = 4
FIRST_FLIGHT = 14.6 * KB
WARM_BYTES = 8 * KB
UNCHANGED_BYTES = 0.4 * KB
SCRIPT_BYTES = 15 * KB
STYLE_BYTES = 7 * KB
SLOW_PAINT = 1200
SLOW_COMPLETE = 2000
SAVE_BYTES = 1.5 * KB
SAVE_TIME = 600
REGISTER_STATEMENTS = 6
REGISTER_TIME = 5
PAGE_TIME = 50


def main(arguments: list[str]) -> int:
    """Measure everything once. Returns 1 where a budget is missed."""
    report = Report()
    with served() as school, chromium() as browser:
        people = People(browser, school)
        pages = main_pages(people)
        report.head()
        report.tell("machine.busy", 100 * os.getloadavg()[0] / cores(), "%")
        for lang in LANGUAGES:
            for page in pages:
                weigh(report, people, page, lang)
        by_name = {page.name: page for page in pages}
        for name, lang in (("home", "bn"), ("register", "en")):
            wait_on_a_slow_line(report, people, by_name[name], lang)
        save_a_register(report, people, by_name["register"])
        with proxied(school) as url:
            for page in pages:
                ask(report, people, page, url)
            load(report, people, by_name["register"], url)
    return report.close()


def weigh(report: Report, people: People, page: MainPage, lang: str) -> None:
    """Bytes and requests of a first visit and of a second one."""
    context = people.context(page.role, page.device, lang)
    name = f"{page.name}.{lang}"
    url = people.school.url + page.path(lang)
    with line(context) as browser:
        browser.clear_cache()
        cold = browser.visit(url)
        warm = browser.visit(url)
    report.most(f"{name}.cold.requests", len(cold.sent), COLD_REQUESTS, "")
    report.most(f"{name}.cold.bytes", cold.down / KB, COLD_BYTES / KB, "KB")
    first = cold.down_of("Document", "Stylesheet")
    report.most(f"{name}.cold.before-paint", first / KB, FIRST_FLIGHT / KB, "KB")
    _weigh_parts(report, name, cold)
    budget = UNCHANGED_BYTES if page.is_keepable else WARM_BYTES
    report.most(f"{name}.warm.requests", len(warm.sent), 1, "")
    report.most(f"{name}.warm.bytes", warm.down / KB, budget / KB, "KB")


def _weigh_parts(report: Report, name: str, cold: Visit) -> None:
    report.most(f"{name}.cold.script", cold.down_of("Script") / KB, SCRIPT_BYTES / KB, "KB")
    report.most(f"{name}.cold.style", cold.down_of("Stylesheet") / KB, STYLE_BYTES / KB, "KB")
    report.most(f"{name}.cold.fonts", cold.down_of("Font") / KB, 0, "KB")


def wait_on_a_slow_line(report: Report, people: People, page: MainPage, lang: str) -> None:
    """First paint and completion of a first visit at 400 kbit/s, 400 ms, CPU 4x: the second of two runs."""
    context = people.context(page.role, page.device, lang)
    with line(context) as browser:
        browser.narrow()
        for _ in range(2):
            browser.clear_cache()
            visit = browser.visit(people.school.url + page.path(lang))
        browser.widen()
    report.most(f"{page.name}.{lang}.slow.first-paint", visit.painted, SLOW_PAINT, "ms")
    report.most(f"{page.name}.{lang}.slow.complete", visit.complete, SLOW_COMPLETE, "ms")


def save_a_register(report: Report, people: People, page: MainPage) -> None:
    """Every tenth pupil absent: requests, bytes both ways, and the time on the slow line."""
    context = people.context(page.role, TABLET, "en")
    with line(context) as browser:
        browser.visit(people.school.url + page.path("en"))
        pupils = browser.page.locator(".pupil").count()
        report.tell("register.save.pupils", pupils, "")
        # Twice: a slow line must not be measured on the very first save, which nothing has warmed up.
        _save(browser, pupils, "absent")
        browser.narrow()
        visit, took = _save(browser, pupils, "late")
        browser.widen()
    report.most("register.save.requests", len(visit.sent), 1, "")
    report.tell("register.save.up", visit.up / KB, "KB")
    report.tell("register.save.down", visit.down / KB, "KB")
    report.most("register.save.bytes", (visit.up + visit.down) / KB, SAVE_BYTES / KB, "KB")
    report.most("register.save.slow", took, SAVE_TIME, "ms")


def _save(browser: Line, pupils: int, status: str) -> tuple[Visit, float]:
    """Mark, and wait until it is saved; the time is that from the first byte that leaves to the last that comes."""
    page = browser.page
    browser.forget()
    with page.expect_response("**/marks/**"):
        for number in range(5, pupils + 1, 10):
            acts.mark(page, number, status)
    expect(page.locator("[data-state=saved]")).to_be_visible()
    page.wait_for_load_state("networkidle")
    return browser.taken(), browser.span()


def ask(report: Report, people: People, page: MainPage, url: str) -> None:
    """Statements, median and 95th percentile of one page, in the language its reader has."""
    lang = "bn" if page.role in (None, "guardian") else "en"
    client = Client(url, people.cookies(page.role, page.device, lang))
    path, is_register = page.path(lang), page.name == "register"
    statements = client.statements(path)
    times = client.times(path)
    if is_register:
        report.most(f"{page.name}.statements", statements, REGISTER_STATEMENTS, "")
        report.most(f"{page.name}.median", times.median, REGISTER_TIME, "ms")
    else:
        report.tell(f"{page.name}.statements", statements, "")
        report.tell(f"{page.name}.median", times.median, "ms")
    report.most(f"{page.name}.p95", times.p95, PAGE_TIME, "ms")


def load(report: Report, people: People, page: MainPage, url: str) -> None:
    """Requests a second of the register, with the measuring program on the same cores."""
    reached = requests_a_second(url + page.path("en"), people.cookies(page.role, TABLET, "en"))
    if reached is not None:
        report.tell("register.requests-a-second", reached, "/s")
