"""A register on tablets whose line, tab, browser or session goes away, and what is stored of it in the end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Dialog, Page, expect
from sqlalchemy import func, select

from app.domain.attendance.leave.services import answer_leave, ask_for_leave
from app.domain.attendance.leave.types import LeaveReason, Span
from app.domain.attendance.models import Attendance, AttendanceChange
from app.domain.kernel import clock
from app.extensions import db
from app.uow import session
from ops.browse import acts
from ops.browse.chromium import FLAGS, LAPTOP, PHONE, TABLET
from ops.devtool.testing import chromium_path
from tests.browser.conftest import SCHOOL_DAY, Visit
from tests.support.cast import CAST, PASSWORD, Member
from tests.support.live import live_server
from tests.support.pupils import fill_section
from tests.support.visitor import Visitor, session_cookie

LIST = "/attendance/registers/"
REGISTER = f"/attendance/registers/{CAST.section_7a}/"
KEPT = """async () => {
    const kept = async () => (await caches.open("registers")).match(location.href, { ignoreVary: true });
    for (let turns = 0; turns < 200 && !(await kept()); turns++) await new Promise((done) => setTimeout(done, 50));
}"""
LEFT = """async () => {
    const database = await new Promise((done) => {
        const asked = indexedDB.open("registers", 1);
        asked.onsuccess = () => done(asked.result);
    });
    const rows = await new Promise((done) => {
        const asked = database.transaction("taps").objectStore("taps").getAll();
        asked.onsuccess = () => done(asked.result);
    });
    return [rows.length, (await (await caches.open("registers")).keys()).length];
}"""
KEPT_FOR = """async () => {
    const pages = await caches.open("registers");
    const kept = await Promise.all((await pages.keys()).map((name) => pages.match(name, { ignoreVary: true })));
    return [...new Set(kept.map((answer) => answer.headers.get("X-Kept-of")))];
}"""
NAMES = """async () =>
    (await (await caches.open("registers")).keys()).map(({ url }) => url.replace(location.origin, ""))"""
BACK = "dispatchEvent(new Event('online'))"


class School:
    """The server behind a line that can be cut: nothing answers then, neither a page nor the worker."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.stack = ExitStack()
        self.url = self.stack.enter_context(live_server(app))

    def cut(self) -> None:
        """The line is gone."""
        self.stack.close()

    def mend(self) -> None:
        """The line is back, at the address the tablets know."""
        self.stack.enter_context(live_server(self.app, int(self.url.rpartition(":")[2])))


@pytest.fixture
def school(real_app: Flask, school_day: object) -> Iterator[School]:
    opened = School(real_app)
    yield opened
    opened.cut()


def stored(app: Flask) -> dict[str, int]:
    """How many marks of each kind there are today, and under `changes` how often any was changed."""
    with app.app_context():
        rows = session().execute(select(Attendance.status, func.count()).group_by(Attendance.status)).all()
        changes = session().scalar(select(func.count()).select_from(AttendanceChange)) or 0
        db.session.remove()
    return {status.value: count for status, count in rows} | {"changes": changes}


class Tablet:
    """A browser with a memory of its own, that can be killed and started again."""

    def __init__(self, browser: Browser, school: School, folder: Path, member: Member) -> None:
        self.browser, self.school, self.folder = browser, school, folder
        self.start()
        self.context.add_cookies([session_cookie(school.app, member, school.url)])

    def start(self) -> None:
        self.context: BrowserContext = self.browser.browser_type.launch_persistent_context(
            self.folder,
            executable_path=chromium_path(),
            args=list(FLAGS),
            base_url=self.school.url,
            **TABLET.options(),
        )
        self.page: Page = self.context.pages[0]

    def kill(self) -> None:
        """The tab goes without a word, then the whole browser."""
        self.page.close(run_before_unload=False)
        self.context.close()


@pytest.fixture
def tablet(browser: Browser, school: School, tmp_path: Path) -> Iterator[Tablet]:
    held = Tablet(browser, school, tmp_path / "tablet", CAST.bashir)
    yield held
    held.context.close()


def open_kept(teacher: Visitor, address: str = REGISTER) -> None:
    """Open a register and wait until the worker keeps it: a line cut any earlier cuts off the worker's own script."""
    teacher.open(address)
    teacher.page.evaluate(KEPT)


def line(page: Page, words: str) -> None:
    expect(page.locator("#line [data-state]:visible")).to_contain_text(words)


def test_taps_outlive_the_line_the_tab_the_browser_and_the_session(
    tablet: Tablet, school: School, real_app: Flask
) -> None:
    page = tablet.page
    before = stored(real_app)["changes"]
    page.goto(REGISTER)
    page.evaluate(KEPT)
    school.cut()
    acts.mark(page, 1, "absent")
    line(page, "Offline: 1 waiting")
    acts.mark(page, 2, "excused")
    line(page, "Offline: 2 waiting")
    tablet.kill()
    tablet.start()
    page = tablet.page
    page.goto(REGISTER)
    expect(page.locator(".pupil input[value=absent]:checked")).to_have_count(1)
    line(page, "Offline: 2 waiting")
    page.goto("/attendance/registers/2/nowhere")
    expect(page.locator("main")).to_contain_text("সংযোগ নেই")
    page.goto(REGISTER)
    school.mend()
    page.evaluate(BACK)
    # With the browser went its session: signing in is all there is to do.
    page.get_by_role("link", name="Sign in, and it goes on: 2 waiting").click()
    page.fill("[name=identifier]", CAST.bashir.email or "")
    page.fill("[name=password]", PASSWORD)
    page.locator("main form[method=post] button.go").click()
    line(page, "Saved")
    expect(page.locator(".pupil input[value=absent]:checked")).to_have_count(1)
    page.locator(".dock button.go").click()
    expect(page.locator(".dock button.go")).to_be_hidden()
    after = stored(real_app)
    assert (after["absent"], after["excused"]) == (1, 1)
    assert after["changes"] == before + 2, "each tap is stored once; nobody else sits in the section"


def test_two_tablets_are_merged_and_the_second_of_a_conflict_chooses(visit: Visit, real_app: Flask) -> None:
    first, second = visit(TABLET), visit(LAPTOP)
    for each in (first, second):
        each.enter(real_app, CAST.bashir, "en")
        open_kept(each)
    with second.offline():
        acts.mark(first.page, 1, "absent")
        line(first.page, "Saved")
        second.page.locator(".pupil:nth-child(2) input:checked").focus()
        second.page.keyboard.press("l")
        second.page.keyboard.press("ArrowUp")
        second.page.keyboard.press("e")
        line(second.page, "Offline: 2 waiting")
    clash = second.page.locator(".pupil:nth-child(1) .clash")
    expect(clash).to_contain_text("Absent")
    expect(clash).to_contain_text("Bashir Uddin")
    expect(clash).to_contain_text("Excused")
    second.is_accessible()
    assert stored(real_app) == {"absent": 1, "late": 1, "changes": 2}, (
        "merged by pupil, and nothing overwritten"
    )
    clash.locator("[data-take=mine]").click()
    expect(clash).to_have_count(0)
    line(second.page, "Saved")
    assert stored(real_app) == {"excused": 1, "late": 1, "changes": 3}
    second.page.keyboard.press("z")
    second.page.keyboard.press("z")
    expect(second.page.locator(".pupil input[value=present]:checked")).to_have_count(2)


def test_the_second_visit_is_shown_at_once_and_put_right_behind(visit: Visit, real_app: Flask) -> None:
    teacher, colleague = visit(TABLET), visit(TABLET)
    for each in (teacher, colleague):
        each.enter(real_app, CAST.bashir, "en")
        open_kept(each)
    page = teacher.page
    page.wait_for_function("navigator.serviceWorker.controller")
    acts.mark(colleague.page, 1, "absent")
    line(colleague.page, "Saved")
    page.goto("about:blank")
    with page.expect_navigation(wait_until="commit") as opened:
        page.goto(REGISTER)
    assert opened.value.from_service_worker
    expect(page.locator(".pupil:nth-child(1) input[value=absent]")).to_be_checked()
    # In another language since, it is not left in the one that was kept.
    teacher.enter(real_app, CAST.bashir, "bn")
    page.goto("about:blank")
    page.goto(REGISTER)
    teacher.speaks("bn")
    # Somebody else holds the tablet now: nothing that was kept for Bashir stays.
    teacher.enter(real_app, CAST.amina)
    page.goto(REGISTER)
    expect(page.locator("header details.menu summary")).not_to_contain_text("Bashir")
    page.evaluate(KEPT)
    assert page.evaluate(KEPT_FOR) == [page.locator("body").get_attribute("data-account")]


def test_a_class_of_forty_is_taken_with_few_taps_and_bytes(visit: Visit, real_app: Flask) -> None:
    with real_app.app_context():
        fill_section(38)
    teacher = visit(PHONE)
    teacher.enter(real_app, CAST.bashir, "bn")
    teacher.open(REGISTER)
    for number in (3, 8, 20, 31):
        acts.mark(teacher.page, number, "absent")
    acts.mark(teacher.page, 8, "late")
    expect(teacher.page.locator(".extra")).to_be_visible()
    teacher.fits()
    teacher.is_accessible()
    with teacher.page.expect_response(lambda answer: "done=" in (answer.request.post_data or "")) as finished:
        teacher.page.locator(".dock button.go").click()
    assert finished.value.status == 200
    expect(teacher.page.locator(".dock button.go")).to_be_hidden()
    counted = stored(real_app)
    assert (counted["present"], counted["absent"], counted["late"]) == (36, 3, 1)
    # Whom nobody had touched is no stranger to the tablet that finished.
    with teacher.page.expect_response(lambda answer: "/marks/" in answer.url):
        acts.mark(teacher.page, 1, "absent")
    expect(teacher.page.locator("[data-state=saved]")).to_be_visible()
    expect(teacher.page.locator(".clash")).to_have_count(0)
    assert stored(real_app)["absent"] == 4


def test_signing_out_leaves_nothing_on_the_tablet(visit: Visit, real_app: Flask) -> None:
    teacher = visit(TABLET)
    page = teacher.page
    teacher.enter(real_app, CAST.bashir, "en")
    open_kept(teacher)
    asked: list[str] = []

    def agree(dialog: Dialog) -> None:
        asked.append(dialog.message)
        dialog.accept()

    page.on("dialog", agree)
    with teacher.offline():
        acts.mark(page, 1, "absent")
        line(page, "Offline: 1 waiting")
        page.locator("header details.menu summary").click()
        with page.expect_event("requestfailed", lambda sent: sent.url.endswith("/sign-out")):
            page.locator("form[action$='/sign-out'] button").click()
    assert asked == ["Not saved yet: 1. Sign out and lose it?"]
    teacher.open("/en/sign-in")
    assert page.evaluate(LEFT) == [0, 0], "neither taps nor pages"


def test_finishing_says_of_a_pupil_on_leave_what_the_page_showed(visit: Visit, real_app: Flask) -> None:
    with real_app.app_context():
        day = Span(SCHOOL_DAY.date(), SCHOOL_DAY.date())
        [asked] = ask_for_leave(CAST.dalia.actor, [CAST.rafi_student], day, LeaveReason.ILL, "")
        answer_leave(CAST.bashir.actor, {asked.case_id: 1}, approve=True)
        db.session.remove()
    teacher = visit(TABLET)
    page = teacher.page
    teacher.enter(real_app, CAST.bashir, "en")
    teacher.open(REGISTER)
    page.locator("[data-set]").select_option("ul")
    line(page, "Saved")
    expect(page.locator(".pupil input[value=excused]:checked")).to_have_count(1)
    page.locator(".dock button.go").click()
    expect(page.locator(".dock button.go")).to_be_hidden()
    assert stored(real_app) == {"excused": 1, "late": 1, "changes": 2}


def test_a_clash_of_yesterday_is_settled_from_the_list(visit: Visit, real_app: Flask) -> None:
    first, second = visit(TABLET), visit(TABLET)
    for each in (first, second):
        each.enter(real_app, CAST.bashir, "en")
        open_kept(each)
    page = second.page
    with second.offline():
        acts.mark(first.page, 1, "absent")
        line(first.page, "Saved")
        acts.mark(page, 1, "excused")
        line(page, "Offline: 1 waiting")
        page.goto("about:blank")
    with clock.stopped_at(SCHOOL_DAY + timedelta(1)):
        second.enter(real_app, CAST.bashir, "en")
        # Signing out while it waits leads to the list, whatever page it is on.
        second.open("/account/")
        page.locator("header details.menu summary").click()
        page.locator("header form[action$='/sign-out'] button").click()
        page.wait_for_url(f"**{LIST}")
        told = page.locator("#told a")
        expect(told).to_contain_text("section A, November 22: you marked Excused")
        second.is_accessible()
        told.click()
        page.wait_for_url("**/pupils/**")
        second.see("Bashir Uddin")
        assert page.evaluate(LEFT)[0] == 0, "what was settled by hand waits no more"
    assert stored(real_app) == {"absent": 1, "changes": 1}


def test_what_is_kept_is_one_page_of_one_address_for_whoever_may_read_it(
    visit: Visit, real_app: Flask
) -> None:
    office = visit(LAPTOP)
    page = office.page
    office.enter(real_app, CAST.hasan, "en")
    for address in (f"{LIST}?campus=MAIN", f"{LIST}?campus=RIVER"):
        open_kept(office, address)
        page.wait_for_function("navigator.serviceWorker.controller")
    office.open(f"{REGISTER}?show=absent")
    assert set(page.evaluate(NAMES)) == {f"{LIST}?campus=MAIN", f"{LIST}?campus=RIVER"}
    open_kept(office)
    office.context.clear_cookies()
    page.goto("about:blank")
    page.goto(REGISTER)
    page.wait_for_url("**/sign-in**")
    assert REGISTER not in page.evaluate(NAMES)
